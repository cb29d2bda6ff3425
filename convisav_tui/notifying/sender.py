"""Carries due messages out, one at a time, and writes down each attempt (notifying.md 4)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from convisav_tui import clock
from convisav_tui.config import Config
from convisav_tui.notifying.carriers import Carrier, carriers
from convisav_tui.notifying.claims import Claim, claim, close_attempt, give_back, next_due, open_attempt, recover
from convisav_tui.notifying.lapse import expired, give_up
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.owed import shop_of
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel

__all__ = ["LEASE", "next_due", "run_due"]

# At least twice the longest that a transport may take (smtp.TOTAL_SECONDS 60; an SMS less): a lease that is shorter
# than the send doubled 9 messages of 27 (notifying.md 4).
LEASE = timedelta(seconds=150)
BATCH = 4
LONGEST_RUN = 200

_log = logging.getLogger(__name__)


class _Moments:
    """The time during a run: the instant it was started at, plus what has gone by since."""

    def __init__(self, start: datetime) -> None:
        self._start = start
        self._counter = time.monotonic()

    def __call__(self) -> datetime:
        return self._start + timedelta(seconds=time.monotonic() - self._counter)


def run_due(
    store: Store,
    config: Config,
    now: datetime | None = None,
    *,
    stop: Callable[[], bool] = lambda: False,
    channels: Mapping[Channel, Carrier] | None = None,
    lease: timedelta = LEASE,
    limit: int = LONGEST_RUN,
) -> int:
    """Deliver what is due at `now` (aware UTC), recovering first what dead senders left. Returns how many were tried.

    Ends when nothing is due, after `limit` messages, or between two messages when `stop()` is true. What a server or a
    network does becomes an outcome; only the database's own troubles are raised (StoreError), and they lose nothing.
    """
    moment = _Moments(now or clock.now())
    chosen = channels or carriers(config, store)
    shop = shop_of(config)
    recover(store, shop, moment())
    give_up(store, shop, moment())
    tried = 0
    while tried < limit and not stop():
        batch = claim(store, min(BATCH, limit - tried), lease, moment())
        if not batch:
            break
        for place, message in enumerate(batch):
            if stop():
                give_back(store, batch[place:])
                break
            claimed = open_attempt(store, message, lease, moment())
            if claimed is None:
                continue
            tried += 1
            ended = expired(claimed.message, moment()) or chosen[claimed.message.channel](claimed.message)
            _log_outcome(claimed, ended)
            close_attempt(store, shop, claimed, ended, moment())
    return tried


def _log_outcome(claimed: Claim, ended: Outcome) -> None:
    """No address, no text, no words of the other side: logs are kept longer than messages."""
    message = claimed.message
    _log.info("message %s by %s: %s %s", message.id, message.channel.value, ended.kind.value, ended.code)
