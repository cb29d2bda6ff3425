"""Subcontractors: a party with what was agreed with it, made and changed at the counter (rules.md 7.8, T18)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from sqlmodel import Session, col, func, select

from convisav_tui.errors import Conflict, FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.partners import with_names
from convisav_tui.shop.people import card_texts, save_customer
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import DeviceFamily, Dispatch, Party, SubcontractJob, SubcontractorTerms

PARTY_FIELDS = ("name", "phone", "email", "street", "postcode", "city", "language")
TERMS_FIELDS = ("active", "margin", "usual_days", "secret_allowed", "data_agreement", "passes_on", "families", "note")
_CHECKS = ("active", "secret_allowed", "data_agreement", "passes_on")
_NOTE_LENGTH = 2000
_MOST_DAYS = 365
_MOST_MARGIN = 100_000  # basis points: ten times his price


@dataclass(frozen=True)
class Subcontractor:
    """One subcontractor, as lists show him. `margin` in basis points; `away`: devices that are with him."""

    party_id: int
    name: str
    phone: str
    active: bool
    margin: int
    usual_days: int
    secret_allowed: bool
    data_agreement: bool
    passes_on: bool
    families: tuple[str, ...]
    away: int = 0

    def takes(self, family: str) -> bool:
        """Whether he repairs devices of this family; who named none takes all."""
        return not self.families or family in self.families


def subcontractors(session: Session, *, only_active: bool = False) -> list[Subcontractor]:
    """All subcontractors by name, with the number of devices that each has."""
    out = (
        select(Dispatch.subcontractor_id, func.count())
        .join(SubcontractJob, col(SubcontractJob.dispatch_id) == col(Dispatch.id))
        .where(col(SubcontractJob.returned_at).is_(None))
        .group_by(col(Dispatch.subcontractor_id))
    )
    away = {party_id: count for party_id, count in session.exec(out)}
    rows = select(SubcontractorTerms)
    if only_active:
        rows = rows.where(col(SubcontractorTerms.active))
    found = with_names(session, session.exec(rows))
    return [_subcontractor(party, terms, away.get(party.id or 0, 0)) for party, terms in found]


def terms_of(session: Session, party_id: int) -> SubcontractorTerms | None:
    """What was agreed with a party as a subcontractor; None when it is none."""
    return session.exec(select(SubcontractorTerms).where(SubcontractorTerms.party_id == party_id)).first()


@asks(Permission.EDIT_TERMS)
def save_subcontractor(
    session: Session,
    raw: Mapping[str, str],
    shop: ShopContext,
    actor: Actor,
    *,
    party_id: int | None = None,
    expected_version: int | None = None,
) -> Party:
    """Write a subcontractor's card and terms as typed (keys of PARTY_FIELDS and TERMS_FIELDS, families joined by
    spaces, margin in per cent); a new one without `party_id`, or an existing party that becomes one.

    Raises FieldErrors, NotFound, Conflict when the terms changed since `expected_version`, Refusal by permission.
    """
    require(session, actor, Permission.EDIT_TERMS)
    values = _terms(raw)
    terms = terms_of(session, party_id) if party_id is not None else None
    if terms is not None and expected_version is not None and terms.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    party = save_customer(session, _card(session, raw, party_id), shop, party_id=party_id)
    assert party.id is not None
    terms = terms or SubcontractorTerms(party_id=party.id)
    for key, value in values.items():
        setattr(terms, key, value)
    session.add(terms)
    session.flush()
    return party


def texts_of(session: Session, party_id: int) -> dict[str, str]:
    """Card and terms as `save_subcontractor` reads them."""
    party, terms = session.get_one(Party, party_id), terms_of(session, party_id) or SubcontractorTerms(party_id=0)
    card = {key: str(getattr(party, key)) for key in PARTY_FIELDS}
    checks = {key: "x" if getattr(terms, key) else "" for key in _CHECKS}
    rest = {
        "margin": percent(terms.margin),
        "usual_days": str(terms.usual_days),
        "families": " ".join(terms.families),
        "note": terms.note,
    }
    return card | checks | rest


def with_margin(cost: int, terms: SubcontractorTerms) -> int:
    """Our price for his, both in minor units incl. VAT: his and the agreed margin, rounded half up (T19)."""
    return cost + (cost * terms.margin + 5_000) // 10_000


def expected_back(terms: SubcontractorTerms, today: date) -> date:
    """The day on which he usually gives back what leaves today."""
    return today + timedelta(days=terms.usual_days)


def percent(basis_points: int) -> str:
    """Basis points as people type a percentage: "15", "12.5"."""
    return (
        f"{Decimal(basis_points) / 100:f}".rstrip("0").rstrip(".") if basis_points % 100 else str(basis_points // 100)
    )


def _subcontractor(party: Party, terms: SubcontractorTerms, away: int) -> Subcontractor:
    assert party.id is not None
    return Subcontractor(
        party_id=party.id,
        name=party.name,
        phone=party.phone,
        active=terms.active,
        margin=terms.margin,
        usual_days=terms.usual_days,
        secret_allowed=terms.secret_allowed,
        data_agreement=terms.data_agreement,
        passes_on=terms.passes_on,
        families=tuple(terms.families),
        away=away,
    )


def _card(session: Session, raw: Mapping[str, str], party_id: int | None) -> dict[str, str]:
    """The party's card with what was typed here; what this screen does not show stays as it is."""
    party = session.get(Party, party_id) if party_id is not None else None
    known = card_texts(party) if party is not None else {}
    return {"kind": "company"} | known | {key: raw.get(key, "") for key in PARTY_FIELDS}


def _terms(raw: Mapping[str, str]) -> dict[str, object]:
    reader = FieldReader(raw)
    values: dict[str, object] = {key: reader.ticked(key) for key in _CHECKS}
    values["margin"] = reader.read("margin", _basis_points) or 0
    days = reader.read("usual_days", _days)
    values["usual_days"] = 14 if days is None else days
    families = reader.typed("families").split()
    if not set(families) <= {family.value for family in DeviceFamily}:
        reader.errors["families"] = _("Choose of the list")
    values["families"] = families
    values["note"] = reader.text("note", _NOTE_LENGTH)
    if reader.errors:
        raise FieldErrors(reader.errors)
    return values


def _basis_points(typed: str) -> int:
    found = re.fullmatch(r"(\d{1,4})(?:[.,](\d{1,2}))?\s*%?", typed)
    points = int(found[1]) * 100 + int((found[2] or "").ljust(2, "0")) if found else -1
    if not 0 <= points <= _MOST_MARGIN:
        raise ValueError(_("A percentage, as 15 or 12.5"))
    return points


def _days(typed: str) -> int:
    if not re.fullmatch("[0-9]{1,3}", typed) or int(typed) > _MOST_DAYS:
        raise ValueError(_("A number of days, at most {most}").format(most=_MOST_DAYS))
    return int(typed)
