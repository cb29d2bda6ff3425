"""What the last restore drill found, in a file beside the copies: a shop that goes back in time keeps it."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from convisav_tui import clock
from convisav_tui.config import Config

if TYPE_CHECKING:
    from convisav_tui.store.drill import Drilled

RECORD = "last-drill.json"
SERVER_SUFFIX = ".dump"
DRILL_EVERY = timedelta(days=7)


@dataclass(frozen=True)
class Record:
    """When (aware UTC), with which copy, and what was wrong with it; nothing if it could be relied on."""

    at: datetime
    copy: str
    faults: tuple[str, ...]


def newest_copy(config: Config) -> Path | None:
    """The newest copy in the folder of copies, of either kind for a server."""
    from convisav_tui.store.backup import SUFFIX, backups

    copies = list(backups(config.backups, SUFFIX))
    if not config.database.url.startswith("sqlite"):
        copies += backups(config.backups, SERVER_SUFFIX)
    return max(copies, key=lambda path: path.stem, default=None)


def is_due(config: Config) -> bool:
    """Whether the last drill, or else the oldest copy, is more than a week old."""
    last = read(config)
    if last is not None:
        return clock.now() - last.at >= DRILL_EVERY
    from convisav_tui.store.backup import taken_at

    instants = [instant for path in config.backups.glob("convisav-*.*") if (instant := taken_at(path)) is not None]
    return bool(instants) and clock.now() - min(instants) >= DRILL_EVERY


def as_data(found: Drilled) -> dict[str, Any]:
    """As JSON gives it."""
    return {
        "copy": str(found.path),
        "verdict": "good" if found.passed else "not good",
        "version": found.version,
        "newest": found.newest.isoformat() if found.newest else None,
        "orders": found.orders,
        "events": found.events,
        "photos": found.photos,
        "tables": {table.name: {"copy": table.copy, "shop": table.shop} for table in found.tables},
        "faults": list(found.faults),
        "notes": list(found.notes),
        "seconds": round(found.seconds, 1),
    }


def write(config: Config, found: Drilled) -> None:
    """Keep it, for this account alone. Raises OSError."""
    from convisav_tui.store.backup import begin_file

    config.backups.mkdir(parents=True, exist_ok=True, mode=0o700)
    part = config.backups / f".{RECORD}.part"
    begin_file(part)
    text = json.dumps({"at": clock.now().isoformat(), **as_data(found)}, ensure_ascii=False, indent=1)
    with part.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    part.replace(config.backups / RECORD)


def read(config: Config) -> Record | None:
    """The last one; None when there was none, or its record cannot be read."""
    try:
        found = json.loads((config.backups / RECORD).read_text("utf-8"))
        return Record(datetime.fromisoformat(found["at"]), str(found["copy"]), tuple(found["faults"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None
