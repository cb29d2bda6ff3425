"""What the shop's rules need to know of the shop: built from the configuration by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from convisav_tui import clock


@dataclass(frozen=True)
class ShopContext:
    """The shop: ISO codes of country, currency and language, IANA name of its zone, and what papers say of it."""

    name: str
    address: str
    phone: str
    email: str
    country: str
    currency: str
    language: str
    timezone: str

    def today(self) -> date:
        """The shop's calendar day now."""
        return clock.today(self.timezone)
