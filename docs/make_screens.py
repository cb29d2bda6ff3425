"""Draws the pictures of the documentation again: `python docs/make_screens.py`, which fills docs/screens/; with
`--check` it only says which ones are not as the program is now.

A demo shop is made in a temporary folder, at a pretended time and with always the same invented past; keys are pressed
on the program's own desk, and its pages are written as SVG. Labels and receipts are drawn by the program's own
renderer. No terminal, worker, printer or network is used.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections import deque
from collections.abc import Callable
from pathlib import Path

from convisav_tui import clock, ticket_number
from convisav_tui.config import CONFIG_VARIABLE, HOME_VARIABLE, Config
from convisav_tui.demo.companion import Ports
from convisav_tui.demo.shop import build_shop, config_file, write_demo_config
from convisav_tui.i18n import set_language
from convisav_tui.main_screen import Program
from convisav_tui.screens.board import BoardView
from convisav_tui.screens.desk import Desk
from convisav_tui.screens.keys import BACKTAB, ENTER, ESCAPE, TAB, Key, typed
from convisav_tui.screens.picture import svg
from convisav_tui.screens.worker import Deliver, Job, outcome_of

SCREENS = Path(__file__).parent / "screens"
WIDTH, HEIGHT = 80, 24
PRETENDED = "2026-11-26T14:32:00+01:00"
LANGUAGE = "fr"
ORDERS = 60
BETWEEN_KEYS = 0.2  # seconds: slower than a scanner
SCANNER_GAP = 0.004
NAMED = {"enter": Key("enter", "\r"), "tab": TAB, "shift+tab": BACKTAB, "escape": ESCAPE, "space": typed(" ")}


class Sitting:
    """Somebody at the program, without a terminal: keys go in, pictures come out."""

    def __init__(self, config: Config) -> None:
        """Open the program on its board, with its store loaded."""
        self._time = 0.0
        self._timers: list[tuple[float, Callable[[], None]]] = []
        self._jobs: deque[tuple[Job, Deliver]] = deque()
        self.program = Program(config, lambda: None)
        self.desk = Desk(self, self)
        self.desk.hooks = self.program.hooks(self.desk)
        self.desk.expect_load()
        self.desk.open(self.program.first_view())
        self.desk.preload(self.program.load)
        self._settle()

    def press(self, *names: str) -> None:
        """Keys by name."""
        for name in names:
            self._arrive(NAMED.get(name) or Key(name))

    def type(self, text: str) -> None:
        """A text, letter by letter."""
        for character in text:
            self._arrive(ENTER if character == "\n" else typed(character))

    def scan(self, text: str) -> None:
        """What a barcode scanner types."""
        self._pass(1.0)
        for character in text + "\n":
            self._arrive(ENTER if character == "\n" else typed(character), SCANNER_GAP)
        self._pass(1.0)

    def draw(self, name: str, title: str) -> None:
        """Write what is on screen to docs/screens/."""
        self._pass(2.0)
        path = SCREENS / f"{name}.svg"
        path.write_text(svg(self.desk.page(WIDTH, HEIGHT), WIDTH, title), encoding="utf-8")

    def home(self) -> None:
        """Back to the board, with nothing in its box."""
        self.press(*["escape"] * 4)

    def _arrive(self, key: Key, gap: float = BETWEEN_KEYS) -> None:
        self._pass(gap)
        self.desk.arrive(key, self._time)
        self._settle()

    def _pass(self, seconds: float) -> None:
        self._time += seconds
        due = [timer for timer in self._timers if timer[0] <= self._time]
        self._timers = [timer for timer in self._timers if timer[0] > self._time]
        for _when, callback in due:
            callback()
        self._settle()

    def _settle(self) -> None:
        while self._jobs:
            job, deliver = self._jobs.popleft()
            deliver(*outcome_of(job))

    # --- what the desk asks of its surroundings and of the store's thread ---------------------------------------------

    def now(self) -> float:
        """Seconds of the pretended clock."""
        return self._time

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back when that time has passed."""
        self._timers.append((self._time + seconds, callback))

    def paint(self) -> None:
        """Pages are rendered when they are drawn."""

    def exit(self, code: int) -> None:
        """Nothing to leave."""

    def submit(self, job: Job, deliver: Deliver) -> None:
        """Keep the job until the key has been handled."""
        self._jobs.append((job, deliver))

    def drain(self, seconds: float) -> bool:
        """Everything is done between two keys."""
        self._settle()
        return True


def demo_shop(home: Path) -> Config:
    """A demo shop whose printer and mail server are not there."""
    for name in [name for name in os.environ if name.startswith(("CONVISAV_", "SSH_"))]:
        del os.environ[name]
    os.environ[clock.PRETENDED_NOW] = PRETENDED
    os.environ[HOME_VARIABLE] = str(home)
    os.environ[CONFIG_VARIABLE] = str(config_file(home))
    os.environ["CONVISAV_STATION"] = "comptoir 1"
    set_language(LANGUAGE)
    write_demo_config(home, LANGUAGE, Ports(9100, 2525, 8081))
    return build_shop(home, ORDERS)


def draw_board(sitting: Sitting) -> None:
    """The board, a search and the help."""
    sitting.draw("board", "convisav")
    sitting.type("lef")
    sitting.draw("search", "convisav: chercher")
    sitting.home()
    sitting.press("f1")
    sitting.draw("help", "convisav: F1")
    sitting.home()


def draw_intake(sitting: Sitting) -> None:
    """A known customer whose device comes back, then a new customer put aside, and the drafts."""
    sitting.press("f2")
    sitting.type("casta")
    sitting.draw("intake-customer", "convisav: F2")
    sitting.press("enter")
    sitting.draw("intake-device", "convisav: F2")
    sitting.press("enter", "down", "enter")
    sitting.draw("intake", "convisav: F2")
    sitting.home()
    sitting.press("f2")
    for answer in ("Hélène Martin", "06 12 34 56 78", "helene.martin@courriel.example", "lave", "Brunelle", "WB 320"):
        sitting.type(answer)
        sitting.press("enter")
    sitting.type("B3204711")
    sitting.press("pagedown")
    sitting.draw("intake-fault", "convisav: F2")
    sitting.home()
    sitting.press("f5")
    sitting.draw("drafts", "convisav: F5")
    sitting.home()


def draw_order(sitting: Sitting) -> None:
    """An order for which a quote is asked: its sheet, the next step, a payment; then its papers."""
    sitting.type("2")
    sitting.press("enter")
    sitting.draw("sheet", "convisav: fiche")
    sitting.press("f8")
    sitting.type("119\npièce d'usure remplacée, essai une heure")
    sitting.draw("step", "convisav: F8")
    sitting.press("enter", "f7")
    sitting.draw("payment", "convisav: F7")
    sitting.press("escape", "f9")
    sitting.draw("customer", "convisav: F9")
    sitting.press("escape", "f4")
    sitting.draw("prints", "convisav: F4")
    sitting.home()


def draw_work(sitting: Sitting) -> None:
    """The checklist of an order, who pays what of it, how its customer is told; the work of all technicians."""
    sitting.type("pocket")
    sitting.press("enter")
    sitting.type("e")
    sitting.draw("checklist", "convisav: fiche, e")
    sitting.press("escape")
    sitting.type("g")
    sitting.press("right", "right", "right", "tab")
    sitting.type("50")
    sitting.press("tab", "right", "right")
    sitting.draw("coverage", "convisav: fiche, g")
    sitting.press("escape", "f9")
    sitting.type("e")
    sitting.draw("customer-card", "convisav: F9, e")
    sitting.home()
    sitting.press("f10")
    sitting.type("listes de travail\n")
    sitting.draw("work", "convisav: F10")
    sitting.home()


def draw_quote(sitting: Sitting) -> None:
    """What all quotes share, a quote being written, the lines that its customer takes, the prices announced."""
    sitting.press("f10")
    sitting.type("réglages des devis\n72")
    sitting.press("tab", "tab")
    sitting.type("35")
    sitting.draw("quote-settings", "convisav: F10")
    sitting.press("ctrl+s")
    sitting.home()
    sitting.press("f10")
    sitting.type("pièces détachées\n\nPOMPE-1\nPompe de vidange\n4006381333931\nMiele\n")
    sitting.type("39,90")
    sitting.press("ctrl+s")
    sitting.home()
    sitting.type("2")
    sitting.press("enter")
    sitting.type("q")
    sitting.type("nettoyage du filtre 25\n")
    sitting.scan("4006381333931")
    sitting.type("1:30\n@\n-10 %\nvid")
    sitting.draw("quote", "convisav: fiche, q")
    sitting.press("ctrl+u", "escape", "home", "down")
    sitting.type("o2")
    sitting.press("f8", "enter", "f8", "alt+v", "space")
    sitting.draw("quote-answer", "convisav: F8, Alt+V")
    sitting.press("enter", "enter")
    sitting.type("f")
    sitting.draw("prices", "convisav: fiche, f")
    sitting.home()


def draw_several(sitting: Sitting) -> None:
    """Marked rows: what can be done with them, what a deed would do, a parcel to a subcontractor, what is out."""
    sitting.press("f10")
    sitting.type("sous-traitants\n\nMicro Soudure SARL")
    sitting.press("tab")
    sitting.type("01 40 00 00 01")
    sitting.press("ctrl+s")
    sitting.home()
    sitting.type("5")
    sitting.press("*", "f8")
    sitting.draw("marks", "convisav: F8")
    sitting.type("31")
    sitting.draw("bulk", "convisav: F8")
    sitting.home()
    sitting.type("5")
    sitting.press("space", "space", "space", "f8")
    sitting.type("6")
    sitting.draw("parcel", "convisav: F8")
    sitting.press("ctrl+s", "f10")
    sitting.type("chez les sous-traitants\n")
    sitting.draw("away", "convisav: F10")
    sitting.home()


def draw_shelf(sitting: Sitting) -> None:
    """A place with two devices put there by scans, and its check: one is there, one is missing, one too much."""
    sitting.press("f10")
    sitting.type("bacs\n\nA1-03")
    sitting.press("ctrl+s")
    sitting.home()
    board = sitting.desk.views[0]
    assert isinstance(board, BoardView)
    numbers = []
    sitting.type("1")
    for _row in range(3):
        numbers.append(board.order_number())
        sitting.press("down")
    place = ticket_number.make(ticket_number.PLACE_PAIR, 1)
    sitting.scan(place)
    sitting.scan(numbers[0])
    sitting.scan(numbers[1])
    sitting.type("v")
    sitting.scan(numbers[0])
    sitting.scan(numbers[2])
    sitting.draw("shelf-check", "convisav: A1-03")
    sitting.press("enter")
    sitting.home()


def draw_principal(sitting: Sitting) -> None:
    """A principal with his terms, a batch of his devices, and the passport of a device that was here before."""
    sitting.press("f10")
    sitting.type("donneurs\n\nGrand Magasin Rivoli\n")
    sitting.press("tab", "tab")
    sitting.type("10\n150\n80\n")
    sitting.draw("principal-terms", "convisav: F10")
    sitting.press("ctrl+s")
    sitting.home()
    sitting.press("f10")
    sitting.type("lot\ngrand\npocket 5\nécran cassé")
    for serial in ("356938035643809", "353328110000005", "490154203237518", "353328110000005"):
        sitting.scan(serial)
    sitting.draw("batch", "convisav: F10")
    sitting.home()
    sitting.type("2")
    sitting.press("enter")
    sitting.type("i")
    sitting.draw("passport", "convisav: i")
    sitting.home()


def draw_outside(sitting: Sitting) -> None:
    """Messages, the wording of one, and the till."""
    sitting.press("f6")
    sitting.draw("messages", "convisav: F6")
    sitting.home()
    sitting.press("f10")
    sitting.type("textes\n")
    sitting.press("down", "down", "down", "down", "down", "enter")
    sitting.draw("wording", "convisav: F10")
    sitting.home()
    for name, title in (("notices", "avis"), ("reminders", "relances")):
        sitting.press("f10")
        sitting.type(f"{title}\n")
        sitting.draw(name, "convisav: F10")
        sitting.home()
    sitting.press("f7", "left")
    sitting.draw("till", "convisav: F7")
    sitting.home()


def draw_papers(sitting: Sitting) -> None:
    """A label with its promised day and a receipt, as the printer would get them."""
    from sqlmodel import col, select

    from convisav_tui.printing.rendering import picture_of
    from convisav_tui.store.models import JobKind, PrintJob

    for kind in (JobKind.LABEL, JobKind.RECEIPT):
        newest_first = select(PrintJob).where(PrintJob.kind == kind).order_by(col(PrintJob.id).desc())
        with sitting.program.counter.store.read() as session:
            job = next(job for job in session.exec(newest_first) if job.content.get("promised_on"))
        picture_of(kind.value, job.content).save(SCREENS / f"{kind.value}.png", "PNG", optimize=True)


def draw_loans(sitting: Sitting) -> None:
    """A loaner lent with an order, the list of loaners, the preset sums, what is kept of a person."""
    sitting.press("f10")
    sitting.type("appareils de prêt\n\nP-1\nNokia\nG21\n355\n")
    sitting.press("enter", "enter")
    sitting.type("100")
    sitting.press("ctrl+s", "escape")
    sitting.type("3")
    sitting.press("enter", "b")
    sitting.type("g21\n")
    sitting.draw("loan", "convisav: fiche, b")
    sitting.press("ctrl+s", "f10")
    sitting.type("appareils de prêt\n")
    sitting.draw("loaners", "convisav: F10")
    sitting.home()
    sitting.press("f10")
    sitting.type("montants de prise\n")
    sitting.draw("amounts", "convisav: F10")
    sitting.home()
    sitting.type("3")
    sitting.press("enter", "f9", "f10")
    sitting.type("données personnelles\n")
    sitting.draw("person", "convisav: F9, F10")
    sitting.home()


def draw_all(folder: Path) -> None:
    """Draw all pictures into a folder."""
    global SCREENS
    SCREENS = folder
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(prefix="convisav-screens-") as home:
        sitting = Sitting(demo_shop(Path(home)))
        for draw in (
            draw_board,
            draw_intake,
            draw_order,
            draw_work,
            draw_outside,
            draw_papers,
            draw_several,
            draw_shelf,
            draw_principal,
            draw_loans,
            draw_quote,
        ):
            draw(sitting)


def main() -> int:
    """Draw all pictures anew; with `--check` only say which ones are not as the program is now (exit code 1)."""
    if sys.argv[1:] != ["--check"]:
        draw_all(SCREENS)
        return 0
    kept = {path.name: path.read_bytes() for path in SCREENS.iterdir()}
    with tempfile.TemporaryDirectory(prefix="convisav-pictures-") as folder:
        draw_all(Path(folder))
        drawn = {path.name: path.read_bytes() for path in Path(folder).iterdir()}
    changed = sorted(name for name in kept.keys() | drawn.keys() if kept.get(name) != drawn.get(name))
    sys.stdout.write("\n".join(changed) + "\n" if changed else "All pictures are as the program is.\n")
    return 1 if changed else 0


if __name__ == "__main__":
    sys.exit(main())
