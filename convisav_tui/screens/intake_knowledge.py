"""What the shop knows about the intake that is being typed: asked while it is typed, and put into its fields."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from convisav_tui.i18n import _
from convisav_tui.screens import intake_filling as filling
from convisav_tui.screens import intake_loaner, intake_principal
from convisav_tui.screens import intake_suggestions as offers
from convisav_tui.screens.intake_fields import customer_id, device_id
from convisav_tui.screens.intake_lookups import (
    AmountChoice,
    Catalogue,
    History,
    KnownCustomer,
    KnownDevice,
    KnownLoaner,
    Lookups,
    SerialSaid,
    TypeChoice,
    WarrantySaid,
)
from convisav_tui.screens.intake_texts import preset_texts, raw_texts, shown_errors
from convisav_tui.screens.view import Host
from convisav_tui.screens.widgets.form import Form
from convisav_tui.screens.widgets.form_fields import Suggestion
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import YesNo

Answer = TypeVar("Answer")
SUGGESTED = ("customer", "device", "brand", "model", "fault", "principal", "loaner")


class Knowledge:
    """Asks the shop and fills the form. `awaited` names the questions whose answers may still change fields."""

    def __init__(self, form: Form, lookups: Lookups) -> None:
        self.form = form
        self.lookups = lookups
        self.catalogue: Catalogue | None = None
        self.customer: KnownCustomer | None = None
        self.warranty = WarrantySaid("", in_warranty=False, known=False)
        self.history = History()
        self.awaited: set[str] = set()
        self._host: Host | None = None

    def begin(self, host: Host) -> None:
        """The form is on screen."""
        self._host = host

    @property
    def host(self) -> Host:
        """Where the form is on screen."""
        assert self._host is not None, "the form is not on screen yet"
        return self._host

    @property
    def types(self) -> tuple[TypeChoice, ...]:
        """The types of devices."""
        return self.catalogue.types if self.catalogue else ()

    @property
    def amounts(self) -> tuple[AmountChoice, ...]:
        """The preset sums."""
        return self.catalogue.amounts if self.catalogue else ()

    @property
    def devices(self) -> tuple[KnownDevice, ...]:
        """The devices of the customer who is chosen now."""
        chosen = customer_id(self.form.state)
        return self.customer.devices if self.customer and self.customer.party_id == chosen else ()

    def device(self) -> KnownDevice | None:
        """The known device that is chosen now."""
        chosen = device_id(self.form.state)
        return next((device for device in self.devices if device.device_id == chosen), None)

    def kind(self, code: str) -> TypeChoice | None:
        """The type of device of that code."""
        return next((kind for kind in self.types if kind.code == code), None)

    # --- questions ----------------------------------------------------------------------------------------------------

    def _ask(self, group: str, job: Callable[[], Answer], done: Callable[[Answer], None]) -> None:
        """Ask without holding keys; Enter and Ctrl+S wait for the answer."""
        self.awaited.add(group)

        def came(answer: Answer) -> None:
            self.awaited.discard(group)
            done(answer)

        def failed(error: Exception) -> None:
            self.awaited.discard(group)
            self.host.say_error(error)

        self.host.run(job, came, failed, hold=False, group=group)

    def ask_defaults(self) -> None:
        """What to propose for the fields that nobody typed into."""
        raw = raw_texts(self.form.state)

        def came(found: Mapping[str, str]) -> None:
            decided = self.warranty.known or self.form.state["warranty"] or self.form.state["comeback_of"]
            preset_texts({k: v for k, v in found.items() if k != "quote_requested" or not decided}, self.form.state)

        self._ask("defaults", lambda: self.lookups.defaults(raw), came)

    def ask_warranty(self) -> None:
        """The guarantee, and the fork that follows from it: covered ⇒ repair, not covered ⇒ a quote first."""
        raw = raw_texts(self.form.state)

        def came(warranty: WarrantySaid) -> None:
            self.warranty = warranty
            if not self.form.state["comeback_of"] and not self.form.state["warranty"]:
                preset_texts(warranty.proposed, self.form.state)

        self._ask("warranty", lambda: self.lookups.warranty(raw), came)

    def ask_history(self) -> None:
        """Earlier orders of the device, and whether this is a comeback."""
        raw = raw_texts(self.form.state)

        def came(history: History) -> None:
            self.history = history

        self._ask("history", lambda: self.lookups.history(raw), came)

    def ask_device(self) -> None:
        """All that follows from another device."""
        self.ask_defaults()
        self.ask_warranty()
        self.ask_history()

    def ask_serial(self) -> None:
        """What the serial number tells."""
        raw = raw_texts(self.form.state)
        self._ask("serial", lambda: self.lookups.serial(raw), self._serial_came)

    def ask_check(self, visited: set[str]) -> None:
        """Say what is wrong with the fields that were left."""
        state = self.form.state
        raw, texts = raw_texts(state), {key: state[key] for key in visited}

        def came(errors: Mapping[str, str]) -> None:
            shown = shown_errors(errors, state)
            for key, text in texts.items():
                if text and state[key] == text and key != self.form.focus:
                    self.form.error(key, shown.get(key, ""))

        self.host.run(lambda: self.lookups.check(raw), came, hold=False, group="check")

    # --- suggestions --------------------------------------------------------------------------------------------------

    def suggest(self, key: str, *, marked: bool = False) -> None:
        """Offer what fits the text of a field; `marked`: the first is highlighted although nothing is typed."""
        text, state = self.form.state[key], self.form.state
        if key == "device":
            self.form.offer(key, text, offers.devices_offered(self.devices, self.types, text), marked=marked)
            return
        if len(text) > offers.LONGEST_SEARCH or (key == "customer" and not text.strip()):
            self.form.offer(key, text, [])
            return
        find_them = self._finder(key, text)
        self.form.expect(key)

        def failed(error: Exception) -> None:
            self.form.offer(key, text, [])
            self.host.say_error(error)

        self.host.run(
            lambda: find_them() if state[key] == text else [],
            lambda found: self.form.offer(key, text, found),
            failed,
            hold=False,
            group=f"suggest {key}",
        )

    def _finder(self, key: str, text: str) -> Callable[[], list[Suggestion]]:
        lookups, brand, kind = self.lookups, self.form.state["brand"], self.form.state["device_type"]
        return {
            "customer": lambda: offers.customers_offered(lookups.customers(text), text),
            "brand": lambda: offers.texts_offered(lookups.brands(text), text),
            "model": lambda: offers.texts_offered(lookups.models(brand, text, kind), text),
            "loaner": lambda: intake_loaner.offered(lookups.loaners(text)),
            "principal": lambda: intake_principal.offered(lookups.principals(text)),
            "fault": lambda: offers.texts_offered(lookups.faults(kind, text), text),
        }[key]

    def choose_loaner(self, text: str) -> None:
        """A free unit was picked: its deposit stands there."""
        lookups = self.lookups

        def came(found: list[KnownLoaner]) -> None:
            if found:
                intake_loaner.fill(self.form.state, found[0])

        self._ask("loaner", lambda: [one for one in lookups.loaners(text) if one.title == text], came)

    def scan_loaner(self, number: str) -> None:
        """The label of a loaner was scanned: it is lent with this device."""

        def came(found: KnownLoaner | None) -> None:
            if found is None:
                self.host.say(_("This loaner is not free."), Role.ERROR)
            else:
                intake_loaner.fill(self.form.state, found)

        self.host.run(lambda: self.lookups.loaner(number), came, label=_("Opening"))

    def choose_principal(self) -> None:
        """Who asks for the repair: his terms fill what nobody typed, and his reference comes next."""
        self.form.go("principal_reference")
        self.ask_defaults()

    # --- choices that fill the form ---

    def name_type(self) -> None:
        """The text of the type field changed."""
        if filling.set_kind(self.form.state, offers.type_named(self.types, self.form.state["type"])):
            self.ask_defaults()
            self.ask_warranty()

    def choose_amount(self) -> None:
        """Another preset sum was chosen."""
        code = self.form.state["intake_amount"]
        filling.fill_amount(self.form.state, next((one for one in self.amounts if one.code == code), None))

    def choose_warranty(self) -> None:
        """The clerk decides on the guarantee: the same fork as for the computed one."""
        said = self.form.state["warranty"]
        covered = said == "both" or (not said and self.warranty.in_warranty)
        preset_texts({"quote_requested": "" if covered else "x"}, self.form.state)

    def choose_new_customer(self, typed: str) -> None:
        """A new customer: on to what is still to be said of him."""
        state = self.form.state
        filling.new_customer(state, typed)
        self.form.go(next((key for key in ("name", "phone", "email") if not state[key]), "device"))
        self.ask_defaults()

    def choose_customer(self, party_id: int) -> None:
        """A known customer: on to his devices."""
        self.form.go("device")

        def came(customer: KnownCustomer | None) -> None:
            if customer is None:
                self._gone()
                return
            self.customer = customer
            filling.fill_customer(self.form.state, customer)
            self.form.go("device")
            self.ask_defaults()

        self.host.run(lambda: self.lookups.customer(party_id), came, label=_("Opening"))

    def choose_device(self, suggestion: Suggestion) -> None:
        """A known device, on to its fault; or a new one, on to what is still to be said of it."""
        state = self.form.state
        device = next((one for one in self.devices if str(one.device_id) == suggestion.key), None)
        if device is not None:
            filling.fill_device(state, device, self.kind(device.type_code))
            self.form.go("fault")
        else:
            filling.forget_device(state, suggestion)
            if suggestion.key.startswith(offers.TYPE_KEY):
                filling.fill_type(state, self.kind(suggestion.key.removeprefix(offers.TYPE_KEY)))
            self.form.go("brand" if state["type"] else "type")
        self.ask_device()

    def take(self, customer: KnownCustomer, chosen: int) -> None:
        """A customer and his device are known at once: from an earlier order, or by the serial number."""
        self.customer = customer
        filling.fill_customer(self.form.state, customer)
        device = next((one for one in customer.devices if one.device_id == chosen), None)
        if device is not None:
            filling.fill_device(self.form.state, device, self.kind(device.type_code))
        self.form.go("fault" if device is not None else "device")
        self.ask_device()

    def _take_with_owner(self, device: KnownDevice) -> None:
        self.host.run(
            lambda: self.lookups.customer(device.owner_id),
            lambda customer: self.take(customer, device.device_id) if customer is not None else self._gone(),
            label=_("Opening"),
        )

    def _gone(self) -> None:
        self.form.go("customer")
        self.host.say(_("This customer was removed: choose again"), Role.WARNING)

    # --- scans --------------------------------------------------------------------------------------------------------

    def take_from_label(self, number: str, otherwise: Callable[[], None]) -> None:
        """An old label was scanned: its customer and device come again; `otherwise` when there is no such order."""
        self.host.run(
            lambda: self.lookups.of_order(number),
            lambda found: self.take(*found) if found is not None else otherwise(),
            label=_("Opening"),
        )

    def take_serial(self, text: str) -> None:
        """A serial number was scanned into the device box."""
        state = self.form.state
        filling.forget_device(state)
        state.put("serial", text)
        self.form.go("type")
        raw = raw_texts(state)
        self.host.run(lambda: self.lookups.serial(raw), self._serial_came, label=_("Opening"))

    def _serial_came(self, serial: SerialSaid) -> None:
        state, device = self.form.state, serial.device
        if device is not None and device.device_id != device_id(state):
            if customer_id(state) == device.owner_id or not (state["customer"] or state["name"]):
                self._take_with_owner(device)
                return
            question = _("This is {device} of {customer}: take both?")
            told = question.format(device=device.title, customer=device.owner_name)
            self.host.ask(YesNo(told, lambda: self._take_with_owner(device)))
            return
        self.form.error("serial", serial.trouble)
        if serial.brand:
            preset_texts({"brand": serial.brand, "model": serial.model}, state)
            phone = next((kind for kind in self.types if kind.has_imei), None)
            if not state["type"] and phone is not None:
                filling.fill_type(state, phone)
                self.ask_device()
