"""Casts orders from moulds: whose device each one is, under which number, and what the shop learns from them."""

from __future__ import annotations

import json
from array import array
from collections import Counter as Tally
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache

import sqlalchemy as sa
from sqlmodel import SQLModel

from convisav_tui import clock, ticket_number
from convisav_tui.demo import mould
from convisav_tui.demo.mould import Mould, Row, Value, Values, with_json
from convisav_tui.demo.moulds import Moulds
from convisav_tui.demo.pool import Draw, Drawn
from convisav_tui.shop.catalogue import shipped_type
from convisav_tui.shop.context import ShopContext
from convisav_tui.store.bulk import Load
from convisav_tui.store.search_index import searchable_text
from convisav_tui.store.tables import BRAND, DEVICE, DEVICE_MODEL, PARTY, PARTY_SEARCH
from convisav_tui.text import digits

# Of a hundred orders, so many are of a new customer, and so many more bring a new device of a known one.
NEW_CUSTOMER, NEW_DEVICE = 30, 40
_TRIES = 4
_NEVER = 10_000_000  # a day that does not come: the device is still in the shop
SUSPECTED_EVERY = 25
COUNTER = SQLModel.metadata.tables["counter"]


@dataclass(frozen=True)
class Staffed:
    """Whose work it was: ids of the staff, and of the station."""

    everybody: Sequence[int]
    technicians: Sequence[int]
    station: int | None


class Casting:
    """Makes the rows of one order after the other and pours them into the database in batches; of what was made it
    keeps whose each device is and since when it is home again."""

    def __init__(
        self, load: Load, moulds: Moulds, draw: Draw, shop: ShopContext, staffed: Staffed, types: Mapping[str, int]
    ) -> None:
        self._load, self._moulds, self._draw, self._shop = load, moulds, draw, shop
        self._staffed, self._types = staffed, types
        self._owners, self._home = array("L"), array("l")
        self._parties = 0
        self._last: Tally[str] = Tally()
        self._counters: Tally[int] = Tally()
        self._uses: Tally[tuple[str, str, str]] = Tally()
        self._rows: dict[tuple[sa.Table, tuple[str, ...]], list[Row]] = {}

    def order(self, number: int, opened: datetime, shape: Mould) -> None:
        """The `number`-th order, opened at that instant (naive UTC), going as `shape` did."""
        device_id, again = self._brought(number, opened)
        self._home[device_id - 1] = opened.toordinal() + shape.days if shape.days is not None else _NEVER
        values = self._values(number, opened, device_id)
        values[mould.SUSPECTED] = int(again and shape.days is None and number % SUSPECTED_EVERY == 0)
        for table, columns, rows in shape.cast(values, opened - shape.opened, self._last):
            self._rows.setdefault((table, columns), []).extend(rows)
        for name, count in shape.counts.items():
            self._last[name] += count

    def pour(self) -> None:
        """Write down what was made since the last time."""
        for (table, columns), rows in self._rows.items():
            self._load.add(table, columns, rows)
        self._rows.clear()

    def finish(self) -> None:
        """The counters, the brands and models that were learnt, and what customers are found by."""
        for year, value in self._counters.items():
            self._keep(COUNTER, ("name", "value"), (f"ticket:{year}", value))
        self._learn()
        for party_id, devices in self._belongings():
            person = self._draw.person(party_id)
            text = searchable_text(
                self._draw.folded(person.name),
                e164(person.phone),
                person.phone,
                person.email,
                [(drawn.serial.lower(), drawn.brand, drawn.model) for drawn in devices],
            )
            self._keep(PARTY_SEARCH, ("party_id", "body"), (party_id, text))
        self.pour()

    # --- who brings what ------------------------------------------------------------------------------------------

    def _brought(self, number: int, opened: datetime) -> tuple[int, bool]:
        """The id of the device, and whether it has been here before."""
        chance = self._draw.chance(number, 5)
        share, chance = chance % 100, chance >> 8
        if not self._parties or share < NEW_CUSTOMER:
            self._parties += 1
            self._add_party(self._parties, opened)
            return self._add_device(self._parties, opened), False
        for _try in range(_TRIES if share >= NEW_DEVICE else 0):
            device_id = chance % len(self._owners) + 1
            if self._home[device_id - 1] < opened.toordinal():
                return device_id, True
            chance >>= 8
        return self._add_device(chance % self._parties + 1, opened), False

    def _add_party(self, party_id: int, at: datetime) -> None:
        person, instant = self._draw.person(party_id), _instant(at)
        row = self._moulds.party | {
            "id": party_id, "version": 1, "kind": "person", "name": person.name,
            "name_key": self._draw.folded(person.name), "phone": person.phone, "phone_e164": e164(person.phone),
            "phone_kind": "mobile", "email": person.email, "email_key": person.email, "street": person.street,
            "postcode": person.postcode, "city": person.city, "language": person.language, "channel": "sms",
            "note": "", "created_at": instant, "updated_at": instant,
        }  # fmt: skip
        self._keep(PARTY, tuple(row), tuple(row.values()))

    def _add_device(self, party_id: int, at: datetime) -> int:
        device_id = len(self._owners) + 1
        self._owners.append(party_id)
        self._home.append(0)
        drawn, instant = self._draw.device(device_id), _instant(at)
        self._uses[drawn.type_code, drawn.brand, drawn.model] += 1
        bought = (at - timedelta(days=self._draw.chance(device_id, 6) % 2600 + 800)).date().isoformat()
        row = self._moulds.device | {
            "id": device_id, "version": 1, "party_id": party_id, "device_type_id": self._types[drawn.type_code],
            "brand": drawn.brand, "model": drawn.model, "serial": drawn.serial, "serial_key": drawn.serial.lower(),
            "purchased_on": bought, "seller": "", "parts_warranty_until": None, "labour_warranty_until": None,
            "note": "", "created_at": instant, "updated_at": instant,
        }  # fmt: skip
        self._keep(DEVICE, tuple(row), tuple(row.values()))
        return device_id

    def _values(self, number: int, opened: datetime, device_id: int) -> Values:
        """What stands in the mould's open places."""
        party_id = self._owners[device_id - 1]
        person, drawn = self._draw.person(party_id), self._draw.device(device_id)
        ticket, chance = self._ticket(opened), self._draw.chance(number, 7)
        said: Values = {
            mould.NUMBER: ticket, mould.SHOWN_NUMBER: ticket_number.show(ticket), "name": person.name,
            "phone": person.phone, "phone_e164": e164(person.phone), "email": person.email, "street": person.street,
            "town": f"{person.postcode} {person.city}", "customer_code": f"C{party_id:05d}", "title": drawn.title,
            "serial": drawn.serial, "fault": self._draw.fault(number, drawn.type_code), **_names(drawn.type_code),
        }  # fmt: skip
        everybody, technicians = self._staffed.everybody, self._staffed.technicians
        ids: Values = {
            mould.ORDER_KEY: f"bulk-{number:07d}", mould.QUOTED_TYPE: json.dumps(drawn.type_code),
            mould.CLERK: everybody[chance % len(everybody)],
            mould.TECHNICIAN: technicians[(chance >> 16) % len(technicians)],
            "station": self._staffed.station, "party": party_id, "device": device_id,
        }  # fmt: skip
        return with_json(said) | ids

    def _ticket(self, opened: datetime) -> str:
        year = clock.local(opened.replace(tzinfo=UTC), self._shop.timezone).year
        self._counters[year] += 1
        return ticket_number.make(year, self._counters[year])

    # --- what follows ---------------------------------------------------------------------------------------------

    def _learn(self) -> None:
        """Brands and models as `shop.devices.learn` counts them."""
        brands: dict[str, tuple[str, int, int]] = {}  # key → name, id, uses
        models: dict[tuple[int, str], tuple[str, str, int]] = {}  # → type, name, uses
        for (code, brand, model), uses in self._uses.items():
            key = self._draw.folded(brand)
            if not key:
                continue
            name, brand_id, before = brands.get(key, (brand, len(brands) + 1, 0))
            brands[key] = (name, brand_id, before + uses)
            model_key = self._draw.folded(model)
            kind, said, used = models.get((brand_id, model_key), (code, model, 0))
            models[brand_id, model_key] = (kind, said, used + uses)
        for key, (name, brand_id, uses) in brands.items():
            self._keep(BRAND, ("id", "name", "key", "uses"), (brand_id, name, key, uses))
        columns = ("id", "brand_id", "device_type_id", "name", "key", "uses")
        for place, ((brand_id, key), (code, name, uses)) in enumerate(models.items(), start=1):
            self._keep(DEVICE_MODEL, columns, (place, brand_id, self._types[code], name, key, uses))

    def _belongings(self) -> Iterator[tuple[int, list[Drawn]]]:
        """Each customer with his devices, oldest first."""
        by_owner = sorted(range(len(self._owners)), key=self._owners.__getitem__)
        place = 0
        for party_id in range(1, self._parties + 1):
            devices = []
            while place < len(by_owner) and self._owners[by_owner[place]] == party_id:
                devices.append(self._draw.device(by_owner[place] + 1))
                place += 1
            yield party_id, devices

    def _keep(self, table: sa.Table, columns: tuple[str, ...], row: Row) -> None:
        self._rows.setdefault((table, columns), []).append(row)


def e164(phone: str) -> str:
    """An invented number as the world dials it: much faster than reading it."""
    return f"+33{digits(phone)[1:]}"


def _instant(at: datetime) -> str:
    return at.isoformat(" ", "microseconds")


@cache
def _names(code: str) -> dict[str, Value]:
    shipped = shipped_type(code)
    return {f"type_{language}": name for language, name in shipped.names.items()} if shipped else {}
