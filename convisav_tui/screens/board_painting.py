"""How the board looks: the box, the lists with their counts, the rule, what the title bar warns of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.keys import label
from convisav_tui.screens.widgets.painting import Role, Row, Span, pad, side_by_side
from convisav_tui.screens.widgets.text_line import TextLine
from convisav_tui.store.board import ListSpec

LISTS_WIDTH = 22
NARROW = 70  # below this width the lists are named in one row
_WARNING_LISTS = ("late", "to_call", "to_notify", "out_late")
_PROMPT = " ⌕ "


def box_row(box: TextLine, in_box: bool, spec: ListSpec, count: int, width: int) -> tuple[Row, int]:
    """The scan-first box, and the column of the cursor in it; on a narrow screen also the name of the list."""
    right = "F3 "
    if width < NARROW:
        right = f"{_(spec.label)} {count}  {right}"
    if not box.text and not in_box:
        shown, role, x = _("number, name, phone, serial, scan…"), Role.DIM, 0
    else:
        shown, x = box.render(max(8, min(50, width - len(_PROMPT) - len(right) - 1)))
        role = Role.FIELD_FOCUS
    row = side_by_side([Span(_PROMPT, Role.KEY), Span(shown, role)], [Span(right, Role.DIM)], width)
    return row, len(_PROMPT) + x


def list_rows(
    lists: Sequence[ListSpec], chosen: ListSpec, counts: Mapping[str, int], searching: bool, height: int
) -> list[Row]:
    """The lists with their counts, as many as fit around the chosen one."""
    rows: list[Row] = [[Span("  " + _("Lists"), Role.HEADING)]]
    room, at = height - 1, list(lists).index(chosen)
    first = max(0, min(at - room + 1, len(lists) - room)) if at >= room else 0
    for spec in lists[first : first + room]:
        count = str(counts.get(spec.key, 0)) if counts else ""
        here = spec is chosen and not searching
        named = pad(_(spec.label), LISTS_WIDTH - 5 - len(count))
        text = f"{'▸' if here else ' '}{spec.digit or ' '} {named} {count} "
        rows.append([Span(text, Role.SELECTED if here else _role(spec, counts))])
    return rows


def rule(width: int, lists_width: int) -> Row:
    """The line above the detail of the order."""
    line = "─" * width if not lists_width else "─" * lists_width + "┴" + "─" * (width - lists_width - 1)
    return [Span(line, Role.RULE)]


def warnings(counts: Mapping[str, int]) -> str:
    """What the title bar tells: customers to notify, orders that are late."""
    notify, late = counts.get("to_notify", 0), counts.get("late", 0)
    parts = []
    if notify:
        parts.append(ngettext("{count} to notify", "{count} to notify", notify).format(count=notify))
    if late:
        parts.append(ngettext("{count} late", "{count} late", late).format(count=late))
    return " · ".join(parts)


def marks_hint(count: int) -> Row:
    """What the status row tells while rows are marked."""
    told = ngettext("{count} marked", "{count} marked", count).format(count=count)
    keys = (("f8", _("What to do with them")), ("*", _("Invert")), ("escape", _("Unmark")))
    row: Row = [Span(f" {told} ", Role.MARKED)]
    return row + [p for key, text in keys for p in (Span(f" {label(key)}", Role.KEY), Span(f" {text} ", Role.DIM))]


def _role(spec: ListSpec, counts: Mapping[str, int]) -> Role:
    if spec.key in _WARNING_LISTS and counts.get(spec.key):
        return Role.WARNING
    return Role.NORMAL if counts.get(spec.key) else Role.DIM
