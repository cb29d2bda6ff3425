"""Who is told what, how and when (F10, managers): the rules of the shop and of principals, and quiet hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.models import NotificationRule

QUIET = "quiet"
NOT_RULED = ""
MOST_MINUTES, MOST_HOURS = 60 * 24 * 31, 24 * 366


class NoticesView(ListingView):
    """Enter changes a rule; the first row holds the quiet hours, the rules of principals stand below those of the
    shop."""

    name: ClassVar[str] = "notices"
    columns = (
        ColumnSpec("event", mark("About"), 26, grow=2),
        ColumnSpec("told", mark("Who is told"), 19, grow=1),
        ColumnSpec("channels", mark("By"), 10, grow=1),
        ColumnSpec("when", mark("When"), 20, grow=1),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Who is told, and when")
        self._rules: dict[object, NotificationRule | None] = {}
        self._principals: list[tuple[str, str]] = []
        self._quiet = ("", "", "")

    def actions(self) -> Sequence[str]:
        """Enter changes one."""
        return ("menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Change")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """Quiet hours, each event, what principals have of their own."""
        from convisav_tui.shop.notices import rules_of
        from convisav_tui.shop.principals import all_principals
        from convisav_tui.shop.quiet_hours import DAYS, quiet_hours
        from convisav_tui.store.models import MessageEvent

        hours, own = quiet_hours(session), rules_of(session, None)
        self._principals = [(str(found.party_id), found.name) for found in all_principals(session)]
        self._rules = {}
        if hours is not None:
            days = " ".join(DAYS[day] for day in sorted(hours.days))
            self._quiet = (f"{hours.begins:%H:%M}", f"{hours.ends:%H:%M}", days)
        else:
            self._quiet = ("", "", "")
        said = " ".join(part for part in ("–".join(filter(None, self._quiet[:2])), self._quiet[2]) if part)
        rows = [Record(0, QUIET, {"event": _("Quiet hours"), "when": said or _("none")})]
        for event in MessageEvent:
            rows.append(self._record(len(rows), event.value, "", own.get(event), ""))
        for key, name in self._principals:
            for event, rule in rules_of(session, int(key)).items():
                rows.append(self._record(len(rows), event.value, key, rule, name))
        return rows

    def chosen(self, record: Record) -> None:
        """Change it."""
        if record.identity == QUIET:
            self.host.open(QuietHoursView(self.counter, self._quiet))
            return
        assert isinstance(record.identity, tuple)
        event, principal = record.identity
        rule = self._rules.get(record.identity)
        self.host.open(NoticeRuleView(self.counter, event, principal, rule, self._principals))

    def _record(self, position: int, event: str, principal: str, rule: NotificationRule | None, name: str) -> Record:
        from convisav_tui.shop.channel_words import channel_words

        self._rules[event, principal] = rule
        about = words.word(words.MESSAGES, event)
        cells = {"event": f"{about} · {name}" if name else about, "told": _("as agreed")}
        if rule is not None:
            when = [_("after {count} min").format(count=rule.delay_minutes)] if rule.delay_minutes else []
            when += [_("within {count} h").format(count=rule.expires_hours)] if rule.expires_hours else []
            when += [] if rule.keeps_quiet_hours else [_("at any hour")]
            cells |= {
                "told": words.word(words.TOLD, rule.told.value),
                "channels": channel_words(rule.channels),
                "when": ", ".join(when),
            }
        return Record(position, (event, principal), cells)


class NoticeRuleView(RecordFormView):
    """One rule; "as agreed at intake" forgets it."""

    name: ClassVar[str] = "notice_form"

    def __init__(
        self,
        counter: Counter,
        event: str,
        principal: str,
        rule: NotificationRule | None,
        principals: Sequence[tuple[str, str]],
    ) -> None:
        self._event = event
        super().__init__(counter, _rule_fields(principal, rule, principals), label_width=20)
        self.title = words.word(words.MESSAGES, event)

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Keep the rule, or forget it."""
        from convisav_tui.shop.channel_words import parse_channels
        from convisav_tui.shop.notices import drop_rule, save_rule
        from convisav_tui.store.models import Channel, MessageEvent, Told

        event, actor = MessageEvent(self._event), self.counter.actor
        principal_id = int(raw["principal"]) if raw["principal"] else None
        if raw["told"] == NOT_RULED:
            drop_rule(session, event, actor, principal_id)
            return _("As agreed at intake")
        errors: dict[str, str] = {}
        channels: list[str] = []
        try:
            channels = parse_channels(raw["channels"])
        except ValueError as error:
            errors["channels"] = str(error)
        numbers = {
            key: _number(raw[key], most, key, errors)
            for key, most in (("delay_minutes", MOST_MINUTES), ("expires_hours", MOST_HOURS))
        }
        if errors:
            raise FieldErrors(errors)
        save_rule(
            session,
            event,
            actor,
            principal_id=principal_id,
            told=Told(raw["told"]),
            channels=[Channel(value) for value in channels],
            delay_minutes=numbers["delay_minutes"],
            expires_hours=numbers["expires_hours"],
            keeps_quiet_hours=bool(raw["quiet"]),
        )
        return _("Saved")


class QuietHoursView(RecordFormView):
    """When nobody is disturbed."""

    name: ClassVar[str] = "quiet_form"

    def __init__(self, counter: Counter, quiet: tuple[str, str, str]) -> None:
        fields = (
            FieldSpec("quiet_from", mark("From"), row=0, width=8, default=quiet[0], longest=5),
            FieldSpec("quiet_to", mark("To"), row=1, width=8, default=quiet[1], longest=5),
            FieldSpec(
                "quiet_days",
                mark("Whole days"),
                row=2,
                width=28,
                default=quiet[2],
                longest=40,
                help=mark("mon tue wed thu fri sat sun"),
            ),
        )
        super().__init__(counter, fields)
        self.title = _("Quiet hours")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Keep them; both hours empty: none."""
        from convisav_tui.shop.notices import keep_quiet_hours

        keep_quiet_hours(session, raw["quiet_from"], raw["quiet_to"], raw["quiet_days"], self.counter.actor)
        return _("Saved")


def _number(typed: str, most: int, key: str, errors: dict[str, str]) -> int:
    text = typed.strip() or "0"
    if text.isascii() and text.isdigit() and int(text) <= most:
        return int(text)
    errors[key] = _("A number, at most {most}").format(most=most)
    return 0


def _rule_fields(
    principal: str, rule: NotificationRule | None, principals: Sequence[tuple[str, str]]
) -> tuple[FieldSpec, ...]:
    told = ((NOT_RULED, _("as agreed at intake")), *((code, _(text)) for code, text in words.TOLD.items()))
    everybody = (("", _("everybody")), *principals)
    present = rule.told.value if rule is not None else NOT_RULED
    quiet = CHECKED if rule is None or rule.keeps_quiet_hours else ""
    return (
        FieldSpec("principal", mark("For the orders of"), "choice", 0, 30, default=principal, choices=everybody),
        FieldSpec("told", mark("Who is told"), "choice", 1, 30, default=present, choices=told),
        *_sending_fields(rule),
        FieldSpec("quiet", mark("Keeps quiet hours"), "check", row=5, width=1, default=quiet),
    )


def _sending_fields(rule: NotificationRule | None) -> tuple[FieldSpec, ...]:
    """By which channels and when."""
    from convisav_tui.shop.channel_words import channel_words

    channels = channel_words(rule.channels) if rule is not None else ""
    delay = str(rule.delay_minutes) if rule is not None and rule.delay_minutes else ""
    expires = str(rule.expires_hours) if rule is not None and rule.expires_hours else ""
    hint = mark("Channels in order, with commas; empty: as the customer wishes")
    return (
        FieldSpec("channels", mark("By"), row=2, width=40, grow=1, default=channels, longest=80, help=hint),
        FieldSpec("delay_minutes", mark("After minutes"), row=3, width=8, default=delay, longest=6),
        FieldSpec("expires_hours", mark("Worthless after hours"), row=4, width=8, default=expires, longest=6),
    )
