"""Orders from a principal's file: which file, which column is what (remembered), what would happen, then doing it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, mark, ngettext
from convisav_tui.screens.actions import find
from convisav_tui.screens.intake_principal import offered, principal_id
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.form_fields import Choices, FieldSpec, FormState, Suggestion
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.order_files import OrderFile
    from convisav_tui.shop.order_import import Import, ImportReport, RowReport

USUAL = ("device_type", "fault")
_SHOWN_FILES = 8
_TABLES = (".csv", ".txt", ".tsv")


class ImportOrdersView(FormView):
    """Whose file, and where it is; Ctrl+S goes on to its columns."""

    name: ClassVar[str] = "import_orders"

    def __init__(self, counter: Counter, *, party_id: int = 0) -> None:
        from convisav_tui.screens.intake_reading import ShopLookups

        super().__init__(_choosing(), label_width=12)
        self.counter = counter
        self.title = _("Orders from a file")
        self._lookups = ShopLookups(counter)
        self._party_id = party_id

    def opened(self) -> None:
        """Offer the principals."""
        self.host.when_loaded(lambda: self._suggest("principal"))

    def actions(self) -> Sequence[str]:
        """On, or away."""
        return ("take_rows", "help", "menu", "quit")

    def act(self, action: str) -> bool:
        """Ctrl+S goes on."""
        if action == "take_rows":
            self._go_on()
        return action == "take_rows"

    def render(self, width: int, height: int) -> Page:
        """The form."""
        self.title_right = self.counter.title_right()
        return super().render(width, height)

    def field_reached(self, key: str) -> None:
        """Offer before anything is typed."""
        if key == "principal" and not self.form.state[key]:
            self._suggest(key)

    def field_changed(self, key: str) -> None:
        """Suggestions follow what is typed."""
        self.form.error(key, "")
        if key == "principal" and self.form.state.picked(key) is None:
            self._suggest(key)

    def end_reached(self) -> None:
        """Enter after the path goes on."""
        self._go_on()

    def _suggest(self, key: str) -> None:
        text = self.form.state[key]
        self.form.expect(key)

        def came(found: list[Suggestion]) -> None:
            chosen = next((one for one in found if one.key == str(self._party_id)), None)
            if chosen is not None and not text:
                self.form.state.put(key, chosen.text, chosen)
                self.form.go("path")
            else:
                self.form.offer(key, text, found)

        self.host.run(lambda: offered(self._lookups.principals(text)), came, hold=False, group="suggest")

    def _go_on(self) -> None:
        party, path = principal_id(self.form.state), self.form.state["path"].strip()
        if party is None or not path:
            wrong = {"principal": "" if party else _("Choose the principal whose file it is")}
            self.form.errors(wrong | {"path": "" if path else _("Type the name of the file")})
            return

        def read() -> MappingView:
            from convisav_tui.shop.order_files import read_order_file
            from convisav_tui.shop.order_import import remembered

            file = read_order_file(content_of(path))
            with self.counter.store.read() as session:
                mapping, usual = remembered(session, party)
            return MappingView(self.counter, party, Path(path).name, file, mapping, usual)

        self.host.run(read, self.host.open, self._unreadable, label=_("Reading"))

    def _unreadable(self, error: Exception) -> None:
        if isinstance(error, UsageError):
            self.form.errors({"path": str(error)})
        else:
            self.host.say_error(error)


def content_of(path: str) -> bytes:
    """The bytes of a file. Raises UsageError in words for whatever cannot be read."""
    from convisav_tui.shop.order_files import LARGEST_FILE

    try:
        with Path(path).expanduser().open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(_("{path} cannot be read: {reason}.").format(path=path, reason=reason), "") from error


class MappingView(FormView):
    """Which column fills which field; Ctrl+S tries it and shows what would happen."""

    name: ClassVar[str] = "import_orders"

    def __init__(
        self,
        counter: Counter,
        party_id: int,
        file_name: str,
        file: OrderFile,
        mapping: dict[str, str],
        usual: dict[str, str],
    ) -> None:
        from convisav_tui.shop.order_files import guess_mapping

        super().__init__(_mapping(file.columns, guess_mapping(file.columns, mapping), usual), label_width=14)
        self.counter = counter
        self._party_id, self._file = party_id, file
        self.title = _("Columns of {file}").format(file=file_name)

    def actions(self) -> Sequence[str]:
        """On, or away."""
        return ("take_rows", "help")

    def act(self, action: str) -> bool:
        """Ctrl+S tries."""
        if action == "take_rows":
            self._try()
        return action == "take_rows"

    def render(self, width: int, height: int) -> Page:
        """The columns, with how the file was read."""
        self.title_right = self.counter.title_right()
        file = self._file
        separator = {"\t": "Tab"}.get(file.separator, file.separator)
        count = ngettext("{count} row", "{count} rows", len(file.rows)).format(count=len(file.rows))
        told = f" {count} · {file.encoding} · {separator} · " + _("the columns are remembered for the next file")
        self.form.inform(20, "file", [Span(told, Role.DIM)])
        return super().render(width, height)

    def end_reached(self) -> None:
        """Enter after the last field tries."""
        self._try()

    def _plan(self) -> Import:
        from convisav_tui.shop.order_import import Import

        texts = self.form.state.texts()
        mapping = {key: text for key, text in texts.items() if text and not key.startswith("usual_")}
        usual = {key: texts[f"usual_{key}"].strip() for key in USUAL}
        return Import(self._party_id, mapping, {key: text for key, text in usual.items() if text})

    def _try(self) -> None:
        plan, file = self._plan(), self._file

        def tried() -> ImportReport:
            from convisav_tui.shop.order_import import remember_mapping, try_rows

            self.counter.store.write(lambda session: remember_mapping(session, plan))
            with self.counter.store.read() as session:
                return try_rows(session, file, plan, self.counter.shop)

        self.host.run(
            tried,
            lambda report: self.host.open(ReportView(self.counter, file, plan, report)),
            label=_("Trying the rows"),
            leave=True,
        )


class ReportView(View):
    """What would become of each row; Ctrl+S takes the good ones in, and then shows what became of them."""

    name: ClassVar[str] = "import_orders"

    def __init__(self, counter: Counter, file: OrderFile, plan: Import, report: ImportReport) -> None:
        self.counter = counter
        self.title = _("What would happen")
        self._file, self._plan, self._report = file, plan, report
        self._top = 0

    def actions(self) -> Sequence[str]:
        """Importing once, while there is something to import."""
        return ("take_rows", "help") if self._report.tried and self._report.new else ("help",)

    def act(self, action: str) -> bool:
        """Ctrl+S imports."""
        if action == "take_rows":
            self._take(0, [])
        return action == "take_rows"

    def key(self, key: Key) -> None:
        """Scroll; Esc goes back, after the import to where it all began."""
        steps = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10}
        if key.name in steps:
            self._top = max(0, self._top + steps[key.name])
        elif key.name == "escape" and not self._report.tried:
            self.host.home()
        else:
            super().key(key)

    def render(self, width: int, height: int) -> Page:
        """The sum, then each row that is refused with its reason, then the orders."""
        self.title_right = self.counter.title_right()
        report = self._report
        rows: list[Row] = [[Span(" " + report_sentence(report), Role.HEADING)]]
        if report.tried and report.new:
            key = label(find("take_rows").chord)
            rows.append([Span(" " + _("Nothing is written yet. {key} takes them in.").format(key=key), Role.DIM)])
        rows.append([])
        body: list[Row] = []
        for refused in report.refused:
            told = _("line {line}: {trouble}").format(line=refused.line, trouble=refused.trouble)
            body += [[Span(" " + piece, Role.ERROR)] for piece in wrap(told, width - 2)]
        for row in report.rows:
            if row.number:
                text = _("line {line}").format(line=row.line) + f"  {ticket_number.show(row.number)}"
                body.append([Span(" " + text + ("  " + _("was there before") if row.known else ""), Role.DIM)])
        room = max(1, height - len(rows))
        self._top = max(0, min(self._top, len(body) - room))
        return Page([*rows, *body[self._top : self._top + room]], (0, 0))

    def _take(self, at: int, done: list[RowReport]) -> None:
        """One row, one transaction: what breaks off is taken up by the same file."""
        file, plan, counter = self._file, self._plan, self.counter
        if at == len(file.rows):
            from convisav_tui.shop.order_import import ImportReport

            self._report, self._top = ImportReport(tried=False, rows=done), 0
            self.title = _("What was taken in")
            self.host.say(report_sentence(self._report), Role.SUCCESS)
            return

        def take() -> RowReport:
            from convisav_tui.shop.order_import import take_row

            return counter.store.write(
                lambda session: take_row(session, file, file.rows[at], plan, counter.actor, counter.shop)
            )

        told = _("Taking in {place} of {count}").format(place=at + 1, count=len(file.rows))
        self.host.run(take, lambda report: self._take(at + 1, [*done, report]), label=told)


def report_sentence(report: ImportReport) -> str:
    """The sum of a report in one line."""
    new = _("{count} new") if report.tried else _("{count} taken in")
    parts = [new.format(count=report.new)]
    if report.known:
        parts.append(_("{count} there before").format(count=report.known))
    count = len(report.refused)
    parts.append(ngettext("{count} refused", "{count} refused", count).format(count=count))
    return " · ".join(parts)


def _choosing() -> tuple[FieldSpec, ...]:
    return (
        FieldSpec(
            "principal",
            mark("Principal"),
            row=0,
            width=30,
            grow=1,
            pick_first=True,
            suggest_empty=True,
            longest=120,
            help=mark("Whose file it is; part of his name is enough"),
        ),
        FieldSpec(
            "path",
            mark("File"),
            row=1,
            width=50,
            grow=1,
            longest=400,
            suggest=files_offered,
            suggest_empty=True,
            help=mark("A CSV file; the folder is shown while you type"),
        ),
    )


def files_offered(typed: str, _state: FormState) -> list[Suggestion]:
    """Folders and CSV files that begin like what was typed; none where nothing can be read."""
    head, slash, begun = typed.rpartition("/")
    shown = f"{head}/" if slash else ""
    try:
        folder = Path(shown or ".").expanduser()
        entries = sorted((one.name, one.is_dir()) for one in folder.iterdir() if not one.name.startswith("."))
    except (OSError, ValueError, RuntimeError):
        return []
    fitting = [
        f"{shown}{name}{'/' if is_folder else ''}"
        for name, is_folder in entries
        if name.lower().startswith(begun.lower()) and (is_folder or name.lower().endswith(_TABLES))
    ]
    return [Suggestion(path) for path in fitting[:_SHOWN_FILES] if path != typed]


def _mapping(columns: Sequence[str], chosen: dict[str, str], usual: dict[str, str]) -> tuple[FieldSpec, ...]:
    from convisav_tui.shop.order_files import MAPPED

    choices: Choices = (("", "—"), *((column, column) for column in columns))
    keys = list(MAPPED)
    half = (len(keys) + 1) // 2
    specs = [
        FieldSpec(
            key,
            MAPPED[key],
            "choice",
            row=index % half,
            width=20,
            grow=1,
            default=chosen.get(key, ""),
            choices=choices,
            enter_stops=not chosen.get(key),
            help=mark("Arrows or a first letter choose the column of the file"),
        )
        for index, key in enumerate(keys)
    ]
    specs.sort(key=lambda spec: spec.row)
    words = {"device_type": mark("Type if empty"), "fault": mark("Fault if empty")}
    typed = [
        FieldSpec(f"usual_{key}", words[key], row=half + 1, width=18, grow=1, default=usual.get(key, ""), longest=200)
        for key in USUAL
    ]
    return (*specs, *typed)
