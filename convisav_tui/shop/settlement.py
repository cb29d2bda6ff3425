"""What becomes of sums paid in advance when nothing is repaired: by their nature, to the cent (FR-A1, FR-A4, FR-A6).

A diagnostic fee that was earned is covered by the fee paid, then by the down payment turned into it (FR-A4). What is
left of a down payment is given back or kept as damages; arrhes are kept when the customer withdraws, given back double
when the shop does (L214-1), or given back by agreement. A guarantee deposit is nobody's price and stands apart.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import uuid4

from sqlmodel import Session, select

from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.payments import DIAGNOSTIC_FEE_DEDUCTED, add_payment
from convisav_tui.shop.permissions import Permission, require
from convisav_tui.shop.situation import Situation
from convisav_tui.store.models import Means, Nature, Payment, RepairOrder

# What pays towards a price and is no fee, no arrhes: given back or kept as one.
ADVANCE = (Nature.ACOMPTE, Nature.BALANCE)
SETTLED = frozenset({"advance", "arrhes", "fee", "waived"})  # the inputs that concern it


class Advance(enum.StrEnum):
    """What becomes of a down payment."""

    REFUND = "refund"
    KEEP = "keep"


class Arrhes(enum.StrEnum):
    """What becomes of arrhes: kept (the customer withdraws), doubled (the shop does), given back (both agree)."""

    KEEP = "keep"
    DOUBLE = "double"
    REFUND = "refund"


@dataclass(frozen=True)
class Paid:
    """What is held of each kind, minor units; `fee_deducted`: whether a diagnostic fee counts towards the price."""

    advance: int = 0
    arrhes: int = 0
    fee: int = 0
    deposit: int = 0
    fee_deducted: bool = True

    @property
    def any(self) -> bool:
        """Whether there is anything to settle by choice."""
        return self.advance > 0 or self.arrhes > 0


@dataclass(frozen=True)
class Settlement:
    """What happens to what was paid, minor units. `missing` of the fee is still owed by the customer; `indemnity` is
    what the shop pays beyond what it received."""

    earned: int  # the fee for work done
    converted: int  # of the advance, turned into the fee
    converted_arrhes: int  # of arrhes that would be given back, the same
    missing: int
    kept: int  # of the advance, as damages
    kept_arrhes: int
    refund: int  # of the advance
    refund_arrhes: int
    refund_fee: int  # a fee that was paid and not earned
    indemnity: int
    fee_deducted: bool = True

    @property
    def price(self) -> int:
        """What the order comes to: then nothing is owed but what is missing and what goes back."""
        fee = self.earned if self.fee_deducted else self.missing
        return fee + self.kept + self.kept_arrhes

    @property
    def given_back(self) -> int:
        """All that the customer gets, the guarantee deposit apart."""
        return self.refund + self.refund_arrhes + self.refund_fee + self.indemnity


def settle(paid: Paid, fee: int, advance: Advance, arrhes: Arrhes) -> Settlement:
    """What becomes of `paid` when `fee` (minor units, 0 or more) was earned. Every cent is in one place:
    advance = converted + kept + refund, arrhes likewise, fee paid = what it covers + refund_fee."""
    held, arrhes_held, fee_held = max(0, paid.advance), max(0, paid.arrhes), max(0, paid.fee)
    covered = min(fee_held, fee)
    converted = min(held, fee - covered)
    spare = arrhes_held if arrhes is Arrhes.REFUND else 0
    converted_arrhes = min(spare, fee - covered - converted)
    left = held - converted
    return Settlement(
        earned=fee,
        converted=converted,
        converted_arrhes=converted_arrhes,
        missing=fee - covered - converted - converted_arrhes,
        kept=left if advance is Advance.KEEP else 0,
        kept_arrhes=arrhes_held if arrhes is Arrhes.KEEP else 0,
        refund=left if advance is Advance.REFUND else 0,
        refund_arrhes=0 if arrhes is Arrhes.KEEP else arrhes_held - converted_arrhes,
        refund_fee=fee_held - covered,
        indemnity=arrhes_held if arrhes is Arrhes.DOUBLE else 0,
        fee_deducted=paid.fee_deducted,
    )


def paid_in(situation: Situation) -> Paid:
    """What the shop holds for an order, by what becomes of it; what loaners cost comes out of the advance first."""
    sums = situation.sums
    deducted = shop_setting(situation.session, DIAGNOSTIC_FEE_DEDUCTED) is not False
    arrhes, fee = sums.by_nature.get(Nature.ARRHES, 0), sums.by_nature.get(Nature.DIAGNOSTIC_FEE, 0)
    advance = sums.towards_price - arrhes - (fee if deducted else 0)
    return Paid(advance, arrhes, fee, sums.deposit_held, deducted)


def settlement_asks(situation: Situation, key: str) -> bool:
    """Whether one of `SETTLED` is asked: where there is such a sum, and work whose price stands has no other fee."""
    paid, priced = paid_in(situation), situation.order.price is not None
    if key == "waived":
        return priced and situation.owed > 0
    if priced or situation.covered:
        return False
    held = {"advance": paid.advance, "arrhes": paid.arrhes, "fee": paid.advance + paid.arrhes + paid.fee}
    return held[key] > 0


def convert(session: Session, order: RepairOrder, settled: Settlement, actor: Actor) -> list[int]:
    """Turn what the fee takes of advance and arrhes into a diagnostic fee (FR-A4): rows of the opposite sign, and rows
    of the fee by the same means. Their ids."""
    rows: list[int] = []
    for natures, amount in ((ADVANCE, settled.converted), ((Nature.ARRHES,), settled.converted_arrhes)):
        for payment, part in _portions(session, order, natures, amount):
            rows.append(_row(session, order, payment, -part, payment.nature, actor, payment.id))
            rows.append(_row(session, order, payment, part, Nature.DIAGNOSTIC_FEE, actor, None))
    return rows


def refund(session: Session, order: RepairOrder, settled: Settlement, deposit: int, actor: Actor) -> list[int]:
    """Give back what the settlement says, and the guarantee deposit: rows of the opposite sign, an indemnity as one of
    its own nature. Their ids. Raises Refusal to those who may give back no money; a deposit is the customer's."""
    if settled.given_back:
        require(session, actor, Permission.GIVE_BACK_MONEY)
    rows: list[int] = []
    back = (
        (ADVANCE, settled.refund),
        ((Nature.ARRHES,), settled.refund_arrhes),
        ((Nature.DIAGNOSTIC_FEE,), settled.refund_fee),
        ((Nature.GUARANTEE_DEPOSIT,), deposit),
    )
    for natures, amount in back:
        for payment, part in _portions(session, order, natures, amount):
            rows.append(_row(session, order, payment, -part, payment.nature, actor, payment.id))
    if settled.indemnity:
        arrhes = next(iter(_payments(session, order, (Nature.ARRHES,))))
        rows.append(_row(session, order, arrhes, -settled.indemnity, Nature.REFUND, actor, None))
    return rows


def told(settled: Settlement, situation: Situation) -> list[str]:
    """The settlement in sentences, for the preview of a step; nothing is said of what is nothing."""
    money, sentences = situation.money, []
    converted = settled.converted + settled.converted_arrhes
    for amount, words in (
        (converted, _("{amount} turned into the diagnostic fee.")),
        (settled.missing, _("{amount} of the fee still owed.")),
        (settled.kept, _("{amount} of the down payment kept as damages.")),
        (settled.kept_arrhes, _("{amount} of arrhes kept.")),
        (settled.refund + settled.refund_arrhes + settled.refund_fee, _("{amount} to give back.")),
        (settled.indemnity, _("{amount} more as indemnity: arrhes are given back double.")),
    ):
        if amount:
            sentences.append(words.format(amount=money(amount)))
    return sentences


def written(settled: Settlement) -> dict[str, int]:
    """The settlement as an event keeps it: minor units, without what is nothing."""
    values = {
        "earned": settled.earned,
        "converted": settled.converted + settled.converted_arrhes,
        "missing": settled.missing,
        "kept": settled.kept,
        "kept_arrhes": settled.kept_arrhes,
        "refund": settled.refund + settled.refund_arrhes + settled.refund_fee,
        "indemnity": settled.indemnity,
    }
    return {key: value for key, value in values.items() if value}


def _payments(session: Session, order: RepairOrder, natures: Iterable[Nature]) -> list[Payment]:
    rows = session.exec(select(Payment).where(Payment.order_id == order.id)).all()
    return [row for row in sorted(rows, key=lambda row: row.id or 0) if row.nature in natures and row.amount > 0]


def _portions(
    session: Session, order: RepairOrder, natures: Iterable[Nature], amount: int
) -> list[tuple[Payment, int]]:
    """`amount` spread over the payments of these natures, the last one first, none beyond what is left of it."""
    every = session.exec(select(Payment).where(Payment.order_id == order.id)).all()
    portions: list[tuple[Payment, int]] = []
    for payment in reversed(_payments(session, order, natures)):
        left = payment.amount + sum(row.amount for row in every if row.reverses_id == payment.id)
        part = min(left, amount) if payment.reverses_id is None else 0
        if part > 0:
            portions.append((payment, part))
            amount -= part
    return portions


def _row(
    session: Session,
    order: RepairOrder,
    like: Payment,
    amount: int,
    nature: Nature,
    actor: Actor,
    reverses_id: int | None,
) -> int:
    means: Means = like.means
    row = add_payment(
        session,
        order,
        amount=amount,
        nature=nature,
        means=means,
        actor=actor,
        key=uuid4().hex,
        label=like.label,
        reverses_id=reverses_id,
    )
    assert row.id is not None
    return row.id
