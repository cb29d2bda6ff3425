"""The intake form: raw strings in, a validated `IntakeForm` or one sentence beside each wrong field out."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from datetime import date, timedelta

from pydantic import BaseModel, ConfigDict, SecretStr

from convisav_tui import ticket_number
from convisav_tui.contact import PhoneKind, parse_email, parse_phone
from convisav_tui.country.rules import Rules, packaged
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import LANGUAGES, _
from convisav_tui.money import format_amount, parse_amount
from convisav_tui.shop.catalogue import shipped_type
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.dates import parse_date
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.identifiers import checked_serial, clean_serial
from convisav_tui.store.models import Channel, Means, Nature, SecretKind
from convisav_tui.text import clean_line, clean_text

INTAKE_FIELDS = (
    "customer_id", "name", "phone", "email", "fax", "street", "postcode", "city", "language", "depositor",
    "device_id", "device_type", "brand", "model", "serial", "purchased_on", "seller",
    "fault", "accessories", "condition", "warranty", "quote_requested", "cap", "promised_on",
    "quote_channel", "ready_channel", "intake_message",
    "secret_kind", "secret",
    "intake_amount", "amount", "nature", "means",
    "labels", "receipt", "accessory_labels",
    "loaner", "loan_deposit", "loan_means",
    "beside", "more", "note", "comeback_of",
    "principal_id", "principal_reference",
)  # fmt: skip

SECRET_REFUSED = "refused"
SECRET_NOT_NEEDED = "none"


class WarrantyCover(enum.StrEnum):
    """What the guarantee of the device covers, as the clerk says; COMPUTED leaves it to the purchase date."""

    COMPUTED = ""
    NONE = "none"
    PARTS = "parts"
    LABOUR = "labour"
    BOTH = "both"


class IntakeForm(BaseModel):
    """A device and its customer as they are taken in. Amounts are minor units of the shop's currency; empty text or
    None is "not typed", and leaves what an existing customer or device has."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    customer_id: int | None = None
    name: str = ""
    phone: str = ""  # as people of the country write it
    phone_e164: str = ""
    phone_kind: PhoneKind | None = None
    email: str = ""
    fax: str = ""  # as people of the country write it
    fax_e164: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    language: str = ""
    depositor: str = ""
    device_id: int | None = None
    device_type: str
    brand: str = ""
    model: str = ""
    serial: str = ""
    purchased_on: date | None = None
    seller: str = ""
    fault: str
    accessories: str = ""
    condition: str = ""
    warranty: WarrantyCover = WarrantyCover.COMPUTED
    quote_requested: bool = False
    cap: int | None = None
    promised_on: date | None = None
    quote_channel: Channel = Channel.NONE
    ready_channel: Channel = Channel.NONE
    intake_message: bool = True  # tell the customer in writing that it was taken in
    secret_refused: bool = False
    secret_absent: bool = False  # the device has no code
    secret_kind: SecretKind | None = None
    secret: SecretStr | None = None
    intake_amount: str = ""  # code of a preset
    amount: int | None = None  # None takes the preset's
    nature: Nature | None = None  # None takes the preset's, else acompte
    means: Means | None = None
    labels: int = 1
    receipt: bool = False
    accessory_labels: bool = False  # one more label for each accessory
    loaner: int | None = None  # the unit that is lent meanwhile
    loan_deposit: int | None = None  # None takes the unit's
    loan_means: Means | None = None
    beside: str = ""  # ten digits of an order of the same drop-off
    more: bool = False  # more devices of this drop-off follow: the receipt waits for them
    note: str = ""
    comeback_of: str = ""  # ten digits
    principal_id: int | None = None  # the party who asks for the work (donneur d'ordre)
    principal_reference: str = ""  # his own number for it


FAULT_LENGTH = 10_000
NOTE_LENGTH = 2_000
MOST_LABELS = 50
PIN_LENGTH = 16
SECRET_LENGTH = 64
FURTHEST_PROMISE = timedelta(days=3 * 366)
INTAKE_NATURES = (Nature.ACOMPTE, Nature.ARRHES, Nature.DIAGNOSTIC_FEE, Nature.GUARANTEE_DEPOSIT)
CHANNEL_FIELDS = ("quote_channel", "ready_channel")

# Lengths of the one-line fields, as the columns that keep them.
_LINES = {
    "name": 120, "street": 160, "postcode": 16, "city": 80, "depositor": 120, "device_type": 32, "brand": 80,
    "model": 120, "seller": 120, "principal_reference": 60, "accessories": 400, "condition": 400, "intake_amount": 32,
}  # fmt: skip
_ADDRESS_IN_SECRET = re.compile(r"[^@\s]+@[^@\s]+\.[a-z]{2,}", re.I)
_PATTERN = re.compile(r"[1-9]{4,9}")


def parse_intake(raw: Mapping[str, str], shop: ShopContext, rules: Rules | None = None) -> IntakeForm:
    """Turn what was typed (keys of INTAKE_FIELDS) into a form.

    Raises FieldErrors with one translated sentence for each field that cannot be accepted. `rules` are the country's,
    the shipped ones by default. What needs the database (device type, preset, addresses of a known customer) is checked
    by `intake.receive`.
    """
    return _Reader(raw, shop, rules or packaged(shop.country)).form()


def channel_trouble(
    channel: Channel, *, phone: str, phone_kind: str | None, email: str, fax: str = "", postal: bool = False
) -> str:
    """The sentence on why this customer cannot be told that way; "" when he can."""
    if channel is Channel.EMAIL and not email:
        return _("E-mail needs an e-mail address")
    if channel is Channel.SMS and phone_kind != "mobile":
        return _("SMS needs a mobile number")
    if channel is Channel.CALL and not phone:
        return _("A call needs a phone number")
    if channel is Channel.FAX and not fax:
        return _("A fax needs a fax number")
    if channel is Channel.LETTER and not postal:
        return _("A letter needs street and city")
    return ""


class _Reader(FieldReader):
    """Reads the fields one after the other and gathers what is wrong with each."""

    def __init__(self, raw: Mapping[str, str], shop: ShopContext, rules: Rules) -> None:
        super().__init__(raw)
        self.shop = shop
        self.rules = rules
        self.today = shop.today()

    def form(self) -> IntakeForm:
        """The form, or FieldErrors."""
        values: dict[str, object] = {key: self.line(key, limit) for key, limit in _LINES.items()}
        values |= self.customer() | self.device() | self.agreement() | self.secret() | self.money() | self.papers()
        self.check_required(values)
        self.check_channels(values)
        self.check_money(values)
        if self.errors:
            raise FieldErrors({key: self.errors[key] for key in INTAKE_FIELDS if key in self.errors})
        return IntakeForm.model_validate(values)

    def customer(self) -> dict[str, object]:
        """Who the customer is and how he is reached."""
        phone = self.read("phone", lambda typed: parse_phone(typed, self.shop.country))
        fax = self.read("fax", lambda typed: parse_phone(typed, self.shop.country))
        return {
            "fax": fax.national if fax else "",
            "fax_e164": fax.e164 if fax else "",
            "customer_id": self.row("customer_id", _("Choose the customer again")),
            "phone": phone.national if phone else "",
            "phone_e164": phone.e164 if phone else "",
            "phone_kind": phone.kind if phone else None,
            "email": self.read("email", parse_email) or "",
            "language": self.language(),
        }

    def device(self) -> dict[str, object]:
        """What was brought and what is wrong with it."""
        return {
            "device_id": self.row("device_id", _("Choose the device again")),
            "serial": self.serial(),
            "purchased_on": self.read("purchased_on", self.purchase_date),
            "fault": self.text("fault", FAULT_LENGTH),
            "warranty": self.choice("warranty", WarrantyCover) or WarrantyCover.COMPUTED,
        }

    def agreement(self) -> dict[str, object]:
        """What was agreed at the counter."""
        channels = {key: self.choice(key, Channel) or Channel.NONE for key in CHANNEL_FIELDS}
        return channels | {
            "quote_requested": self.ticked("quote_requested"),
            "cap": self.read("cap", self.cap),
            "promised_on": self.read("promised_on", self.promise),
            "intake_message": "intake_message" not in self.raw or self.ticked("intake_message"),
            "comeback_of": self.read("comeback_of", self.order_number) or "",
            "note": self.text("note", NOTE_LENGTH),
            "principal_id": self.row("principal_id", _("Choose the principal again")),
        }

    def papers(self) -> dict[str, object]:
        """What is to be printed."""
        copies = self.read("labels", self.copies)
        return {
            "labels": 1 if copies is None else copies,
            "receipt": self.ticked("receipt"),
            "accessory_labels": self.ticked("accessory_labels"),
            "beside": self.read("beside", self.order_number) or "",
            "more": self.ticked("more"),
        }

    def money(self) -> dict[str, object]:
        """What is paid at intake, and what is lent meanwhile (FR-R3)."""
        sums = {
            key: self.read(key, lambda typed: parse_amount(typed, self.shop.currency))
            for key in ("amount", "loan_deposit")
        }
        return sums | {
            "nature": self.choice("nature", Nature, INTAKE_NATURES),
            "means": self.choice("means", Means),
            "loaner": self.row("loaner", _("Choose a loaner")),
            "loan_means": self.choice("loan_means", Means),
        }

    def secret(self) -> dict[str, object]:
        """How the device is unlocked (rules.md 4.5): a kind is guessed from the code when none was chosen."""
        kind, code = clean_line(self.raw.get("secret_kind") or ""), clean_text(self.raw.get("secret") or "")
        if kind == SECRET_REFUSED:
            return {"secret_refused": True}
        if kind == SECRET_NOT_NEEDED or not code:
            if kind in set(SecretKind):
                self.errors["secret"] = _("Type the code, or choose that none is needed")
            return {"secret_absent": kind == SECRET_NOT_NEEDED}
        if not kind:
            kind = SecretKind.PIN if code.isascii() and code.isdigit() else SecretKind.TEXT
        chosen = self.choice("secret_kind", SecretKind) if kind not in set(SecretKind) else SecretKind(kind)
        trouble = _secret_trouble(chosen, code) if chosen else ""
        if trouble:
            self.errors["secret"] = trouble
        return {"secret_kind": chosen, "secret": SecretStr(code)}

    def check_required(self, values: Mapping[str, object]) -> None:
        """The guards of T01 that need no database."""
        name = str(values["name"])
        nobody = not values["customer_id"] and not (values["principal_id"] and not name)
        if nobody and "name" not in self.errors and not any(c.isalnum() for c in name):
            self.errors["name"] = _("Type the name of the customer")
        if not values["device_type"]:
            self.errors.setdefault("device_type", _("Choose a type of device"))
        if not values["fault"]:
            self.errors.setdefault("fault", _("Type what is wrong with the device"))
        reachable = values["customer_id"] or values["principal_id"] or self.typed("phone") or self.typed("email")
        if not reachable and not self.typed("ready_channel"):
            self.errors["phone"] = _("Type a phone number or an e-mail address, or choose that the customer will call")

    def check_channels(self, values: Mapping[str, object]) -> None:
        """Each channel chosen needs its address; those of a known customer are looked up at `receive`."""
        for key in CHANNEL_FIELDS:
            channel = values[key]
            assert isinstance(channel, Channel)
            needed = {Channel.EMAIL: "email", Channel.FAX: "fax", Channel.LETTER: "street"}.get(channel, "phone")
            if needed in self.errors or (values["customer_id"] and not self.typed(needed)):
                continue
            kind = values["phone_kind"]
            trouble = channel_trouble(
                channel,
                phone=str(values["phone"]),
                phone_kind=str(kind or ""),
                email=str(values["email"]),
                fax=str(values["fax"]),
                postal=bool(values["street"] and values["city"]),
            )
            if trouble:
                self.errors.setdefault(key, trouble)

    def check_money(self, values: Mapping[str, object]) -> None:
        """FR-A8 (cash limit), FR-A1 (a sum has a means), and a cap that makes sense beside the sum paid."""
        amount, cap = values["amount"], values["cap"]
        if not isinstance(amount, int) or not amount:
            return
        if values["means"] is None:
            self.errors.setdefault("means", _("Choose how it is paid"))
        if values["means"] is Means.CASH and (trouble := cash_trouble(amount, self.shop, self.rules, self.today)):
            self.errors["means"] = trouble
        if isinstance(cap, int) and amount > cap and values["nature"] is not Nature.GUARANTEE_DEPOSIT:
            self.errors.setdefault("cap", _("The cap is less than what is paid now"))

    def language(self) -> str:
        """The customer's language, "" when not said."""
        typed = self.typed("language")
        if typed and typed not in LANGUAGES:
            self.errors["language"] = _("Choose one of the values of the list")
        return typed

    def serial(self) -> str:
        """The serial number, or the IMEI of a type of device that has one."""
        serial = clean_serial(self.raw.get("serial") or "")
        shipped = shipped_type(self.typed("device_type"))
        try:
            return checked_serial(serial, has_imei=shipped is not None and shipped.has_imei)
        except ValueError as error:
            self.errors["serial"] = str(error)
            return ""

    def purchase_date(self, typed: str) -> date:
        """A day that is not in the future."""
        day = parse_date(typed, self.today, toward="past")
        if day > self.today:
            raise ValueError(_("A purchase date cannot be in the future"))
        return day

    def promise(self, typed: str) -> date:
        """A day from today on."""
        day = parse_date(typed, self.today)
        if day < self.today:
            raise ValueError(_("This day is past"))
        if day - self.today > FURTHEST_PROMISE:
            raise ValueError(_("This day is too far away"))
        return day

    def cap(self, typed: str) -> int:
        """A spending cap incl. VAT, minor units (FR-Q8)."""
        cap = parse_amount(typed, self.shop.currency)
        if cap == 0:
            raise ValueError(_("A cap of nothing allows no repair: leave it empty when there is none"))
        return cap

    def order_number(self, typed: str) -> str:
        """The number of an earlier order."""
        reading = ticket_number.read(typed)
        if reading is None:
            raise ValueError(_("This is not a ticket number"))
        return reading.number

    def copies(self, typed: str) -> int:
        """How many labels."""
        if not re.fullmatch("[0-9]{1,3}", typed) or int(typed) > MOST_LABELS:
            raise ValueError(_("Type a number of labels from 0 to {most}").format(most=MOST_LABELS))
        return int(typed)


def cash_trouble(amount: int, shop: ShopContext, rules: Rules, day: date) -> str:
    """The sentence on why this sum (minor units) may not be taken in cash that day (FR-A8); "" when it may."""
    limit = rules.number("cash.limit", day)
    if limit is None or amount <= limit:
        return ""
    return _("Cash is limited to {limit} for one order").format(limit=format_amount(limit, shop.currency))


def _secret_trouble(kind: SecretKind, code: str) -> str:
    if _ADDRESS_IN_SECRET.search(code):
        return _("Account passwords are not kept: only the code that unlocks the device")
    if kind is SecretKind.PIN and not re.fullmatch(f"[0-9]{{1,{PIN_LENGTH}}}", code):
        return _("A PIN has digits only, {limit} at most").format(limit=PIN_LENGTH)
    if kind is SecretKind.PATTERN and (not _PATTERN.fullmatch(code) or len(set(code)) < len(code)):
        return _("Type the pattern as its 4 to 9 dots in order, numbered 1 to 9 from the top left, none twice")
    if len(code) > SECRET_LENGTH or "\n" in code:
        return _("An unlock code has {limit} characters at most, on one line").format(limit=SECRET_LENGTH)
    return ""
