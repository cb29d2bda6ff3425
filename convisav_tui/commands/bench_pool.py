"""Names, towns, brands, models and faults of real people and repairs, read from the files of a folder when they are
wanted; what is missing there is invented."""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from convisav_tui import clock
from convisav_tui.commands.allocations import Allocation, allocations
from convisav_tui.commands.open_repair import Notes, Record, records
from convisav_tui.commands.open_repair_categories import DEVICE_TYPES
from convisav_tui.demo.pool import Model, Pool, invented
from convisav_tui.text import clean_line

FIRST_NAMES, LAST_NAMES, TOWNS, BRANDS, FAULTS = 3000, 2500, 36_000, 400, 4000
LONGEST_FAULT = 300
_MODELS_OF_A_BRAND = 6
_LETTERS = "BCDFGKLMNPRSTVWX"


def real_pool(folder: Path, language: str) -> Pool:
    """What is there; the frequent ones first."""
    made = invented(language)
    first_names = list(_first_names(folder))
    models, faults = _repairs(folder)
    phones = list(_phones(folder))
    if phones:
        models["phone"] = phones
    return Pool(
        first_names[:FIRST_NAMES] or made.first_names,
        # Many families are called by a first name.
        [*made.last_names, *(name for name in first_names if "-" not in name)][:LAST_NAMES],
        list(_towns(folder))[:TOWNS] or made.towns,
        {code: models.get(code) or there for code, there in made.models.items()},
        {code: faults.get(code) or there for code, there in made.faults.items()},
    )


def _first_names(folder: Path) -> Iterator[str]:
    for path in sorted(folder.glob("names/*.csv")):
        with path.open(newline="", encoding="utf-8-sig") as file:
            for row in csv.DictReader(file):
                name = clean_line(row.get("name") or "")
                if 1 < len(name) <= 30:
                    yield name


def _towns(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.glob("geography/*/*.json")):
        for place in json.loads(path.read_text(encoding="utf-8")):
            code, name = str(place.get("codePostal", "")), clean_line(str(place.get("nomCommune", "")))
            if code and name:
                yield code[:16], name[:80]


def _phones(folder: Path) -> Iterator[Model]:
    for path in sorted(folder.glob("devices/*tac*.csv")):
        for found in allocations(path):
            if isinstance(found, Allocation):
                yield Model(found.brand, found.model, found.tac)


def _repairs(folder: Path) -> tuple[dict[str, Sequence[Model]], dict[str, Sequence[str]]]:
    """Brands (with models made up for them) and faults by type of device, the frequent brands first."""
    brands: dict[str, Counter[str]] = {}
    faults: dict[str, dict[str, None]] = {}
    for record in _records(sorted(folder.glob("open-repair/OpenRepairData*.csv"))):
        code = DEVICE_TYPES.get(record.category)
        if code is None:
            continue
        if record.brand:
            brands.setdefault(code, Counter())[record.brand] += 1
        said = record.fault[:LONGEST_FAULT].strip()
        if said and len(faults.setdefault(code, {})) < FAULTS:
            faults[code][said] = None
    return (
        {code: _models([brand for brand, _uses in uses.most_common(BRANDS)]) for code, uses in brands.items()},
        {code: list(said) for code, said in faults.items()},
    )


def _records(paths: Iterable[Path]) -> Iterator[Record]:
    for path in paths:
        if "Categories" not in path.name:
            for record in records(path, Notes(), clock.now().date()):
                if isinstance(record, Record):
                    yield record


def _models(brands: Sequence[str]) -> list[Model]:
    """The files name no models: three letters and a number for each brand, most of them for none twice."""
    models = []
    for turn in range(_MODELS_OF_A_BRAND):
        for place, brand in enumerate(brands):
            mixed = (place * 2654435761 + turn * 40503) & 0xFFFFFFFF
            letters = "".join(_LETTERS[mixed >> shift & 15] for shift in (0, 4, 8))
            models.append(Model(brand, f"{letters}{mixed >> 12 & 1023}"))
    return models
