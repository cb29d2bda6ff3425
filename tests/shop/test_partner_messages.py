"""News to suppliers and subcontractors: owed to whom, with which paper, called off, sent again, sent otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import Refusal
from convisav_tui.notifying.attachments import attachments_of
from convisav_tui.screens.staff_journal import told as journal_sentence
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.dispatching import send_parcel
from convisav_tui.shop.message_deeds import channels_left, edit_recipient, log_call, send_by
from convisav_tui.shop.message_trace import Deed, deeds_on
from convisav_tui.shop.notices import save_rule
from convisav_tui.shop.order_off import planned_order_off
from convisav_tui.shop.outbox import cancel_message, mark_called, retry_message
from convisav_tui.shop.partner_messages import send_dispatch, send_supplier_order
from convisav_tui.shop.reactions import message_failed
from convisav_tui.shop.staff_journal import staff_journal
from convisav_tui.shop.supplier_orders import cancel_order, order_parts
from convisav_tui.shop.workflow import preview_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    Message,
    MessageEvent,
    MessageState,
    OrderState,
    Paper,
    Party,
    StaffEvent,
    SupplierOrder,
    Told,
)
from convisav_tui.store.queries.outbox import message_counts, messages
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.part_bench import need, part, supplier
from tests.shop.subcontract_bench import subcontractor

S = OrderState
E = MessageEvent


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    store.close()


def sent_to(store: Store, event: MessageEvent) -> list[Message]:
    with store.read() as session:
        return list(session.exec(select(Message).where(Message.event == event).order_by(col(Message.id))))


def ordered(bench: Bench, **card: str) -> SupplierOrder:
    """An order for a part that an accepted quote needs."""
    sold_by = supplier(bench.store, **card)
    pump = part(bench.store, supplier=str(sold_by), reference="PX/4711")
    bench.reach(S.QUOTE_ISSUED)
    need(bench.store, bench.order_id, pump)
    bench.step("accept_quote")
    made: list[SupplierOrder] = bench.write(lambda session: order_parts(session, CLERK, SHOP, "order-1"))
    return made[0]


def fail(bench: Bench, message: Message) -> Message:
    def operation(session: Session) -> Message:
        row = session.get_one(Message, message.id)
        row.state, row.attempts, row.last_text = MessageState.DEAD, 1, "550 no such user"
        return message_failed(session, row, SHOP)

    row: Message = bench.write(operation)
    return row


def rendered(bench: Bench, paper_id: int | None) -> None:
    def operation(session: Session) -> None:
        paper = session.get_one(Paper, paper_id)
        paper.pdf, paper.rendered_at = b"%PDF-1.7", now()

    bench.write(operation)


# --- suppliers --------------------------------------------------------------------------------------------------------


def test_an_order_goes_to_its_supplier_with_paper_and_lines_in_his_language(bench: Bench) -> None:
    order = ordered(bench, language="ro")
    (message,) = sent_to(bench.store, E.SUPPLIER_ORDER)
    assert (message.order_id, message.supplier_order_id, message.party_id) == (None, order.id, order.supplier_id)
    assert (message.channel, message.recipient, message.language) == (Channel.EMAIL, "commandes@pieces.example", "ro")
    assert order.number in message.subject and "C-77" in message.body and "comanda noastră" in message.body
    assert message.not_before == now() + timedelta(seconds=60)
    rendered(bench, message.paper_id)
    pdf, lines = attachments_of(bench.store, message)
    assert pdf.content.startswith(b"%PDF") and lines.kind == "text/csv" and lines.name == f"{order.number}.csv"
    assert "PX/4711" in lines.content.decode("utf-8-sig")
    assert not [row for row in bench.messages() if row.event is E.SUPPLIER_ORDER]


def test_the_same_order_is_sent_once_and_again_when_asked(bench: Bench) -> None:
    order = ordered(bench)
    bench.write(lambda session: order_parts(session, CLERK, SHOP, "order-1"))
    assert len(sent_to(bench.store, E.SUPPLIER_ORDER)) == 1
    again: Message = bench.write(lambda session: send_supplier_order(session, order.id or 0, SHOP, CLERK))
    first, second = sent_to(bench.store, E.SUPPLIER_ORDER)
    assert second.id == again.id and first.dedupe_key != second.dedupe_key and second.not_before == now()
    assert second.paper_id == first.paper_id


def call_off(bench: Bench, order: SupplierOrder, reason: str = "trop long", tell: bool = True) -> None:
    bench.write(lambda session: cancel_order(session, order.id or 0, CLERK, SHOP, reason=reason, tell=tell))


def leaves(bench: Bench, message: Message, state: MessageState = MessageState.SENT) -> None:
    def operation(session: Session) -> None:
        session.get_one(Message, message.id).state = state

    bench.write(operation)


@pytest.mark.parametrize("state", [MessageState.QUEUED, MessageState.DEAD, MessageState.TO_CALL])
def test_who_cannot_know_of_an_order_is_told_nothing_of_its_end(bench: Bench, state: MessageState) -> None:
    order = ordered(bench)
    leaves(bench, sent_to(bench.store, E.SUPPLIER_ORDER)[0], state)
    with bench.store.read() as session:
        assert planned_order_off(session, order.id or 0, SHOP, "trop long") is None
    call_off(bench, order)
    assert [row.state for row in sent_to(bench.store, E.SUPPLIER_ORDER)] == [MessageState.CANCELLED]


@pytest.mark.parametrize("state", [MessageState.SENT, MessageState.UNKNOWN, MessageState.LEASED, MessageState.CALLED])
def test_a_supplier_is_told_once_that_his_order_is_called_off_and_why(bench: Bench, state: MessageState) -> None:
    order = ordered(bench, language="ro")
    leaves(bench, sent_to(bench.store, E.SUPPLIER_ORDER)[0], state)
    with bench.store.read() as session:
        planned = planned_order_off(session, order.id or 0, SHOP, "client $number renonce")
    for _time in range(2):
        call_off(bench, order, reason="client $number renonce")
    first, second = sent_to(bench.store, E.SUPPLIER_ORDER)
    assert (first.state, second.state, second.not_before) == (state, MessageState.QUEUED, now())
    assert planned is not None and (planned.subject, planned.body) == (second.subject, second.body)
    assert order.number in second.subject and "anulată" in second.subject
    assert "1 × PX/4711 Pompe de vidange" in second.body and "client $number renonce" in second.body
    assert (second.language, second.recipient, second.paper_id) == ("ro", "commandes@pieces.example", None)
    assert attachments_of(bench.store, second) == ()
    with bench.store.read() as session:
        row = session.get_one(SupplierOrder, order.id)
    assert row.note == "client $number renonce"
    assert [(deed.event, deed.note) for _number, deed in trace(bench, second.id)] == [("message_asked", row.note)]
    with pytest.raises(Refusal):
        bench.write(lambda session: send_supplier_order(session, order.id or 0, SHOP, CLERK))


def card(bench: Bench, order: SupplierOrder, **values: str) -> None:
    def operation(session: Session) -> None:
        party = session.get_one(Party, order.supplier_id)
        for key, value in values.items():
            setattr(party, key, value)

    bench.write(operation)


def test_the_end_of_an_order_goes_by_fax_and_by_nothing_when_nobody_wants_it(bench: Bench) -> None:
    order = ordered(bench, email="")
    card(bench, order, fax="01 40 00 00 10", fax_e164="+33140000010")
    call_off(bench, order)
    (by_fax,) = sent_to(bench.store, E.SUPPLIER_ORDER)
    rendered(bench, by_fax.paper_id)
    assert by_fax.channel is Channel.FAX
    assert [file.kind for file in attachments_of(bench.store, by_fax)] == ["application/pdf"]
    (silent,) = bench.write(lambda session: order_parts(session, CLERK, SHOP, "order-2"))
    leaves(bench, sent_to(bench.store, E.SUPPLIER_ORDER)[-1])
    call_off(bench, silent, tell=False)
    assert len(sent_to(bench.store, E.SUPPLIER_ORDER)) == 2


def test_a_supplier_who_has_the_order_on_paper_is_told_all_the_same(bench: Bench) -> None:
    order = ordered(bench, email="")

    card(bench, order, email="commandes@pieces.example")
    call_off(bench, order)
    assert "annulée" in sent_to(bench.store, E.SUPPLIER_ORDER)[0].subject


def test_a_supplier_without_address_gets_the_paper_as_before(bench: Bench) -> None:
    order = ordered(bench, email="")
    assert not sent_to(bench.store, E.SUPPLIER_ORDER)
    with pytest.raises(Refusal) as refused:
        bench.write(lambda session: send_supplier_order(session, order.id or 0, SHOP, CLERK))
    assert refused.value.guard == "partner_has_address" and "Pièces Express" in str(refused.value)


def test_the_shops_rule_may_tell_no_supplier(bench: Bench) -> None:
    bench.write(lambda session: save_rule(session, E.SUPPLIER_ORDER, PROGRAM, told=Told.NOBODY))
    ordered(bench)
    assert not sent_to(bench.store, E.SUPPLIER_ORDER)


def test_what_no_mail_server_took_goes_by_fax_and_then_to_somebody_who_calls(bench: Bench) -> None:
    order = ordered(bench)

    def give_fax(session: Session) -> None:
        session.get_one(Party, order.supplier_id).fax_e164 = "+33140000010"

    bench.write(give_fax)
    (message,) = sent_to(bench.store, E.SUPPLIER_ORDER)
    by_fax = fail(bench, message)
    assert (by_fax.channel, by_fax.recipient, by_fax.paper_id) == (Channel.FAX, "+33140000010", message.paper_id)
    rendered(bench, by_fax.paper_id)
    assert [file.kind for file in attachments_of(bench.store, by_fax)] == ["application/pdf"]
    assert fail(bench, by_fax).state is MessageState.TO_CALL
    states = [row.state for row in sent_to(bench.store, E.SUPPLIER_ORDER)]
    assert states == [MessageState.CANCELLED, MessageState.TO_CALL]


def test_everything_that_mends_a_message_works_without_an_order(bench: Bench) -> None:
    ordered(bench)
    (message,) = sent_to(bench.store, E.SUPPLIER_ORDER)
    key = message.id or 0
    fail(bench, message)
    with bench.store.read() as session:
        assert channels_left(session, key) == [Channel.CALL]
        row = next(row for row in messages(session) if row.id == key)
        assert (row.order_id, row.number[:3], row.customer) == (None, "CF-", "Pièces Express")
        assert message_counts(session)["to_call"] == 1
    bench.write(lambda session: log_call(session, key, "no_answer", CLERK, SHOP))
    bench.write(lambda session: mark_called(session, key, CLERK))
    assert sent_to(bench.store, E.SUPPLIER_ORDER)[0].state is MessageState.CALLED
    again: Message = bench.write(
        lambda session: send_supplier_order(session, message.supplier_order_id or 0, SHOP, CLERK)
    )
    bench.write(lambda session: edit_recipient(session, again.id or 0, "stock@pieces.example", CLERK, SHOP))
    bench.write(lambda session: cancel_message(session, again.id or 0, CLERK, "par téléphone"))
    third: Message = bench.write(
        lambda session: send_supplier_order(session, message.supplier_order_id or 0, SHOP, CLERK)
    )

    def fails(session: Session) -> None:
        session.get_one(Message, third.id).state = MessageState.DEAD

    bench.write(fails)
    bench.write(lambda session: retry_message(session, third.id or 0, CLERK))
    called: Message = bench.write(lambda session: send_by(session, third.id or 0, Channel.CALL, CLERK, SHOP))
    assert (called.state, called.supplier_order_id) == (MessageState.TO_CALL, message.supplier_order_id)
    told = [(number, deed.event, deed.by, deed.note) for number, deed in trace(bench, key, again.id, third.id)]
    assert told == [
        (key, "message_spoken", "Anna", ""),
        (key, "message_call_tried", "Anna", "no_answer"),
        (again.id, "message_cancelled", "Anna", "par téléphone"),
        (again.id, "message_readdressed", "Anna", ""),
        (again.id, "message_asked", "Anna", ""),
        (third.id, "message_rerouted", "Anna", "call"),
        (third.id, "message_retried", "Anna", ""),
        (third.id, "message_asked", "Anna", ""),
    ]
    boss = bench.manager()
    with bench.store.read() as session:
        entry = staff_journal(session, boss)[0]
    assert entry.station == CLERK.station_name and entry.detail["customer"] == "Pièces Express"
    assert journal_sentence(entry) == "Pièces Express: message sent another way · order to a supplier · call"


def trace(bench: Bench, *message_ids: int | None) -> list[tuple[int | None, Deed]]:
    """What was done about each of these messages, the newest first."""
    with bench.store.read() as session:
        rows = [session.get_one(Message, message_id) for message_id in message_ids]
        found = deeds_on(session, [(row.id or 0, row.order_id, row.created_at) for row in rows])
    return [(message_id, deed) for message_id in message_ids for deed in found.get(message_id or 0, ())]


def test_what_is_done_about_a_message_of_an_order_stands_in_its_story_alone(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED)
    (message,) = bench.messages(E.QUOTE_READY)
    bench.write(lambda session: cancel_message(session, message.id or 0, CLERK, "vu au comptoir"))
    assert [(deed.event, deed.note) for _number, deed in trace(bench, message.id)] == [
        ("message_cancelled", "vu au comptoir")
    ]
    with bench.store.read() as session:
        assert not session.exec(select(StaffEvent)).all()


# --- subcontractors ---------------------------------------------------------------------------------------------------


def test_a_parcel_is_announced_with_its_slip_and_not_after_an_undo(bench: Bench) -> None:
    party = subcontractor(bench.store)
    bench.reach(S.IN_REPAIR)
    with bench.store.read() as session:
        told = preview_step(session, bench.order_id, "send_out", {"subcontractor": str(party)}, SHOP).messages
    assert [row.recipient for row in told] == ["atelier@micro.example"]
    bench.step("send_out", subcontractor=str(party))
    (message,) = sent_to(bench.store, E.SUBCONTRACT)
    assert message.dispatch_id is not None and message.order_id is None and message.paper_id is not None
    assert "bon d'envoi" in message.body and "appareil" not in message.subject.replace("Des appareils", "")
    bench.undo()
    assert sent_to(bench.store, E.SUBCONTRACT)[0].state is MessageState.CANCELLED


def test_one_note_for_a_parcel_of_several_and_again_by_its_key(bench: Bench) -> None:
    party = subcontractor(bench.store)
    ids = [bench.reach(S.IN_REPAIR) for _time in range(2)]
    parcel = {"subcontractor": str(party)}
    sent = bench.write(lambda session: send_parcel(session, ids, parcel, CLERK, SHOP, "parcel-1"))
    assert len(sent_to(bench.store, E.SUBCONTRACT)) == 1
    bench.write(lambda session: send_dispatch(session, sent.dispatch_id, SHOP, CLERK))
    first, second = sent_to(bench.store, E.SUBCONTRACT)
    assert first.paper_id == second.paper_id is not None


@pytest.mark.parametrize(
    ("answer", "words"), [("accept_quote", "poursuivre la réparation"), ("refuse_quote", "sans réparation")]
)
def test_the_customers_answer_goes_to_who_named_the_price(bench: Bench, answer: str, words: str) -> None:
    subcontractor(bench.store)
    bench.reach(S.SUBCONTRACTED)
    bench.step("subcontractor_quoted", cost="60", reference="MS-9")
    bench.step("issue_quote")
    raw = {"reason": "trop cher"} if answer == "refuse_quote" else {}
    with bench.store.read() as session:
        planned = preview_step(session, bench.order_id, answer, raw, SHOP).messages
    assert [row.event for row in planned] == [E.SUBCONTRACT] and words in planned[0].body
    bench.step(answer)
    message = sent_to(bench.store, E.SUBCONTRACT)[-1]
    assert (message.order_id, message.recipient) == (bench.order_id, "atelier@micro.example")
    assert words in message.body and "MS-9" in message.body and ("60,00" in message.body) == (answer == "accept_quote")
    assert (message.subject, message.body) == (planned[0].subject, planned[0].body)
    bench.undo()
    assert sent_to(bench.store, E.SUBCONTRACT)[-1].state is MessageState.CANCELLED


def test_a_price_within_what_was_agreed_is_approved_in_writing(bench: Bench) -> None:
    subcontractor(bench.store, margin="10")
    bench.reach(S.SUBCONTRACTED)
    with bench.store.read() as session:
        preview = preview_step(session, bench.order_id, "subcontractor_approved", {"cost": "50"}, SHOP)
    assert len(preview.messages) == 1 and "50,00" in preview.messages[0].body
    bench.step("subcontractor_approved", cost="50")
    assert sent_to(bench.store, E.SUBCONTRACT)[-1].body == preview.messages[0].body
