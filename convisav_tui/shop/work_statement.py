"""The statement of work that was done (deviz de lucrări): works, parts and their condition, tests, time, advice."""

from __future__ import annotations

from sqlmodel import Session, col, select

from convisav_tui import part_words
from convisav_tui.clock import local
from convisav_tui.i18n import LANGUAGES, format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.check_rows import check_table
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, Table
from convisav_tui.shop.filled_papers import heading_of
from convisav_tui.shop.names import name
from convisav_tui.shop.needs import needs_of
from convisav_tui.shop.passport import refused_advice
from convisav_tui.shop.principals import terms_of
from convisav_tui.shop.return_receipt import work_told
from convisav_tui.shop.stock import shown
from convisav_tui.shop.taken_over import taken_over_facts
from convisav_tui.shop.work_time import spells_of
from convisav_tui.store.models import (
    CheckStage,
    Device,
    DeviceType,
    NeedState,
    OrderEvent,
    Part,
    Party,
    Payer,
    RepairOrder,
    Staff,
)

KIND = "work_statement"
_TITLE = mark("Statement of work done")
_PARTS = (mark("Part"), mark("Origin"), mark("Quantity"), mark("Serial number"), mark("Old part"))
_OLD = {True: mark("given back"), False: mark("kept by the shop"), None: ""}
_REFUSED = mark("Recommended, and declined by the customer: {advice}")
_GUARANTEED = mark("The repair is guaranteed until {day}: parts, labour and travel.")
_UNTESTED = mark("Not tested: {reason}")
_TIME = mark("{hours} h {minutes:02d} min")
_SIGNED = (mark("The customer"), mark("For the shop"))


def work_statement_of(session: Session, order: RepairOrder, shop: ShopContext) -> Document:
    """The statement as the order is now, in the customer's language."""
    party, terms = session.get_one(Party, order.party_id), terms_of(session, order.principal_id)
    language = party.language if party.language in LANGUAGES else shop.language
    heading, done = heading_of(session, order, shop), order.completed_at or order.updated_at
    address = (party.name, party.street, f"{party.postcode} {party.city}".strip())
    return Document(
        kind=KIND,
        title=translate(_TITLE, language),
        language=language,
        number=order.number,
        dated=format_day(local(done, shop.timezone).date(), language),
        sender=tuple(line for line in (*heading, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(line for line in address if line),
        facts=_facts(session, order, shop, language),
        tables=(
            *_works(session, order, language),
            *_parts(session, order, language),
            *check_table(session, order, CheckStage.FINAL_TEST, mark("Final tests"), language),
        ),
        paragraphs=_paragraphs(session, order, shop, language),
        signatures=tuple(translate(caption, language) for caption in _SIGNED),
        logo_of=order.principal_id if terms is not None and terms.logo else None,
    )


def _facts(session: Session, order: RepairOrder, shop: ShopContext, language: str) -> tuple[tuple[str, str], ...]:
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    technician = session.get(Staff, order.technician_id) if order.technician_id is not None else None
    priced = order.payer is Payer.CUSTOMER and order.price is not None
    facts = (
        (mark("Device"), device.title or kind.names.get(language) or kind.code),
        (mark("Serial number"), device.serial),
        (mark("Declared fault"), order.reported_fault),
        (mark("Found fault"), order.found_fault),
        (mark("Result"), name(order.outcome, language) if order.outcome else ""),
        (mark("Technician"), technician.name if technician is not None else ""),
        (mark("Taken in on"), format_day(local(order.opened_at, shop.timezone).date(), language)),
        (mark("Working time"), _time(session, order, language)),
        (mark("Price incl. VAT"), format_amount(order.price or 0, order.currency, language) if priced else ""),
    )
    told = tuple((translate(caption, language), value) for caption, value in facts if value)
    return (*told, *taken_over_facts(session, order, language)) if priced else told


def _time(session: Session, order: RepairOrder, language: str) -> str:
    minutes = sum(spell.minutes for spell in spells_of(session, order.id or 0))
    return translate(_TIME, language).format(hours=minutes // 60, minutes=minutes % 60) if minutes else ""


def _works(session: Session, order: RepairOrder, language: str) -> tuple[Table, ...]:
    works = tuple((line,) for work in work_told(session, order) for line in work.splitlines() if line.strip())
    return (Table((translate(mark("Work done"), language),), works),) if works else ()


def _parts(session: Session, order: RepairOrder, language: str) -> tuple[Table, ...]:
    """The parts that were fitted, each with what it was before (FR-Q6) and what became of the old one."""
    rows = []
    for need in needs_of(session, order.id or 0):
        if need.state is NeedState.CONSUMED:
            part, old = session.get_one(Part, need.part_id), _OLD[need.removed_given_back]
            condition = translate(part_words.PART_CONDITIONS[part.condition.value], language)
            rows.append(
                (part.name, condition, shown(need.quantity), need.serial, translate(old, language) if old else "")
            )
    columns = tuple(translate(column, language) for column in _PARTS)
    return (Table(columns, tuple(rows), translate(mark("Parts fitted"), language)),) if rows else ()


def _paragraphs(session: Session, order: RepairOrder, shop: ShopContext, language: str) -> tuple[str, ...]:
    said = [translate(_UNTESTED, language).format(reason=reason) for reason in _untested(session, order)]
    for advice in refused_advice(session, shop, order_id=order.id):
        said.append(translate(_REFUSED, language).format(advice=advice.text))
    if order.repair_guarantee_until is not None:
        day = format_day(order.repair_guarantee_until, language)
        said.append(translate(_GUARANTEED, language).format(day=day))
    return tuple(said)


def _untested(session: Session, order: RepairOrder) -> list[str]:
    """Why final tests were left out, as it was said when the repair was completed last."""
    chosen = select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.event == "complete")
    last = session.exec(chosen.order_by(col(OrderEvent.id).desc())).first()
    reason = str(last.detail.get("untested", "")).strip() if last is not None else ""
    return [reason] if reason else []
