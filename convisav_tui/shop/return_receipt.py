"""The receipt of a device that goes back (rules.md 8): work done, advice refused, guarantees, what is owed."""

from __future__ import annotations

from sqlmodel import Session, col, select

from convisav_tui.clock import local
from convisav_tui.i18n import LANGUAGES, format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.consent import agreed_prices
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.shop.guarantee_extension import days_of_stay
from convisav_tui.shop.guarantees import IMMOBILISATION, guarantees_of, valid_rows
from convisav_tui.shop.names import name
from convisav_tui.shop.passport import refused_advice
from convisav_tui.shop.payments import sums_of
from convisav_tui.shop.principals import terms_of
from convisav_tui.shop.quoting import customer_amount
from convisav_tui.shop.taken_over import taken_over_facts
from convisav_tui.shop.unrepaired_slip import UNREPAIRED, as_unrepaired
from convisav_tui.store.models import (
    CoverageLine,
    Device,
    DeviceType,
    GuaranteeKind,
    OrderEvent,
    OrderKind,
    Paper,
    Party,
    Payer,
    RepairOrder,
)

KIND = "return_receipt"
SWITCH = "reaction.return_receipt"  # a shop's setting: false prints none
_TITLE = mark("Return receipt")
_GROUND = {
    GuaranteeKind.LEGAL: mark("Legal guarantee of the device"),
    GuaranteeKind.COMMERCIAL: mark("Commercial guarantee of the device"),
    GuaranteeKind.MANUFACTURER: mark("Manufacturer's guarantee of the device"),
}
_REPAIR = mark("Guarantee on this repair")
_COLUMNS = (mark("Guarantee"), mark("Parts until"), mark("Labour until"), mark("Travel until"))
_WORK = mark("Work done: {work}")
_REFUSED = mark("Recommended, and declined by the customer: {advice}")
_STAY = mark("The guarantee was suspended for the {days} days in the workshop and lasts as much longer.")
_REPAIRED = mark("The repair under the legal guarantee makes it longer: it lasts until {day}.")
_FREE = mark("Nothing is due from the customer: the repair is under guarantee.")
_ON_ACCOUNT = mark("Billed to {principal}.")


def return_receipt_of(session: Session, order: RepairOrder, shop: ShopContext) -> Document:
    """The receipt as the order is now, in the customer's language."""
    party = session.get_one(Party, order.party_id)
    language = party.language if party.language in LANGUAGES else shop.language
    terms = terms_of(session, order.principal_id)
    heading = terms.heading.splitlines() if terms is not None and terms.heading else [shop.name]
    returned = order.returned_at or order.updated_at
    return Document(
        kind=KIND,
        title=translate(_TITLE, language),
        language=language,
        number=order.number,
        dated=format_day(local(returned, shop.timezone).date(), language),
        sender=tuple(line for line in (*heading, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(line for line in (party.name, party.street, f"{party.postcode} {party.city}".strip()) if line),
        facts=_facts(session, order, shop, language),
        tables=_tables(session, order, shop, language),
        paragraphs=_paragraphs(session, order, shop, language),
        signatures=(translate(mark("Received the device"), language), translate(mark("For the shop"), language)),
        logo_of=order.principal_id if terms is not None and terms.logo else None,
    )


def hand_over_paper_of(session: Session, order: RepairOrder, shop: ShopContext) -> Document:
    """What the customer signs when he takes the device: the receipt, or the slip of what goes back unrepaired."""
    receipt = return_receipt_of(session, order, shop)
    return as_unrepaired(session, order, receipt) if order.outcome in UNREPAIRED else receipt


def ask_for_return_receipt(
    session: Session, order: RepairOrder, shop: ShopContext, actor: Actor, event: OrderEvent
) -> Paper | None:
    """Print the paper of the hand-over that `event` tells; None where the shop wants none."""
    if shop_setting(session, SWITCH) is False:
        return None
    document = hand_over_paper_of(session, order, shop)
    key = f"return:{event.id}"
    return ask_for(session, document, key=key, order_id=order.id, party_id=order.party_id, actor=actor)


def _facts(session: Session, order: RepairOrder, shop: ShopContext, language: str) -> tuple[tuple[str, str], ...]:
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    principal = session.get(Party, order.principal_id) if order.principal_id is not None else None
    sums = sums_of(session, order)
    ours = order.payer is Payer.CUSTOMER
    facts = (
        (mark("Device"), device.title or kind.names.get(language) or kind.code),
        (mark("Serial number"), device.serial),
        (mark("Declared fault"), order.reported_fault),
        (mark("Result"), name(order.outcome, language) if order.outcome else ""),
        (mark("Principal"), principal.name if principal else ""),
        (mark("Principal's reference"), order.principal_reference),
        (mark("Price"), _sum(order.price, order, language) if ours else ""),
        (mark("Paid"), _sum(sums.towards_price, order, language) if ours and order.price else ""),
        (mark("Still due"), _sum(max(0, sums.owed or 0), order, language) if ours and order.price else ""),
    )
    told = tuple((translate(caption, language), value) for caption, value in facts if value)
    return (*told, *taken_over_facts(session, order, language)) if ours else told


def _tables(session: Session, order: RepairOrder, shop: ShopContext, language: str) -> tuple[Table, ...]:
    """The last day of each line of each guarantee that still runs."""
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    rows = []
    until = order.repair_guarantee_until
    if until is not None:
        rows.append((translate(_REPAIR, language), *(format_day(until, language) for _line in CoverageLine)))
    for guarantee in guarantees_of(session, device, kind, shop, None):
        if guarantee.ends_on >= shop.today():
            days = (guarantee.until.get(line) for line in CoverageLine)
            shown = (format_day(day, language) if day else "—" for day in days)
            rows.append((translate(_GROUND[guarantee.kind], language), *shown))
    return (Table(tuple(translate(column, language) for column in _COLUMNS), tuple(rows)),) if rows else ()


def _paragraphs(session: Session, order: RepairOrder, shop: ShopContext, language: str) -> tuple[str, ...]:
    said = [translate(_WORK, language).format(work=work) for work in work_told(session, order)]
    for advice in refused_advice(session, shop, order_id=order.id):
        said.append(translate(_REFUSED, language).format(advice=advice.text))
    device = session.get_one(Device, order.device_id)
    for row in valid_rows(session, device):
        if row.order_id == order.id and row.cause == IMMOBILISATION and order.returned_at is not None:
            days = days_of_stay(order, shop, order.returned_at)
            said.append(translate(_STAY, language).format(days=days))
        elif row.order_id == order.id and row.kind is GuaranteeKind.LEGAL:
            said.append(translate(_REPAIRED, language).format(day=format_day(row.ends_on, language)))
    if order.payer is Payer.CUSTOMER:
        said += agreed_prices(session, order, language, shop)
    if order.payer is Payer.PRINCIPAL and order.principal_id is not None:
        principal = session.get_one(Party, order.principal_id)
        said.append(translate(_ON_ACCOUNT, language).format(principal=principal.name))
    elif order.kind is not OrderKind.PAID and customer_amount(order) == 0:
        said.append(translate(_FREE, language))
    if any(cover.kind is GuaranteeKind.LEGAL for cover in guarantees_of(session, device, None, shop, None)):
        mention = rules_in_force(session, shop.country).mention("mention.legal_guarantee", shop.today(), language)
        said += [mention] if mention else []
    return tuple(said)


def work_told(session: Session, order: RepairOrder) -> list[str]:
    """The works as they were written down when they were done, each once."""
    events = session.exec(select(OrderEvent).where(OrderEvent.order_id == order.id).order_by(col(OrderEvent.id)))
    told = [str(event.detail.get("work", "")).strip() for event in events if event.event in ("work_done", "complete")]
    return [work for work in dict.fromkeys(told) if work]


def _sum(amount: int | None, order: RepairOrder, language: str) -> str:
    return "" if amount is None else format_amount(amount, order.currency, language)
