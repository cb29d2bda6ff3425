"""The lists of the board as data: which orders, in which order. Free of libraries: the first paint reads it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from convisav_tui.i18n import mark

# Conditions that stand word for word in a partial index and in the queries: only then the index is used.
OPEN = "closed_at IS NULL"
FROM_PRINCIPAL = "principal_id IS NOT NULL"
SUBCONTRACTED = "(state = 'subcontracted' OR holder = 'with_subcontractor')"
COMEBACK = "(kind = 'repair_guarantee' OR origin_order_id IS NOT NULL OR comeback_suspected)"
ASSIGNED = "technician_id IS NOT NULL"
ON_STATEMENT = "billing_state = 'on_statement'"
JOB_UNBILLED = "returned_at IS NOT NULL AND invoice_amount IS NULL"
JOB_OPEN = "state IN ('queued', 'sending', 'needs_attention')"
MESSAGE_OWED = "state IN ('dead', 'unknown', 'to_call')"
MESSAGE_TO_POST = "state = 'to_post'"

# Main states in which the work is done or given up: an order can be late only in the others (rules.md 7.6).
FINISHED = (
    "completed",
    "to_notify",
    "notified",
    "returned",
    "closed",
    "unclaimed",
    "disposal_procedure",
    "disposed",
    "relinquished",
    "cancelled",
)


def in_states(*states: str) -> str:
    """The condition that the main state is one of these; they are our own words, never typed text."""
    return "state IN ({})".format(", ".join(f"'{state}'" for state in states))


# Said by what it is not: naming the other states would lead SQLite to the index of all orders ever.
_LATE = f"promised_on < :today AND NOT {in_states(*FINISHED)}"
_READY_NOT_TOLD = (
    f"id IN (SELECT id FROM repair_order WHERE {OPEN} AND state = 'to_notify' UNION ALL SELECT order_id FROM message"
    f" WHERE {MESSAGE_OWED} AND event = 'repair_ready')"
    f" AND {in_states('completed', 'to_notify', 'notified', 'unclaimed')}"
)
_TO_CALL = f"id IN (SELECT order_id FROM message WHERE {MESSAGE_OWED})"
# What was lent with an order and should be back by now (rules.md 7.6).
_OUT_LATE = "id IN (SELECT order_id FROM subcontract_job WHERE returned_at IS NULL AND expected_on < :today)"
_LOANS_OVERDUE = "id IN (SELECT order_id FROM loan WHERE ended_at IS NULL AND due_on < :today)"
# A technician's own work: what was given to him and is not done yet.
_MINE = f"{ASSIGNED} AND technician_id = :person AND NOT {in_states(*FINISHED)}"


# FR-G2 (rules.md 7.6): a repair under the legal guarantee that is near the end of its delay. `:warned` is the instant
# before which it was brought. After how many days to look is the shop's choice or the country's dated rule of this
# name; the number below holds in a database that has neither.
WARNING_RULE = "guarantee.remedy_warning_days"
WARNED_AFTER_DAYS = 20
WARNED_AFTER = (
    f"SELECT COALESCE((SELECT CAST(value AS TEXT) FROM setting WHERE key = '{WARNING_RULE}'),"
    f" (SELECT CAST(value AS TEXT) FROM country_rule WHERE key = '{WARNING_RULE}' AND valid_from <= :today"
    " AND (valid_to IS NULL OR valid_to >= :today) ORDER BY valid_from DESC LIMIT 1))"
)
_LEGAL_DELAY = f"kind = 'legal_guarantee' AND opened_at < :warned AND NOT {in_states(*FINISHED)}"


def warned_after_days(found: str | None) -> int:
    """What WARNED_AFTER found, as a number of days (1 at least); WARNED_AFTER_DAYS when it found none."""
    written = found or ""
    return int(written) if written.isascii() and written.isdigit() and int(written[:4]) else WARNED_AFTER_DAYS


def warned_before(today: date, days: int = WARNED_AFTER_DAYS) -> datetime:
    """The instant (aware UTC) before which a repair under the legal guarantee is on the list of its delay."""
    return datetime.combine(today - timedelta(days=days - 1), time(), UTC)


@dataclass(frozen=True)
class ListSpec:
    """One list: its key, the message id of its label, the key that shows it, and what belongs to it.

    Either main states (then the count comes with the count by state) or a condition of its own.
    """

    key: str
    label: str
    digit: str = ""
    states: tuple[str, ...] = ()
    condition: str = ""
    index: str = ""  # the partial index that holds it and nothing else
    by_promise: bool = False  # the longest overdue first, instead of the newest first
    by_priority: bool = False  # a list of work: what is urgent stands above the rest

    @property
    def where(self) -> str:
        """The condition in SQL over `repair_order`; `:today` and `:person` are the parameters."""
        parts = [OPEN, in_states(*self.states) if self.states else "", self.condition]
        return " AND ".join(part for part in parts if part)

    @property
    def sort_key(self) -> str:
        """The column that orders the list; the id breaks ties."""
        return "promised_on" if self.by_promise else "opened_at"

    @property
    def sort_keys(self) -> tuple[str, ...]:
        """All columns that order the list, the id last."""
        return (*(("priority",) if self.by_priority else ()), self.sort_key, "id")


# In the order of the board (interface.md) and of rules.md 7.6.
LISTS: tuple[ListSpec, ...] = (
    ListSpec("waiting", mark("Waiting"), "1", ("received",), by_priority=True),
    ListSpec("quote_requested", mark("Quotes requested"), "2", ("quote_requested",)),
    ListSpec("quote_issued", mark("Quotes issued"), "3", ("quote_issued",)),
    ListSpec("quote_accepted", mark("Quotes accepted"), "4", ("quote_accepted",), by_priority=True),
    ListSpec("in_repair", mark("In repair"), "5", ("diagnosing", "in_repair", "testing"), by_priority=True),
    ListSpec("finished", mark("Finished"), "6", ("completed", "to_notify", "notified")),
    ListSpec("to_notify", mark("To notify"), "7", condition=_READY_NOT_TOLD),
    ListSpec("subcontracted", mark("Subcontracted"), "8", condition=SUBCONTRACTED, index="open_subcontracted"),
    ListSpec("principals", mark("From principals"), "9", condition=FROM_PRINCIPAL, index="open_from_principal"),
    ListSpec("open", mark("All open"), "0"),
    ListSpec("mine", mark("Mine"), condition=_MINE, index="open_by_technician", by_priority=True),
    ListSpec("late", mark("Late"), condition=_LATE, by_promise=True),
    ListSpec("comebacks", mark("Comebacks"), condition=COMEBACK, index="open_comebacks"),
    ListSpec("out_late", mark("Out, late"), condition=_OUT_LATE),
    ListSpec("loans_overdue", mark("Loaners overdue"), condition=_LOANS_OVERDUE),
    ListSpec("legal_30_days", mark("Legal guarantee"), condition=_LEGAL_DELAY),
    ListSpec("to_call", mark("To call"), condition=_TO_CALL),
    ListSpec("quote_refused", mark("Quotes refused"), states=("quote_refused",)),
    ListSpec("quote_expired", mark("Quotes expired"), states=("quote_expired",)),
    ListSpec("awaiting_parts", mark("Waiting for parts"), states=("awaiting_parts",), by_priority=True),
    ListSpec("awaiting_coverage", mark("Awaiting decision"), states=("awaiting_coverage",)),
    ListSpec("returned", mark("Returned, not closed"), states=("returned",)),
    ListSpec("unclaimed", mark("Unclaimed"), states=("unclaimed",)),
)

BY_KEY: Mapping[str, ListSpec] = {spec.key: spec for spec in LISTS}


@dataclass(frozen=True)
class OrderRow:
    """One order as a list shows it. Amounts in minor units, instants aware UTC."""

    id: int
    number: str
    version: int
    state: str
    kind: str
    party_id: int
    customer: str
    phone: str
    principal: str  # "" when a customer brought it himself
    device_id: int
    device: str  # brand and model
    serial: str
    fault: str  # first 200 characters
    quote_requested: bool
    quote_state: str
    cap: int | None
    price: int | None
    currency: str
    holder: str
    comeback: bool
    message_owed: bool  # a message could not be delivered: somebody has to call
    promised_on: date | None
    opened_at: datetime
    completed_at: datetime | None
    notified_at: datetime | None
    priority: int = 0  # words.PRIORITIES
    late: bool = False

    def sort_value(self, spec: ListSpec) -> date | datetime | None:
        """Where the row stands in that list, together with its id."""
        return self.promised_on if spec.by_promise else self.opened_at


_COLUMNS = f"""o.id, o.number, o.version, o.state, o.kind, o.party_id, customer.name, customer.phone,
 coalesce(principal.name, ''), o.device_id, trim(device.brand || ' ' || device.model), device.serial,
 substr(o.reported_fault, 1, 200), o.quote_requested, o.quote_state, o.cap, o.price, o.currency, o.holder,
 (o.kind = 'repair_guarantee' OR o.origin_order_id IS NOT NULL OR o.comeback_suspected),
 EXISTS (SELECT 1 FROM message WHERE message.order_id = o.id AND message.{MESSAGE_OWED}),
 o.promised_on, o.opened_at, o.completed_at, o.notified_at, o.priority"""
_TABLES = """repair_order AS o JOIN party AS customer ON customer.id = o.party_id
 JOIN device ON device.id = o.device_id LEFT JOIN party AS principal ON principal.id = o.principal_id"""

COUNT_BY_STATE = f"SELECT state, count(*) FROM repair_order WHERE {OPEN} GROUP BY state"
_COUNTED_APART = tuple(spec for spec in LISTS if spec.condition)


def count_statement(hinted: bool) -> str:
    """The counts of the lists that are more than a state, in one line; parameters :today, :person.

    SQLite would count some of them in an index of all open orders: `hinted` names the small one (SQLite alone
    understands that)."""
    return "SELECT {}".format(
        ", ".join(
            f"(SELECT count(*) FROM repair_order"
            f"{f' INDEXED BY ix_repair_order__{spec.index}' if hinted and spec.index else ''} WHERE {spec.where})"
            for spec in _COUNTED_APART
        )
    )


def page_statement(
    spec: ListSpec, after: bool = False, before: bool = False, from_end: bool = False, *, hinted: bool = False
) -> str:
    """One page in SQL: parameters :limit, :today and :person when the list asks them, with `after` or `before` also
    :at, :id and, in a list of work, :priority.

    The ids are found first, in the index alone; only the rows of the page are read (store.md 2a). A list of work is
    sorted by priority, which no index holds: it reads its own few rows, and SQLite has to be told (`hinted`) to find
    them in the index of the open orders.
    """
    falling = not spec.by_promise
    backward = before or from_end
    direction = "DESC" if falling != backward else "ASC"
    beyond = ""
    if after or before:
        edge = (*((":priority",) if spec.by_priority else ()), ":at", ":id")
        beyond = f" AND ({', '.join(spec.sort_keys)}) {'<' if falling != before else '>'} ({', '.join(edge)})"
    ordered = ", ".join(f"{column} {direction}" for column in spec.sort_keys)
    hint = f" INDEXED BY ix_repair_order__{spec.index or 'open_by_state'}" if hinted and spec.by_priority else ""
    inner = f"SELECT id FROM repair_order{hint} WHERE {spec.where}{beyond} ORDER BY {ordered} LIMIT :limit"
    shown = "DESC" if falling else "ASC"
    order = ", ".join(f"o.{column} {shown}" for column in spec.sort_keys)
    return f"SELECT {_COLUMNS} FROM {_TABLES} WHERE o.id IN ({inner}) ORDER BY {order}"


def rows_statement(marks: str) -> str:
    """The rows of the orders whose ids stand for `marks`, newest first."""
    return f"SELECT {_COLUMNS} FROM {_TABLES} WHERE o.id IN ({marks}) ORDER BY o.opened_at DESC, o.id DESC"


def is_late(state: str, promised_on: date | None, today: date) -> bool:
    """Promised for a day that has passed, and not finished yet."""
    return promised_on is not None and promised_on < today and state not in FINISHED


def order_row(values: tuple[Any, ...], today: date) -> OrderRow:
    """The row of one line of `page_statement` or `rows_statement`, its values already of the right types."""
    row = OrderRow(*values)
    return replace(row, late=True) if is_late(row.state, row.promised_on, today) else row


def sum_up(by_state: Mapping[str, int], others: tuple[int, ...]) -> dict[str, int]:
    """The count of each list from the two counting queries."""
    apart = {spec.key: count for spec, count in zip(_COUNTED_APART, others, strict=True)}
    return {spec.key: apart[spec.key] if spec.condition else _sum(by_state, spec.states) for spec in LISTS}


def _sum(by_state: Mapping[str, int], states: tuple[str, ...]) -> int:
    return sum(count for state, count in by_state.items() if not states or state in states)
