"""A deed on several orders: what it would do to each, then done one by one, with what was refused and why.

Each order is changed in a transaction of its own under a key of its own: what fails for one leaves the others done, and
the same deed confirmed twice does nothing twice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from sqlmodel import Session, col, select

from convisav_tui import words
from convisav_tui.clock import now
from convisav_tui.errors import ConvisavError, FieldErrors, NotFound, Refusal, StoreError
from convisav_tui.i18n import _, ngettext
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.assigning import assign, refuse_over, set_priority
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dispatching import OfOrder
from convisav_tui.shop.events import append_event
from convisav_tui.shop.filled_papers import paper_of
from convisav_tui.shop.names import name
from convisav_tui.shop.outbox import PlannedMessage, enqueue_message, enqueue_print
from convisav_tui.shop.planning import news_of
from convisav_tui.shop.quoting import current_quote
from convisav_tui.shop.steps import StepInput
from convisav_tui.shop.undo import undo_last
from convisav_tui.shop.workflow import allowed_steps, preview_step, take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import JobKind, MessageEvent, OrderEvent, OrderState, PrintJob, RepairOrder, Staff

DeedKind = Literal["step", "assign", "print", "notify", "priority"]
# What an order in this state has to tell its customer.
_NEWS: Mapping[OrderState, MessageEvent] = {
    OrderState.QUOTE_ISSUED: MessageEvent.QUOTE_READY,
    OrderState.TO_NOTIFY: MessageEvent.REPAIR_READY,
    OrderState.NOTIFIED: MessageEvent.REPAIR_READY,
}


@dataclass(frozen=True)
class Deed:
    """What is to be done to each order: a step of the workflow with its answers (those left out keep the order's own
    defaults), a technician, labels, the news once more, or a priority. `value`: event, id of a person, or number."""

    kind: DeedKind
    value: str = ""
    answers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Report:
    """What was done and what was not; `stopped` says why nothing more was tried, "" when all were."""

    done: tuple[OfOrder, ...]
    refused: tuple[OfOrder, ...]
    stopped: str = ""


@dataclass(frozen=True)
class SharedStep:
    """A step that some of the orders may take: its words, what it asks, how many may take it now."""

    event: str
    label: str
    inputs: tuple[StepInput, ...]
    orders: int


def shared_steps(session: Session, order_ids: Sequence[int], shop: ShopContext) -> list[SharedStep]:
    """The steps that these orders may take, most likely first; what it asks of one it asks of all."""
    found: dict[str, SharedStep] = {}
    likely: dict[str, float] = {}
    for order_id in order_ids:
        for place, step in enumerate(allowed_steps(session, order_id, shop)):
            if step.refusal is not None and not step.may_be_answered:
                continue
            likely[step.event] = likely.get(step.event, 0) + 1 / (1 + place)
            known = found.get(step.event)
            inputs = _common(known.inputs if known else (), step.inputs) if known else step.inputs
            found[step.event] = SharedStep(step.event, step.label, inputs, (known.orders if known else 0) + 1)
    return sorted(found.values(), key=lambda shared: -likely[shared.event])


def foresee(session: Session, order_ids: Sequence[int], deed: Deed, shop: ShopContext) -> list[OfOrder]:
    """What the deed would do to each order, or why it would be refused, in the order of their numbers. Changes
    nothing."""
    seen = []
    for order in _orders(session, order_ids):
        try:
            seen.append(OfOrder(order.id or 0, order.number, _FORESEEN[deed.kind](session, order, deed, shop)))
        except (Refusal, FieldErrors, NotFound) as error:
            seen.append(OfOrder(order.id or 0, order.number, "", in_words(error)))
    return seen


def carry_out(store: Store, order_ids: Sequence[int], deed: Deed, actor: Actor, shop: ShopContext, key: str) -> Report:
    """Do it to each order in a transaction of its own. The same `key` again does nothing twice. Raises nothing: what
    was refused, and what the database could not do, stands in the report."""
    done: list[OfOrder] = []
    refused: list[OfOrder] = []
    with store.read() as session:
        orders = _orders(session, order_ids)
    for place, order in enumerate(orders):
        try:
            told = store.write(_one(order.id or 0, deed, actor, shop, f"{key}:{order.id}"), repeatable=True)
            done.append(OfOrder(order.id or 0, order.number, told))
        except StoreError as error:
            left = [OfOrder(one.id or 0, one.number, "", _("not tried")) for one in orders[place:]]
            return Report(tuple(done), (*refused, *left), str(error))
        except ConvisavError as error:
            refused.append(OfOrder(order.id or 0, order.number, "", in_words(error)))
    return Report(tuple(done), tuple(refused))


def take_all_back(store: Store, done: Sequence[OfOrder], actor: Actor, key: str) -> Report:
    """Take the last step of each of these orders back, as long as that is possible."""
    back: list[OfOrder] = []
    refused: list[OfOrder] = []
    for one in done:
        try:
            store.write(_undo(one.order_id, actor, f"{key}:{one.order_id}"), repeatable=True)
            back.append(OfOrder(one.order_id, one.number, _("taken back")))
        except ConvisavError as error:
            refused.append(OfOrder(one.order_id, one.number, "", in_words(error)))
    return Report(tuple(back), tuple(refused))


def do_one(session: Session, order_id: int, deed: Deed, actor: Actor, shop: ShopContext, key: str) -> str:
    """Do it to one order, in the caller's transaction; what was done, in words. Raises what the operation raises."""
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    if deed.kind == "step":
        taken = take_step(session, order_id, deed.value, deed.answers, actor, shop, key)
        return _("{before} → {after}").format(before=name(taken.from_state), after=name(taken.to_state))
    if deed.kind == "assign":
        assign(session, order_id, int(deed.value), actor, key)
    elif deed.kind == "priority":
        set_priority(session, order_id, int(deed.value), actor, key)
    elif deed.kind == "print":
        _print(session, order, actor, shop, key)
    else:
        _notify(session, order, actor, shop, key)
    return _FORESEEN[deed.kind](session, order, deed, shop, done=True)


def in_words(error: ConvisavError) -> str:
    """A refusal in one line; of wrong fields the sentences alone."""
    return "; ".join(error.errors.values()) if isinstance(error, FieldErrors) else str(error)


# --- one deed ---------------------------------------------------------------------------------------------------------


def _one(order_id: int, deed: Deed, actor: Actor, shop: ShopContext, key: str) -> Callable[[Session], str]:
    return lambda session: do_one(session, order_id, deed, actor, shop, key)


def _undo(order_id: int, actor: Actor, key: str) -> Callable[[Session], object]:
    return lambda session: undo_last(session, order_id, actor, key)


def _foresee_step(session: Session, order: RepairOrder, deed: Deed, shop: ShopContext, *, done: bool = False) -> str:
    preview = preview_step(session, order.id or 0, deed.value, deed.answers, shop)
    told = len(preview.messages)
    messages = ngettext("{count} message", "{count} messages", told).format(count=told) if told else ""
    return " · ".join(part for part in (*preview.effects[:1], messages) if part)


def _foresee_assigning(
    session: Session, order: RepairOrder, deed: Deed, shop: ShopContext, *, done: bool = False
) -> str:
    person = session.get(Staff, int(deed.value))
    if person is None or not person.active:
        raise NotFound(_("There is no such person."))
    refuse_over(order)
    if order.technician_id == person.id and not done:
        raise Refusal("assigned_otherwise", _("{name} has this order already.").format(name=person.name))
    return _("given to {name}").format(name=person.name)


def _foresee_priority(
    session: Session, order: RepairOrder, deed: Deed, shop: ShopContext, *, done: bool = False
) -> str:
    refuse_over(order)
    if order.priority == int(deed.value) and not done:
        raise Refusal("priority_otherwise", _("It has this priority already."))
    return words.word(words.PRIORITIES, deed.value)


def _foresee_print(session: Session, order: RepairOrder, deed: Deed, shop: ShopContext, *, done: bool = False) -> str:
    return _("one label")


def _foresee_news(session: Session, order: RepairOrder, deed: Deed, shop: ShopContext, *, done: bool = False) -> str:
    planned = _news(session, order, shop)
    return f"{name(planned.event)} · {name(planned.channel)} {planned.recipient}".rstrip()


def _news(session: Session, order: RepairOrder, shop: ShopContext) -> PlannedMessage:
    """What the customer would be told now. Raises Refusal when there is no news, or he wants none."""
    event = _NEWS.get(order.state)
    if event is None:
        sentence = _("There is nothing to tell while it is “{state}”.").format(state=name(order.state))
        raise Refusal("news_due", sentence)
    planned = next(iter(news_of(session, order, event, shop)), None)
    if planned is None:
        raise Refusal("news_wanted", _("The customer does not want to be told."))
    return planned


def _notify(session: Session, order: RepairOrder, actor: Actor, shop: ShopContext, key: str) -> None:
    planned = _news(session, order, shop)
    detail = {"tells": planned.event.value, "channel": planned.channel.value}
    if _told_before(session, key):
        return
    event = append_event(session, order, event="told_again", actor=actor, detail=detail, key=key)
    quote = current_quote(session, order.id or 0) if planned.event is MessageEvent.QUOTE_READY else None
    enqueue_message(
        session,
        order,
        planned,
        cause=event,
        revision=quote.revision if quote else 0,
        not_before=now(),
        again=True,
        shop=shop,
    )


def _told_before(session: Session, key: str) -> bool:
    return session.exec(select(OrderEvent.id).where(OrderEvent.idempotency_key == key)).first() is not None


def _print(session: Session, order: RepairOrder, actor: Actor, shop: ShopContext, key: str) -> None:
    dedupe = f"label-{key}"
    if session.exec(select(PrintJob.id).where(PrintJob.dedupe_key == dedupe)).first() is not None:
        return
    earlier = select(PrintJob.id).where(PrintJob.order_id == order.id, PrintJob.kind == JobKind.LABEL)
    job = enqueue_print(
        session,
        order,
        JobKind.LABEL,
        paper_of(session, order, JobKind.LABEL, shop),
        key=dedupe,
        actor=actor,
        duplicate=session.exec(earlier).first() is not None,
    )
    append_event(session, order, event="printed_again", actor=actor, detail={"job": job.id, "kind": "label"})


def _common(known: tuple[StepInput, ...], asked: tuple[StepInput, ...]) -> tuple[StepInput, ...]:
    """What is asked of either; a default that differs from order to order is each order's own, so it is left empty."""
    merged = {one.key: one for one in known}
    for one in asked:
        other = merged.get(one.key)
        merged[one.key] = one if other is None or other.default == one.default else _without_default(one)
    return tuple(merged.values())


def _without_default(asked: StepInput) -> StepInput:
    return replace(asked, default="", required=False)


def _orders(session: Session, order_ids: Sequence[int]) -> list[RepairOrder]:
    rows = session.exec(select(RepairOrder).where(col(RepairOrder.id).in_(list(order_ids))))
    return sorted(rows, key=lambda order: order.number)


_FORESEEN: Mapping[str, Callable[..., str]] = {
    "step": _foresee_step,
    "assign": _foresee_assigning,
    "print": _foresee_print,
    "notify": _foresee_news,
    "priority": _foresee_priority,
}
