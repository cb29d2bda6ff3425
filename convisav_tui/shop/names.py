"""The words of the shop's closed lists by their typed values, for papers, previews and refusals (rules.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from convisav_tui import words
from convisav_tui.i18n import _, translate
from convisav_tui.store.models import Channel, Holder, JobKind, Means, MessageEvent, OrderState, Outcome, Role

Named = OrderState | Outcome | Channel | Means | Holder | MessageEvent | JobKind | Role
_WORDS: Mapping[type[StrEnum], Mapping[str, str]] = {
    OrderState: words.FULL_STATES,
    Outcome: words.OUTCOMES,
    Channel: words.CHANNELS,
    Means: words.MEANS,
    Holder: words.HOLDERS,
    MessageEvent: words.MESSAGES,
    JobKind: words.JOBS,
    Role: words.ROLES,
}


def name(value: Named, code: str | None = None) -> str:
    """The word for a value of a closed list, in the language spoken now or in `code`."""
    word = _WORDS[type(value)][value]
    return _(word) if code is None else translate(word, code)
