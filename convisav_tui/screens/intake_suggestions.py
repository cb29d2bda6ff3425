"""What the boxes of the intake form offer while somebody types."""

from __future__ import annotations

from collections.abc import Sequence

from convisav_tui import ticket_number
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.intake_fields import NEW
from convisav_tui.screens.intake_lookups import FoundCustomer, KnownDevice, TypeChoice
from convisav_tui.screens.widgets.form_fields import Suggestion
from convisav_tui.text import fold

TYPE_KEY = "type:"
LONGEST_SEARCH = 60


def customers_offered(found: Sequence[FoundCustomer], typed: str) -> list[Suggestion]:
    """The customers found, and the way to make a new one of what was typed."""
    offered = [
        Suggestion(customer.name, str(customer.party_id), customer.name, _contact(customer)) for customer in found
    ]
    return [*offered, Suggestion(typed, NEW, "+ " + _("new customer « {typed} »").format(typed=typed.strip()))]


def _contact(customer: FoundCustomer) -> str:
    count = ngettext("{count} rep.", "{count} rep.", customer.repairs).format(count=customer.repairs)
    return f"{customer.contact}  {count}" if customer.repairs else customer.contact


def devices_offered(devices: Sequence[KnownDevice], types: Sequence[TypeChoice], typed: str) -> list[Suggestion]:
    """The customer's devices that fit what was typed, then a new one, of the type that was typed if it is one."""
    sought = fold(typed)
    fitting = [device for device in devices if _fits(device, sought)]
    offered = [
        Suggestion(device.title, str(device.device_id), device.title, device_detail(device)) for device in fitting
    ]
    if sought:
        offered += [
            Suggestion(choice.name, TYPE_KEY + choice.code, "+ " + choice.name, _("new device"))
            for choice in types
            if begins_word(choice.words, sought)
        ]
    if devices or not offered:
        offered.append(Suggestion(typed, NEW, "+ " + _("new device")))
    return offered


def _fits(device: KnownDevice, sought: str) -> bool:
    about = fold(f"{device.type_name} {device.brand} {device.model} {device.serial}")
    return sought in about or sought.replace(" ", "") in about.replace(" ", "")


def device_detail(device: KnownDevice) -> str:
    """The serial number and the year of purchase of a device."""
    year = str(device.purchased_on.year) if device.purchased_on else ""
    return "  ".join(part for part in (device.serial, year) if part)


def types_offered(types: Sequence[TypeChoice], typed: str) -> list[Suggestion]:
    """The types of devices whose name has a word that begins so."""
    sought = fold(typed)
    return [Suggestion(choice.name, choice.code) for choice in types if not sought or begins_word(choice.words, sought)]


def type_named(types: Sequence[TypeChoice], text: str) -> TypeChoice | None:
    """The type of exactly that name in any of our languages; else the only one that begins so."""
    sought = fold(text)
    if not sought:
        return None
    exact = next((choice for choice in types if sought in choice.words), None)
    beginning = [choice for choice in types if begins_word(choice.words, sought)]
    return exact or (beginning[0] if len(beginning) == 1 else None)


def begins_word(words: Sequence[str], sought: str) -> bool:
    """Whether each piece of `sought` begins a word of one of the (folded) names: "ordi por" is a portable computer."""
    return any(all(f" {piece}" in f" {name}" for piece in sought.split()) for name in words)


def texts_offered(found: Sequence[str], typed: str) -> list[Suggestion]:
    """Texts as suggestions; one that is typed in full already is not offered."""
    return [Suggestion(text) for text in found if text != typed]


def order_shown(number: str) -> str:
    """A ticket number in groups."""
    return ticket_number.show(number)
