"""Faults of the program: where they happened goes into a log, what people typed does not."""

from __future__ import annotations

import os
from pathlib import Path

from convisav_tui import __version__, clock
from convisav_tui.errors import frames
from convisav_tui.i18n import _

LOG_NAME = "faults.log"
LARGEST_LOG = 1_000_000


def record(error: BaseException, folder: Path | None = None) -> str:
    """Append the fault to `faults.log` in the log folder; the sentence to show. Never raises."""
    place = folder or _log_folder()
    try:
        path = write_fault(error, place)
    except OSError as refused:
        return _("The program has a fault ({kind}), and its log cannot be written: {reason}.").format(
            kind=type(error).__name__, reason=refused.strerror
        )
    return _("The program has a fault ({kind}). Nothing half done was saved; details are in {path}.").format(
        kind=type(error).__name__, path=path
    )


def write_fault(error: BaseException, folder: Path) -> Path:
    """Append one fault to the log of `folder`, its owner's alone; the oldest ones go when it is large."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / LOG_NAME
    if path.exists() and path.stat().st_size > LARGEST_LOG:
        path.replace(path.with_suffix(".old.log"))
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "a", encoding="utf-8") as file:
        file.write("\n".join((f"{clock.now().isoformat()} convisav {__version__}", *frames(error), "", "")))
    return path


def _log_folder() -> Path:
    from convisav_tui.config import default_home, load
    from convisav_tui.errors import ConvisavError

    try:
        return load().logs
    except ConvisavError:
        return default_home() / "logs"
