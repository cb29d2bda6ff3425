"""F6: what customers are owed, what left, what failed, whom to call, each with the reason and the key that mends it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convisav_tui import clock, ticket_number, words
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, mark
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.reading import edge_of, rows_of
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record, RecordList, Request
from convisav_tui.text import digits

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.message_trace import Deed
    from convisav_tui.store.queries.outbox import MessageRow

COLUMNS = (
    ColumnSpec("when", mark("When"), 11),
    ColumnSpec("customer", mark("Customer"), 14, grow=2),
    ColumnSpec("what", mark("About"), 26),
    ColumnSpec("channel", mark("By"), 10, from_width=75),
    ColumnSpec("recipient", mark("To"), 12, from_width=100, grow=2),
    ColumnSpec("state", mark("State"), 12),
)
DETAIL_ROWS = 8
OWED = ("dead", "unknown", "to_call", "to_post")


_DEEDS = frozenset({"open", "called", "posted", "reroute", "recipient", "retry", "remove"})


class Tab(NamedTuple):
    """What a tab shows: its label, the states (none: all), what is said when there is nothing."""

    label: str
    states: tuple[str, ...]
    empty: str


TABS = (
    Tab(mark("To handle"), OWED, mark("Nobody waits for a call. Tab shows the messages on their way.")),
    Tab(mark("To call"), ("to_call",), mark("Nobody waits for a call.")),
    Tab(mark("Failed"), ("dead",), mark("No message has failed.")),
    Tab(mark("Unsure"), ("unknown",), mark("Of every message it is known whether it left.")),
    Tab(mark("To post"), ("to_post",), mark("No letter waits to be posted.")),
    Tab(mark("On their way"), ("queued", "leased"), mark("No message is on its way.")),
    Tab(mark("All"), (), mark("No message was written yet.")),
)


class MessagesView(View):
    """Tab changes between what is to be handled, what waits, and all; Enter opens the order."""

    name: ClassVar[str] = "messages"

    def __init__(self, counter: Counter) -> None:
        self.counter = counter
        self.title = _("Messages")
        self._tab = 0
        self._messages: dict[object, MessageRow] = {}
        self._deeds: dict[int, tuple[Deed, ...]] = {}
        self._holds: list[str] = []
        self._counts: dict[str, int] = {}
        self._list = RecordList(COLUMNS, self._fetch, rows_of(self, counter), empty=_(TABS[0].empty))

    def opened(self) -> None:
        """Read what is owed."""
        self._list.load()

    def resumed(self) -> None:
        """Something may have been sent meanwhile."""
        self._list.refresh()

    def changed_elsewhere(self) -> None:
        """The sender has moved a message on."""
        self._list.refresh()

    def order_number(self) -> str:
        """The order of the message under the cursor; none for news about a supplier order or a parcel."""
        message = self._current()
        return message.number if message is not None and message.order_id is not None else ""

    def actions(self) -> Sequence[str]:
        """What mends the message under the cursor."""
        return ("open", *self._mending(), "remove", "step", "customer", "find", "menu", "help", "quit")

    def _mending(self) -> tuple[str, ...]:
        message = self._current()
        if message is None:
            return ("called", "retry")
        if message.state == "to_post":
            return ("posted", "reroute")
        by_person = message.channel in ("call", "letter")
        return ("called", "reroute") if by_person else ("called", "retry", "reroute", "recipient")

    def hint(self) -> Row:
        """How to see the others."""
        return [Span(f" {label('tab')} ", Role.KEY), Span(_("Other messages"), Role.DIM)]

    def act(self, action: str) -> bool:
        """Open what it is about, say that he was called, send again, owe it no longer."""
        message = self._current()
        if action not in _DEEDS:
            return False
        if message is None:
            self.host.say(_("There is no message under the cursor"), Role.WARNING)
            return True
        if action == "open":
            self._open(message)
        elif action == "remove":
            question = _("Why is this message not owed any more?")
            self.host.ask(TextPrompt(question, lambda why: self._cancel(message, why)))
        elif action == "retry":
            self._retry(message)
        else:
            {"called": self._ask_call, "posted": self._ask_post, "reroute": self._ask_channel}.get(
                action, self._ask_recipient
            )(message)
        return True

    def key(self, key: Key) -> None:
        """Tab changes what is shown; arrows move; Esc goes back."""
        if key.name == "escape":
            self.host.back()
        elif key.name in ("tab", "right", "shift+tab", "left"):
            self._tab = (self._tab + (1 if key.name in ("tab", "right") else -1)) % len(TABS)
            self._list.empty = _(TABS[self._tab].empty)
            self._list.load(self._fetch)
        elif key.name != "space":
            self._list.key(key)

    def _open(self, message: MessageRow) -> None:
        """The order that it tells of, the supplier order, the statement, or what is with subcontractors."""
        from convisav_tui.screens.away_view import AwayView
        from convisav_tui.screens.opening import open_order
        from convisav_tui.screens.statements_view import open_statement
        from convisav_tui.screens.supplier_orders_view import open_supplier_order

        if message.order_id is not None:
            open_order(self.host, self.counter, message.number)
        elif message.supplier_order_id is not None:
            open_supplier_order(self.host, self.counter, message.supplier_order_id)
        elif message.statement_id is not None:
            open_statement(self.host, self.counter, message.statement_id)
        else:
            self.host.open(AwayView(self.counter))

    # --- deeds ----------------------------------------------------------------------------------------------

    def _ask_call(self, message: MessageRow) -> None:
        """How the call ended; then, in a line, what was said."""
        choices = [(code, words.word(words.CALL_OUTCOMES, code)) for code in words.CALL_OUTCOMES]

        def chosen(outcome: str) -> None:
            said = _("What did {customer} say?").format(customer=message.customer)
            question = said if outcome == "reached" else _("Anything to note?")
            self.host.ask(TextPrompt(question, lambda note: self._called(message, outcome, note)))

        heading = _("{customer} {phone}: how did the call end?").format(customer=message.customer, phone=message.phone)
        self.host.ask(ChoicePrompt(heading, choices, chosen))

    def _called(self, message: MessageRow, outcome: str, note: str) -> None:
        def operation(session: Session) -> None:
            from convisav_tui.shop.message_deeds import log_call

            log_call(session, message.id, outcome, self.counter.actor, self.counter.shop, note)

        told = _("Written down: {customer} was told").format(customer=message.customer)
        self._do(operation, told if outcome == "reached" else _("Written down: the call is owed again"))

    def _ask_post(self, message: MessageRow) -> None:
        question = (
            _("Number of the registered letter:") if message.last_code == "registered" else _("Its number, if any:")
        )
        self.host.ask(TextPrompt(question, lambda number: self._posted(message, number)))

    def _posted(self, message: MessageRow, number: str) -> None:
        def operation(session: Session) -> None:
            from convisav_tui.shop.message_deeds import mark_posted

            mark_posted(session, message.id, self.counter.actor, number)

        self._do(operation, _("Written down: the letter was posted"))

    def _ask_channel(self, message: MessageRow) -> None:
        """Offer the channels that this person can be reached by."""

        def read() -> list[str]:
            from convisav_tui.shop.message_deeds import channels_left

            with self.counter.store.read() as session:
                return [channel.value for channel in channels_left(session, message.id)]

        def offer(channels: list[str]) -> None:
            choices = [(channel, words.word(words.CHANNELS, channel)) for channel in channels]
            question = _("Tell {customer} by").format(customer=message.customer)
            self.host.ask(ChoicePrompt(question, choices, lambda channel: self._reroute(message, channel)))

        self.host.run(read, offer, label=_("Reading"))

    def _reroute(self, message: MessageRow, channel: str) -> None:
        def operation(session: Session) -> None:
            from convisav_tui.shop.message_deeds import send_by
            from convisav_tui.store.models import Channel

            send_by(session, message.id, Channel(channel), self.counter.actor, self.counter.shop)

        self._do(operation, _("Told by: {channel}").format(channel=words.word(words.CHANNELS, channel)))

    def _ask_recipient(self, message: MessageRow) -> None:
        prompt = TextPrompt(_("Send it to"), lambda typed: self._readdress(message, typed), initial=_address(message))
        self.host.ask(prompt)

    def _readdress(self, message: MessageRow, typed: str) -> None:
        def operation(session: Session) -> None:
            from convisav_tui.shop.message_deeds import edit_recipient

            edit_recipient(session, message.id, typed, self.counter.actor, self.counter.shop)

        self._do(operation, _("Will be sent again"))

    def _retry(self, message: MessageRow) -> None:
        def operation(session: Session) -> None:
            from convisav_tui.shop.outbox import retry_message

            retry_message(session, message.id, self.counter.actor)

        self._do(operation, _("Will be sent again"))

    def _cancel(self, message: MessageRow, reason: str) -> None:
        def operation(session: Session) -> None:
            from convisav_tui.shop.outbox import cancel_message

            cancel_message(session, message.id, self.counter.actor, reason)

        self._do(operation, _("Not owed any more"))

    def _do(self, operation: Callable[[Session], None], said: str) -> None:
        def done(_nothing: None) -> None:
            self.host.say(said, Role.SUCCESS)
            self._list.refresh()

        def refused(error: Exception) -> None:
            if isinstance(error, FieldErrors):
                self.host.say(next(iter(error.errors.values())), Role.ERROR)
            else:
                self.host.say_error(error)

        self.host.run(lambda: self.counter.store.write(operation), done, refused, label=_("Saving"))

    # --- reading --------------------------------------------------------------------------------------------

    def _current(self) -> MessageRow | None:
        record = self._list.current
        return self._messages.get(record.identity) if record is not None else None

    def _fetch(self, request: Request) -> Sequence[Record]:
        from convisav_tui.shop.message_trace import deeds_on
        from convisav_tui.store.queries.outbox import message_counts, messages

        edge, states = edge_of(request), TABS[self._tab].states
        with self.counter.store.read() as session:
            rows = messages(session, states, request.limit, edge.before, edge.after, edge.from_end)
            self._deeds.update(deeds_on(session, ((row.id, row.order_id, row.created_at) for row in rows)))
            self._holds = _hold_sentences(session)
            self._counts = message_counts(session)
        self._messages.update({row.id: row for row in rows})
        return [self._record(row) for row in rows]

    def _record(self, message: MessageRow) -> Record:
        bad = message.state in OWED
        return Record(
            position=message.id,
            identity=message.id,
            cells={
                "when": self.counter.short_moment(message.created_at),
                "customer": message.customer,
                "what": words.word(words.MESSAGES, message.event),
                "channel": words.word(words.CHANNELS, message.channel),
                "recipient": _address(message),
                "state": self._state(message) + (" !" if bad and self._is_due(message) else ""),
            },
            roles={"state": Role.WARNING} if bad else {},
        )

    def _is_due(self, message: MessageRow) -> bool:
        return message.state != "to_call" or message.not_before <= clock.now()

    def _state(self, message: MessageRow) -> str:
        """The state; of a call that is to be tried again, from when on."""
        if not self._is_due(message):
            return self.counter.short_moment(message.not_before)
        return words.word(words.MESSAGE_STATES, message.state)

    # --- looks ----------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """Tabs, troubles of the channels, the list, the message under the cursor with what happened to it."""
        self.title_right = self.counter.title_right()
        rows: list[Row] = [self._tabs()]
        rows += [[Span(" ! " + line, Role.WARNING)] for hold in self._holds for line in wrap(hold, width - 4)]
        top = len(rows)
        room = max(3, height - top - DETAIL_ROWS - 1)
        page = self._list.render(width, room)
        rows += [*page.rows, *([[]] * (room - len(page.rows))), [Span("─" * width, Role.RULE)]]
        rows += self._detail(width)
        cursor = (page.cursor[0], page.cursor[1] + top) if page.cursor is not None else None
        return Page(rows[:height], cursor)

    def _told(self, deed: Deed) -> str:
        """When, who, what, and what was noted."""
        note = words.noted(deed.note)
        what = words.word(words.EVENTS, deed.event) + (f" ({note})" if note else "")
        return " ".join(part for part in (self.counter.short_moment(deed.at), deed.by, what) if part)

    def _tabs(self) -> Row:
        row: Row = []
        for index, tab in enumerate(TABS):
            count = sum(self._counts.get(state, 0) for state in tab.states)
            if tab.states and not count and index not in (self._tab, 0):
                text = f" {_(tab.label)} "
            else:
                text = f" {_(tab.label)} {count if tab.states else ''}".rstrip() + " "
            row.append(Span(text, Role.SELECTED if index == self._tab else Role.DIM))
        return row

    def _detail(self, width: int) -> list[Row]:
        message = self._current()
        if message is None:
            return []
        number = ticket_number.show(message.number) if message.number.isdigit() else message.number
        to = "" if message.channel == "call" else f"{words.word(words.CHANNELS, message.channel)} {_address(message)}"
        heading = "  ".join(part for part in (f" {number}", message.customer, to) if part.strip())
        if message.phone and message.phone not in heading:
            heading += f"  {message.phone}"
        rows: list[Row] = [[Span(heading, Role.HEADING)]]
        if message.last_text or message.last_code:
            reason = words.answered(message.last_code, message.last_text)
            rows += [[Span(" " + line, Role.WARNING)] for line in wrap(reason, width - 2)[:2]]
        done = " · ".join(self._told(deed) for deed in self._deeds.get(message.id, ()))
        rows += [[Span(" " + line)] for line in wrap(done, width - 2)[:2]] if done else []
        if message.subject:
            rows += [[Span(" " + line, Role.VALUE)] for line in wrap(message.subject, width - 2)[:2]]
        return rows + [[Span(" " + line, Role.DIM)] for line in wrap(message.body, width - 2)]


def _address(message: MessageRow) -> str:
    """Where it goes; a number as people dial it here, as long as it is still the customer's."""
    if message.channel == "sms" and digits(message.phone)[-8:] == digits(message.recipient)[-8:]:
        return message.phone
    return message.recipient or message.phone


def _hold_sentences(session: Session) -> list[str]:
    """Why channels wait, if they do."""
    from convisav_tui.notifying.holds import CARRIED, hold_of

    return [hold.sentence for channel in CARRIED if (hold := hold_of(session, channel)) is not None]
