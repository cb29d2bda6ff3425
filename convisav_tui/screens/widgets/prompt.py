"""One-line questions in the status row: yes or no, a line of text, one of a few choices. Never a window over the
screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from convisav_tui.i18n import _
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, clean, cut, pad
from convisav_tui.screens.widgets.text_line import TextLine


class Prompt:
    """A question; `key` returns whether it is answered or left. The answer goes to the callback given at
    construction."""

    typing: bool = False
    """Whether letters are typed into a text."""

    def is_command(self, key: Key) -> bool:
        """Whether this letter answers at once, so that it waits to see whether it begins a scan."""
        return not self.typing

    def render(self, width: int, height: int) -> Page:
        """At most `height` rows, shown at the bottom of the body; the cursor is relative to them."""
        raise NotImplementedError

    def key(self, key: Key) -> bool:
        """Handle a key; True when the prompt is over."""
        raise NotImplementedError

    def keys(self) -> Sequence[tuple[str, str]]:
        """The keys that answer, as they are shown, and what each does: the key bar has them while it asks."""
        return ()

    def answer(self) -> None:
        """Called once after `key` returned True, when the prompt is already gone: tells whoever asked."""

    def pasted(self, text: str) -> None:
        """A paste; ignored where nothing is typed."""


class YesNo(Prompt):
    """A question answered by the first letter of yes or no in the language spoken, Enter for the default, Esc for
    no."""

    def __init__(
        self, question: str, yes: Callable[[], None], no: Callable[[], None] | None = None, *, default: bool = True
    ) -> None:
        self.question = question
        self.default = default
        self._yes, self._no = yes, no
        self._said: bool | None = None

    def render(self, width: int, height: int) -> Page:
        letters = f" [{self._letter(True)}/{self._letter(False)}] "
        asked = cut(clean(self.question), max(0, width - cells(letters) - 1))
        row: Row = [Span(" " + asked, Role.WARNING), Span(letters, Role.KEY)]
        return Page([row], (min(width - 1, 1 + cells(asked) + cells(letters)), 0))

    def key(self, key: Key) -> bool:
        letter = key.character.casefold()
        if key.name == "enter":
            self._said = self.default
        elif key.name == "escape" or letter == _("no")[0].casefold():
            self._said = False
        elif letter == _("yes")[0].casefold():
            self._said = True
        return self._said is not None

    def keys(self) -> Sequence[tuple[str, str]]:
        return [(self._answering(True), _("yes")), (self._answering(False), _("no"))]

    def answer(self) -> None:
        if self._said:
            self._yes()
        elif self._no is not None:
            self._no()

    def _answering(self, yes: bool) -> str:
        keys = [self._letter(yes).lower()]
        keys += [label("enter")] if yes is self.default else []
        keys += [] if yes else [label("escape")]
        return " ".join(keys)

    def _letter(self, yes: bool) -> str:
        letter = (_("yes") if yes else _("no"))[0]
        return letter.upper() if yes == self.default else letter.lower()


class TextPrompt(Prompt):
    """Asks for one line of text; Enter gives it, Esc leaves without an answer."""

    typing = True

    def __init__(
        self,
        question: str,
        done: Callable[[str], None],
        left: Callable[[], None] | None = None,
        *,
        initial: str = "",
        secret: bool = False,
    ) -> None:
        self.question = question
        self.line = TextLine(initial, secret=secret)
        self._done, self._left = done, left
        self._given = False

    def render(self, width: int, height: int) -> Page:
        asked = cut(clean(self.question), width // 2)
        start = cells(asked) + 2
        shown, x = self.line.render(max(1, width - start - 1))
        return Page([[Span(f" {asked} ", Role.WARNING), Span(shown, Role.FIELD_FOCUS)]], (start + x, 0))

    def key(self, key: Key) -> bool:
        if key.name == "escape":
            return True
        if key.name == "enter":
            self._given = True
            return True
        self.line.key(key)
        return False

    def keys(self) -> Sequence[tuple[str, str]]:
        return [(label("enter"), _("Confirm")), (label("escape"), _("Leave it"))]

    def pasted(self, text: str) -> None:
        self.line.insert(" ".join(text.split()))

    def answer(self) -> None:
        if self._given:
            self._done(self.line.text)
        elif self._left is not None:
            self._left()


class ChoicePrompt(Prompt):
    """One of a few choices, one a row; arrows or the digit in front choose, Enter takes, Esc leaves."""

    def __init__(
        self,
        question: str,
        choices: Sequence[tuple[str, str]],
        done: Callable[[str], None],
        left: Callable[[], None] | None = None,
        *,
        current: str = "",
    ) -> None:
        self.question = question
        self.choices = list(choices)
        self.cursor = next((i for i, (value, _label) in enumerate(self.choices) if value == current), 0)
        self._done, self._left = done, left
        self._taken: str | None = None

    def render(self, width: int, height: int) -> Page:
        room = max(1, min(height - 1, len(self.choices)))
        top = max(0, min(self.cursor - room // 2, len(self.choices) - room))
        rows: list[Row] = [[Span(" " + self.question, Role.WARNING)]]
        wide = min(width, 6 + max(cells(clean(label)) for _value, label in self.choices)) if self.choices else 0
        for index in range(top, min(top + room, len(self.choices))):
            hot = index == self.cursor
            number = f"{(index + 1) % 10} " if index < 10 else "  "
            text = f" {'▸' if hot else ' '}{number}{self.choices[index][1]}"
            rows.append([Span(pad(text, wide), Role.SUGGESTION_FOCUS if hot else Role.SUGGESTION)])
        return Page(rows, (1, 1 + self.cursor - top))

    def key(self, key: Key) -> bool:
        if key.name == "escape":
            return True
        if key.name == "enter" and self.choices:
            self._taken = self.choices[self.cursor][0]
            return True
        if key.name in ("down", "up", "tab", "shift+tab"):
            step = 1 if key.name in ("down", "tab") else -1
            self.cursor = (self.cursor + step) % max(1, len(self.choices))
        elif key.character.isdigit():
            index = (int(key.character) - 1) % 10
            if index < len(self.choices):
                self._taken = self.choices[index][0]
                return True
        return False

    def keys(self) -> Sequence[tuple[str, str]]:
        most = min(len(self.choices), 9)
        at_once = [(f"1-{most}" if most > 1 else "1", _("Take it"))] if most else []
        choose = [(label("up") + label("down"), _("Choose"))] if most > 1 else []
        return [(label("enter"), _("Confirm")), *at_once, *choose, (label("escape"), _("Leave it"))]

    def answer(self) -> None:
        if self._taken is not None:
            self._done(self._taken)
        elif self._left is not None:
            self._left()
