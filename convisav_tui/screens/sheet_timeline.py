"""One moment of an order's time line, whatever happened."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from convisav_tui import words
from convisav_tui.i18n import _, format_day
from convisav_tui.screens.widgets.painting import Role, Row, Span, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.outbox import JobAttempt, JobRow, MessageRow, MessageTry
    from convisav_tui.store.queries.sheet import CustodyFacts, EventFacts, Moment, PaymentFacts

WHEN_WIDTH = 12
# What was said when the step was taken, worth reading afterwards.
_SAID = ("reason", "note", "work", "taken_by")


def moment_day(moment: Moment, counter: Counter) -> str:
    """The day of a moment in the shop, short."""
    return format_day(counter.local(moment.at).date())[:5]


def moment_lines(moment: Moment, counter: Counter, width: int, indent: int, day_before: str = "") -> list[Row]:
    """When (the day only where it differs from the moment before), and what: an event with who did it and what was
    said, a payment, a message and each try to deliver it, a paper and each try to print it."""
    text, role = _told(moment, counter)
    day = moment_day(moment, counter)
    when = f"{'' if day == day_before else day:5} {counter.local(moment.at):%H:%M}".ljust(WHEN_WIDTH)
    rows: list[Row] = []
    for index, line in enumerate(wrap(text, max(10, width - indent - WHEN_WIDTH))):
        shown = when if index == 0 else " " * WHEN_WIDTH
        rows.append([Span(" " * indent + shown, Role.DIM), Span(line, role)])
    return rows


def _told(moment: Moment, counter: Counter) -> tuple[str, Role]:
    from convisav_tui.store.queries.outbox import JobRow, MessageRow, MessageTry
    from convisav_tui.store.queries.sheet import CustodyFacts, EventFacts, PaymentFacts

    fact = moment.fact
    if isinstance(fact, EventFacts):
        return _event(fact), Role.NORMAL
    if isinstance(fact, PaymentFacts):
        return _payment(fact, counter), Role.NORMAL
    if isinstance(fact, CustodyFacts):
        return _custody(fact), Role.DIM
    if isinstance(fact, MessageRow):
        return _message(fact), Role.NORMAL
    if isinstance(fact, MessageTry):
        return _try(fact), Role.DIM if fact.kind in ("accepted", "") else Role.WARNING
    if isinstance(fact, JobRow):
        return _paper(fact), Role.DIM
    return _printing(fact), Role.DIM


def _event(fact: EventFacts) -> str:
    text = words.word(words.EVENTS, fact.event)
    step = fact.detail.get("step")
    if fact.event == "undone" and isinstance(step, str):
        text += f" ({words.word(words.EVENTS, step)})"
    if fact.to_state and fact.to_state != fact.from_state:
        text += f" → {words.word(words.STATES, fact.to_state)}"
    said = _said(fact.detail)
    return "  ".join(part for part in (text, f"«{said}»" if said else "", fact.staff) if part)


def _said(detail: Mapping[str, object]) -> str:
    texts = (detail.get(key) for key in _SAID)
    return ", ".join(" ".join(text.split()) for text in texts if isinstance(text, str) and text.strip())


def _payment(fact: PaymentFacts, counter: Counter) -> str:
    nature, means = words.word(words.NATURES, fact.nature), words.word(words.MEANS, fact.means)
    what = f"{counter.amount(fact.amount)}  {nature}, {means}"
    return "  ".join(part for part in (what, fact.staff) if part)


def _custody(fact: CustodyFacts) -> str:
    return " ".join(part for part in (words.word(words.HOLDERS, fact.holder), fact.place) if part)


def _message(fact: MessageRow) -> str:
    what = words.word(words.MESSAGES, fact.event)
    state = words.word(words.MESSAGE_STATES, fact.state)
    sent = f"{words.word(words.CHANNELS, fact.channel)} «{what}» {fact.recipient or fact.phone}"
    return words.stands(sent, state)


def _try(fact: MessageTry) -> str:
    outcome = words.word(words.DELIVERIES, fact.kind) if fact.kind else "…"
    detail = words.answered(fact.code, fact.text)
    return _("try {number}: {outcome}").format(number=fact.attempt, outcome=f"{outcome} {detail}".strip())


def _paper(fact: JobRow) -> str:
    again = f" ({_('duplicate')})" if fact.duplicate else ""
    return words.stands(words.word(words.JOBS, fact.kind) + again, words.word(words.JOB_STATES, fact.state))


def _printing(fact: JobAttempt) -> str:
    outcome = words.word(words.PRINT_OUTCOMES, fact.outcome) if fact.outcome else "…"
    return _("printer: {outcome}").format(outcome=f"{outcome} {fact.detail}".strip())
