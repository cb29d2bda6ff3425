"""Orders under a principal: his terms at the intake, in the steps and at the hand-over, and who may change them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.shop.intake_defaults import intake_defaults
from convisav_tui.shop.principal_prices import discounted, flat_price
from convisav_tui.shop.principals import (
    all_principals,
    find_principals,
    principal_named,
    save_terms,
    terms_card,
    terms_of,
)
from convisav_tui.store.models import (
    Approver,
    BillingState,
    DeviceType,
    MessageEvent,
    NotificationRule,
    OrderState,
    Payer,
    Quote,
    QuoteDecision,
    Told,
)
from tests.invariants import check
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.principals import TERMS, principal

S = OrderState


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    store.close()


def test_terms_are_kept_as_typed_and_read_back(bench: Bench) -> None:
    typed = {
        "discount": "12,5 %", "cap": "150", "quote_above": "80", "reference_required": "x", "promised_days": "5",
        "delivery_place": "Quai 3", "heading": "SAV Darty\nRivoli", "told_repair_ready": "both", "note": "fidèle",
        "told_quote_ready": "principal", "prices": "phone: Écran = 79,00\nForfait contrôle = 25",
    }  # fmt: skip
    party = principal(bench.store, **typed)
    with bench.store.read() as session:
        card, terms = terms_card(session, party, SHOP), terms_of(session, party)
        rules = {row.event: row.told for row in session.exec(select(NotificationRule))}
        phone = session.exec(select(DeviceType).where(DeviceType.code == "phone")).one()
        washer = session.exec(select(DeviceType).where(DeviceType.code == "washing_machine")).one()
        screen, check_up = flat_price(session, party, phone.id or 0), flat_price(session, party, washer.id or 0)
    assert terms is not None and (terms.discount, terms.cap, terms.quote_above) == (1250, 15000, 8000)
    assert card.texts["discount"] == "12.5" and card.texts["prices"].startswith("phone: Écran = 79")
    assert rules == {MessageEvent.REPAIR_READY: Told.BOTH, MessageEvent.QUOTE_READY: Told.PRINCIPAL}
    assert screen is not None and check_up is not None and (screen.amount, check_up.amount) == (7900, 2500)
    again = dict(card.texts) | {"told_quote_ready": "", "prices": "Forfait contrôle = 30"}
    bench.write(lambda session: save_terms(session, party, again, CLERK, SHOP, expected_version=card.version))
    with bench.store.read() as session:
        assert [row.event for row in session.exec(select(NotificationRule))] == [MessageEvent.REPAIR_READY]
        assert terms_card(session, party, SHOP).texts["prices"] == "Forfait contrôle = 30.00"
    with pytest.raises(Conflict):
        bench.write(lambda session: save_terms(session, party, again, CLERK, SHOP, expected_version=card.version))


def test_wrong_terms_are_told_beside_their_fields(bench: Bench) -> None:
    party = principal(bench.store)
    wrong = {"discount": "101", "cap": "x", "payment_days": "999", "prices": "Écran 79", "approver": "moi"}
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda session: save_terms(session, party, wrong, CLERK, SHOP, logo=b"GIF"))
    assert set(refused.value.errors) == {"discount", "cap", "payment_days", "prices", "approver", "logo"}
    assert "1" in refused.value.errors["prices"]


def test_who_is_billed_by_the_month_pays_within_what_the_law_leaves(bench: Bench) -> None:
    """FR-V11: 45 days in France; where the law names no number, what was agreed counts."""
    party = principal(bench.store)
    monthly = TERMS | {"invoicing": "monthly", "payment_days": "46"}
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda session: save_terms(session, party, monthly, CLERK, SHOP))
    assert list(refused.value.errors) == ["payment_days"] and "45" in refused.value.errors["payment_days"]
    for allowed, shop in (
        (monthly | {"payment_days": "45"}, SHOP),
        (monthly | {"invoicing": "each"}, SHOP),
        (monthly, replace(SHOP, country="CH")),
    ):
        terms = bench.write(lambda session, raw=allowed, at=shop: save_terms(session, party, raw, CLERK, at))
        assert str(terms.payment_days) == allowed["payment_days"]


def test_principals_are_found_by_name(bench: Bench) -> None:
    darty, nord = principal(bench.store), principal(bench.store, "Nord Assurances")
    principal(bench.store, "Ancien", active="")
    with bench.store.read() as session:
        assert [one.name for one in find_principals(session, "assur")] == ["Nord Assurances"]
        assert {one.party_id for one in find_principals(session, "")} == {darty, nord}
        assert len(all_principals(session)) == 3
        assert principal_named(session, "nord").party_id == nord
        with pytest.raises(NotFound):
            principal_named(session, "Boulanger")


def test_an_order_keeps_the_customer_and_names_the_principal(bench: Bench) -> None:
    party = principal(bench.store, reference_required="x", approver="customer")
    with pytest.raises(FieldErrors) as refused:
        bench.take_in(principal_id=str(party))
    assert list(refused.value.errors) == ["principal_reference"]
    bench.take_in(principal_id=str(party), principal_reference="BC-778")
    order = bench.order
    assert (order.principal_id, order.principal_reference) == (party, "BC-778")
    assert (order.payer, order.approver) == (Payer.PRINCIPAL, Approver.CUSTOMER)
    assert order.party_id != party


def test_without_an_end_customer_the_device_is_the_principals_own(bench: Bench) -> None:
    party = principal(bench.store)
    bench.take_in(principal_id=str(party), name="", phone="", email="", quote_channel="", ready_channel="")
    assert bench.order.party_id == party


@pytest.mark.parametrize("principal_id", ["999", "1"])
def test_only_a_principal_is_one(bench: Bench, principal_id: str) -> None:
    bench.take_in()  # party 1 is a customer
    with pytest.raises(FieldErrors) as refused:
        bench.take_in(principal_id=principal_id)
    assert "principal_id" in refused.value.errors


def test_a_principal_with_whom_the_shop_works_no_more_brings_nothing(bench: Bench) -> None:
    party = principal(bench.store, active="")
    with pytest.raises(FieldErrors):
        bench.take_in(principal_id=str(party))


def test_he_is_asked_by_name_who_answered(bench: Bench) -> None:
    party = principal(bench.store)
    bench.take_in(principal_id=str(party))
    bench.step("request_quote")
    bench.step("issue_quote")
    asked = next(one for one in bench.steps()["accept_quote"].inputs if one.key == "decided_by")
    assert asked.default == "" and asked.label == "Who answered at the principal"
    with pytest.raises(FieldErrors):
        bench.step("accept_quote")
    bench.step("accept_quote", decided_by="Mme Roux, SAV")
    with bench.store.read() as session:
        assert session.exec(select(QuoteDecision.decided_by)).all() == ["Mme Roux, SAV"]


def test_his_discount_comes_off_and_his_list_fills_the_quote(bench: Bench) -> None:
    party = principal(bench.store, discount="10", prices="washing_machine: Forfait = 49,00\nphone: Écran = 79,00")
    bench.take_in(principal_id=str(party))
    bench.step("request_quote")
    shown = {one.key: one.default for one in bench.steps()["issue_quote"].inputs}
    assert (shown["amount"], shown["text"], shown["discounted"]) == ("49.00", "Forfait", "")
    bench.step("issue_quote", amount="100", discounted="x")
    assert [quote.amount for quote in bench.rows(Quote)] == [9000]


@pytest.mark.parametrize(("amount", "discount", "left"), [(9999, 1000, 8999), (5, 1000, 4), (4, 1000, 4), (9, 0, 9)])
def test_a_discount_is_rounded_half_up(amount: int, discount: int, left: int) -> None:
    assert discounted(amount, discount) == left


def test_what_needs_a_quote_and_what_does_not(bench: Bench) -> None:
    party = principal(bench.store, cap="150", quote_above="80")
    bench.take_in(principal_id=str(party), quote_requested="", cap="150")
    bench.write(lambda session: save_terms(session, party, TERMS | {"quote_above": "500"}, CLERK, SHOP))
    bench.step("start_diagnosis")
    with pytest.raises(Refusal) as refused:
        bench.step("authorise_direct", estimate="80,01")
    assert refused.value.mended_by == "step:request_quote"  # as it was agreed when the device came
    bench.step("authorise_direct", estimate="80")
    with pytest.raises(Refusal):
        bench.step("complete", price="81")
    bench.step("complete", price="80")


def test_his_reference_is_asked_before_the_quote_when_the_order_has_none(bench: Bench) -> None:
    party = principal(bench.store)
    bench.take_in(principal_id=str(party))
    bench.write(lambda session: save_terms(session, party, TERMS | {"reference_required": "x"}, CLERK, SHOP))
    bench.step("request_quote")
    with pytest.raises(FieldErrors):
        bench.step("issue_quote")
    bench.step("issue_quote", principal_reference="BC-9")
    assert bench.order.principal_reference == "BC-9"


def test_the_device_goes_on_account_and_the_month_settles_it(bench: Bench) -> None:
    party = principal(bench.store, invoicing="monthly", cap="200")
    bench.take_in(principal_id=str(party), quote_requested="", cap="200", ready_channel="call", email="")
    for event in ("start_diagnosis", "authorise_direct", "complete", "called"):
        bench.step(event, **({"price": "90"} if event == "complete" else {}))
    assert bench.order.billing_state is BillingState.ON_STATEMENT
    bench.step("hand_over")
    assert bench.events[-1].detail["on_account"] == 9000
    bench.step("close")
    assert bench.order.state is S.CLOSED
    check(bench.store)


def test_one_billed_by_himself_takes_the_device_but_is_not_settled(bench: Bench) -> None:
    party = principal(bench.store, cap="200")
    bench.take_in(principal_id=str(party), quote_requested="", cap="200", ready_channel="call", email="")
    for event in ("start_diagnosis", "authorise_direct", "complete", "called", "hand_over"):
        bench.step(event, **({"price": "90"} if event == "complete" else {}))
    assert bench.order.billing_state is BillingState.TO_INVOICE
    with pytest.raises(Refusal):
        bench.step("close")
    bench.pay(9000)
    bench.step("close")


def test_his_terms_fill_the_intake(bench: Bench) -> None:
    party = principal(bench.store, cap="150", promised_days="3", prices="phone: Écran = 79,00")
    with bench.store.read() as session:
        found = intake_defaults(session, "phone", None, None, SHOP, principal_id=party)
        other = intake_defaults(session, "washing_machine", None, None, SHOP, principal_id=party)
    assert (found["cap"], found["promised_on"], found.get("quote_requested", "")) == ("150.00", "25/11/2026", "")
    assert other["quote_requested"] == "x" and "amount" not in other
