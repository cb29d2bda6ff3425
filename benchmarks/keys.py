"""What a key costs: bytes to the terminal and CPU of all threads, beside a counter made of Textual's own widgets."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from statistics import fmean

from benchmarks import shops
from benchmarks.command import Extent, main
from benchmarks.figures import Aim, Figure, Sample
from benchmarks.reference.usual import BOX as USUAL_BOARD
from benchmarks.watched import Spent, Watched, convisav, reference

ORDERS = 10_000
FIELD_TEXT = "screen stays dark since yesterday, was dropped"
SEARCHES = ("dupre", "garcia", "06 00", "lumion", "lef")
IDLE_SECONDS = 3.0
TABS_TO_FAULT = 11
ON_WAITING, ON_ALL_OPEN = "▸1 Waiting", "▸0 All open"
DIGIT_PASSED = 1.5  # for a second a digit may be the begin of a number
USUAL = "usual Textual"

# In bytes, at 80x24.
LETTER, ROW, FIELD, SCREEN = (Aim(most, is_ratio=False) for most in (250, 500, 700, 6000))

# CPU from the digit to the last byte, however large the shop.
QUEUE_CHANGE = Aim(60, is_ratio=False)

Record = Callable[[str, Spent], None]


@dataclass
class Costs:
    """What each action cost one program, in the order in which they were first done."""

    spent: dict[str, list[Spent]] = field(default_factory=dict)

    def record(self, action: str, cost: Spent) -> None:
        """Keep one value."""
        self.spent.setdefault(action, []).append(cost)

    def sizes(self, action: str) -> Sample:
        return Sample(tuple(float(cost.size) for cost in self.spent[action]))

    def cpu(self, action: str) -> Sample:
        return Sample(tuple(cost.cpu for cost in self.spent[action]))

    def wall(self, action: str) -> Sample:
        return Sample(tuple(cost.wall for cost in self.spent[action]))


@dataclass(frozen=True)
class Action:
    """Something that people do with both programs: its aim in bytes, and what the table calls it."""

    name: str
    most: Aim | None = None


ACTIONS = (
    Action("letter in a text field", LETTER),
    Action("Tab to the next field", FIELD),
    Action("letter in the search box, hits found"),
    Action("one row down", ROW),
    Action("one row down, mean of 30 that scroll"),
    Action("PgDn"),
    Action("another list by its digit", SCREEN),
    Action("F2: the intake opens", SCREEN),
    Action("Esc: back from the intake", SCREEN),
    Action("Enter: the sheet opens", SCREEN),
    Action("Esc: back from the sheet", SCREEN),
)
# Ours alone: the other application has nothing that lies over its screens.
MODALS = (Action("F10: the menu over the board", SCREEN), Action("Esc: the menu closes", SCREEN))
OVER, AWAY = (action.name for action in MODALS)
IN_FIELD, TAB, IN_BOX, DOWN, SCROLL, PAGE, LIST, OPEN, LEAVE, SHEET, BACK = (action.name for action in ACTIONS)
IDLE = "idle, one second"


def measure(extent: Extent) -> list[Figure]:
    """Each round does everything once in our program, then in the other; both run all the time."""
    figures = []
    for term in extent.terms:
        for size in extent.sizes(ORDERS):
            figures += _on(term, size, extent.rounds)
    return figures


def _on(term: str, size: int, rounds: int) -> list[Figure]:
    ours, usual = Costs(), Costs()
    with contextlib.ExitStack() as stack:
        home = stack.enter_context(shops.copied(size))
        stack.enter_context(shops.without_worker(home))
        program = stack.enter_context(_board(home, term))
        other = stack.enter_context(reference("usual", term=term))
        other.wait("Marie")
        other.quiet(0.5)
        for place in range(rounds + 1):
            # The first round imports and composes what later ones have: it is not counted.
            _use_ours(program, place, (ours if place else Costs()).record)
            _use_usual(other, place, (usual if place else Costs()).record)
        for _round in range(max(3, rounds // 5)):
            ours.record(IDLE, _idle(program))
            usual.record(IDLE, _idle(other))
    return _figures(term, ours, usual)


@contextlib.contextmanager
def _board(home: Path, term: str) -> Iterator[Watched]:
    with convisav(home, term=term) as program:
        program.wait("Anna")
        program.quiet(0.5)
        yield program


def _figures(term: str, ours: Costs, usual: Costs) -> list[Figure]:
    figures = []
    for action in (*ACTIONS, *MODALS, Action(IDLE, Aim(0, is_ratio=False))):
        for unit, read in (("bytes", Costs.sizes), ("ms CPU", Costs.cpu), ("ms to the last byte", Costs.wall)):
            if unit.startswith("ms to") and action.name in (IDLE, SCROLL):
                continue
            aim = action.most if unit == "bytes" else QUEUE_CHANGE if (unit, action.name) == ("ms CPU", LIST) else None
            other = read(usual, action.name) if action.name in usual.spent else None
            against = USUAL if other else ""
            figures.append(Figure(f"{term}: {action.name}", unit, read(ours, action.name), other, against, aim))
    return figures


def _use_ours(program: Watched, place: int, record: Record) -> None:
    """From the board and back to it."""
    record(OPEN, program.spend("f2", shows="Serial"))
    for _field in range(TABS_TO_FAULT):
        record(TAB, program.spend("tab"))
    program.wait("arrows choose a frequent fault")
    for character in FIELD_TEXT[place % 7 :][:8]:
        record(IN_FIELD, program.spend("space" if character == " " else character))
    program.press("ctrl+u")
    program.quiet()
    record(LEAVE, program.spend("escape", hides="Serial"))
    _choose(program, ON_WAITING)
    record(LIST, program.spend("0", shows=ON_ALL_OPEN))
    for _row in range(5):
        record(DOWN, program.spend("down"))
    record(SCROLL, _average([program.spend("down", settled=0.06) for _row in range(30)]))
    record(PAGE, program.spend("pagedown"))
    record(PAGE, program.spend("pagedown"))
    record(SHEET, program.spend("enter", hides="Lists"))
    record(BACK, program.spend("escape", shows="Lists"))
    record(OVER, program.spend("f10", shows="Menu"))
    record(AWAY, program.spend("escape", hides="Menu"))
    record(LIST, program.spend("1", shows=ON_WAITING))
    time.sleep(DIGIT_PASSED)
    for character in SEARCHES[place % len(SEARCHES)]:
        record(IN_BOX, program.spend("space" if character == " " else character))
    program.spend("escape")


def _choose(program: Watched, shown: str) -> None:
    """Make sure that this list is the chosen one."""
    if shown not in program.text():
        program.press(shown[1])
        program.wait(shown)
    time.sleep(DIGIT_PASSED)


def _use_usual(program: Watched, place: int, record: Record) -> None:
    """The same, as far as there is the same."""
    record(OPEN, program.spend("f2", shows="Device"))
    for _field in range(9):
        record(TAB, program.spend("tab"))
    for character in FIELD_TEXT[place % 7 :][:8]:
        record(IN_FIELD, program.spend("space" if character == " " else character))
    record(LEAVE, program.spend("escape", shows=USUAL_BOARD))
    record(LIST, program.spend(str(place % 7 + 2)))
    program.press("f6")
    program.quiet()
    for _row in range(5):
        record(DOWN, program.spend("down"))
    record(SCROLL, _average([program.spend("down", settled=0.06) for _row in range(30)]))
    record(PAGE, program.spend("pagedown"))
    record(PAGE, program.spend("pagedown"))
    record(SHEET, program.spend("enter", hides=USUAL_BOARD))
    record(BACK, program.spend("escape", shows=USUAL_BOARD))
    record(LIST, program.spend("1"))
    program.spend("f3")
    for character in SEARCHES[place % len(SEARCHES)]:
        record(IN_BOX, program.spend("space" if character == " " else character))
    for _character in SEARCHES[place % len(SEARCHES)]:
        program.spend("backspace", settled=0.03)
    program.spend("f6")


def _average(spent: list[Spent]) -> Spent:
    """Lists scroll by one row or by half a page: only the mean of many rows compares them."""
    cpu, wall = fmean(one.cpu for one in spent), fmean(one.wall for one in spent)
    return Spent(round(fmean(one.size for one in spent)), cpu, wall)


def _idle(program: Watched) -> Spent:
    """Nobody does anything: what a second costs."""
    program.settle(0.5)
    size, cpu, end = program.received, program.cpu(), time.monotonic() + IDLE_SECONDS
    while (left := end - time.monotonic()) > 0:
        program.read(left)
    return Spent(round((program.received - size) / IDLE_SECONDS), (program.cpu() - cpu) / IDLE_SECONDS, 0.0)


if __name__ == "__main__":
    main(measure, __doc__)
