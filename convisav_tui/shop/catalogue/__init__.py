"""What a new shop starts with: types of devices with their usual faults, and preset intake amounts, read from files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from convisav_tui.money import parse_amount
from convisav_tui.store.models import DeviceFamily, Nature

DEVICE_FILES = ("phone.toml", "computer.toml", "appliance.toml", "image_sound.toml", "personal.toml", "tools.toml")
AMOUNTS_FILE = "intake_amounts.toml"


@dataclass(frozen=True)
class ShippedType:
    """A type of device: names and frequent faults by language code, the most frequent fault first."""

    code: str
    family: DeviceFamily
    names: Mapping[str, str]
    has_imei: bool
    has_secret: bool
    promised_days: int  # working days
    intake_amount_code: str
    faults: Mapping[str, tuple[str, ...]]


@dataclass(frozen=True)
class ShippedAmount:
    """A preset intake amount; `amounts` by currency code, as they are written."""

    code: str
    names: Mapping[str, str]
    nature: Nature
    amounts: Mapping[str, str]

    def amount(self, currency: str) -> int:
        """Minor units of `currency`; 0 where the file gives none."""
        return parse_amount(self.amounts.get(currency, "0"), currency)


@cache
def shipped_types() -> tuple[ShippedType, ...]:
    """The types of devices, in the order in which they are offered."""
    return tuple(_device_type(row) for name in DEVICE_FILES for row in _read(name)["device_type"])


@cache
def shipped_type(code: str) -> ShippedType | None:
    """The type of device of that code, None if the program ships none."""
    return next((shipped for shipped in shipped_types() if shipped.code == code), None)


@cache
def shipped_amounts() -> tuple[ShippedAmount, ...]:
    """The preset intake amounts, in the order in which they are offered."""
    return tuple(
        ShippedAmount(row["code"], row["names"], Nature(row["nature"]), row["amounts"])
        for row in _read(AMOUNTS_FILE)["intake_amount"]
    )


def _device_type(row: dict[str, Any]) -> ShippedType:
    return ShippedType(
        code=row["code"],
        family=DeviceFamily(row["family"]),
        names=row["names"],
        has_imei=row.get("has_imei", False),
        has_secret=row.get("has_secret", False),
        promised_days=row["promised_days"],
        intake_amount_code=row.get("intake_amount", ""),
        faults={language: tuple(texts) for language, texts in row["faults"].items()},
    )


def _read(name: str) -> dict[str, list[dict[str, Any]]]:
    text = resources.files("convisav_tui.shop.catalogue").joinpath(name).read_text(encoding="utf-8")
    return tomllib.loads(text)
