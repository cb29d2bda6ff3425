"""What the shop's rules need to know of the shop: built from the configuration by the caller."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from convisav_tui import clock
from convisav_tui.config import Config


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


def shop_of(config: Config) -> ShopContext:
    """The shop that the configuration describes."""
    shop = config.shop
    return ShopContext(
        name=shop.name,
        address=shop.address,
        phone=shop.phone,
        email=shop.email,
        country=shop.country,
        currency=shop.currency,
        language=shop.language,
        timezone=shop.timezone,
    )
