"""What an action of the registry (`actions.py`) is."""

from __future__ import annotations

from dataclasses import dataclass

EVERYWHERE = "*"


@dataclass(frozen=True, slots=True)
class Action:
    """One thing a person can do: its id, words, keys, and the views (by name) where it works."""

    id: str
    label: str
    help: str
    key: str = ""
    letter: str = ""
    chord: str = ""
    views: tuple[str, ...] = (EVERYWHERE,)

    @property
    def keys(self) -> tuple[str, ...]:
        """All keys of the action."""
        return tuple(key for key in (self.key, self.letter, self.chord) if key)
