"""F8: the next step of an order, as the shop's workflow allows it; the text to the customer is shown first."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import clock, ticket_number
from convisav_tui.errors import ConvisavError, FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.screens import words
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.form import Form
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec, Kind
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, wrap

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.steps import Preview, Step, StepInput, StepTaken

SHOWN_STEPS = 8
LABEL_WIDTH, WIDEST_LABEL = 18, 28
SCROLLED = 6  # rows that PgDn and PgUp move the text to the customer
TICKED = "x"  # what the workflow takes for a check that is set
_KINDS: dict[str, Kind] = {"amount": "amount", "text": "text", "choice": "choice", "date": "date", "check": "check"}


class StepView(View):
    """The allowed steps, most likely first; the fields that the chosen one asks for; what it will do. Enter does it."""

    name: ClassVar[str] = "step"

    def __init__(self, counter: Counter, number: str, *, done: Callable[[StepTaken], None] | None = None) -> None:
        self.counter = counter
        self.number = number
        self.title = _("Next step of {number}").format(number=ticket_number.show(number))
        self._done = done
        self._key = str(uuid4())
        self._order_id = 0
        self._version = 0
        self._steps: list[Step] = []
        self._chosen = 0
        self._form: Form | None = None
        self._preview: Preview | None = None
        self._trouble = ""
        self._top = 0  # first row shown of what the step will do
        self._hidden = 0  # rows of it that do not fit

    # --- the host -------------------------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Letters go to the fields of the step when it has some."""
        return self._form is not None

    def opened(self) -> None:
        """Ask the workflow what is allowed now."""
        self.host.run(self._read, self._arrived, self._unreadable, label=_("Opening"), leave=True)

    def order_number(self) -> str:
        """The order that is moved on."""
        return self.number

    def actions(self) -> Sequence[str]:
        """Only what does not leave a step half chosen."""
        return ("help",)

    def hint(self) -> Row:
        """How to choose and confirm."""
        keys = [("enter", _("Do it")), ("up", _("Other step")), ("escape", _("Back"))]
        if self._hidden:
            keys.append(("pagedown", _("Whole text")))
        return [span for key, text in keys for span in (Span(" " + label(key), Role.KEY), Span(f" {text} ", Role.DIM))]

    def key(self, key: Key) -> None:
        """Arrows choose the step, Enter fills in and confirms, Esc goes back."""
        if key.name in ("up", "down") and len(self._steps) > 1:
            self._choose(self._chosen + (1 if key.name == "down" else -1))
        elif key.name in ("pagedown", "pageup"):
            self._top = max(0, min(self._hidden, self._top + (SCROLLED if key.name == "pagedown" else -SCROLLED)))
        elif key.name in ("escape", "f8"):
            self.host.back()
        elif self._form is not None and not (key.name == "enter" and self._complete()):
            self._form.key(key)
        elif key.name == "enter":
            self._confirm()
        elif key.character.isdigit() and 0 < int(key.character) <= len(self._steps):
            self._choose(int(key.character) - 1)

    def pasted(self, text: str) -> None:
        """Into the field."""
        if self._form is not None:
            self._form.pasted(text)

    # --- what is allowed ------------------------------------------------------------------------------------

    def _read(self) -> tuple[int, int, list[Step]]:
        from convisav_tui.shop.workflow import allowed_steps
        from convisav_tui.store.queries.by_number import order_by_number

        with self.counter.store.read() as session:
            order = order_by_number(session, self.number)
            if order is None or order.id is None:
                raise NotFound(_("There is no order {number}").format(number=ticket_number.show(self.number)))
            return order.id, order.version, list(allowed_steps(session, order.id, self.counter.shop))

    def _arrived(self, found: tuple[int, int, list[Step]]) -> None:
        self._order_id, self._version, self._steps = found
        if not self._steps:
            self.host.back()
            self.host.say(_("Nothing more can be done with this order"), Role.WARNING)
            return
        self._choose(next((i for i, step in enumerate(self._steps) if not step.refusal), 0))

    def _unreadable(self, error: Exception) -> None:
        self.host.back()
        self.host.say(str(error), Role.ERROR)

    # --- choosing -------------------------------------------------------------------------------------------

    @property
    def _step(self) -> Step:
        return self._steps[self._chosen]

    def _choose(self, index: int) -> None:
        self._chosen = index % len(self._steps)
        self._top = 0
        specs = [_field(step_input, row) for row, step_input in enumerate(self._step.inputs)]
        widest = max((cells(spec.label) for spec in specs), default=0)
        label_width = max(LABEL_WIDTH, min(widest, WIDEST_LABEL))
        on_change, on_end = self._changed, self._confirm
        self._form = Form(specs, label_width=label_width, on_change=on_change, on_end=on_end) if specs else None
        if self._refused_for_good():
            self._form = None
        self._show_preview()

    def _refused_for_good(self) -> bool:
        """Whether nothing that can be answered here would lift the refusal (a release by a manager would)."""
        return bool(self._step.refusal) and not self._step.may_be_answered

    def _changed(self, key: str) -> None:
        if self._form is not None:
            self._form.error(key, "")
        self._show_preview()

    def _complete(self) -> bool:
        """Whether Enter has nothing more to ask for: no required field is empty."""
        form = self._form
        if form is None:
            return True
        return all(form.state[item.key].strip() for item in self._step.inputs if item.required)

    def _inputs(self) -> dict[str, str]:
        if self._form is None:
            return {}
        texts = self._form.state.texts()
        ticks = {item.key: TICKED if texts[item.key] else "" for item in self._step.inputs if item.kind == "check"}
        return texts | ticks

    def _show_preview(self) -> None:
        self._preview, self._trouble = None, ""
        if self._refused_for_good():
            return
        try:
            with self.counter.store.read() as session:
                self._preview = self._previewed(session)
        except FieldErrors:
            return  # not complete yet: the fields say so when Enter is pressed
        except ConvisavError as error:
            self._trouble = str(error)

    def _previewed(self, session: Session) -> Preview:
        from convisav_tui.shop.workflow import preview_step

        return preview_step(session, self._order_id, self._step.event, self._inputs(), self.counter.shop)

    # --- doing it -------------------------------------------------------------------------------------------

    def _confirm(self) -> None:
        if not self._steps:
            return
        if self._refused_for_good():
            self.host.say(self._step.refusal or "", Role.ERROR)
            return
        step, inputs = self._step, self._inputs()
        self.host.run(
            lambda: self._take(step, inputs),
            lambda taken: self._taken(step, taken),
            self._refused,
            label=_("Saving"),
        )

    def _take(self, step: Step, inputs: dict[str, str]) -> StepTaken:
        from convisav_tui.shop.workflow import take_step

        return self.counter.store.write(
            lambda session: take_step(
                session,
                self._order_id,
                step.event,
                inputs,
                self.counter.actor,
                self.counter.shop,
                self._key,
                self._version,
            )
        )

    def _taken(self, step: Step, taken: StepTaken) -> None:
        told = len(self._preview.messages) if self._preview is not None else 0
        self.host.back()
        state = words.word(words.STATES, taken.to_state)
        sentence = f"{ticket_number.show(self.number)}: {step.label} → {state}."
        if told:
            seconds = max(0, round((taken.undo_until - clock.now()).total_seconds()))
            sentence += " " + _("The message leaves in {seconds} s.").format(seconds=seconds)
        if taken.undo_until > clock.now():
            sentence += " " + _("Ctrl+R takes it back.")
        self.host.say(sentence, Role.SUCCESS)
        if self._done is not None:
            self._done(taken)

    def _refused(self, error: Exception) -> None:
        if isinstance(error, FieldErrors) and self._form is not None:
            self._form.errors(error.errors)
            return
        self.host.say(str(error), Role.ERROR)
        if not isinstance(error, FieldErrors):
            self._key = str(uuid4())
            self.host.run(self._read, self._arrived, self._unreadable, label=_("Opening"))

    # --- looks ----------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """Steps, fields, effects and the text of each message."""
        rows: list[Row] = []
        first = max(0, min(self._chosen - SHOWN_STEPS + 1, len(self._steps) - SHOWN_STEPS))
        for index in range(first, min(first + SHOWN_STEPS, len(self._steps))):
            rows.append(self._step_row(index, width))
        cursor = (0, self._chosen - first)
        rows.append([])
        if self._steps and self._step.refusal:
            rows += [[Span("   ✗ " + line, Role.ERROR)] for line in wrap(self._step.refusal, width - 6)]
        if self._form is not None:
            top = len(rows)
            page = self._form.render(width, min(len(self._step.inputs) * 2, max(2, height - top - 3)))
            rows += [*_without_empty_end(page.rows), []]
            if page.cursor is not None:
                cursor = (page.cursor[0], page.cursor[1] + top)
        foreseen = self._preview_rows(width)
        self._hidden = max(0, len(rows) + len(foreseen) - height)
        self._top = min(self._top, self._hidden)
        return Page([*rows, *foreseen[self._top :]][:height], cursor)

    def _step_row(self, index: int, width: int) -> Row:
        step = self._steps[index]
        sign = "▸" if index == self._chosen else " "
        text = f"{sign} {index + 1} {step.label}"
        if index == self._chosen:
            return [Span(text, Role.SELECTED)]
        return [Span(text, Role.DIM if step.refusal else Role.NORMAL), Span(" ✗" if step.refusal else "", Role.ERROR)]

    def _preview_rows(self, width: int) -> list[Row]:
        if self._trouble:
            return [[Span("   ✗ " + line, Role.ERROR)] for line in wrap(self._trouble, width - 6)]
        if self._preview is None:
            return []
        rows: list[Row] = []
        for effect in self._preview.effects:
            rows += [[Span("   → " + line, Role.NORMAL)] for line in wrap(effect, width - 6)]
        for message in self._preview.messages:
            rows.append([])
            heading = f"   {words.word(words.CHANNELS, message.channel)} {message.recipient}"
            if message.segments:
                heading += "  " + _("{count} SMS").format(count=message.segments)
            rows.append([Span(heading, Role.HEADING)])
            if message.subject:
                rows.append([Span("   " + message.subject, Role.VALUE)])
            rows += [[Span("   " + line, Role.DIM)] for line in wrap(message.body, width - 4)]
        return rows


def _without_empty_end(rows: Sequence[Row]) -> list[Row]:
    kept = list(rows)
    while kept and not any(span.text.strip() for span in kept[-1]):
        kept.pop()
    return kept


def _field(step_input: StepInput, row: int) -> FieldSpec:
    return FieldSpec(
        key=step_input.key,
        label=step_input.label,
        kind=_KINDS[step_input.kind],
        row=row,
        width={"text": 40, "choice": 40, "check": 1}.get(step_input.kind, 14),
        grow=1 if step_input.kind == "text" else 0,
        required=step_input.required,
        default=CHECKED if step_input.kind == "check" and step_input.default else step_input.default,
        longest=step_input.longest,
        choices=tuple((value, _(text)) for value, text in step_input.choices),
    )
