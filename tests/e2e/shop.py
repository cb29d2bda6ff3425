"""A shop for one test: its folder, a printer, a mail server, an SMS gateway, the installed `convisav` on a terminal."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import signal
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convisav_tui import ticket_number
from convisav_tui.commands.worker_start import lock_path, worker_runs
from convisav_tui.config import Config, load
from convisav_tui.config_file import write_config
from convisav_tui.settings import Value
from convisav_tui.store.engine import sqlite_driver
from tests.commands.convisav import command, surroundings
from tests.fake_printer import FakePrinter, fake_printer
from tests.mail_server import MailServer, running_mail_server
from tests.sms_gateway import SmsGateway, running_gateway
from tests.terminal import Terminal
from tests.waiting import wait_until

STAFF: tuple[dict[str, Value], ...] = (
    {"login": "anna", "name": "Anna", "role": "manager"},
    {"login": "theo", "name": "Théo", "role": "technician"},
)
UNDO_SECONDS = 2
FIRST_SCREEN = "All open"
_TAKEN_IN = re.compile(r"^ (\d\d \d{7} \d) taken in, ", re.MULTILINE)
RECEIPT_DOTS = 800  # a receipt on the roll is longer than any label of the tests


@dataclass
class Shop:
    """What a test sees of a shop. `open` starts the program; everything that was started ends with the fixture."""

    home: Path
    printer: FakePrinter
    mail: MailServer
    sms: SmsGateway
    terminals: list[Terminal] = field(default_factory=list)
    config: Config = field(init=False)

    # --- the program --------------------------------------------------------------------------------------------------

    def open(
        self, *arguments: str, wait: bool = True, ignore_hangup: bool = False, installed: bool = False, **options: Any
    ) -> Terminal:
        """The program on a new terminal (80x24 unless told otherwise), its board on screen and its store loaded.

        It comes from a process that has its imports behind it, unless the `installed` one is asked for."""
        environ = surroundings(self.home, **options.pop("environ", {}))
        line = [*command(), *arguments]
        started = {"environ": environ, "folder": self.home, "ignore_hangup": ignore_hangup, "ready": not installed}
        terminal = Terminal(line, **started, **options)
        self.terminals.append(terminal)
        if wait:
            terminal.wait(FIRST_SCREEN, 40)
            terminal.until(lambda: worker_runs(self.config), "the worker", 40)
        return terminal

    def configure(
        self, printer: str = "", mail: str = "", sms: str = "", roles: tuple[str, ...] = (), **more: Value
    ) -> None:
        """Write the configuration anew; addresses not given are those of this shop's own printer and servers, and
        `roles` are what the printer prints (usually labels and receipts; without receipts, these become PDF files)."""
        values: dict[str, Value] = {
            "data.folder": ".",
            "shop.name": "Rivoli Repairs",
            "shop.address": "12 rue de Rivoli\n75004 Paris",
            "shop.phone": "01 42 00 00 00",
            "shop.email": "contact@rivoli.example",
            "shop.country": "FR",
            "shop.language": "en",
            "station.name": "counter 1",
            "station.staff": "anna",
            "notify.email.url": mail or f"mailto://127.0.0.1:{self.mail.port}",
            "notify.email.from_address": "contact@rivoli.example",
            "notify.sms.url": sms or self.sms.url,
            "notify.sms.sender": "Rivoli",
        } | {key.replace("__", "."): value for key, value in more.items()}
        row: dict[str, Value] = {"name": "counter", "address": printer or self.printer.address, "media": ("62",)}
        row |= {"roles": roles} if roles else {}
        path = self.home / "convisav.toml"
        write_config(path, values, {"printers": [row], "staff": STAFF})
        self.config = load(path, {"CONVISAV_HOME": str(self.home)})

    def worker(self) -> int:
        """The process that prints and sends for this shop; 0 when none runs."""
        text = lock_path(self.config).read_text() if worker_runs(self.config) else ""
        return int(text) if text.isdigit() else 0

    def kill_worker(self) -> None:
        """As the power does."""
        process = self.worker()
        if process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
            wait_until(lambda: not worker_runs(self.config), 10, "the death of the worker")

    def end(self) -> None:
        for terminal in self.terminals:
            terminal.__exit__(None, None, None)
        self.kill_worker()

    # --- the database -------------------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        """What a query finds, read without a right to write."""
        driver = sqlite_driver()
        connection = driver.connect(f"file:{self.home / 'shop.db'}?mode=ro", uri=True, timeout=10)
        try:
            connection.row_factory = driver.Row
            return [dict(row) for row in connection.execute(sql, values)]
        finally:
            connection.close()

    def one(self, sql: str, *values: object) -> Any:
        """The only value of the only row."""
        (row,) = self.rows(sql, *values)
        (value,) = row.values()
        return value

    def orders(self) -> list[dict[str, Any]]:
        """All orders, oldest first."""
        return self.rows("SELECT * FROM repair_order ORDER BY id")

    def order(self, number: str) -> dict[str, Any]:
        (found,) = self.rows("SELECT * FROM repair_order WHERE number = ?", number)
        return found

    def events(self, number: str) -> list[dict[str, Any]]:
        """What happened to an order, in order."""
        return self.rows(
            "SELECT e.* FROM order_event e JOIN repair_order o ON o.id = e.order_id WHERE o.number = ? ORDER BY e.id",
            number,
        )

    def jobs(self, number: str = "") -> list[dict[str, Any]]:
        """The print jobs of an order, or of all."""
        return self.rows(
            "SELECT j.* FROM print_job j JOIN repair_order o ON o.id = j.order_id"
            " WHERE o.number = ? OR ? = '' ORDER BY j.id",
            number,
            number,
        )

    def messages(self, number: str = "") -> list[dict[str, Any]]:
        """The messages of an order, or of all."""
        return self.rows(
            "SELECT m.* FROM message m JOIN repair_order o ON o.id = m.order_id"
            " WHERE o.number = ? OR ? = '' ORDER BY m.id",
            number,
            number,
        )

    def labels(self) -> list[str]:
        """What a scanner reads from each label that came out; "" from one that cannot be read."""
        return [_only(texts) for page, texts in self.printer.scans() if page.image.height < RECEIPT_DOTS]

    def receipts(self) -> list[str]:
        """What a scanner reads from each receipt that came out."""
        return [_only(texts) for page, texts in self.printer.scans() if page.image.height >= RECEIPT_DOTS]

    def papers(self, beginning: str) -> list[str]:
        """The text of each PDF paper whose name begins so, oldest first."""
        files = sorted((self.home / "papers").glob(f"{beginning}*.pdf"), key=lambda path: path.stat().st_mtime_ns)
        return [pdf_text(path.read_bytes()) for path in files]


def pdf_text(content: bytes) -> str:
    """What is written on the pages of a PDF, each line break as a space."""
    from pypdf import PdfReader

    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def _only(texts: tuple[str, ...]) -> str:
    (text, *more) = texts or ("",)
    assert not more, "several barcodes on one page"
    return text


def shown(number: str) -> str:
    """A ticket number as people read it."""
    return ticket_number.show(number)


def taken_in(terminal: Terminal, seconds: float = 20) -> str:
    """Wait until the screen says that a device was taken in; the ten digits of its number."""
    terminal.until(lambda: _TAKEN_IN.search(terminal.text()) is not None, "the number of the new order", seconds)
    found = _TAKEN_IN.search(terminal.text())
    assert found is not None
    return found[1].replace(" ", "")


@contextlib.contextmanager
def running_shop(home: Path, template: Path) -> Iterator[Shop]:
    """A shop in a copy of the `template` (see conftest.py), with everything around it running."""
    shutil.copytree(template, home, dirs_exist_ok=True)
    with fake_printer() as printer, running_mail_server() as mail, running_gateway() as sms:
        shop = Shop(home, printer, mail, sms)
        shop.configure()
        try:
            yield shop
        finally:
            shop.end()


def make_template(folder: Path, settings: Mapping[str, object] | None = None) -> None:
    """An empty database with what the program gives to a new shop, and a short time to take a step back."""
    from convisav_tui.config import DatabaseConfig, ShopConfig, StaffConfig
    from convisav_tui.shop.quote_paper import REGISTRATION
    from convisav_tui.shop.setup import first_rows
    from convisav_tui.shop.undo_window import SETTING
    from convisav_tui.store.migrate import open_store
    from convisav_tui.store.models import Setting

    folder.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{folder / 'shop.db'}"
    staff = tuple(StaffConfig(str(p["login"]), str(p["name"]), str(p["role"])) for p in STAFF)
    config = Config(ShopConfig(country="FR"), DatabaseConfig(url), folder, staff=staff)
    store = open_store(url, folder)
    chosen = {SETTING: UNDO_SECONDS, REGISTRATION: "RCS Paris 000 000 000"} | dict(settings or {})
    store.write(lambda session: first_rows(session, config))
    store.write(lambda session: session.add_all(Setting(key=key, value=value) for key, value in chosen.items()))
    store.close()
