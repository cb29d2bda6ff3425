"""The one place where rows that never change lose what names a person: by column and key, nothing else (rules.md 4.4).

What happened, when, by whom of the staff and between which states stays: a log replayed before and after gives the
same. Frozen documents (papers, print jobs, quotes) are not touched here.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.i18n import language as language_now
from convisav_tui.i18n import mark, translate
from convisav_tui.store.evidence_copies import FOLDER
from convisav_tui.store.tables import (
    CALL_ATTEMPT,
    CHECK_ANSWER,
    CHECKPOINT,
    CUSTODY_EVENT,
    MESSAGE,
    MESSAGE_ATTEMPT,
    ORDER,
    ORDER_EVENT,
    PARTY,
    PRICE_CONSENT,
    QUOTE,
    QUOTE_DECISION,
    QUOTE_DRAFT,
    QUOTE_DRAFT_LINE,
    STAFF_EVENT,
)

# What an event may say of a person: who he was becomes his code, his and our words about him go.
_NAMES = frozenset({"taken_by", "decided_by", "signed_by"})
_WORDS = frozenset({"note", "reason", "work", "release_reason", "text", "lines"})
ERASED = "erased"
"""What a row says in place of its photo; with the photo's name behind it while the file is still to be deleted."""
_DUE = f"{ERASED}:"
_PHOTO_ERASED = mark("photo erased")


def erase_from_logs(session: Session, order_ids: Collection[int], code: str, party_id: int | None = None) -> int:
    """Take names and free words out of the events, custody, checklists, answers to quotes, announced prices and
    messages of these orders, and out of what `party_id` was told besides; `code` stands where somebody had to be named.
    Quotes that were never issued go. How many rows were changed."""
    if not order_ids and party_id is None:
        return 0
    changed = _events(session, order_ids, code)
    quotes = sa.select(QUOTE.c.id).where(QUOTE.c.order_id.in_(order_ids))
    told = MESSAGE.c.order_id.in_(order_ids) | (MESSAGE.c.party_id == party_id)
    messages = sa.select(MESSAGE.c.id).where(told)
    typed = sa.select(CHECKPOINT.c.id).where(CHECKPOINT.c.kind.in_(("text", "photo")))
    answers = sa.update(CHECK_ANSWER).where(CHECK_ANSWER.c.order_id.in_(order_ids))
    statements = (
        sa.update(CUSTODY_EVENT).where(CUSTODY_EVENT.c.order_id.in_(order_ids)).values(note=""),
        sa.update(QUOTE_DECISION).where(QUOTE_DECISION.c.quote_id.in_(quotes)).values(decided_by=code, reason=""),
        sa.update(PRICE_CONSENT).where(PRICE_CONSENT.c.order_id.in_(order_ids)).values(told=code, evidence=""),
        sa.update(QUOTE_DRAFT).where(QUOTE_DRAFT.c.order_id.in_(order_ids)).values(text="", execution=""),
        sa.delete(QUOTE_DRAFT_LINE).where(QUOTE_DRAFT_LINE.c.order_id.in_(order_ids)),
        answers.where(CHECK_ANSWER.c.checkpoint_id.in_(typed)).values(answer="—"),
        answers.values(note="", evidence=_without_photo()),
        sa.update(MESSAGE).where(told).values(recipient="", subject="", body="", last_text="", provider_id=""),
        sa.update(MESSAGE_ATTEMPT).where(MESSAGE_ATTEMPT.c.message_id.in_(messages)).values(text="", provider_id=""),
        sa.update(CALL_ATTEMPT).where(CALL_ATTEMPT.c.message_id.in_(messages)).values(note=""),
    )
    session.flush()
    for statement in statements:
        changed += int(getattr(session.connection().execute(statement), "rowcount", 0))
    changed += _journal(session, party_id)
    session.expire_all()
    return changed


def _journal(session: Session, party_id: int | None) -> int:
    """What was noted of messages to a person that were about none of his orders."""
    noted = sa.select(STAFF_EVENT.c.id, STAFF_EVENT.c.detail).where(STAFF_EVENT.c.event.startswith("message_"))
    changed = 0
    for event_id, detail in session.execute(noted).all() if party_id is not None else ():
        if detail.get("party") == party_id and "reason" in detail:
            kept = {key: value for key, value in detail.items() if key != "reason"}
            session.connection().execute(sa.update(STAFF_EVENT).where(STAFF_EVENT.c.id == event_id).values(detail=kept))
            changed += 1
    return changed


def _without_photo() -> sa.Case[str]:
    """A photo is to be deleted once this is committed; the name of another file says nothing any more."""
    evidence = CHECK_ANSWER.c.evidence
    photo = sa.literal(_DUE, sa.String) + evidence
    return sa.case((evidence.startswith(f"{FOLDER}/"), photo), (evidence.startswith(ERASED), evidence), else_="")


def photos_to_delete(session: Session) -> dict[str, bool]:
    """The photos of persons who were erased that are still to be deleted, from the data folder on; whether the answer
    of somebody else names the same one."""
    erased = sa.select(ORDER.c.id).join(PARTY, PARTY.c.id == ORDER.c.party_id)
    due = sa.select(CHECK_ANSWER.c.evidence).where(
        CHECK_ANSWER.c.order_id.in_(erased.where(PARTY.c.anonymised_at.is_not(None))),
        CHECK_ANSWER.c.evidence.startswith(_DUE),
    )
    names = {str(evidence).removeprefix(_DUE) for evidence in session.execute(due).scalars()}
    others = sa.select(CHECK_ANSWER.c.evidence).where(CHECK_ANSWER.c.evidence.in_(names))
    named = set(session.execute(others).scalars()) if names else set()
    return {name: name in named for name in sorted(names)}


def note_photos_deleted(session: Session, names: Collection[str]) -> None:
    """Have the rows of these photos say that they were erased."""
    due = [f"{_DUE}{name}" for name in names]
    session.connection().execute(
        sa.update(CHECK_ANSWER).where(CHECK_ANSWER.c.evidence.in_(due)).values(evidence=ERASED)
    )
    session.expire_all()


def evidence_shown(stored: str, language: str = "") -> str:
    """What an answer rests on, as people read it."""
    erased = stored == ERASED or stored.startswith(_DUE)
    return translate(_PHOTO_ERASED, language or language_now()) if erased else stored


def clear_message_texts(session: Session, message_ids: Collection[int]) -> int:
    """Take out of these messages what they said, and what the other side answered; who was told of what, by which way
    and how it ended stays. How many still said something."""
    if not message_ids:
        return 0
    chosen = MESSAGE.c.id.in_(message_ids) & ((MESSAGE.c.body != "") | (MESSAGE.c.subject != ""))
    emptied = sa.update(MESSAGE).where(chosen).values(subject="", body="", last_text="")
    tries = sa.update(MESSAGE_ATTEMPT).where(MESSAGE_ATTEMPT.c.message_id.in_(message_ids)).values(text="")
    calls = sa.update(CALL_ATTEMPT).where(CALL_ATTEMPT.c.message_id.in_(message_ids)).values(note="")
    session.flush()
    cleared = int(getattr(session.connection().execute(emptied), "rowcount", 0))
    if cleared:
        session.connection().execute(tries)
        session.connection().execute(calls)
    session.expire_all()
    return cleared


def _events(session: Session, order_ids: Collection[int], code: str) -> int:
    chosen = sa.select(ORDER_EVENT.c.id, ORDER_EVENT.c.detail, ORDER_EVENT.c.before).where(
        ORDER_EVENT.c.order_id.in_(order_ids)
    )
    changed = 0
    for event_id, detail, before in session.execute(chosen).all():
        kept = {key: code if key in _NAMES else value for key, value in detail.items() if key not in _WORDS}
        if kept != detail or before:
            changing = sa.update(ORDER_EVENT).where(ORDER_EVENT.c.id == event_id)
            session.connection().execute(changing.values(detail=kept, before={}))
            changed += 1
    return changed
