"""Puts customers, devices and sums that the shop knows into the fields of the intake form."""

from __future__ import annotations

from convisav_tui.i18n import format_day
from convisav_tui.screens.intake_fields import OF_CUSTOMER, OF_DEVICE
from convisav_tui.screens.intake_lookups import AmountChoice, KnownCustomer, KnownDevice, TypeChoice
from convisav_tui.screens.intake_texts import goes_to
from convisav_tui.screens.widgets.form_fields import CHECKED, FormState, Suggestion


def fill_customer(state: FormState, customer: KnownCustomer) -> None:
    """The customer was chosen: his data replace what stood there, and the device of another one goes."""
    _choose(state, "customer", customer.name, customer.party_id)
    state.preset("name", "", again=True)
    for key in OF_CUSTOMER:
        state.preset(key, getattr(customer, key), again=True)
    forget_device(state)


def new_customer(state: FormState, typed: str) -> None:
    """A new customer: what was typed into the box goes to the field it belongs to; what a known one left goes."""
    for key in ("name", *OF_CUSTOMER):
        state.preset(key, "")
    state.preset(goes_to(typed), typed.strip())
    if state.picked("device") is not None:
        forget_device(state)


def fill_device(state: FormState, device: KnownDevice, kind: TypeChoice | None) -> None:
    """A known device was chosen: all that is known of it."""
    _choose(state, "device", device.title, device.device_id)
    fill_type(state, kind, device.type_name)
    for key in ("brand", "model", "serial", "seller"):
        state.preset(key, getattr(device, key), again=True)
    state.preset("purchased_on", format_day(device.purchased_on) if device.purchased_on else "", again=True)


def forget_device(state: FormState, instead: Suggestion | None = None) -> None:
    """No known device any more: what nobody typed goes with it. `instead`: what stays in the box."""
    if instead is None:
        state.preset("device", "", again=True)
    for key in OF_DEVICE:
        state.preset(key, "")
    if not state["type"]:
        set_kind(state, None)


def fill_type(state: FormState, kind: TypeChoice | None, name: str = "") -> None:
    """The type of the device as it is shown, and what it means for the form."""
    state.preset("type", kind.name if kind else name, again=True)
    set_kind(state, kind)


def set_kind(state: FormState, kind: TypeChoice | None) -> bool:
    """Note which type of device the text in the type field means; whether that is another one than before."""
    before = state["device_type"]
    state.preset("device_type", kind.code if kind else "", again=True)
    state.preset("takes_secret", CHECKED if kind and kind.has_secret else "", again=True)
    return state["device_type"] != before


def fill_amount(state: FormState, amount: AmountChoice | None) -> None:
    """A preset sum was chosen, or none."""
    state.put("amount", amount.text if amount else "")
    if amount is not None:
        state.preset("nature", amount.nature, again=True)


def _choose(state: FormState, key: str, text: str, record: int) -> None:
    state.preset(key, text, again=True)
    state.values[key].picked = Suggestion(text, str(record))
