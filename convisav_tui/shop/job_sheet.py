"""The job sheet that lies with a device on the bench: what is wrong, what was found, what is agreed, room for photos.

For the staff, in the shop's language; the unlock code is never on it (rules.md 4.5, 8), the customer is a code.
"""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui import part_words, ticket_number
from convisav_tui.clock import local, now
from convisav_tui.i18n import format_day, format_instant, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.check_rows import check_table
from convisav_tui.shop.consent import agreed_prices
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, Table
from convisav_tui.shop.needs import needs_of
from convisav_tui.shop.quoting import acceptance_of, accepted_lines
from convisav_tui.shop.stock import ONE, shown
from convisav_tui.shop.work_time import technicians_of
from convisav_tui.store.models import (
    CheckStage,
    Device,
    DeviceType,
    NeedState,
    Part,
    Party,
    QuoteLineKind,
    RepairOrder,
    SecretState,
    Staff,
)

KIND = "job_sheet"
_TITLE = mark("Job sheet")
_CODE = {
    SecretState.NONE: mark("no code"),
    SecretState.REFUSED: mark("refused"),
    SecretState.STORED: mark("kept: the screen alone shows it"),
    SecretState.PURGED: mark("destroyed"),
}
_PARTS = (mark("Part"), mark("Origin"), mark("Quantity"), mark("Place"), mark("State"))
_BOXES = (mark("Photo before the work"), mark("Photo after the work"), mark("Technician: date and signature"))


def job_sheet_of(session: Session, order: RepairOrder, shop: ShopContext) -> Document:
    """The sheet as the order is now."""
    language = shop.language
    diagnosis, tests = mark("Diagnosis"), mark("Final tests")
    return Document(
        kind=KIND,
        title=translate(_TITLE, language),
        language=language,
        number=order.number,
        dated=format_instant(local(now(), shop.timezone), language),
        sender=(shop.name,),
        facts=_facts(session, order, shop),
        tables=(
            *check_table(session, order, CheckStage.DIAGNOSIS, diagnosis, language, blank=True),
            *_parts(session, order, language),
            *check_table(session, order, CheckStage.FINAL_TEST, tests, language, blank=True),
        ),
        paragraphs=(*_agreed(session, order, language), *agreed_prices(session, order, language, shop, named=False)),
        signatures=tuple(translate(caption, language) for caption in _BOXES),
    )


def _facts(session: Session, order: RepairOrder, shop: ShopContext) -> tuple[tuple[str, str], ...]:
    language = shop.language
    device, party = session.get_one(Device, order.device_id), session.get_one(Party, order.party_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    origin = session.get(RepairOrder, order.origin_order_id) if order.origin_order_id else None
    facts = (
        (mark("Device"), device.title or kind.names.get(language) or kind.code),
        (mark("Type"), kind.names.get(language) or kind.code),
        (mark("Serial number"), device.serial),
        (mark("Customer code"), party.code),
        (mark("Principal"), _principal(session, order)),
        (mark("Comes back from order"), ticket_number.show(origin.number) if origin else ""),
        (mark("Technician"), ", ".join(_technicians(session, order))),
        (mark("Promised for"), format_day(order.promised_on, language) if order.promised_on else ""),
        (mark("Place"), order.place),
        (mark("Declared fault"), order.reported_fault),
        (mark("Found fault"), order.found_fault),
        (mark("Condition"), order.intake_condition),
        (mark("Accessories left"), order.accessories),
        (mark("Note"), order.note),
        (mark("Unlock code"), translate(_CODE[order.secret_state], language)),
        (
            mark("Repair up to, without asking"),
            "" if order.cap is None else format_amount(order.cap, order.currency, language),
        ),
    )
    return tuple((translate(caption, language), value) for caption, value in facts if value)


def _principal(session: Session, order: RepairOrder) -> str:
    principal = session.get(Party, order.principal_id) if order.principal_id is not None else None
    return f"{principal.name} {order.principal_reference}".strip() if principal is not None else ""


def _technicians(session: Session, order: RepairOrder) -> list[str]:
    chief = session.get(Staff, order.technician_id) if order.technician_id is not None else None
    others = [name for _id, name in technicians_of(session, order.id or 0)]
    return list(dict.fromkeys(name for name in (chief.name if chief else "", *others) if name))


def _parts(session: Session, order: RepairOrder, language: str) -> tuple[Table, ...]:
    """The parts that the order needs, where each lies, whether it was fitted."""
    rows = []
    for need in needs_of(session, order.id or 0):
        if need.state in (NeedState.CANCELLED, NeedState.RETURNED):
            continue
        part = session.get_one(Part, need.part_id)
        rows.append(
            (
                f"{part.name} ({part.code})",
                translate(part_words.PART_CONDITIONS[part.condition.value], language),
                shown(need.quantity),
                need.place,
                translate(part_words.NEED_STATES[need.state.value], language),
            )
        )
    columns = tuple(translate(column, language) for column in _PARTS)
    return (Table(columns, tuple(rows), translate(mark("Parts"), language)),) if rows else ()


def _agreed(session: Session, order: RepairOrder, language: str) -> tuple[str, ...]:
    """The work that the customer agreed to, line for line, without its price."""
    acceptance = acceptance_of(session, order.id or 0)
    agreed = accepted_lines(session, order.id or 0)
    if acceptance is not None and len(agreed) == 1 and acceptance.quote.text.strip():
        return (f"{translate(mark('Agreed work'), language)}: {acceptance.quote.text}",)
    lines = [
        f"{line.text} × {shown(line.quantity)}" if line.quantity != ONE else line.text
        for line in agreed
        if line.kind is not QuoteLineKind.DISCOUNT
    ]
    return (f"{translate(mark('Agreed work'), language)}: {', '.join(lines)}",) if lines else ()
