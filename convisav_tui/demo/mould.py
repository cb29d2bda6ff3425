"""An order that the shop's own operations have written, as a mould: the same rows for other people on other days."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from operator import itemgetter
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from convisav_tui import ticket_number
from convisav_tui.shop.catalogue import shipped_types
from convisav_tui.shop.quoting import sealed
from convisav_tui.store.tables import DEVICE, ORDER, PARTY, QUOTE, QUOTE_LINE, STAFF

Value = str | int | None
Values = dict[str, Value]
Row = tuple[Value, ...]
# Keys of JSON facts that hold the id of a row, by its table; who worked stands for a person.
_IDS = {"quote": "quote", "payment": "payment", "message": "message", "follower": "message", "job": "print_job"}
_SPEAKS_OF = {"return": "order_event", "event": "order_event", "paper": "paper", "quote": "quote"}
_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d:\d\d(?:\.\d+)?(?:\+00:00)?)?|\d\d[/.]\d\d[/.]\d{4}(?: \d\d:\d\d)?"
)
_WORKS = ("technician_id", "technician")
# What a caller gives for each cast: see `bulk`.
ORDER_KEY, NUMBER, SHOWN_NUMBER = "order_key", "number", "shown_number"
CLERK, TECHNICIAN = "clerk", "technician"
GIVEN = frozenset({"party", "device", "station"})
SUSPECTED = "suspected"  # 1 where the order may be a comeback
QUOTED_TYPE = "quoted_type"  # the code of the device's type as JSON


@dataclass(frozen=True)
class _Moment:
    """A day or instant in a text, and how it is written."""

    key: str
    at: datetime
    separator: str = " "  # between day and time, or within a day as people write it
    day: bool = False  # a day alone
    zone: bool = False
    timed: bool = False

    def shifted(self, by: timedelta) -> str:
        then = self.at + by
        if self.day:
            return f"{then.year}-{then.month:02d}-{then.day:02d}"
        if self.separator in "/.":
            clock = f" {then.hour:02d}:{then.minute:02d}" if self.timed else ""
            return f"{then.day:02d}{self.separator}{then.month:02d}{self.separator}{then.year}{clock}"
        return then.isoformat(self.separator, "microseconds") + ("+00:00" if self.zone else "")


class Mould:
    """The rows of one order. `opened` is when it was opened (naive UTC), `columns` the columns of each table."""

    def __init__(self, session: Session, order_id: int) -> None:
        self._rows = _rows_of(session, order_id)
        order = self._rows[ORDER][0]
        self.opened = datetime.fromisoformat(str(order["opened_at"]))
        self.state = str(order["state"])
        over = order["closed_at"]
        # How many days the device was in the shop; None while it still is.
        self.days = None if over is None else (datetime.fromisoformat(str(over)) - self.opened).days + 1
        self.columns: dict[sa.Table, tuple[str, ...]] = {table: tuple(rows[0]) for table, rows in self._rows.items()}
        self.counts = {table.name: len(rows) for table, rows in self._rows.items()}
        self._ids = {
            f"{table.name}:{row['id']}": (table.name, place)
            for table, rows in self._rows.items()
            for place, row in enumerate(rows)
        }
        self._words = _words(session, order)
        self._plain, self._quoted = _alternation(self._words), _alternation(_as_json(self._words))
        self._moments: dict[str, _Moment] = {}
        self._order_id = order_id
        self._seals: list[tuple[str, dict[str, Any], list[dict[str, Any]], str]] = []
        self._seals = self._seals_of()
        # All values of the rows by keys: those that stay, and texts with others in them. A row is then one look-up.
        self._constants: Values = {}
        self._texts: list[tuple[str, str]] = []
        self._getters = [
            (table, self.columns[table], [self._getter(table, place, row) for place, row in enumerate(rows)])
            for table, rows in self._rows.items()
        ]

    def cast(
        self, given: Values, by: timedelta, last: Mapping[str, int]
    ) -> Iterator[tuple[sa.Table, tuple[str, ...], list[Row]]]:
        """Its rows, `by` so much later, with `given` in place of its own people, device and number; `last` is the
        highest id of each table so far."""
        values = self._constants | given
        days = timedelta(by.days)
        for key, moment in self._moments.items():
            values[key] = moment.shifted(days if moment.day else by)
        for key, (table, place) in self._ids.items():
            values[key] = last[table] + place + 1
        for key, quote, lines, until in self._seals:
            shown = quote | {"execution": quote["execution"] % values}
            values[key] = sealed(str(values[NUMBER]), shown, lines, str(values[until]) if until else "")
        for key, text in self._texts:
            values[key] = text % values
        for table_, columns, getters in self._getters:
            yield table_, columns, [getter(values) for getter in getters]

    # --- making it ------------------------------------------------------------------------------------------------

    def _seals_of(self) -> list[tuple[str, dict[str, Any], list[dict[str, Any]], str]]:
        """The fingerprint of each quote names the order's number."""
        seals = []
        for quote in self._rows.get(QUOTE, []):
            lines = [line for line in self._rows.get(QUOTE_LINE, []) if line["quote_id"] == quote["id"]]
            until = self._moment(quote["valid_until"]) if quote["valid_until"] else ""
            shown = quote | {"execution": self._filled(quote["execution"], self._plain, "")}
            seals.append((f"seal:{quote['sha256']}", shown, lines, until))
        return seals

    def _getter(self, table: sa.Table, place: int, row: Mapping[str, Any]) -> Callable[[Values], Row]:
        return itemgetter(*(self._key(table, place, name, value) for name, value in row.items()))

    def _key(self, table: sa.Table, place: int, name: str, value: Any) -> str:
        """Where the value of this column will be found."""
        column, own = table.c[name], f"{table.name}.{place}.{name}"
        key = SUSPECTED if name == "comeback_suspected" else self._key_of(table, column, value)
        if key:
            return key
        if isinstance(value, str) and value:
            text = self._json_text(value) if isinstance(column.type, sa.JSON) else self._text(name, value)
            if text != value.replace("%", "%%"):
                self._texts.append((own, text))
                return own
        self._constants[own] = value
        return own

    def _key_of(self, table: sa.Table, column: sa.Column[Any], value: Any) -> str:
        """The key of a value that is another one as a whole; "" when there is none."""
        if value is None:
            return ""
        if column.primary_key:
            return f"{table.name}:{value}"
        for reference in column.foreign_keys:
            target = reference.column.table
            if target is STAFF:
                return TECHNICIAN if column.name in _WORKS else CLERK
            if f"{target.name}:{value}" in self._ids:
                return f"{target.name}:{value}"
            # What every shop is given at its beginning (types, checklists) has the same ids in each.
            return target.name if target.name in GIVEN else ""
        if isinstance(value, str) and _INSTANT.fullmatch(value):
            return self._moment(value)
        return ""

    def _moment(self, text: str) -> str:
        key = f"at:{text}"
        if key not in self._moments:
            self._moments[key] = _moment(key, text)
        return key

    def _text(self, name: str, value: str) -> str:
        if name == "idempotency_key" and value.startswith("event:"):
            return self._dedupe(value)
        if name == "idempotency_key":
            return re.sub(r"^demo-\d+", f"%({ORDER_KEY})s", value)
        if name == "dedupe_key":
            return self._dedupe(value)
        return self._filled(value, self._plain, "")

    def _dedupe(self, key: str) -> str:
        """The first number of such a key is the id of the row that it speaks of: of the order where nothing else."""
        found = re.match(r"(?:\w+:)*?(\w+):(\d+)", key)
        row = f"{_SPEAKS_OF.get(found[1], ORDER.name)}:{found[2]}" if found else ""
        if found is None or row not in self._ids:
            return f"%({ORDER_KEY})s:{key}"
        return f"{key[: found.start(2)]}%({row})s{key[found.end(2) :]}"

    def _json_text(self, value: str) -> str:
        marked = json.dumps(self._marked(json.loads(value)))
        text = self._filled(marked, self._quoted, "json:")
        return re.sub(r'"@@(.+?)@@"', r"%(\1)s", text)

    def _marked(self, fact: Any) -> Any:
        """The JSON fact with marks in place of ids."""
        if isinstance(fact, dict):
            return {key: self._mark(key, value) for key, value in fact.items()}
        return [self._marked(part) for part in fact] if isinstance(fact, list) else fact

    def _mark(self, key: str, value: Any) -> Any:
        if key == "device_type" and value in _codes():
            return f"@@{QUOTED_TYPE}@@"
        if isinstance(value, int) and not isinstance(value, bool):
            if key in _WORKS:
                return f"@@{TECHNICIAN}@@"
            place = f"{_IDS.get(key, '')}:{value}"
            return f"@@{place}@@" if place in self._ids else value
        return self._marked(value)

    def _filled(self, text: str, words: tuple[re.Pattern[str], Mapping[str, str]], prefix: str) -> str:
        pattern, keys = words

        def fill(found: re.Match[str]) -> str:
            part = found[0]
            if part in keys:
                return f"%({prefix}{keys[part]})s"
            if f"seal:{part}" in {seal[0] for seal in self._seals}:
                return f"%(seal:{part})s"
            return f"%({self._moment(part)})s" if _INSTANT.fullmatch(part) else part.replace("%", "%%")

        return "".join(_filled_parts(pattern, text, fill))


def _filled_parts(pattern: re.Pattern[str], text: str, fill: Any) -> Iterator[str]:
    end = 0
    for found in pattern.finditer(text):
        yield text[end : found.start()].replace("%", "%%")
        yield fill(found)
        end = found.end()
    yield text[end:].replace("%", "%%")


def with_json(values: Values) -> Values:
    """Each text also as it stands inside JSON."""
    return values | {f"json:{key}": _in_json(value) for key, value in values.items() if isinstance(value, str)}


def _in_json(text: str) -> str:
    plain = text.isascii() and text.isprintable() and '"' not in text and "\\" not in text
    return text if plain else json.dumps(text)[1:-1]


def _rows_of(session: Session, order_id: int) -> dict[sa.Table, list[dict[str, Any]]]:
    """All rows of the order as the file holds them: its own, and those that refer to one of them."""
    found: dict[sa.Table, list[dict[str, Any]]] = {}
    for table in SQLModel.metadata.sorted_tables:
        condition = _belongs(table, order_id, found)
        if condition:
            lines = session.connection().exec_driver_sql(f"SELECT * FROM {table.name} WHERE {condition} ORDER BY id")
            rows = [dict(line) for line in lines.mappings()]
            if rows:
                found[table] = rows
    return found


def _belongs(table: sa.Table, order_id: int, found: Mapping[sa.Table, Sequence[Mapping[str, Any]]]) -> str:
    if table is ORDER:
        return f"id = {order_id}"
    if "id" not in table.c:
        return ""
    for column in table.c:
        if column.name == "order_id" and any(key.column.table is ORDER for key in column.foreign_keys):
            return f"order_id = {order_id}"
    for column in table.c:
        for key in column.foreign_keys:
            if key.column.table is not ORDER and key.column.table in found:
                ids = ", ".join(str(row["id"]) for row in found[key.column.table])
                return f"{column.name} IN ({ids})"
    return ""


def _words(session: Session, order: Mapping[str, Any]) -> dict[str, str]:
    """What this order says of its people and its device, and the keys of what will stand there."""
    party = session.execute(sa.select(PARTY).where(PARTY.c.id == order["party_id"])).mappings().one()
    device = session.execute(sa.select(DEVICE).where(DEVICE.c.id == order["device_id"])).mappings().one()
    said = {
        order["number"]: NUMBER,
        ticket_number.show(order["number"]): SHOWN_NUMBER,
        party["name"]: "name",
        party["phone"]: "phone",
        party["phone_e164"]: "phone_e164",
        party["email"]: "email",
        party["street"]: "street",
        f"{party['postcode']} {party['city']}": "town",
        f"{device['brand']} {device['model']}": "title",
        device["serial"]: "serial",
        f"C{party['id']:05d}": "customer_code",
        order["reported_fault"]: "fault",
    }
    for shipped in shipped_types():
        said |= {name: f"type_{language}" for language, name in reversed(list(shipped.names.items()))}
    return {text: key for text, key in said.items() if text}


@cache
def _codes() -> frozenset[str]:
    return frozenset(shipped.code for shipped in shipped_types())


def _as_json(words: Mapping[str, str]) -> dict[str, str]:
    return {json.dumps(text)[1:-1]: key for text, key in words.items()}


def _alternation(words: Mapping[str, str]) -> tuple[re.Pattern[str], Mapping[str, str]]:
    longest_first = sorted(words, key=len, reverse=True)
    known = "|".join(rf"(?<!\w){re.escape(text)}(?!\w)" for text in longest_first)
    return re.compile(rf"{known}|{_INSTANT.pattern}|[0-9a-f]{{64}}"), words


def _moment(key: str, text: str) -> _Moment:
    if text[2] in "/.":
        timed = len(text) > 10
        pattern = f"%d{text[2]}%m{text[2]}%Y" + (" %H:%M" if timed else "")
        return _Moment(key, datetime.strptime(text, pattern), text[2], timed=timed)
    at = datetime.fromisoformat(text).replace(tzinfo=None)
    return _Moment(key, at, text[10:11] or " ", day=len(text) == 10, zone=text.endswith("+00:00"))
