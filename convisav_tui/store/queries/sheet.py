"""Everything of one repair order, as plain facts for a screen, a document or a script."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.store.queries.coverage import AdviceFacts, CoverFacts, covers_of, refused_on
from convisav_tui.store.queries.outbox import JobAttempt, JobRow, MessageRow, MessageTry, jobs_of, messages_of
from convisav_tui.store.queries.quotes import LineFacts, PriceFacts, announced_prices, quote_lines
from convisav_tui.store.queries.stock import NeedFacts, need_facts
from convisav_tui.store.queries.workshop import WorkshopFacts, workshop_of
from convisav_tui.store.tables import (
    CUSTODY_EVENT,
    DEVICE,
    DEVICE_TYPE,
    LOAN,
    LOANER_UNIT,
    ORDER,
    ORDER_EVENT,
    PARTY,
    PAYMENT,
    QUOTE,
    QUOTE_DECISION,
    STAFF,
    STATION,
)

_Column = sa.ColumnElement[Any]
_Columns = Mapping[str, _Column]
_Facts = TypeVar("_Facts")
_NO_PAYMENT = ("guarantee_deposit", "refund")


@dataclass(frozen=True)
class OrderFacts:
    """The order itself. Amounts in minor units of `currency`, instants aware UTC."""

    id: int
    version: int
    number: str
    state: str
    kind: str
    depositor: str
    principal_reference: str
    origin_order_id: int | None
    comeback_suspected: bool
    reported_fault: str
    found_fault: str
    accessories: str
    intake_condition: str
    note: str
    parts_in_warranty: bool
    labour_in_warranty: bool
    quote_requested: bool
    cap: int | None
    currency: str
    promised_on: date | None
    quote_channel: str
    ready_channel: str
    quote_state: str
    billing_state: str
    holder: str
    place: str
    secret_state: str
    outcome: str | None
    price: int | None
    technician: str
    received_by: str
    station: str
    opened_at: datetime
    updated_at: datetime
    completed_at: datetime | None
    notified_at: datetime | None
    returned_at: datetime | None
    closed_at: datetime | None
    repair_guarantee_until: date | None


@dataclass(frozen=True)
class PartyFacts:
    """A customer or principal."""

    id: int
    version: int
    kind: str
    name: str
    phone: str
    phone_e164: str
    phone_kind: str
    email: str
    street: str
    postcode: str
    city: str
    language: str
    channel: str
    note: str

    @property
    def code(self) -> str:
        """The short code that stands on labels instead of the name (rules.md 1.3)."""
        return f"C{self.id:05d}"


@dataclass(frozen=True)
class DeviceFacts:
    """The device with its type."""

    id: int
    version: int
    type_code: str
    type_names: dict[str, str]
    family: str
    has_imei: bool
    has_secret: bool
    brand: str
    model: str
    serial: str
    purchased_on: date | None
    seller: str
    parts_warranty_until: date | None
    labour_warranty_until: date | None
    note: str

    @property
    def title(self) -> str:
        """Brand and model in one line."""
        return " ".join(part for part in (self.brand, self.model) if part)


@dataclass(frozen=True)
class EventFacts:
    """Something that happened to the order."""

    id: int
    at: datetime
    event: str
    transition: str
    from_state: str
    to_state: str
    staff: str
    station: str
    detail: dict[str, object]


@dataclass(frozen=True)
class QuoteFacts:
    """A version of the quote with the customer's answer (accepted None while he has not answered)."""

    id: int
    revision: int
    amount: int
    currency: str
    text: str
    valid_until: date | None
    issued_at: datetime
    issued_by: str
    accepted: bool | None
    decided_by: str
    means: str
    reason: str
    decided_at: datetime | None
    variant: str = ""
    offer: int = 0  # the revision of the first of the variants that were issued together
    execution: str = ""
    accepted_amount: int | None = None  # of the lines that he took, where he did not take all


@dataclass(frozen=True)
class PaymentFacts:
    """A sum that changed hands; negative when given back."""

    id: int
    at: datetime
    nature: str
    means: str
    amount: int
    currency: str
    label: str
    staff: str
    reverses_id: int | None


@dataclass(frozen=True)
class CustodyFacts:
    """Who holds the device since then."""

    id: int
    at: datetime
    holder: str
    place: str
    staff: str
    note: str
    party: str = ""  # the subcontractor
    technician: str = ""
    carrier: str = ""

    @property
    def who(self) -> str:
        """The name of who has it, where he is one person or firm."""
        return self.party or self.technician


@dataclass(frozen=True)
class EarlierOrder:
    """Another order of the same device."""

    id: int
    number: str
    state: str
    opened_at: datetime
    reported_fault: str
    outcome: str | None
    repair_guarantee_until: date | None


@dataclass(frozen=True)
class LoanFacts:
    """A loaner lent with the order; amounts in minor units, `ended_at` None while it is out."""

    id: int
    unit: str
    lent_at: datetime
    due_on: date | None
    deposit: int
    ended_at: datetime | None
    outcome: str | None
    billed: int


Fact = EventFacts | PaymentFacts | CustodyFacts | MessageRow | MessageTry | JobRow | JobAttempt


@dataclass(frozen=True)
class Moment:
    """One line of the time line: `kind` is event, payment, custody, message, message_attempt, print or print_attempt;
    `fact` is the plain fact itself."""

    at: datetime
    kind: str
    fact: Fact


@dataclass(frozen=True)
class Sheet:
    """All of an order, each section in the order in which it happened."""

    order: OrderFacts
    customer: PartyFacts
    principal: PartyFacts | None
    device: DeviceFacts
    events: tuple[EventFacts, ...]
    quotes: tuple[QuoteFacts, ...]
    payments: tuple[PaymentFacts, ...]
    messages: tuple[MessageRow, ...]
    jobs: tuple[JobRow, ...]
    custody: tuple[CustodyFacts, ...]
    earlier: tuple[EarlierOrder, ...]
    beside: tuple[EarlierOrder, ...] = ()  # the other devices of the same drop-off
    loans: tuple[LoanFacts, ...] = ()
    covers: tuple[CoverFacts, ...] = ()  # the lines that somebody else pays
    refused: tuple[AdviceFacts, ...] = ()
    workshop: WorkshopFacts = field(default_factory=WorkshopFacts)
    needs: tuple[NeedFacts, ...] = ()
    quote_lines: tuple[LineFacts, ...] = ()  # of all versions
    prices: tuple[PriceFacts, ...] = ()  # that were announced, oldest first

    @property
    def paid(self) -> int:
        """What was paid for the work and for loaners, in minor units; a guarantee deposit is no payment, an indemnity
        no negative one (rules.md FR-A1)."""
        return sum(payment.amount for payment in self.payments if payment.nature not in _NO_PAYMENT)

    @property
    def billed(self) -> int:
        """What loaners cost beside the price, in minor units."""
        return sum(loan.billed for loan in self.loans)

    @property
    def deposit_held(self) -> int:
        """The guarantee deposits that the shop holds, in minor units."""
        return sum(payment.amount for payment in self.payments if payment.nature == "guarantee_deposit")

    @property
    def due(self) -> int | None:
        """What is still owed in minor units (negative: to give back), None while there is no price."""
        return None if self.order.price is None else self.order.price + self.billed - self.paid

    @property
    def taken_over(self) -> tuple[tuple[str, int], ...]:
        """Who else pays how much (minor units), as it was set when the work was completed last; nothing before."""
        gone = {number for event in self.events if event.event == "undone" for number in _numbers(event.detail)}
        for event in reversed(self.events):
            if event.event == "complete" and event.id not in gone:
                rows = event.detail.get("taken_over", [])
                assert isinstance(rows, list)
                return tuple((str(row["payer"]), int(row["amount"])) for row in rows)
        return ()

    @property
    def quote(self) -> QuoteFacts | None:
        """The current version of the quote: of several variants the one that was accepted, else the first."""
        if not self.quotes:
            return None
        last = self.quotes[-1]
        offered = [one for one in self.quotes if one is last or (last.offer and one.offer == last.offer)]
        return next((one for one in offered if one.accepted), offered[0])

    @property
    def timeline(self) -> tuple[Moment, ...]:
        """Everything that happened, oldest first; at one instant in the order of the sections."""
        moments = [Moment(event.at, "event", event) for event in self.events]
        moments += [Moment(custody.at, "custody", custody) for custody in self.custody]
        moments += [Moment(payment.at, "payment", payment) for payment in self.payments]
        for message in self.messages:
            moments.append(Moment(message.created_at, "message", message))
            moments += [Moment(attempt.started_at, "message_attempt", attempt) for attempt in message.tries]
        for job in self.jobs:
            moments.append(Moment(job.created_at, "print", job))
            moments += [Moment(attempt.started_at, "print_attempt", attempt) for attempt in job.tries]
        return tuple(sorted(moments, key=lambda moment: moment.at))


def _numbers(detail: dict[str, object]) -> list[int]:
    events = detail.get("events", [])
    return [int(number) for number in events] if isinstance(events, list) else []


def sheet(session: Session, order: int | str) -> Sheet | None:
    """Everything of the order with this id (int) or number (ten digits); None if there is none."""
    statement = _ORDER_BY_ID if isinstance(order, int) else _ORDER_BY_NUMBER
    found = session.execute(statement, {"wanted": order}).one_or_none()
    if found is None:
        return None
    *facts, party_id, principal_id, device_id = found
    order_facts = OrderFacts(*facts)
    parties = _parties(session, [party_id, principal_id])
    earlier = {"device_id": device_id, "order_id": order_facts.id}
    return Sheet(
        order=order_facts,
        customer=parties[party_id],
        principal=parties.get(principal_id),
        device=DeviceFacts(*session.execute(_DEVICE, {"device_id": device_id}).one()),
        events=_of(session, _EVENTS, EventFacts, order_facts.id),
        quotes=_of(session, _QUOTES, QuoteFacts, order_facts.id),
        payments=_of(session, _PAYMENTS, PaymentFacts, order_facts.id),
        messages=messages_of(session, order_facts.id),
        jobs=jobs_of(session, order_facts.id),
        custody=_of(session, _CUSTODY, CustodyFacts, order_facts.id),
        earlier=tuple(EarlierOrder(*row) for row in session.execute(_EARLIER, earlier)),
        beside=tuple(EarlierOrder(*row) for row in session.execute(_BESIDE, {"order_id": order_facts.id})),
        loans=tuple(LoanFacts(*row) for row in session.execute(_LOANS, {"order_id": order_facts.id})),
        covers=covers_of(session, order_facts.id),
        refused=refused_on(session, order_facts.id),
        workshop=workshop_of(session, order_facts.id),
        needs=need_facts(session, order_facts.id),
        quote_lines=quote_lines(session, order_facts.id),
        prices=announced_prices(session, order_facts.id),
    )


def order_id_and_version(session: Session, number: str) -> tuple[int, int]:
    """The id of the order with this number, and the version to name when it is changed. Raises NotFound."""
    found = session.execute(sa.select(ORDER.c.id, ORDER.c.version).where(ORDER.c.number == number)).one_or_none()
    if found is None:
        raise NotFound(_("There is no order {number}.").format(number=number))
    return found.id, found.version


def _columns(facts: type, table: sa.Table, named: _Columns, other: _Columns | None = None) -> list[_Column]:
    """The columns that fill a dataclass: those of `table` by name, texts of joined tables ("" where nothing was
    joined), and `other` columns of joined tables as they are."""
    fields: list[str] = list(facts.__dataclass_fields__)  # type: ignore[attr-defined]
    found: dict[str, _Column] = {column.name: column for column in table.c}
    found |= {name: sa.func.coalesce(column, "").label(name) for name, column in named.items()}
    found |= other or {}
    return [found[name] for name in fields]


def _parties(session: Session, party_ids: list[int | None]) -> dict[int | None, PartyFacts]:
    wanted = [party_id for party_id in party_ids if party_id is not None]
    return {row.id: PartyFacts(*row) for row in session.execute(_PARTIES, {"wanted": wanted})}


def _of(session: Session, statement: sa.Select[Any], facts: type[_Facts], order_id: int) -> tuple[_Facts, ...]:
    return tuple(facts(*row) for row in session.execute(statement, {"order_id": order_id}))


# The statements are built once, as those of the search: building them took twice as long as running them.


def _order_statement(wanted: sa.ColumnElement[bool]) -> sa.Select[Any]:
    technician, receiver = STAFF.alias(), STAFF.alias()
    named = {"technician": technician.c.name, "received_by": receiver.c.name, "station": STATION.c.name}
    return (
        sa.select(*_columns(OrderFacts, ORDER, named), ORDER.c.party_id, ORDER.c.principal_id, ORDER.c.device_id)
        .select_from(
            ORDER.outerjoin(technician, technician.c.id == ORDER.c.technician_id)
            .outerjoin(receiver, receiver.c.id == ORDER.c.received_by_id)
            .outerjoin(STATION, STATION.c.id == ORDER.c.station_id)
        )
        .where(wanted)
    )


def _device_statement() -> sa.Select[Any]:
    joined = DEVICE.join(DEVICE_TYPE, DEVICE_TYPE.c.id == DEVICE.c.device_type_id)
    of_type: dict[str, _Column] = {"type_code": DEVICE_TYPE.c.code, "type_names": DEVICE_TYPE.c.names}
    of_type |= {name: DEVICE_TYPE.c[name] for name in ("family", "has_imei", "has_secret")}
    columns = _columns(DeviceFacts, DEVICE, {}, of_type)
    return sa.select(*columns).select_from(joined).where(DEVICE.c.id == sa.bindparam("device_id"))


def _statement_of(facts: type, table: sa.Table, named: _Columns) -> sa.Select[Any]:
    """What happened to an order, oldest first, with who did it and where as far as `named` asks for it."""
    joined = table.outerjoin(STAFF, STAFF.c.id == table.c.staff_id)
    if "station" in named:
        joined = joined.outerjoin(STATION, STATION.c.id == table.c.station_id)
    chosen = sa.select(*_columns(facts, table, named)).select_from(joined)
    return chosen.where(table.c.order_id == sa.bindparam("order_id")).order_by(table.c.id)


def _custody_statement() -> sa.Select[Any]:
    """Each move with who made it, who has the device since, and who carried it."""
    technician, moves = STAFF.alias(), CUSTODY_EVENT
    joined = (
        moves.outerjoin(STAFF, STAFF.c.id == moves.c.staff_id)
        .outerjoin(PARTY, PARTY.c.id == moves.c.party_id)
        .outerjoin(technician, technician.c.id == moves.c.technician_id)
    )
    named = {"staff": STAFF.c.name, "party": PARTY.c.name, "technician": technician.c.name}
    chosen = sa.select(*_columns(CustodyFacts, moves, named)).select_from(joined)
    return chosen.where(moves.c.order_id == sa.bindparam("order_id")).order_by(moves.c.id)


def _quotes_statement() -> sa.Select[Any]:
    """Each version with its last answer: an answer that was undone and given again stands twice."""
    any_answer = QUOTE_DECISION.alias()
    last = sa.select(sa.func.max(any_answer.c.id)).where(any_answer.c.quote_id == QUOTE.c.id).scalar_subquery()
    joined = QUOTE.outerjoin(STAFF, STAFF.c.id == QUOTE.c.issued_by_id).outerjoin(
        QUOTE_DECISION, QUOTE_DECISION.c.id == last
    )
    answer = QUOTE_DECISION.c
    named = {"issued_by": STAFF.c.name, "decided_by": answer.decided_by, "means": answer.means, "reason": answer.reason}
    other: dict[str, _Column] = {"accepted": answer.accepted, "decided_at": answer.at}
    columns = _columns(QuoteFacts, QUOTE, named, other | {"accepted_amount": answer.amount})
    chosen = sa.select(*columns).select_from(joined).where(QUOTE.c.order_id == sa.bindparam("order_id"))
    return chosen.order_by(QUOTE.c.revision)


_ORDER_BY_ID = _order_statement(ORDER.c.id == sa.bindparam("wanted"))
_ORDER_BY_NUMBER = _order_statement(ORDER.c.number == sa.bindparam("wanted"))
_PARTIES = sa.select(*_columns(PartyFacts, PARTY, {})).where(PARTY.c.id.in_(sa.bindparam("wanted", expanding=True)))
_DEVICE = _device_statement()
_EVENTS = _statement_of(EventFacts, ORDER_EVENT, {"staff": STAFF.c.name, "station": STATION.c.name})
_QUOTES = _quotes_statement()
_PAYMENTS = _statement_of(PaymentFacts, PAYMENT, {"staff": STAFF.c.name})
_CUSTODY = _custody_statement()
_EARLIER = (
    sa.select(*_columns(EarlierOrder, ORDER, {}))
    .where(ORDER.c.device_id == sa.bindparam("device_id"), ORDER.c.id < sa.bindparam("order_id"))
    .order_by(ORDER.c.id.desc())
)
_drop_off = sa.select(ORDER.c.drop_off_id).where(ORDER.c.id == sa.bindparam("order_id")).scalar_subquery()
_BESIDE = (
    sa.select(*_columns(EarlierOrder, ORDER, {}))
    .where(ORDER.c.drop_off_id == _drop_off, ORDER.c.id != sa.bindparam("order_id"))
    .order_by(ORDER.c.id)
)
_LOANS = (
    sa.select(
        LOAN.c.id,
        sa.func.trim(LOANER_UNIT.c.code + " " + LOANER_UNIT.c.brand + " " + LOANER_UNIT.c.model),
        LOAN.c.lent_at,
        LOAN.c.due_on,
        LOAN.c.deposit,
        LOAN.c.ended_at,
        LOAN.c.outcome,
        LOAN.c.billed,
    )
    .select_from(LOAN.join(LOANER_UNIT, LOANER_UNIT.c.id == LOAN.c.unit_id))
    .where(LOAN.c.order_id == sa.bindparam("order_id"))
    .order_by(LOAN.c.id)
)
