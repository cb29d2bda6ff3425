"""What is half typed and must not be lost: saved while typing, parked, taken up again by one station at a time."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import Session, col, func, or_, select

from convisav_tui.clock import now
from convisav_tui.errors import Conflict, NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.store.keyring import after_end, keyring_of
from convisav_tui.store.models import Draft, RepairOrder, Staff
from convisav_tui.text import clean_line, clean_text

INTAKE = "intake"
# The field that is never written in clear, and what stands for it in the row.
SECRET_FIELD = "secret"
_ENCRYPTED = "encrypted"
# A station that has not saved a draft for so long no longer types it: a kill, a dropped line, a power cut.
LEFT_ALONE = timedelta(minutes=10)


@dataclass(frozen=True)
class DraftSummary:
    """A draft in the list; `typed_at` is the station that types it now, "" when it is parked; `person` typed it."""

    key: str
    kind: str
    title: str
    station_name: str
    typed_at: str
    updated_at: datetime
    staff_id: int | None = None
    person: str = ""


def save_draft(
    session: Session, key: str, kind: str, title: str, fields: Mapping[str, str], actor: Actor, *, parked: bool = False
) -> bool:
    """Keep what was typed so far under `key`, the idempotency key of what will be saved from it.

    False, and nothing is kept, when that was saved already. Raises Conflict when another station took the draft up.
    """
    if session.exec(select(RepairOrder.id).where(RepairOrder.idempotency_key == key)).first() is not None:
        return False
    draft = _draft(session, key)
    if draft is None:
        draft = Draft(key=key, kind=kind)
    elif _held_elsewhere(draft, actor.station_name):
        raise _taken(draft)
    draft.title = clean_line(title)[:120]
    draft.fields = _closed(session, key, fields)
    draft.station_name, draft.staff_id = actor.station_name[:80], actor.staff_id
    draft.parked, draft.updated_at = parked, now()
    session.add(draft)
    session.flush()
    return True


def park_draft(session: Session, key: str, actor: Actor) -> None:
    """Put a draft aside for any station; nothing when there is none. Raises Conflict when another station types it."""
    draft = _draft(session, key)
    if draft is None:
        return
    if _held_elsewhere(draft, actor.station_name):
        raise _taken(draft)
    draft.parked, draft.updated_at = True, now()
    session.add(draft)
    session.flush()


def parked_drafts(
    session: Session, station_name: str = "", limit: int = 100, *, everywhere: bool = False
) -> list[DraftSummary]:
    """The drafts that `station_name` may take up, newest first: the parked ones, its own, and those left alone; with
    `everywhere` also those that other stations type now."""
    free = or_(
        col(Draft.parked), col(Draft.station_name) == station_name[:80], col(Draft.updated_at) < now() - LEFT_ALONE
    )
    newest_first = (
        select(Draft, Staff.name)
        .join(Staff, col(Staff.id) == col(Draft.staff_id), isouter=True)
        .order_by(col(Draft.updated_at).desc(), col(Draft.id).desc())
    )
    if not everywhere:
        newest_first = newest_first.where(free)
    return [
        DraftSummary(
            key=row.key,
            kind=row.kind,
            title=row.title,
            station_name=row.station_name,
            typed_at="" if row.parked else row.station_name,
            updated_at=row.updated_at,
            staff_id=row.staff_id,
            person=name or "",
        )
        for row, name in session.exec(newest_first.limit(limit))
    ]


def left_here(session: Session, actor: Actor) -> int:
    """How many intakes wait for whoever begins to work: those that he, or his station, left half typed."""
    free = or_(
        col(Draft.parked),
        col(Draft.station_name) == actor.station_name[:80],
        col(Draft.updated_at) < now() - LEFT_ALONE,
    )
    theirs = or_(col(Draft.staff_id) == actor.staff_id, col(Draft.station_name) == actor.station_name[:80])
    query = select(func.count()).select_from(Draft).where(Draft.kind == INTAKE, free, theirs)
    return session.exec(query).one()


def take_draft(session: Session, key: str, actor: Actor) -> dict[str, str]:
    """The fields of a draft, which this station types from now on.

    Raises NotFound when it was saved or discarded meanwhile, Conflict when another station types it. An unlock code
    whose key is gone comes back empty.
    """
    draft = _draft(session, key)
    if draft is None:
        raise NotFound(_("This draft is gone: it was saved or discarded."))
    if _held_elsewhere(draft, actor.station_name):
        raise _taken(draft)
    draft.parked, draft.station_name, draft.staff_id = False, actor.station_name[:80], actor.staff_id
    draft.updated_at = now()
    session.add(draft)
    session.flush()
    return _opened(session, draft)


def discard_draft(session: Session, key: str) -> bool:
    """Remove a draft; its key is destroyed once that is committed. Whether there was one."""
    draft = _draft(session, key)
    if draft is None:
        return False
    session.delete(draft)
    session.flush()
    keyring, name = keyring_of(session), draft_key_name(key)
    after_end(session, committed=lambda: keyring.destroy(name), rolled_back=None)
    return True


def discard_drafts_before(session: Session, instant: datetime) -> int:
    """Remove the drafts that nobody touched since `instant` (aware UTC; T02 says 24 h); how many there were."""
    keys = session.exec(select(Draft.key).where(col(Draft.updated_at) < instant)).all()
    return sum(discard_draft(session, key) for key in keys)


def _draft(session: Session, key: str) -> Draft | None:
    return session.exec(select(Draft).where(Draft.key == key)).first()


def _held_elsewhere(draft: Draft, station_name: str) -> bool:
    typed_now = not draft.parked and now() - draft.updated_at < LEFT_ALONE
    return typed_now and draft.station_name != station_name[:80]


def _taken(draft: Draft) -> Conflict:
    return Conflict(_("{station} is typing this draft.").format(station=draft.station_name))


def draft_key_name(key: str) -> str:
    """The name of a draft's key in the keyring."""
    return f"draft-{hashlib.sha256(key.encode()).hexdigest()[:40]}"


def _closed(session: Session, key: str, fields: Mapping[str, str]) -> dict[str, object]:
    """The fields as the row keeps them: what no text may hold taken out, the unlock code encrypted."""
    kept: dict[str, object] = {name: clean_text(value) for name, value in fields.items() if name != SECRET_FIELD}
    secret = clean_text(fields.get(SECRET_FIELD, ""))
    if secret:
        keyring, name = keyring_of(session), draft_key_name(key)
        own = keyring.get(name)
        if own is None:
            own = Fernet.generate_key()
            keyring.put(name, own)
        kept[SECRET_FIELD] = {_ENCRYPTED: Fernet(own).encrypt(secret.encode()).decode()}
    return kept


def _opened(session: Session, draft: Draft) -> dict[str, str]:
    fields = {name: value for name, value in draft.fields.items() if isinstance(value, str)}
    sealed = draft.fields.get(SECRET_FIELD)
    if isinstance(sealed, dict):
        own = keyring_of(session).get(draft_key_name(draft.key))
        try:
            fields[SECRET_FIELD] = Fernet(own or b"").decrypt(str(sealed.get(_ENCRYPTED)).encode()).decode()
        except (InvalidToken, ValueError):
            fields[SECRET_FIELD] = ""
    return fields
