"""What is kept of a person and until when: hand it out, or erase who he was (F10 on his card, managers)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import _, format_day
from convisav_tui.screens.keys import Key
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap
from convisav_tui.screens.widgets.prompt import YesNo

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.anonymise import Foreseen

FOLDER = "exports"


class PersonView(View):
    """What would go, what would remain; `z` erases after a question, `x` writes all that is known into two files, one
    to read and one for other programs."""

    name: ClassVar[str] = "person"

    def __init__(self, counter: Counter, party_id: int) -> None:
        self.counter = counter
        self._party_id = party_id
        self._foreseen: Foreseen | None = None
        self._top = 0
        self.title = _("Personal data")

    def opened(self) -> None:
        """Read what there is."""
        self._read()

    def resumed(self) -> None:
        """Read again."""
        self._read()

    def actions(self) -> Sequence[str]:
        """Handing out and erasing."""
        return ("export", "erase", "menu", "help", "quit")

    def act(self, action: str) -> bool:
        """Hand out, or ask before anything is erased."""
        if action == "export":
            self._export()
        elif action == "erase":
            self._ask()
        else:
            return False
        return True

    def key(self, key: Key) -> None:
        """Scroll; Esc goes back."""
        if key.name in ("down", "pagedown", "up", "pageup"):
            self._top = max(0, self._top + (1 if key.name in ("down", "pagedown") else -1))
        else:
            super().key(key)

    def render(self, width: int, height: int) -> Page:
        """In sentences."""
        self.title_right = self.counter.title_right()
        rows = self._rows(width)
        self._top = min(self._top, max(0, len(rows) - height))
        return Page(rows[self._top : self._top + height], (0, 0))

    def _rows(self, width: int) -> list[Row]:
        foreseen = self._foreseen
        if foreseen is None:
            return []
        clock = foreseen.clock
        rows: list[Row] = [[Span(f" {clock.name}  {clock.code}", Role.HEADING)], []]
        last = _("Last contact {day}; his data may be erased from {due} on.")
        rows += _text(last.format(day=format_day(clock.last_contact), due=format_day(clock.due_on)), width)
        if foreseen.refusal:
            rows += [[], *_text("! " + foreseen.refusal, width, Role.WARNING)]
        for caption, lines in ((_("What goes"), foreseen.goes), (_("What remains"), foreseen.remains)):
            rows += [[], [Span(" " + caption, Role.LABEL)]]
            rows += [row for line in lines for row in _text("· " + line, width)]
        return rows

    def _read(self) -> None:
        from convisav_tui.shop.anonymise import foresee

        def read() -> Foreseen:
            with self.counter.store.read() as session:
                return foresee(session, self._party_id, self.counter.shop)

        self.host.run(read, self._show, label=_("Reading"))

    def _show(self, foreseen: Foreseen) -> None:
        self._foreseen = foreseen

    def _ask(self) -> None:
        if self._foreseen is None or self._foreseen.refusal:
            self.host.say(self._foreseen.refusal if self._foreseen else _("Reading"), Role.ERROR)
            return
        question = _("Erase {name} for ever?").format(name=self._foreseen.clock.name)
        self.host.ask(YesNo(question, self._erase, default=False))

    def _erase(self) -> None:
        from convisav_tui.shop.anonymise import anonymise

        counter = self.counter

        def done(foreseen: Foreseen) -> None:
            until = foreseen.clock.papers_until
            self.host.back()
            told = _("Erased.") if until is None else _("Erased; papers are kept until {day}.")
            self.host.say(told.format(day=format_day(until) if until else ""), Role.SUCCESS)

        self.host.run(
            lambda: counter.store.write(
                lambda session: anonymise(session, self._party_id, counter.actor, counter.shop), repeatable=True
            ),
            done,
            label=_("Saving"),
        )

    def _export(self) -> None:
        from convisav_tui.shop.person_export import export_person

        counter = self.counter
        code = self._foreseen.clock.code if self._foreseen is not None else str(self._party_id)

        def write() -> Path:
            from convisav_tui.printing.document_pdf import document_pdf
            from convisav_tui.shop.person_paper import person_paper

            text = counter.store.write(lambda session: export_person(session, self._party_id, counter.actor))
            folder, day = counter.config.home / FOLDER, counter.today.isoformat()
            written(folder, code, day, document_pdf(person_paper(text, counter.shop)), "pdf")
            return written(folder, code, day, text.encode())

        def done(path: Path) -> None:
            self.host.say(_("Written to {path}, and beside it as PDF to read").format(path=path), Role.SUCCESS)

        self.host.run(write, done, label=_("Saving"))


def written(folder: Path, code: str, day: str, content: bytes, kind: str = "json") -> Path:
    """Write an export where only this account reads it; one of the same day is written over."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{code}-{day}.{kind}"
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_bytes(content)
    return path


def _text(sentence: str, width: int, role: Role = Role.NORMAL) -> list[Row]:
    return [[Span(" " + line, role)] for line in wrap(sentence, max(10, width - 2))]
