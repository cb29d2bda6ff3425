"""Where the fields of a form stand: rows of fields that flow into the width there is, with their errors below them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from convisav_tui.i18n import _
from convisav_tui.screens.widgets.form_fields import FieldSpec, FormState
from convisav_tui.screens.widgets.painting import Role, Row, Span, cells, clean, wrap

NARROWEST = 4
GAP = 1


@dataclass(slots=True)
class Placed:
    """A field on a line: its label (with the space behind it), the column of the bracket, the width inside the
    brackets."""

    spec: FieldSpec
    label: str
    x: int
    width: int


@dataclass(slots=True)
class Line:
    """Fields side by side, or an information row, or an error; `height` rows."""

    fields: list[Placed] = field(default_factory=list)
    row: Row = field(default_factory=list)
    height: int = 1


def lay_out(state: FormState, information: Sequence[tuple[int, str, Row]], label_width: int, width: int) -> list[Line]:
    """The lines of the form from the top. `information` is (after row, key, spans), shown while it has spans."""
    visible = [spec for spec in state.specs.values() if state.visible(spec.key)]
    rows = sorted({spec.row for spec in visible} | {row for row, _key, spans in information if spans})
    lines: list[Line] = []
    for row in rows:
        group = [spec for spec in visible if spec.row == row]
        for piece in _pieces(group, label_width, width):
            lines.append(_line(piece, label_width, width))
            lines.extend(_errors(lines[-1], state, label_width, width))
        lines.extend(Line(row=spans) for at, _key, spans in information if at == row and spans)
    return lines


def _label(spec: FieldSpec, first: bool, label_width: int) -> str:
    text = clean(_(spec.label))
    return " " + text.ljust(label_width) + " " if first else " " + text + " "


def _needed(spec: FieldSpec, first: bool, label_width: int) -> int:
    return cells(_label(spec, first, label_width)) + 2 + spec.width


def _pieces(group: Sequence[FieldSpec], label_width: int, width: int) -> list[list[FieldSpec]]:
    """The fields of a row, in as many lines as the width asks for."""
    pieces: list[list[FieldSpec]] = []
    used = 0
    for spec in group:
        needed = _needed(spec, False, label_width)
        if not pieces or used + needed > width:
            pieces.append([])
            used = 0
            needed = _needed(spec, True, label_width)
        pieces[-1].append(spec)
        used += needed
    return pieces


def _line(piece: Sequence[FieldSpec], label_width: int, width: int) -> Line:
    needed = sum(_needed(spec, index == 0, label_width) for index, spec in enumerate(piece))
    spare = width - needed
    shares = sum(spec.grow for spec in piece)
    x, placed = 0, []
    for index, spec in enumerate(piece):
        label = _label(spec, index == 0, label_width)
        extra = spare * spec.grow // shares if spare > 0 and shares else min(0, spare)
        inner = max(min(NARROWEST, spec.width), spec.width + extra)
        placed.append(Placed(spec, label, x + cells(label), inner))
        x += cells(label) + 2 + inner
    return Line(placed, height=max(spec.height if spec.kind == "note" else 1 for spec in piece))


def _errors(line: Line, state: FormState, label_width: int, width: int) -> list[Line]:
    """What is wrong with the fields of a line, wrapped: what to do often stands at the end of the sentence."""
    lines: list[Line] = []
    indent = label_width + 3
    for placed in line.fields:
        error = state.values[placed.spec.key].error
        pieces = wrap(error, max(20, width - indent - 2)) if error else []
        for index, piece in enumerate(pieces):
            lines.append(Line(row=[Span(" " * indent), Span(("✗ " if index == 0 else "  ") + piece, Role.ERROR)]))
    return lines
