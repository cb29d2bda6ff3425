"""Money: integers of the currency's smallest unit inside, Decimal at the edges, Babel for display."""

from __future__ import annotations

import re
from decimal import Decimal, InvalidOperation

from convisav_tui.i18n import _, babel_locale

# ISO 4217 exponents of the currencies of the countries we serve; two where nothing else is said.
_EXPONENTS = {"TND": 3}
_SIGNS = re.compile(r"(?i)[\s\u00a0\u202f'’]|€|eur|chf|fr\.?$|lei|leu|ron|tnd|dt$")
LARGEST = 10**12


def exponent(currency: str) -> int:
    """How many decimals the currency has (EUR 2, TND 3)."""
    return _EXPONENTS.get(currency, 2)


def parse_amount(text: str, currency: str) -> int:
    """Minor units from what a person types: "12,5", "12.50", "1 234,50 €". ValueError with a sentence otherwise."""
    squeezed = _SIGNS.sub("", text.strip())
    if "," in squeezed and "." in squeezed:
        decimal_mark = max(squeezed.rfind(","), squeezed.rfind("."))
        squeezed = squeezed[:decimal_mark].replace(",", "").replace(".", "") + "." + squeezed[decimal_mark + 1 :]
    squeezed = squeezed.replace(",", ".")
    if not re.fullmatch(r"[+-]?\d*\.?\d*", squeezed) or not any(c.isdigit() for c in squeezed):
        raise ValueError(_("Type an amount such as 12.50"))
    try:
        value = Decimal(squeezed)
    except InvalidOperation as error:
        raise ValueError(_("Type an amount such as 12.50")) from error
    if value < 0:
        raise ValueError(_("An amount cannot be negative"))
    scaled = value.scaleb(exponent(currency))
    if scaled != scaled.to_integral_value():
        raise ValueError(_("This currency has {count} decimals").format(count=exponent(currency)))
    if scaled >= LARGEST:
        raise ValueError(_("This amount is too large"))
    return int(scaled)


def plain_amount(minor: int, currency: str) -> str:
    """The amount as it stands in a field to be edited: 12.50, with the decimal mark of the language."""
    value = Decimal(minor).scaleb(-exponent(currency))
    mark = "." if babel_locale().startswith("en") else ","
    return f"{value:.{exponent(currency)}f}".replace(".", mark)


def format_amount(minor: int, currency: str, language: str | None = None) -> str:
    """The amount for people, as 1 234,50 €."""
    from babel.numbers import format_currency

    value = Decimal(minor).scaleb(-exponent(currency))
    return str(format_currency(value, currency, locale=babel_locale(language)))
