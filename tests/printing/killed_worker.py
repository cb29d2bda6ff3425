"""The process that prints until it is killed: forked from one that has imported everything already."""

from __future__ import annotations

import threading
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from convisav_tui.config import Config, DatabaseConfig, PrinterConfig, ShopConfig
from convisav_tui.printing.spooler import Spooler
from convisav_tui.store.engine import Store
from tests.forked import process


def print_for_ever(url: str, address: str, home: str) -> None:
    """Print what is due in that shop, again and again."""
    config = Config(ShopConfig(), DatabaseConfig(url), Path(home), (PrinterConfig("counter", address),))
    spooler = Spooler(Store(url), config)
    while True:
        spooler.dispatch()
        threading.Event().wait(0.02)


def start(url: str, address: str, home: Path) -> ForkServerProcess:
    """Such a process, running."""
    worker = process(print_for_ever, url, address, str(home))
    worker.start()
    return worker
