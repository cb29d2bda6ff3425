"""Phone numbers and e-mail addresses, checked when they are typed; their libraries are imported when first used."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from convisav_tui.i18n import _
from convisav_tui.text import clean_line, digits

PhoneKind = Literal["mobile", "fixed", "other"]


@dataclass(frozen=True)
class Phone:
    """A number that can be dialled: E.164 ("+33612345678"), as people of the country write it, and what it reaches."""

    e164: str
    national: str
    kind: PhoneKind


def parse_phone(text: str, country: str) -> Phone:
    """Read one number typed in `country` (ISO code). ValueError with a sentence when it is none, or several."""
    import phonenumbers

    typed = clean_line(text)
    if not digits(typed):
        raise ValueError(_("This is not a phone number"))
    if any(c.isalpha() for c in typed):
        raise ValueError(_("A phone number holds digits only; names go in the note"))
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException as error:
        raise ValueError(_("This is not a phone number")) from error
    if not phonenumbers.is_valid_number(number):
        raise ValueError(_("This number does not exist in the numbering plan"))
    kinds = phonenumbers.PhoneNumberType
    kind_of: dict[int, PhoneKind] = {
        kinds.MOBILE: "mobile",
        kinds.FIXED_LINE_OR_MOBILE: "mobile",
        kinds.FIXED_LINE: "fixed",
    }
    kind = kind_of.get(phonenumbers.number_type(number), "other")
    at_home = phonenumbers.region_code_for_number(number) == country
    style = phonenumbers.PhoneNumberFormat.NATIONAL if at_home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return Phone(
        phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164),
        phonenumbers.format_number(number, style),
        kind,
    )


def parse_email(text: str) -> str:
    """Read one address (apostrophes and accents allowed). ValueError with a sentence when it is none, or several."""
    from email_validator import EmailNotValidError, validate_email

    typed = text.strip()
    if any(mark in typed for mark in (";", ",", " ", "\n", "\r", "<", ">")):
        raise ValueError(_("Type one e-mail address, without a name"))
    try:
        return str(validate_email(typed, check_deliverability=False).normalized)
    except EmailNotValidError as error:
        raise ValueError(_("This is not an e-mail address")) from error


def phone_search_digits(e164: str, national: str) -> str:
    """The digits to search by: with the country code and as dialled at home ("33612345678 0612345678")."""
    return " ".join(dict.fromkeys(d for d in (digits(e164), digits(national)) if d))
