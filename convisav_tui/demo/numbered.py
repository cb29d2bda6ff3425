"""Files numbered in the order they arrive, never seen half written."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path


class NumberedFolder:
    """Keeps `0001.png`, `0002.png` … in a folder; goes on after those that are there. Safe in several threads."""

    def __init__(self, folder: Path, suffix: str) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder = folder
        self._suffix = suffix
        self._lock = threading.Lock()

    def add(self, write: Callable[[Path], object]) -> Path:
        """Let `write` fill a temporary file, then give it the next number; the path."""
        with self._lock:
            numbers = [int(path.stem) for path in self.folder.glob(f"*{self._suffix}") if path.stem.isdigit()]
            place = self.folder / f"{max(numbers, default=0) + 1:04d}{self._suffix}"
            half = self.folder / f".writing{self._suffix}"
            write(half)
            half.replace(place)
            return place
