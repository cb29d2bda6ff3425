"""A form whose texts the shop checks and keeps: Ctrl+S saves, Esc asks before what was typed is given up."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role
from convisav_tui.screens.widgets.prompt import ChoicePrompt

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter

TICKED = "x"


class KeptForm(FormView):
    """Subclasses give `specs` and `keep`, which runs in the store's thread and raises FieldErrors."""

    name: ClassVar[str] = "agreement"

    def __init__(self, counter: Counter, specs: Sequence[FieldSpec], title: str, *, label_width: int = 18) -> None:
        super().__init__(specs, label_width=label_width)
        self.counter = counter
        self.title = title
        self._before = self._raw()

    def keep(self, raw: Mapping[str, str]) -> None:
        """Write it. Raises FieldErrors and every other error of the shop."""
        raise NotImplementedError

    def told(self) -> str:
        """What is said once it is kept."""
        return _("Saved")

    def actions(self) -> Sequence[str]:
        """Saving, and help."""
        return ("agree", "help")

    def act(self, action: str) -> bool:
        """Ctrl+S saves."""
        if action == "agree":
            self._save()
        return action == "agree"

    def key(self, key: Key) -> None:
        """Esc asks before it gives up what was typed."""
        if self.form.key(key):
            return
        if key.name == "escape" and self._raw() != self._before:
            choices = [("save", _("Save")), ("drop", _("Do not save"))]
            deeds = {"save": self._save, "drop": self.host.back}
            self.host.ask(ChoicePrompt(_("Save what was changed?"), choices, lambda chosen: deeds[chosen]()))
        elif key.name == "escape":
            self.host.back()

    def field_changed(self, key: str) -> None:
        """What was wrong with it may be mended now."""
        self.form.error(key, "")

    def end_reached(self) -> None:
        """Enter after the last field saves."""
        self._save()

    def render(self, width: int, height: int) -> Page:
        """The form."""
        self.title_right = self.counter.title_right()
        return super().render(width, height)

    def _raw(self) -> dict[str, str]:
        """The texts as the shop reads them: a tick is "x"."""
        texts = self.form.state.texts()
        checks = {key for key, spec in self.form.state.specs.items() if spec.kind == "check"}
        return {key: (TICKED if text else "") if key in checks else text for key, text in texts.items()}

    def _save(self) -> None:
        raw = self._raw()
        self.host.run(lambda: self.keep(raw), self._kept, self._refused, label=_("Saving"))

    def _kept(self, _nothing: None) -> None:
        self.host.back()
        self.host.say(self.told(), Role.SUCCESS)

    def _refused(self, error: Exception) -> None:
        if isinstance(error, FieldErrors):
            self.form.errors({key: text for key, text in error.errors.items() if key in self.form.state.specs})
        else:
            self.host.say_error(error)
