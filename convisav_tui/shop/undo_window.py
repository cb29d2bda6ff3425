"""How long a step can be taken back, and so how long its message waits (features B7)."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session

from convisav_tui.shop.dated_rules import shop_setting

SETTING = "undo_seconds"
USUAL = timedelta(seconds=60)


def undo_window(session: Session) -> timedelta:
    """The shop's choice (setting `undo_seconds`, whole seconds), else a minute."""
    chosen = shop_setting(session, SETTING)
    if isinstance(chosen, int) and not isinstance(chosen, bool) and chosen >= 0:
        return timedelta(seconds=chosen)
    return USUAL
