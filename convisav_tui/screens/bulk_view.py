"""A deed on several orders: what will happen to each, then Enter does it, then what was done and what was refused."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.step_painting import field_of
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.form import Form
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, cells, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.bulk import Deed, Report
    from convisav_tui.shop.dispatching import OfOrder
    from convisav_tui.shop.steps import StepInput

LABEL_WIDTH, WIDEST_LABEL = 18, 28
TICKED = "x"


class BulkView(View):
    """Enter does it, once; `u` takes the steps back."""

    name: ClassVar[str] = "bulk"

    def __init__(
        self,
        counter: Counter,
        title: str,
        deed: Deed,
        order_ids: Sequence[int],
        inputs: Sequence[StepInput] = (),
        done: Callable[[], None] = lambda: None,
    ) -> None:
        self.counter = counter
        self._when_done = done
        self.title = title
        self._deed, self._ids, self._inputs = deed, tuple(order_ids), tuple(inputs)
        self._key = str(uuid4())
        self._seen: list[OfOrder] = []
        self._report: Report | None = None
        self._back = False  # the steps were taken back
        self._top = 0
        self._form = self._new_form() if self._inputs else None

    def opened(self) -> None:
        """Look what would happen."""
        self._look()

    @property
    def typing(self) -> bool:
        """Letters go to what the step asks."""
        return self._form is not None and self._report is None

    def actions(self) -> Sequence[str]:
        """After the report: taking it back, as long as that is possible."""
        if self._report is not None and self._deed.kind == "step" and self._report.done and not self._back:
            return ("takeback", "help")
        return ("help",)

    def act(self, action: str) -> bool:
        """Take all steps back."""
        if action == "takeback":
            self._take_back()
        return action == "takeback"

    def hint(self) -> Row:
        """What Enter does."""
        doing = [("enter", _("Do it"))] if self._report is None and self._allowed else []
        keys = (*doing, ("pagedown", _("More")), ("escape", _("Back")))
        return [part for key, text in keys for part in (Span(f" {label(key)}", Role.KEY), Span(f" {text} ", Role.DIM))]

    def key(self, key: Key) -> None:
        """Enter fills in, then does it; arrows scroll; Esc goes back."""
        form = self._form if self._report is None else None
        if key.name == "escape":
            self.host.back()
        elif key.name in ("pagedown", "pageup"):
            self._top = max(0, self._top + (10 if key.name == "pagedown" else -10))
        elif form is not None and not (key.name == "enter" and self._complete(form)):
            form.key(key)
        elif key.name == "enter" and self._report is None:
            self._do()
        elif key.name in ("down", "up"):
            self._top = max(0, self._top + (1 if key.name == "down" else -1))

    def pasted(self, text: str) -> None:
        """Into the field."""
        if self._form is not None:
            self._form.pasted(text)

    # --- looking ------------------------------------------------------------------------------------------------------

    @property
    def _allowed(self) -> list[OfOrder]:
        return [one for one in self._seen if not one.refusal]

    def _new_form(self) -> Form:
        specs = [field_of(asked, row) for row, asked in enumerate(self._inputs)]
        widest = max(cells(spec.label) for spec in specs)
        width = max(LABEL_WIDTH, min(widest, WIDEST_LABEL))
        return Form(specs, label_width=width, on_change=self._changed, on_end=self._do)

    def _complete(self, form: Form) -> bool:
        return all(form.state[asked.key].strip() for asked in self._inputs if asked.required)

    def _changed(self, key: str) -> None:
        if self._form is not None:
            self._form.error(key, "")
        self._look()

    def _answered(self) -> Deed:
        """The deed with what was typed; what was left as it stood is each order's own."""
        from dataclasses import replace

        if self._form is None:
            return self._deed
        form, texts = self._form, self._form.state.texts()
        given = {asked.key: texts[asked.key] for asked in self._inputs if form.state.typed(asked.key)}
        checks = {asked.key for asked in self._inputs if asked.kind == "check"}
        answers = {key: (TICKED if text else "") if key in checks else text for key, text in given.items()}
        return replace(self._deed, answers=answers)

    def _look(self) -> None:
        from convisav_tui.shop.bulk import foresee

        deed = self._answered()

        def look() -> list[OfOrder]:
            with self.counter.store.read() as session:
                return foresee(session, self._ids, deed, self.counter.shop)

        self.host.run(look, self._looked, label=_("Reading"), hold=False, group="look")

    def _looked(self, seen: list[OfOrder]) -> None:
        self._seen = seen
        self.host.repaint()

    # --- doing --------------------------------------------------------------------------------------------------------

    def _do(self) -> None:
        from convisav_tui.shop.bulk import carry_out

        if self._seen and not self._allowed:
            self.host.say(_("None of these orders may: nothing was done."), Role.WARNING)
            return
        deed, counter = self._answered(), self.counter
        self.host.run(
            lambda: carry_out(counter.store, self._ids, deed, counter.actor, counter.shop, self._key),
            self._done,
            label=_("Saving"),
        )

    def _done(self, report: Report) -> None:
        self._report, self._top = report, 0
        self._when_done()
        done = ngettext("{count} order done", "{count} orders done", len(report.done)).format(count=len(report.done))
        said = [done]
        if report.refused:
            count = len(report.refused)
            said.append(ngettext("{count} refused", "{count} refused", count).format(count=count))
        if report.stopped:
            said.append(report.stopped)
        if self._deed.kind == "step" and report.done:
            said.append(_("u takes all back."))
        self.host.say(" · ".join(said), Role.WARNING if report.refused or report.stopped else Role.SUCCESS)

    def _take_back(self) -> None:
        from convisav_tui.shop.bulk import take_all_back

        assert self._report is not None
        done, counter = self._report.done, self.counter
        self.host.run(
            lambda: take_all_back(counter.store, done, counter.actor, f"{self._key}:u"),
            self._taken_back,
            label=_("Saving"),
        )

    def _taken_back(self, report: Report) -> None:
        self._back = True
        self._report = report
        told = ngettext("{count} step taken back", "{count} steps taken back", len(report.done))
        self.host.say(told.format(count=len(report.done)), Role.WARNING if report.refused else Role.SUCCESS)

    # --- looks --------------------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """What the step asks, a summary, one row an order: what was refused first."""
        self.title_right = self.counter.title_right()
        rows: list[Row] = []
        cursor: tuple[int, int] | None = (0, 0)
        if self._form is not None and self._report is None:
            page = self._form.render(width, min(len(self._inputs) * 2, max(2, height // 2)))
            rows, cursor = [*page.rows, []], page.cursor
        rows.append(self._summary())
        body = self._body(width)
        room = max(1, height - len(rows))
        self._top = max(0, min(self._top, len(body) - room))
        return Page([*rows, *body[self._top : self._top + room]][:height], cursor)

    def _summary(self) -> Row:
        report = self._report
        done = len(report.done) if report is not None else len(self._allowed)
        refused = len(report.refused) if report is not None else len(self._seen) - done
        if report is not None:
            text = ngettext("{count} done", "{count} done", done).format(count=done)
        else:
            text = ngettext("{count} order will change", "{count} orders will change", done).format(count=done)
        row: Row = [Span(f" {text}", Role.HEADING)]
        if refused:
            told = ngettext("{count} refused", "{count} refused", refused).format(count=refused)
            row.append(Span(f"   {told}", Role.WARNING))
        return row

    def _body(self, width: int) -> list[Row]:
        listed = [*self._report.refused, *self._report.done] if self._report is not None else self._seen
        return [row for one in listed for row in order_rows(one, width, "✓" if self._report is not None else "→")]


def order_rows(one: OfOrder, width: int, sign: str) -> list[Row]:
    """One order with what will be or was done, or with the whole reason why not."""
    shown = ticket_number.show(one.number)
    head = f" {'✗' if one.refusal else sign} {shown}  "
    lines = wrap(one.refusal or one.told, max(10, width - cells(head))) or [""]
    role = Role.WARNING if one.refusal else Role.NORMAL
    return [[Span((head if place == 0 else " " * cells(head)) + line, role)] for place, line in enumerate(lines)]
