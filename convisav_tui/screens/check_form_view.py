"""The PDF forms of a type of device (F10, types of devices): one for each stage, and what fills each field."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.i18n import _, language, mark
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt, YesNo
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.check_forms import FormAdded
    from convisav_tui.shop.pdf_forms import PdfForm

STAGES = ("diagnosis", "final_test")


class CheckFormsView(ListingView):
    """A row for each stage: Enter shows the fields of its form, `a` takes a file, `x` lets the form serve no more."""

    name: ClassVar[str] = "check_forms"
    columns = (
        ColumnSpec("stage", mark("When"), 14),
        ColumnSpec("file", mark("PDF form"), 30, grow=3),
        ColumnSpec("facts", mark("From the order"), 15, align="right"),
        ColumnSpec("checks", mark("Questions"), 10, align="right"),
    )

    def __init__(self, counter: Counter, type_id: int, type_name: str) -> None:
        super().__init__(counter)
        self._type_id, self._type_name = type_id, type_name
        self.title = _("PDF forms: {type}").format(type=type_name)
        self._forms: dict[object, int] = {}

    def actions(self) -> Sequence[str]:
        """What leads on."""
        return ("menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Fields")), ("a", _("Take a file")), ("x", _("Use no more")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """Both stages, with the form of each."""
        from convisav_tui.shop.check_forms import forms_of

        forms = {form.stage.value: form for form in forms_of(session, self._type_id)}
        self._forms = {stage: form.id or 0 for stage, form in forms.items()}
        rows = []
        for stage in STAGES:
            filled = list(forms[stage].fields.values()) if stage in forms else []
            cells = {
                "stage": words.word(words.STAGES, stage),
                "file": forms[stage].file_name if stage in forms else "—",
                "facts": str(sum(one.startswith("fact:") for one in filled) or ""),
                "checks": str(sum(one.startswith("check:") for one in filled) or ""),
            }
            rows.append(Record(stage, stage, cells))
        return rows

    def chosen(self, record: Record) -> None:
        """Its fields; without a form, the file of one."""
        form_id = self._forms.get(record.identity)
        if form_id is None:
            self._ask(str(record.identity))
        else:
            self.host.open(FormFieldsView(self.counter, form_id, str(record.cells["file"])))

    def key(self, key: Key) -> None:
        """`a`: a file; `x`: no form."""
        record = self._list.current
        if key.name == "a" and record is not None:
            self._ask(str(record.identity))
        elif key.name in ("x", "delete") and record is not None and record.identity in self._forms:
            from convisav_tui.shop.check_forms import drop_form

            form_id, actor = self._forms[record.identity], self.counter.actor
            self._run(lambda session: drop_form(session, form_id, actor))
        else:
            super().key(key)

    def _ask(self, stage: str) -> None:
        self.host.ask(TextPrompt(_("PDF form, file:"), lambda typed: self._take(stage, typed)))

    def _take(self, stage: str, typed: str) -> None:
        if not typed.strip():
            return
        path = Path(typed.strip())

        def read() -> PdfForm:
            from convisav_tui.shop.pdf_forms import form_bytes, read_form

            return read_form(form_bytes(path))

        def found(form: PdfForm) -> None:
            def add(only: bool) -> Callable[[], None]:
                return lambda: self._add(stage, form, path.name, only)

            self.host.ask(YesNo(_("Ask only what the form asks?"), add(True), add(False), default=False))

        self.host.run(read, found, label=_("Reading"))

    def _add(self, stage: str, form: PdfForm, file_name: str, only: bool) -> None:
        def write() -> FormAdded:
            from convisav_tui.shop.check_forms import add_form
            from convisav_tui.store.models import CheckStage

            shop, actor = self.counter.shop, self.counter.actor
            return self.counter.store.write(
                lambda session: add_form(
                    session, self._type_id, CheckStage(stage), form, file_name, shop, actor, only=only
                )
            )

        def added(found: FormAdded) -> None:
            said = _("From the order: {facts}; questions: {checks}.")
            scripts = " " + _("The scripts of the form were left out.") if found.scripts else ""
            self.host.say(said.format(facts=found.facts, checks=found.checks) + scripts, Role.SUCCESS)
            self._list.load()

        self.host.run(write, added, label=_("Saving"))

    def _run(self, operation: Callable[[Session], None]) -> None:
        self.host.run(lambda: self.counter.store.write(operation), lambda _none: self._list.load(), label=_("Saving"))


class FormFieldsView(ListingView):
    """The fields of a form; Enter chooses what fills one."""

    name: ClassVar[str] = "form_fields"
    columns = (ColumnSpec("field", mark("Field"), 30, grow=2), ColumnSpec("filled", mark("Filled by"), 34, grow=2))

    def __init__(self, counter: Counter, form_id: int, file_name: str) -> None:
        super().__init__(counter)
        self._form_id = form_id
        self.title = _("Fields of {file}").format(file=file_name)
        self._choices: list[tuple[str, str]] = []
        self._filled: dict[object, str] = {}

    def actions(self) -> Sequence[str]:
        """What leads on."""
        return ("menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Filled by")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """In the order of the form."""
        from convisav_tui.shop.check_form_fields import CHECK, FACT, FACTS
        from convisav_tui.shop.checklist_store import checkpoints_of
        from convisav_tui.shop.checklists import worded
        from convisav_tui.store.models import CheckForm

        form = session.get_one(CheckForm, self._form_id)
        points = [row for row in checkpoints_of(session, form.device_type_id) if row.stage is form.stage]
        facts = [(FACT + key, _("order: {fact}").format(fact=_(text))) for key, text in FACTS.items()]
        checks = [
            (CHECK + row.code, _("question: {text}").format(text=worded(row.texts, language()))) for row in points
        ]
        self._choices = [("", _("nothing")), *facts, *checks]
        self._filled = {name: filled for name, filled in form.fields.items()}
        told = dict(self._choices)
        return [
            Record(name, name, {"field": name, "filled": told.get(filled, filled)})
            for name, filled in form.fields.items()
        ]

    def chosen(self, record: Record) -> None:
        """Choose what fills it."""
        name, current = str(record.identity), self._filled.get(record.identity, "")
        self.host.ask(ChoicePrompt(name, self._choices, lambda filled: self._map(name, filled), current=current))

    def _map(self, name: str, filled: str) -> None:
        from convisav_tui.shop.check_forms import map_field

        form_id, actor = self._form_id, self.counter.actor
        self.host.run(
            lambda: self.counter.store.write(lambda session: map_field(session, form_id, name, filled, actor)),
            lambda _none: self._list.load(),
            label=_("Saving"),
        )
