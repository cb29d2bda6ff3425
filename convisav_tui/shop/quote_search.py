"""What a line of a quote can be made of, found while somebody types: parts, works, time, trips, a discount."""

from __future__ import annotations

import re
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.i18n import LANGUAGES, mark, translate
from convisav_tui.money import parse_amount
from convisav_tui.shop.checklists import worded
from convisav_tui.shop.parts import part_rows, scanned_part
from convisav_tui.shop.quote_fields import parse_hours
from convisav_tui.shop.quote_lines import order_of
from convisav_tui.shop.quote_rates import LABOUR_PRICE, TRAVEL_PRICE, chosen_amount, device_type
from convisav_tui.shop.quote_totals import ONE, WHOLE, half_up
from convisav_tui.shop.stock import parse_quantity
from convisav_tui.store.models import PredefinedWork, RepairOrder
from convisav_tui.text import fold

PART, WORK, LABOUR, TRAVEL, DISCOUNT, OTHER = "part", "work", "labour", "travel", "discount", "other"
MOST_PARTS, MOST_WORKS = 6, 4
_TIMES = re.compile(r"(\d{1,7}(?:[.,]\d{1,3})?)\s*[x×*]\s*(\S.*)", re.ASCII)
_HOURS = re.compile(r"\d{1,3}\s*(?:[:h]\s*\d{1,2}|h)", re.ASCII)
_PRICED = re.compile(r"(\S.*?)\s+(\d[\d ]*(?:[.,]\d{1,2})?)", re.ASCII)
_TRIPS = re.compile(r"@\s*(\d{1,3})?", re.ASCII)
_TRIP_WORDS = (mark("Travel"), mark("trip"))  # found by their first letters in any language
_FEWEST_LETTERS = 4
_LESS = re.compile(r"-\s*(\d{1,9}(?:[.,]\d{1,2})?)\s*(%?)", re.ASCII)


@dataclass(frozen=True)
class Proposal:
    """One line that what was typed may mean. `ref` is the id of a part, the code of a work, minutes of labour, basis
    points of a discount, thousandths of trips; `price` in minor units incl. VAT, None where it is still to be said."""

    kind: str
    ref: str
    text: str
    quantity: int = ONE
    price: int | None = None
    free: int | None = None


def proposals(session: Session, order_id: int, typed: str, language: str) -> list[Proposal]:
    """What "pump", "2 x seal", "1:30", "@", "-10 %", "cleaning 25" or an EAN may mean, the likeliest first; the last is
    always the text itself as a line of its own. Raises NotFound."""
    order = order_of(session, order_id)
    text = " ".join(typed.split())
    if not text:
        return []
    less = _LESS.fullmatch(text)
    if less is not None:
        return _discount(less[1], percent=bool(less[2]), currency=order.currency)
    if _HOURS.fullmatch(text.lower()):
        return [_labour(session, half_up(parse_hours(text) * 60, ONE), text)]
    quantity, words = _quantity(text)
    trips = _TRIPS.fullmatch(words)
    if trips is not None:
        return [_travel(session, int(trips[1]) * ONE if trips[1] else quantity, language)]
    found = [_travel(session, quantity, language)] if _is_trip(words) else []
    found += _parts(session, words, quantity)
    found += _works(session, order, words, language)
    return [*found, _as_typed(words, quantity, order.currency)]


def part_scanned(session: Session, text: str) -> int | None:
    """The id of the part whose code or EAN was scanned; None when nothing, or more than one, has it."""
    part = scanned_part(session, text)
    return part.id if part is not None else None


def _labour(session: Session, minutes: int, text: str) -> Proposal:
    hour = chosen_amount(session, LABOUR_PRICE)
    return Proposal(LABOUR, str(minutes), text, price=None if hour is None else half_up(hour * minutes, 60))


def _travel(session: Session, trips: int, language: str) -> Proposal:
    trip = chosen_amount(session, TRAVEL_PRICE)
    return Proposal(TRAVEL, str(trips), translate(_TRIP_WORDS[0], language), trips, trip)


def _is_trip(words: str) -> bool:
    sought = fold(words)
    names = (fold(translate(word, code)) for word in _TRIP_WORDS for code in LANGUAGES)
    return len(sought) >= _FEWEST_LETTERS and any(name.startswith(sought) for name in names)


def _quantity(text: str) -> tuple[int, str]:
    """How many, and of what: "2 x seal"."""
    found = _TIMES.fullmatch(text)
    if found is None:
        return ONE, text
    return parse_quantity(found[1]) or ONE, found[2]


def _parts(session: Session, words: str, quantity: int) -> list[Proposal]:
    exact = scanned_part(session, words)
    rows = part_rows(session, words, only_active=True)[:MOST_PARTS]
    if exact is not None and all(row.id != exact.id for row in rows):
        rows = [row for row in part_rows(session, exact.code) if row.id == exact.id] + rows
    return [
        Proposal(PART, str(row.id), f"{row.code} {row.name} {row.brand}".strip(), quantity, row.price, row.free)
        for row in rows[:MOST_PARTS]
    ]


def _works(session: Session, order: RepairOrder, words: str, language: str) -> list[Proposal]:
    """Works whose names in any language hold all words; those of this type of device first."""
    sought = fold(words).split()
    here = device_type(session, order).id
    rows = session.exec(select(PredefinedWork).where(col(PredefinedWork.active))).all()
    matching = [
        row
        for row in rows
        if all(word in fold(" ".join((row.code, *row.names.values()))) for word in sought)
        and row.device_type_id in (None, here)
    ]
    matching.sort(key=lambda row: (row.device_type_id != here, row.position, row.code))
    return [
        Proposal(WORK, row.code, worded(row.names, language) or row.code, ONE, row.price)
        for row in matching[:MOST_WORKS]
    ]


def _as_typed(words: str, quantity: int, currency: str) -> Proposal:
    """The text as a line; a sum at its end is its price."""
    found = _PRICED.fullmatch(words)
    if found is None:
        return Proposal(OTHER, "", words, quantity)
    return Proposal(OTHER, "", found[1], quantity, parse_amount(found[2], currency))


def _discount(typed: str, *, percent: bool, currency: str) -> list[Proposal]:
    """A share of the lines, or a sum off them; nothing while more than all of it is typed."""
    if not percent:
        return [Proposal(DISCOUNT, "", "", ONE, parse_amount(typed, currency))]
    whole, _mark, part = typed.replace(",", ".").partition(".")
    points = int(whole) * 100 + int(part.ljust(2, "0"))
    return [Proposal(DISCOUNT, str(points), "")] if points <= WHOLE else []
