"""The price list of a principal: typed as lines of text, kept as rows, found again for a type of device (7.8)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.i18n import _
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.store.models import DeviceType, PrincipalPrice
from convisav_tui.text import clean_line, clean_text, fold

LABEL_LENGTH = 120
MOST_PRICES = 400


@dataclass(frozen=True)
class PriceLine:
    """One flat price: for a type of device (None: for all), incl. VAT, minor units."""

    label: str
    amount: int
    device_type_id: int | None = None


def price_list(session: Session, principal_id: int) -> Sequence[PrincipalPrice]:
    """The prices of a principal in the order in which they were typed."""
    chosen = select(PrincipalPrice).where(PrincipalPrice.principal_id == principal_id)
    return session.exec(chosen.order_by(col(PrincipalPrice.id))).all()


def price_text(session: Session, principal_id: int, currency: str) -> str:
    """The list as it is typed: "phone: Screen = 79.00", a line a price."""
    codes = {kind.id: kind.code for kind in session.exec(select(DeviceType))}
    lines = []
    for price in price_list(session, principal_id):
        scope = f"{codes[price.device_type_id]}: " if price.device_type_id in codes else ""
        lines.append(f"{scope}{price.label} = {plain_amount(price.amount, currency)}")
    return "\n".join(lines)


def read_price_text(session: Session, text: str, currency: str) -> list[PriceLine]:
    """The prices typed as `price_text` gives them. Raises ValueError that names the line and what is wrong with it."""
    kinds = {key: kind.id for kind in session.exec(select(DeviceType)) for key in _names_of(kind)}
    found: dict[str, PriceLine] = {}
    for number, line in enumerate(clean_text(text).split("\n"), start=1):
        if not line.strip():
            continue
        price = _price(line, number, kinds, currency)
        if fold(price.label) in found:
            raise ValueError(_("Line {number}: “{label}” stands there twice").format(number=number, label=price.label))
        found[fold(price.label)] = price
    if len(found) > MOST_PRICES:
        raise ValueError(_("{most} prices at most").format(most=MOST_PRICES))
    return list(found.values())


def write_prices(session: Session, principal_id: int, prices: Sequence[PriceLine]) -> None:
    """Make the list of a principal this one: rows of the same label change, others come and go."""
    known = {fold(price.label): price for price in price_list(session, principal_id)}
    for line in prices:
        row = known.pop(fold(line.label), None) or PrincipalPrice(
            principal_id=principal_id, label=line.label, amount=line.amount
        )
        row.label, row.amount, row.device_type_id = line.label, line.amount, line.device_type_id
        session.add(row)
    for gone in known.values():
        session.delete(gone)
    session.flush()


def flat_price(session: Session, principal_id: int, device_type_id: int) -> PrincipalPrice | None:
    """The one price that the list has for a type of device, else the one for all; None where it leaves a choice."""
    prices = price_list(session, principal_id)
    for scope in (device_type_id, None):
        fitting = [price for price in prices if price.device_type_id == scope]
        if fitting:
            return fitting[0] if len(fitting) == 1 else None
    return None


def discounted(amount: int, discount: int) -> int:
    """An amount less `discount` basis points, half up; minor units."""
    return amount - (amount * discount * 2 + 10_000) // 20_000


def _names_of(kind: DeviceType) -> set[str]:
    return {fold(kind.code), *(fold(name) for name in kind.names.values())}


def _price(line: str, number: int, kinds: dict[str, int | None], currency: str) -> PriceLine:
    label, equals, amount = line.rpartition("=")
    if not equals or not clean_line(label):
        raise ValueError(_("Line {number}: write “label = price”").format(number=number))
    try:
        minor = parse_amount(clean_line(amount), currency)
    except ValueError as error:
        raise ValueError(_("Line {number}: {reason}").format(number=number, reason=error)) from error
    scope, colon, rest = clean_line(label).partition(":")
    kind_id = kinds.get(fold(scope)) if colon else None
    text = clean_line(rest) if kind_id is not None else clean_line(label)
    if not text or len(text) > LABEL_LENGTH:
        sentence = _("Line {number}: a label has 1 to {limit} characters")
        raise ValueError(sentence.format(number=number, limit=LABEL_LENGTH))
    return PriceLine(text, minor, kind_id)
