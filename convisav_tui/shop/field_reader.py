"""Fields as they are typed: cleaned, parsed, and what is wrong with each gathered in one sentence."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Mapping
from typing import TypeVar

from convisav_tui.i18n import _, ngettext
from convisav_tui.text import clean_line, clean_text

TICKED = "x"

Value = TypeVar("Value")
Choice = TypeVar("Choice", bound=enum.StrEnum)


class FieldReader:
    """Reads the fields of `raw` one after the other; `errors` holds a sentence for each that cannot be accepted."""

    def __init__(self, raw: Mapping[str, str]) -> None:
        self.raw = raw
        self.errors: dict[str, str] = {}

    def typed(self, key: str) -> str:
        """What was typed in a field, on one line."""
        return clean_line(self.raw.get(key) or "")

    def read(self, key: str, parse: Callable[[str], Value]) -> Value | None:
        """The field parsed; None when it is empty or wrong."""
        typed = self.typed(key)
        if not typed:
            return None
        try:
            return parse(typed)
        except ValueError as error:
            self.errors[key] = str(error)
            return None

    def line(self, key: str, limit: int) -> str:
        """A text of one line: pasted newlines become spaces."""
        return self.limited(key, self.typed(key), limit)

    def text(self, key: str, limit: int) -> str:
        """A text of several lines, kept as it is."""
        return self.limited(key, clean_text(self.raw.get(key) or ""), limit)

    def limited(self, key: str, value: str, limit: int) -> str:
        """The text, if it is not too long."""
        if len(value) > limit:
            sentence = ngettext("{limit} character at most", "{limit} characters at most", limit)
            self.errors[key] = sentence.format(limit=limit)
            return ""
        return value

    def choice(self, key: str, values: type[Choice], allowed: tuple[Choice, ...] | None = None) -> Choice | None:
        """One of the words of an enum; None when nothing was chosen."""
        typed = self.typed(key)
        if not typed:
            return None
        found = next((value for value in (allowed or values) if value.value == typed), None)
        if found is None:
            self.errors[key] = _("Choose one of the values of the list")
        return found

    def ticked(self, key: str) -> bool:
        """Whether a box is ticked."""
        typed = self.typed(key)
        if typed not in ("", TICKED):
            self.errors[key] = _("Tick with x or leave empty")
        return typed == TICKED

    def row(self, key: str, sentence: str) -> int | None:
        """The id of a row chosen from suggestions."""
        typed = self.typed(key)
        if not typed:
            return None
        if not re.fullmatch("[0-9]{1,18}", typed):
            self.errors[key] = sentence
            return None
        return int(typed)
