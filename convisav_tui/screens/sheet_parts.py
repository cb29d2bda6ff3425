"""The section of a sheet that tells of the parts: which, where they are, which were fitted."""

from __future__ import annotations

from collections import Counter as Tally
from typing import TYPE_CHECKING

from convisav_tui import part_words, words
from convisav_tui.i18n import _, format_day
from convisav_tui.screens.widgets.painting import Role, Row, Span, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.sheet import Sheet
    from convisav_tui.store.queries.stock import NeedFacts

INDENT = 4
_MISSING = ("to_order", "ordered", "backordered", "received")


def parts_summary(sheet: Sheet, counter: Counter) -> str:
    """How many are in which state: "1 reserved · 1 ordered"."""
    tally = Tally(need.state for need in sheet.needs if need.state != "cancelled")
    told = (f"{count} {words.word(part_words.NEED_STATES, state)}" for state, count in tally.items())
    return " · ".join(told) or _("no part")


def parts_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    """A row a part."""
    rows: list[Row] = []
    for need in sheet.needs:
        role = Role.WARNING if need.state in _MISSING else Role.NORMAL
        rows += [[Span(" " * INDENT + line, role)] for line in wrap(_told(need), max(10, width - INDENT))]
    return rows or [[Span(" " * INDENT + _("no part"), Role.DIM)]]


def _told(need: NeedFacts) -> str:
    from convisav_tui.shop.stock import shown

    waits = need.state in _MISSING
    day = format_day(need.expected_on) if waits and need.expected_on is not None else ""
    old = ""
    if need.removed_given_back is not None:
        old = _("old part given back") if need.removed_given_back else _("old part left to the shop")
    facts = (
        f"{shown(need.quantity)} × {need.code} {need.name}",
        words.word(part_words.NEED_STATES, need.state),
        need.supplier_order if waits else "",
        day,
        need.place,
        need.serial,
        old,
    )
    return "  ".join(fact for fact in facts if fact)
