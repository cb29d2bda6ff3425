"""What the shop has learnt (F10): searched by words, written up by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import _, language, mark
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.knowledge import Known

NEW = 0


class FixesView(ListingView):
    """`w` searches, Enter changes one; the first row writes a new one up."""

    name: ClassVar[str] = "fixes"
    columns = (
        ColumnSpec("device", mark("Device"), 14, grow=1),
        ColumnSpec("symptom", mark("Symptom"), 20, grow=2),
        ColumnSpec("cause", mark("Cause"), 18, grow=2),
        ColumnSpec("remedy", mark("Remedy"), 18, grow=2),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter, empty=_("Nothing was learnt yet"))
        self.title = _("Knowledge")
        self._typed = ""
        self._fixes: dict[object, Known] = {}
        self._types: list[tuple[str, str, int]] = []

    def actions(self) -> Sequence[str]:
        """What leads on."""
        return ("menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("w", _("Search")), ("enter", _("Change")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """What was searched for."""
        return [[Span(" " + _("Words: {words}").format(words=self._typed), Role.HEADING)]] if self._typed else []

    def records(self, session: Session) -> list[Record]:
        """The row that makes one, then those that fit."""
        from convisav_tui.shop.checklist_editing import active_types
        from convisav_tui.shop.checklists import worded
        from convisav_tui.shop.knowledge import search_fixes

        self._types = [(row.code, worded(row.names, language()), row.id or 0) for row in active_types(session)]
        names = {type_id: name for _code, name, type_id in self._types}
        found = search_fixes(session, self._typed)
        self._fixes = {fix.id: fix for fix in found}
        rows = [
            Record(
                fix.id,
                fix.id,
                {
                    "device": f"{fix.brand} {fix.model}".strip() or names.get(fix.type_id, ""),
                    "symptom": " ".join(fix.symptom.split()),
                    "cause": fix.cause,
                    "remedy": fix.remedy,
                },
            )
            for fix in found
        ]
        return [Record(NEW, NEW, {"device": _("+ new fix")}), *rows]

    def chosen(self, record: Record) -> None:
        """Change it, or write one up."""
        self.host.open(FixFormView(self.counter, self._fixes.get(record.identity), self._types))

    def key(self, key: Key) -> None:
        """`w` asks for words."""
        if key.name == "w":
            self.host.ask(TextPrompt(_("Words to search for:"), self._search, initial=self._typed))
        else:
            super().key(key)

    def _search(self, typed: str) -> None:
        self._typed = typed.strip()
        self._list.load()


class FixFormView(RecordFormView):
    """A fix, or a new one."""

    name: ClassVar[str] = "fix_form"

    def __init__(self, counter: Counter, fix: Known | None, types: Sequence[tuple[str, str, int]]) -> None:
        self._fix = fix
        super().__init__(counter, _fields(fix, types))
        self.title = _("What mends it") if fix is not None else _("New fix")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save it."""
        from convisav_tui.shop.knowledge import write_fix

        write_fix(session, raw, self.counter.actor, fix_id=self._fix.id if self._fix is not None else None)
        return _("Saved; it is proposed while diagnosing")


def _fields(fix: Known | None, types: Sequence[tuple[str, str, int]]) -> tuple[FieldSpec, ...]:
    chosen = next((code for code, _name, type_id in types if fix is not None and type_id == fix.type_id), types[0][0])

    def text(key: str) -> str:
        return " ".join(str(getattr(fix, key)).split()) if fix is not None else ""

    choices = tuple((code, name) for code, name, _id in types)
    return (
        FieldSpec("device_type", mark("Type"), "choice", row=0, width=30, choices=choices, default=chosen),
        FieldSpec("brand", mark("Brand"), row=1, width=24, default=text("brand"), longest=80),
        FieldSpec("model", mark("Model"), row=2, width=30, default=text("model"), longest=120),
        FieldSpec("symptom", mark("Symptom"), row=3, width=50, grow=1, default=text("symptom"), longest=2000),
        FieldSpec("cause", mark("Cause"), row=4, width=50, grow=1, default=text("cause"), longest=2000),
        FieldSpec("remedy", mark("Remedy"), row=5, width=50, grow=1, default=text("remedy"), longest=2000),
    )
