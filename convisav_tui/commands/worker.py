"""`convisav worker`: prints and sends what is due, makes copies of the database; one process a database."""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import logging
import os
import signal
import time
from collections.abc import Iterator
from logging.handlers import RotatingFileHandler
from pathlib import Path

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.commands.worker_start import lock_path
from convisav_tui.config import Config
from convisav_tui.i18n import _

log = logging.getLogger("convisav.worker")

LOG_NAME = "worker.log"
LOG_BYTES = 1_000_000
LOGS_KEPT = 5
# A station that looks whether a worker runs holds the lock for an instant.
LOCK_TRIES = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav worker`."""
    parser.add_argument(
        "--parent", type=int, default=0, metavar="PID", help=_("end with this process, once nothing is due any more")
    )


def run(arguments: argparse.Namespace) -> int:
    """Work until SIGTERM, SIGINT or the end of the parent. 0, also when another worker is there already."""
    config = configuration(arguments)
    os.umask(0o077)
    config.home.mkdir(parents=True, exist_ok=True)
    with _alone(lock_path(config)) as alone:
        if not alone:
            output.print_line(_("A worker runs here already."))
            return 0
        _log_into(config.logs / LOG_NAME)
        try:
            return _work(config, arguments.parent)
        finally:
            logging.shutdown()


def _work(config: Config, parent: int) -> int:
    from convisav_tui.commands.worker_duties import Duties

    store = opened(config)
    store.spare_memory()
    try:
        duties = Duties(store, config, parent)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda _number, _frame: duties.stop())
        return duties.run()
    finally:
        store.close()


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[bool]:
    """Whether this is the only worker of the data folder on this machine; the lock dies with the process."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        yield _locked(descriptor)
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    for _attempt in range(LOCK_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(0.01)
        else:
            os.ftruncate(descriptor, 0)
            os.pwrite(descriptor, str(os.getpid()).encode("ascii"), 0)
            return True
    return False


def _log_into(path: Path) -> None:
    """Everything at INFO into a file of its owner's alone that is cut when it is large; no secret, no customer."""
    from convisav_tui.notifying.log_privacy import Discreet, quieten

    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=LOGS_KEPT, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    handler.addFilter(Discreet())
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)
    for name in ("PIL", "sqlalchemy", "brother_ql", "asyncio"):
        logging.getLogger(name).setLevel(logging.WARNING)
    quieten()
