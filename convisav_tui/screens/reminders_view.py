"""The ladders of reminders (F10, managers): after how long, what, by which channel; each rung can be switched off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, mark, ngettext
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.models import ReminderStep

NEW = 0


class RemindersView(ListingView):
    """Enter changes a rung; the last row of each ladder adds one."""

    name: ClassVar[str] = "reminders"
    columns = (
        ColumnSpec("ladder", mark("Ladder"), 18, grow=1),
        ColumnSpec("after", mark("After"), 9),
        ColumnSpec("event", mark("About"), 26, grow=1),
        ColumnSpec("channels", mark("By"), 18, grow=1),
        ColumnSpec("active", "", 3),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Reminders")
        self._steps: dict[object, ReminderStep] = {}

    def actions(self) -> Sequence[str]:
        """Enter changes one."""
        return ("menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Change")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """All rungs, ladder by ladder."""
        from convisav_tui.shop.reminders import LADDERS, ladder_of

        rows: list[Record] = []
        self._steps = {}
        for ladder in LADDERS:
            for step in ladder_of(session, ladder):
                self._steps[ladder, step.position] = step
                rows.append(self._record(len(rows), step))
            name = words.word(words.LADDERS, ladder)
            rows.append(Record(len(rows), (ladder, NEW), {"ladder": name, "event": _("+ new rung")}))
        return rows

    def chosen(self, record: Record) -> None:
        """Change it, or add one."""
        assert isinstance(record.identity, tuple)
        self.host.open(ReminderStepView(self.counter, record.identity[0], self._steps.get(record.identity)))

    def _record(self, position: int, step: ReminderStep) -> Record:
        from convisav_tui.shop.channel_words import channel_words

        by = _("registered letter") if step.registered else channel_words(step.channels) or _("as he wishes")
        cells = {
            "ladder": words.word(words.LADDERS, step.ladder),
            "after": after_words(step.after_months, step.after_days),
            "event": words.word(words.MESSAGES, step.event.value),
            "channels": by,
            "active": "" if step.active else _("no"),
        }
        return Record(position, (step.ladder, step.position), cells)


class ReminderStepView(RecordFormView):
    """A rung, or a new one."""

    name: ClassVar[str] = "reminder_form"

    def __init__(self, counter: Counter, ladder: str, step: ReminderStep | None) -> None:
        self._ladder, self._step = ladder, step
        super().__init__(counter, _fields(ladder, step), label_width=18)
        self.title = words.word(words.LADDERS, ladder)

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save it."""
        from convisav_tui.shop.channel_words import parse_channels
        from convisav_tui.shop.reminders import save_step
        from convisav_tui.store.models import Channel, MessageEvent

        try:
            channels = [Channel(value) for value in parse_channels(raw["channels"])]
        except ValueError as error:
            raise FieldErrors({"channels": str(error)}) from error
        try:
            save_step(
                session,
                self._ladder,
                self.counter.actor,
                position=self._step.position if self._step is not None else None,
                after_days=_whole(raw["days"]),
                after_months=_whole(raw["months"]),
                event=MessageEvent(raw["event"]),
                channels=channels,
                registered=bool(raw["registered"]),
                active=bool(raw["active"]),
            )
        except FieldErrors as error:
            raise FieldErrors({"days": error.errors["after"]}) from error
        return _("Saved; the worker climbs it from now on")


def after_words(months: int, days: int) -> str:
    """How long after: "3 months", "7 days"."""
    parts = [ngettext("{count} month", "{count} months", months).format(count=months)] if months else []
    parts += [ngettext("{count} day", "{count} days", days).format(count=days)] if days else []
    return ", ".join(parts)


def _whole(typed: str) -> int:
    """A whole number; what is none counts as too many, which the shop refuses."""
    text = typed.strip() or "0"
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1


def _fields(ladder: str, step: ReminderStep | None) -> tuple[FieldSpec, ...]:
    from convisav_tui.shop.channel_words import channel_words
    from convisav_tui.shop.reminders import EVENTS_OF

    events = tuple((event.value, words.word(words.MESSAGES, event.value)) for event in EVENTS_OF[ladder])
    return (
        FieldSpec("days", mark("Days"), row=0, width=6, default=_shown(step.after_days if step else 0), longest=4),
        FieldSpec(
            "months", mark("Months"), row=1, width=6, default=_shown(step.after_months if step else 0), longest=3
        ),
        FieldSpec(
            "event",
            mark("What"),
            "choice",
            row=2,
            width=30,
            default=step.event.value if step else events[0][0],
            choices=events,
        ),
        FieldSpec(
            "channels",
            mark("By"),
            row=3,
            width=40,
            grow=1,
            default=channel_words(step.channels) if step else "",
            longest=80,
            help=mark("Channels in order, with commas; empty: as the customer wishes"),
        ),
        FieldSpec(
            "registered",
            mark("Registered letter"),
            "check",
            row=4,
            width=1,
            default=CHECKED if step and step.registered else "",
            help=mark("Space: a letter whose number proves it; without it no court is asked"),
        ),
        FieldSpec(
            "active", mark("In use"), "check", row=5, width=1, default=CHECKED if not step or step.active else ""
        ),
    )


def _shown(number: int) -> str:
    return str(number) if number else ""
