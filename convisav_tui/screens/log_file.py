"""Where the program writes what goes wrong: a file of its own, never the screen."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

LARGEST = 1_000_000
KEPT = 3


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
    handler = RotatingFileHandler(path, maxBytes=LARGEST, backupCount=KEPT, encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    logger.addHandler(handler)
