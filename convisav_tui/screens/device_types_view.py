"""The types of devices (F10, managers): their checkpoints and predefined works are added, changed, hidden, ordered;
texts, usual parts and PDF forms have screens of their own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.i18n import _, language, mark
from convisav_tui.money import plain_amount
from convisav_tui.screens.customer_card import LANGUAGE_NAMES
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.type_files import export_file, import_file
from convisav_tui.screens.type_texts_view import languages, open_texts
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.models import Checkpoint, PredefinedWork

NEW = 0


class DeviceTypesView(ListingView):
    """Enter opens the checkpoints of a type."""

    name: ClassVar[str] = "device_types"
    columns = (
        ColumnSpec("name", mark("Type"), 24, grow=2),
        ColumnSpec("checks", mark("Checks"), 10, align="right"),
        ColumnSpec("works", mark("Works"), 8, align="right"),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Types of devices")
        self._names: dict[object, str] = {}

    def actions(self) -> Sequence[str]:
        """What leads on."""
        return ("menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (
            ("enter", _("Checks")),
            ("w", _("Works")),
            ("t", _("Texts")),
            ("r", _("Parts")),
            ("f", "PDF"),
            ("i", _("Import")),
            ("x", _("Export")),
        )

    def records(self, session: Session) -> list[Record]:
        """All types, with how much is known of each."""
        from convisav_tui.shop.checklist_editing import active_types
        from convisav_tui.shop.checklist_store import checkpoints_of, works_of_type
        from convisav_tui.shop.checklists import worded

        types = active_types(session)
        self._names = {row.id: worded(row.names, language()) for row in types}
        return [
            Record(
                row.id or 0,
                row.id or 0,
                {
                    "name": self._names[row.id],
                    "checks": str(len(checkpoints_of(session, row.id or 0)) or ""),
                    "works": str(len(works_of_type(session, row.id or 0)) or ""),
                },
            )
            for row in types
        ]

    def chosen(self, record: Record) -> None:
        """Its checkpoints."""
        self.host.open(CheckpointsView(self.counter, int(str(record.identity)), self._names[record.identity]))

    def key(self, key: Key) -> None:
        """Works, texts, parts, forms, files of the type under the cursor."""
        record = self._list.current
        if key.name == "i":
            self.host.ask(TextPrompt(_("Checklist to take over, file:"), self._import))
        elif key.name in ("w", "t", "r", "f", "x") and record is not None:
            self._open(key.name, int(str(record.identity)), self._names[record.identity])
        else:
            super().key(key)

    def _open(self, letter: str, type_id: int, name: str) -> None:
        from convisav_tui.screens.check_form_view import CheckFormsView
        from convisav_tui.screens.type_texts_view import UsualPartsView

        if letter == "w":
            self.host.open(WorksView(self.counter, type_id, name))
        elif letter == "r":
            self.host.open(UsualPartsView(self.counter, type_id, name))
        elif letter == "f":
            self.host.open(CheckFormsView(self.counter, type_id, name))
        elif letter == "t":
            open_texts(self.host, self.counter, type_id, name)
        else:
            ask = TextPrompt(_("Write the checklist into the folder:"), lambda typed: self._export(type_id, typed))
            self.host.ask(ask)

    def _import(self, typed: str) -> None:
        if typed.strip():
            import_file(self.host, self.counter, typed, self._list.load)

    def _export(self, type_id: int, typed: str) -> None:
        if typed.strip():
            export_file(self.host, self.counter, type_id, typed)


class _OrderedView(ListingView):
    """Rows of one type that + and - put elsewhere; the last row adds one."""

    def __init__(self, counter: Counter, type_id: int, title: str) -> None:
        super().__init__(counter)
        self.type_id = type_id
        self.title = title

    def actions(self) -> Sequence[str]:
        """Put the row under the cursor elsewhere."""
        return ("earlier", "later", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Change")), ("-", _("Up")), ("+", _("Down")), ("escape", _("Back")))

    def act(self, action: str) -> bool:
        """One place up or down."""
        record = self._list.current
        if action not in ("earlier", "later"):
            return False
        if record is not None and record.identity != NEW:
            row_id, by = int(str(record.identity)), -1 if action == "earlier" else 1
            self.host.run(
                lambda: self.counter.store.write(lambda session: self.move(session, row_id, by)),
                lambda _none: self._list.refresh(),
                label=_("Saving"),
            )
        return True

    def move(self, session: Session, row_id: int, by: int) -> None:
        """Write the new order."""
        raise NotImplementedError


class CheckpointsView(_OrderedView):
    """The questions of a type, stage by stage."""

    name: ClassVar[str] = "checkpoints"
    columns = (
        ColumnSpec("stage", mark("When"), 12),
        ColumnSpec("text", mark("Question"), 28, grow=3),
        ColumnSpec("kind", mark("Answer"), 9),
        ColumnSpec("opens", mark("Opened by"), 14, grow=1),
        ColumnSpec("active", "", 8),
    )

    def __init__(self, counter: Counter, type_id: int, type_name: str) -> None:
        super().__init__(counter, type_id, _("Checkpoints: {type}").format(type=type_name))
        self._rows: dict[object, Checkpoint] = {}

    def records(self, session: Session) -> list[Record]:
        """All of them, hidden ones too, and the row that makes one."""
        from convisav_tui.shop.checklist_editing import opens_text
        from convisav_tui.shop.checklist_store import checkpoints_of
        from convisav_tui.shop.checklists import worded

        found = checkpoints_of(session, self.type_id)
        self._rows = {row.id: row for row in found}
        rows = [
            Record(
                row.id or 0,
                row.id or 0,
                {
                    "stage": words.word(words.STAGES, row.stage.value),
                    "text": worded(row.texts, language()) + (" *" if row.required else ""),
                    "kind": words.word(words.ANSWER_KINDS, row.kind.value),
                    "opens": opens_text(row),
                    "active": "" if row.active else _("hidden"),
                },
            )
            for row in found
        ]
        return [*rows, Record(NEW, NEW, {"text": _("+ new question")})]

    def chosen(self, record: Record) -> None:
        """Change it, or make one."""
        self.host.open(CheckpointFormView(self.counter, self.type_id, self._rows.get(record.identity)))

    def move(self, session: Session, row_id: int, by: int) -> None:
        """See `_OrderedView`."""
        from convisav_tui.shop.checklist_editing import move_checkpoint

        move_checkpoint(session, row_id, by, self.counter.actor)


class WorksView(_OrderedView):
    """The predefined works of a type."""

    name: ClassVar[str] = "works"
    columns = (
        ColumnSpec("name", mark("Work"), 36, grow=3),
        ColumnSpec("minutes", mark("Min."), 6, align="right"),
        ColumnSpec("price", mark("Price incl. VAT"), 16, align="right"),
        ColumnSpec("active", "", 8),
    )

    def __init__(self, counter: Counter, type_id: int, type_name: str) -> None:
        super().__init__(counter, type_id, _("Works: {type}").format(type=type_name))
        self._rows: dict[object, PredefinedWork] = {}

    def records(self, session: Session) -> list[Record]:
        """All of them, hidden ones too, and the row that makes one."""
        from convisav_tui.shop.checklist_store import works_of_type
        from convisav_tui.shop.checklists import worded

        found = works_of_type(session, self.type_id)
        self._rows = {row.id: row for row in found}
        rows = [
            Record(
                row.id or 0,
                row.id or 0,
                {
                    "name": worded(row.names, language()),
                    "minutes": str(row.minutes),
                    "price": self.counter.amount(row.price),
                    "active": "" if row.active else _("hidden"),
                },
            )
            for row in found
        ]
        return [*rows, Record(NEW, NEW, {"name": _("+ new work")})]

    def chosen(self, record: Record) -> None:
        """Change it, or make one."""
        self.host.open(WorkFormView(self.counter, self.type_id, self._rows.get(record.identity)))

    def move(self, session: Session, row_id: int, by: int) -> None:
        """See `_OrderedView`."""
        from convisav_tui.shop.checklist_editing import move_work

        move_work(session, row_id, by, self.counter.actor)


class CheckpointFormView(RecordFormView):
    """A question, or a new one."""

    name: ClassVar[str] = "checkpoint_form"

    def __init__(self, counter: Counter, type_id: int, row: Checkpoint | None) -> None:
        self._type_id, self._row = type_id, row
        super().__init__(counter, _question_fields(counter, row))
        self.title = _("Question") if row is not None else _("New question")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save it."""
        from convisav_tui.shop.checklist_editing import save_checkpoint

        row, counter = self._row, self.counter
        save_checkpoint(
            session,
            self._type_id,
            raw,
            counter.shop,
            counter.actor,
            checkpoint_id=row.id if row is not None else None,
            expected_version=row.version if row is not None else None,
        )
        return _("Saved")


class WorkFormView(RecordFormView):
    """A predefined work, or a new one."""

    name: ClassVar[str] = "work_form"

    def __init__(self, counter: Counter, type_id: int, row: PredefinedWork | None) -> None:
        self._type_id, self._row = type_id, row
        super().__init__(counter, _work_fields(counter, row))
        self.title = _("Predefined work") if row is not None else _("New predefined work")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save it."""
        from convisav_tui.shop.checklist_editing import save_work

        row, counter = self._row, self.counter
        save_work(
            session,
            self._type_id,
            raw,
            counter.shop,
            counter.actor,
            work_id=row.id if row is not None else None,
            expected_version=row.version if row is not None else None,
        )
        return _("Saved")


def _question_fields(counter: Counter, row: Checkpoint | None) -> tuple[FieldSpec, ...]:
    from convisav_tui.shop.checklist_editing import choices_text, opens_text

    texts = row.texts if row is not None else {}
    stages = tuple((code, words.word(words.STAGES, code)) for code in words.STAGES)
    kinds = tuple((code, words.word(words.ANSWER_KINDS, code)) for code in words.ANSWER_KINDS)
    choices = choices_text(row, counter.config.shop.language)
    suggests = ", ".join(code.partition(".")[2] for code in row.suggests) if row is not None else ""
    stage, kind = (row.stage.value, row.kind.value) if row is not None else ("diagnosis", "check")
    asked = CHECKED if row is not None and row.required else ""
    shown = CHECKED if row is None or row.active else ""
    return (
        *(
            FieldSpec(f"text_{code}", LANGUAGE_NAMES[code], row=at, width=40, grow=1, default=texts.get(code, ""))
            for at, code in enumerate(languages(counter))
        ),
        FieldSpec("stage", mark("When"), "choice", row=4, width=20, choices=stages, default=stage),
        FieldSpec("kind", mark("Answer"), "choice", row=5, width=20, choices=kinds, default=kind),
        FieldSpec("unit", mark("Unit"), row=6, width=10, default=row.unit if row is not None else "", longest=16),
        FieldSpec(
            "choices",
            mark("Choices"),
            row=7,
            width=40,
            grow=1,
            default=choices,
            longest=400,
            help=mark("As: dry: dry; wet: wet"),
        ),
        FieldSpec(
            "opens_when",
            mark("Opened by"),
            row=8,
            width=40,
            grow=1,
            default=opens_text(row),
            longest=400,
            help=mark("As: drains = faulty; empty: always asked"),
        ),
        FieldSpec(
            "suggests",
            mark("Works"),
            row=9,
            width=40,
            grow=1,
            default=suggests,
            longest=400,
            help=mark("Codes of the works that it proposes when it is faulty"),
        ),
        FieldSpec("required", mark("Required"), "check", row=10, width=1, default=asked),
        FieldSpec("active", mark("Asked"), "check", row=11, width=1, default=shown),
    )


def _work_fields(counter: Counter, row: PredefinedWork | None) -> tuple[FieldSpec, ...]:
    currency = counter.config.shop.currency
    names = row.names if row is not None else {}

    def amount(minor: int | None) -> str:
        return plain_amount(minor, currency) if minor else ""

    return (
        *(
            FieldSpec(f"name_{code}", LANGUAGE_NAMES[code], row=at, width=40, grow=1, default=names.get(code, ""))
            for at, code in enumerate(languages(counter))
        ),
        FieldSpec("minutes", mark("Minutes"), row=4, width=6, default=str(row.minutes) if row is not None else ""),
        FieldSpec("cost", mark("Cost excl. VAT"), "amount", row=5, width=12, default=amount(row.cost if row else 0)),
        FieldSpec("price", mark("Price incl. VAT"), "amount", row=6, width=12, default=amount(row.price if row else 0)),
        FieldSpec(
            "active", mark("Offered"), "check", row=7, width=1, default=CHECKED if row is None or row.active else ""
        ),
    )
