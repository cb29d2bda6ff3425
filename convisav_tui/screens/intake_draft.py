"""Keeps a form that is being typed as a draft: at most once a second, and at once where it matters."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host

KIND = "intake"
BATCH = "batch"
EVERY = 1.0
"""Seconds between two savings while somebody types."""

# Keys of the drafts that forms of this program hold now: F5 does not offer them again.
held_here: set[str] = set()


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A draft in the list: `free` if this station may take it up, `ours` if whoever works here typed it."""

    key: str
    title: str
    station: str
    typed_at: str
    updated_at: datetime
    free: bool
    kind: str = KIND
    person: str = ""
    ours: bool = True


class Drafts(Protocol):
    """What the shop does with drafts. All run in the store's thread and may raise ConvisavError."""

    def save(self, key: str, title: str, fields: Mapping[str, str], parked: bool) -> None:
        """Write the draft."""

    def discard(self, key: str) -> None:
        """Remove the draft, if there is one."""

    def rows(self) -> list[DraftRow]:
        """The drafts, newest first."""

    def take(self, key: str) -> Mapping[str, str]:
        """The fields of a draft, which is typed here from now on."""


class ShopDrafts:
    """Drafts in the store of a counter."""

    def __init__(self, counter: Counter, kind: str = KIND) -> None:
        self._counter = counter
        self._kind = kind

    def save(self, key: str, title: str, fields: Mapping[str, str], parked: bool) -> None:
        """See `Drafts`."""
        from convisav_tui.shop.drafts import save_draft

        counter = self._counter
        counter.store.write(
            lambda session: save_draft(session, key, self._kind, title, fields, counter.actor, parked=parked)
        )

    def discard(self, key: str) -> None:
        """See `Drafts`."""
        from convisav_tui.shop.drafts import discard_draft

        self._counter.store.write(lambda session: discard_draft(session, key))

    def rows(self) -> list[DraftRow]:
        """See `Drafts`."""
        from convisav_tui.clock import now
        from convisav_tui.shop.drafts import LEFT_ALONE, parked_drafts

        actor = self._counter.actor
        ours = actor.station_name
        with self._counter.store.read() as session:
            found = parked_drafts(session, ours, everywhere=True)
        left_alone = now() - LEFT_ALONE
        return [
            DraftRow(
                key=row.key,
                kind=row.kind,
                title=row.title,
                station=row.station_name,
                typed_at=row.typed_at,
                updated_at=row.updated_at,
                free=row.key not in held_here and (row.typed_at in ("", ours) or row.updated_at < left_alone),
                person=row.person,
                ours=row.staff_id in (None, actor.staff_id),
            )
            for row in found
            if row.kind in (KIND, BATCH)
        ]

    def take(self, key: str) -> Mapping[str, str]:
        """See `Drafts`."""
        from convisav_tui.shop.drafts import take_draft

        counter = self._counter
        return counter.store.write(lambda session: take_draft(session, key, counter.actor))


class DraftKeeper:
    """Saves the draft of one form. `now` gives (title, fields) as they are; nothing is saved after `end`."""

    def __init__(self, drafts: Drafts, now: Callable[[], tuple[str, dict[str, str]]], key: str = "") -> None:
        self.key = key or str(uuid.uuid4())
        self._drafts = drafts
        self._now = now
        self._host: Host | None = None
        self._kept = bool(key)
        self._dirty = False
        self._waiting = False
        self._ended = False

    @property
    def ended(self) -> bool:
        """Whether nothing is saved any more."""
        return self._ended

    @property
    def kept(self) -> bool:
        """Whether nothing was typed since the last saving, which has not failed."""
        return self._ended or not self._dirty

    def begin(self, host: Host) -> None:
        """The form is on screen."""
        self._host = host
        held_here.add(self.key)

    def changed(self) -> None:
        """Something was typed: save it within a second."""
        self._dirty = True
        if self._host is not None and not self._waiting:
            self._waiting = True
            self._host.later(EVERY, self._due)

    def save(self) -> None:
        """Save now what has changed; a failure is told, and what was typed stays on screen."""
        if self._dirty and not self._ended:
            self._write(parked=False)

    def park(self) -> None:
        """The line dropped or the program ends: any station may take the draft up."""
        if not self._ended and (self._dirty or self._kept):
            self._write(parked=True)

    def put_aside(self, done: Callable[[], None], failed: Callable[[Exception], None], label: str) -> None:
        """Park the draft, then call `done`; keys wait."""
        title, fields = self._now()
        self._dirty = False

        def kept(_result: None) -> None:
            self._kept = True
            self.end()
            done()

        def not_kept(error: Exception) -> None:
            self._dirty = True
            failed(error)

        self._asked().run(
            lambda: self._drafts.save(self.key, title, fields, True), kept, not_kept, label=label, leave=True
        )

    def forget(self) -> None:
        """Nothing of it is wanted any more."""
        if self._kept and not self._ended:
            self._asked().run(lambda: self._drafts.discard(self.key), lambda _none: None, hold=False)
        self.end()

    def end(self) -> None:
        """The form is closed, or what it held was saved."""
        self._ended = True
        held_here.discard(self.key)

    def _due(self) -> None:
        self._waiting = False
        self.save()

    def _write(self, *, parked: bool) -> None:
        title, fields = self._now()
        self._dirty, self._kept = False, True
        host = self._asked()

        def not_kept(error: Exception) -> None:
            self._dirty = True
            host.say_error(error)

        host.run(
            lambda: self._drafts.save(self.key, title, fields, parked),
            lambda _none: None,
            not_kept,
            hold=False,
            group="draft",
        )

    def _asked(self) -> Host:
        assert self._host is not None, "the form is not on screen yet"
        return self._host
