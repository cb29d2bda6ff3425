"""Writing down a price that was agreed beside a step: given by phone, a higher cap, work found on the way (FR-Q8)."""

from __future__ import annotations

from datetime import date

from sqlmodel import Session, select

from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.assigning import refuse_over
from convisav_tui.shop.consent import announce
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.events import append_event
from convisav_tui.shop.movement import as_json
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.questions import SPOKEN
from convisav_tui.shop.workflow import follow_up
from convisav_tui.store.models import ConsentAnswer, ConsentBasis, OrderEvent, OrderState, PriceConsent, RepairOrder
from convisav_tui.text import clean_line

RECORDED = "price_consented"  # the event of what is recorded beside a step
# What a person may record: a quote is answered by its step, a principal's terms are agreed with him.
BESIDE_STEPS = (ConsentBasis.CAP, ConsentBasis.EXTRA, ConsentBasis.FEE, ConsentBasis.COVERAGE_REFUSED)


@asks(Permission.MOVE_ORDER)
def record_consent(
    session: Session,
    order_id: int,
    *,
    basis: ConsentBasis,
    amount: int,
    answer: ConsentAnswer,
    told: str,
    means: str,
    actor: Actor,
    key: str,
    until: date | None = None,
    shop: ShopContext,
    evidence: str = "",
) -> PriceConsent:
    """Write down a price that was announced beside a step and what was answered: a spending cap (the order's from then
    on: a quote that waits, still holds and is within it is thereby accepted, FR-Q8), more work than was agreed
    (`amount` on top), the fee for the diagnosis, the price where a guarantee is refused. Minor units incl. VAT; `means`
    of questions.SPOKEN. The same `key` again gives the same row.

    Raises FieldErrors, NotFound, Conflict, Refusal: for a quote (its step takes the answer), when the work is over."""
    require(session, actor, Permission.MOVE_ORDER)
    done = _done_before(session, order_id, key)
    if done is not None:
        return done
    order, who = _open_order(session, order_id), clean_line(told)
    _check(basis, amount, who, means)
    before = _keep_cap(session, order, basis, answer, amount)
    detail = {"basis": basis.value, "answer": answer.value, "amount": amount, "decided_by": who, "means": means}
    event = append_event(
        session, order, event=RECORDED, actor=actor, detail=detail | _if_said(evidence), before=before, key=key
    )
    said = clean_line(evidence)
    row = announce(
        session, order, event, basis, answer, amount, actor, told=who, means=means, until=until, evidence=said
    )
    if before and order.state is OrderState.QUOTE_ISSUED:
        follow_up(session, order_id, actor, shop)
    return row


@asks(Permission.MOVE_ORDER)
def withdraw_cap(
    session: Session,
    order_id: int,
    told: str,
    means: str,
    actor: Actor,
    key: str,
    shop: ShopContext,
    evidence: str = "",
) -> PriceConsent:
    """The customer takes his spending cap back: what was started under it stays agreed, nothing more is. The same `key`
    again gives the same row. Raises Refusal where there is no cap, and as `record_consent`."""
    done = _done_before(session, order_id, key)
    order = session.get(RepairOrder, order_id)
    if done is None and (order is None or order.cap is None):
        raise Refusal("cap_given", _("The customer gave no spending cap."))
    return record_consent(
        session,
        order_id,
        basis=ConsentBasis.CAP,
        amount=done.amount if done is not None else (order.cap or 0 if order is not None else 0),
        answer=ConsentAnswer.WITHDRAWN,
        told=told,
        means=means,
        actor=actor,
        key=key,
        shop=shop,
        evidence=evidence,
    )


def _open_order(session: Session, order_id: int) -> RepairOrder:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    refuse_over(order)
    return order


def _keep_cap(
    session: Session, order: RepairOrder, basis: ConsentBasis, answer: ConsentAnswer, amount: int
) -> dict[str, object]:
    """Give the order its new cap, or take it; what it was before, nothing where this is about no cap."""
    if basis is not ConsentBasis.CAP or answer not in (ConsentAnswer.AGREED, ConsentAnswer.WITHDRAWN):
        return {}
    before = {"cap": as_json(order.cap)}
    order.cap = amount if answer is ConsentAnswer.AGREED else None
    session.add(order)
    return before


def _check(basis: ConsentBasis, amount: int, told: str, means: str) -> None:
    if basis not in BESIDE_STEPS:
        raise Refusal(
            "consent_beside_steps",
            _("A quote is answered by its own step."),
            _("Take the step “Quote accepted”."),
            mended_by="step:accept_quote",
        )
    errors = {}
    if amount < 0:
        errors["amount"] = _("An amount cannot be negative")
    if not told:
        errors["told"] = _("This is needed")
    if means not in dict(SPOKEN):
        errors["means"] = _("Choose one of the list")
    if errors:
        raise FieldErrors(errors)


def _done_before(session: Session, order_id: int, key: str) -> PriceConsent | None:
    event = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first()
    if event is None:
        return None
    if event.order_id != order_id or event.event != RECORDED:
        raise Conflict(_("This was used for another step already."), _("Open the order again."))
    return session.exec(select(PriceConsent).where(PriceConsent.event_id == event.id)).one()


def _if_said(evidence: str) -> dict[str, str]:
    return {"note": clean_line(evidence)[:400]} if evidence else {}
