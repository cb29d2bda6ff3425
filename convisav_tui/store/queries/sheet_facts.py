"""The facts of one repair order, section by section, as `sheet` gives them; and what follows from them alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from convisav_tui.store.queries.coverage import AdviceFacts, CoverFacts
from convisav_tui.store.queries.outbox import JobAttempt, JobRow, MessageRow, MessageTry
from convisav_tui.store.queries.quotes import LineFacts, PriceFacts
from convisav_tui.store.queries.stock import NeedFacts
from convisav_tui.store.queries.workshop import WorkshopFacts

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
