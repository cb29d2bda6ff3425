"""Finds orders, devices and customers from whatever was typed or scanned into the one box."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.clock import now
from convisav_tui.store.prefix import begins
from convisav_tui.store.search_index import has_trigrams, rebuild, refresh_party
from convisav_tui.store.tables import DEVICE, ORDER, PARTY, PARTY_SEARCH
from convisav_tui.text import clean_line, digits, fold

if TYPE_CHECKING:
    from convisav_tui.store.engine import Store

# Longer text is no search: a pasted letter, a scanned document.
_LONGEST = 100
_MOST_WORDS = 8
_CANDIDATES = 100
_CUSTOMERS_BESIDE_ORDERS = 5
# Years before this one whose tickets are found by the counter alone.
_YEARS_BACK = 2
_PHONE = re.compile(r"[\d\s.()/+-]+")
_CUSTOMER_CODE = re.compile(r"[cC]0*(\d{1,9})")


# Built once: what is typed only fills them in.
_NEWEST = (ORDER.c.opened_at.desc(), ORDER.c.id.desc())
_LIMIT = sa.bindparam("limit", type_=sa.Integer())
_ORDERS = (
    sa.select(ORDER.c.id, ORDER.c.number, ORDER.c.state, ORDER.c.opened_at, ORDER.c.party_id, ORDER.c.device_id)
    .add_columns(PARTY.c.name, DEVICE.c.brand, DEVICE.c.model)
    .select_from(ORDER.join(PARTY, PARTY.c.id == ORDER.c.party_id).join(DEVICE, DEVICE.c.id == ORDER.c.device_id))
    .order_by(*_NEWEST)
    .limit(_LIMIT)
)
_WANTED: sa.BindParameter[Any] = sa.bindparam("wanted", expanding=True)
_OWNED = sa.select(ORDER.c.id).where(ORDER.c.party_id.in_(_WANTED)).order_by(*_NEWEST).limit(_LIMIT).subquery()
_BROUGHT = sa.select(ORDER.c.id).where(ORDER.c.principal_id.in_(_WANTED), ORDER.c.principal_id.is_not(None))
_BEGUN = (
    # In the order of the numbers: the index gives the newest without sorting a whole year.
    sa.select(ORDER.c.id)
    .where(ORDER.c.number.between(sa.bindparam("low"), sa.bindparam("high")))
    .order_by(ORDER.c.number.desc())
    .limit(_LIMIT)
    .subquery()
)
# The commonest scan of all: its text is made once a kind of database.
_ORDER_NUMBERED = _ORDERS.where(ORDER.c.number == sa.bindparam("number")).order_by(None).limit(None)
_ORDERS_NUMBERED = _ORDERS.where(ORDER.c.number.in_(_WANTED))
_ORDERS_BEGUN = _ORDERS.where(ORDER.c.id.in_(sa.select(_BEGUN)))
_ORDERS_OF_DEVICES = _ORDERS.where(ORDER.c.device_id.in_(_WANTED))
_ORDERS_OF_PARTIES = _ORDERS.where(ORDER.c.id.in_(sa.union_all(sa.select(_OWNED), _BROUGHT)))
_CUSTOMERS = sa.select(PARTY.c.id, PARTY.c.name, PARTY.c.phone, PARTY.c.email).where(PARTY.c.id.in_(_WANTED))
_DEVICES = (
    sa.select(DEVICE.c.id, DEVICE.c.party_id, DEVICE.c.brand, DEVICE.c.model, DEVICE.c.serial, PARTY.c.name)
    .select_from(DEVICE.join(PARTY, PARTY.c.id == DEVICE.c.party_id))
    .order_by(DEVICE.c.id.desc())
    .limit(_LIMIT)
)
_DEVICES_OF_PARTIES = _DEVICES.where(DEVICE.c.party_id.in_(_WANTED), DEVICE.c.serial_key.like(sa.bindparam("pattern")))


@dataclass(frozen=True)
class Hit:
    """Something found: an order, a device without orders among the hits, or a customer."""

    kind: Literal["order", "device", "customer"]
    title: str  # the customer's name
    detail: str  # the device, or the customer's phone
    party_id: int
    device_id: int | None = None
    order_id: int | None = None
    number: str = ""  # ten digits of the order
    state: str = ""
    at: datetime | None = None


@dataclass(frozen=True)
class Term:
    """One piece of what was typed, folded; short ones must begin a word, longer ones stand anywhere."""

    text: str

    @property
    def pattern(self) -> str:
        """What must stand in a searchable text, which has a space in front of every word."""
        return f" {self.text}" if len(self.text) < 3 else self.text


def search(store: Store, text: str, limit: int = 20) -> list[Hit]:
    """As `find`, in a session of its own; but a ticket number is one look without one, which takes half the time."""
    reading = ticket_number.read(text.strip()[:_LONGEST])
    exact = _look(store, reading.number) if reading is not None else None
    if exact is not None:
        return [exact]
    with store.read() as session:
        return find(session, text, limit)


def find(session: Session, text: str, limit: int = 20) -> list[Hit]:
    """At most `limit` hits: first what the number or serial means, then orders newest first, then customers.

    `text` is what somebody typed or scanned, of any content. A ticket number may be garbled by the keyboard layout."""
    typed = text.strip()[:_LONGEST]
    reading = ticket_number.read(typed)
    if reading is not None:
        exact = _orders(session, _ORDERS_NUMBERED, 1, wanted=[reading.number])
        if exact:
            return exact
    terms = read_terms(typed)
    if not terms:
        return []
    parties = find_parties(session, terms)
    by_code = _CUSTOMER_CODE.fullmatch(typed)
    if by_code:
        parties = [int(by_code.group(1)), *parties]
    devices = _devices(session, terms, parties)
    hits = _numbered(session, typed, limit)
    hits += _referenced(session, typed, limit)
    hits += _orders(session, _ORDERS_OF_DEVICES, limit, wanted=[row.id for row in devices])
    hits += _by_device(_orders(session, _ORDERS_OF_PARTIES, limit, wanted=parties), terms)
    hits += [_device_hit(row) for row in devices]
    customers = _customers(session, parties, limit)
    kept = _distinct(hits)[: max(limit - min(len(customers), _CUSTOMERS_BESIDE_ORDERS), 1)]
    return (kept + customers)[:limit]


def read_terms(text: str) -> list[Term]:
    """The pieces of a typed text: a phone number is one piece of digits, other words are folded one by one."""
    typed = text.strip()[:_LONGEST]
    if _PHONE.fullmatch(typed) and digits(typed):
        return [Term(_dialled(typed))]
    folded = [fold(word) for word in typed.split()]
    return [Term(word) for word in folded if word][:_MOST_WORDS]


def _dialled(typed: str) -> str:
    """Digits as the searchable text has them: without the sign of an international number, nor its "(0)"."""
    international = re.match(r"\s*(\+|00)(?=\d.*\d.*\d)", typed)
    return digits(typed[international.end() :].replace("(0)", "")) if international else digits(typed)


def find_parties(session: Session, terms: Sequence[Term], limit: int = _CANDIDATES) -> list[int]:
    """Ids of the customers whose searchable text holds every term, newest first."""
    if has_trigrams(session):
        return _parties_by_trigrams(session, terms, limit)
    body = PARTY_SEARCH.c.body
    if len(terms) == 1 and len(terms[0].text) == 1:
        return _parties_by_first_letter(session, terms[0].text, limit)
    conditions = [body.like(f"%{term.pattern}%") for term in terms]
    chosen = sa.select(PARTY_SEARCH.c.party_id).where(*conditions)
    return list(session.execute(chosen.order_by(PARTY_SEARCH.c.party_id.desc()).limit(limit)).scalars())


def _parties_by_trigrams(session: Session, terms: Sequence[Term], limit: int) -> list[int]:
    """Folded text is letters, digits and single spaces: between quotes it can be nothing but text to FTS5."""
    phrases = " AND ".join(f'"{term.pattern}"' for term in terms if len(term.pattern) >= 3)
    rest = [term for term in terms if len(term.pattern) < 3]
    if not phrases:
        return _parties_by_first_letter(session, rest[0].text, limit, rest[1:])
    conditions = "".join(f" AND body LIKE :word{place}" for place, _term in enumerate(rest))
    statement = sa.text(
        f"SELECT rowid FROM party_search_fts WHERE party_search_fts MATCH :phrases{conditions}"
        " ORDER BY rowid DESC LIMIT :limit"
    )
    words = {f"word{place}": f"%{term.pattern}%" for place, term in enumerate(rest)}
    return list(session.execute(statement, {"phrases": phrases, "limit": limit, **words}).scalars())


def _parties_by_first_letter(session: Session, letter: str, limit: int, others: Sequence[Term] = ()) -> list[int]:
    conditions = [begins(session, PARTY.c.name_key, letter)]
    conditions += [(" " + PARTY.c.name_key).like(f"%{term.pattern}%") for term in others]
    chosen = sa.select(PARTY.c.id).where(*conditions).order_by(PARTY.c.id.desc()).limit(limit)
    return list(session.execute(chosen).scalars())


def _numbered(session: Session, typed: str, limit: int) -> list[Hit]:
    """Orders whose counter (with or without check digit) is this, then those whose ticket number begins like this."""
    number = "".join(typed.split())
    if not (number.isascii() and number.isdigit() and len(number) <= ticket_number.LENGTH):
        return []
    exact = _orders(session, _ORDERS_NUMBERED, limit, wanted=_numbers_of_counter(number))
    if len(number) < 3:
        return exact
    low, high = number.ljust(ticket_number.LENGTH, "0"), number.ljust(ticket_number.LENGTH, "9")
    return exact + _orders(session, _ORDERS_BEGUN, limit, low=low, high=high)


def _referenced(session: Session, typed: str, limit: int) -> list[Hit]:
    """Orders under a principal whose own reference begins like this; of the closed ones only that very reference. A
    reference without a digit is not known: names would be looked for among them each time."""
    reference = clean_line(typed).upper()
    if len(reference) < 3 or not any(character.isdigit() for character in reference):
        return []
    column = sa.func.upper(ORDER.c.principal_reference)
    begun = sa.and_(
        ORDER.c.closed_at.is_(None), ORDER.c.principal_id.is_not(None), column.startswith(reference, autoescape=True)
    )
    found = _orders(session, _ORDERS.where(begun), limit)
    return found or _orders(session, _ORDERS.where(ORDER.c.principal_id.is_not(None), column == reference), limit)


def _numbers_of_counter(typed: str) -> list[str]:
    """The ticket numbers of this and the last years that people may mean by a counter, as said or with check digit."""
    years = range(now().year, now().year - _YEARS_BACK - 1, -1)
    counter = int(typed)
    found = [ticket_number.make(year, counter) for year in years if 1 <= counter <= 9_999_999]
    return found + [number for year in years if ticket_number.is_valid(number := f"{year % 100:02d}{typed:0>8}")]


def _devices(session: Session, terms: Sequence[Term], parties: Sequence[int]) -> list[sa.Row[Any]]:
    """Devices whose serial holds what was typed: anywhere for the customers found, else at its beginning."""
    serial = "".join(term.text for term in terms).replace(" ", "")
    if len(serial) < 3 or not any(character.isdigit() for character in serial):
        return []
    rows: list[sa.Row[Any]] = []
    if has_trigrams(session):
        beginning = _DEVICES.where(begins(session, DEVICE.c.serial_key, serial))
        rows += session.execute(beginning, {"limit": _CANDIDATES})
    elif serial != terms[0].text:
        # A server sorts by its own language, in which no index tells what begins alike: the trigrams do.
        parties = [*parties, *find_parties(session, [Term(serial)])]
    if parties:
        values = {"wanted": parties, "pattern": f"%{serial}%", "limit": _CANDIDATES}
        rows += session.execute(_DEVICES_OF_PARTIES, values)
    return list({row.id: row for row in rows}.values())


def _by_device(hits: list[Hit], terms: Sequence[Term]) -> list[Hit]:
    """A customer may be found by the brand or model of one of his devices: the orders of that one come first."""
    long = [term.text for term in terms if len(term.text) >= 3]
    return sorted(hits, key=lambda hit: -sum(text in _folded(hit.detail) for text in long))


_folded = lru_cache(maxsize=4096)(fold)


def _device_hit(row: sa.Row[Any]) -> Hit:
    detail = " ".join(part for part in (row.brand, row.model, row.serial) if part)
    return Hit("device", row.name, detail, row.party_id, device_id=row.id)


def _orders(session: Session, statement: sa.Select[Any], limit: int, **values: object) -> list[Hit]:
    rows = session.execute(statement, {"limit": limit, **values}) if values.get("wanted", True) else ()
    return [_order_hit(row) for row in rows]


def _look(store: Store, number: str) -> Hit | None:
    statement, read_instant = _text_for(store.engine.dialect)
    values: Any = (number,) if store.engine.dialect.positional else {"number": number}
    found = store.look(statement, values)
    if found is None:
        return None
    identity, said, state, opened_at, *rest = found
    return _order_hit((identity, said, state, read_instant(opened_at), *rest))


@lru_cache(maxsize=4)
def _text_for(dialect: sa.Dialect) -> tuple[str, Callable[[Any], datetime | None]]:
    """The statement as that driver takes it, and what reads its instants."""
    read_instant = ORDER.c.opened_at.type.dialect_impl(dialect).result_processor(dialect, None)
    assert read_instant is not None
    return str(_ORDER_NUMBERED.compile(dialect=dialect)), read_instant


def _order_hit(row: Sequence[Any]) -> Hit:
    identity, number, state, opened_at, party_id, device_id, name, brand, model = row
    return Hit("order", name, f"{brand} {model}".strip(), party_id, device_id, identity, number, state, opened_at)


def _customers(session: Session, parties: Sequence[int], limit: int) -> list[Hit]:
    """The customers in the order given: newest first, one named by his code before."""
    rows = {row.id: row for row in session.execute(_CUSTOMERS, {"wanted": parties[:limit]})} if parties else {}
    found = [rows[party_id] for party_id in dict.fromkeys(parties[:limit]) if party_id in rows]
    return [Hit("customer", row.name, row.phone or row.email, row.id) for row in found]


def _distinct(hits: Sequence[Hit]) -> list[Hit]:
    """Each order once; a device only when none of its orders is there."""
    orders = list({hit.order_id: hit for hit in hits if hit.kind == "order"}.values())
    shown = {hit.device_id for hit in orders}
    return orders + [hit for hit in hits if hit.kind == "device" and hit.device_id not in shown]


__all__ = ["Hit", "Term", "find", "find_parties", "read_terms", "rebuild", "refresh_party", "search"]
