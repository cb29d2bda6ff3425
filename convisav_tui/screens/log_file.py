"""Where the program writes what goes wrong: a file of its own, never the screen."""

from __future__ import annotations

import io
import logging
import os
from logging.handlers import RotatingFileHandler
from pathlib import Path

from convisav_tui.errors import frames
from convisav_tui.text import one_line

LARGEST = 1_000_000
KEPT = 3


class OwnFile(RotatingFileHandler):
    """A file of its owner's alone; its folder is made when something is written for the first time."""

    def _open(self) -> io.TextIOWrapper:
        path = Path(self.baseFilename)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
        return super()._open()

    def handleError(self, record: logging.LogRecord) -> None:
        """What cannot be written (a full disk) is not told on stderr: that is the screen."""


class Reserved(logging.Formatter):
    """Of an error its kind and places, never its message: it may quote what was typed. One record forges no other."""

    def format(self, record: logging.LogRecord) -> str:
        """The record on one line, its trace indented below."""
        record.msg, record.args = one_line(record.getMessage()), None
        return super().format(record)

    def formatException(self, ei: object) -> str:
        """The trace without a value in it."""
        error = ei[1] if isinstance(ei, tuple) else None
        return "\n".join(f"    {line}" for line in frames(error)) if isinstance(error, BaseException) else ""


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
    handler.setFormatter(Reserved("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
