"""The dossier of an unclaimed device (FR-U2): what a petition must state, as a paper and as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from sqlmodel import Session

from convisav_tui import ticket_number, words
from convisav_tui.clock import local, now
from convisav_tui.i18n import format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.shop.letters import sender_lines
from convisav_tui.shop.payments import sums_of
from convisav_tui.store.models import Device, DeviceType, Message, Paper, Party, RepairOrder
from convisav_tui.text import clean_line

_COLUMNS = (mark("Day"), mark("Notice"), mark("By"), mark("To"), mark("Proof"))


def dossier(session: Session, order: RepairOrder, notices: Sequence[Message], shop: ShopContext) -> Document:
    """Facts, day of reception, designation, price claimed, owner, place, and every notice, in the shop's language."""
    language = shop.language
    owner = session.get_one(Party, order.party_id)
    rows = (*_told_in_person(order, owner, notices, shop), *(_notice(message, shop) for message in notices))
    return Document(
        kind="unclaimed_dossier",
        title=translate(mark("Dossier of an unclaimed device"), language),
        language=language,
        number=order.number,
        dated=format_day(local(now(), shop.timezone).date(), language),
        sender=sender_lines(shop),
        facts=tuple((translate(caption, language), value) for caption, value in _facts(session, order, owner, shop)),
        tables=(Table(tuple(translate(column, language) for column in _COLUMNS), rows),),
        signatures=(translate(mark("Date and signature"), language),),
    )


def ask_for_dossier(
    session: Session,
    order: RepairOrder,
    notices: Sequence[Message],
    shop: ShopContext,
    actor: Actor,
    occasion: str = "procedure",
) -> Paper:
    """The paper, printed once for each `occasion` and state of the order; it is kept with the order and never erased
    before the procedure ends."""
    return ask_for(
        session,
        dossier(session, order, notices, shop),
        key=f"unclaimed_dossier:{order.id}:{order.version}:{occasion}",
        order_id=order.id,
        party_id=order.party_id,
        actor=actor,
    )


def dossier_csv(document: Document) -> str:
    """The same as CSV (semicolons): a caption and its value a line, then the notices."""
    file = io.StringIO()
    writer = csv.writer(file, delimiter=";", lineterminator="\r\n")
    writer.writerows((_safe(caption), _safe(value)) for caption, value in document.facts)
    for table in document.tables:
        writer.writerow([])
        writer.writerow([_safe(column) for column in table.columns])
        writer.writerows([_safe(cell) for cell in row] for row in table.rows)
    return file.getvalue()


def _facts(session: Session, order: RepairOrder, owner: Party, shop: ShopContext) -> list[tuple[str, str]]:
    language = shop.language
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    owed = max(0, (order.price or 0) - sums_of(session, order).towards_price)
    address = ", ".join(part for part in (owner.street, f"{owner.postcode} {owner.city}".strip()) if part)
    designation = " ".join(
        part for part in (kind.names.get(language, kind.code), device.brand, device.model, device.serial) if part
    )
    return [
        (mark("Order"), ticket_number.show(order.number)),
        (mark("Taken in on"), format_day(local(order.opened_at, shop.timezone).date(), language)),
        (mark("Designation"), designation),
        (mark("Facts"), clean_line(order.reported_fault)),
        (mark("Price claimed"), format_amount(owed, order.currency, language)),
        (mark("Owner"), owner.name),
        (mark("Address of the owner"), address),
        (mark("Entrusted at"), clean_line(", ".join((shop.name, *shop.address.split("\n"))))),
    ]


def _told_in_person(
    order: RepairOrder, owner: Party, notices: Sequence[Message], shop: ShopContext
) -> tuple[tuple[str, ...], ...]:
    """He was told by voice before any message was proved: the order says when."""
    told = order.notified_at
    if told is None or any((message.sent_at or message.created_at) <= told for message in notices):
        return ()
    said = (words.MESSAGES["repair_ready"], words.CHANNELS["call"])
    day = format_day(local(told, shop.timezone).date(), shop.language)
    return ((day, *(translate(word, shop.language) for word in said), owner.phone, ""),)


def _notice(message: Message, shop: ShopContext) -> tuple[str, ...]:
    sent = message.sent_at or message.created_at
    return (
        format_day(local(sent, shop.timezone).date(), shop.language),
        translate(words.MESSAGES.get(message.event.value, message.event.value), shop.language),
        translate(words.CHANNELS.get(message.channel.value, message.channel.value), shop.language),
        message.recipient,
        message.provider_id,
    )


def _safe(cell: str) -> str:
    """A cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell[:1] in ("=", "+", "-", "@", "\t") else cell
