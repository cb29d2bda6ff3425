from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from sqlmodel import Session

from convisav_tui.errors import NotFound
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    CustodyEvent,
    Holder,
    JobKind,
    JobState,
    Means,
    MessageAttempt,
    MessageState,
    Nature,
    OrderEvent,
    Payment,
    PrintAttempt,
    PrintJob,
    Quote,
    QuoteDecision,
    RepairOrder,
)
from convisav_tui.store.queries import outbox
from convisav_tui.store.queries.sheet import order_id_and_version, sheet
from tests.shop_builder import add_device, add_message, add_order, add_party

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)


def at(minutes: int) -> datetime:
    return START + timedelta(minutes=minutes)


def whole_story(session: Session) -> None:
    """An order with one of everything, each a minute after the other."""
    principal = add_party(session, "Nord Assurances", phone="")
    device = add_device(session, add_party(session, email="h@example.org", city="Lille"), "smartphone", serial="X1")
    add_order(session, device, opened_at=at(-9000), reported_fault="first time")
    order = add_order(session, device, opened_at=at(0), principal_id=principal.id, price=9000, received_by_id=1)
    session.add(CustodyEvent(order_id=order.id, at=at(1), holder=Holder.IN_SHOP, place="B3", staff_id=1))
    paid = {"order_id": order.id, "means": Means.CARD, "staff_id": 1}
    session.add(Payment(at=at(2), nature=Nature.ACOMPTE, amount=3000, idempotency_key="a", **paid))
    session.add(Payment(at=at(3), nature=Nature.GUARANTEE_DEPOSIT, amount=5000, idempotency_key="b", **paid))
    job = PrintJob(
        order_id=order.id, kind=JobKind.LABEL, dedupe_key="l", created_at=at(4), state=JobState.NEEDS_ATTENTION
    )
    session.add(job)
    session.flush()
    session.add(PrintAttempt(job_id=job.id, started_at=at(5), outcome="refused"))
    session.add(PrintAttempt(job_id=job.id, started_at=at(6), outcome="sent", bytes_sent=9))
    first = Quote(order_id=order.id, revision=1, amount=8000, issued_at=at(7), issued_by_id=1)
    second = Quote(order_id=order.id, revision=2, amount=9000, issued_at=at(8))
    session.add(first)
    session.add(second)
    event = OrderEvent(order_id=order.id, at=at(9), event="accept_quote", staff_id=1, detail={"by": "Hélène"})
    session.add(event)
    session.flush()
    session.add(QuoteDecision(quote_id=second.id, event_id=event.id, accepted=False, reason="too much", at=at(9)))
    later = OrderEvent(order_id=order.id, at=at(10), event="accept_quote")
    session.add(later)
    session.flush()
    session.add(QuoteDecision(quote_id=second.id, event_id=later.id, accepted=True, means="phone", at=at(10)))
    message = add_message(session, order, MessageState.DEAD, created_at=at(11))
    session.add(MessageAttempt(message_id=message.id, token="t", attempt=1, started_at=at(12), kind="permanent"))


def test_a_sheet_tells_everything(any_store: Store) -> None:
    any_store.write(whole_story)
    with any_store.read() as session:
        by_id = sheet(session, 2)
        assert by_id is not None
        assert by_id == sheet(session, by_id.order.number)
    assert (by_id.customer.name, by_id.customer.city, by_id.customer.code) == ("Hélène Lefèvre", "Lille", "C00002")
    assert by_id.principal is not None and by_id.principal.name == "Nord Assurances"
    assert (by_id.device.title, by_id.device.type_code, by_id.device.has_imei) == ("Miele WCD320", "smartphone", True)
    assert by_id.device.type_names["fr"] == "Téléphone"
    assert (by_id.order.received_by, by_id.order.technician) == ("Anna", "")
    assert [order.reported_fault for order in by_id.earlier] == ["first time"]
    assert [quote.issued_by for quote in by_id.quotes] == ["Anna", ""]
    assert [quote.accepted for quote in by_id.quotes] == [None, True]
    assert by_id.quote is not None and by_id.quote.means == "phone"
    assert (by_id.paid, by_id.due) == (3000, 6000)
    assert by_id.custody[0].place == "B3"
    assert [attempt.outcome for attempt in by_id.jobs[0].tries] == ["refused", "sent"]
    assert by_id.events[1].detail == {"by": "Hélène"}
    assert by_id.events[1].staff == "Anna"


def test_the_time_line_merges_all_that_happened(any_store: Store) -> None:
    any_store.write(whole_story)
    with any_store.read() as session:
        found = sheet(session, 2)
    assert found is not None
    assert [moment.kind for moment in found.timeline] == [
        "event",
        "custody",
        "payment",
        "payment",
        "print",
        "print_attempt",
        "print_attempt",
        "event",
        "event",
        "message",
        "message_attempt",
    ]
    assert [moment.at for moment in found.timeline] == sorted(moment.at for moment in found.timeline)


def test_an_order_without_anything_has_a_sheet_too(any_store: Store) -> None:
    any_store.write(lambda session: add_order(session, add_device(session, add_party(session))))
    with any_store.read() as session:
        found = sheet(session, 1)
        assert found is not None
        assert (found.principal, found.quote, found.due, found.paid, found.earlier) == (None, None, None, 0, ())
        assert sheet(session, 99) is None
        assert sheet(session, "2600000099") is None
        assert sheet(session, "' OR 1=1 --") is None
        assert order_id_and_version(session, found.order.number) == (1, 1)
        with pytest.raises(NotFound):
            order_id_and_version(session, "2600000099")


def outbox_rows(session: Session) -> None:
    order = add_order(session, add_device(session, add_party(session)))
    for state in MessageState:
        add_message(session, order, state)
    for state in JobState:
        session.add(PrintJob(order_id=order.id, kind=JobKind.RECEIPT, state=state, dedupe_key=state.value))
    session.add(PrintJob(kind=JobKind.LABEL, dedupe_key="without an order"))


def test_the_outbox_shows_what_waits(any_store: Store) -> None:
    any_store.write(outbox_rows)
    with any_store.read() as session:
        assert {row.state for row in outbox.owed_messages(session)} == {"dead", "unknown", "to_call", "to_post"}
        assert outbox.message_counts(session) == {
            "queued": 1,
            "leased": 1,
            "dead": 1,
            "unknown": 1,
            "to_call": 1,
            "to_post": 1,
        }
        assert outbox.job_counts(session) == {"queued": 2, "sending": 1, "needs_attention": 1}
        jobs = outbox.print_jobs(session)
        assert [row.state for row in jobs] == ["queued", "needs_attention", "sending", "queued"]
        assert (jobs[0].number, jobs[0].customer) == ("", "")
        assert jobs[1].customer == "Hélène Lefèvre"
        assert len(outbox.print_jobs(session, states=())) == len(JobState) + 1
        assert [row.id for row in outbox.print_jobs(session, limit=2, before=jobs[1].id)] == [r.id for r in jobs[2:4]]
        assert len(outbox.messages(session)) == len(MessageState)
        (sent,) = outbox.messages(session, states=("sent",))
        assert (sent.number, sent.customer, sent.phone) == (jobs[1].number, "Hélène Lefèvre", "06 12 34 56 78")
        with pytest.raises(ValueError, match="nowhere"):
            outbox.messages(session, states=("nowhere') OR ('1'='1",))


def test_an_order_knows_its_own_rows_only(any_store: Store) -> None:
    any_store.write(whole_story)

    def other(session: Session) -> None:
        order = session.get(RepairOrder, 1)
        assert order is not None
        add_message(session, order)

    any_store.write(other)
    with any_store.read() as session:
        found = sheet(session, 1)
        assert found is not None
        assert (len(found.messages), found.jobs, found.payments, found.quotes) == (1, (), (), ())
