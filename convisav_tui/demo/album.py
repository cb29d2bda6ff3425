"""What the demo's printer, mail server and SMS gateway received, newest first, for a screen to show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from convisav_tui.demo.companion import LABELS, MAILS, TEXTS

NEWEST = 50


@dataclass(frozen=True)
class LabelPicture:
    """A printed page as a picture: size in dots (300 to the inch), when it was printed (aware UTC)."""

    path: Path
    width: int
    height: int
    printed_at: datetime


@dataclass(frozen=True)
class Letter:
    """A message that was delivered: to whom, subject ("" for an SMS), text, when (aware UTC)."""

    path: Path
    recipient: str
    subject: str
    text: str
    delivered_at: datetime


def label_pictures(home: Path, limit: int = NEWEST) -> list[LabelPicture]:
    """The newest pages of the demo's printer in `home`."""
    return [
        LabelPicture(path, *_size(path), printed_at=_written_at(path)) for path in _newest(home / LABELS, ".png", limit)
    ]


def mails(home: Path, limit: int = NEWEST) -> list[Letter]:
    """The newest e-mails of the demo's mail server in `home`."""
    from email import policy
    from email.parser import BytesParser

    letters = []
    for path in _newest(home / MAILS, ".eml", limit):
        message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
        body = message.get_body(("plain", "html"))
        letters.append(
            Letter(
                path,
                str(message.get("X-Envelope-To", "")),
                str(message.get("Subject", "")),
                "" if body is None else str(body.get_content()),
                _written_at(path),
            )
        )
    return letters


def texts(home: Path, limit: int = NEWEST) -> list[Letter]:
    """The newest SMS of the demo's gateway in `home`."""
    import json

    letters = []
    for path in _newest(home / TEXTS, ".json", limit):
        posted = json.loads(path.read_text(encoding="utf-8"))
        letters.append(Letter(path, str(posted.get("to", "")), "", str(posted.get("message", "")), _written_at(path)))
    return letters


def is_demo(home: Path) -> bool:
    """Whether that data folder is a demo's."""
    return (home / LABELS).is_dir() and (home / MAILS).is_dir()


def _newest(folder: Path, suffix: str, limit: int) -> list[Path]:
    if not folder.is_dir():
        return []
    numbered = [path for path in folder.glob(f"*{suffix}") if path.stem.isdigit()]
    return sorted(numbered, key=lambda path: int(path.stem), reverse=True)[:limit]


def _written_at(path: Path) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, UTC)


def _size(path: Path) -> tuple[int, int]:
    """Width and height of a PNG, from its header."""
    with path.open("rb") as file:
        header = file.read(24)
    return int.from_bytes(header[16:20], "big"), int.from_bytes(header[20:24], "big")
