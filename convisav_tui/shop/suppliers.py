"""Suppliers of parts: a party with what was agreed with it, made and changed at the counter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from convisav_tui.errors import Conflict, FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.partners import with_names
from convisav_tui.shop.people import CUSTOMER_FIELDS, save_customer
from convisav_tui.store.models import Party, SupplierTerms

CARD_FIELDS = ("name", "phone", "email", "street", "postcode", "city", "language")
TERMS_FIELDS = ("active", "customer_number", "delivery_days", "note")
_MOST_DAYS = 365


@dataclass(frozen=True)
class Supplier:
    """One supplier, as lists show him."""

    party_id: int
    name: str
    phone: str
    email: str
    active: bool
    customer_number: str
    delivery_days: int


def suppliers(session: Session, *, only_active: bool = False) -> list[Supplier]:
    """All suppliers by name."""
    rows = select(SupplierTerms)
    if only_active:
        rows = rows.where(col(SupplierTerms.active))
    found = with_names(session, session.exec(rows))
    return [
        Supplier(
            party_id=terms.party_id,
            name=party.name,
            phone=party.phone,
            email=party.email,
            active=terms.active,
            customer_number=terms.customer_number,
            delivery_days=terms.delivery_days,
        )
        for party, terms in found
    ]


def supplier_terms(session: Session, party_id: int) -> SupplierTerms | None:
    """What was agreed with a party as a supplier; None when it is none."""
    return session.exec(select(SupplierTerms).where(SupplierTerms.party_id == party_id)).first()


def save_supplier(
    session: Session,
    raw: Mapping[str, str],
    shop: ShopContext,
    actor: Actor,
    *,
    party_id: int | None = None,
    expected_version: int | None = None,
) -> Party:
    """Write a supplier's card and terms as typed (CARD_FIELDS and TERMS_FIELDS); a new one without `party_id`.

    Raises FieldErrors, NotFound, Conflict when the terms changed since `expected_version`."""
    reader = FieldReader(raw)
    days = reader.read("delivery_days", _days)
    values: dict[str, object] = {
        "active": reader.ticked("active"),
        "customer_number": reader.line("customer_number", 60),
        "delivery_days": 3 if days is None else days,
        "note": reader.text("note", 2000),
    }
    if reader.errors:
        raise FieldErrors(reader.errors)
    terms = supplier_terms(session, party_id) if party_id is not None else None
    if terms is not None and expected_version is not None and terms.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    party = save_customer(session, _card(session, raw, party_id), shop, party_id=party_id)
    assert party.id is not None
    terms = terms or SupplierTerms(party_id=party.id)
    for key, value in values.items():
        setattr(terms, key, value)
    session.add(terms)
    session.flush()
    return party


def supplier_texts(session: Session, party_id: int) -> dict[str, str]:
    """Card and terms as `save_supplier` reads them."""
    party, terms = session.get_one(Party, party_id), supplier_terms(session, party_id) or SupplierTerms(party_id=0)
    return {key: str(getattr(party, key)) for key in CARD_FIELDS} | {
        "active": "x" if terms.active else "",
        "customer_number": terms.customer_number,
        "delivery_days": str(terms.delivery_days),
        "note": terms.note,
    }


def _card(session: Session, raw: Mapping[str, str], party_id: int | None) -> dict[str, str]:
    """The party's card with what was typed here; what this screen does not show stays as it is."""
    party = session.get(Party, party_id) if party_id is not None else None
    known = {key: str(getattr(party, key, "") or "") for key in CUSTOMER_FIELDS} if party is not None else {}
    return {"kind": "company"} | known | {key: raw.get(key, "") for key in CARD_FIELDS}


def _days(typed: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", typed) or int(typed) > _MOST_DAYS:
        raise ValueError(_("A number of days, at most {most}").format(most=_MOST_DAYS))
    return int(typed)
