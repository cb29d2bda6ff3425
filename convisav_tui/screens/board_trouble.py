"""What the board shows while the database cannot be opened."""

from __future__ import annotations

from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role, Row, Span, wrap


def trouble_rows(trouble: str, width: int) -> list[Row]:
    """Why there is nothing to show, and what can be done here and now."""
    rows: list[Row] = [[], [Span("  " + _("The orders cannot be shown."), Role.HEADING)], []]
    rows += [[Span("  " + line, Role.ERROR)] for line in wrap(trouble, width - 4)]
    help_ = (
        _("Enter tries again."),
        _("Ctrl+X leaves the program; “convisav doctor” then says what is wrong on this machine."),
    )
    rows += [[], *([Span("  " + line)] for text in help_ for line in wrap(text, width - 4))]
    return rows
