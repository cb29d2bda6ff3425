"""Pictures of pages as SVG, for the documentation: what the terminal would show, without a terminal."""

from __future__ import annotations

import re
from io import StringIO

from convisav_tui.screens.theme import Theme
from convisav_tui.screens.widgets.painting import Page

_REMOTE_FONT = re.compile(r"@font-face \{[^}]*\}\s*")


def svg(page: Page, width: int, title: str, theme: Theme | None = None) -> str:
    """The page of `Desk.page(width, height)` as an SVG text; looking at it asks no other machine for a font."""
    from rich.console import Console
    from rich.segment import Segment, Segments

    look = theme or Theme()
    console = Console(
        file=StringIO(), record=True, width=width, force_terminal=True, color_system="standard", no_color=False
    )
    for row in page.rows:
        segments = [Segment(look.show(text), look.style(role)) for text, role in row]
        console.print(Segments([*segments, Segment.line()]), end="")
    return _REMOTE_FONT.sub("", console.export_svg(title=title))
