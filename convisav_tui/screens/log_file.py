"""Where the program writes what goes wrong: a file of its own, never the screen."""

from __future__ import annotations

import io
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST = 1_000_000
KEPT = 3


class OwnFile(RotatingFileHandler):
    """A file of its owner's alone; its folder is made when something is written for the first time."""

    def _open(self) -> io.TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """What cannot be written (a full disk) is not told on stderr: that is the screen."""


def log_into(path: Path | None) -> None:
    """Send the log of the program to `path` (opened when something is written); without a path nothing is logged.

    Nothing goes to the terminal: it would be drawn over the screen.
    """
    logger = logging.getLogger("convisav")
    logger.propagate = False
    for handler in list(logger.handlers):
        logger.removeHandler(handler)
    if path is None:
        logger.addHandler(logging.NullHandler())
        return
    handler = OwnFile(path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
