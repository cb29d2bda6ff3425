"""What becomes of a message after an attempt, and when the next one is due."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from convisav_tui.notifying.outcome import Outcome
from convisav_tui.store.models.kinds import Channel, MessageState, OutcomeKind

TRIES = 8
STEPS_SECONDS = (30, 120, 600, 1_800, 7_200, 21_600, 43_200)
JITTER = 0.2
LONGEST_WAIT_SECONDS = 43_200
# A wrong password or an empty credit: wait, tell the shop, burn no try; but no customer waits longer than a day.
HOLD = timedelta(minutes=5)
HOLD_PATIENCE = timedelta(hours=24)
# A second e-mail with the same Message-ID is one e-mail to the customer; a second SMS is a second SMS.
RESENT_WHEN_UNKNOWN = frozenset({Channel.EMAIL})


@dataclass(frozen=True)
class Verdict:
    """The state that a message takes, when it is due again, and whether the attempt counts as a try."""

    state: MessageState
    not_before: datetime | None = None
    burns_try: bool = True


def wait_seconds(tries: int, retry_after: float | None = None) -> float:
    """Seconds until the next try after `tries` of them: 30 s to 12 h, 20 % either way, never sooner than was asked."""
    step = STEPS_SECONDS[min(max(tries, 1), len(STEPS_SECONDS)) - 1]
    asked = min(max(retry_after or 0.0, 0.0), LONGEST_WAIT_SECONDS)
    return max(step * random.uniform(1 - JITTER, 1 + JITTER), asked)


def verdict(outcome: Outcome, channel: Channel, tries: int, at: datetime) -> Verdict:
    """What follows from `outcome` at the instant `at` (UTC); `tries` counts this attempt."""
    if outcome.kind is OutcomeKind.ACCEPTED:
        return Verdict(MessageState.SENT)
    if outcome.kind is OutcomeKind.PERMANENT:
        return Verdict(MessageState.DEAD)
    if outcome.kind is OutcomeKind.CONFIG:
        return Verdict(MessageState.QUEUED, at + HOLD, burns_try=False)
    if outcome.kind is OutcomeKind.UNKNOWN and channel not in RESENT_WHEN_UNKNOWN:
        return Verdict(MessageState.UNKNOWN)
    if tries >= TRIES:
        return Verdict(MessageState.DEAD)
    return Verdict(MessageState.QUEUED, at + timedelta(seconds=wait_seconds(tries, outcome.retry_after)))
