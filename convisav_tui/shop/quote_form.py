"""The European Repair Information Form: a second paper of a version, which binds the shop for 30 days (FR-Q10)."""

from __future__ import annotations

from datetime import date, timedelta

from sqlmodel import Session, col, select

from convisav_tui.clock import local
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.consent_ledger import undone_of
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import ask_for
from convisav_tui.shop.events import append_event
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.quote_paper import repair_form_of
from convisav_tui.shop.quoting import current_offer
from convisav_tui.store.models import OrderEvent, Paper, Quote, RepairOrder

GIVEN = "repair_form_given"
BINDING_DAYS = 30


@asks(Permission.MOVE_ORDER)
def give_repair_form(session: Session, order_id: int, actor: Actor, shop: ShopContext, key: str) -> Paper:
    """Print the form of the version that is offered now, and write down that it was given: its terms hold 30 days. The
    same `key` again gives the same paper. Raises NotFound, Refusal where no quote was issued."""
    require(session, actor, Permission.MOVE_ORDER)
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    offer = current_offer(session, order_id)
    if not offer:
        raise Refusal("quote_issued", _("No quote was issued."), mended_by="step:issue_quote")
    document = repair_form_of(session, order, offer, shop)
    paper = ask_for(
        session, document, key=f"form:{offer[0].id}", order_id=order.id, party_id=order.party_id, actor=actor
    )
    given = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first()
    if given is None:
        until = shop.today() + timedelta(days=BINDING_DAYS)
        detail = {"quote": offer[0].id, "revision": offer[0].revision, "until": until.isoformat()}
        append_event(session, order, event=GIVEN, actor=actor, detail=detail, key=key)
    return paper


def bound_until(session: Session, quote: Quote | None, today: date) -> date | None:
    """The last day on which the form of this version binds the shop; None where none was given, or that day is past."""
    day = form_until(session, quote)
    return day if day is not None and day >= today else None


def form_until(session: Session, quote: Quote | None) -> date | None:
    """The last day of the terms of the form that was given of this version, past or not."""
    if quote is None or quote.id is None:
        return None
    chosen = select(OrderEvent).where(OrderEvent.order_id == quote.order_id, OrderEvent.event == GIVEN)
    gone = undone_of(session, quote.order_id, "quote")
    for event in session.exec(chosen.order_by(col(OrderEvent.id).desc())):
        if event.detail.get("quote") == quote.id and quote.id not in gone:
            return date.fromisoformat(str(event.detail["until"]))
    return None


def holds_until(session: Session, quote: Quote | None) -> date | None:
    """The last day on which a version may be accepted: its own, and no sooner than its form binds the shop; None where
    it has no end."""
    if quote is None or quote.valid_until is None:
        return None
    return max(quote.valid_until, form_until(session, quote) or quote.valid_until)


def given_on(session: Session, quote: Quote, shop: ShopContext) -> date | None:
    """The day on which the form of a version was given."""
    chosen = select(OrderEvent).where(OrderEvent.order_id == quote.order_id, OrderEvent.event == GIVEN)
    found = next((event for event in session.exec(chosen) if event.detail.get("quote") == quote.id), None)
    return local(found.at, shop.timezone).date() if found is not None else None
