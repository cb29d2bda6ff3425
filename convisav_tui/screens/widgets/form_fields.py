"""The description of a form as data, and what has been typed into it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from convisav_tui.screens.widgets.painting import Role

Kind = Literal["text", "choice", "check", "amount", "date", "secret", "note", "scan"]
Choices = Sequence[tuple[str, str]]
CHECKED = "1"


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Something to pick: `text` goes into the field, `key` says which record it is, `shown` and `detail` are what is
    seen."""

    text: str
    key: str = ""
    shown: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a form. `label` and `help` are message ids; the rest is layout at 80 columns and behaviour."""

    key: str
    label: str
    kind: Kind = "text"
    row: int = 0
    """Fields with the same row stand side by side, as far as they fit."""
    width: int = 20
    """Cells of the field itself at 80 columns."""
    grow: int = 0
    """Share of the width that is to spare."""
    height: int = 1
    """Rows of a note."""
    required: bool = False
    default: str = ""
    skip_when_default: bool = True
    """Enter passes over the field while it holds a value it was not typed into."""
    enter_stops: bool = True
    """False: Enter always passes over it; Tab, its chord and the arrows reach it."""
    choices: Choices | Callable[[FormState], Choices] = ()
    """(value, label) pairs of a choice; labels are shown as they are."""
    visible_when: Callable[[FormState], bool] | None = None
    suggest: Callable[[str, FormState], Sequence[Suggestion]] | None = None
    """Suggestions for the text typed so far, at once (below 5 ms). Slower ones: `Form.expect` and `Form.offer`."""
    suggest_empty: bool = False
    """Ask for suggestions when the field is reached, although nothing is typed."""
    pick_first: bool = False
    """The first suggestion is highlighted by itself, so that Enter picks it; else ↓ must choose first."""
    on_change: Callable[[FormState], None] | None = None
    """Called after the person changed the field, to preset others."""
    validate: Callable[[str], str] | None = None
    """A sentence that says what is wrong with a text, empty if nothing; asked when the field is left."""
    help: str = ""
    """Shown in the status row while the field has the focus."""
    chord: str = ""
    """Ctrl chord that jumps here."""
    longest: int = 200


@dataclass(slots=True)
class Value:
    """What a field holds: the text, which suggestion it came from, whether a person has put it there."""

    text: str = ""
    picked: Suggestion | None = None
    typed: bool = False
    error: str = ""
    beside: tuple[str, Role] = ("", Role.DIM)


@dataclass(slots=True)
class FormState:
    """What has been typed so far; the callbacks of a `FieldSpec` get this."""

    specs: dict[str, FieldSpec]
    values: dict[str, Value] = field(default_factory=dict)
    changed: int = 0
    """Grows with each change, for saving drafts."""

    @classmethod
    def of(cls, specs: Sequence[FieldSpec]) -> FormState:
        """An untouched form. Raises ValueError if two fields have one key."""
        keys = [spec.key for spec in specs]
        if len(set(keys)) != len(keys):
            raise ValueError(f"two fields with one key among {keys}")
        return cls({spec.key: spec for spec in specs}, {spec.key: Value(spec.default) for spec in specs})

    def __getitem__(self, key: str) -> str:
        """The text of a field."""
        return self.values[key].text

    def picked(self, key: str) -> Suggestion | None:
        """The suggestion that the text of a field came from, if it was not changed since."""
        return self.values[key].picked

    def typed(self, key: str) -> bool:
        """Whether a person has put something into the field."""
        return self.values[key].typed

    def visible(self, key: str) -> bool:
        """Whether the field is on the form now."""
        condition = self.specs[key].visible_when
        return condition is None or condition(self)

    def choices(self, key: str) -> Choices:
        """The (value, label) pairs of a choice now."""
        choices = self.specs[key].choices
        return choices(self) if callable(choices) else choices

    def texts(self) -> dict[str, str]:
        """All raw texts by key; a field that is not visible is empty."""
        return {key: value.text if self.visible(key) else "" for key, value in self.values.items()}

    def put(self, key: str, text: str, picked: Suggestion | None = None) -> None:
        """Set a field as the person would: it counts as typed."""
        value = self.values[key]
        value.text, value.picked, value.typed, value.error = text, picked, True, ""
        self.changed += 1

    def preset(self, key: str, text: str, *, again: bool = False) -> None:
        """Set a field as a default, unless a person has typed into it (or `again`)."""
        value = self.values[key]
        if (not value.typed or again) and value.text != text:
            value.text, value.picked, value.typed, value.error = text, None, False, ""
            self.changed += 1

    def save(self) -> dict[str, object]:
        """All that was typed, fit for JSON."""
        return {
            key: {
                "text": value.text,
                "typed": value.typed,
                "picked": [value.picked.text, value.picked.key] if value.picked is not None else None,
            }
            for key, value in self.values.items()
        }

    def load(self, saved: Mapping[str, object]) -> None:
        """Take back what `save` gave; unknown fields and malformed entries are passed over."""
        for key, entry in saved.items():
            if key not in self.values or not isinstance(entry, dict) or not isinstance(entry.get("text"), str):
                continue
            picked = entry.get("picked")
            known = isinstance(picked, list) and len(picked) == 2 and all(isinstance(part, str) for part in picked)
            chosen = Suggestion(picked[0], picked[1]) if known and isinstance(picked, list) else None
            self.values[key] = Value(entry["text"], chosen, bool(entry.get("typed")))
        self.changed += 1
