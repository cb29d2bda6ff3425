"""The form engine: moves through fields described by data, edits them, offers suggestions. It returns raw texts;
parsing is the shop's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from convisav_tui.i18n import _
from convisav_tui.screens.actions import EDITING_CHORDS, FORBIDDEN_CHORDS, RegistryError
from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec, FormState, Suggestion, Value
from convisav_tui.screens.widgets.form_painting import FormPainter, Panel
from convisav_tui.screens.widgets.painting import Page, Role, Row
from convisav_tui.screens.widgets.text_line import TextLine
from convisav_tui.screens.widgets.text_note import TextNote
from convisav_tui.text import fold, is_typed


@dataclass(frozen=True, slots=True)
class Marked:
    """Where the form was before a burst: the focus and its text."""

    focus: str
    value: Value
    cursor: int
    suggestions: tuple[Suggestion, ...]
    highlighted: int


class Form:
    """A form of fields. Keys go in by `key`, pages come out of `render`, texts out of `state`.

    `on_change(key)` after a person changed a field (typed, cycled, picked), `on_pick(key, suggestion)` after a
    suggestion was
    picked, `on_focus(key)` when a field is reached, `on_end()` when Enter finds no further field to fill in.
    """

    def __init__(
        self,
        specs: Sequence[FieldSpec],
        *,
        label_width: int = 10,
        on_change: Callable[[str], None] | None = None,
        on_pick: Callable[[str, Suggestion], None] | None = None,
        on_focus: Callable[[str], None] | None = None,
        on_end: Callable[[], None] | None = None,
    ) -> None:
        _check_chords(specs)
        self.state = FormState.of(specs)
        self.focus = specs[0].key
        self._on_change, self._on_pick, self._on_focus, self._on_end = on_change, on_pick, on_focus, on_end
        self._panel = Panel()
        self._expected: tuple[str, str] | None = None
        self._fresh = True
        self._painter = FormPainter(label_width)
        self._editor = self._new_editor()

    # --- what the view uses ---------------------------------------------------------------------------------------

    @property
    def spec(self) -> FieldSpec:
        """The field that has the focus."""
        return self.state.specs[self.focus]

    def render(self, width: int, height: int) -> Page:
        """The part of the form around the focus, with the suggestions over it."""
        self._settle()
        return self._painter.page(self.state, self.focus, self._editor, self._panel, width, height)

    def inform(self, row: int, key: str, spans: Row) -> None:
        """Show a row of information after the fields of `row`; empty spans take it away."""
        self._painter.inform(row, key, spans)

    def beside(self, key: str, text: str, role: Role = Role.DIM) -> None:
        """Show a text to the right of a field, where there is room."""
        self.state.values[key].beside = (text, role)

    def error(self, key: str, sentence: str) -> None:
        """Show what is wrong with a field below it; empty takes it away."""
        self.state.values[key].error = sentence

    def errors(self, sentences: Mapping[str, str]) -> None:
        """Show several errors (from `FieldErrors`) and go to the first of these fields. Nothing typed is touched."""
        for key, sentence in sentences.items():
            self.error(key, sentence)
        first = next((key for key in self.state.specs if sentences.get(key) and self.state.visible(key)), None)
        if first is not None:
            self.go(first)

    def check(self) -> bool:
        """Ask every visible field's validator, and whether the required ones hold something; go to the first error."""
        found = {key: self._error_of(key) for key in self.state.specs if self.state.visible(key)}
        self.errors(found)
        return not any(found.values())

    def go(self, key: str) -> None:
        """Put the focus on a field."""
        self.focus = key
        self._panel = Panel()
        self._editor = self._new_editor()
        self._fresh = not self.state.typed(key)
        if self._on_focus is not None:
            self._on_focus(key)
        spec = self.state.specs[key]
        if spec.suggest is not None and spec.suggest_empty and not self.state.typed(key):
            self._suggest()

    def expect(self, key: str) -> None:
        """Suggestions for the present text of `key` are on their way: Enter, Tab and ↓ wait for them (`waits`)."""
        self._expected = (key, self.state[key])

    def offer(self, key: str, text: str, suggestions: Sequence[Suggestion], *, marked: bool = False) -> None:
        """Suggestions for `text` in `key` have come; dropped if the text or the focus has changed meanwhile.

        `marked`: the first is highlighted although nothing is typed yet.
        """
        if self._expected == (key, text):
            self._expected = None
        if self.focus == key and self.state[key] == text:
            first = self.spec.pick_first and suggestions and (text or marked)
            self._panel = Panel(tuple(suggestions), 0 if first else -1)

    def waits(self, key: Key) -> bool:
        """Whether `key` needs suggestions that have not come yet."""
        pending = self._expected is not None and self._expected == (self.focus, self.state[self.focus])
        return pending and key.name in ("enter", "tab", "down")

    def save(self) -> dict[str, object]:
        """All that was typed, fit for JSON."""
        return {"focus": self.focus, "values": self.state.save()}

    def load(self, saved: Mapping[str, object]) -> None:
        """Take back what `save` gave."""
        values, focus = saved.get("values"), saved.get("focus")
        if isinstance(values, dict):
            self.state.load(values)
        if isinstance(focus, str) and focus in self.state.specs and self.state.visible(focus):
            self.go(focus)
        self._editor = self._new_editor()

    def mark(self) -> object:
        """See `View.mark`."""
        value = self.state.values[self.focus]
        kept = Value(value.text, value.picked, value.typed, value.error, value.beside)
        return Marked(self.focus, kept, self._editor.cursor, self._panel.suggestions, self._panel.highlighted)

    def restore(self, mark: object) -> None:
        """See `View.restore`."""
        if not isinstance(mark, Marked):
            return
        changed = self.state[mark.focus] != mark.value.text
        self.focus = mark.focus
        kept = mark.value
        self.state.values[mark.focus] = Value(kept.text, kept.picked, kept.typed, kept.error, kept.beside)
        self._editor = self._new_editor()
        self._editor.cursor = min(mark.cursor, len(kept.text))
        self._panel = Panel(mark.suggestions, mark.highlighted)
        self._fresh = not kept.typed
        if changed:
            self.state.changed += 1
            self._tell_change()

    def wants_scan(self) -> bool:
        """Whether the field with the focus takes scans."""
        return self.spec.kind == "scan"

    def scanned(self, text: str) -> bool:
        """Put a scan into the field that takes scans, and go on as Enter does."""
        if not self.wants_scan():
            return False
        self._put("".join(character for character in text if character.isprintable()))
        self._forward()
        return True

    def pasted(self, text: str) -> None:
        """Put pasted text at the cursor; line ends stay in a note and become spaces elsewhere."""
        if self.spec.kind in ("choice", "check"):
            return
        cleaned = text.replace("\r\n", "\n").replace("\r", "\n")
        if self.spec.kind != "note":
            cleaned = " ".join(cleaned.split())
        self._settle()
        if self._fresh:
            self._editor.set("")
        if self._editor.insert("".join(c for c in cleaned if c in "\n\t" or is_typed(c))):
            self._edited()

    # --- keys -----------------------------------------------------------------------------------------------------

    def key(self, key: Key) -> bool:
        """Handle a key; False if it means nothing to the form (Esc, F-keys)."""
        self._settle()
        if self._navigate(key.name):
            return True
        if self.spec.kind in ("choice", "check"):
            return self._turn(key)
        return self._edit(key)

    def _navigate(self, name: str) -> bool:
        jump = next((spec.key for spec in self.state.specs.values() if spec.chord and spec.chord == name), None)
        if jump is not None and self.state.visible(jump):
            self._leave()
            self.go(jump)
        elif name == "enter":
            self._pick_or_forward()
        elif name == "tab":
            if not self._pick():
                self._step(1)
        elif name == "shift+tab":
            self._step(-1)
        elif name == "escape":
            return self._panel.close()
        elif name in ("down", "up") and not self._stays(name):
            if not self._panel.move(1 if name == "down" else -1):
                self._step(1 if name == "down" else -1)
        else:
            return False
        return True

    def _stays(self, name: str) -> bool:
        """Whether ↑ or ↓ moved inside a note."""
        return isinstance(self._editor, TextNote) and not self._panel.suggestions and self._editor.key(Key(name))

    def _pick_or_forward(self) -> None:
        focus = self.focus
        self._pick()
        if self.focus == focus:
            self._forward()

    def _pick(self) -> bool:
        """Take the highlighted suggestion; True if taking it moved the focus elsewhere."""
        suggestion = self._panel.chosen()
        if suggestion is None:
            return False
        focus = self.focus
        self.state.put(focus, suggestion.text, suggestion)
        self._panel = Panel()
        self._expected = None
        self._editor.set(suggestion.text)
        self._fresh = False
        if self._on_pick is not None:
            self._on_pick(focus, suggestion)
        self._tell_change()
        return self.focus != focus

    def _forward(self) -> None:
        """To the next field that has something to be typed into it."""
        self._leave()
        keys = self._visible()
        for key in keys[keys.index(self.focus) + 1 :]:
            spec, value = self.state.specs[key], self.state.values[key]
            filled = bool(value.text) or spec.kind == "check"
            if spec.enter_stops and not (filled and spec.skip_when_default):
                self.go(key)
                return
        if self._on_end is not None:
            self._on_end()

    def _step(self, by: int) -> None:
        self._leave()
        keys = self._visible()
        self.go(keys[(keys.index(self.focus) + by) % len(keys)])

    def _leave(self) -> None:
        """Say what is wrong with the field that is left; one that is merely empty is told at the end."""
        value = self.state.values[self.focus]
        validate = self.spec.validate
        value.error = validate(value.text) if validate is not None and value.text else ""
        self._panel = Panel()

    def _visible(self) -> list[str]:
        keys = [key for key in self.state.specs if self.state.visible(key)]
        return keys if self.focus in keys else [*keys, self.focus]

    def _edit(self, key: Key) -> bool:
        before = self._editor.text
        if self._fresh and key.types:
            self._editor.set("")
        self._fresh = False
        handled = self._editor.key(key)
        if self._editor.text != before:
            self._edited()
        return handled

    def _turn(self, key: Key) -> bool:
        """Change a choice or a check."""
        if self.spec.kind == "check":
            if key.name == "space" or key.character.lower() == "x":
                self._put("" if self.state[self.focus] else CHECKED)
            return key.types
        choices = self.state.choices(self.focus)
        values = [value for value, _label in choices]
        at = values.index(self.state[self.focus]) if self.state[self.focus] in values else -1
        if key.name in ("space", "right", "left"):
            step = -1 if key.name == "left" else 1
            if values:
                self._put(values[max(0, at + step) if at < 0 else (at + step) % len(values)])
        elif key.types:
            starting = [value for value, label in choices if fold(label).startswith(fold(key.character) or "\0")]
            if starting:
                after = [value for value in starting if values.index(value) > at]
                self._put((after or starting)[0])
        return key.types or key.name in ("right", "left")

    def _edited(self) -> None:
        """The person changed the text of the field."""
        self.state.put(self.focus, self._editor.text)
        self._fresh = False
        self._suggest()
        self._tell_change()

    def _put(self, text: str) -> None:
        self.state.put(self.focus, text)
        self._editor.set(text)
        self._tell_change()

    def _suggest(self) -> None:
        spec, text = self.spec, self.state[self.focus]
        found: tuple[Suggestion, ...] = ()
        if spec.suggest is not None and (text or spec.suggest_empty):
            found = tuple(spec.suggest(text, self.state))
            self._panel = Panel(found, 0 if spec.pick_first and found and text else -1)
        elif not text:
            self._panel = Panel()
        elif self._panel.suggestions:  # the old ones stay on screen until new ones come, but cannot be picked
            self._panel = Panel(self._panel.suggestions, -1)

    def _tell_change(self) -> None:
        focus = self.focus
        if self.state.specs[focus].on_change is not None:
            self.state.specs[focus].on_change(self.state)  # type: ignore[misc]
        if self._on_change is not None:
            self._on_change(focus)

    def _settle(self) -> None:
        """Follow what callbacks have set: the text of the focused field, or the field having gone."""
        if not self.state.visible(self.focus):
            visible = [key for key in self.state.specs if self.state.visible(key)]
            keys = list(self.state.specs)
            after = [key for key in visible if keys.index(key) > keys.index(self.focus)]
            self.go((after or visible)[0])
        if self._editor.text != self.state[self.focus]:
            self._editor.set(self.state[self.focus])
            self._fresh = not self.state.typed(self.focus)

    def _new_editor(self) -> TextLine:
        spec, text = self.spec, self.state[self.focus]
        if spec.kind == "note":
            return TextNote(text, longest=max(spec.longest, 4000))
        return TextLine(text, secret=spec.kind == "secret", longest=spec.longest)

    def _error_of(self, key: str) -> str:
        spec, text = self.state.specs[key], self.state[key]
        if spec.required and not text.strip():
            return _("To be filled in")
        return spec.validate(text) if spec.validate is not None and text else ""


def _check_chords(specs: Sequence[FieldSpec]) -> None:
    """Raise RegistryError if a field's chord is used twice, forbidden, or edits text."""
    chords = [spec.chord for spec in specs if spec.chord]
    bad = set(chords) & (FORBIDDEN_CHORDS | EDITING_CHORDS)
    if bad or len(set(chords)) != len(chords):
        raise RegistryError(f"chords of fields: {', '.join(sorted(chords))}")
