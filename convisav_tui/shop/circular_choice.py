"""Which parts of its catalogue the shop says to be on the list of the circular economy, or not to be (FR-P1).

The country's list knows parts by words of their names only; who knows the part says so on its card. The choices are one
setting, by the id of the part: most parts have none.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping

from sqlmodel import Session

from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.store.models import Setting

KEY = "circular_parts"


class CircularDuty(enum.StrEnum):
    """Whether a used one must be offered in place of this part; where nothing is chosen the country's list says it."""

    ALWAYS = "always"
    NEVER = "never"


def duty_of(session: Session, part_id: int | None) -> CircularDuty | None:
    """What the shop chose for a part, None where it chose nothing."""
    chosen = shop_setting(session, KEY)
    word = chosen.get(str(part_id)) if isinstance(chosen, Mapping) else None
    return CircularDuty(word) if word in tuple(CircularDuty) else None


def choose_duty(session: Session, part_id: int, duty: CircularDuty | None) -> None:
    """Keep the choice for a part; None leaves it to the country's list."""
    row = session.get(Setting, KEY)
    chosen = dict(row.value) if row is not None and isinstance(row.value, Mapping) else {}
    if chosen.get(str(part_id)) == duty:
        return
    chosen.pop(str(part_id), None)
    keep_setting(session, KEY, chosen | ({str(part_id): duty.value} if duty is not None else {}) or None)
