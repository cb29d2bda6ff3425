"""The bottom row of the screen: the keys of the question that is open, else those of the view."""

from __future__ import annotations

from convisav_tui.screens.actions import find
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets import bars
from convisav_tui.screens.widgets.painting import Row
from convisav_tui.screens.widgets.prompt import Prompt


def key_row(view: View, prompt: Prompt | None, spare: bool, width: int) -> Row:
    """The keys that work now, as many as fit in `width` cells; `spare`: few of the view's, the line is thin."""
    if prompt is not None:
        return bars.whole_keys(bars.keys_hint(prompt.keys()), width)
    shown = [find(action) for action in view.actions()]
    return bars.key_bar(bars.fewest(shown) if spare else shown, view.typing, width)
