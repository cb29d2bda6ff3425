"""Writing a choice of the shop."""

from __future__ import annotations

from typing import Any

from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.store.models import Setting


def keep_setting(session: Session, key: str, value: Any) -> None:
    """Keep the shop's choice for `key`; None forgets it."""
    row = session.get(Setting, key)
    if value is None:
        if row is not None:
            session.delete(row)
    elif row is None:
        session.add(Setting(key=key, value=value, updated_at=now()))
    else:
        row.value, row.updated_at = value, now()
    session.flush()
