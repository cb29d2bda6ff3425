"""A view that is a form: subclass it, give it fields, act on the actions."""

from __future__ import annotations

from collections.abc import Sequence

from convisav_tui.i18n import _
from convisav_tui.screens.actions import RegistryError, listed_for
from convisav_tui.screens.keys import Key
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.form import Form
from convisav_tui.screens.widgets.form_fields import FieldSpec, Suggestion
from convisav_tui.screens.widgets.form_painting import choices_said
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span


class FormView(View):
    """Joins a `Form` to the host: keys, pastes, scans, marks, help. Override the `field_…` methods that matter."""

    def __init__(self, specs: Sequence[FieldSpec], *, label_width: int = 10) -> None:
        taken = {key for action in listed_for(self.name) for key in action.keys}
        clash = taken.intersection(spec.chord for spec in specs if spec.chord)
        if clash:
            raise RegistryError(f"fields and actions of {self.name} share {', '.join(sorted(clash))}")
        self.form = Form(
            specs,
            label_width=label_width,
            on_change=lambda key: self.field_changed(key),
            on_pick=lambda key, suggestion: self.suggestion_picked(key, suggestion),
            on_focus=lambda key: self.field_reached(key),
            on_end=lambda: self.end_reached(),
        )

    def field_changed(self, key: str) -> None:
        """A person changed a field. Slow suggestions: `form.expect(key)`, `host.run(…, group=key, hold=False)`,
        `form.offer`."""

    def suggestion_picked(self, key: str, suggestion: Suggestion) -> None:
        """A suggestion was picked: preset what follows from it (`form.state.preset`)."""

    def field_reached(self, key: str) -> None:
        """A field has got the focus."""

    def end_reached(self) -> None:
        """Enter found nothing more to fill in."""

    @property
    def typing(self) -> bool:
        """A form takes letters."""
        return True

    def render(self, width: int, height: int) -> Page:
        """The form."""
        return self.form.render(width, height)

    def hint(self) -> Row:
        """What the field with the focus is for, else what can be chosen in it."""
        spec = self.form.spec
        if spec.help or spec.kind != "choice":
            return [Span(" " + _(spec.help), Role.DIM)] if spec.help else []
        return choices_said(self.form.state.choices(spec.key), self.form.state[spec.key])

    def key(self, key: Key) -> None:
        """To the form; Esc that it does not need goes back."""
        if not self.form.key(key):
            super().key(key)

    def waits(self, key: Key) -> bool:
        """Enter waits for suggestions on their way."""
        return self.form.waits(key)

    def pasted(self, text: str) -> None:
        """Into the field."""
        self.form.pasted(text)

    def wants_scan(self) -> bool:
        """Whether the field takes scans."""
        return self.form.wants_scan()

    def scanned(self, text: str) -> bool:
        """Into the field if it takes scans; a ticket number elsewhere is left to the program."""
        return self.form.scanned(text)

    def mark(self) -> object:
        """See `View`."""
        return self.form.mark()

    def restore(self, mark: object) -> None:
        """See `View`."""
        self.form.restore(mark)
