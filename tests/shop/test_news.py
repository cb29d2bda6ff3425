"""News that follow from steps and from time: delay, sent out, accepted, expired, cancelled, a loaner that is late."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlmodel import Session, col, select

from convisav_tui import ticket_number
from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.loaners import save_unit
from convisav_tui.shop.loans import Wish, lend, take_back
from convisav_tui.shop.notices import drop_rule, save_rule
from convisav_tui.shop.ordering_foreseen import foresee_ordering
from convisav_tui.shop.promise import move_promise
from convisav_tui.shop.quiet_hours import save_quiet_hours
from convisav_tui.shop.reactions import message_failed
from convisav_tui.shop.reminders import ladder_of, remind, save_step
from convisav_tui.shop.shipped_ladders import LOAN_OVERDUE
from convisav_tui.shop.supplier_orders import order_parts
from convisav_tui.shop.workflow import preview_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    Loan,
    Message,
    MessageEvent,
    MessageState,
    OrderState,
    ReminderStep,
    Told,
)
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.part_bench import need, part, supplier
from tests.shop.subcontract_bench import subcontractor
from tests.shop.test_loans import UNIT

S = OrderState
E = MessageEvent
DAY = 86_400


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    opened = counter_store(tmp_path_factory.mktemp("shop"))
    yield opened
    opened.close()


@pytest.fixture
def bench(store: Store, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    yield Bench(store, monkeypatch)
    for event in MessageEvent:
        store.write(lambda session, event=event: drop_rule(session, event, PROGRAM))
    store.write(lambda session: save_quiet_hours(session, "", ""))


def foreseen(bench: Bench, event: str, **raw: str) -> list[tuple[MessageEvent, str]]:
    with bench.store.read() as session:
        return [(told.event, told.body) for told in preview_step(session, bench.order_id, event, raw, SHOP).messages]


def owed(bench: Bench, event: MessageEvent) -> list[Message]:
    return [row for row in bench.messages(event) if row.state is not MessageState.CANCELLED]


def rule(bench: Bench, event: MessageEvent, told: Told = Told.CUSTOMER, **values: object) -> None:
    bench.write(lambda session: save_rule(session, event, PROGRAM, told=told, **values))  # type: ignore[arg-type]


def missing_part(bench: Bench, days: int) -> None:
    """The order needs a part that comes in so many days."""
    sold_by = supplier(bench.store, name=f"Pièces {bench.order_id}", delivery_days=str(days), email="")
    pump = part(bench.store, code=f"PUMP-{bench.order_id}", ean="", supplier=str(sold_by))
    need(bench.store, bench.order_id, pump)


# --- delay ------------------------------------------------------------------------------------------------------------


def test_parts_that_come_after_the_promised_day_move_it_and_the_customer_is_told(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED, promised_on="24/11/2026")
    missing_part(bench, 6)  # on Friday 27th: promised for Saturday
    said = foreseen(bench, "accept_quote")
    assert [event for event, _body in said] == [E.DELAY] and "28/11/2026" in said[0][1]
    bench.step("accept_quote")
    assert bench.order.state is S.AWAITING_PARTS and bench.order.promised_on == date(2026, 11, 28)
    (message,) = owed(bench, E.DELAY)
    assert message.body == said[0][1] and message.not_before == now() + timedelta(seconds=60)
    assert message.expires_at == now() + timedelta(hours=168)
    bench.undo()
    assert not owed(bench, E.DELAY) and bench.order.promised_on == date(2026, 11, 24)


@pytest.mark.parametrize(("promised", "days"), [("", 6), ("27/11/2026", 6), ("24/11/2026", 2)])
def test_parts_that_come_in_time_change_nothing(bench: Bench, promised: str, days: int) -> None:
    bench.reach(S.QUOTE_ISSUED, promised_on=promised)
    before = bench.order.promised_on
    missing_part(bench, days)
    assert not foreseen(bench, "accept_quote")
    bench.step("accept_quote")
    assert bench.order.promised_on == before and not bench.messages(E.DELAY)


def test_a_part_found_missing_at_the_bench_delays(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR, promised_on="23/11/2026")
    missing_part(bench, 3)
    assert [event for event, _body in foreseen(bench, "missing_part")] == [E.DELAY]
    bench.step("missing_part")
    assert len(owed(bench, E.DELAY)) == 1


def test_an_order_of_parts_that_takes_longer_delays_once(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED, promised_on="24/11/2026")
    missing_part(bench, 2)
    bench.step("accept_quote")
    bench.wait(5 * DAY)  # nobody ordered it for days
    with bench.store.read() as session:
        told = [one.body for one in foresee_ordering(session, SHOP).messages]
    bench.write(lambda session: order_parts(session, CLERK, SHOP, f"late-{bench.order_id}"))
    assert bench.order.promised_on == date(2026, 11, 30)  # comes on Saturday 28th; nobody works on Sunday
    (message,) = owed(bench, E.DELAY)
    assert "30/11/2026" in message.body and message.body in told
    bench.write(lambda session: order_parts(session, CLERK, SHOP, f"late-{bench.order_id}"))
    assert len(owed(bench, E.DELAY)) == 1


def test_an_order_of_parts_is_foreseen_and_may_tell_nobody(bench: Bench) -> None:
    bench.reach(S.QUOTE_ISSUED, promised_on="24/11/2026")
    missing_part(bench, 2)
    bench.step("accept_quote")
    bench.wait(5 * DAY)
    with bench.store.read() as session:
        preview = foresee_ordering(session, SHOP)
    assert any("30/11/2026" in sentence and "24/11/2026" in sentence for sentence in preview.effects)
    (planned,) = [one for one in preview.messages if ticket_number.show(bench.order.number) in one.body]
    assert not owed(bench, E.DELAY) and bench.order.promised_on == date(2026, 11, 24)
    bench.write(lambda session: order_parts(session, CLERK, SHOP, f"mute-{bench.order_id}", tell=False))
    assert bench.order.promised_on == date(2026, 11, 30) and not owed(bench, E.DELAY)
    assert planned.event is E.DELAY and "30/11/2026" in planned.body


def test_a_promise_is_moved_on_the_sheet(bench: Bench) -> None:
    bench.reach(S.IN_REPAIR, promised_on="24/11/2026")
    unit = bench.write(lambda session: save_unit(session, UNIT | {"code": f"s-{bench.order_id}"}, SHOP, CLERK).id)
    bench.write(
        lambda session: lend(session, bench.order_id, Wish(unit, deposit=0), CLERK, SHOP, f"s-{bench.order_id}")
    )

    def move(day: date | None, **values: object) -> object:
        return bench.write(
            lambda session: move_promise(session, bench.order_id, day, CLERK, SHOP, **values)  # type: ignore[arg-type]
        )

    move(date(2026, 12, 1), reason="technicien malade")
    (message,) = owed(bench, E.DELAY)
    assert "01/12/2026" in message.body and bench.rows(Loan)[0].due_on == date(2026, 12, 1)
    assert bench.events[-1].detail["reason"] == "technicien malade"
    move(date(2026, 11, 28))
    assert not owed(bench, E.DELAY)
    move(date(2026, 12, 2), tell=False)
    assert not owed(bench, E.DELAY) and move(date(2026, 12, 2)) is None
    with pytest.raises(FieldErrors):
        move(date(2026, 11, 1))
    bench.reach(S.RETURNED)
    with pytest.raises(Refusal):
        move(date(2026, 12, 2))


# --- told by a rule only ----------------------------------------------------------------------------------------------


def test_an_acceptance_is_confirmed_where_the_rule_is_on(bench: Bench) -> None:
    bench.reach(S.QUOTE_ACCEPTED)
    assert not bench.messages(E.QUOTE_ACCEPTED)
    rule(bench, E.QUOTE_ACCEPTED, channels=(Channel.EMAIL,), delay_minutes=5, expires_hours=4)
    bench.reach(S.QUOTE_ISSUED)
    said = foreseen(bench, "accept_quote")
    assert [event for event, _body in said] == [E.QUOTE_ACCEPTED] and "120,00" in said[0][1]
    bench.step("accept_quote")
    (message,) = owed(bench, E.QUOTE_ACCEPTED)
    assert (message.channel, message.body) == (Channel.EMAIL, said[0][1])
    assert message.not_before == now() + timedelta(minutes=6)
    assert message.expires_at == message.not_before + timedelta(hours=4)
    bench.undo()
    assert not owed(bench, E.QUOTE_ACCEPTED)


def test_who_has_it_on_paper_is_not_called_about_it(bench: Bench) -> None:
    rule(bench, E.QUOTE_ACCEPTED)
    bench.reach(S.QUOTE_ACCEPTED, quote_channel="call", ready_channel="call")
    assert not bench.messages(E.QUOTE_ACCEPTED)
    bench.reach(S.QUOTE_ACCEPTED, quote_channel="email", ready_channel="email", phone="")
    (message,) = owed(bench, E.QUOTE_ACCEPTED)

    def fail(session: Session, message_id: int | None) -> Message:
        row = session.get_one(Message, message_id)
        row.attempts = 1
        return message_failed(session, row, SHOP)

    by_sms: Message = bench.write(lambda session: fail(session, message.id))
    assert by_sms.channel is Channel.SMS
    assert bench.write(lambda session: fail(session, by_sms.id)).state is MessageState.CANCELLED


def test_who_is_told_that_his_device_went_elsewhere(bench: Bench) -> None:
    subcontractor(bench.store, email="")
    bench.reach(S.SUBCONTRACTED)
    assert not bench.messages(E.SENT_OUT)
    rule(bench, E.SENT_OUT, channels=(Channel.SMS,))
    bench.reach(S.IN_REPAIR)
    with bench.store.read() as session:
        from convisav_tui.shop.subcontractors import subcontractors

        party = subcontractors(session)[0].party_id
    assert [event for event, _body in foreseen(bench, "send_out", subcontractor=str(party))] == [E.SENT_OUT]
    bench.step("send_out")
    assert [row.channel for row in owed(bench, E.SENT_OUT)] == [Channel.SMS]
    bench.step("back_to_repair", condition="ok")
    bench.step("send_out")
    assert len(owed(bench, E.SENT_OUT)) == 2


# --- expired, cancelled -----------------------------------------------------------------------------------------------


def test_a_quote_that_runs_out_is_told(bench: Bench) -> None:
    bench.reach(S.QUOTE_EXPIRED)
    (message,) = owed(bench, E.QUOTE_EXPIRED)
    assert "21/12/2026" in message.body and message.event_id == bench.events[-1].id
    rule(bench, E.QUOTE_EXPIRED, Told.NOBODY)
    bench.reach(S.QUOTE_EXPIRED)
    assert not bench.messages(E.QUOTE_EXPIRED)


def test_a_cancelled_order_is_confirmed_and_taken_back(bench: Bench) -> None:
    bench.reach(S.DIAGNOSING)
    said = foreseen(bench, "cancel", reason="le client renonce", given_back="x")
    assert [event for event, _body in said] == [E.CANCELLED]
    bench.step("cancel", given_back="x")
    assert [row.body for row in owed(bench, E.CANCELLED)] == [said[0][1]]
    bench.undo()
    assert not owed(bench, E.CANCELLED)
    bench.reach(S.DIAGNOSING, ready_channel="none", quote_channel="none")
    bench.step("cancel", given_back="x")
    assert not bench.messages(E.CANCELLED)


def test_quiet_hours_hold_for_all_of_them(bench: Bench) -> None:
    bench.write(lambda session: save_quiet_hours(session, "09:00", "20:00"))
    bench.reach(S.DIAGNOSING)
    bench.step("cancel", given_back="x")
    assert owed(bench, E.CANCELLED)[0].not_before.isoformat() == "2026-11-21T19:00:00+00:00"


# --- loaners ----------------------------------------------------------------------------------------------------------


def late_loan(bench: Bench) -> Loan:
    bench.reach(S.IN_REPAIR)
    unit = bench.write(lambda session: save_unit(session, UNIT | {"code": f"u-{bench.order_id}"}, SHOP, CLERK).id)
    wish = Wish(unit, due_on=date(2026, 11, 23), deposit=0)
    loan: Loan = bench.write(lambda session: lend(session, bench.order_id, wish, CLERK, SHOP, f"l-{bench.order_id}"))
    return loan


def look(bench: Bench, days: float = 0) -> list[Message]:
    bench.wait(days * DAY)
    bench.write(lambda session: remind(session, now(), SHOP))
    return owed(bench, E.LOAN_OVERDUE)


def test_a_loaner_that_is_not_back_climbs_its_ladder(bench: Bench) -> None:
    loan = late_loan(bench)
    assert not look(bench, 2)  # due today
    (message,) = look(bench, 1)
    assert message.channel is Channel.SMS and message.state is MessageState.QUEUED
    assert len(look(bench)) == len(look(bench, 2)) == 1
    assert len(look(bench, 4)) == 2
    boss = bench.manager()
    bench.write(lambda session: take_back(session, loan.id or 0, {}, boss, SHOP))
    assert not owed(bench, E.LOAN_OVERDUE)
    assert not look(bench, 10)


def test_whoever_wants_no_message_is_told_of_his_loaner_all_the_same(bench: Bench) -> None:
    bench.take_in(ready_channel="none", quote_channel="none")
    unit = bench.write(lambda session: save_unit(session, UNIT | {"code": f"n-{bench.order_id}"}, SHOP, CLERK).id)
    wish = Wish(unit, due_on=date(2026, 11, 23), deposit=0)
    bench.write(lambda session: lend(session, bench.order_id, wish, CLERK, SHOP, f"n-{bench.order_id}"))
    assert len(look(bench, 3)) == 1


def test_a_shop_older_than_the_ladder_has_it_and_changes_it(bench: Bench) -> None:
    def forget(session: Session) -> None:
        for row in session.exec(select(ReminderStep).where(ReminderStep.ladder == LOAN_OVERDUE)).all():
            session.delete(row)

    bench.write(forget)
    late_loan(bench)
    assert len(look(bench, 3)) == 1
    bench.write(lambda session: save_step(session, LOAN_OVERDUE, PROGRAM, position=2, after_days=3))
    with bench.store.read() as session:
        kept = select(ReminderStep).where(ReminderStep.ladder == LOAN_OVERDUE).order_by(col(ReminderStep.position))
        assert [row.after_days for row in session.exec(kept)] == [1, 3, 15]
        assert len(ladder_of(session, LOAN_OVERDUE)) == 3
    assert len(look(bench, 2)) == 2
