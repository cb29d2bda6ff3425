"""A step as the screens see it: what it asks, what was answered, what it will do, what it did."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.money import parse_amount
from convisav_tui.shop.dates import parse_date
from convisav_tui.shop.outbox import PlannedMessage
from convisav_tui.store.models import OrderState
from convisav_tui.text import clean_text

InputKind = Literal["amount", "text", "choice", "date", "check"]
TICKED = "x"


@dataclass(frozen=True)
class StepInput:
    """One thing that a step asks: `choices` are (value, label); `default` is what stands in the field, as text; a
    check is "x" or ""; `longest` is in characters."""

    key: str
    label: str
    kind: InputKind
    choices: tuple[tuple[str, str], ...] = ()
    required: bool = False
    default: str = ""
    longest: int = 400
    hidden: bool = False  # answered by the program, never shown to people


@dataclass(frozen=True)
class Step:
    """A step that may follow. `refusal` says why it may not be taken as things are, `mended_by` names the action of the
    key registry that mends it, or an input of this step ("input:release")."""

    event: str
    label: str
    target: OrderState
    inputs: tuple[StepInput, ...]
    effect: str
    refusal: str | None = None
    mended_by: str = ""
    transition: str = ""

    @property
    def may_be_answered(self) -> bool:
        """Whether an answer to one of its inputs may lift the refusal: the step can be opened all the same."""
        return self.mended_by.startswith("input:") or any(asked.key == "release" for asked in self.inputs)


@dataclass(frozen=True)
class Preview:
    """What a step would do with these answers: sentences, and the messages as they would leave."""

    effects: list[str]
    messages: list[PlannedMessage]


@dataclass(frozen=True)
class StepTaken:
    """What a step did; it can be undone until `undo_until` (aware UTC). `version` is the order's new one."""

    event_id: int
    from_state: OrderState
    to_state: OrderState
    undo_until: datetime
    version: int = 0


@dataclass(frozen=True)
class Answers:
    """The checked answers of a step: minor units, days, cleaned text."""

    values: Mapping[str, int | date | str | bool | None] = field(default_factory=dict)

    def amount(self, key: str) -> int | None:
        """Minor units, None when left empty or not asked."""
        value = self.values.get(key)
        return value if isinstance(value, int) and not isinstance(value, bool) else None

    def text(self, key: str) -> str:
        """Text or the value of a choice, "" when left empty or not asked."""
        value = self.values.get(key)
        return value if isinstance(value, str) else ""

    def day(self, key: str) -> date | None:
        """A day, None when left empty or not asked."""
        value = self.values.get(key)
        return value if isinstance(value, date) else None

    def ticked(self, key: str) -> bool:
        """Whether a check is set."""
        return self.values.get(key) is True


def read_answers(inputs: Sequence[StepInput], raw: Mapping[str, str], currency: str, today: date) -> Answers:
    """Check what was typed; what is missing in `raw` keeps its default. Raises FieldErrors, one sentence a key."""
    values: dict[str, int | date | str | bool | None] = {}
    errors: dict[str, str] = {}
    for asked in inputs:
        typed = clean_text(raw.get(asked.key, asked.default))
        if asked.required and not typed:
            errors[asked.key] = _("This is needed")
            continue
        try:
            values[asked.key] = _value(asked, typed, currency, today)
        except ValueError as error:
            errors[asked.key] = str(error)
    if errors:
        raise FieldErrors(errors)
    return Answers(values)


def usual_answers(inputs: Iterable[StepInput], currency: str, today: date) -> Answers:
    """The answers that the defaults give; what has no usable default is left open."""
    values: dict[str, int | date | str | bool | None] = {}
    for asked in inputs:
        try:
            values[asked.key] = _value(asked, clean_text(asked.default), currency, today)
        except ValueError:
            values[asked.key] = None
    return Answers(values)


def _value(asked: StepInput, typed: str, currency: str, today: date) -> int | date | str | bool | None:
    if asked.kind == "check":
        return bool(typed)
    if asked.kind == "amount":
        return parse_amount(typed, currency) if typed else None
    if asked.kind == "date":
        return parse_date(typed, today) if typed else None
    if asked.kind == "choice" and typed and typed not in (value for value, _label in asked.choices):
        raise ValueError(_("Choose one of the list"))
    if len(typed) > asked.longest:
        raise ValueError(_("This text is too long: {longest} characters at most").format(longest=asked.longest))
    return typed
