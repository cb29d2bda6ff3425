"""What a transaction asks many times, asked of the database once: the shop's settings, the country's rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from sqlalchemy import event
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import SessionTransaction
from sqlmodel import Session

from convisav_tui.store.models import CountryRule, Setting

_PLACE = "convisav.memory"
Remembered = TypeVar("Remembered")


def remembered(session: Session, name: str, read: Callable[[], Remembered]) -> Remembered:
    """What `read` gave the first time in this transaction; it is read again once a setting or a rule was written."""
    memory: dict[str, object] = session.info.setdefault(_PLACE, {})
    if name not in memory:
        memory[name] = read()
    return cast(Remembered, memory[name])


@event.listens_for(OrmSession, "after_flush")
def _forget_what_was_written(session: OrmSession, _context: Any) -> None:
    if _PLACE in session.info:
        written = (*session.new, *session.dirty, *session.deleted)
        if any(isinstance(row, Setting | CountryRule) for row in written):
            del session.info[_PLACE]


@event.listens_for(OrmSession, "after_transaction_end")
def _forget(session: OrmSession, transaction: SessionTransaction) -> None:
    if transaction.parent is None:  # each flush is a transaction within it
        session.info.pop(_PLACE, None)
