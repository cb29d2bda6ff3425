"""The papers of an issued quote: the quote with all that it must say, and the European repair form (FR-Q2, FR-Q10)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from sqlmodel import Session

from convisav_tui import part_words
from convisav_tui.clock import local
from convisav_tui.i18n import format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.consent import agreed_prices
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import GUARANTEE_MONTHS, number_for, shop_setting
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.shop.filled_papers import heading_of
from convisav_tui.shop.mandate import quote_goes_to
from convisav_tui.shop.principals import terms_of
from convisav_tui.shop.quote_rates import is_franchise
from convisav_tui.shop.quote_words import language_of_reader
from convisav_tui.shop.quoting import lines_of_quote
from convisav_tui.shop.stock import shown
from convisav_tui.shop.subcontractors import percent
from convisav_tui.store.models import (
    CircularOffer,
    Device,
    DeviceType,
    Paper,
    Quote,
    QuoteLine,
    QuoteLineKind,
    RepairOrder,
)
from convisav_tui.ticket_number import show

KIND, FORM = "quote", "repair_information_form"
REGISTRATION = "registration"  # setting: number of the shop in its register
MEDIATOR = "mediator"  # setting: name and address of the mediator of consumers (FR-D7)
_LINE = (mark("Work and parts"), mark("Quantity"), mark("Unit price"), mark("VAT rate"), mark("Amount"))
_SUMS = (mark("VAT rate"), mark("Amount excl. VAT"), mark("VAT"), mark("Amount incl. VAT"))
_WITH, _WITHOUT = mark("Prices with VAT"), mark("Prices without VAT")
_VARIANT = mark("Variant {letter}")
_TOTAL = mark("Total incl. VAT {amount}")
_NOT_BILLED = mark("not billed")
_USED = mark("With a used part instead: {price}.")
_CIRCULAR = {
    CircularOffer.NOT_IN_TIME: mark("No used part can be had in time."),
    CircularOffer.UNSAFE: mark("No used part: it would not be safe."),
}
_WITHIN_CAP = mark("This quote is within the spending cap of {cap}: the work begins without a further answer.")
_CHOICE = mark("Used parts (circular economy): ☐ yes   ☐ no   ☐ for these lines: ……")
_GUARANTEED = mark("The repair is guaranteed for {months} months: parts, labour and travel.")
_BINDING = mark("The shop is bound by these terms until {day}, {days} days from the day this form was given.")
_SIGNED = (mark("Accepted: date and signature"), mark("For the shop"))


def ask_for_quote_paper(
    session: Session, order: RepairOrder, offer: Sequence[Quote], shop: ShopContext, actor: Actor, *, copies: int = 0
) -> Paper:
    """The paper of a version, kept as it was issued: attached to its message, printed when it is asked for. The same
    version again gives the same paper."""
    return ask_for(
        session,
        quote_document(session, order, offer, shop),
        key=paper_key(offer[0]),
        order_id=order.id,
        party_id=quote_goes_to(session, order).id,
        actor=actor,
        copies=copies,
    )


def paper_key(quote: Quote) -> str:
    """What the paper of a version is found by; `quote` is its first variant."""
    return f"quote:{quote.id}"


def quote_document(session: Session, order: RepairOrder, offer: Sequence[Quote], shop: ShopContext) -> Document:
    """The quote with its lines, the totals of each rate, and what the law wants on it, in the reader's language."""
    first, language = offer[0], language_of_reader(session, order, shop)
    terms = terms_of(session, order.principal_id)
    return Document(
        kind=KIND,
        title=translate(mark("Quote"), language),
        language=language,
        number=order.number,
        dated=format_day(local(first.issued_at, shop.timezone).date(), language),
        sender=sender_of(session, order, shop),
        addressee=_addressee(session, order),
        facts=_facts(session, order, first, shop, language),
        tables=tuple(table for quote in offer for table in _tables(session, quote, language)),
        paragraphs=_paragraphs(session, order, offer, shop, language),
        signatures=tuple(translate(caption, language) for caption in _SIGNED),
        footer=_footer(session, shop, language),
        logo_of=order.principal_id if terms is not None and terms.logo else None,
    )


def repair_form_of(session: Session, order: RepairOrder, offer: Sequence[Quote], shop: ShopContext) -> Document:
    """The European Repair Information Form of the same version: who repairs what, the fault, the price, how long it
    takes, until when the terms bind (Directive 2024/1799, annex I; its list of fields is partly unchecked)."""
    first, language = offer[0], language_of_reader(session, order, shop)
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    prices = " · ".join(
        (f"{quote.variant}: " if quote.variant else "") + format_amount(quote.amount, quote.currency, language)
        for quote in offer
    )
    until = shop.today() + timedelta(days=30)
    told = (
        (mark("Repairer"), shop.name),
        (mark("Address"), ", ".join(shop.address.splitlines())),
        (mark("Reached by"), ", ".join(part for part in (shop.phone, shop.email) if part)),
        (mark("Registration number"), _registration(session)),
        (mark("Goods"), f"{kind.names.get(language) or kind.code} {device.title}".strip()),
        (mark("Serial number"), device.serial),
        (mark("Fault"), order.found_fault or order.reported_fault),
        (mark("Repair proposed"), first.text),
        (mark("Price, or the most that is asked (incl. VAT)"), prices),
        (mark("Execution of the work"), first.execution),
        (mark("Replacement device"), translate(mark("ask at the counter"), language)),
        (mark("Place of repair"), shop.name),
        (mark("Form valid until"), format_day(until, language)),
    )
    return Document(
        kind=FORM,
        title=translate(mark("European repair information form"), language),
        language=language,
        number=order.number,
        dated=format_day(shop.today(), language),
        sender=sender_of(session, order, shop),
        addressee=_addressee(session, order),
        facts=tuple((translate(caption, language), value) for caption, value in told if value),
        paragraphs=(
            translate(_BINDING, language).format(day=format_day(until, language), days=30),
            *_guarantees(session, shop, language),
        ),
        signatures=(translate(_SIGNED[0], language),),
    )


def sender_of(session: Session, order: RepairOrder, shop: ShopContext) -> tuple[str, ...]:
    """The shop with its address, phone, e-mail and registration number, or the heading that its principal wants."""
    heading = heading_of(session, order, shop)
    lines = (*heading, *shop.address.splitlines(), shop.phone, shop.email, _registration(session))
    return tuple(line for line in lines if line)


def _facts(
    session: Session, order: RepairOrder, quote: Quote, shop: ShopContext, language: str
) -> tuple[tuple[str, str], ...]:
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    fee = (
        format_amount(quote.fee, quote.currency, language) if quote.fee else translate(mark("free of charge"), language)
    )
    said = (
        (mark("Order"), show(order.number)),
        (mark("Version"), str(quote.revision) if quote.revision > 1 else ""),
        (mark("Your reference"), order.principal_reference),
        (mark("Device"), device.title or kind.names.get(language) or kind.code),
        (mark("Serial number"), device.serial),
        (mark("Fault"), order.found_fault or order.reported_fault),
        (mark("Place of the work"), shop.name),
        (mark("Execution of the work"), quote.execution),
        (mark("Quote"), fee),
        (mark("Valid until"), format_day(quote.valid_until, language) if quote.valid_until else ""),
    )
    return tuple((translate(caption, language), " ".join(value.split())) for caption, value in said if value)


def _tables(session: Session, quote: Quote, language: str) -> tuple[Table, ...]:
    lines = lines_of_quote(session, quote)
    franchise = all(group["rate"] == 0 for group in quote.vat_groups)
    basis = "" if franchise else translate(_WITH if quote.prices_with_vat else _WITHOUT, language)
    variant = translate(_VARIANT, language).format(letter=quote.variant) if quote.variant else ""
    total = translate(_TOTAL, language).format(amount=format_amount(quote.amount, quote.currency, language))
    tables = [
        Table(
            tuple(translate(column, language) for column in _LINE),
            tuple(_row(line, quote, language) for line in lines),
            " · ".join(part for part in (variant, basis) if part),
            total if franchise else "",
        )
    ]
    if not franchise:
        rows = tuple(_group(group, quote.currency, language) for group in quote.vat_groups)
        tables.append(Table(tuple(translate(column, language) for column in _SUMS), rows, "", total))
    return tuple(tables)


def _row(line: QuoteLine, quote: Quote, language: str) -> tuple[str, ...]:
    text = line.text
    if line.condition is not None:
        text += f" ({translate(part_words.PART_CONDITIONS[line.condition.value], language)})"
    if line.discount and line.kind is not QuoteLineKind.DISCOUNT:
        text += f" − {percent(line.discount)} %"
    is_percentage = line.kind is QuoteLineKind.DISCOUNT and line.discount
    price = f"{percent(line.discount)} %" if is_percentage else format_amount(line.unit_price, quote.currency, language)
    amount = format_amount(line.amount, quote.currency, language)
    return (
        text,
        "" if is_percentage else f"{shown(line.quantity)} {line.unit}".strip(),
        price,
        "" if line.kind is QuoteLineKind.DISCOUNT else f"{percent(line.vat_rate)} %",
        amount if line.billed else translate(_NOT_BILLED, language),
    )


def _group(group: Mapping[str, int], currency: str, language: str) -> tuple[str, ...]:
    sums = (group["net"], group["vat"], group["net"] + group["vat"])
    return (f"{percent(group['rate'])} %", *(format_amount(amount, currency, language) for amount in sums))


def _paragraphs(
    session: Session, order: RepairOrder, offer: Sequence[Quote], shop: ShopContext, language: str
) -> tuple[str, ...]:
    rules, first = rules_in_force(session, shop.country), offer[0]
    lines = [line for quote in offer for line in lines_of_quote(session, quote)]
    said = _text_of(first, lines_of_quote(session, first))
    said += _circular(lines, first.currency, language)
    said += agreed_prices(session, order, language, shop)
    offered = any(line.circular_offer is CircularOffer.OFFERED for line in lines)
    if order.cap is not None and len(offer) == 1 and first.amount <= order.cap and not offered:
        cap = format_amount(order.cap, order.currency, language)
        said.append(translate(_WITHIN_CAP, language).format(cap=cap))
    said += _guarantees(session, shop, language)
    for key in ("mention.quote_received", *(["mention.vat_franchise"] if is_franchise(session, shop.today()) else [])):
        mention = rules.mention(key, shop.today(), language)
        said += [mention] if mention else []
    return tuple(said)


def _text_of(quote: Quote, lines: Sequence[QuoteLine]) -> list[str]:
    """What was written above the lines, where it says more than they do."""
    of_lines = (", ".join(line.text for line in lines), " ".join(line.text for line in lines))
    text = quote.text.strip()
    if " ".join(text.split()) in of_lines:
        return []
    return [part.strip() for part in text.split("\n\n") if part.strip()]


def _circular(lines: Sequence[QuoteLine], currency: str, language: str) -> list[str]:
    """The used parts that were offered, and why not where none was (FR-P1), and where the choice is written (FR-P2)."""
    said = []
    for line in lines:
        if line.circular_offer is CircularOffer.OFFERED and line.circular_price is not None:
            price = format_amount(line.circular_price, currency, language)
            said.append(f"{line.text}: {translate(_USED, language).format(price=price)}")
        elif line.circular_offer is not None:
            said.append(f"{line.text}: {translate(_CIRCULAR[line.circular_offer], language)}")
    if any(line.circular_offer is CircularOffer.OFFERED for line in lines):
        said.append(translate(_CHOICE, language))
    return ["\n".join(dict.fromkeys(said))] if said else []


def _guarantees(session: Session, shop: ShopContext, language: str) -> list[str]:
    today = shop.today()
    owed = rules_in_force(session, shop.country).mention("mention.guarantees_owed", today, language)
    months = number_for(session, shop.country, GUARANTEE_MONTHS, today)
    ours = translate(_GUARANTEED, language).format(months=months) if months else ""
    return [part for part in (owed, ours) if part]


def _footer(session: Session, shop: ShopContext, language: str) -> tuple[str, ...]:
    """The mediator of consumers, where the shop named one (FR-D7)."""
    mediator = shop_setting(session, MEDIATOR)
    return (mediator,) if isinstance(mediator, str) and mediator else ()


def _registration(session: Session) -> str:
    number = shop_setting(session, REGISTRATION)
    return number if isinstance(number, str) else ""


def _addressee(session: Session, order: RepairOrder) -> tuple[str, ...]:
    party = quote_goes_to(session, order)
    return tuple(line for line in (party.name, party.street, f"{party.postcode} {party.city}".strip()) if line)
