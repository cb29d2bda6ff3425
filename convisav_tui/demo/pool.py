"""What invented customers and their devices are drawn from: names, towns, brands, faults; the same seed draws alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TypeVar

from convisav_tui.demo import people
from convisav_tui.shop.catalogue import shipped_types
from convisav_tui.text import fold

# How many of a hundred devices are of a type; what is not named here shares the rest.
_USUAL = {"phone": 22, "laptop": 14, "washing_machine": 8, "television": 6, "coffee_machine": 6, "vacuum_cleaner": 6}
_MASK = (1 << 64) - 1
_Choice = TypeVar("_Choice")
FIRST_PHONE = 1000  # before it are those of the orders that the demo lives through


@dataclass(frozen=True)
class Model:
    """A model: brand, name, and the first eight digits of its IMEI where it has one."""

    brand: str
    name: str
    allocation: str = ""


@dataclass(frozen=True)
class Pool:
    """The frequent ones first: those are drawn more often. Models and faults by the code of the device's type."""

    first_names: Sequence[str]
    last_names: Sequence[str]
    towns: Sequence[tuple[str, str]]  # postcode, name
    models: Mapping[str, Sequence[Model]]
    faults: Mapping[str, Sequence[str]]


def invented(language: str) -> Pool:
    """Nothing here is anybody's; faults in the shop's language."""
    models: dict[str, list[Model]] = {}
    for model in people.MODELS:
        allocation = "00101012" if model.serial_digits == 15 else ""
        models.setdefault(model.type_code, []).append(Model(model.brand, model.model, allocation))
    faults = {shipped.code: shipped.faults.get(language) or shipped.faults["fr"] for shipped in shipped_types()}
    return Pool(people.FIRST_NAMES, people.LAST_NAMES, people.TOWNS, models, faults)


@dataclass(frozen=True)
class Drawn:
    """A device as it was drawn."""

    type_code: str
    brand: str
    model: str
    serial: str

    @property
    def title(self) -> str:
        """Brand and model in one line."""
        return f"{self.brand} {self.model}".strip()


class Draw:
    """Customers and devices by their numbers: each is computed when it is asked for, none is kept."""

    def __init__(self, pool: Pool, seed: int) -> None:
        self.pool = pool
        self._seed = seed * 0x9E3779B97F4A7C15 & _MASK
        self._types = _spread(tuple(sorted(pool.models)))
        self.folded = lru_cache(maxsize=8192)(fold)

    def chance(self, number: int, what: int = 0) -> int:
        """64 even bits for this number and this question (splitmix64)."""
        mixed = (self._seed + number * 0xBF58476D1CE4E5B9 + what * 0x94D049BB133111EB) & _MASK
        mixed = ((mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9) & _MASK
        mixed = ((mixed ^ (mixed >> 27)) * 0x94D049BB133111EB) & _MASK
        return mixed ^ (mixed >> 31)

    def person(self, number: int) -> people.Person:
        """The `number`-th customer, a few of them companies."""
        pool, chance = self.pool, self.chance(number, 1)
        first, last = _often(pool.first_names, chance & 0xFFFF), _often(pool.last_names, chance >> 16 & 0xFFFF)
        postcode, city = pool.towns[(chance >> 32 & 0xFFFF) % len(pool.towns)]
        company, house = chance >> 48 & 15, (chance >> 52 & 127) + 1
        mailbox = f"{self.folded(first)}.{self.folded(last)}".replace(" ", ".")
        return people.Person(
            name=f"Atelier {last} & Cie" if company == 0 else f"{first} {last}",
            phone=people.phone(number + FIRST_PHONE),
            email=f"{mailbox}.{number}@courriel.example",
            street=f"{house} {people.STREETS[(chance >> 59) % len(people.STREETS)]}",
            postcode=postcode,
            city=city,
            language="fr",
        )

    def device(self, number: int) -> Drawn:
        """The `number`-th device."""
        chance = self.chance(number, 2)
        code = self._types[chance % len(self._types)]
        model = _often(self.pool.models[code], chance >> 16 & 0xFFFF)
        if model.allocation:
            return Drawn(code, model.brand, model.name, people.with_check_digit(f"{model.allocation}{number:06d}"))
        letter = "ABCDEFGHKLMNPRST"[chance >> 32 & 15]
        return Drawn(code, model.brand, model.name, f"{letter}{(chance >> 36) % 10_000:04d}{number:07d}")

    def fault(self, number: int, code: str) -> str:
        """What the customer says of the `number`-th order."""
        faults = self.pool.faults.get(code) or ("?",)
        return _often(faults, self.chance(number, 3) & 0xFFFF)


def _often(choices: Sequence[_Choice], chance: int) -> _Choice:
    """Those at the beginning more often than those at the end; `chance` is below 65,536."""
    return choices[chance * chance * len(choices) >> 32]


def _spread(codes: Sequence[str]) -> tuple[str, ...]:
    """The types as often as shops see them."""
    rest = [code for code in codes if code not in _USUAL]
    share = max(1, (100 - sum(_USUAL.get(code, 0) for code in codes)) // max(1, len(rest)))
    return tuple(code for code in codes for _place in range(_USUAL.get(code, share)))
