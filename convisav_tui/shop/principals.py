"""Principals (donneurs d'ordre): what was agreed with each, who may change it, and how they are found (7.8)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm.attributes import flag_modified
from sqlmodel import Session, col, func, select

from convisav_tui.errors import Conflict, FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.field_reader import TICKED, FieldReader
from convisav_tui.shop.intake_form import NOTE_LENGTH
from convisav_tui.shop.partners import with_names
from convisav_tui.shop.people import save_customer
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.principal_prices import PriceLine, price_text, read_price_text, write_prices
from convisav_tui.store.models import (
    Approver,
    Invoicing,
    MessageEvent,
    NotificationRule,
    Party,
    PartyKind,
    PrincipalTerms,
    RepairOrder,
    Told,
)
from convisav_tui.store.search import find_parties, read_terms
from convisav_tui.text import fold

# Events for which a principal's terms say who is told.
TOLD_OF = (
    MessageEvent.INTAKE,
    MessageEvent.QUOTE_READY,
    MessageEvent.REPAIR_READY,
    MessageEvent.DELAY,
    MessageEvent.COLLECT_REMINDER,
)
TERMS_FIELDS = (
    "active", "discount", "cap", "quote_above", "reference_required", "approver", "invoicing", "payment_days",
    "promised_days", "delivery_place", "heading", *(f"told_{event.value}" for event in TOLD_OF), "prices", "note",
)  # fmt: skip
LONGEST_LOGO = 300_000  # bytes
_PNG = b"\x89PNG\r\n\x1a\n"
_LONGEST_PROMISE, _LONGEST_TERM = 365, 120
# FR-V11: what a principal owes for the operations of a month is to be paid within so many days of the invoice.
LONGEST_PERIODIC_TERM = "payment.periodic_days"
_MOST_FOUND = 8


@dataclass(frozen=True)
class FoundPrincipal:
    """A principal as suggestions and the list of principals show him."""

    party_id: int
    name: str
    city: str
    reference_required: bool
    active: bool
    invoicing: Invoicing
    approver: Approver
    open_orders: int


@dataclass(frozen=True)
class TermsCard:
    """The terms of a party as they are typed; `version` 0 while there are none."""

    name: str
    texts: Mapping[str, str]
    version: int
    has_logo: bool


def terms_of(session: Session, party_id: int | None) -> PrincipalTerms | None:
    """What was agreed with this party as a principal, None when nothing was."""
    if party_id is None:
        return None
    return session.exec(select(PrincipalTerms).where(PrincipalTerms.party_id == party_id)).first()


def all_principals(session: Session) -> list[FoundPrincipal]:
    """Every principal by name, with the number of his open orders."""
    open_orders = dict(
        session.exec(
            select(RepairOrder.principal_id, func.count())
            .where(col(RepairOrder.principal_id).is_not(None), col(RepairOrder.closed_at).is_(None))
            .group_by(col(RepairOrder.principal_id))
        ).all()
    )
    by_name = with_names(session, session.exec(select(PrincipalTerms)))
    return [_found(party, terms, open_orders.get(party.id, 0)) for party, terms in by_name]


def find_principals(session: Session, typed: str) -> list[FoundPrincipal]:
    """The active principals whose name, phone or e-mail hold what was typed; all of them for nothing."""
    active = [found for found in all_principals(session) if found.active]
    words = read_terms(typed)
    if not words:
        return active[:_MOST_FOUND]
    fitting = set(find_parties(session, words, 500))
    return [found for found in active if found.party_id in fitting][:_MOST_FOUND]


def principal_named(session: Session, name: str) -> FoundPrincipal:
    """The one principal of that name, its beginning or his customer code. Raises NotFound with the names there are."""
    known = all_principals(session)
    sought = fold(name)
    exact = [one for one in known if fold(one.name) == sought or f"c{one.party_id:05d}" == sought]
    found = exact or [one for one in known if sought and fold(one.name).startswith(sought)]
    if len(found) == 1:
        return found[0]
    names = ", ".join(one.name for one in (found or known)[:_MOST_FOUND])
    sentence = _("There is no principal “{name}”.") if not found else _("“{name}” fits several principals.")
    remedy = _("Principals: {names}").format(names=names) if names else _("Make one on the screen first: F10.")
    raise NotFound(sentence.format(name=name), remedy)


def terms_card(session: Session, party_id: int, shop: ShopContext) -> TermsCard:
    """The terms of a party as the form shows them; the usual ones for somebody who has none yet. Raises NotFound."""
    party = session.get(Party, party_id)
    if party is None:
        raise NotFound(_("This customer was removed."))
    terms = terms_of(session, party_id)
    shown = terms or PrincipalTerms(party_id=party_id)
    texts = {
        "active": TICKED if shown.active else "",
        "discount": _per_cent(shown.discount),
        "cap": "" if shown.cap is None else plain_amount(shown.cap, shop.currency),
        "quote_above": "" if shown.quote_above is None else plain_amount(shown.quote_above, shop.currency),
        "reference_required": TICKED if shown.reference_required else "",
        "approver": shown.approver.value,
        "invoicing": shown.invoicing.value,
        "payment_days": str(shown.payment_days),
        "promised_days": "" if shown.promised_days is None else str(shown.promised_days),
        "delivery_place": shown.delivery_place,
        "heading": shown.heading,
        "prices": price_text(session, party_id, shop.currency),
        "note": shown.note,
    } | {f"told_{event.value}": told.value for event, told in told_rules(session, party_id).items()}
    card = {key: texts.get(key, "") for key in TERMS_FIELDS}
    return TermsCard(party.name, card, terms.version if terms else 0, bool(terms and terms.logo))


def told_rules(session: Session, party_id: int) -> dict[MessageEvent, Told]:
    """Who is told of what under this principal; what has no rule follows the shop's habit."""
    rows = session.exec(select(NotificationRule).where(NotificationRule.principal_id == party_id))
    return {row.event: row.told for row in rows if row.event in TOLD_OF}


@asks(Permission.EDIT_PRINCIPALS)
def save_terms(
    session: Session,
    party_id: int,
    raw: Mapping[str, str],
    actor: Actor,
    shop: ShopContext,
    *,
    expected_version: int | None = None,
    logo: bytes | None = None,
) -> PrincipalTerms:
    """Write the terms of a principal as typed (keys of TERMS_FIELDS); a party without terms becomes a principal.

    `logo` is a PNG, b"" takes it away, None leaves it. Raises FieldErrors, Refusal to all but a manager, NotFound,
    Conflict when somebody else changed the terms since `expected_version` was read (0: there were none).
    """
    require(session, actor, Permission.EDIT_PRINCIPALS)
    if session.get(Party, party_id) is None:
        raise NotFound(_("This customer was removed."))
    terms = terms_of(session, party_id)
    if expected_version is not None and expected_version != (terms.version if terms else 0):
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    values, told, prices = _read(session, raw, shop, logo)
    terms = terms or PrincipalTerms(party_id=party_id)
    for key, value in values.items():
        setattr(terms, key, value)
    if logo is not None:
        terms.logo = logo or None
    session.add(terms)
    if terms.id is not None:
        flag_modified(terms, "note")  # prices and rules are part of them: whoever read them before is told
    _write_rules(session, party_id, told)
    write_prices(session, party_id, prices)
    session.flush()
    return terms


@asks(Permission.EDIT_PRINCIPALS)
def party_for_principal(session: Session, name: str, actor: Actor, shop: ShopContext) -> int:
    """The party of exactly that name, whoever he was so far, else a new company; its id. Terms are saved apart.

    Raises FieldErrors for no name, Refusal to all but a manager.
    """
    require(session, actor, Permission.EDIT_PRINCIPALS)
    known = session.exec(select(Party).where(Party.name_key == fold(name)[:160]).order_by(col(Party.id))).first()
    party = known or save_customer(session, {"name": name, "kind": PartyKind.COMPANY.value}, shop)
    assert party.id is not None
    return party.id


def _read(
    session: Session, raw: Mapping[str, str], shop: ShopContext, logo: bytes | None
) -> tuple[dict[str, Any], dict[MessageEvent, Told | None], list[PriceLine]]:
    reader = FieldReader(raw)
    invoicing = reader.choice("invoicing", Invoicing) or Invoicing.EACH
    term = reader.read("payment_days", lambda typed: _payment_days(session, typed, invoicing, shop))
    values: dict[str, Any] = {
        "active": reader.ticked("active"),
        "discount": reader.read("discount", _basis_points) or 0,
        "cap": reader.read("cap", lambda typed: parse_amount(typed, shop.currency)),
        "quote_above": reader.read("quote_above", lambda typed: parse_amount(typed, shop.currency)),
        "reference_required": reader.ticked("reference_required"),
        "approver": reader.choice("approver", Approver) or Approver.PRINCIPAL,
        "invoicing": invoicing,
        "payment_days": 0 if term is None else term,
        "promised_days": reader.read("promised_days", lambda typed: _days(typed, _LONGEST_PROMISE)),
        "delivery_place": reader.line("delivery_place", 200),
        "heading": reader.text("heading", 400),
        "note": reader.text("note", NOTE_LENGTH),
    }
    told = {event: reader.choice(f"told_{event.value}", Told) for event in TOLD_OF}
    prices: list[PriceLine] = []
    try:
        prices = read_price_text(session, raw.get("prices") or "", shop.currency)
    except ValueError as error:
        reader.errors["prices"] = str(error)
    if logo and (not logo.startswith(_PNG) or len(logo) > LONGEST_LOGO):
        limit = LONGEST_LOGO // 1000
        reader.errors["logo"] = _("The logo must be a PNG picture of {limit} kB at most").format(limit=limit)
    if reader.errors:
        raise FieldErrors({key: reader.errors[key] for key in (*TERMS_FIELDS, "logo") if key in reader.errors})
    return values, told, prices


def _write_rules(session: Session, party_id: int, told: Mapping[MessageEvent, Told | None]) -> None:
    """One rule an event; how and when somebody set in it besides stays as it is."""
    rows = session.exec(select(NotificationRule).where(NotificationRule.principal_id == party_id))
    known = {row.event: row for row in rows}
    for event, who in told.items():
        row = known.get(event)
        if who is None and row is not None:
            session.delete(row)
        elif who is not None:
            row = row or NotificationRule(principal_id=party_id, event=event)
            row.told = who
            session.add(row)


def _basis_points(typed: str) -> int:
    """A percentage in basis points: "12,5 %"."""
    number = typed.removesuffix("%").strip().replace(",", ".")
    whole, _point, part = number.partition(".")
    if not (
        whole.isascii() and whole.isdigit() and len(whole) <= 3 and (not part or (part.isascii() and part.isdigit()))
    ):
        raise ValueError(_("Type a percentage, as 10 or 12,5"))
    points = int(whole) * 100 + int((part + "00")[:2])
    if points > 10_000:
        raise ValueError(_("Type a percentage, as 10 or 12,5"))
    return points


def _per_cent(points: int) -> str:
    return f"{points / 100:g}" if points else ""


def _days(typed: str, most: int) -> int:
    if not (typed.isascii() and typed.isdigit() and len(typed) <= 4 and int(typed) <= most):
        raise ValueError(_("Type a number of days from 0 to {most}").format(most=most))
    return int(typed)


def _payment_days(session: Session, typed: str, invoicing: Invoicing, shop: ShopContext) -> int:
    """The days a principal has to pay; billed by the month, no more than the law of the country leaves (FR-V11)."""
    days = _days(typed, _LONGEST_TERM)
    most = rules_in_force(session, shop.country).number(LONGEST_PERIODIC_TERM, shop.today())
    if invoicing is Invoicing.MONTHLY and most is not None and days > most:
        raise ValueError(_("Billed by the month, the law leaves {most} days at most").format(most=most))
    return days


def _found(party: Party, terms: PrincipalTerms, open_orders: int) -> FoundPrincipal:
    assert party.id is not None
    return FoundPrincipal(
        party.id,
        party.name,
        party.city,
        terms.reference_required,
        terms.active,
        terms.invoicing,
        terms.approver,
        open_orders,
    )
