"""The language of the interface: gettext catalogues, and dates and amounts by Babel (imported when first used)."""

from __future__ import annotations

import gettext
import os
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

LANGUAGES = ("fr", "en", "ro")
DEFAULT_LANGUAGE = "en"
DOMAIN = "convisav"
LOCALES = Path(__file__).parent / "locales"

_BABEL_LOCALES = {"fr": "fr_FR", "en": "en_GB", "ro": "ro_RO"}
_catalogues: dict[str, gettext.NullTranslations] = {}
_language = DEFAULT_LANGUAGE


def language_of_environment(environ: Mapping[str, str] | None = None) -> str:
    """The language that LC_ALL, LC_MESSAGES or LANG asks for, if it is one of ours; else English."""
    values = os.environ if environ is None else environ
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        value = values.get(name, "")
        if value:
            code = value.split(".")[0].split("_")[0].lower()
            return code if code in LANGUAGES else DEFAULT_LANGUAGE
    return DEFAULT_LANGUAGE


def set_language(code: str) -> None:
    """Speak `code` (fr, en, ro) from now on; an unknown code means English."""
    global _language
    _language = code if code in LANGUAGES else DEFAULT_LANGUAGE


def language() -> str:
    """The code of the language spoken now."""
    return _language


def _(message: str) -> str:
    """The message in the language spoken now; nothing stays nothing (a catalogue keeps its own heading under it)."""
    return catalogue(_language).gettext(message) if message else ""


def ngettext(singular: str, plural: str, count: int) -> str:
    """The right plural form for `count` in the language spoken now."""
    return catalogue(_language).ngettext(singular, plural, count)


def translate(message: str, code: str) -> str:
    """The message in another language than the one spoken now, such as the customer's."""
    return catalogue(code).gettext(message) if message else ""


def catalogue(code: str) -> gettext.NullTranslations:
    """The catalogue of `code`, read once; the source texts where it is not compiled."""
    if code not in _catalogues:
        # Opened directly: gettext.translation would look for locale aliases first, for half the time of the start.
        try:
            with (LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.mo").open("rb") as file:
                _catalogues[code] = gettext.GNUTranslations(file)
        except OSError:
            _catalogues[code] = gettext.NullTranslations()
    return _catalogues[code]


def mark(message: str) -> str:
    """Name a message for extraction where it is defined; it is translated where it is shown."""
    return message


def format_day(day: date, code: str | None = None) -> str:
    """A day in short, as 27/11/2026."""
    from babel.dates import format_date

    chosen = code or _language
    pattern = {"fr": "dd/MM/yyyy", "en": "dd/MM/yyyy", "ro": "dd.MM.yyyy"}[chosen if chosen in LANGUAGES else "en"]
    return str(format_date(day, pattern, locale=_BABEL_LOCALES.get(chosen, "en_GB")))


def format_weekday(day: date, code: str | None = None) -> str:
    """A near day as people say it: ven. 27."""
    from babel.dates import format_date

    return str(format_date(day, "EEE d", locale=_BABEL_LOCALES.get(code or _language, "en_GB")))


def format_month(day: date, code: str | None = None) -> str:
    """The month of a day in full, as "novembre 2026"."""
    from babel.dates import format_date

    return str(format_date(day, "LLLL y", locale=_BABEL_LOCALES.get(code or _language, "en_GB")))


def format_instant(instant: datetime, code: str | None = None) -> str:
    """A local date and time in short, as 27/11/2026 14:32; the caller has put it in the shop's zone."""
    return f"{format_day(instant.date(), code)} {instant:%H:%M}"


def format_short_instant(instant: datetime, code: str | None = None) -> str:
    """A local date and time for a narrow column, as 27/11 14:32; the caller has put it in the shop's zone."""
    return f"{format_day(instant.date(), code)[:5]} {instant:%H:%M}"


def babel_locale(code: str | None = None) -> str:
    """The Babel locale that stands for a language of ours."""
    return _BABEL_LOCALES.get(code or _language, "en_GB")
