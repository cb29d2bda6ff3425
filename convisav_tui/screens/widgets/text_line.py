"""Editing one line of text: what each key does to the text, and which part of it is seen."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.painting import cells, clean

LONGEST = 10_000


class TextLine:
    """A line of text with a cursor (an index into the text); moves by whole graphemes, scrolls sideways."""

    def __init__(self, text: str = "", *, secret: bool = False, longest: int = LONGEST) -> None:
        self.text = text
        self.cursor = len(text)
        self.secret = secret
        self.longest = longest
        self._first = 0

    def set(self, text: str) -> None:
        """Replace the text; the cursor goes to its end."""
        self.text, self.cursor, self._first = text, len(text), 0

    def insert(self, text: str) -> bool:
        """Put `text` at the cursor as far as it fits; whether anything was put."""
        fits = text[: max(0, self.longest - len(self.text))]
        self.text = self.text[: self.cursor] + fits + self.text[self.cursor :]
        self.cursor += len(fits)
        return bool(fits)

    def key(self, key: Key) -> bool:
        """Edit or move; True if the key was an editing key (even if it changed nothing, as Home at the start)."""
        if key.types and not key.name.startswith(("ctrl+", "alt+")):
            self.insert(key.character)
            return True
        return self._move(key.name) or self._erase(key.name)

    def _move(self, name: str) -> bool:
        moves: dict[str, Callable[[], int]] = {
            "left": self._before,
            "right": self._after,
            "home": self._start,
            "end": self._end,
            "ctrl+left": self._word_before,
            "ctrl+right": self._word_after,
            "alt+left": self._word_before,
            "alt+right": self._word_after,
        }
        if name not in moves:
            return False
        self.cursor = moves[name]()
        return True

    def _erase(self, name: str) -> bool:
        spans: dict[str, Callable[[], tuple[int, int]]] = {
            "backspace": lambda: (self._before(), self.cursor),
            "delete": lambda: (self.cursor, self._after()),
            "ctrl+u": lambda: (0, self.cursor),
            "ctrl+k": lambda: (self.cursor, len(self.text)),
            "ctrl+w": lambda: (self._word_before(), self.cursor),
        }
        if name not in spans:
            return False
        start, end = spans[name]()
        self.text = self.text[:start] + self.text[end:]
        self.cursor = start
        return True

    def _start(self) -> int:
        return 0

    def _end(self) -> int:
        return len(self.text)

    def _before(self) -> int:
        index = max(0, self.cursor - 1)
        while index > 0 and joins(self.text, index):
            index -= 1
        return index

    def _after(self) -> int:
        index = min(len(self.text), self.cursor + 1)
        while index < len(self.text) and joins(self.text, index):
            index += 1
        return index

    def _word_before(self) -> int:
        head = self.text[: self.cursor].rstrip()
        return head.rfind(" ") + 1

    def _word_after(self) -> int:
        tail = self.text[self.cursor :]
        word = tail.lstrip()
        skipped = len(tail) - len(word)
        space = word.find(" ")
        return len(self.text) if space < 0 else self.cursor + skipped + space

    def render(self, width: int) -> tuple[str, int]:
        """What is seen in `width` cells, filled with spaces, and the column of the cursor in it."""
        shown = "•" * len(self.text) if self.secret else self.text
        if shown.isascii() and shown.isprintable() and len(shown) < width:
            self._first = 0
            return shown.ljust(width), self.cursor
        return self._window(shown, width)

    def _window(self, shown: str, width: int) -> tuple[str, int]:
        first = min(self._first, self.cursor)
        while cells(clean(shown[first : self.cursor])) >= width:
            first += 1
        while first > 0 and cells(clean(shown[first - 1 :])) < width:
            first -= 1
        self._first = first
        before = clean(shown[first : self.cursor])
        seen, used = before, cells(before)
        for character in clean(shown[self.cursor :]):
            size = cells(character)
            if used + size > width:
                break
            seen, used = seen + character, used + size
        return seen + " " * (width - used), cells(before)


def joins(text: str, index: int) -> bool:
    """Whether the character at `index` belongs to the grapheme before it."""
    character = text[index]
    if unicodedata.combining(character) or character in "\u200d\ufe0e\ufe0f":
        return True
    return text[index - 1] == "\u200d" or 0x1F3FB <= ord(character) <= 0x1F3FF
