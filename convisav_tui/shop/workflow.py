"""The steps of a repair order: which may follow, what each would do, taking one (rules.md 7.3, features B7).

`transitions.TRANSITIONS` is the table. The screens ask here what is allowed and never compare states.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlmodel import Session, col, select

from convisav_tui import clock
from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop import part_guards, quote_guards
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.final_tests import tests_missing
from convisav_tui.shop.foreseen import effect_line, foreseen_effects, foreseen_messages
from convisav_tui.shop.movement import Change
from convisav_tui.shop.names import name
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.principal_steps import is_asked, usual_answers_of, worded
from convisav_tui.shop.quote_form import holds_until
from convisav_tui.shop.quoting import agreed_beforehand
from convisav_tui.shop.reactions import Wishes, react
from convisav_tui.shop.settlement import SETTLED, settlement_asks
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers, Preview, Step, StepInput, StepTaken, read_answers, usual_answers
from convisav_tui.shop.transition import Transition
from convisav_tui.shop.transitions import TRANSITIONS, transition_from
from convisav_tui.shop.unclaimed import SOURCES, unclaimed_since
from convisav_tui.shop.undo_window import undo_window
from convisav_tui.store.models import (
    Channel,
    Message,
    MessageEvent,
    MessageState,
    OrderEvent,
    OrderState,
    RepairOrder,
    SecretState,
    Staff,
    Station,
)

QUOTING = frozenset({"issue_quote", "revise_quote"})
# Events in the order in which they are likely; those not named follow in the order of the table.
_LIKELY: Mapping[OrderState, tuple[str, ...]] = {
    OrderState.QUOTE_ISSUED: ("accept_quote", "refuse_quote", "revise_quote"),
    OrderState.IN_REPAIR: ("complete", "work_done", "extra_work_found"),
    OrderState.TESTING: ("complete", "test_failed"),
    OrderState.QUOTE_ACCEPTED: ("start_repair", "wait_parts"),
    OrderState.AWAITING_PARTS: ("parts_received",),
}
# What nobody takes by pressing Enter twice: it stands last, even below what is refused as things are.
_UNWISHED = frozenset({"part_unavailable", "cancel", "relinquish"})


def allowed_steps(session: Session, order_id: int, shop: ShopContext) -> list[Step]:
    """What may follow, most likely first; then what is refused as things are, with the reason and what mends it; last
    what ends the order without a repair."""
    situation = _situation(session, order_id, shop, None)
    rows = [row for row in TRANSITIONS if row.offered and situation.order.state in row.sources and row.shown(situation)]
    likely = _likely(situation)
    rows.sort(key=lambda row: likely.index(row.event) if row.event in likely else len(likely))
    steps = [_step(situation, row) for row in rows]
    return sorted(steps, key=lambda step: (step.event in _UNWISHED, step.refusal is not None))


def preview_step(
    session: Session, order_id: int, event: str, raw_inputs: Mapping[str, str], shop: ShopContext
) -> Preview:
    """What the step would do with these answers, and the messages as they would leave. Changes nothing.

    Raises FieldErrors and Refusal as `take_step` would, but for what depends on who takes it, and for a reason that is
    still to be typed: it changes no sum.
    """
    situation = _situation(session, order_id, shop, None)
    row = _row(situation, event)
    asked = tuple(replace(one, required=one.required and one.key != "reason") for one in _inputs(situation, row))
    answers = read_answers(asked, raw_inputs, situation.order.currency, situation.today)
    _refuse(situation, row, answers)
    return Preview(foreseen_effects(situation, row, answers), foreseen_messages(situation, row, answers))


@asks(Permission.MOVE_ORDER, Permission.CANCEL_ORDER, Permission.RELEASE_DEVICE, Permission.GIVE_BACK_MONEY)
def take_step(
    session: Session,
    order_id: int,
    event: str,
    raw_inputs: Mapping[str, str],
    actor: Actor,
    shop: ShopContext,
    key: str,
    expected_version: int | None = None,
) -> StepTaken:
    """Take a step and all that follows from it, in the caller's transaction. The same `key` again gives what was done
    the first time. `expected_version` is that of the order on the screen.

    Raises FieldErrors for the answers, Refusal by a guard, Conflict when somebody else was faster, NotFound.
    """
    done = _taken_before(session, order_id, event, key)
    if done is not None:
        return done
    situation = _situation(session, order_id, shop, actor)
    _refuse_conflict(situation, expected_version)
    row = _row(situation, event)
    require(session, actor, row.permission)
    answers = read_answers(_inputs(situation, row), raw_inputs, situation.order.currency, situation.today)
    _refuse(situation, row, answers)
    taken = _apply(situation, row, answers, actor, key)
    _follow(session, order_id, answers, actor, shop)
    return _as_taken(session, situation.order, taken)


def follow_up(session: Session, order_id: int, actor: Actor, shop: ShopContext) -> OrderState:
    """Take what follows by itself now that something else changed (a part came); the state of the order then."""
    _follow(session, order_id, Answers(), actor, shop)
    return session.get_one(RepairOrder, order_id).state


def expire_quotes(session: Session, now: datetime, shop: ShopContext) -> int:
    """T10: quotes whose last day is over expire; how many did. `now` is aware UTC."""
    waiting = select(RepairOrder).where(
        RepairOrder.state == OrderState.QUOTE_ISSUED, col(RepairOrder.closed_at).is_(None)
    )
    row, expired = transition_from(OrderState.QUOTE_ISSUED, "expire"), 0
    assert row is not None
    for order in session.exec(waiting).all():
        situation = Situation(session, order, shop, now, PROGRAM)
        quote = situation.quote
        day = holds_until(session, quote)
        if day is not None and day < situation.today:
            _apply(situation, row, Answers(), PROGRAM, None)
            expired += 1
    return expired


def mark_unclaimed(session: Session, now: datetime, shop: ShopContext) -> int:
    """T33: devices that nobody collected in time after the first proved notice; how many. `now` is aware UTC."""
    waiting = select(RepairOrder).where(col(RepairOrder.state).in_(SOURCES), col(RepairOrder.closed_at).is_(None))
    marked = 0
    for order in session.exec(waiting).all():
        situation = Situation(session, order, shop, now, PROGRAM)
        since = unclaimed_since(session, order, shop)
        row = transition_from(order.state, "unclaimed")
        if row is not None and since is not None and since <= situation.today:
            _apply(situation, row, Answers(), PROGRAM, None)
            marked += 1
    return marked


def event_label(event: OrderEvent) -> str:
    """The words for an event of the table in the language spoken now, "" for a fact that is none of its rows."""
    row = next((row for row in TRANSITIONS if row.event == event.event), None)
    return "" if row is None else _(row.label)


def _step(situation: Situation, row: Transition) -> Step:
    inputs = _inputs(situation, row)
    answers = usual_answers(inputs, situation.order.currency, situation.today)
    refusal = _first_refusal(situation, row, answers)
    return Step(
        event=row.event,
        label=_(row.label),
        target=row.target,
        inputs=tuple(asked for asked in inputs if not asked.hidden),
        effect=effect_line(situation, row, answers),
        refusal=None if refusal is None else str(refusal),
        mended_by="" if refusal is None else refusal.mended_by,
        transition=row.id,
    )


def _apply(situation: Situation, row: Transition, answers: Answers, actor: Actor, key: str | None) -> OrderEvent:
    """One row of the table: its effects, its event, the reactions to it."""
    change = Change(situation.session, situation.order, actor, situation.at)
    for effect in row.effects:
        effect.apply(situation, answers, change)
    event = change.record(row.event, row.id, row.target, key)
    wishes = Wishes(tell=not answers.ticked("silent"))
    react(situation.session, situation.order, event, situation.shop, actor, wishes)
    return event


def _follow(session: Session, order_id: int, answers: Answers, actor: Actor, shop: ShopContext) -> None:
    """The automatic rows, one after the other, as long as the guards of one allow it."""
    following = True
    while following:
        situation = _situation(session, order_id, shop, actor)
        candidates = (row for row in TRANSITIONS if row.automatic and situation.order.state in row.sources)
        row = next((row for row in candidates if _first_refusal(situation, row, answers) is None), None)
        following = row is not None
        if row is not None:
            _apply(situation, row, answers, PROGRAM, None)


def _refuse(situation: Situation, row: Transition, answers: Answers) -> None:
    for guard in row.guards:
        refusal = guard(situation, answers)
        if refusal is not None:
            raise refusal


def _first_refusal(situation: Situation, row: Transition, answers: Answers) -> Refusal | None:
    """The first guard that says no; an answer still missing is no refusal."""
    for guard in row.guards:
        try:
            refusal = guard(situation, answers)
        except FieldErrors:
            continue
        if refusal is not None:
            return refusal
    return None


def _row(situation: Situation, event: str) -> Transition:
    row = transition_from(situation.order.state, event)
    if row is not None and row.offered:
        return row
    known = next((known for known in TRANSITIONS if known.event == event and known.offered), None)
    if known is None:
        raise NotFound(_("There is no such step."))
    sentence = _("“{step}” does not follow “{state}”.")
    raise Refusal("state", sentence.format(step=_(known.label), state=name(situation.order.state)), mended_by="step")


def _inputs(situation: Situation, row: Transition) -> tuple[StepInput, ...]:
    """The inputs as they are shown: labels translated, this order's usual answers in them."""
    usual = row.usual(situation) | usual_answers_of(situation, row.event)
    return tuple(
        replace(
            asked,
            label=_(asked.label) if asked.label else "",
            choices=situation.choices_of(asked.key) or tuple((value, _(label)) for value, label in asked.choices),
            default=usual.get(asked.key, asked.default),
        )
        for asked in worded(situation, row.inputs)
        if _is_asked(situation, asked, row)
    )


def _is_asked(situation: Situation, asked: StepInput, row: Transition) -> bool:
    """A step asks only what this order needs: what to do with an advance where there is one, a release where money is
    owed, a technician where there is a choice."""
    if asked.key in SETTLED:
        return settlement_asks(situation, asked.key)
    if asked.key in ("release", "release_reason"):
        return situation.owed > 0 and not situation.on_account
    if asked.key == "secret":
        return situation.order.secret_state is SecretState.STORED
    if asked.key == "back":
        return situation.away is not None
    if asked.key == "technician":
        return bool(situation.people)
    if asked.key == "untested":
        return bool(tests_missing(situation.session, situation.order_id))
    if asked.key in quote_guards.ASKED and (row.event in QUOTING or asked.key not in quote_guards.TYPED):
        return quote_guards.is_asked(situation, asked.key)
    if asked.key in part_guards.ASKED:
        return part_guards.is_asked(situation, asked.key)
    return is_asked(situation, asked.key)


def _likely(situation: Situation) -> tuple[str, ...]:
    order = situation.order
    if order.state is OrderState.RECEIVED:
        return ("request_quote", "start_diagnosis") if order.quote_requested else ("start_diagnosis", "request_quote")
    if order.state is OrderState.DIAGNOSING:
        free = bool(agreed_beforehand(situation.session, order)) and not order.quote_requested
        direct = situation.covered or free
        return ("authorise_direct", "request_quote") if direct else ("request_quote", "authorise_direct")
    if order.state is OrderState.TO_NOTIFY:
        return ("called", "hand_over") if _waits_for_call(situation) else ("hand_over", "called")
    return _LIKELY.get(order.state, ())


def _waits_for_call(situation: Situation) -> bool:
    if situation.order.ready_channel is Channel.CALL:
        return True
    by_person = (MessageState.TO_CALL, MessageState.DEAD, MessageState.UNKNOWN)
    owed = select(Message.id).where(
        Message.order_id == situation.order_id,
        Message.event == MessageEvent.REPAIR_READY,
        col(Message.state).in_(by_person),
    )
    return situation.session.exec(owed).first() is not None


def _situation(session: Session, order_id: int, shop: ShopContext, actor: Actor | None) -> Situation:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return Situation(session, order, shop, clock.now(), actor)


def _taken_before(session: Session, order_id: int, event: str, key: str) -> StepTaken | None:
    """What the step of this key did, None when it is new (double Enter)."""
    earlier = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first()
    if earlier is None:
        return None
    if earlier.order_id != order_id or earlier.event != event:
        raise Conflict(_("This was used for another step already."), _("Open the order again."))
    return _as_taken(session, session.get_one(RepairOrder, order_id), earlier)


def _as_taken(session: Session, order: RepairOrder, head: OrderEvent) -> StepTaken:
    """What the step did, with where it and its followers led."""
    session.flush()
    assert head.id is not None
    moves = select(OrderEvent).where(OrderEvent.order_id == head.order_id, col(OrderEvent.id) >= head.id)
    to_state = head.to_state
    for move in session.exec(moves.order_by(col(OrderEvent.id))):
        if move.id != head.id and move.to_state and not _is_follower(move):
            break
        to_state = move.to_state or to_state
    return StepTaken(
        event_id=head.id,
        from_state=OrderState(head.from_state),
        to_state=OrderState(to_state),
        undo_until=head.at + undo_window(session),
        version=order.version,
    )


def _is_follower(event: OrderEvent) -> bool:
    return any(row.automatic and row.event == event.event and row.id == event.transition for row in TRANSITIONS)


def _refuse_conflict(situation: Situation, expected_version: int | None) -> None:
    if expected_version is None or situation.order.version == expected_version:
        return
    session = situation.session
    last = session.exec(
        select(OrderEvent).where(OrderEvent.order_id == situation.order_id).order_by(col(OrderEvent.id).desc())
    ).first()
    who = what = ""
    when = clock.local(situation.order.updated_at, situation.shop.timezone)
    if last is not None:
        when = clock.local(last.at, situation.shop.timezone)
        staff = session.get(Staff, last.staff_id) if last.staff_id else None
        station = session.get(Station, last.station_id) if last.station_id else None
        who = staff.name if staff else station.name if station else ""
        what = event_label(last)
    raise Conflict(
        _("{who} changed this order meanwhile ({what}) at {time}: it is now “{state}”.").format(
            who=who or _("Somebody"),
            what=what or _("something noted"),
            time=f"{when:%H:%M}",
            state=name(situation.order.state),
        ),
        _("Look at it again."),
    )
