"""The slip by which an owner leaves his device to the shop: signed before it is disposed of (FR-U5, FR-U6)."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.i18n import LANGUAGES, format_day, mark, translate
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, ask_for, print_again
from convisav_tui.shop.loan_agreement import address_lines
from convisav_tui.store.models import Device, DeviceType, Paper, Party, RepairOrder

_GIVEN_UP = mark(
    "The undersigned, owner of the device named above, leaves it to the shop without payment, so that it is recycled "
    "or taken for parts by an approved channel. It is not given back from now on."
)
_DATA = mark(
    "Data: [  ] nothing is stored on it   [  ] the shop erases it before the disposal   "
    "[  ] the storage is given back to the owner. The unlock code is destroyed."
)
_SIGNED = (mark("The owner: name, date, signature"), mark("For the shop"))


def slip_of(session: Session, order: RepairOrder, shop: ShopContext) -> Document:
    """The slip of an order as it is now, in its owner's language."""
    party, device = session.get_one(Party, order.party_id), session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    language = party.language if party.language in LANGUAGES else shop.language
    facts = (
        (mark("Type"), kind.names.get(language) or kind.code),
        (mark("Device"), device.title),
        (mark("Serial number"), device.serial),
        (mark("Accessories left"), order.accessories),
    )
    return Document(
        kind="relinquishment",
        title=translate(mark("Relinquishment slip"), language),
        language=language,
        number=order.number,
        dated=format_day(shop.today(), language),
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(address_lines(party)),
        facts=tuple((translate(caption, language), value) for caption, value in facts if value),
        paragraphs=(translate(_GIVEN_UP, language), translate(_DATA, language)),
        signatures=tuple(translate(caption, language) for caption in _SIGNED),
    )


def print_slip(session: Session, order: RepairOrder, shop: ShopContext, actor: Actor) -> None:
    """Print the slip, or the one that was printed before once more."""
    earlier = session.exec(select(Paper).where(Paper.dedupe_key == _key(order))).first()
    if earlier is not None and earlier.id is not None:
        print_again(session, earlier.id, actor, copies=2)
    else:
        ask_for_slip(session, order, shop, actor)


def _key(order: RepairOrder) -> str:
    return f"relinquishment:{order.id}"


def ask_for_slip(session: Session, order: RepairOrder, shop: ShopContext, actor: Actor) -> Paper:
    """Print the slip to be signed, one for the owner and one to keep; an order has one."""
    return ask_for(
        session,
        slip_of(session, order, shop),
        key=_key(order),
        order_id=order.id,
        party_id=order.party_id,
        actor=actor,
        copies=2,
    )
