"""The promised day: when missing parts come, what that makes of it, and moving it (rules.md 7.3, T14, T21)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, timedelta

from sqlmodel import Session, col, select

from convisav_tui.errors import FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.events import append_event
from convisav_tui.shop.needs import missing, needs_of
from convisav_tui.shop.notices import audiences
from convisav_tui.shop.outbox import PlannedMessage, withdraw
from convisav_tui.shop.parts import preferred_supplier
from convisav_tui.shop.planning import plan_message
from convisav_tui.shop.reactions import POSTPONED, Wishes, react
from convisav_tui.shop.suppliers import supplier_terms
from convisav_tui.store.models import (
    Loan,
    MessageEvent,
    OrderEvent,
    PartNeed,
    RepairOrder,
    SupplierOrder,
    SupplierOrderLine,
)
from convisav_tui.text import clean_line

MOVED = "promise_moved"
_SUNDAY = 6


def arrival(session: Session, lacking: Iterable[PartNeed], today: date) -> date | None:
    """The day on which the last of these parts is expected: as its supplier order says, else as long as its supplier
    takes from today. None when nothing is known of any."""
    days = [_arrival_of(session, need, today) for need in lacking]
    return max((max(day, today) for day in days if day is not None), default=None)


def later_day(order: RepairOrder, comes_on: date | None) -> date | None:
    """What must be promised now that the parts come on that day: the working day after it; None where the promise holds
    or nothing was promised."""
    if comes_on is None or order.promised_on is None or comes_on <= order.promised_on:
        return None
    after = comes_on + timedelta(days=1)
    return after + timedelta(days=1) if after.weekday() == _SUNDAY else after


def move_promise(
    session: Session,
    order_id: int,
    day: date | None,
    actor: Actor,
    shop: ShopContext,
    *,
    key: str | None = None,
    tell: bool = True,
    reason: str = "",
) -> OrderEvent | None:
    """Promise another day, or none. Who was promised an earlier one is told of the delay when `tell`; news of a delay
    that is none any more is called off. None when nothing changes; the same `key` again gives what was done.

    Raises FieldErrors for a day that is past, Refusal once the device has left, NotFound."""
    done = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first() if key else None
    if done is not None:
        return done
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    if order.returned_at is not None or order.closed_at is not None:
        raise Refusal("order_under_way", _("The device of this order has left: nothing is promised any more."))
    if day is not None and day < shop.today():
        raise FieldErrors({"promised_on": _("This day is past")})
    before = order.promised_on
    if day == before:
        return None
    order.promised_on = day
    session.add(order)
    lend_longer(session, order_id, before, day)
    withdrawn = withdraw(session, order, MessageEvent.DELAY)
    detail: dict[str, object] = {"promised": day.isoformat() if day else "", "withdrawn": withdrawn}
    if reason:
        detail["reason"] = clean_line(reason)[:200]
    if before is not None and day is not None and day > before:
        detail[POSTPONED] = day.isoformat()
    kept = {"promised_on": before.isoformat() if before else None}
    event = append_event(session, order, event=MOVED, actor=actor, detail=detail, before=kept, key=key)
    react(session, order, event, shop, actor, Wishes(tell=tell))
    return event


def foresee_move(session: Session, order_id: int, day: date | None, shop: ShopContext) -> list[PlannedMessage]:
    """What would be told if that day were promised from now on; nothing where it is no delay. Changes nothing."""
    order = session.get_one(RepairOrder, order_id)
    if day is None or order.promised_on is None or day <= order.promised_on:
        return []
    told = MessageEvent.DELAY
    return [
        plan_message(session, order, replace(one, facts=replace(one.facts, promised_on=day)), told, shop)
        for one in audiences(session, order, told)
    ]


def postpone_for_parts(
    session: Session, order_ids: Iterable[int], actor: Actor, shop: ShopContext, *, tell: bool = True
) -> int:
    """Parts were ordered: where they come after the promised day, a later one is promised, and told when `tell`. How
    many orders."""
    days = [(order_id, _postponed_to(session, order_id, shop)) for order_id in order_ids]
    late = [(order_id, day) for order_id, day in days if day is not None]
    return sum(move_promise(session, one, day, actor, shop, tell=tell) is not None for one, day in late)


def foresee_postponed(
    session: Session, order_ids: Iterable[int], shop: ShopContext
) -> list[tuple[RepairOrder, date, list[PlannedMessage]]]:
    """Which of these orders would be promised for which later day if their parts were ordered now, and what would be
    told. Changes nothing."""
    days = [(order_id, _postponed_to(session, order_id, shop)) for order_id in order_ids]
    return [
        (session.get_one(RepairOrder, order_id), day, foresee_move(session, order_id, day, shop))
        for order_id, day in days
        if day is not None
    ]


def _postponed_to(session: Session, order_id: int, shop: ShopContext) -> date | None:
    order = session.get_one(RepairOrder, order_id)
    return later_day(order, arrival(session, missing(needs_of(session, order_id)), shop.today()))


def lend_longer(session: Session, order_id: int, before: date | None, day: date | None) -> None:
    """A loaner that was to be back on the promised day is to be back on the new one."""
    if before is None or day is None or day <= before:
        return
    lent = select(Loan).where(Loan.order_id == order_id, col(Loan.ended_at).is_(None), Loan.due_on == before)
    for loan in session.exec(lent):
        loan.due_on = day
        session.add(loan)


def _arrival_of(session: Session, need: PartNeed, today: date) -> date | None:
    if need.supplier_order_line_id is not None:
        line = session.get_one(SupplierOrderLine, need.supplier_order_line_id)
        return session.get_one(SupplierOrder, line.supplier_order_id).expected_on
    sold = preferred_supplier(session, need.part_id)
    terms = supplier_terms(session, sold.supplier_id) if sold is not None else None
    return today + timedelta(days=terms.delivery_days) if terms is not None else None
