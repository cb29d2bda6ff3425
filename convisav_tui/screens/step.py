"""F8: the next step of an order, as the shop's workflow allows it; the text to the customer is shown first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple
from uuid import uuid4

from convisav_tui import ticket_number
from convisav_tui.errors import ConvisavError, FieldErrors, NotFound, Refusal, StoreUnreachable
from convisav_tui.i18n import _
from convisav_tui.screens.checklist_files import offer_checklist
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.order_columns import short_customer
from convisav_tui.screens.reading import read
from convisav_tui.screens.step_mending import KEYS, open_screen
from convisav_tui.screens.step_mending import act as mend
from convisav_tui.screens.step_painting import (
    field_of,
    mending_of,
    preview_rows,
    refusal_rows,
    step_rows,
    taken_said,
    without_empty_end,
)
from convisav_tui.screens.take_lines import CIRCULAR, OF_VARIANT, QUOTE_KEYS, VARIANT, open_taking
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.form import Form
from convisav_tui.screens.widgets.form_painting import choices_said
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.steps import Preview, Step, StepTaken
    from convisav_tui.store.board import OrderRow

LABEL_WIDTH, WIDEST_LABEL = 18, 28
TESTS_OPEN = "input:untested"  # what mends a refusal because final tests are open
TICKED = "x"  # what the workflow takes for a check that is set


class Found(NamedTuple):
    """The order as it was read, and what may follow."""

    order: OrderRow
    steps: list[Step]


class StepView(View):
    """The allowed steps, most likely first; the fields that the chosen one asks for; what it will do. Enter does it."""

    name: ClassVar[str] = "step"

    def __init__(
        self,
        counter: Counter,
        number: str,
        *,
        done: Callable[[StepTaken], None] | None = None,
        wanted: str = "",
        hidden: Mapping[str, str] | None = None,
    ) -> None:
        """`wanted`: the step that is chosen at first; `hidden`: answers that the program gives."""
        self.counter = counter
        self._wanted, self._hidden_answers = wanted, dict(hidden or {})
        self.number = number
        self.title = _("Next step of {number}").format(number=ticket_number.show(number))
        self._done = done
        self._key = str(uuid4())
        self._order: OrderRow | None = None
        self._steps: list[Step] = []
        self._chosen = 0
        self._forms: dict[str, Form] = {}  # by event: what was typed for a step waits there while another is looked at
        self._preview: Preview | None = None
        self._trouble = ""  # why the step is refused with these answers
        self._mended_by = ""
        self._notice = ""  # why the step that was tried was not taken
        self._top = 0  # first row shown of what the step will do
        self._hidden = 0  # rows of it that do not fit
        self._page = 6  # rows of it that do, less one that stays in sight

    # --- the host -------------------------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Letters go to the fields of the step when it has some."""
        return self._form is not None

    @property
    def _form(self) -> Form | None:
        return self._forms.get(self._step.event) if self._steps else None

    def opened(self) -> None:
        """Ask the workflow what is allowed now."""
        self.host.run(self._read, self._arrived, self._unreadable, label=_("Opening"), leave=True)

    def resumed(self) -> None:
        """A payment was taken, an intake begun: perhaps the step is allowed now. What was typed stays."""
        self._notice = ""
        self._read_again()

    def order_number(self) -> str:
        """The order that is moved on."""
        return self.number

    def actions(self) -> Sequence[str]:
        """Only what does not leave a step half chosen, and what mends a refusal."""
        mending = (self._mended_by,) if self._mended_by in KEYS else ()
        slip = ("print",) if self._steps and self._step.event == "relinquish" else ()
        tests = ("checklist",) if self._mended_by == TESTS_OPEN else ()
        of_quote = QUOTE_KEYS.get(self._step.event, ()) if self._steps else ()
        return (*mending, *tests, *slip, *of_quote, "help")

    def act(self, action: str) -> bool:
        """What mends a refusal, and what belongs to the answer of a quote."""
        if self._order is None or action not in self.actions() or action == "help":
            return False
        if action == "take_lines":
            open_taking(self.host, self.counter, self._order.id, self._inputs(), self._taken_lines)
            return True
        return self._open_quote(action) or mend(self.host, self.counter, self.number, self._order.id, action)

    def _open_quote(self, mended_by: str) -> bool:
        """Back to the quote that the step was opened from, else the quote in place of a step with nothing typed."""
        if mended_by != "quote" or self._order is None:
            return False
        if "draft" in self._hidden_answers:
            self.host.back()
            return True
        typed = self._form is not None and any(value.typed for value in self._form.state.values.values())
        return open_screen(self.host, self.counter, self.number, self._order.id, mended_by, instead=not typed)

    def hint(self) -> Row:
        """What the field can hold where that is chosen, else how to choose and confirm."""
        form = self._form
        if form is not None and form.spec.kind == "choice" and not self._hidden:
            row = choices_said(form.state.choices(form.spec.key), form.state[form.spec.key])
            return [*row, Span(" " + label("enter"), Role.KEY), Span(" " + _("Do it"), Role.DIM)]
        keys = [("escape", _("Back"))]
        if len(self._steps) > 1:
            keys.insert(0, ("up", _("Other step")))
        if self._steps and not self._refused_for_good():
            keys.insert(0, ("enter", _("Do it")))
        if self._hidden:
            keys.append(("pagedown", _("Whole text")))
        return [span for key, text in keys for span in (Span(" " + label(key), Role.KEY), Span(f" {text} ", Role.DIM))]

    def key(self, key: Key) -> None:
        """Arrows choose the step, Enter fills in and confirms, Esc goes back."""
        form = self._form
        if key.name in ("up", "down") and len(self._steps) > 1:
            self._choose(self._chosen + (1 if key.name == "down" else -1))
        elif key.name in ("pagedown", "pageup"):
            self._top = max(0, min(self._hidden, self._top + (self._page if key.name == "pagedown" else -self._page)))
        elif key.name in ("escape", "f8"):
            self.host.back()
        elif self._numbers_a_step(key):
            self._choose(int(key.character) - 1)
        elif form is not None and not (key.name == "enter" and self._complete(form)):
            form.key(key)
        elif key.name == "enter":
            self._confirm()

    def _numbers_a_step(self, key: Key) -> bool:
        """Whether a key is the number of a step: not where digits are typed; over an offered name none are."""
        form, digit = self._form, key.character
        free = form is None or form.spec.kind in ("choice", "check")
        offered = form is not None and form.spec.key == "decided_by" and not form.state.typed("decided_by")
        return (free or offered) and digit.isdecimal() and 0 < int(digit) <= len(self._steps)

    def pasted(self, text: str) -> None:
        """Into the field."""
        if self._form is not None:
            self._form.pasted(text)

    # --- what is allowed ------------------------------------------------------------------------------------

    def _read(self) -> Found:
        from convisav_tui.shop.workflow import allowed_steps
        from convisav_tui.store.queries.by_number import order_by_number
        from convisav_tui.store.queries.lists import find_row

        with self.counter.store.read() as session:
            order = order_by_number(session, self.number)
            row = find_row(session, order.id, self.counter.today) if order is not None and order.id else None
            if row is None:
                raise NotFound(_("There is no order {number}").format(number=ticket_number.show(self.number)))
            return Found(row, list(allowed_steps(session, row.id, self.counter.shop)))

    def _read_again(self) -> None:
        self.host.run(self._read, self._arrived, self._unreadable, label=_("Opening"))

    def _arrived(self, found: Found) -> None:
        """Show the steps; the one that was chosen stays chosen, what was typed for it stays typed."""
        event, notice = (self._step.event if self._steps else self._wanted), self._notice
        self._order, self._steps = found
        self._chosen = 0
        self.title = " · ".join(
            (_("Next step of {number}").format(number=ticket_number.show(self.number)), short_customer(self._order))
        )
        if not self._steps:
            self.host.back()
            self.host.say(_("Nothing more can be done with this order"), Role.WARNING)
            return
        self._forms = self._new_forms()
        same = (index for index, step in enumerate(self._steps) if step.event == event)
        allowed = (index for index, step in enumerate(self._steps) if not step.refusal)
        self._choose(next(same, next(allowed, 0)))
        self._notice = notice

    def _unreadable(self, error: Exception) -> None:
        self.host.back()
        self.host.say_error(error)

    # --- choosing -------------------------------------------------------------------------------------------

    @property
    def _step(self) -> Step:
        return self._steps[self._chosen]

    def _choose(self, index: int) -> None:
        if self._steps[index % len(self._steps)] is not self._step:
            self._notice = ""
        self._chosen = index % len(self._steps)
        self._top = 0
        self._forget_preview()
        self._show_preview()

    def _new_forms(self) -> dict[str, Form]:
        """A form for each step that asks something, with what was typed into it before."""
        forms = {}
        for step in self._steps:
            if step.inputs and not _refused_for_good(step):
                forms[step.event] = self._new_form(step)
        return forms

    def _new_form(self, step: Step) -> Form:
        specs = [field_of(asked, row) for row, asked in enumerate(step.inputs)]
        widest = max(cells(spec.label) for spec in specs)
        label_width = max(LABEL_WIDTH, min(widest, WIDEST_LABEL))
        form = Form(specs, label_width=label_width, on_change=self._changed, on_end=self._confirm)
        before = self._forms.get(step.event)
        if before is not None:
            typed = {key: value for key, value in before.state.save().items() if before.state.typed(key)}
            form.load({"focus": before.focus, "values": typed})
        return form

    def _refused_for_good(self) -> bool:
        return _refused_for_good(self._step)

    def _changed(self, key: str) -> None:
        self._notice = ""
        if key == VARIANT:  # the ticked lines are those of another variant
            self._hidden_answers = {kept: v for kept, v in self._hidden_answers.items() if kept not in OF_VARIANT}
        if self._form is not None:
            self._form.error(key, "")
        self._show_preview()

    def _complete(self, form: Form) -> bool:
        """Whether Enter has nothing more to ask for: no required field is empty."""
        return all(form.state[asked.key].strip() for asked in self._step.inputs if asked.required)

    def _inputs(self) -> dict[str, str]:
        if self._form is None:
            return dict(self._hidden_answers)
        texts = self._hidden_answers | self._form.state.texts()
        ticks = {asked.key: TICKED if texts[asked.key] else "" for asked in self._step.inputs if asked.kind == "check"}
        return texts | ticks

    def _taken_lines(self, answers: Mapping[str, str]) -> None:
        """Which lines he takes, which of them with a used part."""
        form = self._form
        self._hidden_answers |= {key: value for key, value in answers.items() if key != CIRCULAR}
        if form is not None and answers.get(CIRCULAR) and CIRCULAR in form.state.specs:
            form.state.put(CIRCULAR, answers[CIRCULAR])
        self._show_preview()

    def _show_preview(self) -> None:
        """Ask the workflow what these answers would do; what is missing is said by the fields when Enter is pressed."""
        if self._refused_for_good():
            return
        step, inputs = self._step, self._inputs()
        job = lambda: self._previewed(step, inputs)  # noqa: E731
        read(self.host, self.counter, job, self._foreseen, self._unforeseen, group="preview")

    def _foreseen(self, preview: Preview) -> None:
        self._preview = preview
        self._trouble = self._mended_by = ""

    def _unforeseen(self, error: Exception) -> None:
        self._forget_preview()
        if not isinstance(error, FieldErrors):
            self._trouble = str(error)
            self._mended_by = error.mended_by if isinstance(error, Refusal) else ""

    def _forget_preview(self) -> None:
        self._preview, self._trouble, self._mended_by = None, self._step.refusal or "", self._step.mended_by

    def _previewed(self, step: Step, inputs: dict[str, str]) -> Preview:
        from convisav_tui.shop.workflow import preview_step

        assert self._order is not None
        with self.counter.store.read() as session:
            return preview_step(session, self._order.id, step.event, inputs, self.counter.shop)

    # --- what mends a refusal ---------------------------------------------------------------------------------

    def _mend(self) -> None:
        """Enter on a refused step: go to the step that mends it, else say again why."""
        event = self._mended_by.removeprefix("step:")
        other = next((index for index, step in enumerate(self._steps) if step.event == event), None)
        if other is not None and other != self._chosen:
            self._choose(other)
        elif self._order is None or not (
            self._open_quote(self._mended_by)
            or open_screen(self.host, self.counter, self.number, self._order.id, self._mended_by)
        ):
            self.host.say(self._trouble, Role.ERROR)

    # --- doing it -------------------------------------------------------------------------------------------

    def _confirm(self) -> None:
        if not self._steps:
            return
        if self._refused_for_good():
            self._mend()
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

        order, counter = self._order, self.counter
        assert order is not None
        return counter.store.write(
            lambda session: take_step(
                session, order.id, step.event, inputs, counter.actor, counter.shop, self._key, order.version
            ),
            repeatable=True,
        )

    def _taken(self, step: Step, taken: StepTaken) -> None:
        told = len(self._preview.messages) if self._preview is not None else 0
        self.host.back()
        sentence = taken_said(ticket_number.show(self.number), step, taken, told)
        self.host.say(sentence, Role.SUCCESS)
        if self._done is not None:
            self._done(taken)
        if self._order is not None:
            offer_checklist(self.host, self.counter, self._order.id, self.number, step.event)

    def _refused(self, error: Exception) -> None:
        """Nothing was done and nothing typed is lost: the fields say what is wrong, or the order is read again."""
        if isinstance(error, FieldErrors) and self._form is not None:
            shown = self._form.state.specs
            self._form.errors({key if key in shown else next(iter(shown)): e for key, e in error.errors.items()})
            return
        self.host.say_error(error)
        self._notice = str(error) if isinstance(error, ConvisavError) else ""
        if isinstance(error, StoreUnreachable):
            return  # nothing can be read now; once more with the same key does nothing twice
        self._key = str(uuid4())
        self._read_again()

    # --- looks ----------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """Steps, fields, effects and the text of each message."""
        self.title_right = self.counter.title_right()
        rows, at = step_rows(self._steps, self._chosen)
        cursor = (0, at)
        rows.append([])
        if self._notice and self._notice != self._trouble:
            rows += [*([Span("   ! " + line, Role.WARNING)] for line in wrap(self._notice, width - 6)), []]
        if self._trouble:
            rows += [*refusal_rows(self._trouble, mending_of(self._mended_by, self._steps), width), []]
        form = self._form
        if form is not None:
            top = len(rows)
            page = form.render(width, min(len(self._step.inputs) * 2, max(2, height - top - 3)))
            rows += [*without_empty_end(page.rows), []]
            if page.cursor is not None:
                cursor = (page.cursor[0], page.cursor[1] + top)
        foreseen = preview_rows(self._preview, width) if self._preview is not None else []
        self._hidden = max(0, len(rows) + len(foreseen) - height)
        self._page = max(1, height - len(rows) - 1)
        self._top = min(self._top, self._hidden)
        return Page([*rows, *foreseen[self._top :]][:height], cursor)


def _refused_for_good(step: Step) -> bool:
    """Whether nothing that can be answered here would lift the refusal (a release by a manager would)."""
    return bool(step.refusal) and not step.may_be_answered
