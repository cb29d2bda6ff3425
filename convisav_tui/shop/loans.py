"""Lending a unit while an order is under way, taking it back, billing what never comes back (FR-R3, 7.5 region L)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, func, select

from convisav_tui import ticket_number
from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _, format_day
from convisav_tui.money import parse_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dates import parse_date
from convisav_tui.shop.events import append_event
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.intake_form import cash_trouble
from convisav_tui.shop.loan_agreement import ask_for_agreement
from convisav_tui.shop.loaners import unit_title
from convisav_tui.shop.outbox import withdraw
from convisav_tui.shop.payments import add_payment, billing_state, cash_taken, sums_of
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import (
    Holder,
    Loan,
    LoanerState,
    LoanerUnit,
    LoanOutcome,
    Means,
    MessageEvent,
    Nature,
    OrderState,
    Payment,
    RepairOrder,
)

LEND_FIELDS = ("unit", "due_on", "condition", "accessories", "deposit", "means")
RETURN_FIELDS = ("outcome", "condition", "data_erased", "keep", "reason", "repair")
UNPROMISED = timedelta(days=14)  # for how long a loaner goes out when no day was promised for the device
_TEXTS = {"condition": 400, "accessories": 400}
_GONE = frozenset({OrderState.RETURNED, OrderState.CLOSED, OrderState.CANCELLED})


@dataclass(frozen=True)
class Wish:
    """What is lent on which terms; `deposit` in minor units, None takes the unit's; `due_on` None the promised day."""

    unit_id: int
    due_on: date | None = None
    condition: str = ""
    accessories: str = ""
    deposit: int | None = None
    means: Means | None = None


@dataclass(frozen=True)
class Held:
    """The guarantee deposit of a loan that the shop still holds, minor units, and the row that it was taken by."""

    amount: int
    payment: Payment | None


def due_by(promised_on: date | None, today: date) -> date:
    """When a loaner is to be back: on the promised day, else in two weeks."""
    return promised_on if promised_on is not None and promised_on >= today else today + UNPROMISED


def open_loan(session: Session, order_id: int) -> Loan | None:
    """The loan of an order whose unit is not back."""
    return session.exec(select(Loan).where(Loan.order_id == order_id, col(Loan.ended_at).is_(None))).first()


def loan_of_unit(session: Session, unit_id: int) -> Loan | None:
    """The loan under which somebody has this unit."""
    return session.exec(select(Loan).where(Loan.unit_id == unit_id, col(Loan.ended_at).is_(None))).first()


def held_of(session: Session, loan: Loan) -> Held:
    """What is still held of a loan's deposit."""
    taken = session.exec(select(Payment).where(Payment.idempotency_key == _deposit_key(loan.idempotency_key))).first()
    if taken is None:
        return Held(0, None)
    given = select(func.coalesce(func.sum(Payment.amount), 0)).where(Payment.reverses_id == taken.id)
    return Held(taken.amount + int(session.exec(given).one()), taken)


def parse_wish(raw: Mapping[str, str], shop: ShopContext) -> Wish:
    """What was typed to lend a unit (LEND_FIELDS). Raises FieldErrors."""
    reader = FieldReader(raw)
    unit_id = reader.row("unit", _("Choose a loaner"))
    if unit_id is None:
        reader.errors.setdefault("unit", _("Choose a loaner"))
    due_on = reader.read("due_on", lambda typed: parse_date(typed, shop.today()))
    if due_on is not None and due_on < shop.today():
        reader.errors["due_on"] = _("This day is past")
    deposit = reader.read("deposit", lambda typed: parse_amount(typed, shop.currency))
    texts = {key: reader.line(key, limit) for key, limit in _TEXTS.items()}
    means = reader.choice("means", Means)
    if deposit and means is None:
        reader.errors.setdefault("means", _("Choose how it is paid"))
    if reader.errors:
        raise FieldErrors(reader.errors)
    return Wish(unit_id or 0, due_on, texts["condition"], texts["accessories"], deposit, means)


def lend(session: Session, order_id: int, wish: Wish, actor: Actor, shop: ShopContext, key: str) -> Loan:
    """Lend a unit with an order: loan, deposit, agreement to sign, event. The same `key` again gives the same loan.

    Raises FieldErrors, Refusal when the unit is not free, the order has one already or its device has left, NotFound.
    """
    earlier = session.exec(select(Loan).where(Loan.idempotency_key == key)).first()
    if earlier is not None:
        return earlier
    order, unit = _order(session, order_id), session.get(LoanerUnit, wish.unit_id)
    if unit is None:
        raise NotFound(_("There is no such loaner in this shop."))
    _refuse_lending(session, order, unit)
    deposit = unit.deposit if wish.deposit is None else wish.deposit
    _check_deposit(session, order, deposit, wish.means, shop)
    loan = Loan(
        idempotency_key=key,
        unit_id=wish.unit_id,
        order_id=order_id,
        party_id=order.party_id,
        lent_at=now(),
        lent_by_id=actor.staff_id,
        due_on=wish.due_on or due_by(order.promised_on, shop.today()),
        condition_out=wish.condition or unit.condition,
        accessories_out=wish.accessories or unit.accessories,
        deposit=deposit,
    )
    unit.state = LoanerState.LENT
    session.add_all([loan, unit])
    session.flush()
    detail: dict[str, object] = {"loan": loan.id, "unit": unit_title(unit), "note": _lent_words(unit, loan)}
    if deposit and wish.means is not None:
        nature = Nature.GUARANTEE_DEPOSIT
        payment = add_payment(
            session,
            order,
            amount=deposit,
            nature=nature,
            means=wish.means,
            actor=actor,
            key=_deposit_key(key),
            label=unit_title(unit),
        )
        detail["payments"] = [payment.id]
    append_event(session, order, event="loan_out", actor=actor, detail=detail)
    ask_for_agreement(session, loan, shop, actor)
    return loan


@asks(Permission.BILL_LOANER)
def take_back(session: Session, loan_id: int, raw: Mapping[str, str], actor: Actor, shop: ShopContext) -> Loan:
    """Take a unit back as typed (RETURN_FIELDS): how it came, whether its data were erased, what of the deposit is kept
    and why. A loan that has ended already is given back as it is.

    Raises FieldErrors, Refusal to all but a manager for what is kept or billed, NotFound."""
    loan, unit, order = _loan(session, loan_id)
    if loan.ended_at is not None:
        return loan
    back = _read_return(raw, shop)
    held = held_of(session, loan)
    if back.keep:
        require(session, actor, Permission.BILL_LOANER)
    if back.keep and not back.reason:
        raise FieldErrors({"reason": _("Say why the deposit is kept or the loaner billed")})
    loan.ended_at, loan.ended_by_id, loan.outcome = now(), actor.staff_id, back.outcome
    loan.condition_in, loan.data_erased, loan.billed = back.condition, back.data_erased, back.keep
    unit.state = _state_after(back)
    if back.condition and back.outcome is not LoanOutcome.LOST:
        unit.condition = back.condition
    session.add_all([loan, unit])
    session.flush()
    payments = _settle_deposit(session, order, loan, held, actor)
    detail: dict[str, object] = {
        "loan": loan.id,
        "unit": unit_title(unit),
        "outcome": back.outcome.value,
        "note": unit_title(unit),
        "payments": payments,
    }
    if back.keep:
        detail |= {"amount": back.keep, "currency": order.currency, "reason": back.reason}
    append_event(session, order, event="loan_back", actor=actor, detail=detail)
    withdraw(session, order, MessageEvent.LOAN_OVERDUE)
    return loan


@dataclass(frozen=True)
class _Return:
    outcome: LoanOutcome
    condition: str
    data_erased: bool
    keep: int
    reason: str
    repair: bool


def _read_return(raw: Mapping[str, str], shop: ShopContext) -> _Return:
    reader = FieldReader(raw)
    outcome = reader.choice("outcome", LoanOutcome) or LoanOutcome.RETURNED_OK
    keep = reader.read("keep", lambda typed: parse_amount(typed, shop.currency)) or 0
    back = _Return(
        outcome,
        reader.line("condition", 400),
        reader.ticked("data_erased"),
        keep,
        reader.line("reason", 400),
        reader.ticked("repair"),
    )
    if outcome is LoanOutcome.BILLED and not keep:
        reader.errors.setdefault("keep", _("Type the amount that is billed"))
    if outcome is LoanOutcome.RETURNED_DAMAGED and not back.condition:
        reader.errors.setdefault("condition", _("Say what is damaged"))
    if reader.errors:
        raise FieldErrors(reader.errors)
    return back


def _state_after(back: _Return) -> LoanerState:
    if back.outcome in (LoanOutcome.LOST, LoanOutcome.BILLED):
        return LoanerState.RETIRED
    return LoanerState.IN_REPAIR if back.repair else LoanerState.AVAILABLE


def _settle_deposit(session: Session, order: RepairOrder, loan: Loan, held: Held, actor: Actor) -> list[int]:
    """The deposit leaves the deposits (FR-A6): what is billed of it becomes a payment, the rest is given back."""
    if held.payment is None or not held.amount:
        _sums_follow(session, order)
        return []
    kept = min(held.amount, loan.billed)
    rows = [(-(held.amount - kept), Nature.GUARANTEE_DEPOSIT, held.payment.id, "back")]
    rows += [(-kept, Nature.GUARANTEE_DEPOSIT, held.payment.id, "kept"), (kept, Nature.BALANCE, None, "billed")]
    return [
        add_payment(
            session,
            order,
            amount=amount,
            nature=nature,
            means=held.payment.means,
            actor=actor,
            key=f"loan-{loan.id}:{part}",
            label=held.payment.label,
            reverses_id=reverses,
        ).id
        or 0
        for amount, nature, reverses, part in rows
        if amount
    ]


def _sums_follow(session: Session, order: RepairOrder) -> None:
    """What a loan added to the debts of an order shows in its billing state."""
    order.billing_state = billing_state(order, sums_of(session, order))
    order.updated_at = now()
    session.add(order)
    session.flush()


def _refuse_lending(session: Session, order: RepairOrder, unit: LoanerUnit) -> None:
    if order.state in _GONE or order.holder is Holder.RETURNED:
        raise Refusal("order_under_way", _("The device of this order has left: nothing is lent for it."))
    other = open_loan(session, order.id or 0)
    if other is not None:
        title = unit_title(session.get_one(LoanerUnit, other.unit_id))
        raise Refusal("one_loan", _("{unit} is lent with this order already.").format(unit=title), mended_by="loaner")
    if unit.state is not LoanerState.AVAILABLE:
        loan = loan_of_unit(session, unit.id or 0)
        number = session.get_one(RepairOrder, loan.order_id).number if loan is not None else ""
        sentence = (
            _("{unit} is lent with order {number}.").format(unit=unit_title(unit), number=ticket_number.show(number))
            if number
            else _("{unit} is not free.").format(unit=unit_title(unit))
        )
        raise Refusal("unit_is_free", sentence, _("Choose another loaner."), mended_by="input:unit")


def _check_deposit(session: Session, order: RepairOrder, deposit: int, means: Means | None, shop: ShopContext) -> None:
    if deposit and means is None:
        raise FieldErrors({"means": _("Choose how it is paid")})
    if deposit and means is Means.CASH:
        rules = rules_in_force(session, shop.country)
        trouble = cash_trouble(cash_taken(session, order) + deposit, shop, rules, shop.today())
        if trouble:
            raise FieldErrors({"means": trouble})


def _lent_words(unit: LoanerUnit, loan: Loan) -> str:
    if loan.due_on is None:
        return unit_title(unit)
    return _("{unit}, back by {day}").format(unit=unit_title(unit), day=format_day(loan.due_on))


def _deposit_key(key: str) -> str:
    return f"{key[:56]}:deposit"


def _order(session: Session, order_id: int) -> RepairOrder:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _loan(session: Session, loan_id: int) -> tuple[Loan, LoanerUnit, RepairOrder]:
    loan = session.get(Loan, loan_id)
    if loan is None:
        raise NotFound(_("There is no such loan."))
    return loan, session.get_one(LoanerUnit, loan.unit_id), _order(session, loan.order_id)
