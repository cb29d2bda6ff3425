"""Take back the last step within a minute, before its message leaves (features B7).

Nothing is erased: the event stays, an `undone` event goes after it, money and custody get opposite rows. What cannot be
taken back is said: a message that left, an unlock code that was destroyed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui import clock
from convisav_tui.errors import Conflict, NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.away import away_of
from convisav_tui.shop.consent_recording import RECORDED
from convisav_tui.shop.letters import stop_printing
from convisav_tui.shop.movement import Change, move_custody
from convisav_tui.shop.outbox import held_fast
from convisav_tui.shop.part_effects import take_back_parts
from convisav_tui.shop.payments import add_payment
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.quote_extra import take_back_lines
from convisav_tui.shop.quoting import UNDONE
from convisav_tui.shop.subcontract_effects import take_back_job
from convisav_tui.shop.transitions import TRANSITIONS
from convisav_tui.shop.undo_window import undo_window
from convisav_tui.store.models import Holder, Message, MessageState, OrderEvent, OrderState, Payment, RepairOrder

# Facts that may follow a step without being in the way of its undo.
_HARMLESS = frozenset(
    {
        "secret_purged",
        "secret_revealed",
        "printed_again",
        "print_cancelled",
        "print_retried",
        "message_cancelled",
        "moved",
        "works_chosen",
        "quote_drafted",
        "repair_form_given",
        "found_fault",
        "prioritised",
        "part_needed",
        "part_dropped",
    }
)
# Who has a device that may lie anywhere in the shop: where it was put since the step, it stays.
_IN_HOUSE = frozenset({Holder.IN_SHOP, Holder.WITH_TECHNICIAN})
_BY_PEOPLE = frozenset(row.event for row in TRANSITIONS if row.offered)
_AUTOMATIC = frozenset((row.id, row.event) for row in TRANSITIONS if row.automatic)


@dataclass(frozen=True)
class Undone:
    """What an undo did: the event that says so, the step that was taken back, the state before and after."""

    event_id: int
    undone_event: str
    from_state: OrderState
    to_state: OrderState


@asks(Permission.UNDO_OF_OTHERS)
def undo_last(session: Session, order_id: int, actor: Actor, key: str) -> Undone:
    """Take back the last step of an order. The same `key` again gives what was done the first time.

    Raises Refusal when nothing can be taken back: too late, something happened since, a message left; when somebody
    else took the step, to all but a manager. NotFound, Conflict for a key that was used otherwise.
    """
    done = _undone_before(session, order_id, key)
    if done is not None:
        return done
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    chain = _last_step(session, order_id)
    if chain[0].staff_id != actor.staff_id:
        require(session, actor, Permission.UNDO_OF_OTHERS)
    _refuse_late(session, chain[0])
    messages = _messages_of(session, chain)
    _refuse_told(messages)
    return _take_back(session, order, chain, messages, actor, key)


def _take_back(
    session: Session, order: RepairOrder, chain: list[OrderEvent], messages: list[Message], actor: Actor, key: str
) -> Undone:
    head, change = chain[0], Change(session, order, actor)
    for message in messages:
        message.state = MessageState.CANCELLED
        stop_printing(session, message)
        session.add(message)
    for event in chain:
        _bring_messages_back(session, event.detail.get("withdrawn", {}))
        take_back_job(session, event)
        take_back_parts(session, event, actor)
        take_back_lines(session, event)
        _reverse_payments(session, order, event.detail.get("payments", []), actor)
    before = order.holder, order.place
    values = {column: value for event in reversed(chain) for column, value in event.before.items()}
    values.pop("state", None)
    wanted = _typed(order, values)
    if _moved_since(session, head):
        if wanted.get("holder", order.holder) in _IN_HOUSE:
            wanted = {column: value for column, value in wanted.items() if column not in ("holder", "place")}
        else:
            wanted.setdefault("place", "")
    change.put(**wanted)
    if (order.holder, order.place) != before:
        away = away_of(session, order.id or 0)
        party_id = away.party.id if away is not None else None
        move_custody(session, order, actor, change.at, note=_("step undone"), party_id=party_id)
    change.detail.update(
        undoes=head.id,
        step=head.event,
        events=[event.id for event in chain],
        quote=[
            quote_id
            for event in chain
            if event.event in ("issue_quote", "revise_quote")
            for quote_id in event.detail.get("quotes", [event.detail["quote"]])
        ],
    )
    undone = change.record(UNDONE, "", OrderState(next(event.from_state for event in chain if event.to_state)), key)
    return _as_undone(undone)


def _last_step(session: Session, order_id: int) -> list[OrderEvent]:
    """The last step that a person took, with what followed by itself; raises Refusal when something else was last."""
    newest_first = session.exec(
        select(OrderEvent).where(OrderEvent.order_id == order_id).order_by(col(OrderEvent.id).desc()).limit(50)
    )
    chain: list[OrderEvent] = []
    for event in newest_first:
        if event.event in _HARMLESS:
            continue
        chain.insert(0, event)
        if (event.transition, event.event) in _AUTOMATIC and event.idempotency_key is None:
            continue
        if event.event in _BY_PEOPLE and event.transition:
            return chain
        if event.event == RECORDED and len(chain) > 1 and event.before:
            return chain  # a higher cap, and the quote that was accepted by it
        break
    raise _refusal_for(chain)


def _refusal_for(chain: list[OrderEvent]) -> Refusal:
    last = chain[0].event if chain else ""
    if last == "receive":
        sentence, remedy = _("An intake is not undone."), _("Cancel the order.")
        return Refusal("undo_step", sentence, remedy, mended_by="step:cancel")
    if last == "message_sent":
        return _already_told()
    if last == UNDONE:
        return Refusal("undo_last", _("The last step was undone already."))
    return Refusal("undo_last", _("Something else happened to this order since its last step."))


def _refuse_late(session: Session, head: OrderEvent) -> None:
    window = undo_window(session)
    if clock.now() > head.at + window:
        sentence = _("The last step is more than {seconds} seconds old.").format(seconds=round(window.total_seconds()))
        raise Refusal("undo_in_time", sentence, _("Take the next step instead."), mended_by="step")


def _refuse_told(messages: list[Message]) -> None:
    for message in messages:
        if message.state is MessageState.LEASED:
            raise Refusal("undo_before_message", _("The message to the customer is leaving now."))
        if message.state in (MessageState.SENT, MessageState.CALLED, MessageState.POSTED):
            raise _already_told()
        if message.state is MessageState.UNKNOWN:
            raise Refusal("undo_before_message", _("The customer may have been told already."))


def _already_told() -> Refusal:
    return Refusal("undo_before_message", _("The customer was already told."), _("Tell him what changed."))


def _messages_of(session: Session, chain: list[OrderEvent]) -> list[Message]:
    ids = [event.id for event in chain]
    rows = session.exec(held_fast(select(Message).where(col(Message.event_id).in_(ids)))).all()
    return [message for message in rows if message.state is not MessageState.CANCELLED]


def _moved_since(session: Session, head: OrderEvent) -> bool:
    """Whether somebody has put the device elsewhere after the step."""
    moves = select(OrderEvent.id).where(OrderEvent.order_id == head.order_id, OrderEvent.event == "moved")
    return session.exec(moves.where(col(OrderEvent.id) > head.id)).first() is not None


def _bring_messages_back(session: Session, withdrawn: Mapping[str, str]) -> None:
    """What the step had called off is owed again, as it was."""
    for message_id, state in withdrawn.items():
        message = session.get_one(Message, int(message_id))
        message.state, message.sent_at = MessageState(state), None
        session.add(message)


def _reverse_payments(session: Session, order: RepairOrder, payments: list[int], actor: Actor) -> None:
    """Rows of the opposite sign for what the step had given back or converted."""
    for payment_id in payments:
        given = session.get_one(Payment, payment_id)
        add_payment(
            session,
            order,
            amount=-given.amount,
            nature=given.nature,
            means=given.means,
            actor=actor,
            key=f"undo-{payment_id}",
            label=given.label,
            reverses_id=given.reverses_id or given.id,
        )


def _typed(order: RepairOrder, values: Mapping[str, object]) -> dict[str, object]:
    """Values from an event's JSON as the columns have them."""
    wanted = {column: value for column, value in values.items() if column in RepairOrder.model_fields}
    checked = RepairOrder.model_validate(order.model_dump() | wanted)
    return {column: getattr(checked, column) for column in wanted}


def _undone_before(session: Session, order_id: int, key: str) -> Undone | None:
    earlier = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first()
    if earlier is None:
        return None
    if earlier.order_id != order_id or earlier.event != UNDONE:
        raise Conflict(_("This was used for another step already."), _("Open the order again."))
    return _as_undone(earlier)


def _as_undone(event: OrderEvent) -> Undone:
    assert event.id is not None
    return Undone(event.id, str(event.detail["step"]), OrderState(event.from_state), OrderState(event.to_state))
