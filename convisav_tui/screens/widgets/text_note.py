"""Editing a text of several lines in a box: wrapped at spaces, scrolled up and down, for faults of 3,000 characters."""

from __future__ import annotations

from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.painting import cells, clean
from convisav_tui.screens.widgets.text_line import TextLine


class TextNote(TextLine):
    """As `TextLine`, with line ends in the text (Alt+Enter types one) and ↑ ↓ between the rows it is wrapped into."""

    def __init__(self, text: str = "", *, longest: int = 20_000) -> None:
        super().__init__(text, longest=longest)
        self._width = 40
        self._top = 0

    def key(self, key: Key) -> bool:
        """Edit or move; False for ↑ in the first and ↓ in the last row, which leave the box."""
        if key.name == "alt+enter":
            self.insert("\n")
            return True
        if key.name in ("up", "down"):
            return self._vertical(1 if key.name == "down" else -1)
        if key.name in ("home", "end"):
            start, end = self._ranges()[self._row()]
            self.cursor = start if key.name == "home" else end
            return True
        return super().key(key)

    def box(self, width: int, height: int) -> tuple[list[str], int, int]:
        """`height` rows of exactly `width` cells, and the column and row of the cursor in them."""
        self._width = max(1, width - 1)
        ranges = self._ranges()
        row = self._row()
        self._top = max(min(self._top, row), row - height + 1, 0)
        shown = [clean(self.text[start:end]) for start, end in ranges[self._top : self._top + height]]
        shown += [""] * (height - len(shown))
        column = cells(clean(self.text[ranges[row][0] : self.cursor]))
        return [line + " " * max(0, width - cells(line)) for line in shown], min(column, width - 1), row - self._top

    def _vertical(self, step: int) -> bool:
        ranges, row = self._ranges(), self._row()
        if not 0 <= row + step < len(ranges):
            return False
        start, end = ranges[row + step]
        self.cursor = min(end, start + self.cursor - ranges[row][0])
        return True

    def _row(self) -> int:
        ranges = self._ranges()
        return max((index for index, (start, _end) in enumerate(ranges) if start <= self.cursor), default=0)

    def _ranges(self) -> list[tuple[int, int]]:
        return wrapped_ranges(self.text, self._width)


def wrapped_ranges(text: str, width: int) -> list[tuple[int, int]]:
    """The text cut into rows of at most `width` cells, each as (start, end) indexes; line ends and the space at a
    break are left out."""
    ranges: list[tuple[int, int]] = []
    start = 0
    for line in text.split("\n"):
        ranges.extend(_line_ranges(line, start, width))
        start += len(line) + 1
    return ranges


def _line_ranges(line: str, offset: int, width: int) -> list[tuple[int, int]]:
    ranges: list[tuple[int, int]] = []
    start = 0
    while True:
        end = _fitting(line, start, width)
        if end == len(line):
            return [*ranges, (offset + start, offset + end)]
        space = line.rfind(" ", start, end + 1)
        if space > start:
            ranges.append((offset + start, offset + space))
            start = space + 1
        else:
            ranges.append((offset + start, offset + end))
            start = end


def _fitting(line: str, start: int, width: int) -> int:
    """The end of the longest piece from `start` that fits."""
    piece = line[start : start + width]
    if piece.isascii():
        return start + len(piece)
    used, end = 0, start
    while end < len(line):
        used += cells(clean(line[end]))
        if used > width:
            break
        end += 1
    return max(end, start + 1)
