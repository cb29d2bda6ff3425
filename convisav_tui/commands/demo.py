"""`convisav demo`: a ready shop to try, with a printer, a mail server and an SMS gateway inside it."""

from __future__ import annotations

import argparse
import contextlib
import os
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.progress import progress
from convisav_tui.config import CONFIG_VARIABLE, HOME_VARIABLE, Config, load
from convisav_tui.errors import UsageError
from convisav_tui.i18n import LANGUAGES, _, language, set_language

if TYPE_CHECKING:
    from convisav_tui.demo.companion import Companion

ORDERS = 60
MOST_ORDERS = 2_000_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav demo`."""
    parser.add_argument(
        "--home", type=Path, metavar=_("FOLDER"), help=_("keep the shop there, and open it again the next time")
    )
    parser.add_argument("--orders", type=int, default=ORDERS, metavar="N", help=_("how many orders (60)"))
    parser.add_argument("--language", choices=LANGUAGES, help=_("language of the shop"))
    parser.add_argument("--no-screen", action="store_true", help=_("only prepare it, and print where it is"))
    parser.add_argument("--serve", action="store_true", help=_("no screen, but print and send until Ctrl+C"))


def run(arguments: argparse.Namespace) -> int:
    """Prepare the shop, and show its screens; a temporary one is gone afterwards."""
    if not 1 <= arguments.orders <= MOST_ORDERS:
        raise UsageError(_("A demo has 1 to {most} orders.").format(most=MOST_ORDERS))
    screen = not (arguments.no_screen or arguments.serve)
    if screen:
        from convisav_tui.screens.terminal import examine

        examine(os.environ, sys.stdin.isatty(), sys.stdout.isatty())
    with _folder(arguments.home, keep=arguments.no_screen) as home:
        for variable in [name for name in os.environ if name.startswith("CONVISAV_")]:
            if variable not in (
                "CONVISAV_LANGUAGE",
                "CONVISAV_STAFF",
                "CONVISAV_ASCII",
                "CONVISAV_NOW",
                "CONVISAV_SLOW",
            ):
                del os.environ[variable]
        os.environ[HOME_VARIABLE] = str(home)
        config, companion = prepare(home, arguments.orders, arguments.language or language())
        os.environ[CONFIG_VARIABLE] = str(config.path)
        set_language(config.interface_language)
        try:
            if arguments.no_screen:
                _tell(config)
                return 0
            if arguments.serve:
                return _serve(config)
            from convisav_tui.commands.opening import on_this_line
            from convisav_tui.commands.run import open_screens

            return open_screens(on_this_line(config, arguments))
        finally:
            _end_worker(config)
            companion.stop()


def prepare(home: Path, orders: int, spoken: str) -> tuple[Config, Companion]:
    """The demo in `home`, made when it is not there, and its companion running."""
    from convisav_tui.demo.companion import Companion, Ports
    from convisav_tui.demo.shop import build_shop, config_file, move_ports, ports_of, write_demo_config

    if config_file(home).exists():
        before = ports_of(load(config_file(home)))
        companion = Companion(home, before)
        move_ports(home, before, companion.ports)
        return load(config_file(home)), companion
    if home.exists() and any(home.iterdir()):
        raise UsageError(_("{path} is no demo and not empty.").format(path=home), _("Name another folder."))
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    companion = Companion(home, Ports())
    try:
        write_demo_config(home, spoken, companion.ports)
        with progress(orders) as advance:
            build_shop(home, orders, advance)
    except BaseException:
        companion.stop()
        config_file(home).unlink(missing_ok=True)  # half a demo must not be opened as a whole one
        for path in home.glob("shop.db*"):
            path.unlink(missing_ok=True)
        raise
    return load(config_file(home)), companion


@contextlib.contextmanager
def _folder(named: Path | None, keep: bool) -> Iterator[Path]:
    if named is not None:
        yield named.expanduser().absolute()
        return
    temporary = Path(tempfile.mkdtemp(prefix="convisav-demo-"))
    try:
        yield temporary
    finally:
        if not keep:
            shutil.rmtree(temporary, ignore_errors=True)


def _tell(config: Config) -> None:
    from convisav_tui.demo.companion import LABELS, MAILS, TEXTS

    output.print_line(_("Configuration: {path}").format(path=config.path))
    output.print_line(_("Database: {path}").format(path=config.home / "shop.db"))
    for caption, folder in ((_("Labels"), LABELS), (_("Mails"), MAILS), (_("SMS"), TEXTS)):
        output.print_line(f"{caption}: {config.home / folder}")


def _serve(config: Config) -> int:
    """Print and send in a worker of its own until SIGTERM or Ctrl+C."""
    from convisav_tui.commands.worker_start import ensure_worker

    ended = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: ended.set())
    ensure_worker(config)
    _tell(config)
    sys.stdout.flush()
    ended.wait()
    return 0


def _end_worker(config: Config) -> None:
    """The demo's worker ends with it: its printer and mail server are about to go."""
    from convisav_tui.commands.worker_start import stop_worker

    stop_worker(config)
