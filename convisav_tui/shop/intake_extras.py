"""What an intake does beside the order: a loaner, labels for accessories, one receipt for several devices."""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui.errors import FieldErrors, NotFound, Refusal
from convisav_tui.shop.accessory_labels import ask_for_labels
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.drop_offs import end_drop_off, join
from convisav_tui.shop.intake_form import IntakeForm
from convisav_tui.shop.loans import Wish, lend
from convisav_tui.store.models import RepairOrder


def put_beside(session: Session, form: IntakeForm, order: RepairOrder, actor: Actor) -> None:
    """Put the order into the drop-off that the form names. Raises FieldErrors."""
    if form.beside:
        join(session, order, form.beside, actor)


def add_extras(
    session: Session, form: IntakeForm, order: RepairOrder, actor: Actor, shop: ShopContext, key: str
) -> None:
    """Lend what is lent, ask for the labels of the accessories, and for the receipt once no more devices follow.

    Raises FieldErrors beside the fields of the loaner."""
    assert order.id is not None
    if form.loaner is not None:
        wish = Wish(form.loaner, deposit=form.loan_deposit, means=form.loan_means)
        try:
            lend(session, order.id, wish, actor, shop, f"{key}:loan")
        except FieldErrors as refused:
            raise FieldErrors({"loan_means": "; ".join(refused.errors.values())}) from refused
        except (Refusal, NotFound) as refused:
            raise FieldErrors({"loaner": str(refused)}) from refused
    if form.accessory_labels:
        ask_for_labels(session, order, actor, shop)
    if form.receipt and not form.more and order.drop_off_id is not None:
        end_drop_off(session, order.number, actor, shop)
