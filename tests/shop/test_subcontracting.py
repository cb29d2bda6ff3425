"""Subcontractors: what was agreed, sending out, their price becoming ours, coming back, undo (T18, T19)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from convisav_tui import ticket_number
from convisav_tui.errors import Conflict, FieldErrors, Refusal
from convisav_tui.i18n import translate
from convisav_tui.shop.away import away_of
from convisav_tui.shop.dispatching import foresee_parcel, print_slip_again, receive_back, send_parcel
from convisav_tui.shop.secrets import reveal_secret
from convisav_tui.shop.subcontractors import percent, save_subcontractor, subcontractors, texts_of
from convisav_tui.store.models import Holder, OrderState, QuoteState, SubcontractState
from convisav_tui.store.queries.lists import fetch_list
from convisav_tui.store.queries.subcontracts import away_jobs
from tests.invariants import check, check_order
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.subcontract_bench import TERMS, job_of, slips, subcontractor

S = OrderState


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(counter_store(tmp_path), monkeypatch)
    yield made
    check(made.store)
    made.store.close()


def send(bench: Bench, party_id: int, **answers: str) -> None:
    bench.step("send_out", subcontractor=str(party_id), **answers)


# --- terms ------------------------------------------------------------------------------------------------------------


def test_what_was_agreed_is_kept_and_read_as_it_was_typed(bench: Bench) -> None:
    typed = TERMS | {"margin": "12,5 %", "families": "phone watch", "secret_allowed": "x", "note": "ferme lundi"}
    party_id = bench.write(lambda session: save_subcontractor(session, typed, SHOP, CLERK).id)
    with bench.store.read() as session:
        (found,) = subcontractors(session)
        texts = texts_of(session, party_id)
    assert (found.margin, found.usual_days, found.families) == (1250, 10, ("phone", "watch"))
    assert found.takes("watch") and not found.takes("tool")
    assert texts == typed | {"margin": "12.5", "phone": texts["phone"]}
    assert [percent(points) for points in (0, 1500, 1250, 1205, 100_000)] == ["0", "15", "12.5", "12.05", "1000"]


@pytest.mark.parametrize(
    ("field", "typed"),
    [("margin", "-1"), ("margin", "abc"), ("usual_days", "999"), ("families", "rockets"), ("name", ""), ("email", "x")],
)
def test_what_cannot_be_agreed_is_refused_beside_its_field(bench: Bench, field: str, typed: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda session: save_subcontractor(session, TERMS | {field: typed}, SHOP, CLERK))
    assert set(refused.value.errors) == {field}


def test_somebody_else_changed_the_terms_meanwhile(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    for version in (1, None):
        bench.write(
            lambda session, version=version: save_subcontractor(
                session, TERMS | {"margin": "30"}, SHOP, CLERK, party_id=party_id, expected_version=version
            )
        )
    with pytest.raises(Conflict):
        bench.write(
            lambda session: save_subcontractor(session, TERMS, SHOP, CLERK, party_id=party_id, expected_version=1)
        )


# --- sending out ------------------------------------------------------------------------------------------------------


def test_a_shop_without_subcontractors_never_sees_the_step(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR)
    assert "send_out" not in bench.steps()
    subcontractor(bench.store)
    assert bench.steps()["send_out"].refusal is None


def test_sent_out_with_a_slip_and_back_again(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.IN_REPAIR, accessories="cordon")
    send(bench, party_id, carrier="Chronopost", tracking="XY123")
    order, (*_earlier, custody) = bench.order, bench.custody
    assert (order.state, order.holder) == (S.SUBCONTRACTED, Holder.WITH_SUBCONTRACTOR)
    assert (custody.party_id, custody.carrier, custody.staff_id) == (party_id, "Chronopost", CLERK.staff_id)
    (paper,) = slips(bench.store)
    number = paper.content["number"]
    assert ticket_number.kind(number) == "dispatch" and ticket_number.is_valid(number)
    row = paper.content["tables"][0]["rows"][0]
    assert [*row] == [ticket_number.show(order.number), "Miele WCD320", "12345678", "ne vidange plus", "cordon"]
    assert [translate("Expected back on", "fr"), "01/12/2026"] in [list(fact) for fact in paper.content["facts"]]
    bench.step("receive_back", condition="rayure neuve")
    job = job_of(bench.store, bench.order_id)
    assert (job.state, job.returned_condition, job.received_by_id) == (
        SubcontractState.RETURNED, "rayure neuve", CLERK.staff_id,
    )  # fmt: skip
    assert (bench.order.state, bench.order.holder) == (S.TESTING, Holder.IN_SHOP)


@pytest.mark.parametrize(
    ("event", "state"),
    [("receive_back", S.TESTING), ("back_to_repair", S.IN_REPAIR), ("back_to_quote", S.QUOTE_REQUESTED)],
)
def test_where_it_goes_on_when_it_is_back(bench: Bench, event: str, state: S) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.QUOTE_ACCEPTED)
    send(bench, party_id)
    bench.step(event)
    assert bench.order.state is state and away(bench) is None


def test_the_condition_must_be_looked_at(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.IN_REPAIR)
    send(bench, party_id)
    with pytest.raises(FieldErrors):
        bench.step("receive_back", condition=" ")
    assert bench.order.holder is Holder.WITH_SUBCONTRACTOR


def away(bench: Bench) -> object:
    with bench.store.read() as session:
        return away_of(session, bench.order_id)


def test_who_works_for_the_shop_no_more_gets_nothing(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    subcontractor(bench.store, name="Autre Atelier")
    bench.write(lambda session: save_subcontractor(session, TERMS | {"active": ""}, SHOP, CLERK, party_id=party_id))
    bench.reach(S.IN_REPAIR)
    with pytest.raises(FieldErrors) as refused:  # not even among the choices
        send(bench, party_id)
    assert set(refused.value.errors) == {"subcontractor"}


def test_only_devices_of_his_kind(bench: Bench) -> None:
    party_id = subcontractor(bench.store, families="watch")
    bench.reach(S.IN_REPAIR)
    with pytest.raises(Refusal) as refused:
        send(bench, party_id)
    assert refused.value.guard == "subcontractor_takes_it"


def phone(bench: Bench, state: S = S.IN_REPAIR) -> None:
    code = {"device_type": "phone", "serial": "", "secret_kind": "pin", "secret": "4711"}
    bench.reach(state, **code)


def test_data_goes_only_to_who_signed_for_it(bench: Bench) -> None:
    without = subcontractor(bench.store)
    signed = subcontractor(bench.store, name="Avec Accord", data_agreement="x")
    phone(bench)
    with pytest.raises(Refusal) as refused:
        send(bench, without)
    assert (refused.value.guard, refused.value.mended_by) == ("data_agreement", "subcontractors")
    send(bench, signed)
    assert bench.order.state is S.SUBCONTRACTED


def test_an_unlock_code_goes_along_only_if_allowed_and_is_written_down(bench: Bench) -> None:
    forbidden = subcontractor(bench.store, data_agreement="x")
    allowed = subcontractor(bench.store, name="Avec Code", data_agreement="x", secret_allowed="x")
    phone(bench)
    with pytest.raises(Refusal) as refused:
        send(bench, forbidden, secret="x")
    assert refused.value.guard == "secret_allowed"
    assert not [event for event in bench.events if event.event == "secret_revealed"]
    theo = bench.manager()
    bench.step("send_out", theo, subcontractor=str(allowed), secret="x")
    (revealed,) = [event for event in bench.events if event.event == "secret_revealed"]
    assert (revealed.staff_id, revealed.detail) == (theo.staff_id, {"passed_on_to": "Avec Code"})
    assert job_of(bench.store, bench.order_id).secret_included
    assert "4711" not in str(slips(bench.store)[0].content)
    assert bench.write(lambda session: reveal_secret(session, bench.order_id, theo)).code == "4711"


def test_a_code_that_stays_here_is_shown_to_nobody_while_the_device_is_out(bench: Bench) -> None:
    party_id = subcontractor(bench.store, data_agreement="x", secret_allowed="x")
    phone(bench)
    send(bench, party_id)
    mia = bench.manager()
    with pytest.raises(Refusal) as refused:
        bench.write(lambda session: reveal_secret(session, bench.order_id, mia))
    assert refused.value.guard == "secret_in_workshop"


def test_a_clerk_may_not_pass_a_code_on(bench: Bench) -> None:
    party_id = subcontractor(bench.store, data_agreement="x", secret_allowed="x")
    bench.manager()
    phone(bench)
    with pytest.raises(Refusal) as refused:
        send(bench, party_id, secret="x")
    assert refused.value.guard == "permission"


def test_only_who_passes_on_sends_what_nobody_looked_at(bench: Bench) -> None:
    party_id, mailbox = subcontractor(bench.store), subcontractor(bench.store, name="Boîte", passes_on="x")
    bench.take_in()
    with pytest.raises(Refusal) as refused:
        send(bench, party_id)
    assert refused.value.mended_by == "step:start_diagnosis"
    send(bench, mailbox)
    assert bench.order.state is S.SUBCONTRACTED


def test_what_is_not_back_in_time_has_a_list(bench: Bench) -> None:
    party_id = subcontractor(bench.store, usual_days="3")
    bench.reach(S.IN_REPAIR)
    send(bench, party_id)
    today = SHOP.today()
    with bench.store.read() as session:
        assert fetch_list(session, "out_late", today + timedelta(days=3)) == []
        late = fetch_list(session, "out_late", today + timedelta(days=4))
        (job,) = away_jobs(session)
    assert [row.id for row in late] == [bench.order_id]
    assert job.overdue(today + timedelta(days=4)) and not job.overdue(today + timedelta(days=3))
    bench.step("receive_back")
    with bench.store.read() as session:
        assert fetch_list(session, "out_late", today + timedelta(days=4)) == [] == away_jobs(session)


# --- undo -------------------------------------------------------------------------------------------------------------


def test_sending_out_is_taken_back(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.IN_REPAIR)
    send(bench, party_id)
    bench.undo()
    assert (bench.order.state, bench.order.holder) == (S.IN_REPAIR, Holder.WITH_TECHNICIAN)
    assert away(bench) is None
    check_order(bench.store, bench.order_id)
    send(bench, party_id)
    assert bench.order.state is S.SUBCONTRACTED


def test_coming_back_is_taken_back(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.IN_REPAIR)
    send(bench, party_id)
    bench.wait(100)
    bench.step("receive_back", cost="80")
    bench.undo()
    job = job_of(bench.store, bench.order_id)
    assert (job.state, job.returned_at, job.cost, job.received_by_id) == (SubcontractState.SENT, None, None, None)
    assert bench.custody[-1].party_id == party_id
    check_order(bench.store, bench.order_id)


# --- his price --------------------------------------------------------------------------------------------------------


def test_his_price_with_our_margin_becomes_our_quote_and_the_answer_goes_back(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.DIAGNOSING)
    send(bench, party_id)
    bench.step("subcontractor_quoted", cost="100,01", work="Remplacer la carte", reference="D-77")
    assert (bench.order.state, bench.order.holder) == (S.QUOTE_REQUESTED, Holder.WITH_SUBCONTRACTOR)
    offered = {asked.key: asked.default for asked in bench.steps()["issue_quote"].inputs}
    assert (offered["amount"], offered["text"]) == ("120.01", "Remplacer la carte")
    bench.step("issue_quote", amount=offered["amount"], text=offered["text"])
    bench.step("accept_quote")
    assert bench.order.state is S.SUBCONTRACTED
    job = job_of(bench.store, bench.order_id)
    assert (job.cost, job.price, job.state, job.their_reference) == (10001, 12001, SubcontractState.APPROVED, "D-77")
    bench.undo()
    assert bench.order.state is S.QUOTE_ISSUED
    assert job_of(bench.store, bench.order_id).state is SubcontractState.QUOTED


def test_a_refused_quote_brings_the_device_back_as_it_is(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.DIAGNOSING)
    send(bench, party_id)
    for event, answers in (("subcontractor_quoted", {"cost": "500"}), ("issue_quote", {}), ("refuse_quote", {})):
        bench.step(event, **answers)
    assert job_of(bench.store, bench.order_id).state is SubcontractState.REJECTED
    with pytest.raises(Refusal) as refused:
        bench.step("reassemble_done", price="0")
    assert (refused.value.guard, refused.value.mended_by) == ("device_is_here", "step:receive_back")
    bench.step("receive_back")
    assert (bench.order.state, bench.order.holder) == (S.QUOTE_REFUSED, Holder.IN_SHOP)
    bench.step("reassemble_done", price="0")


@pytest.mark.parametrize("state", [S.QUOTE_REQUESTED, S.QUOTE_ISSUED, S.QUOTE_REFUSED])
def test_a_device_comes_back_whatever_became_of_its_quote(bench: Bench, state: S) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.DIAGNOSING)
    send(bench, party_id)
    bench.step("subcontractor_quoted")
    for event in {S.QUOTE_ISSUED: ("issue_quote",), S.QUOTE_REFUSED: ("issue_quote", "refuse_quote")}.get(state, ()):
        bench.step(event)
    bench.step("receive_back")
    assert (bench.order.state, bench.order.holder) == (state, Holder.IN_SHOP)
    assert "receive_back" not in bench.steps()


def test_nobody_is_asked_about_a_price_within_what_was_agreed(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.IN_REPAIR)  # the customer accepted 120
    send(bench, party_id)
    with pytest.raises(Refusal) as refused:
        bench.step("subcontractor_approved", cost="100,01")
    assert refused.value.mended_by == "step:subcontractor_quoted"
    bench.step("subcontractor_approved", cost="100")
    assert job_of(bench.store, bench.order_id).state is SubcontractState.APPROVED
    assert (bench.order.state, bench.order.quote_state) == (S.SUBCONTRACTED, QuoteState.ACCEPTED)


def test_an_order_is_not_cancelled_while_somebody_else_has_the_device(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.DIAGNOSING)
    send(bench, party_id)
    bench.step("subcontractor_quoted", cost="10")
    with pytest.raises(Refusal) as refused:
        bench.step("cancel")
    assert refused.value.guard == "device_is_here"


def test_the_work_of_a_subcontractor_is_stopped_once_the_device_is_here(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    bench.reach(S.IN_REPAIR)
    send(bench, party_id)
    with pytest.raises(Refusal) as refused:
        bench.step("stop_work", price="0", back="")
    assert refused.value.mended_by == "input:back"
    bench.step("stop_work", price="0", back="x")
    assert away(bench) is None and bench.order.holder is Holder.IN_SHOP


# --- parcels ----------------------------------------------------------------------------------------------------------


def parcel(bench: Bench, ids: list[int], party_id: int, key: str = "parcel", **raw: str) -> object:
    answers = {"subcontractor": str(party_id)} | raw
    return bench.write(lambda session: send_parcel(session, ids, answers, CLERK, SHOP, key))


def test_five_devices_in_one_parcel_with_one_slip_and_one_that_stays(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    ids = [bench.reach(S.IN_REPAIR, serial=f"A-{index}") for index in range(5)]
    waiting = bench.take_in(serial="A-9")
    with bench.store.read() as session:
        seen = foresee_parcel(session, [*ids, waiting], {"subcontractor": str(party_id)}, SHOP)
    assert [one.order_id for one in seen if one.refusal] == [waiting]
    sent = parcel(bench, [*ids, waiting], party_id, carrier="DPD")
    again = parcel(bench, [*ids, waiting], party_id, carrier="DPD")
    assert [one.order_id for one in sent.sent] == ids == [one.order_id for one in again.sent]
    assert [one.order_id for one in sent.refused] == [waiting]
    (paper,) = slips(bench.store)
    assert len(paper.content["tables"][0]["rows"]) == 5
    bench.write(lambda session: print_slip_again(session, sent.dispatch_id, CLERK, SHOP))


def test_a_parcel_with_nothing_in_it_does_not_leave(bench: Bench) -> None:
    party_id = subcontractor(bench.store)
    waiting = bench.take_in()
    with pytest.raises(Refusal):
        parcel(bench, [waiting], party_id)
    with pytest.raises(FieldErrors):
        parcel(bench, [waiting], party_id, expected_on="01/01/2020")
    assert slips(bench.store) == []


def test_a_mailbox_does_no_work_of_its_own(bench: Bench) -> None:
    party_id = subcontractor(bench.store, passes_on="x")
    order_id = bench.take_in(quote_requested="", cap="200", ready_channel="none", quote_channel="none")
    parcel(bench, [order_id], party_id)
    bench.step("subcontractor_quoted", cost="100", work="Réparer")
    bench.step("issue_quote", amount="120", text="Réparer")  # within the cap: accepted at once, and he goes on
    assert bench.order.state is S.SUBCONTRACTED
    state = bench.write(
        lambda session: receive_back(
            session, order_id, "receive_back", {"condition": "bien"}, CLERK, SHOP, "back", passes_on=True
        )
    )
    assert state == "notified" and bench.order.price == 12000
    assert bench.order.technician_id is None
