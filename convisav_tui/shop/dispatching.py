"""Sending several orders to a subcontractor in one parcel with one slip: looked at first, then done (T18)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from convisav_tui.clock import now
from convisav_tui.errors import ConvisavError, FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop import questions
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.away import in_dispatch
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dispatch_slip import ask_for_slip
from convisav_tui.shop.document import print_again
from convisav_tui.shop.partner_messages import of_dispatch, owe_partner
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.steps import Answers, read_answers
from convisav_tui.shop.subcontract_effects import Opening, open_dispatch
from convisav_tui.shop.subcontractors import subcontractors, terms_of
from convisav_tui.shop.workflow import allowed_steps, preview_step, take_step
from convisav_tui.store.models import Dispatch, Paper, RepairOrder

PARCEL = (questions.SUBCONTRACTOR, questions.EXPECTED_ON, questions.CARRIER, questions.TRACKING, questions.SECRET_GOES)
_STEP = "send_out"


@dataclass(frozen=True)
class OfOrder:
    """One order of a parcel or of a deed on several: what will be or was done with it, or why not."""

    order_id: int
    number: str
    told: str
    refusal: str = ""


@dataclass(frozen=True)
class Sent:
    """A parcel that left: its id and number, the orders in it, and those that stayed with the reasons."""

    dispatch_id: int
    number: str
    sent: tuple[OfOrder, ...]
    refused: tuple[OfOrder, ...]


def foresee_parcel(
    session: Session, order_ids: Sequence[int], raw: Mapping[str, str], shop: ShopContext
) -> list[OfOrder]:
    """What would go along and what would stay, with these answers (keys of PARCEL). Changes nothing."""
    found = []
    for order in _orders(session, order_ids):
        try:
            preview = preview_step(session, order.id or 0, _STEP, _answers_for(session, order, raw, shop), shop)
            found.append(OfOrder(order.id or 0, order.number, preview.effects[-1] if preview.effects else ""))
        except (Refusal, FieldErrors) as error:
            found.append(OfOrder(order.id or 0, order.number, "", _in_words(error)))
    return found


@asks(Permission.MOVE_ORDER, Permission.REVEAL_SECRET)
def send_parcel(
    session: Session, order_ids: Sequence[int], raw: Mapping[str, str], actor: Actor, shop: ShopContext, key: str
) -> Sent:
    """Send what may go in one parcel, print its slip, and tell what stays. The same `key` again gives what was done.

    Raises FieldErrors for the parcel itself, Refusal when nothing of it may go."""
    earlier = session.exec(select(Dispatch).where(Dispatch.idempotency_key == key)).first()
    if earlier is not None:
        return _as_sent(session, earlier, [])
    require(session, actor, Permission.MOVE_ORDER)
    parcel = _parcel(session, raw, shop)
    terms = terms_of(session, int(parcel.text("subcontractor")))
    assert terms is not None
    dispatch = open_dispatch(session, terms, parcel, Opening(actor, now(), shop.today()), key)
    refused = []
    for order in _orders(session, order_ids):
        assert order.id is not None
        answers = _answers_for(session, order, raw, shop) | {"dispatch": str(dispatch.id)}
        try:
            take_step(session, order.id, _STEP, answers, actor, shop, f"{key}:{order.id}")
        except (Refusal, FieldErrors) as error:  # a guard says no before anything is changed
            refused.append(OfOrder(order.id, order.number, "", _in_words(error)))
    sent = _as_sent(session, dispatch, refused)
    if not sent.sent:
        raise Refusal("parcel_not_empty", refused[0].refusal if refused else _("No order was chosen."))
    ask_for_slip(session, dispatch, shop, actor)
    owe_partner(session, of_dispatch(session, dispatch, shop), shop)
    return sent


def print_slip_again(session: Session, dispatch_id: int, actor: Actor, shop: ShopContext) -> None:
    """The slip of a dispatch once more, word for word, marked as a duplicate. Raises NotFound."""
    dispatch = session.get(Dispatch, dispatch_id)
    if dispatch is None:
        raise NotFound(_("There is no such dispatch."))
    paper = session.exec(select(Paper).where(Paper.dedupe_key == f"dispatch:{dispatch_id}")).first()
    if paper is None or paper.id is None:
        ask_for_slip(session, dispatch, shop, actor)
    else:
        print_again(session, paper.id, actor)


@asks(Permission.MOVE_ORDER)
def receive_back(
    session: Session,
    order_id: int,
    event: str,
    raw: Mapping[str, str],
    actor: Actor,
    shop: ShopContext,
    key: str,
    *,
    passes_on: bool = False,
) -> str:
    """Take a device back from a subcontractor (T19, `event` says where it goes on); where the shop only passes on and
    the price was agreed, its repair is completed at once (7.8). The state that it is in now, as a word of 7.2.

    Raises FieldErrors, Refusal, Conflict, NotFound as `take_step` does."""
    taken = take_step(session, order_id, event, raw, actor, shop, key)
    if not passes_on or event != "receive_back":
        return taken.to_state.value
    complete = next((step for step in allowed_steps(session, order_id, shop) if step.event == "complete"), None)
    ready = complete is not None and all(asked.default for asked in complete.inputs if asked.required)
    if not ready:
        return taken.to_state.value
    return take_step(session, order_id, "complete", {}, actor, shop, f"{key}:done").to_state.value


def _parcel(session: Session, raw: Mapping[str, str], shop: ShopContext) -> Answers:
    """The parcel's own answers, whoever is in it."""
    chosen = tuple((str(one.party_id), one.name) for one in subcontractors(session, only_active=True))
    asked = tuple(replace(one, choices=chosen) if one.key == "subcontractor" else one for one in PARCEL)
    answers = read_answers(asked, raw, shop.currency, shop.today())
    day = answers.day("expected_on")
    if day is not None and day < shop.today():
        raise FieldErrors({"expected_on": _("This day is past")})
    return answers


def _answers_for(session: Session, order: RepairOrder, raw: Mapping[str, str], shop: ShopContext) -> dict[str, str]:
    """The answers of the parcel for one of its orders; a code goes along only where there is one."""
    answers = {key: value for key, value in raw.items() if key in {asked.key for asked in PARCEL}}
    if order.secret_state.value != "stored":
        answers.pop("secret", None)
    return answers


def _orders(session: Session, order_ids: Sequence[int]) -> list[RepairOrder]:
    rows = session.exec(select(RepairOrder).where(col(RepairOrder.id).in_(list(order_ids))))
    return sorted(rows, key=lambda order: order.number)


def _as_sent(session: Session, dispatch: Dispatch, refused: Sequence[OfOrder]) -> Sent:
    assert dispatch.id is not None
    sent = tuple(OfOrder(order.id or 0, order.number, job.fault) for job, order in in_dispatch(session, dispatch.id))
    return Sent(dispatch.id, dispatch.number, sent, tuple(refused))


def _in_words(error: ConvisavError) -> str:
    """A refusal in one line; of wrong fields the sentences alone."""
    return "; ".join(error.errors.values()) if isinstance(error, FieldErrors) else str(error)
