"""Facts of an open section of a sheet: a label, and a text wrapped under itself."""

from __future__ import annotations

from collections.abc import Sequence

from convisav_tui.screens.widgets.painting import Role, Row, Span, wrap

INDENT = 4
LABEL_WIDTH = 16
Facts = Sequence[tuple[str, str]]


def fact_rows(facts: Facts, width: int) -> list[Row]:
    """Label and text, long texts wrapped under themselves."""
    rows: list[Row] = []
    for label, text in facts:
        if not text:
            continue
        lines = wrap(text, max(10, width - INDENT - LABEL_WIDTH - 1))
        for index, line in enumerate(lines):
            shown = label.ljust(LABEL_WIDTH) if index == 0 else " " * LABEL_WIDTH
            rows.append([Span(" " * INDENT + shown + " ", Role.LABEL), Span(line)])
    return rows
