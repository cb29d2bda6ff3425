"""The ladders of reminders that the program brings, apart from what climbs them: a new shop gets them at its start."""

from __future__ import annotations

from convisav_tui.store.models import Channel, MessageEvent, ReminderStep

QUOTE_UNANSWERED, NOT_COLLECTED, LOAN_OVERDUE = "quote_unanswered", "not_collected", "loan_overdue"


def shipped_steps() -> list[ReminderStep]:
    """The ladders that the program brings: J+3 and J+7; 7, 15, 30 days, 3, 11 (registered), 12 months; a loaner 1, 7
    and 15 days after it was due."""
    letter = [Channel.LETTER.value]
    reminder, notice = MessageEvent.COLLECT_REMINDER, MessageEvent.UNCLAIMED_NOTICE
    rungs: list[tuple[str, int, int, MessageEvent, list[str], bool]] = [
        (QUOTE_UNANSWERED, 3, 0, MessageEvent.QUOTE_REMINDER, [], False),
        (QUOTE_UNANSWERED, 7, 0, MessageEvent.QUOTE_REMINDER, [], False),
        (NOT_COLLECTED, 7, 0, reminder, [], False),
        (NOT_COLLECTED, 15, 0, reminder, [], False),
        (NOT_COLLECTED, 30, 0, reminder, [], False),
        (NOT_COLLECTED, 0, 3, notice, letter, False),
        (NOT_COLLECTED, 0, 11, notice, letter, True),
        (NOT_COLLECTED, 0, 12, notice, [], False),
        (LOAN_OVERDUE, 1, 0, MessageEvent.LOAN_OVERDUE, [], False),
        (LOAN_OVERDUE, 7, 0, MessageEvent.LOAN_OVERDUE, [], False),
        (LOAN_OVERDUE, 15, 0, MessageEvent.LOAN_OVERDUE, [], False),
    ]
    return [
        ReminderStep(
            ladder=ladder,
            position=1 + sum(earlier[0] == ladder for earlier in rungs[:index]),
            after_days=days,
            after_months=months,
            event=event,
            channels=channels,
            registered=registered,
        )
        for index, (ladder, days, months, event, channels, registered) in enumerate(rungs)
    ]
