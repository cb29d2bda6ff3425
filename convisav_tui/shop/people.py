"""Customers: found again by phone or e-mail, created at the counter, changed only where something was typed."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, or_, select

from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.intake_form import IntakeForm
from convisav_tui.store.models import Channel, Party
from convisav_tui.text import fold


def customer_of(session: Session, form: IntakeForm, shop: ShopContext) -> Party:
    """The customer of an intake: the one that was chosen, one of the same name and address, or a new one.

    What was typed is written over what is known, empty fields change nothing. The row has its id; the caller
    refreshes the search. Raises FieldErrors when the chosen customer is gone.
    """
    party = _chosen(session, form) or _same_person(session, form)
    if party is None:
        channel = next((c for c in (form.ready_channel, form.quote_channel) if c is not Channel.NONE), Channel.NONE)
        party = Party(name=form.name, name_key=fold(form.name)[:160], language=shop.language, channel=channel)
    if _take_over(party, form):
        party.updated_at = now()
    session.add(party)
    session.flush()
    return party


def same_contact(session: Session, *, phone_e164: str = "", email: str = "", limit: int = 5) -> Sequence[Party]:
    """The customers who already have that phone or e-mail address, to be offered before a new one is created."""
    conditions = []
    if phone_e164:
        conditions.append(col(Party.phone_e164) == phone_e164)
    if email:
        conditions.append(col(Party.email_key) == email.casefold())
    if not conditions:
        return []
    return session.exec(select(Party).where(or_(*conditions)).order_by(col(Party.id).desc()).limit(limit)).all()


def _chosen(session: Session, form: IntakeForm) -> Party | None:
    if form.customer_id is None:
        return None
    party = session.get(Party, form.customer_id)
    if party is None:
        raise FieldErrors({"name": _("This customer was removed: choose again")})
    return party


def _same_person(session: Session, form: IntakeForm) -> Party | None:
    """Somebody with the same name and the same phone or e-mail address: typed again instead of chosen."""
    candidates = same_contact(session, phone_e164=form.phone_e164, email=form.email, limit=50)
    return next((party for party in candidates if party.name_key == fold(form.name)[:160]), None)


def _take_over(party: Party, form: IntakeForm) -> bool:
    """Write what was typed over what is known; whether anything changed."""
    typed: dict[str, str] = {key: getattr(form, key) for key in ("street", "postcode", "city", "language")}
    if form.name:
        typed |= {"name": form.name, "name_key": fold(form.name)[:160]}
    if form.phone:
        typed |= {"phone": form.phone, "phone_e164": form.phone_e164, "phone_kind": form.phone_kind or ""}
    if form.email:
        typed |= {"email": form.email, "email_key": form.email.casefold()}
    changed = {key: value for key, value in typed.items() if value and getattr(party, key) != value}
    for key, value in changed.items():
        setattr(party, key, value)
    return bool(changed)
