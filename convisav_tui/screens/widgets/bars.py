"""The rows that every screen has: title bar, status row, key bar."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from convisav_tui.i18n import _
from convisav_tui.screens.actions import Action, shown_key
from convisav_tui.screens.keys import label
from convisav_tui.screens.widgets.painting import Role, Row, Span, cells, clean, cut, pad, side_by_side

WORDS_WIDTH = 24


def title_bar(left: str, right: str, width: int, alarm: str = "") -> Row:
    """The top row: where we are at the left, counts, name and time at the right; an alarm before all of it."""
    if alarm:
        shown = f" {cut(clean(alarm), width - 2)} "
        return [Span(shown, Role.ERROR), *title_bar(left, right, width - cells(shown))]
    after = cut(clean(right), max(width // 2, width - cells(clean(left)) - 4))
    before = pad(" " + left, width - cells(after) - 1)
    return [Span(before + after + " ", Role.TITLE)]


def status_row(text: str, role: Role, hint: Row, width: int) -> Row:
    """The row above the key bar: what was last said, else the view's hint, as many of its keys as fit."""
    return side_by_side([Span(" " + text, role)] if text else whole_keys(hint, width), [], width)


def keys_hint(keys: Iterable[tuple[str, str]]) -> Row:
    """A hint of keys, as they are shown, and what each does; the most useful first."""
    return [span for key, text in keys for span in (Span(f" {key}", Role.KEY), Span(f" {text} ", Role.DIM))]


def whole_keys(hint: Row, width: int) -> Row:
    """The keys of a hint that fit with their words; one that does not leaves its room to the next."""
    if len(hint) < 3 or any(span.role is not (Role.DIM if place % 2 else Role.KEY) for place, span in enumerate(hint)):
        return hint
    shown: Row = []
    for key, words in zip(hint[::2], hint[1::2], strict=True):
        size = cells(key.text) + cells(words.text)
        if size <= width:
            shown, width = [*shown, key, words], width - size
    return shown


def key_bar(actions: Iterable[Action], typing: bool, width: int) -> Row:
    """The bottom row: the keys that work now, as many as fit, most useful first; help is always among them."""
    row: Row = []
    left = width
    entries = [entry for action in actions if (entry := _entry(action, typing))]
    last = next((entry for entry in entries if entry[0] == label("f1")), None)
    room_for_help = _size(last) if last else 0
    for entry in entries:
        room = left if entry is last else left - room_for_help
        if _size(entry) > room:
            continue
        if entry is last:
            room_for_help = 0
        left -= _size(entry)
        row += [Span(f" {entry[0]}", Role.KEY), Span(f" {entry[1]} ", Role.DIM)]
    return row


def fewest(actions: Sequence[Action]) -> list[Action]:
    """For the key bar on a thin line: the two most useful ones, and help, which lists the others."""
    return [*actions[:2], *(action for action in actions[2:] if action.id == "help")]


def needful(hint: Row) -> Row:
    """A hint on a thin line: what is wrong stays, what the keys do goes."""
    return [span for span in hint if span.role in (Role.WARNING, Role.ERROR)]


def _entry(action: Action, typing: bool) -> tuple[str, str] | None:
    key = shown_key(action, typing)
    return (label(key), cut(_(action.label), WORDS_WIDTH)) if key else None


def _size(entry: tuple[str, str]) -> int:
    return cells(entry[0]) + cells(entry[1]) + 3
