"""The checklist of an order on one screen: checks by one key, measures and texts by Enter, what they propose below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number
from convisav_tui.i18n import _, language
from convisav_tui.screens.checklist_files import elsewhere, keep_photo_of, print_form, read_form_back, say_wrong
from convisav_tui.screens.checklist_painting import check_row, known_row, work_row
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.reading import read
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.checklists import Check, ProposedWork
    from convisav_tui.shop.diagnosis import Diagnosis

# What a key answers to a check; d as in French défectueux and Romanian defect.
ANSWERS = {"o": "ok", "f": "faulty", "d": "faulty", "n": "not_checked"}


class ChecklistView(View):
    """o, f, n answer the check under the cursor or the marked ones; Enter asks for a measure, text, file or note."""

    name: ClassVar[str] = "checklist"

    def __init__(self, counter: Counter, number: str, stage: str = "", *, offered: bool = False) -> None:
        """`stage` "": the one that the order's state asks for. `offered`: nobody asked for it, so that a key that is
        not meant for it closes it and does what it would have done without it."""
        self.counter, self.number = counter, number
        self._offered = offered
        self.title = _("Checklist of {number}").format(number=ticket_number.show(number))
        self._found: Diagnosis | None = None
        self._stage = stage
        self._cursor = self._top = 0
        self._marked: set[int] = set()
        self._done = 0  # the checkpoint that was just answered: the cursor goes to the one below it

    def opened(self) -> None:
        """Read the list that the state of the order asks for."""
        self._read()

    def resumed(self) -> None:
        """Read again."""
        self._read()

    def changed_elsewhere(self) -> None:
        """Read again."""
        self._read()

    def order_number(self) -> str:
        """The order that is checked."""
        return self.number

    def actions(self) -> Sequence[str]:
        """What follows a checklist."""
        form = ("print", "form_read") if self._found is not None and self._found.form else ()
        return ("quote", "step", *form, "help", "menu", "quit")

    def act(self, action: str) -> bool:
        """The PDF form of this list; what was not asked for makes way for the next step."""
        if action == "step" and self._offered:
            self._make_way(action)
        elif action == "print":
            print_form(self.host, self.counter, self._found)
        elif action == "form_read":
            self.host.ask(TextPrompt(_("Filled form (PDF), file:"), self._read_form))
        else:
            return False
        return True

    def hint(self) -> Row:
        """The keys of a checklist."""
        keys = (
            ("o", _("ok")),
            ("f", _("fault")),
            ("n", _("unseen")),
            (label("enter"), _("Note")),
            (label("space"), _("Mark")),
            ("a", _("Rest ok")),
            (label("tab"), _("Tests") if self._at_diagnosis else _("Diagnosis")),
        )
        return [span for key, text in keys for span in (Span(f" {key}", Role.KEY), Span(f" {text} ", Role.DIM))]

    def key(self, key: Key) -> None:
        """Answers by letter; arrows, marks, Enter; digits take over what earlier repairs propose."""
        if self._offered and key.name != "escape":
            other = elsewhere(key)
            if other:
                self._make_way(other)
                return
            self._offered = False
        last = len(self._checks) + len(self._works) - 1
        steps = {"down": 1, "up": -1, "pagedown": 10, "pageup": -10, "home": -999, "end": 999}
        if key.name in steps:
            self._cursor = max(0, min(last, self._cursor + steps[key.name]))
        elif key.name in ("tab", "shift+tab"):
            self._stage = "final_test" if self._at_diagnosis else "diagnosis"
            self._cursor, self._marked = 0, set()
            self._read()
        elif key.character in ANSWERS:
            self._answer(ANSWERS[key.character])
        elif key.name == "space":
            self._mark_or_choose()
        elif key.name == "enter":
            self._ask()
        elif key.character == "a":
            self._rest_is_ok()
        elif key.character == "e" and self._found is not None:
            self.host.ask(TextPrompt(_("Found fault:"), self._write_found, initial=self._found.found))
        elif key.character.isdigit() and key.character != "0":
            self._take_over(int(key.character) - 1)
        else:
            super().key(key)

    def render(self, width: int, height: int) -> Page:
        """Fault, checks, works, what was found, what earlier repairs say."""
        self.title_right = self.counter.title_right()
        found = self._found
        if found is None:
            return Page([], None)
        stage = _("Diagnosis") if self._at_diagnosis else _("Final tests")
        head: list[Row] = [[Span(f" {stage}  ", Role.HEADING), Span(f"{found.device}  {found.fault}")]]
        rows = [
            check_row(check, index == self._cursor, check.checkpoint_id in self._marked, width)
            for index, check in enumerate(found.checks)
        ]
        if not found.checks:
            rows.append([Span("  " + _("No checklist for this type of device (F10, device types)"), Role.DIM)])
        if self._works:
            rows.append([Span(" " + _("Works proposed (Space: leave out)"), Role.HEADING)])
            first = len(found.checks)
            rows += [work_row(w, first + i == self._cursor, self.counter, width) for i, w in enumerate(self._works)]
        foot = self._foot(found, width)
        room = max(3, height - len(head) - len(foot))
        at = self._cursor + (1 if self._cursor >= len(found.checks) and self._works else 0)
        self._top = max(min(self._top, at), at - room + 1, 0)
        shown = rows[self._top : self._top + room]
        shown += [[] for _row in range(room - len(shown))]
        return Page([*head, *shown, *foot][:height], (0, len(head) + at - self._top))

    def _foot(self, found: Diagnosis, width: int) -> list[Row]:
        if not self._at_diagnosis:
            return []
        rows: list[Row] = [
            [Span(" " + _("Found fault:") + " ", Role.LABEL), Span(found.found or "—"), Span("  (e)", Role.KEY)]
        ]
        if found.known:
            rows.append([Span(" " + _("Earlier repairs (digit: take over)"), Role.HEADING)])
            rows += [known_row(index, known) for index, known in enumerate(found.known)]
        elif found.procedure:
            rows += [[Span(" " + line, Role.DIM)] for line in wrap(found.procedure, max(10, width - 2))[:3]]
        return rows

    def _make_way(self, action: str) -> None:
        host = self.host
        host.back()
        host.act(action)

    def _read_form(self, typed: str) -> None:
        if typed.strip() and self._found is not None:
            read_form_back(self.host, self.counter, self._found.order_id, typed, self._read)

    # --- what is on screen ------------------------------------------------------------------------------------------

    @property
    def _at_diagnosis(self) -> bool:
        return self._found is None or self._found.stage.value == "diagnosis"

    @property
    def _checks(self) -> Sequence[Check]:
        return self._found.checks if self._found is not None else ()

    @property
    def _works(self) -> Sequence[ProposedWork]:
        return self._found.works if self._found is not None and self._at_diagnosis else ()

    @property
    def _current(self) -> Check | None:
        return self._checks[self._cursor] if self._cursor < len(self._checks) else None

    def _read(self) -> None:
        read(self.host, self.counter, self._reading, self._show, self._unreadable, group="checklist")

    def _reading(self) -> Diagnosis:
        from convisav_tui.shop.diagnosis import diagnosis_of
        from convisav_tui.store.models import CheckStage

        stage = CheckStage(self._stage) if self._stage else None
        with self.counter.store.read() as session:
            return diagnosis_of(session, self.number, stage, language())

    def _show(self, found: Diagnosis) -> None:
        here = self._done or (self._current.checkpoint_id if self._current is not None else 0)
        below, self._done = (1 if self._done else 0), 0
        self._found, self._stage = found, found.stage.value
        last = max(0, len(found.checks) + len(self._works) - 1)
        same = (index + below for index, check in enumerate(found.checks) if check.checkpoint_id == here)
        self._cursor = min(next(same, self._cursor), last)
        self.host.repaint()

    def _unreadable(self, error: Exception) -> None:
        self.host.say_error(error)

    # --- answers ------------------------------------------------------------------------------------------------------

    def _mark_or_choose(self) -> None:
        """Space: mark a check for one answer to several, or leave a proposed work out."""
        check, found = self._current, self._found
        if check is not None:
            self._marked ^= {check.checkpoint_id}
            self._cursor = min(self._cursor + 1, len(self._checks) + len(self._works) - 1)
        elif found is not None and found.works:
            at = self._cursor - len(found.checks)
            left = [work.code for index, work in enumerate(found.works) if (not work.chosen) != (index == at)]
            self._leave_out(found.order_id, left)

    def _answer(self, said: str) -> None:
        """To the marked checks, else to the one under the cursor, which moves on."""
        chosen = [check for check in self._checks if check.checkpoint_id in self._marked]
        current = self._current
        if not chosen and current is not None:
            chosen = [current]
        fit = [check for check in chosen if check.kind.value == "check" or said == "not_checked"]
        if not fit:
            if chosen:
                self._ask()
            return
        if not self._marked:
            self._done = fit[0].checkpoint_id
        self._marked.clear()
        self._write({check.checkpoint_id: said for check in fit})

    def _rest_is_ok(self) -> None:
        open_checks = [check for check in self._checks if not check.answer and check.kind.value == "check"]
        if open_checks:
            self._write({check.checkpoint_id: "ok" for check in open_checks})

    def _ask(self) -> None:
        """Enter: the note of a check, a measure, a text, a choice, the file of a photo."""
        check = self._current
        if check is None:
            self._mark_or_choose()
            return
        kind, question = check.kind.value, f"{check.text}:"
        if kind == "choice":
            self.host.ask(
                ChoicePrompt(
                    question, check.choices, lambda code: self._write({check.checkpoint_id: code}), current=check.answer
                )
            )
        elif kind == "check":
            note = lambda text: self._write({check.checkpoint_id: check.answer or "faulty"}, note=text)  # noqa: E731
            self.host.ask(TextPrompt(_("Note on {what}:").format(what=check.text), note, initial=check.note))
        else:
            words = {"measure": f"{check.text} ({check.unit}):", "photo": _("{what}, file:").format(what=check.text)}
            done = lambda text: self._typed(check, text)  # noqa: E731
            self.host.ask(
                TextPrompt(
                    words.get(kind, question), done, initial="" if check.answer == "not_checked" else check.answer
                )
            )

    def _typed(self, check: Check, text: str) -> None:
        if not text.strip():
            return
        self._done = check.checkpoint_id
        if check.kind.value == "photo":
            keep = lambda kept: self._write({check.checkpoint_id: kept.name}, evidence=kept.path)  # noqa: E731
            keep_photo_of(self.host, self.counter, text, keep)
        else:
            self._write({check.checkpoint_id: text})

    def _write(self, answers: dict[int, str], note: str = "", evidence: str = "") -> None:
        from convisav_tui.shop.checklists import answer_checks

        found, counter = self._found, self.counter
        if found is None:
            return
        order_id = found.order_id
        self._run(
            lambda session: answer_checks(session, order_id, answers, counter.actor, note=note, evidence=evidence)
        )

    def _leave_out(self, order_id: int, codes: list[str]) -> None:
        from convisav_tui.shop.checklists import leave_works_out

        key, counter = f"works-{uuid4()}", self.counter
        self._run(lambda session: leave_works_out(session, order_id, codes, counter.actor, key))

    def _write_found(self, text: str) -> None:
        from convisav_tui.shop.checklists import write_found_fault

        found, counter, key = self._found, self.counter, f"found-{uuid4()}"
        if found is not None:
            order_id = found.order_id
            self._run(lambda session: write_found_fault(session, order_id, text, counter.actor, key))

    def _take_over(self, index: int) -> None:
        from convisav_tui.shop.knowledge import use_fix

        found, counter = self._found, self.counter
        if found is not None and index < len(found.known):
            order_id, fix_id = found.order_id, found.known[index].id
            self._run(lambda session: use_fix(session, order_id, fix_id, counter.actor))

    def _run(self, operation: Callable[[Session], None]) -> None:
        self.host.run(
            lambda: self.counter.store.write(operation),
            lambda _none: self._read(),
            lambda error: say_wrong(self.host, error),
            label=_("Saving"),
        )
