"""The process that prints until it is killed: forked from one that has imported everything already."""

from __future__ import annotations

import threading
from multiprocessing import get_context
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from convisav_tui.config import Config, DatabaseConfig, PrinterConfig, ShopConfig
from convisav_tui.printing.spooler import Spooler
from convisav_tui.store.engine import Store


def print_for_ever(url: str, address: str, home: str) -> None:
    """Print what is due in that shop, again and again."""
    config = Config(ShopConfig(), DatabaseConfig(url), Path(home), (PrinterConfig("counter", address),))
    spooler = Spooler(Store(url), config)
    while True:
        spooler.dispatch()
        threading.Event().wait(0.02)


def start(url: str, address: str, home: Path) -> ForkServerProcess:
    """Such a process, running."""
    context = get_context("forkserver")
    context.set_forkserver_preload(
        [__name__, "convisav_tui.printing.brother", "convisav_tui.printing.label", "psycopg"]
    )
    process = context.Process(target=print_for_ever, args=(url, address, str(home)), daemon=True)
    process.start()
    return process
