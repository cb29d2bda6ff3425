"""Ladders of reminders: quotes nobody answers, devices nobody collects, loaners nobody brings back (FR-U7, T06, 7.5 L).

The rungs are the shop's own data. The worker climbs them: a rung is owed once, on its day; one that was missed for long
is left out, so that a shop which was closed, or an old file that was taken over, tells nobody everything at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from convisav_tui.clock import local
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.channel_words import read_channels
from convisav_tui.shop.channels import in_order
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.loans import open_loan
from convisav_tui.shop.notices import audiences, timing
from convisav_tui.shop.outbox import enqueue_message, revision_of, withdraw
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.planning import for_audience
from convisav_tui.shop.quiet_hours import OF_REMINDERS
from convisav_tui.shop.quoting import current_quote
from convisav_tui.shop.reactions import REMINDED, still_wanted
from convisav_tui.shop.shipped_ladders import LOAN_OVERDUE, NOT_COLLECTED, QUOTE_UNANSWERED, shipped_steps
from convisav_tui.store.models import (
    Channel,
    Loan,
    Message,
    MessageEvent,
    MessageState,
    OrderState,
    ReminderStep,
    RepairOrder,
)

LADDERS = (QUOTE_UNANSWERED, NOT_COLLECTED, LOAN_OVERDUE)
EVENTS_OF: Mapping[str, tuple[MessageEvent, ...]] = {
    QUOTE_UNANSWERED: (MessageEvent.QUOTE_REMINDER,),
    NOT_COLLECTED: (MessageEvent.COLLECT_REMINDER, MessageEvent.UNCLAIMED_NOTICE),
    LOAN_OVERDUE: (MessageEvent.LOAN_OVERDUE,),
}
# Days after which a rung that was missed is not climbed any more; a registered letter always is.
MISSED_AFTER = 14
LIVES = timedelta(days=14)
MOST_DAYS, MOST_MONTHS = 3660, 120
_PER_QUOTE = _PER_LOAN = 100


def remind(session: Session, now: datetime, shop: ShopContext) -> int:
    """Owe every rung that is due at `now` (aware UTC) and was not owed before; call off reminders that are no news any
    more. Returns how many messages that made."""
    _call_off(session)
    today = local(now, shop.timezone).date()
    return sum(_climb(session, ladder, today, now, shop) for ladder in LADDERS)


def ladder_of(session: Session, ladder: str) -> Sequence[ReminderStep]:
    """The rungs of a ladder, lowest first, those that are switched off too. A shop that is older than the ladder has
    the shipped ones, as objects that are no rows yet."""
    rungs = select(ReminderStep).where(ReminderStep.ladder == ladder)
    kept = session.exec(rungs.order_by(col(ReminderStep.position))).all()
    return kept or [rung for rung in shipped_steps() if rung.ladder == ladder and ladder == LOAN_OVERDUE]


@asks(Permission.EDIT_WORDING)
def save_step(
    session: Session,
    ladder: str,
    actor: Actor,
    *,
    position: int | None = None,
    after_days: int = 0,
    after_months: int = 0,
    event: MessageEvent | None = None,
    channels: Iterable[Channel] = (),
    registered: bool = False,
    active: bool = True,
) -> ReminderStep:
    """Change a rung, or add one on top without `position`. Raises FieldErrors, Refusal to those who may not."""
    require(session, actor, Permission.EDIT_WORDING)
    if not (0 <= after_days <= MOST_DAYS and 0 <= after_months <= MOST_MONTHS) or not (after_days or after_months):
        raise FieldErrors({"after": _("Type days or months after which it is sent")})
    rungs = ladder_of(session, ladder)
    session.add_all(rungs)
    row = next((rung for rung in rungs if rung.position == position), None)
    if row is None:
        top = max((rung.position for rung in rungs), default=0) + 1
        row = ReminderStep(ladder=ladder, position=top, event=EVENTS_OF[ladder][0])
    row.after_days, row.after_months = after_days, after_months
    row.event = event or row.event
    row.channels = [Channel.LETTER.value] if registered else [channel.value for channel in channels]
    row.registered, row.active = registered, active
    session.add(row)
    session.flush()
    return row


def _climb(session: Session, ladder: str, today: date, now: datetime, shop: ShopContext) -> int:
    rungs = [rung for rung in ladder_of(session, ladder) if rung.active]
    if not rungs:
        return 0
    owed, orders = 0, session.exec(_watched(ladder, today)).all()
    climbed = _climbed(session, ladder, [order.id for order in orders if order.id is not None])
    for order in orders:
        began, base = _began(session, ladder, order, shop)
        due = [(_day(rung, began), rung.position, rung) for rung in rungs] if began is not None else []
        due = [step for step in due if step[0] <= today]
        if not due:
            continue
        day, _position, rung = max(due, key=lambda step: step[:2])
        late = today - day > timedelta(days=MISSED_AFTER)
        if climbed.get(order.id or 0, 0) >= base + rung.position or (late and not rung.registered):
            continue
        owed += _owe(session, order, rung, base + rung.position, now, shop)
    return owed


def _watched(ladder: str, today: date) -> SelectOfScalar[RepairOrder]:
    """The orders that a ladder is for: by their state, or with a loaner that should be back."""
    if ladder == LOAN_OVERDUE:
        late = select(Loan.order_id).where(col(Loan.ended_at).is_(None), col(Loan.due_on) < today)
        return select(RepairOrder).where(col(RepairOrder.id).in_(late))
    states = frozenset().union(*(REMINDED[event] for event in EVENTS_OF[ladder]))
    return select(RepairOrder).where(col(RepairOrder.state).in_(states), col(RepairOrder.closed_at).is_(None))


def _climbed(session: Session, ladder: str, orders: Sequence[int]) -> dict[int, int]:
    """The highest rung that each order was told of, by order id."""
    told = select(Message).where(
        col(Message.event).in_(EVENTS_OF[ladder]),
        col(Message.order_id).in_(orders),
        col(Message.state) != MessageState.CANCELLED,
    )
    highest: dict[int, int] = {}
    for message in session.exec(told):
        order_id = message.order_id or 0
        highest[order_id] = max(highest.get(order_id, 0), revision_of(message))
    return highest


def _began(session: Session, ladder: str, order: RepairOrder, shop: ShopContext) -> tuple[date, int] | tuple[None, int]:
    """From which day the rungs are counted, and what is added to their numbers: each quote, each loan has its own."""
    if ladder == LOAN_OVERDUE:
        loan = open_loan(session, order.id or 0)
        return (loan.due_on, (loan.id or 0) * _PER_LOAN) if loan is not None and loan.due_on else (None, 0)
    if ladder == QUOTE_UNANSWERED:
        quote = current_quote(session, order.id or 0)
        if quote is None:
            return None, 0
        return local(quote.issued_at, shop.timezone).date(), quote.revision * _PER_QUOTE
    moment = order.notified_at or order.completed_at
    if moment is None and order.state in (OrderState.QUOTE_REFUSED, OrderState.QUOTE_EXPIRED):
        moment = order.updated_at
    return (local(moment, shop.timezone).date(), 0) if moment is not None else (None, 0)


def _day(rung: ReminderStep, began: date) -> date:
    return add_months(began, rung.after_months) + timedelta(days=rung.after_days)


def _owe(
    session: Session, order: RepairOrder, rung: ReminderStep, revision: int, now: datetime, shop: ShopContext
) -> int:
    owed = 0
    for audience in audiences(session, order, rung.event):
        wanted = read_channels(rung.channels)
        channels = in_order(audience.facts, wanted) if wanted else audience.channels
        planned = for_audience(session, order, audience, rung.event, shop, channels[0])
        when = timing(session, order, rung.event, planned.channel, shop, earliest=now, lives=LIVES, quiet=OF_REMINDERS)
        message = enqueue_message(
            session,
            order,
            planned,
            cause=None,
            revision=revision,
            not_before=when.not_before,
            expires_at=when.expires_at,
            shop=shop,
            registered=rung.registered,
        )
        owed += message is not None
    return owed


def _call_off(session: Session) -> None:
    """Reminders that wait for the morning, or for somebody to call, of orders that have moved on meanwhile."""
    waiting = select(Message).where(
        col(Message.event).in_((*REMINDED, MessageEvent.LOAN_OVERDUE)),
        col(Message.state).in_((MessageState.QUEUED, MessageState.TO_CALL, MessageState.TO_POST)),
    )
    for message in session.exec(waiting).all():
        order = session.get_one(RepairOrder, message.order_id)
        if not still_wanted(session, order, message):
            withdraw(session, order, message.event)
