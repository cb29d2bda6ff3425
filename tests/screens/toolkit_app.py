"""A small program on the toolkit: a list and a form, for the tests in a pseudo-terminal."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path

from convisav_tui.app import run_app
from convisav_tui.screens.desk import Desk, Hooks
from convisav_tui.screens.keys import Key
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.form_fields import FieldSpec, Suggestion
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role, Span
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record, RecordList, Request
from convisav_tui.screens.widgets.text_line import TextLine

COUNT = 100_000
OUT = os.environ.get("TOOLKIT_OUT", "")


def tell(what: str, data: object) -> None:
    """Append what happened to the file that the test reads."""
    if OUT:
        with Path(OUT).open("a", encoding="utf-8") as out:
            out.write(json.dumps([what, data], ensure_ascii=False) + "\n")


def record(number: int) -> Record:
    cells = {
        "number": f"26 {number:07d} 0",
        "customer": ("Lefèvre H.", "Le Goff", "Haddad M.", "渡辺 健", "[bold]O'Neil & Fils[/]")[number % 5],
        "device": ("Miele WCD320", "iPhone 12", "Omega 166.0")[number % 3],
        "state": ("waiting", "quote", "ready")[number % 3],
        "due": f"{1 + number % 28:02d}/11",
        "fault": "ne vidange plus",
    }
    return Record(number, number, cells, {"due": Role.WARNING} if number % 7 == 0 else {})


def fetch(request: Request) -> list[Record]:
    position = request.position if isinstance(request.position, int) else 0
    ranges = {
        "first": range(0, request.limit),
        "last": range(COUNT - request.limit, COUNT),
        "after": range(position + 1, position + 1 + request.limit),
        "before": range(max(0, position - request.limit), position),
        "at": range(position, position + request.limit),
    }
    return [record(number) for number in ranges[request.where] if 0 <= number < COUNT]


COLUMNS = (
    ColumnSpec("number", "Number", 12),
    ColumnSpec("customer", "Customer", 16, grow=1),
    ColumnSpec("device", "Device", 15, grow=1),
    ColumnSpec("state", "State", 9),
    ColumnSpec("due", "Due", 6, align="right"),
    ColumnSpec("fault", "Fault", 20, from_width=100, grow=1),
)


class Board(View):
    name = "board"
    title = "ConviSAV · Toolkit"
    title_right = "Anna 14:32"

    def __init__(self) -> None:
        self.line = TextLine()
        self.list = RecordList(COLUMNS, fetch)
        self.typing_now = False

    @property
    def typing(self) -> bool:
        return True

    def is_command(self, key: Key) -> bool:
        return not self.line.text and key.character.isdigit()

    def opened(self) -> None:
        self.list.load()

    def render(self, width: int, height: int) -> Page:
        shown, x = self.line.render(width - 4)
        page = self.list.render(width, height - 1)
        y = page.cursor[1] if page.cursor else 0
        cursor = (2 + x, 0) if self.line.text else (0, y + 1)
        return Page([[Span("⌕ ", Role.LABEL), Span(shown, Role.FIELD)], *page.rows], cursor)

    def key(self, key: Key) -> None:
        if self.is_command(key):
            tell("list", key.name)
            self.host.say(f"List {key.name}")
        elif key.name == "enter":
            tell("search", self.line.text)
            self.host.say(f"Search {self.line.text}")
            self.line.set("")
        elif key.name == "f7":
            self.host.say("till")
        elif not (key.name == "space" and not self.line.text and self.list.key(key)) and not self.list.key(key):
            self.line.key(key)

    def act(self, action: str) -> bool:
        if action == "new":
            self.host.open(Intake())
        elif action == "step":
            self.host.ask(ChoicePrompt("Next step", [("a", "Start work"), ("b", "Ask for parts")], self._stepped))
        elif action == "find":
            self.host.ask(TextPrompt("Find", lambda text: tell("find", text)))
        elif action == "messages":
            self.host.run(lambda: time.sleep(0.8), lambda _none: self.host.open(Intake()), label="Loading", leave=True)
        elif action == "till":
            raise RuntimeError("secret phone 0612345678")
        else:
            return False
        return True

    def _stepped(self, value: str) -> None:
        tell("step", value)
        self.host.say(f"Stepped {value}", Role.SUCCESS)

    def pasted(self, text: str) -> None:
        self.line.insert(" ".join(text.split()))

    def mark(self) -> object:
        return (self.line.text, self.line.cursor)

    def restore(self, mark: object) -> None:
        if isinstance(mark, tuple):
            self.line.set(mark[0])

    def park(self) -> None:
        tell("park", "board")


def customers(text: str, _state: object) -> list[Suggestion]:
    people = ["Hélène Lefèvre", "Paul Lefebvre", "Anna Haddad"]
    found = [Suggestion(name, str(n), detail=f"06 12 34 56 7{n}") for n, name in enumerate(people)]
    matching = [person for person in found if text.lower() in person.text.lower()]
    return [*matching, Suggestion(text, "new", shown=f"+ new customer « {text} »")]


FIELDS = (
    FieldSpec("customer", "Customer", row=0, width=24, suggest=customers),
    FieldSpec("device", "Device", row=1, width=24),
    FieldSpec("kind", "Type", row=2, width=12),
    FieldSpec("brand", "Brand", row=2, width=10),
    FieldSpec("model", "Model", row=2, width=10),
    FieldSpec("serial", "No.", "scan", row=2, width=8, grow=1),
    FieldSpec("fault", "Fault", "note", row=3, width=60, grow=1, height=3, longest=3000, required=True),
    FieldSpec("quote", "Quote", "check", row=4, width=1, default="1"),
    FieldSpec("cap", "Cap", "amount", row=4, width=8, default="150,00", chord="ctrl+v",
              validate=lambda text: "" if text.replace(",", "").isdigit() else "An amount such as 12,50"),
    FieldSpec("notify", "Notify", "choice", row=4, width=8, default="sms",
              choices=(("sms", "SMS"), ("email", "E-mail"), ("none", "—"))),
    FieldSpec("code", "Code", "secret", row=5, width=10, enter_stops=False),
    FieldSpec("note", "Note", row=5, width=20, grow=1),
)  # fmt: skip


class Intake(FormView):
    name = "intake"
    title = "New intake"

    def __init__(self) -> None:
        super().__init__(FIELDS)

    def act(self, action: str) -> bool:
        if action == "save":
            if self.form.check():
                tell("saved", self.form.state.texts())
                self.host.back()
            return True
        return False

    def park(self) -> None:
        tell("park", self.form.state.texts())


def main() -> int:
    def hooks(desk: Desk) -> Hooks:
        def scanned(number: str) -> bool:
            tell("scan", number)
            desk.say(f"Scan {number}")
            return True

        return Hooks(on_scan=scanned)

    log = Path(OUT + ".log") if OUT else None
    return run_app(Board, hooks=hooks, preload=lambda: None, on_tick=lambda desk: None, log_file=log)


if __name__ == "__main__":
    sys.exit(main())
