"""Keys, scans, pastes, resizes and changes by others that nobody would think of, on any screen, from a fixed seed."""

from __future__ import annotations

import logging
import os
import random
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from sqlmodel import Session, col, select

from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.screens.actions import ACTIONS
from convisav_tui.shop import staffing
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.shop.payments import take_payment
from convisav_tui.shop.workflow import allowed_steps, take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Means, Nature, RepairOrder, Role, Staff
from tests import invariants
from tests.screens.intake_bench import copy_of
from tests.screens.shop_bench import ShopBench, counter_of
from tests.shop.counter import SHOP, take_in
from tests.shop.part_bench import part
from tests.shop.subcontract_bench import place, subcontractor

NOW = datetime.fromisoformat("2026-11-21T13:33:00+00:00")
ANNA = "830261"
SIZES = ((80, 24), (80, 24), (120, 40), (200, 60), (60, 20), (41, 9), (40, 8), (39, 7), (20, 4), (1, 1), (132, 43))
EDITING = (
    *("enter", "enter", "escape", "escape", "tab", "shift+tab", "up", "down", "down", "left", "right", "home", "end"),
    *("pageup", "pagedown", "space", "backspace", "delete", "ctrl+u", "ctrl+k", "ctrl+w", "f11", "ctrl+r"),
)
CHARACTERS = "abcdehilmnoprstuxyz0123456789 /.,-'@é€ș日[%{<\"&"
TEXTS = (
    "[bold]O'Neil & Fils [/]", "12,50", "31/02/2025", "27/11", "0612345678", "a@b.fr", "%s{0}\x1b[31m\x00\x9b",
    "ligne\r\nligne", "=cmd|' /C calc'!A0", "\u202e\udce9", "x" * 3000, "490154203237518", "lefev", "-5", "١٢",
)  # fmt: skip
OTHERS = tuple(key for action in ACTIONS for key in (action.key, action.chord) if len(key) > 1)
OPENING: Mapping[str, tuple[str, ...]] = {
    "board": (),
    "sheet": ("down", "enter"),
    "intake": ("f2",),
    "prints": ("f4",),
    "drafts": ("f5",),
    "messages": ("f6",),
    "till": ("f7",),
    "payment": ("enter", "f7"),
    "step": ("down", "f8"),
    "customer": ("down", "f9"),
    "card": ("down", "f9", "e"),
    "menu": ("f10",),
    "help": ("f1",),
    "staff": ("f10", *"staff", "enter"),
    "album": ("f10", *"pict", "enter"),
    "journal": ("f10", *"journal", "enter"),
    "places": ("f10", *"bins", "enter"),
    "place_form": ("f10", *"bins", "enter", "end", "enter"),
    "place": ("f10", *"bins", "enter", "enter"),
    "check": ("f10", *"bins", "enter", "enter", "v"),
    "subcontractors": ("f10", *"repairs for", "enter"),
    "subcontractor": ("f10", *"repairs for", "enter", "enter"),
    "away": ("f10", *"longest", "enter"),
    "bulk": ("*", "f8", "3", "1"),
    "parcel": ("*", "f8", "6"),
    "loaners": ("f10", *"shop lends", "enter"),
    "loaner_form": ("f10", *"shop lends", "enter", "end", "enter"),
    "lend_form": ("down", "enter", "b"),
    "amounts": ("f10", *"preset sums", "enter"),
    "amount_form": ("f10", *"preset sums", "enter", "enter"),
    "person": ("down", "f9", "f10", *"personal", "enter"),
    "locked": ("f12",),
    "agreement": ("down", "f9", "t"),
    "arrivals": ("f10", *"scan what", "enter"),
    "batch": ("f10", *"equal dev", "enter"),
    "checklist": ("down", "enter", "e"),
    "checkpoint_form": ("f10", *"predefined works (", "enter", "enter", "enter"),
    "checkpoints": ("f10", *"predefined works (", "enter", "enter"),
    "consent_form": ("down", "enter", "f", "a"),
    "consents": ("down", "enter", "f"),
    "device_types": ("f10", *"predefined works (", "enter"),
    "fix_form": ("f10", *"causes", "enter", "end", "enter"),
    "fixes": ("f10", *"causes", "enter"),
    "import_orders": ("f10", *"from his file", "enter"),
    "needs": ("down", "enter", "r"),
    "notice_form": ("f10", *"quiet hours", "enter", "down", "enter"),
    "notices": ("f10", *"quiet hours", "enter"),
    "papers": ("down", "enter", "h"),
    "part": ("f10", *"catalogue, stock", "enter", "enter"),
    "part_form": ("f10", *"catalogue, stock", "enter", "end", "enter"),
    "parts": ("f10", *"catalogue, stock", "enter"),
    "passport": ("down", "enter", "i"),
    "points": ("f10", *"left open on", "enter"),
    "principals": ("f10", *"for others: t", "enter"),
    "quote": ("down", "enter", "q"),
    "quote_heading": ("down", "enter", "q", *"a 5", "enter", "escape", "h"),
    "quote_line": ("down", "enter", "q", *"vis", "enter"),
    "quote_settings": ("f10", *"what quotes name", "enter"),
    "reminder_form": ("f10", *"reminded", "enter", "enter"),
    "reminders": ("f10", *"reminded", "enter"),
    "statements": ("f10", *"month by month", "enter"),
    "stock_count": ("f10", *"count parts by", "enter"),
    "supplier_form": ("f10", *"sells parts", "enter", "end", "enter"),
    "supplier_orders": ("f10", *"on its way", "enter"),
    "suppliers": ("f10", *"sells parts", "enter"),
    "type_texts": ("f10", *"predefined works (", "enter", "t"),
    "versions": ("down", "enter", "z"),
    "wording": ("f10", *"are worded", "enter", "enter"),
    "wordings": ("f10", *"are worded", "enter"),
    "work": ("f10", *"urgent first", "enter"),
    "works": ("f10", *"predefined works (", "enter", "w"),
}
# What is reached only after more than this shop has lived through; keys that wander may come there all the same.
NOT_OPENED = frozenset(
    {
        "check_forms", "form_fields", "invoice_form", "invoices", "loan_form", "order_all", "order_off", "quiet_form",
        "receive", "record_form", "statement", "supplier_order", "take_lines", "usual_part_form", "usual_parts",
        "work_form",
    }
)  # fmt: skip
BACK_AGAIN = 60  # keys after which the screen is opened anew, wherever they have led


class Monkey:
    """Somebody who hits keys on one screen of the whole program; the store is looked through by `look`."""

    def __init__(self, screen: str, seed: int, template: Path, folder: Path) -> None:
        self.screen, self.folder = screen, folder
        self.random = random.Random(f"{screen} {seed}")
        self.store = copy_of(template, folder)
        self.numbers = [order.number for order in _orders(self.store)]
        self.pressed: list[str] = []
        self.seen: set[str] = set()
        self._instant = NOW
        if screen in ("locked", "staff", "journal"):
            self.store.write(lambda session: _people(session, with_pin=screen == "locked"))
        if screen in ("place", "check", "subcontractor", "away", "bulk", "parcel"):
            place(self.store, "A1")
            subcontractor(self.store, passes_on="x", data_agreement="x", secret_allowed="x")
        if screen == "part":
            part(self.store)
        for name in ("labels", "mails") if screen == "album" else ():
            (folder / name).mkdir()
        self.bench = self._new_bench()

    def press(self, count: int) -> None:
        """So many keys, scans, pastes and resizes; AssertionError or whatever the program raises."""
        with _no_internal_error():
            for index in range(count):
                if index % BACK_AGAIN == 0:
                    self._go_there()
                    self._note_screen()
                self._one()
                self._page_is_sound()
            self.bench.worker.finish()
            self.bench.desk.park()
            self.bench.worker.finish()

    def look(self) -> int:
        """Whether what all this has left is whole."""
        return invariants.check(self.store)

    def _new_bench(self) -> ShopBench:
        login = "mia" if self.screen in ("staff", "journal") else "anna"
        return ShopBench(counter_of(self.store, self.folder, login))

    def _go_there(self) -> None:
        bench = self.bench
        bench.slow = False
        bench.worker.finish()
        bench.width, bench.height = 80, 24
        if bench.left is not None:
            self.bench = bench = self._new_bench()
        self._sign_in()
        for _ in range(3):
            if bench.desk.prompt is not None:
                bench.press("escape")
        bench.desk.home()
        bench.press(*OPENING[self.screen])
        bench.pass_time(0.1)
        bench.worker.finish()

    def _sign_in(self) -> None:
        if self.bench.desk.cover is not None:
            self._clock(400)  # whatever lock-out the keys have earned is over
            self.bench.pass_time(400)
            self.bench.type(ANNA + "\r")
            self.bench.worker.finish()

    def _one(self) -> None:
        bench, kind = self.bench, self.random.random()
        if bench.left is not None:
            self.bench = bench = self._new_bench()
        if kind < 0.45:
            self._do(bench.press, self.random.choice(EDITING))
        elif kind < 0.72:
            self._do(bench.press, self.random.choice(CHARACTERS).replace(" ", "space"))
        elif kind < 0.84:
            self._do(bench.press, self.random.choice(OTHERS))
        elif kind < 0.87:
            self._do(bench.scan, self.random.choice((*self.numbers, "490154203237518", "é-ààà&é\"'è")))
        elif kind < 0.90:
            self._do(self._paste, self.random.choice(TEXTS))
        elif kind < 0.95:
            bench.width, bench.height = self.random.choice(SIZES)
        elif kind < 0.96:
            bench.slow = not bench.slow
            bench.worker.finish()
        elif kind < 0.98:
            self._clock(self.random.choice((0.1, 1, 61, 4000)))
            bench.pass_time(1)
        else:
            self._somebody_else()
            bench.elsewhere()
        self._note_screen()

    def _note_screen(self) -> None:
        desk = self.bench.desk
        self.seen.add("locked" if desk.cover is not None else desk.view.name)

    def _do(self, act: Callable[[str], None], what: str) -> None:
        self.pressed = [*self.pressed[-40:], what]
        act(what)

    def _paste(self, text: str) -> None:
        self.bench.desk.paste(text)
        if not self.bench.slow:
            self.bench.worker.finish()

    def _clock(self, seconds: float) -> None:
        self._instant += timedelta(seconds=seconds)
        os.environ[PRETENDED_NOW] = self._instant.isoformat()

    def _page_is_sound(self) -> None:
        bench = self.bench
        page = bench.desk.page(bench.width, bench.height)
        assert len(page.rows) <= bench.height, f"{len(page.rows)} rows on {bench.height}"
        if page.cursor is not None:
            x, y = page.cursor
            assert 0 <= x < bench.width and 0 <= y < bench.height, (
                f"cursor {page.cursor} on {bench.width}×{bench.height}"
            )
        for row in page.rows:
            text = "".join(span.text for span in row)
            assert not any(ord(c) < 32 or 127 <= ord(c) < 160 for c in text), f"a control character in {text!r}"

    def _somebody_else(self) -> None:
        """Another station takes a device in, moves an order on, or takes a sum."""
        clerk = Actor(1, "Anna", None, "elsewhere")
        key = f"elsewhere-{self.random.random()}"
        order = self.random.choice(_orders(self.store))
        assert order.id is not None
        deed = self.random.randrange(3)
        try:
            if deed == 0:
                take_in(self.store, key=key, serial=key[-8:])
            elif deed == 1 and order.closed_at is None:
                self.store.write(
                    lambda session: take_payment(
                        session, order.id or 0, amount=100, nature=Nature.ACOMPTE, means=Means.CARD, actor=clerk,
                        shop=SHOP, key=key,
                    )
                )  # fmt: skip
            else:
                self._step(order.id, clerk, key)
        except (Refusal, FieldErrors):
            return

    def _step(self, order_id: int, clerk: Actor, key: str) -> None:
        with self.store.read() as session:
            steps = [step.event for step in allowed_steps(session, order_id, SHOP) if not step.refusal]
        if steps:
            answers = {
                "amount": "80",
                "text": "x",
                "reason": "y",
                "estimate": "10",
                "reassembled": "x",
                "given_back": "x",
            }
            event = self.random.choice(steps)
            self.store.write(lambda session: take_step(session, order_id, event, answers, clerk, SHOP, key))


@contextmanager
def pretended_time() -> Iterator[None]:
    """The clock that the monkey moves, put back afterwards."""
    before = os.environ.get(PRETENDED_NOW)
    os.environ[PRETENDED_NOW] = NOW.isoformat()
    try:
        yield
    finally:
        if before is None:
            del os.environ[PRETENDED_NOW]
        else:
            os.environ[PRETENDED_NOW] = before


def run(screen: str, seed: int, count: int, template: Path) -> Monkey:
    """So many keys on a shop of its own, which is looked through afterwards. What goes wrong names screen and seed."""
    with pretended_time(), tempfile.TemporaryDirectory(prefix="convisav-keys-") as folder:
        monkey = Monkey(screen, seed, template, Path(folder))
        try:
            monkey.press(count)
            monkey.look()
        except Exception as error:
            error.add_note(f"screen {screen}, seed {seed}, last keys {monkey.pressed}")
            raise
        finally:
            monkey.store.close()
        return monkey


@contextmanager
def _no_internal_error() -> Iterator[None]:
    """What the desk would only have written into its log is raised."""
    caught = _Caught()
    log = logging.getLogger("convisav")
    log.addHandler(caught)
    try:
        yield
    finally:
        log.removeHandler(caught)
    assert not caught.records, "\n".join(logging.Formatter().format(record) for record in caught.records)


class _Caught(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        from convisav_tui.errors import ConvisavError

        error = record.exc_info[1] if record.exc_info else None
        if not isinstance(error, ConvisavError):  # said in words: a result that nobody waited for any more
            self.records.append(record)


def _orders(store: Store) -> list[RepairOrder]:
    with store.read() as session:
        return list(session.exec(select(RepairOrder).order_by(col(RepairOrder.id))))


def _people(session: Session, *, with_pin: bool) -> None:
    """A manager, and PINs where the screen is the locked one."""
    staffing.add_person(session, "mia", "Mia", Role.MANAGER, PROGRAM)
    if with_pin:
        for login, pin in (("mia", "719340"), ("anna", ANNA)):
            person = session.exec(select(Staff).where(Staff.login == login)).one()
            staffing.set_pin(session, person.id or 0, pin, PROGRAM)
