"""A form that is saved by Ctrl+S and says beside each field what is wrong: a place, a loaner, what was agreed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.i18n import _
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span
from convisav_tui.screens.widgets.prompt import ChoicePrompt

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter

TICKED = "x"


class RecordFormView(FormView):
    """Subclasses give fields, what saves them (`write`), what is said then (`said`), and rows above (`head`)."""

    name: ClassVar[str] = "record_form"
    field_of_guard: ClassVar[Mapping[str, str]] = {}
    """Beside which field a refusal of a guard is shown."""
    repeatable: ClassVar[bool] = True
    """Whether `write` may be run again when nobody knows whether it was done."""

    def __init__(self, counter: Counter, specs: Sequence[FieldSpec], title: str = "", *, label_width: int = 16) -> None:
        self.counter = counter
        super().__init__(specs, label_width=label_width)
        self.title = title
        self._before = self._now()

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save what was typed; what is said of it ("": that it is saved)."""
        raise NotImplementedError

    def keep(self, raw: Mapping[str, str]) -> str:
        """Runs in the store's thread: `write` in a transaction, after what has to be read outside of one."""
        return self.counter.store.write(lambda session: self.write(session, raw), repeatable=self.repeatable)

    def head(self, width: int) -> list[Row]:
        """Rows above the form."""
        return []

    def saved(self, said: str) -> None:
        """What follows."""
        self.host.back()
        self.host.say(said or _("Saved"), Role.SUCCESS)

    def actions(self) -> Sequence[str]:
        """Saving, and help."""
        return ("record", "help")

    def act(self, action: str) -> bool:
        """Ctrl+S saves."""
        if action == "record":
            self.save()
        return action == "record"

    def key(self, key: Key) -> None:
        """Esc asks before it gives up what was typed."""
        if self.form.key(key):
            return
        if key.name == "escape" and self.changed():
            choices = [("save", _("Save")), ("drop", _("Do not save"))]
            deeds = {"save": self.save, "drop": self.host.back}
            self.host.ask(ChoicePrompt(_("Save what was changed?"), choices, lambda chosen: deeds[chosen]()))
        elif key.name == "escape":
            self.host.back()

    def changed(self) -> bool:
        """Whether a person has put something here that was not here before."""
        return any(self.form.state.typed(key) and text != self._before.get(key) for key, text in self._now().items())

    def _now(self) -> dict[str, str]:
        return {key: self.form.state[key] for key in self.form.state.specs}

    def hint(self) -> Row:
        """What the field is for; else the way back."""
        back = [Span(" " + label("escape"), Role.KEY), Span(" " + _("Back"), Role.DIM)]
        return super().hint() or back

    def field_changed(self, key: str) -> None:
        """What was wrong may be mended now."""
        self.form.error(key, "")

    def end_reached(self) -> None:
        """Enter after the last field saves."""
        self.save()

    def render(self, width: int, height: int) -> Page:
        """Head and form."""
        self.title_right = self.counter.title_right()
        head = self.head(width)
        page = super().render(width, max(2, height - len(head)))
        cursor = (page.cursor[0], page.cursor[1] + len(head)) if page.cursor is not None else None
        return Page([*head, *page.rows][:height], cursor)

    def raw(self) -> dict[str, str]:
        """What was typed, ticks as the shop reads them."""
        state = self.form.state
        ticks = {key: TICKED if state[key] else "" for key, spec in state.specs.items() if spec.kind == "check"}
        return {**state.texts(), **{key: tick for key, tick in ticks.items() if state.visible(key)}}

    def save(self) -> None:
        """Write it; nothing typed is lost when it is refused."""
        raw = self.raw()
        self.host.run(lambda: self.keep(raw), self.saved, self.refused, label=_("Saving"))

    def refused(self, error: Exception) -> None:
        """Beside the field that mends it."""
        visible = [key for key in self.form.state.specs if self.form.state.visible(key)]
        if isinstance(error, FieldErrors):
            self.form.errors({key if key in visible else visible[0]: said for key, said in error.errors.items()})
        elif isinstance(error, Refusal) and self.field_of_guard.get(error.guard) in visible:
            self.form.errors({self.field_of_guard[error.guard]: str(error)})
        else:
            self.host.say_error(error)
