"""The words of the shop's closed lists, for screens, papers and the time line (rules.md 6)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from convisav_tui.i18n import _, mark, translate
from convisav_tui.store.models import Channel, Holder, JobKind, Means, MessageEvent, OrderState, Outcome, Role

STATES = {
    OrderState.RECEIVED: mark("waiting"),
    OrderState.DIAGNOSING: mark("in diagnosis"),
    OrderState.QUOTE_REQUESTED: mark("quote requested"),
    OrderState.QUOTE_ISSUED: mark("quote issued"),
    OrderState.QUOTE_ACCEPTED: mark("quote accepted"),
    OrderState.QUOTE_REFUSED: mark("quote refused"),
    OrderState.QUOTE_EXPIRED: mark("quote expired"),
    OrderState.AWAITING_COVERAGE: mark("awaiting coverage"),
    OrderState.AWAITING_PARTS: mark("waiting for parts"),
    OrderState.SUBCONTRACTED: mark("subcontracted"),
    OrderState.IN_REPAIR: mark("in repair"),
    OrderState.TESTING: mark("in test"),
    OrderState.COMPLETED: mark("completed"),
    OrderState.TO_NOTIFY: mark("completed, to notify"),
    OrderState.NOTIFIED: mark("customer notified"),
    OrderState.RETURNED: mark("returned"),
    OrderState.CLOSED: mark("closed"),
    OrderState.UNCLAIMED: mark("unclaimed"),
    OrderState.DISPOSAL_PROCEDURE: mark("disposal procedure"),
    OrderState.DISPOSED: mark("disposed of"),
    OrderState.RELINQUISHED: mark("relinquished"),
    OrderState.CANCELLED: mark("cancelled"),
}
OUTCOMES = {
    Outcome.REPAIRED: mark("repaired"),
    Outcome.PARTLY_REPAIRED: mark("partly repaired"),
    Outcome.NO_FAULT_FOUND: mark("no fault found"),
    Outcome.NOT_REPAIRABLE: mark("not repairable"),
    Outcome.REFUSED_RETURNED_AS_IS: mark("returned as it is"),
    Outcome.REPLACED: mark("replaced"),
    Outcome.COVERAGE_REFUSED_RETURNED: mark("coverage refused, returned"),
}
CHANNELS = {
    Channel.NONE: mark("not told"),
    Channel.EMAIL: mark("e-mail"),
    Channel.SMS: mark("SMS"),
    Channel.CALL: mark("call"),
}
MEANS = {
    Means.CASH: mark("cash"),
    Means.CARD: mark("card"),
    Means.CHEQUE: mark("cheque"),
    Means.TRANSFER: mark("transfer"),
}
HOLDERS = {
    Holder.WITH_OWNER: mark("with its owner"),
    Holder.IN_SHOP: mark("in the shop"),
    Holder.WITH_TECHNICIAN: mark("with the technician"),
    Holder.WITH_SUBCONTRACTOR: mark("with the subcontractor"),
    Holder.RETURNED: mark("given back"),
    Holder.DISPOSED: mark("disposed of"),
}
MESSAGES = {
    MessageEvent.INTAKE: mark("device taken in"),
    MessageEvent.QUOTE_READY: mark("quote ready"),
    MessageEvent.REPAIR_READY: mark("repair ready"),
}
ROLES = {
    Role.CLERK: mark("clerk"),
    Role.TECHNICIAN: mark("technician"),
    Role.MANAGER: mark("manager"),
    Role.BILLING: mark("billing"),
}
PAPERS = {JobKind.LABEL: mark("label"), JobKind.RECEIPT: mark("receipt")}

Named = OrderState | Outcome | Channel | Means | Holder | MessageEvent | JobKind | Role
_WORDS: Mapping[type[StrEnum], Mapping[Any, str]] = {
    OrderState: STATES,
    Outcome: OUTCOMES,
    Channel: CHANNELS,
    Means: MEANS,
    Holder: HOLDERS,
    MessageEvent: MESSAGES,
    JobKind: PAPERS,
    Role: ROLES,
}


def name(value: Named, code: str | None = None) -> str:
    """The word for a value of a closed list, in the language spoken now or in `code`."""
    word = _WORDS[type(value)][value]
    return _(word) if code is None else translate(word, code)
