"""How a form looks: fields in brackets, the part around the focus, suggestions laid over what is below or beside."""

from __future__ import annotations

from dataclasses import dataclass

from convisav_tui.screens.widgets.form_fields import Choices, FieldSpec, FormState, Suggestion
from convisav_tui.screens.widgets.form_layout import Line, Placed, lay_out
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, clean, cut, fit, overlay, pad, row_cells
from convisav_tui.screens.widgets.text_line import TextLine
from convisav_tui.screens.widgets.text_note import TextNote

PANEL_ROWS = 6
PANEL_WIDTH = 30


@dataclass(slots=True)
class Panel:
    """The suggestions on screen; -1 is none highlighted."""

    suggestions: tuple[Suggestion, ...] = ()
    highlighted: int = -1
    chosen_by_hand: bool = False

    def chosen(self) -> Suggestion | None:
        """The highlighted one."""
        return self.suggestions[self.highlighted] if 0 <= self.highlighted < len(self.suggestions) else None

    def move(self, by: int) -> bool:
        """Highlight the next or the one before; False if there are none or ↑ leaves the panel where none is
        highlighted."""
        if not self.suggestions or (by < 0 and self.highlighted < 0):
            return False
        self.highlighted = max(-1, min(len(self.suggestions) - 1, self.highlighted + by))
        self.chosen_by_hand = True
        return True

    def close(self) -> bool:
        """Esc: put the suggestions away if the person had moved among them; False if Esc means something else."""
        if not self.chosen_by_hand:
            return False
        self.suggestions, self.highlighted, self.chosen_by_hand = (), -1, False
        return True


class FormPainter:
    """Turns the state of a form into a page; keeps how far it is scrolled."""

    def __init__(self, label_width: int) -> None:
        self._label_width = label_width
        self._information: dict[str, tuple[int, Row]] = {}
        self._top = 0

    def inform(self, row: int, key: str, spans: Row) -> None:
        """See `Form.inform`."""
        self._information[key] = (row, spans)

    def page(self, state: FormState, focus: str, editor: TextLine, panel: Panel, width: int, height: int) -> Page:
        """The rows that fit around the focused field, and the cursor in it."""
        information = [(row, key, spans) for key, (row, spans) in self._information.items()]
        lines = lay_out(state, information, self._label_width, width)
        rows: list[Row] = []
        spot = (0, 0, 0)
        for line in lines:
            top = len(rows)
            painted, cursor = self._line(line, state, focus, editor, width)
            rows.extend(painted)
            if cursor is not None:
                spot = (cursor[0], top + cursor[1], top)
        self._scroll(spot[2], spot[1], len(rows), height)
        shown = rows[self._top : self._top + height]
        shown += [[] for _ in range(height - len(shown))]
        at = next((placed for line in lines for placed in line.fields if placed.spec.key == focus), None)
        if panel.suggestions and at is not None:
            lay_panel(shown, panel, at, spot[1] - self._top, width, _last_on_line(lines, at))
        return Page(shown, (min(width - 1, spot[0]), spot[1] - self._top))

    def _scroll(self, first: int, cursor: int, count: int, height: int) -> None:
        """Show the focused line, with one line more where there is one."""
        self._top = max(0, min(self._top, count - height))
        if cursor + 1 >= self._top + height and count > height:
            self._top = min(cursor + 2, count) - height
        self._top = max(0, min(self._top, first - 1 if first else 0))

    def _line(
        self, line: Line, state: FormState, focus: str, editor: TextLine, width: int
    ) -> tuple[list[Row], tuple[int, int] | None]:
        if not line.fields:
            return [line.row], None
        rows: list[Row] = [[] for _ in range(line.height)]
        cursor: tuple[int, int] | None = None
        for placed in line.fields:
            hot = placed.spec.key == focus
            texts, at = field_texts(placed, state, editor if hot else None)
            for y, row in enumerate(rows):
                row.append(Span(placed.label if y == 0 else " " * cells(placed.label), Role.LABEL))
                row.extend(_boxed(texts[y] if y < len(texts) else None, placed.width, hot))
            if hot:
                cursor = (placed.x + 1 + at[0], at[1])
        text, role = state.values[line.fields[-1].spec.key].beside
        room = width - row_cells(rows[0]) - 1
        if text and room > 3:
            rows[0] += [Span(" "), Span(cut(clean(text), room), role)]
        return rows, cursor


def _boxed(text: str | None, width: int, hot: bool) -> Row:
    if text is None:
        return [Span(" " * (width + 2))]
    return [Span("[", Role.DIM), Span(text, Role.FIELD_FOCUS if hot else Role.FIELD), Span("]", Role.DIM)]


def field_texts(placed: Placed, state: FormState, editor: TextLine | None) -> tuple[list[str], tuple[int, int]]:
    """The rows inside the brackets of a field, and the cursor in them (when an editor is given)."""
    spec, width = placed.spec, placed.width
    text = state[spec.key]
    if spec.kind == "check":
        return [pad("x" if text else " ", width)], (0, 0)
    if spec.kind == "choice":
        return [choice_text(spec, state, text, width)], (0, 0)
    if spec.kind == "note":
        note = editor if isinstance(editor, TextNote) else TextNote(text)
        if editor is None:
            note.cursor = 0
        shown, x, y = note.box(width, spec.height)
        return shown, (x, y)
    if editor is not None:
        seen, x = editor.render(width)
        return [seen], (min(x, width - 1), 0)
    return [pad("•" * len(text) if spec.kind == "secret" else text, width)], (0, 0)


def choice_text(spec: FieldSpec, state: FormState, value: str, width: int) -> str:
    """The label of the chosen value, with the sign that there are others."""
    label = next((label for known, label in state.choices(spec.key) if known == value), value)
    return pad(label, width - 1) + "▾"


def _last_on_line(lines: list[Line], at: Placed) -> bool:
    return any(line.fields and line.fields[-1] is at for line in lines)


def lay_panel(rows: list[Row], panel: Panel, at: Placed, y: int, width: int, last: bool) -> None:
    """Lay the suggestions over `rows`: beside the field if there is room to its right, else below, else above."""
    entries = list(panel.suggestions)
    right = at.x + at.width + 3
    if last and width - right >= PANEL_WIDTH:
        x, top, room = right, y, len(rows) - y
    elif len(rows) - y - 1 >= min(3, len(entries)):
        x, top, room = at.x, y + 1, len(rows) - y - 1
    else:
        room = min(PANEL_ROWS, y, len(entries))
        x, top = at.x, y - room
    count = min(PANEL_ROWS, room, len(entries))
    first = max(0, min(panel.highlighted - count + 1, len(entries) - count))
    x = max(0, min(x, width - PANEL_WIDTH))
    wide = min(width - x, max(PANEL_WIDTH, max(_entry_cells(entry) for entry in entries) + 3))
    for offset in range(count):
        index = first + offset
        row = _entry(entries[index], index == panel.highlighted, wide)
        rows[top + offset] = overlay(rows[top + offset], x, row, width)


def _entry_cells(entry: Suggestion) -> int:
    return cells(clean(entry.shown or entry.text)) + cells(clean(entry.detail)) + 2


def _entry(entry: Suggestion, hot: bool, width: int) -> Row:
    text = f"{'▸' if hot else ' '} {entry.shown or entry.text}"
    detail = cut(clean(entry.detail), max(width // 2, width - cells(clean(text)) - 3))
    main = pad(text, width - cells(detail) - 2)
    return fit([Span(f"{main} {detail} ", Role.SUGGESTION_FOCUS if hot else Role.SUGGESTION)], width)


def choices_said(choices: Choices, chosen: str) -> Row:
    """What can be chosen, the present choice among it; arrows, Space or a first letter choose."""
    at = next((index for index, (value, _label) in enumerate(choices) if value == chosen), 0)
    row: Row = [Span(" ")]
    for value, label in choices[max(0, at - 1) :]:
        row += [Span(f" {label} ", Role.SELECTED if value == chosen else Role.NORMAL), Span(" ")]
    return row
