"""The one place where rows that never change lose what names a person: by column and key, nothing else (rules.md 4.4).

What happened, when, by whom of the staff and between which states stays: a log replayed before and after gives the
same. Frozen documents (papers, print jobs, quotes) are not touched here.
"""

from __future__ import annotations

from collections.abc import Collection

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.tables import (
    CALL_ATTEMPT,
    CUSTODY_EVENT,
    MESSAGE,
    MESSAGE_ATTEMPT,
    ORDER_EVENT,
    QUOTE,
    QUOTE_DECISION,
)

# What an event may say of a person: who he was becomes his code, his and our words about him go.
_NAMES = frozenset({"taken_by", "decided_by", "signed_by"})
_WORDS = frozenset({"note", "reason", "work", "release_reason"})


def erase_from_logs(session: Session, order_ids: Collection[int], code: str) -> int:
    """Take names and free words out of the events, custody, answers to quotes and messages of these orders; `code`
    stands where somebody had to be named. How many rows were changed."""
    if not order_ids:
        return 0
    changed = _events(session, order_ids, code)
    quotes = sa.select(QUOTE.c.id).where(QUOTE.c.order_id.in_(order_ids))
    messages = sa.select(MESSAGE.c.id).where(MESSAGE.c.order_id.in_(order_ids))
    statements = (
        sa.update(CUSTODY_EVENT).where(CUSTODY_EVENT.c.order_id.in_(order_ids)).values(note=""),
        sa.update(QUOTE_DECISION).where(QUOTE_DECISION.c.quote_id.in_(quotes)).values(decided_by=code, reason=""),
        sa.update(MESSAGE)
        .where(MESSAGE.c.order_id.in_(order_ids))
        .values(recipient="", subject="", body="", last_text="", provider_id=""),
        sa.update(MESSAGE_ATTEMPT).where(MESSAGE_ATTEMPT.c.message_id.in_(messages)).values(text="", provider_id=""),
        sa.update(CALL_ATTEMPT).where(CALL_ATTEMPT.c.message_id.in_(messages)).values(note=""),
    )
    session.flush()
    for statement in statements:
        changed += int(getattr(session.connection().execute(statement), "rowcount", 0))
    session.expire_all()
    return changed


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
