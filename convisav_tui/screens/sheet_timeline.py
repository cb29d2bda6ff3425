"""One line of an order's time line, whatever happened."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.screens import words
from convisav_tui.screens.widgets.painting import Role, Row, Span, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.sheet import Moment

WHEN_WIDTH = 12


def moment_lines(moment: Moment, counter: Counter, width: int, indent: int) -> list[Row]:
    """When, and what: the event with who did it, the payment, the message and each try to deliver it."""
    text, role = _told(moment, counter)
    when = counter.short_moment(moment.at).ljust(WHEN_WIDTH)
    rows: list[Row] = []
    for index, line in enumerate(wrap(text, max(10, width - indent - WHEN_WIDTH))):
        shown = when if index == 0 else " " * WHEN_WIDTH
        rows.append([Span(" " * indent + shown, Role.DIM), Span(line, role)])
    return rows


def _told(moment: Moment, counter: Counter) -> tuple[str, Role]:
    from convisav_tui.store.queries.outbox import JobAttempt, JobRow, MessageRow, MessageTry
    from convisav_tui.store.queries.sheet import CustodyFacts, EventFacts, PaymentFacts

    fact = moment.fact
    if isinstance(fact, EventFacts):
        change = ""
        if fact.to_state and fact.to_state != fact.from_state:
            change = f" → {words.word(words.STATES, fact.to_state)}"
        who = f"  {fact.staff}" if fact.staff else ""
        return f"{words.word(words.EVENTS, fact.event)}{change}{who}", Role.NORMAL
    if isinstance(fact, PaymentFacts):
        nature, means = words.word(words.NATURES, fact.nature), words.word(words.MEANS, fact.means)
        return f"{counter.amount(fact.amount)}  {nature}, {means}  {fact.staff}", Role.NORMAL
    if isinstance(fact, CustodyFacts):
        return f"{words.word(words.HOLDERS, fact.holder)} {fact.place}".strip(), Role.DIM
    if isinstance(fact, MessageRow):
        what = words.word(words.MESSAGES, fact.event)
        state = words.word(words.MESSAGE_STATES, fact.state)
        return f"{words.word(words.CHANNELS, fact.channel)} «{what}» {fact.recipient}: {state}", Role.NORMAL
    if isinstance(fact, MessageTry):
        outcome = words.word(words.DELIVERIES, fact.kind) if fact.kind else "…"
        detail = " ".join(part for part in (fact.code, fact.text) if part)
        role = Role.DIM if fact.kind in ("accepted", "") else Role.WARNING
        return _("try {number}: {outcome}").format(number=fact.attempt, outcome=f"{outcome} {detail}".strip()), role
    if isinstance(fact, JobRow):
        again = f" ({_('duplicate')})" if fact.duplicate else ""
        return f"{words.word(words.JOBS, fact.kind)}{again}: {words.word(words.JOB_STATES, fact.state)}", Role.DIM
    assert isinstance(fact, JobAttempt)
    outcome = words.word(words.PRINT_OUTCOMES, fact.outcome) if fact.outcome else "…"
    return _("printer: {outcome}").format(outcome=f"{outcome} {fact.detail}".strip()), Role.DIM
