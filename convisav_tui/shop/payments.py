"""Sums that change hands: append-only rows, what is paid and what is still owed of an order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, func, select

from convisav_tui.clock import of_fact
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.consent import beyond_consent
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.events import append_event
from convisav_tui.shop.intake_form import cash_trouble
from convisav_tui.shop.mandate import on_statement
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import BillingState, Loan, Means, Nature, OrderState, Payment, RepairOrder

# Setting: whether a diagnostic fee counts towards the repair (FR-Q5); source 0 deducts what was paid at intake.
DIAGNOSTIC_FEE_DEDUCTED = "diagnostic_fee_deducted"


@dataclass(frozen=True)
class Sums:
    """What an order's payments come to, in minor units; sums given back are already taken off."""

    by_nature: Mapping[Nature, int]
    towards_price: int  # less what loaners cost, and without what was paid back beyond the payments (arrhes doubled)
    deposit_held: int  # guarantee deposit: no price, no VAT (FR-A6)
    price: int | None
    owed: int | None  # None while there is no price; negative when too much was paid
    billed: int = 0  # for loaners kept or damaged, beside the price
    on_statement: bool = False  # its payer is billed by the month (FR-V11)

    @property
    def paid(self) -> int:
        """All that the shop holds for this order."""
        return sum(self.by_nature.values())


def sums_of(session: Session, order: RepairOrder) -> Sums:
    """What was paid for an order by nature, and what is still owed of its price."""
    per_nature = (
        select(col(Payment.nature), func.sum(Payment.amount))
        .where(Payment.order_id == order.id)
        .group_by(col(Payment.nature))
    )
    by_nature = {nature: int(total) for nature, total in session.exec(per_nature)}
    deposit = by_nature.get(Nature.GUARANTEE_DEPOSIT, 0)
    billed = _billed(session, order)
    towards = sum(by_nature.values()) - deposit - by_nature.get(Nature.REFUND, 0) - billed
    if shop_setting(session, DIAGNOSTIC_FEE_DEDUCTED) is False:
        towards -= by_nature.get(Nature.DIAGNOSTIC_FEE, 0)
    owed = None if order.price is None else order.price - towards
    return Sums(by_nature, towards, deposit, order.price, owed, billed, on_statement(session, order))


def take_payment(
    session: Session,
    order_id: int,
    *,
    amount: int,
    nature: Nature,
    means: Means,
    actor: Actor,
    shop: ShopContext,
    key: str,
    label: str = "",
) -> Payment:
    """Take a sum (minor units, above 0) for an order; the same `key` again gives the same row back.

    Raises Refusal for a sum that is none, a guarantee deposit or refund under a wrong nature, cash above the country's
    limit for one order (FR-A8), a closed order (T31), and the balance of a price that nobody agreed to (FR-Q7).
    """
    order = _order(session, order_id)
    earlier = _by_key(session, key)
    if earlier is not None:
        return earlier
    _refuse_closed(order)
    if amount <= 0 or nature is Nature.REFUND:
        raise Refusal("amount_positive", _("A payment is more than nothing: a refund is taken from a payment."))
    refused = beyond_consent(session, order) if nature is Nature.BALANCE else None
    if refused is not None:
        raise refused
    if means is Means.CASH:
        trouble = cash_trouble(
            cash_taken(session, order) + amount, shop, rules_in_force(session, shop.country), shop.today()
        )
        if trouble:
            raise Refusal("cash_limit", trouble + ".", _("Choose another means of payment."))
    payment = add_payment(session, order, amount=amount, nature=nature, means=means, actor=actor, key=key, label=label)
    _record(session, order, payment, "payment_taken", actor)
    return payment


@asks(Permission.GIVE_BACK_MONEY)
def give_back(session: Session, payment_id: int, *, amount: int, actor: Actor, key: str, reason: str) -> Payment:
    """Give back `amount` (minor units, above 0) of a payment by a row of the opposite sign and the same nature.

    Raises Refusal when more is given back than was paid, without a reason, of a closed order, and to those who may not;
    a guarantee deposit, which stays the customer's money, anybody gives back.
    """
    earlier = _by_key(session, key)
    if earlier is not None:
        return earlier
    paid = session.get(Payment, payment_id)
    if paid is None:
        raise NotFound(_("There is no such payment."))
    if paid.nature is not Nature.GUARANTEE_DEPOSIT:
        require(session, actor, Permission.GIVE_BACK_MONEY)
    order = _order(session, paid.order_id)
    _refuse_closed(order)
    given = select(func.coalesce(func.sum(Payment.amount), 0)).where(Payment.reverses_id == paid.id)
    left = paid.amount + int(session.exec(given).one())
    if not 0 < amount <= left:
        raise Refusal("refund_within_payment", _("No more can be given back than was paid."))
    if not reason.strip():
        raise Refusal("refund_reason", _("Say why the sum is given back."))
    refund = add_payment(
        session,
        order,
        amount=-amount,
        nature=paid.nature,
        means=paid.means,
        actor=actor,
        key=key,
        label=paid.label,
        reverses_id=paid.id,
    )
    _record(session, order, refund, "payment_given_back", actor, reason)
    return refund


def add_payment(
    session: Session,
    order: RepairOrder,
    *,
    amount: int,
    nature: Nature,
    means: Means,
    actor: Actor,
    key: str,
    label: str = "",
    reverses_id: int | None = None,
) -> Payment:
    """Append the row of a sum and bring the order's billing state in line; the event is the caller's."""
    assert order.id is not None
    payment = Payment(
        order_id=order.id,
        at=of_fact(),
        nature=nature,
        means=means,
        amount=amount,
        currency=order.currency,
        label=label[:80],
        staff_id=actor.staff_id,
        station_id=actor.station_id,
        reverses_id=reverses_id,
        idempotency_key=key,
    )
    session.add(payment)
    session.flush()
    order.billing_state = billing_state(order, sums_of(session, order))
    session.add(order)
    session.flush()
    return payment


def billing_state(order: RepairOrder, sums: Sums) -> BillingState:
    """Region B from the sums (rules.md 7.5); what is not billable stays so."""
    if order.billing_state is BillingState.NOT_BILLABLE:
        return BillingState.NOT_BILLABLE
    if sums.price is None or sums.owed is None:
        return BillingState.ADVANCE_PAID if sums.towards_price > 0 else BillingState.NONE
    if sums.owed <= 0:
        return BillingState.PAID
    if sums.on_statement:
        return BillingState.ON_STATEMENT
    return BillingState.PART_PAID if sums.towards_price > 0 else BillingState.TO_INVOICE


def cash_taken(session: Session, order: RepairOrder) -> int:
    """The cash that the shop holds for an order, minor units."""
    total = select(func.coalesce(func.sum(Payment.amount), 0)).where(
        Payment.order_id == order.id, Payment.means == Means.CASH
    )
    return int(session.exec(total).one())


def _billed(session: Session, order: RepairOrder) -> int:
    """What loaners cost the customer of an order: a deposit kept, a unit that did not come back."""
    return int(session.exec(select(func.coalesce(func.sum(Loan.billed), 0)).where(Loan.order_id == order.id)).one())


def _order(session: Session, order_id: int) -> RepairOrder:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _refuse_closed(order: RepairOrder) -> None:
    """T31: a closed file is read only, its money was settled."""
    if order.state is OrderState.CLOSED:
        sentence, remedy = (
            _("This order is closed: its money was settled."),
            _("Take the device in again as a new order."),
        )
        raise Refusal("order_open", sentence, remedy, mended_by="new")


def _by_key(session: Session, key: str) -> Payment | None:
    return session.exec(select(Payment).where(Payment.idempotency_key == key)).first()


def _record(session: Session, order: RepairOrder, payment: Payment, event: str, actor: Actor, reason: str = "") -> None:
    order.updated_at = payment.at
    session.add(order)
    detail = {
        "payment": payment.id,
        "amount": payment.amount,
        "currency": payment.currency,
        "nature": payment.nature.value,
        "means": payment.means.value,
    }
    append_event(session, order, event=event, actor=actor, detail=detail | ({"reason": reason} if reason else {}))
