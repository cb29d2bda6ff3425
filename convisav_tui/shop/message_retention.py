"""What old messages said goes after its term; who was told of what, when and how stays (rules.md 4.3)."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.clock import local
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.store.erasing import clear_message_texts
from convisav_tui.store.tables import MESSAGE

RULE = "retention.message_years"
USUAL_YEARS = 1
REACHED = "message_texts_cleared_to"  # setting: up to this id nothing is left to be cleared
AT_ONCE = 500
_OVER = ("sent", "called", "posted", "cancelled")


def clear_old_texts(session: Session, shop: ShopContext, now: datetime, limit: int = AT_ONCE) -> int:
    """Clear what messages said that are older than the country's term, and what was answered, once nobody waits for any
    more; how many. Called again and again by the worker: each call reads on where the last one stopped."""
    years = rules_in_force(session, shop.country).number(RULE, shop.today()) or USUAL_YEARS
    day = add_months(local(now, shop.timezone).date(), -12 * years)
    before = datetime.combine(day, datetime.min.time(), now.tzinfo)
    reached = shop_setting(session, REACHED)
    start = reached if isinstance(reached, int) else 0
    chosen = sa.select(MESSAGE.c.id, MESSAGE.c.created_at, MESSAGE.c.state).where(MESSAGE.c.id > start)
    rows = session.connection().execute(chosen.order_by(MESSAGE.c.id).limit(limit)).all()
    old: list[int] = []
    held = False
    for message_id, created_at, state in rows:
        if created_at >= before:
            break
        over = getattr(state, "value", state) in _OVER
        held = held or not over
        if over:
            old.append(message_id)
        if not held:
            start = message_id
    cleared = clear_message_texts(session, old)
    if start != (reached or 0):
        keep_setting(session, REACHED, start)
    return cleared
