"""The answers of the shop to the intake screen: sessions and rows in, plain values out. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from convisav_tui import clock, words
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, format_day, language
from convisav_tui.money import plain_amount
from convisav_tui.screens.intake_lookups import (
    AmountChoice,
    BroughtTogether,
    Catalogue,
    Comeback,
    Earlier,
    FoundCustomer,
    History,
    KnownCustomer,
    KnownDevice,
    KnownLoaner,
    KnownPrincipal,
    SerialSaid,
    TakenIn,
    TypeChoice,
    WarrantySaid,
)
from convisav_tui.text import fold

if TYPE_CHECKING:
    from datetime import date

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.loaners import FreeUnit
    from convisav_tui.shop.warranty import Warranty
    from convisav_tui.store.models import DeviceType
    from convisav_tui.store.suggest import DeviceSuggestion, ModelSuggestion

# Fields that are emptied when what is proposed for them falls away.
_PROPOSED = ("cap", "promised_on", "intake_amount", "amount", "nature", "quote_channel", "ready_channel")
_ENDED = frozenset({"returned", "closed", "cancelled", "disposed", "relinquished"})
EARLIER_SHOWN = 10


class ShopLookups:
    """See `intake_lookups.Lookups`; answers from the store of a counter."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter

    def catalogue(self) -> Catalogue:
        """See `Lookups`."""
        from convisav_tui.shop.loaners import any_unit
        from convisav_tui.shop.principals import find_principals
        from convisav_tui.store.queries.choices import device_types, intake_amounts

        currency = self._counter.shop.currency
        with self._counter.store.read() as session:
            types = tuple(_type_choice(kind) for kind in device_types(session))
            amounts = tuple(
                AmountChoice(
                    row.code,
                    _named(row.names, row.code),
                    plain_amount(row.amount, currency),
                    row.nature.value,
                )
                for row in intake_amounts(session)
            )
            there_are = bool(find_principals(session, ""))
            lends = any_unit(session)
        return Catalogue(types, amounts, there_are, lends)

    def customers(self, typed: str) -> Sequence[FoundCustomer]:
        """See `Lookups`."""
        from convisav_tui.store import suggest

        with self._counter.store.read() as session:
            found = suggest.customers(session, typed)
        by_mail = "@" in typed
        return [
            FoundCustomer(one.party_id, one.name, (one.email if by_mail else one.phone) or one.email, one.repairs)
            for one in found
        ]

    def customer(self, party_id: int) -> KnownCustomer | None:
        """See `Lookups`."""
        from convisav_tui.store import suggest
        from convisav_tui.store.queries.choices import device_types

        with self._counter.store.read() as session:
            found = suggest.customer(session, party_id)
            if found is None:
                return None
            names = {kind.code: _named(kind.names, kind.code) for kind in device_types(session)}
            devices = suggest.devices_of(session, party_id)
        return KnownCustomer(
            party_id=found.party_id,
            name=found.name,
            phone=found.phone,
            email=found.email,
            street=found.street,
            postcode=found.postcode,
            city=found.city,
            language=found.language,
            repairs=found.repairs,
            devices=tuple(_known_device(device, names, found.party_id, found.name) for device in devices),
        )

    def of_order(self, number: str) -> tuple[KnownCustomer, int] | None:
        """See `Lookups`."""
        from convisav_tui.store.queries.by_number import order_by_number

        with self._counter.store.read() as session:
            order = order_by_number(session, number)
        customer = self.customer(order.party_id) if order is not None else None
        return (customer, order.device_id) if order is not None and customer is not None else None

    def principals(self, typed: str) -> Sequence[KnownPrincipal]:
        """See `Lookups`."""
        from convisav_tui.shop.principals import find_principals

        with self._counter.store.read() as session:
            found = find_principals(session, typed)
        return [KnownPrincipal(one.party_id, one.name, one.city, one.reference_required) for one in found]

    def loaners(self, typed: str) -> Sequence[KnownLoaner]:
        """See `Lookups`."""
        from convisav_tui.shop.loaners import free_units

        with self._counter.store.read() as session:
            return [self._loaner(unit) for unit in free_units(session, typed)]

    def loaner(self, number: str) -> KnownLoaner | None:
        """See `Lookups`."""
        from convisav_tui.shop.loaners import free_units, scanned_unit

        with self._counter.store.read() as session:
            wanted = scanned_unit(session, number).id
            free = free_units(session, "", limit=1000)
        return next((self._loaner(unit) for unit in free if unit.id == wanted), None)

    def _loaner(self, unit: FreeUnit) -> KnownLoaner:
        currency = self._counter.shop.currency
        deposit = plain_amount(unit.deposit, currency) if unit.deposit else ""
        return KnownLoaner(unit.id, f"{unit.code} {unit.title}".strip(), deposit)

    def beside(self, number: str) -> BroughtTogether | None:
        """See `Lookups`."""
        from convisav_tui.store.queries.by_number import order_by_number

        with self._counter.store.read() as session:
            order = order_by_number(session, number)
        customer = self.customer(order.party_id) if order is not None else None
        return BroughtTogether(customer, order.depositor) if order is not None and customer is not None else None

    def end_drop_off(self, number: str) -> None:
        """See `Lookups`."""
        from convisav_tui.shop.drop_offs import end_drop_off

        counter = self._counter
        counter.store.write(lambda session: end_drop_off(session, number, counter.actor, counter.shop), repeatable=True)

    def brands(self, typed: str) -> Sequence[str]:
        """See `Lookups`."""
        from convisav_tui.store import suggest

        with self._counter.store.read() as session:
            return suggest.brands(session, typed)

    def models(self, brand: str, typed: str, type_code: str) -> Sequence[str]:
        """See `Lookups`."""
        from convisav_tui.store import suggest

        with self._counter.store.read() as session:
            found = suggest.models(session, brand, typed, type_code)
        return list(dict.fromkeys(one.model for one in found))

    def any_models(self, typed: str) -> Sequence[ModelSuggestion]:
        """Models of whatever brand that fit what was typed, the brand's name included."""
        from convisav_tui.store import suggest

        with self._counter.store.read() as session:
            found = suggest.models(session, "", typed)
            words = typed.split(maxsplit=1)
            return found or (suggest.models(session, words[0], words[1]) if len(words) == 2 else [])

    def faults(self, type_code: str, typed: str) -> Sequence[str]:
        """See `Lookups`."""
        from convisav_tui.store import suggest

        with self._counter.store.read() as session:
            return suggest.faults(session, type_code, self._counter.shop.language, typed)

    def defaults(self, raw: Mapping[str, str]) -> Mapping[str, str]:
        """See `Lookups`."""
        from convisav_tui.shop.intake_defaults import intake_defaults

        party, device = _id(raw, "customer_id"), _id(raw, "device_id")
        with self._counter.store.read() as session:
            found = intake_defaults(
                session, raw.get("device_type", ""), party, device, self._counter.shop, _id(raw, "principal_id")
            )
        found = dict.fromkeys(_PROPOSED, "") | found
        found.pop("warranty", None)  # the form shows the computed one in words
        if party is None:
            usual = self._usual_channel(raw)
            found["quote_channel"] = found["quote_channel"] or usual
            found["ready_channel"] = found["ready_channel"] or usual
        return found

    def _usual_channel(self, raw: Mapping[str, str]) -> str:
        """How somebody with the addresses that were typed is told."""
        from convisav_tui.contact import parse_phone
        from convisav_tui.shop.intake_defaults import usual_channel

        phone = raw.get("phone", "")
        try:
            kind = parse_phone(phone, self._counter.shop.country).kind if phone else ""
        except ValueError:
            phone = kind = ""
        return usual_channel(phone=phone, phone_kind=kind, email=raw.get("email", "")).value

    def warranty(self, raw: Mapping[str, str]) -> WarrantySaid:
        """See `Lookups`."""
        from convisav_tui.shop.dates import parse_date
        from convisav_tui.shop.warranty import warranty_of
        from convisav_tui.store.models import Device
        from convisav_tui.store.queries.choices import device_type

        shop, today = self._counter.shop, self._counter.today
        typed = raw.get("purchased_on", "").strip()
        try:
            purchased_on = parse_date(typed, today, "past") if typed else None
        except ValueError:
            purchased_on = None
        device_id = _id(raw, "device_id")
        with self._counter.store.read() as session:
            device = session.get(Device, device_id) if device_id is not None else None
            if device is not None and device.purchased_on != purchased_on:
                device = None
            kind = device_type(session, raw.get("device_type", ""))
            warranty = warranty_of(purchased_on, kind, session, shop, today, device)
        known = warranty.parts_until is not None
        proposed = {"quote_requested": warranty.fork()["quote_requested"]} if known else {}
        return WarrantySaid(warranty_words(warranty), warranty.in_warranty, known, proposed)

    def history(self, raw: Mapping[str, str]) -> History:
        """See `Lookups`."""
        from convisav_tui.shop.comeback import earlier_orders, suspect
        from convisav_tui.shop.passport import refused_advice
        from convisav_tui.store.models import Device

        shop, device_id, serial = self._counter.shop, _id(raw, "device_id"), raw.get("serial", "")
        with self._counter.store.read() as session:
            device = session.get(Device, device_id) if device_id is not None else None
            orders = earlier_orders(session, shop, device_id=device_id, serial=serial, limit=EARLIER_SHOWN)
            found = suspect(session, device, raw.get("fault", ""), shop, clock.now(), serial=serial)
            refused = refused_advice(session, shop, device_id=device_id) if device_id is not None else []
        earlier = tuple(
            Earlier(
                order.number,
                order.opened_on,
                order.fault,
                words.word(words.STATES, order.state.value),
                is_open=order.state.value not in _ENDED,
            )
            for order in orders
        )
        declined = tuple(f"{format_day(one.day)}  {one.text}" for one in refused)
        comeback = (
            Comeback(found.number, found.returned_on, found.fault, found.until, found.same_fault) if found else None
        )
        return History(earlier, comeback, declined, device_id)

    def serial(self, raw: Mapping[str, str]) -> SerialSaid:
        """See `Lookups`."""
        from convisav_tui.shop.identifiers import checked_serial, clean_serial, looks_like_imei
        from convisav_tui.store import suggest
        from convisav_tui.store.queries.choices import device_type

        serial = clean_serial(raw.get("serial", ""))
        with self._counter.store.read() as session:
            kind = device_type(session, raw.get("device_type", ""))
            has_imei = looks_like_imei(serial) if kind is None else kind.has_imei
            try:
                serial = checked_serial(serial, has_imei=has_imei)
            except ValueError as error:
                return SerialSaid(trouble=str(error))
            known = suggest.devices_by_serial(session, serial)
            model = suggest.tac(session, serial) if has_imei else None
        ours = [found for found in known if found[0] == _id(raw, "customer_id")] or known
        owner = self.customer(ours[0][0]) if ours else None
        device_id = ours[0][1].device_id if ours else None
        device = next((one for one in owner.devices if one.device_id == device_id), None) if owner else None
        return SerialSaid("", model.brand if model else "", model.model if model else "", device)

    def check(self, raw: Mapping[str, str]) -> Mapping[str, str]:
        """See `Lookups`."""
        from convisav_tui.shop.intake_form import parse_intake

        try:
            parse_intake(raw, self._counter.shop)
        except FieldErrors as refused:
            return refused.errors
        return {}

    def take_in(self, raw: Mapping[str, str], key: str) -> TakenIn:
        """See `Lookups`."""
        from convisav_tui.shop.intake import receive
        from convisav_tui.shop.intake_form import parse_intake

        counter = self._counter
        form = parse_intake(raw, counter.shop)
        received = counter.store.write(
            lambda session: receive(session, form, counter.actor, counter.shop, key), repeatable=True
        )
        return TakenIn(received.number, received.jobs, form.labels, form.receipt and not form.more)


def warranty_words(warranty: Warranty) -> str:
    """A guarantee in words, parts and labour apart where they differ."""
    parts, labour = warranty.parts_until, warranty.labour_until
    if parts is None and labour is None:
        return ""
    if parts == labour and parts is not None:
        text = _("parts and labour until {day}") if warranty.in_warranty else _("over since {day}")
        return text.format(day=format_day(parts))
    return _("parts: {parts}, labour: {labour}").format(
        parts=_until(parts, warranty.parts), labour=_until(labour, warranty.labour)
    )


def _until(day: date | None, running: bool) -> str:
    if day is None:
        return _("not known")
    return format_day(day) if running else _("over {day}").format(day=format_day(day))


def _type_choice(kind: DeviceType) -> TypeChoice:
    names = tuple(fold(name) for name in kind.names.values())
    return TypeChoice(kind.code, _named(kind.names, kind.code), names, kind.has_imei, kind.has_secret)


def _named(names: Mapping[str, str], code: str) -> str:
    """The name in the language spoken, else in English, else the code."""
    return names.get(language()) or names.get("en") or code


def _known_device(device: DeviceSuggestion, names: Mapping[str, str], owner_id: int, owner_name: str) -> KnownDevice:
    return KnownDevice(
        device_id=device.device_id,
        type_code=device.type_code,
        type_name=names.get(device.type_code, device.type_code),
        brand=device.brand,
        model=device.model,
        serial=device.serial,
        purchased_on=device.purchased_on,
        seller=device.seller,
        owner_id=owner_id,
        owner_name=owner_name,
    )


def _id(raw: Mapping[str, str], key: str) -> int | None:
    typed = raw.get(key, "")
    return int(typed) if typed.isascii() and typed.isdigit() else None
