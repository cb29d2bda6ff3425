"""What lines come to: amounts, discounts over the rates, VAT a rate group (rules.md 3.4, 3.8). Pure arithmetic.

All amounts are minor units, quantities thousandths, rates and discounts basis points. Every rounding is half up. Prices
stand with VAT (the customer pays what is shown, VAT is taken out of each group) or without (VAT is added a group). The
order of the lines changes nothing, and no cent is lost: the lines, the groups and the totals say the same sum.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

ONE = 1000  # thousandths in one
WHOLE = 10_000  # basis points in all of it


@dataclass(frozen=True)
class Priced:
    """A line as the sums need it; `unit_price` with or without VAT as the whole list says.

    A discount line (`is_discount`) takes `discount` basis points off the lines of each rate, or `unit_price` ×
    `quantity` off all of them, spread over the rates; its own rate says nothing."""

    unit_price: int
    vat_rate: int
    quantity: int = ONE
    discount: int = 0
    billed: bool = True
    is_discount: bool = False


@dataclass(frozen=True)
class RateGroup:
    """What the lines of one rate come to."""

    rate: int
    net: int
    vat: int

    @property
    def gross(self) -> int:
        """With VAT."""
        return self.net + self.vat


@dataclass(frozen=True)
class Totals:
    """`amounts` is what each line comes to, in the order and the basis of the lines; a discount's is negative."""

    amounts: tuple[int, ...]
    groups: tuple[RateGroup, ...]  # highest rate first

    @property
    def net(self) -> int:
        """Without VAT."""
        return sum(group.net for group in self.groups)

    @property
    def vat(self) -> int:
        """The VAT of all groups."""
        return sum(group.vat for group in self.groups)

    @property
    def gross(self) -> int:
        """What is to be paid."""
        return self.net + self.vat


def totals_of(lines: Sequence[Priced], *, with_vat: bool, franchise: bool = False) -> Totals:
    """Lines, groups and totals. In a `franchise` shop no VAT is due whatever the lines say (FR-V6)."""
    amounts = [0 if one.is_discount or not one.billed else line_amount(one) for one in lines]
    gross: dict[int, int] = {}
    for one, amount in zip(lines, amounts, strict=True):
        if one.billed and not one.is_discount:
            rate = 0 if franchise else one.vat_rate
            gross[rate] = gross.get(rate, 0) + amount
    left = dict(gross)
    # The greatest first, whatever their order: what remains is never less than nothing.
    for place in sorted(range(len(lines)), key=lambda place: _rank(lines[place])):
        one = lines[place]
        if one.is_discount and one.billed:
            taken = _percentages(one, gross, left) if one.discount else _spread(_asked(one), left)
            left = {rate: sum_ - taken[rate] for rate, sum_ in left.items()}
            amounts[place] = -sum(taken.values())
    groups = tuple(group_of(left[rate], rate, with_vat=with_vat) for rate in sorted(left, reverse=True))
    return Totals(tuple(amounts), groups)


def line_amount(line: Priced) -> int:
    """Quantity × unit price less the line's own discount, rounded once; what is not billed comes to nothing."""
    if not line.billed:
        return 0
    return half_up(line.quantity * line.unit_price * (WHOLE - line.discount), ONE * WHOLE)


def group_of(amount: int, rate: int, *, with_vat: bool) -> RateGroup:
    """A rate group from what its lines come to, with VAT or without."""
    if with_vat:
        net = half_up(amount * WHOLE, WHOLE + rate)
        return RateGroup(rate, net, amount - net)
    return RateGroup(rate, amount, half_up(amount * rate, WHOLE))


def without_vat(price: int, rate: int) -> int:
    """A price with VAT, without it."""
    return half_up(price * WHOLE, WHOLE + rate)


def with_vat_added(price: int, rate: int) -> int:
    """A price without VAT, with it."""
    return half_up(price * (WHOLE + rate), WHOLE)


def raised(amount: int, by: int) -> int:
    """An amount and `by` basis points of it more (BR-7)."""
    return half_up(amount * (WHOLE + by), WHOLE)


def half_up(numerator: int, denominator: int) -> int:
    """A fraction of nothing or more, rounded half up."""
    return (2 * numerator + denominator) // (2 * denominator)


def spread(amount: int, shares: Sequence[int]) -> list[int]:
    """`amount` in parts as large as the shares say, to the last unit: who is cut most gets what is left over."""
    whole = sum(shares)
    if whole <= 0:
        return [0 for _share in shares]
    parts = [amount * share // whole for share in shares]
    cut = sorted(range(len(shares)), key=lambda place: (-(amount * shares[place] % whole), place))
    for place in cut[: amount - sum(parts)]:
        parts[place] += 1
    return parts


def _rank(line: Priced) -> tuple[bool, int, int]:
    """Percentages first, the greatest first."""
    return not line.discount, -line.discount, -line.quantity * line.unit_price


def _asked(line: Priced) -> int:
    return half_up(line.quantity * line.unit_price, ONE)


def _percentages(line: Priced, gross: dict[int, int], left: dict[int, int]) -> dict[int, int]:
    return {rate: min(left[rate], half_up(sum_ * line.discount, WHOLE)) for rate, sum_ in gross.items()}


def _spread(amount: int, left: dict[int, int]) -> dict[int, int]:
    rates = sorted(left, reverse=True)
    shares = [left[rate] for rate in rates]
    return dict(zip(rates, spread(min(amount, sum(shares)), shares), strict=True))
