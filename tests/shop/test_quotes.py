"""Quotes that bind: issued by lines and variants, accepted whole or in part; the ledger, and what is beyond it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.errors import Conflict, FieldErrors, Refusal
from convisav_tui.shop.consent import consent_lines
from convisav_tui.shop.consent_ledger import ledger_of, standing
from convisav_tui.shop.consent_recording import record_consent, withdraw_cap
from convisav_tui.shop.payments import take_payment
from convisav_tui.shop.quote_content import draft_gaps
from convisav_tui.shop.quote_draft import add_labour, add_part
from convisav_tui.shop.quote_form import give_repair_form
from convisav_tui.shop.quote_heading import save_heading
from convisav_tui.shop.quote_lines import save_line
from convisav_tui.shop.quote_paper import REGISTRATION
from convisav_tui.shop.quote_reading import draft_of
from convisav_tui.shop.quote_variants import copy_variant
from convisav_tui.shop.quoting import accepted_lines, consented_total, current_offer, lines_of_quote
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.shop.workflow import expire_quotes, preview_step, take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    CircularChoice,
    ConsentAnswer,
    ConsentBasis,
    Means,
    Message,
    Nature,
    OrderState,
    Paper,
    Part,
    PartNeed,
    PriceConsent,
    Quote,
    QuoteDecision,
    QuoteLine,
    RepairOrder,
)
from tests.invariants import check_order
from tests.shop import part_bench
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store, registered
from tests.shop.quote_bench import LABOUR, PUMP, draft, key, line

S = OrderState


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    store = counter_store(Path(tmp_path_factory.mktemp("quotes")))
    yield store
    store.close()


@pytest.fixture
def bench(shared: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    made = Bench(shared, monkeypatch)
    made.reach(S.QUOTE_REQUESTED)
    yield made
    check_order(shared, made.order_id)


def issue(bench: Bench, **raw: str) -> list[Quote]:
    """Issue the quote that was written; its variants."""
    bench.step("issue_quote", **raw)
    with bench.store.read() as session:
        return current_offer(session, bench.order_id)


def lines_of(bench: Bench, quote: Quote) -> list[QuoteLine]:
    with bench.store.read() as session:
        return lines_of_quote(session, quote)


def consented(bench: Bench) -> int:
    with bench.store.read() as session:
        return consented_total(session, session.get_one(RepairOrder, bench.order_id))


def ledger(bench: Bench) -> list[tuple[str, str, int]]:
    with bench.store.read() as session:
        return [(row.basis.value, row.answer.value, row.amount) for row in ledger_of(session, bench.order_id)]


def paper_of(bench: Bench, kind: str) -> str:
    """All that stands on the newest paper of a kind."""
    paper = [row for row in bench.rows(Paper) if row.kind == kind][-1]
    return json.dumps(paper.content, ensure_ascii=False).replace("\xa0", " ").replace("\u202f", " ")


# --- issuing ----------------------------------------------------------------------------------------------------------


def test_lines_are_frozen_with_their_sums_and_hash(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    line(bench.store, bench.order_id, **PUMP | {"unit_price": "45,01"})
    with bench.store.read() as session:
        told = preview_step(session, bench.order_id, "issue_quote", {}, SHOP)
    assert any("2 lines, €105.01 incl. VAT." in sentence for sentence in told.effects)
    (quote,) = issue(bench)
    assert (quote.amount, quote.net, quote.offer, quote.variant) == (10501, 8751, 1, "")
    assert quote.vat_groups == [{"rate": 2000, "net": 8751, "vat": 1750}]
    line(bench.store, bench.order_id, **LABOUR | {"text": "Plus tard"})
    assert [one.text for one in lines_of(bench, quote)] == ["Main-d'œuvre", "Pompe de vidange"]
    assert ledger(bench) == [("quote", "announced", 10501)]


def test_an_amount_and_a_text_are_one_line(bench: Bench) -> None:
    asked = [one.key for one in bench.steps()["issue_quote"].inputs]
    assert asked[:3] == ["amount", "text", "valid_until"]
    (quote,) = issue(bench, amount="120", text="Pompe\n\net main-d'œuvre")
    (only,) = lines_of(bench, quote)
    assert (only.text, only.amount, quote.net) == ("Pompe et main-d'œuvre", 12000, 10000)


def test_where_lines_are_written_nothing_else_is_asked(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    assert {"amount", "text"}.isdisjoint(one.key for one in bench.steps()["issue_quote"].inputs)


def test_labour_at_nothing_is_not_issued_unless_it_is_meant(bench: Bench) -> None:
    line(bench.store, bench.order_id, **PUMP)
    bench.write(lambda s: add_labour(s, bench.order_id, 90, CLERK, SHOP, key()))
    with pytest.raises(Refusal, match=r"“Main-d'œuvre” has no price.*F10, Quote settings") as refused:
        bench.step("issue_quote")
    assert refused.value.mended_by == "quote"
    line(bench.store, bench.order_id, kind="travel", text="Déplacement", unit_price="0")  # typed: it is meant
    bench.write(lambda s: keep_setting(s, "labour_price", 0))
    try:
        (quote,) = issue(bench)
    finally:
        bench.write(lambda s: keep_setting(s, "labour_price", None))
    assert quote.amount == 4500


def test_a_draft_that_changed_on_the_way_is_not_issued(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    seen = draft(bench.store, bench.order_id).version
    line(bench.store, bench.order_id, **LABOUR)
    with pytest.raises(Conflict, match="changed the quote meanwhile"):
        bench.step("issue_quote", draft=str(seen))
    bench.step("issue_quote", draft=str(draft(bench.store, bench.order_id).version))


def test_what_is_missing_is_named_with_where_to_fill_it(bench: Bench) -> None:
    line_id = line(bench.store, bench.order_id, **PUMP | {"circular_offer": ""})
    bench.write(lambda s: save_heading(s, bench.order_id, {"fee": "30"}, CLERK, SHOP))
    with bench.store.read() as session:
        gaps = draft_gaps(session, bench.order_id, SHOP)
    assert [(gap.mended_by, gap.line_id) for gap in gaps if gap.blocks] == [("consent", None), ("quote", line_id)]
    with pytest.raises(Refusal, match=r"fee of €30\.00.*used part was offered") as refused:
        bench.step("issue_quote")
    assert refused.value.guard == "content_complete"
    nameless = replace(SHOP, address="", phone="", email="")
    with pytest.raises(Refusal, match=r"address of the shop.*neither phone nor e-mail"):
        bench.write(
            lambda s: take_step(s, bench.order_id, "issue_quote", {"valid_until": "31/12/2026"}, CLERK, nameless, key())
        )
    record(bench, ConsentBasis.FEE, 3000)
    line(bench.store, bench.order_id, **LABOUR)
    bench.write(lambda s: _answer_circular(s, line_id))
    assert issue(bench)[0].fee == 3000


def test_the_registration_number_is_demanded_where_the_country_wants_it(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    bench.write(lambda s: keep_setting(s, REGISTRATION, None))
    try:
        with pytest.raises(Refusal, match=r"registration number.*F10, Quote settings") as refused:
            bench.step("issue_quote")
        assert refused.value.mended_by == "quote_settings"
        luxembourg = replace(SHOP, country="LU")
        with bench.store.read() as session:
            told = preview_step(session, bench.order_id, "issue_quote", {"valid_until": "31/12/2026"}, luxembourg)
        assert any("registration number" in sentence for sentence in told.effects)
        raw = {"valid_until": "31/12/2026"}
        bench.write(lambda s: take_step(s, bench.order_id, "issue_quote", raw, CLERK, luxembourg, key()))
    finally:
        bench.write(registered)
    assert bench.order.state is S.QUOTE_ISSUED
    with bench.store.read() as session:
        told = preview_step(session, bench.order_id, "revise_quote", {"valid_until": "31/12/2026"}, SHOP)
    assert not any("registration number" in sentence for sentence in told.effects)


def _answer_circular(session: Session, line_id: int) -> None:
    from convisav_tui.store.models import QuoteDraftLine

    row = session.get_one(QuoteDraftLine, line_id)
    save_line(session, row.order_id, {"circular_offer": "not_in_time"}, SHOP, CLERK, key(), line_id=line_id)


def record(
    bench: Bench, basis: ConsentBasis, amount: int, answer: ConsentAnswer = ConsentAnswer.AGREED, again: str = ""
) -> PriceConsent:
    """A price announced by phone."""
    again = again or key()
    row: PriceConsent = bench.write(
        lambda s: record_consent(
            s,
            bench.order_id,
            basis=basis,
            amount=amount,
            answer=answer,
            told="Hélène",
            means="phone",
            actor=CLERK,
            key=again,
            shop=SHOP,
        )
    )
    return row


def test_no_used_part_is_owed_under_a_guarantee(bench: Bench) -> None:
    bench.take_in(warranty="both")
    line(bench.store, bench.order_id, **PUMP | {"circular_offer": ""})
    with bench.store.read() as session:
        assert not draft_of(session, bench.order_id, CLERK, SHOP).lines[0].circular_due


def test_the_paper_says_all_that_it_must(bench: Bench) -> None:
    bench.take_in(cap="150", email="helene@example.org", quote_channel="email")
    bench.step("request_quote")
    line(bench.store, bench.order_id, **LABOUR)
    line(bench.store, bench.order_id, **PUMP)
    line(bench.store, bench.order_id, kind="discount", text="Fidélité", discount="10")
    bench.step("issue_quote")
    said = paper_of(bench, "quote")
    for words in (
        "Main-d'œuvre",
        "Pompe de vidange (pièce neuve)",
        "1 h",
        "20 %",
        "10 %",
        "94,50 €",
        "78,75 €",
        "15,75 €",
        "Total TTC 94,50 €",
        "Devis reçu avant l'exécution des travaux",
        "Plafond de dépense : 150,00 €",
        "dans le plafond de 150,00 €",
        "vices cachés",
        "Aucune pièce d'occasion disponible à temps.",
        "gratuit",
        "1 rue de Rivoli",
        "Hélène Lefèvre",
        "21/12/2026",
        "sous 30 jours",
    ):
        assert words in said, words
    (message,) = [row for row in bench.rows(Message) if row.event.value == "quote_ready"]
    papers = [row for row in bench.rows(Paper) if row.kind == "quote"]
    assert len(papers) == 1 and message.paper_id == papers[0].id
    assert bench.order.state is S.QUOTE_ACCEPTED and consented(bench) == 9450
    assert ledger(bench) == [("cap", "agreed", 15000), ("quote", "announced", 9450), ("quote", "agreed", 9450)]


def test_a_franchise_shop_says_so_and_shows_no_rate(bench: Bench) -> None:
    from convisav_tui.shop.setting_rows import keep_setting

    bench.write(lambda s: keep_setting(s, "vat_regime", "franchise"))
    try:
        line(bench.store, bench.order_id, kind="work", text="Forfait", unit_price="50")
        (quote,) = issue(bench)
        said = paper_of(bench, "quote")
        assert quote.net == quote.amount == 5000 and "art. 293 B du CGI" in said and "Montant HT" not in said
    finally:
        bench.write(lambda s: keep_setting(s, "vat_regime", None))


# --- answering --------------------------------------------------------------------------------------------------------


def test_some_lines_are_accepted_and_only_they_are_agreed_to(bench: Bench) -> None:
    pump = part_bench.part(bench.store, code=f"P-{bench.order_id}", ean="", price="45")
    seal = part_bench.part(bench.store, code=f"S-{bench.order_id}", name="Joint", ean="", price="20")
    for part_id in (pump, seal):
        part_bench.receive(bench.store, part_id, 2)
        bench.write(lambda s, part_id=part_id: add_part(s, bench.order_id, part_id, CLERK, SHOP, key()))
    for row in draft(bench.store, bench.order_id).lines:
        bench.write(lambda s, row=row: _answer_circular(s, row.id))
    part_bench.need(bench.store, bench.order_id, seal)
    line(bench.store, bench.order_id, kind="discount", text="Remise", discount="10")
    (quote,) = issue(bench)
    first, _seal, _discount = lines_of(bench, quote)
    with pytest.raises(FieldErrors):
        bench.step("accept_quote", lines="999999")
    bench.step("accept_quote", means="phone", lines=str(first.id))
    assert consented(bench) == 4050
    (decision,) = bench_decisions(bench, quote)
    assert decision.amount == 4050 and first.id in decision.lines
    needs = {need.part_id: need.state.value for need in bench.rows(PartNeed)}
    assert needs == {pump: "allocated", seal: "cancelled"} and part_bench.stock_of(bench.store, pump) == (2, 1)
    with bench.store.read() as session:
        assert accepted_lines(session, bench.order_id)[0].text == first.text
    bench.undo()
    assert consented(bench) == 0 and part_bench.stock_of(bench.store, pump) == (2, 0)
    assert {need.part_id: need.state.value for need in bench.rows(PartNeed)} == {pump: "cancelled", seal: "to_order"}
    bench.step("accept_quote")
    assert consented(bench) == 5850 and part_bench.stock_of(bench.store, seal) == (2, 1)
    bench.step("cancel")
    assert part_bench.stock_of(bench.store, pump) == (2, 0)


def bench_decisions(bench: Bench, quote: Quote) -> list[QuoteDecision]:
    with bench.store.read() as session:
        return list(session.exec(select(QuoteDecision).where(QuoteDecision.quote_id == quote.id)))


def test_one_of_two_variants_is_accepted(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    bench.write(lambda s: copy_variant(s, bench.order_id, CLERK, SHOP, key()))
    line(bench.store, bench.order_id, **PUMP | {"variant": "B"})
    record(bench, ConsentBasis.CAP, 50000)
    one, other = issue(bench)
    assert (one.variant, other.variant, other.offer) == ("A", "B", one.revision)
    assert bench.order.state is S.QUOTE_ISSUED, "a cap does not choose between variants"
    body = bench.messages()[-1].body
    assert "105" in body
    with pytest.raises(FieldErrors):
        bench.step("accept_quote")
    bench.step("accept_quote", variant="B")
    assert consented(bench) == 10500 and "Variante B" in paper_of(bench, "quote")


def test_the_used_part_is_chosen_before_the_quote_is_accepted(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    line(bench.store, bench.order_id, **PUMP | {"circular_offer": "offered", "circular_price": "25"})
    issue(bench)
    assert any(one.key == "circular" for one in bench.steps()["accept_quote"].inputs)
    with pytest.raises(FieldErrors) as missing:
        bench.step("accept_quote")
    assert "circular" in missing.value.errors
    bench.step("accept_quote", circular="yes")
    assert consented(bench) == 8500
    (quote,) = bench.rows(Quote)
    assert bench_decisions(bench, quote)[0].circular_choice is CircularChoice.YES


def used_pump(bench: Bench, name: str, *, in_stock: bool) -> tuple[int, int | None]:
    """A new pump on the quote, and the used one in the stock that was offered for 25.00."""
    new = part_bench.part(bench.store, code=f"{name}-N", name=name, ean="")
    used = part_bench.part(bench.store, code=f"{name}-U", name=name, ean="", condition="circular") if in_stock else None
    if used is not None:
        part_bench.receive(bench.store, used, 3)
    line_id = bench.write(lambda s: add_part(s, bench.order_id, new, CLERK, SHOP, key(), quantity=2000))
    raw = {"circular_offer": "offered", "circular_price": "25"}
    bench.write(lambda s: save_line(s, bench.order_id, raw, SHOP, CLERK, key(), line_id=line_id))
    return new, used


def needs_of_order(bench: Bench) -> list[tuple[int, int, int, str]]:
    with bench.store.read() as session:
        rows = session.exec(select(PartNeed).where(PartNeed.order_id == bench.order_id).order_by(col(PartNeed.id)))
        return [(row.part_id, row.quantity, row.reserved, row.state.value) for row in rows]


def test_the_used_part_that_was_chosen_is_reserved_by_itself(bench: Bench) -> None:
    new, used = used_pump(bench, "POMPE-A", in_stock=True)
    part_bench.receive(bench.store, new, 2)
    issue(bench)
    with bench.store.read() as session:
        told = preview_step(session, bench.order_id, "accept_quote", {"circular": "yes", "decided_by": "H"}, SHOP)
    assert not any("still to be asked for" in sentence for sentence in told.effects)
    bench.step("accept_quote", circular="yes")
    assert needs_of_order(bench) == [(used, 2000, 2000, "allocated")]
    bench.undo()
    assert needs_of_order(bench) == [(used, 2000, 0, "cancelled")]
    bench.step("accept_quote", circular="no")
    assert needs_of_order(bench)[1:] == [(new, 2000, 2000, "allocated")]


def test_a_used_part_without_a_card_gets_one_and_is_to_be_ordered(bench: Bench) -> None:
    new, _none = used_pump(bench, "POMPE-B", in_stock=False)
    issue(bench)
    bench.step("accept_quote", circular="yes")
    with bench.store.read() as session:
        card = session.exec(select(Part).where(Part.code == "POMPE-B-N-C")).one()
    assert (card.name, card.condition.value, card.price) == ("POMPE-B", "circular", 2500)
    assert needs_of_order(bench) == [(card.id, 2000, 0, "to_order")] and card.id != new
    assert bench.order.state is S.AWAITING_PARTS


def test_what_is_quoted_on_top_keeps_the_used_part(bench: Bench) -> None:
    _new, used = used_pump(bench, "POMPE-C", in_stock=True)
    issue(bench)
    bench.step("accept_quote", circular="yes")
    bench.step("start_repair")
    bench.step("extra_work_found", extra="30", text="Joint", reason="usé")
    kept = draft(bench.store, bench.order_id).lines[0]
    assert (kept.part_id, kept.condition, kept.unit_price) == (used, "circular", 2500)
    issue(bench)
    bench.step("accept_quote")
    assert needs_of_order(bench) == [(used, 2000, 2000, "allocated")]


def test_an_expired_quote_is_not_accepted_and_a_refused_one_says_why(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    issue(bench, valid_until="30/11/2026")
    bench.wait(20 * 86400)
    with pytest.raises(Refusal):
        bench.step("accept_quote")
    bench.write(lambda s: expire_quotes(s, bench.instant, SHOP))
    assert bench.order.state is S.QUOTE_EXPIRED
    bench.step("revise_quote", valid_until="31/12/2026")
    bench.step("refuse_quote", means="sms")
    assert ledger(bench)[-1] == ("quote", "refused", 6000) and consented(bench) == 0


def test_the_european_form_binds_for_thirty_days(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    issue(bench, valid_until="30/11/2026")
    bench.write(lambda s: give_repair_form(s, bench.order_id, CLERK, SHOP, "form-1"))
    assert "Prix, ou prix maximal" in paper_of(bench, "repair_information_form")
    with pytest.raises(Refusal, match="binds the shop until 21/12/2026"):
        bench.step("revise_quote")
    bench.wait(20 * 86400)
    assert bench.write(lambda s: expire_quotes(s, bench.instant, SHOP)) == 0 or bench.order.state is S.QUOTE_ISSUED
    bench.step("revise_quote", agreed="x", valid_until="31/12/2026")
    bench.step("accept_quote")


# --- the ledger -------------------------------------------------------------------------------------------------------


def test_a_cap_that_is_withdrawn_authorises_nothing_more(bench: Bench) -> None:
    bench.take_in(cap="150", quote_requested="")
    bench.step("start_diagnosis")
    bench.step("authorise_direct", estimate="80")
    assert consented(bench) == 15000
    with bench.store.read() as session:
        assert standing(session, bench.order_id).cap == 15000, "what is agreed under a cap is no new cap"
    bench.write(lambda s: withdraw_cap(s, bench.order_id, "Hélène", "phone", CLERK, "withdraw-1", SHOP))
    again = bench.write(lambda s: withdraw_cap(s, bench.order_id, "Hélène", "phone", CLERK, "withdraw-1", SHOP))
    assert again.answer is ConsentAnswer.WITHDRAWN and consented(bench) == 8000 and bench.order.cap is None
    with pytest.raises(Refusal):
        bench.write(lambda s: withdraw_cap(s, bench.order_id, "Hélène", "phone", CLERK, key(), SHOP))
    with pytest.raises(Refusal, match="needs his agreement"):
        bench.step("complete", price="80,01")
    bench.step("complete", price="80")


def test_more_work_is_quoted_with_its_price_and_what_was_agreed(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    issue(bench)
    bench.step("accept_quote")
    bench.step("start_repair")
    bench.step("extra_work_found", extra="40", text="Carte de puissance")
    rows = draft(bench.store, bench.order_id).lines
    assert [(row.text, row.amount) for row in rows] == [("Main-d'œuvre", 6000), ("Carte de puissance", 4000)]
    bench.undo()
    assert [row.text for row in draft(bench.store, bench.order_id).lines] == ["Main-d'œuvre"]
    bench.step("extra_work_found", extra="40", text="Carte de puissance")
    (quote,) = issue(bench)
    assert quote.amount == 10000 and consented(bench) == 6000
    bench.step("accept_quote", means="phone")
    assert consented(bench) == 10000


def test_a_higher_cap_accepts_the_quote_that_waits(bench: Bench) -> None:
    new = part_bench.part(bench.store, code="CAP-P", name="Filtre", ean="")
    part_bench.receive(bench.store, new, 1)
    bench.write(lambda s: add_part(s, bench.order_id, new, CLERK, SHOP, key()))
    bench.write(lambda s: _answer_circular(s, draft_of(s, bench.order_id, CLERK, SHOP).lines[0].id))
    issue(bench)
    record(bench, ConsentBasis.CAP, 3989)
    assert bench.order.state is S.QUOTE_ISSUED
    record(bench, ConsentBasis.CAP, 6000, ConsentAnswer.REFUSED)
    assert (bench.order.state, bench.order.cap) == (S.QUOTE_ISSUED, 3989)
    assert (
        record(bench, ConsentBasis.CAP, 3990, again="cap-1").id
        == record(bench, ConsentBasis.CAP, 3990, again="cap-1").id
    )
    assert bench.order.state is S.QUOTE_ACCEPTED and consented(bench) == 3990
    assert [event.event for event in bench.events][-2:] == ["price_consented", "accept_by_cap"]
    assert ledger(bench)[-2:] == [("cap", "agreed", 3990), ("quote", "agreed", 3990)]
    (quote,) = bench.rows(Quote)
    assert [(said.means, said.decided_by) for said in bench_decisions(bench, quote)] == [("cap", "Hélène Lefèvre")]
    assert [state for _part, _quantity, _reserved, state in needs_of_order(bench)] == ["allocated"]
    bench.undo()
    assert (bench.order.state, bench.order.cap, consented(bench)) == (S.QUOTE_ISSUED, 3989, 3989)
    assert ledger(bench)[-1] == ("cap", "refused", 6000)


def test_a_higher_cap_accepts_nothing_that_is_over_or_to_be_chosen(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    issue(bench, valid_until="30/11/2026")
    bench.wait(20 * 86400)
    record(bench, ConsentBasis.CAP, 9000)
    assert bench.order.state is S.QUOTE_ISSUED, "its last day is over, whether the timer has seen that or not"
    bench.write(lambda s: expire_quotes(s, bench.instant, SHOP))
    record(bench, ConsentBasis.CAP, 9500)
    assert bench.order.state is S.QUOTE_EXPIRED
    bench.step("revise_quote", valid_until="31/12/2026")  # within the cap now
    assert bench.order.state is S.QUOTE_ACCEPTED
    bench.reach(S.QUOTE_REQUESTED)
    line(bench.store, bench.order_id, **LABOUR)
    issue(bench)
    bench.step("refuse_quote")
    record(bench, ConsentBasis.CAP, 9000)
    assert bench.order.state is S.QUOTE_REFUSED
    bench.reach(S.QUOTE_REQUESTED)
    line(bench.store, bench.order_id, **PUMP | {"circular_offer": "offered", "circular_price": "25"})
    issue(bench)
    record(bench, ConsentBasis.CAP, 9000)
    assert bench.order.state is S.QUOTE_ISSUED, "a cap does not choose a used part"


@pytest.mark.parametrize(
    ("means", "words"),
    [
        ("letter", ("par courrier", "by letter", "prin scrisoare")),
        ("fax", ("par fax", "by fax", "prin fax")),
    ],
)
def test_an_answer_by_letter_or_fax_is_one(bench: Bench, means: str, words: tuple[str, ...]) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    issue(bench)
    bench.step("accept_quote", means=means)
    with bench.store.read() as session:
        order = session.get_one(RepairOrder, bench.order_id)
        printed = [" ".join(consent_lines(session, order, language, SHOP)) for language in ("fr", "en", "ro")]
        (said,) = [row.means for row in ledger_of(session, bench.order_id) if row.answer is ConsentAnswer.AGREED]
    assert said == means and all(word in text for word, text in zip(words, printed, strict=True))


def test_what_was_agreed_by_phone_on_the_way_may_be_billed(bench: Bench) -> None:
    line(bench.store, bench.order_id, **LABOUR)
    issue(bench)
    bench.step("accept_quote")
    bench.step("start_repair")
    with pytest.raises(Refusal, match="needs his agreement"):
        bench.step("complete", price="75")
    assert (
        record(bench, ConsentBasis.EXTRA, 1500, again="x-1").id
        == record(bench, ConsentBasis.EXTRA, 1500, again="x-1").id
    )
    with pytest.raises(Refusal, match="no further quote is needed"):
        bench.step("extra_work_found", extra="15")
    assert consented(bench) == 7500
    bench.step("complete", price="75")


def test_nothing_is_handed_over_or_paid_beyond_consent(bench: Bench) -> None:
    bench.reach(S.TO_NOTIFY)
    bench.write(lambda s: _tamper(s, bench.order_id, 13000))
    with pytest.raises(Refusal) as refused:
        bench.step("hand_over", release="x")
    assert (refused.value.guard, refused.value.mended_by) == ("price_within_consent", "consent")
    with pytest.raises(Refusal):
        bench.pay(13000)
    record_over = bench.order.price or 0
    assert record_over == 13000
    bench.write(lambda s: _tamper(s, bench.order_id, 12000))
    bench.pay(12000)
    bench.step("hand_over")


def _tamper(session: Session, order_id: int, price: int) -> None:
    order = session.get_one(RepairOrder, order_id)
    order.price = price
    session.add(order)


def test_a_quote_is_answered_by_its_step_alone(bench: Bench) -> None:
    with pytest.raises(Refusal) as refused:
        record(bench, ConsentBasis.QUOTE, 1000)
    assert refused.value.mended_by == "step:accept_quote"
    with pytest.raises(FieldErrors) as wrong:
        bench.write(
            lambda s: record_consent(
                s,
                bench.order_id,
                basis=ConsentBasis.EXTRA,
                amount=-1,
                answer=ConsentAnswer.AGREED,
                told=" ",
                means="pigeon",
                actor=CLERK,
                key=key(),
                shop=SHOP,
            )
        )
    assert set(wrong.value.errors) == {"amount", "told", "means"}


def test_the_ledger_is_printed_in_the_language_of_the_paper(bench: Bench) -> None:
    bench.take_in(cap="150", amount="20", nature="diagnostic_fee", means="cash")
    with bench.store.read() as session:
        order = session.get_one(RepairOrder, bench.order_id)
        french, romanian = (consent_lines(session, order, code, SHOP) for code in ("fr", "ro"))
    assert french[0].replace("\xa0", " ") == (
        "21/11/2026 · Plafond de dépense : 150,00 €, accepté (Hélène Lefèvre, au comptoir)"
    )
    assert "Taxă de diagnosticare" in romanian[1]


def test_a_payment_in_advance_needs_no_consent(bench: Bench) -> None:
    bench.write(
        lambda s: take_payment(
            s,
            bench.order_id,
            amount=3000,
            nature=Nature.ACOMPTE,
            means=Means.CARD,
            actor=CLERK,
            shop=SHOP,
            key=key(),
        )
    )
