"""Carries due messages out, one at a time, and writes down each attempt (notifying.md 4)."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from convisav_tui import clock
from convisav_tui.config import Config
from convisav_tui.notifying.carriers import Carrier, carriers
from convisav_tui.notifying.claims import Claim, give_back, is_due, next_due, next_turn, recover
from convisav_tui.notifying.lapse import expired, give_up
from convisav_tui.notifying.mail_line import MailLine
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.owed import shop_of
from convisav_tui.shop.context import ShopContext
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
    shop = shop_of(config)
    recover(store, shop, moment())
    give_up(store, shop, moment())
    if stop() or not is_due(store, moment()):
        return 0
    with MailLine() as line:
        return _send_all(store, shop, channels or carriers(config, store, line), moment, stop, lease, limit)


def _send_all(
    store: Store,
    shop: ShopContext,
    chosen: Mapping[Channel, Carrier],
    moment: _Moments,
    stop: Callable[[], bool],
    lease: timedelta,
    limit: int,
) -> int:
    """Turn by turn: send outside any transaction, then write down how it ended together with what comes next."""
    tried = 0
    turn = next_turn(store, shop, None, (), min(BATCH, limit), lease, moment())
    while turn.claim is not None:
        claimed, tried = turn.claim, tried + 1
        ended = expired(claimed.message, moment()) or chosen[claimed.message.channel](claimed.message)
        _log_outcome(claimed, ended)
        more = 0 if stop() else min(BATCH, limit - tried)
        if not more and turn.behind:
            give_back(store, turn.behind)
        turn = next_turn(store, shop, (claimed, ended), turn.behind if more else (), more, lease, moment())
        if turn.claim is None and more and is_due(store, moment()):
            # What failed goes by another channel at once: it was owed within the transaction that closed the attempt.
            turn = next_turn(store, shop, None, (), more, lease, moment())
    return tried


def _log_outcome(claimed: Claim, ended: Outcome) -> None:
    """No address, no text, no words of the other side: logs are kept longer than messages."""
    message = claimed.message
    _log.info("message %s by %s: %s %s", message.id, message.channel.value, ended.kind.value, ended.code)
