"""Customers: found again by phone or e-mail, created at the counter, changed only where something was typed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session, col, or_, select

from convisav_tui.clock import now
from convisav_tui.contact import parse_email, parse_phone
from convisav_tui.errors import Conflict, FieldErrors, NotFound
from convisav_tui.i18n import LANGUAGES, _
from convisav_tui.shop.channel_words import channel_words, parse_channels
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.intake_form import NOTE_LENGTH, IntakeForm, channel_trouble
from convisav_tui.store.models import Channel, Party, PartyKind
from convisav_tui.store.search_index import refresh_party
from convisav_tui.text import fold

CUSTOMER_FIELDS = (
    "kind", "name", "phone", "email", "fax", "street", "postcode", "city", "language", "channel", "channels",
    "refused_channels", "note",
)  # fmt: skip
_LISTS = ("channels", "refused_channels")
_LINES = {"name": 120, "street": 160, "postcode": 16, "city": 80}


def customer_of(session: Session, form: IntakeForm, shop: ShopContext) -> Party:
    """The customer of an intake: the one that was chosen, one of the same name and address, or a new one.

    What was typed is written over what is known, empty fields change nothing. The row has its id; the caller
    refreshes the search. Raises FieldErrors when the chosen customer is gone.
    """
    principal = _principal(session, form)
    if principal is not None:
        return principal
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


def card_texts(party: Party) -> dict[str, str]:
    """The fields of a card as they are typed."""
    texts = {key: str(getattr(party, key) or "") for key in CUSTOMER_FIELDS if key not in _LISTS}
    return texts | {key: channel_words(getattr(party, key)) for key in _LISTS}


def save_customer(
    session: Session,
    raw: Mapping[str, str],
    shop: ShopContext,
    *,
    party_id: int | None = None,
    expected_version: int | None = None,
) -> Party:
    """Write a customer's card as typed (keys of CUSTOMER_FIELDS; an empty field empties what was there); a new one
    without `party_id`.

    Raises FieldErrors for what cannot be accepted, NotFound, and Conflict when somebody else changed the card since
    `expected_version` was read.
    """
    values = _card(raw, shop)
    party = session.get(Party, party_id) if party_id is not None else Party(name=values["name"], name_key="")
    if party is None:
        raise NotFound(_("This customer was removed."))
    if expected_version is not None and party.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    for key, value in values.items():
        setattr(party, key, value)
    party.updated_at = now()
    session.add(party)
    session.flush()
    assert party.id is not None
    refresh_party(session, party.id)
    return party


def _card(raw: Mapping[str, str], shop: ShopContext) -> dict[str, Any]:
    """The columns that a card fills, or FieldErrors."""
    reader = FieldReader(raw)
    values: dict[str, Any] = {key: reader.line(key, limit) for key, limit in _LINES.items()}
    if not any(c.isalnum() for c in values["name"]):
        reader.errors.setdefault("name", _("Type the name of the customer"))
    phone = reader.read("phone", lambda typed: parse_phone(typed, shop.country))
    email = reader.read("email", parse_email) or ""
    fax = reader.read("fax", lambda typed: parse_phone(typed, shop.country))
    channel = reader.choice("channel", Channel) or Channel.NONE
    lists = {key: reader.read(key, parse_channels) or [] for key in _LISTS}
    both = channel_words([value for value in (*lists["channels"], channel.value) if value in lists["refused_channels"]])
    if both:
        reader.errors.setdefault("refused_channels", _("He is told by {channel} above").format(channel=both))
    language = reader.typed("language") or shop.language
    if language not in LANGUAGES:
        reader.errors["language"] = _("Choose one of the values of the list")
    kind = reader.choice("kind", PartyKind) or PartyKind.PERSON
    note = reader.text("note", NOTE_LENGTH)
    trouble = channel_trouble(
        channel,
        phone=phone.national if phone else "",
        phone_kind=phone.kind if phone else "",
        email=email,
        fax=fax.national if fax else "",
        postal=bool(values["street"] and values["city"]),
    )
    if trouble and not {"phone", "email", "fax"} & set(reader.errors):
        reader.errors.setdefault("channel", trouble)
    if reader.errors:
        raise FieldErrors({key: reader.errors[key] for key in CUSTOMER_FIELDS if key in reader.errors})
    return values | {
        "name_key": fold(values["name"])[:160],
        "phone": phone.national if phone else "",
        "phone_e164": phone.e164 if phone else "",
        "phone_kind": phone.kind if phone else "",
        "email": email,
        "email_key": email.casefold(),
        "fax": fax.national if fax else "",
        "fax_e164": fax.e164 if fax else "",
        **lists,
        "language": language,
        "channel": channel,
        "kind": kind,
        "note": note,
    }


def _chosen(session: Session, form: IntakeForm) -> Party | None:
    if form.customer_id is None:
        return None
    party = session.get(Party, form.customer_id)
    if party is None:
        raise FieldErrors({"name": _("This customer was removed: choose again")})
    return party


def _principal(session: Session, form: IntakeForm) -> Party | None:
    """The principal himself, whose store the device comes from, where no end customer is named."""
    if form.principal_id is None or form.customer_id is not None or form.name:
        return None
    return session.get(Party, form.principal_id)


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
    if form.fax:
        typed |= {"fax": form.fax, "fax_e164": form.fax_e164}
    if form.email:
        typed |= {"email": form.email, "email_key": form.email.casefold()}
    changed = {key: value for key, value in typed.items() if value and getattr(party, key) != value}
    for key, value in changed.items():
        setattr(party, key, value)
    return bool(changed)
