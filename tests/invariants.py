"""What must hold in every shop whatever was done to it (rules.md 7.7): reads a whole store, tells what is broken."""

from __future__ import annotations

from collections import Counter as Tally
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

import sqlalchemy as sa
from sqlmodel import Session, SQLModel, select

from convisav_tui import ticket_number
from convisav_tui.shop.consent_ledger import ledger_of, standing
from convisav_tui.shop.coverage import covers_of_order, kind_from
from convisav_tui.shop.drafts import SECRET_FIELD
from convisav_tui.shop.payments import billing_state, sums_of
from convisav_tui.shop.quote_lines import priced
from convisav_tui.shop.quote_totals import totals_of
from convisav_tui.shop.quoting import (
    acceptance_of,
    consented_total,
    customer_amount,
    fingerprint,
    is_covered,
    lines_of_quote,
)
from convisav_tui.shop.secrets import key_name
from convisav_tui.store.engine import Store
from convisav_tui.store.keyring import keyring_of
from convisav_tui.store.models import (
    BillingState,
    Counter,
    CustodyEvent,
    Device,
    DeviceSecret,
    Draft,
    Holder,
    Message,
    MessageEvent,
    MessageState,
    Nature,
    OrderEvent,
    OrderKind,
    OrderState,
    Outcome,
    Party,
    Payer,
    Payment,
    Quote,
    QuoteDecision,
    RepairOrder,
    SecretState,
    SubcontractJob,
)
from convisav_tui.store.tables import PARTY_SEARCH

GONE = frozenset({OrderState.RETURNED, OrderState.CLOSED, OrderState.CANCELLED})
GIVEN_UP = frozenset({OrderState.RELINQUISHED, OrderState.DISPOSED})
NO_SECRET = GONE | GIVEN_UP
WORKED = frozenset({Outcome.REPAIRED, Outcome.PARTLY_REPAIRED, Outcome.REPLACED})
AWAY = frozenset(
    {
        OrderState.SUBCONTRACTED,
        OrderState.QUOTE_REQUESTED,
        OrderState.QUOTE_ISSUED,
        OrderState.QUOTE_ACCEPTED,
        OrderState.QUOTE_REFUSED,
        OrderState.QUOTE_EXPIRED,
    }
)
ENDED = GONE | {OrderState.COMPLETED, OrderState.TO_NOTIFY, OrderState.NOTIFIED}


@dataclass
class File:
    """An order with all that hangs on it, oldest first."""

    order: RepairOrder
    events: list[OrderEvent] = field(default_factory=list)
    custody: list[CustodyEvent] = field(default_factory=list)
    payments: list[Payment] = field(default_factory=list)
    quotes: list[Quote] = field(default_factory=list)
    decisions: list[QuoteDecision] = field(default_factory=list)
    messages: list[Message] = field(default_factory=list)
    jobs: list[SubcontractJob] = field(default_factory=list)
    secret: DeviceSecret | None = None


def check(store: Store) -> int:
    """AssertionError that names every invariant broken and the order that breaks it; how many orders were looked at."""
    with store.read() as session:
        files = _files(session)
        troubles = [f"{file.order.number}: {told}" for file in files for told in _of_order(session, file)]
        troubles += [*_of_shop(session, files), *_of_database(session)]
    assert not troubles, f"{len(troubles)} broken:\n" + "\n".join(troubles[:40])
    return len(files)


def check_order(store: Store, order_id: int) -> None:
    """The same of one order alone, for tests that look after each step."""
    with store.read() as session:
        (file,) = _files(session, order_id)
        troubles = list(_of_order(session, file))
    assert not troubles, f"{file.order.number}: {'; '.join(troubles)}"


def _files(session: Session, order_id: int | None = None) -> list[File]:
    chosen = select(RepairOrder).order_by("id")
    if order_id is not None:
        chosen = chosen.where(RepairOrder.id == order_id)
    files = {order.id: File(order) for order in session.exec(chosen)}
    lists: tuple[tuple[type[SQLModel], str], ...] = (
        (OrderEvent, "events"),
        (CustodyEvent, "custody"),
        (Payment, "payments"),
        (Quote, "quotes"),
        (Message, "messages"),
        (SubcontractJob, "jobs"),
    )
    for table, name in lists:
        rows = select(table).order_by("id")
        if order_id is not None:
            rows = rows.where(table.order_id == order_id)  # type: ignore[attr-defined]
        for row in session.exec(rows):
            if row.order_id is not None:  # type: ignore[attr-defined]
                getattr(files[row.order_id], name).append(row)  # type: ignore[attr-defined]
    of_quote = {quote.id: file for file in files.values() for quote in file.quotes}
    decisions, secrets = select(QuoteDecision).order_by("id"), select(DeviceSecret)
    if order_id is not None:
        decisions = decisions.where(QuoteDecision.quote_id.in_(of_quote))  # type: ignore[attr-defined]
        secrets = secrets.where(DeviceSecret.order_id == order_id)
    for decision in session.exec(decisions):
        if decision.quote_id in of_quote:
            of_quote[decision.quote_id].decisions.append(decision)
    for secret in session.exec(secrets):
        if secret.order_id in files:
            files[secret.order_id].secret = secret
    return list(files.values())


def _of_order(session: Session, file: File) -> Iterator[str]:
    yield from _log(file)
    yield from _custody(file)
    yield from _dates(file)
    yield from _quotes(session, file)
    yield from _ledger(session, file)
    yield from _price(session, file)
    yield from _principal(session, file)
    yield from _money(session, file)
    yield from _secret(session, file)
    yield from _messages(file)


def _log(file: File) -> Iterator[str]:
    """12: replaying the log gives the present state; it begins with one intake."""
    state = ""
    for event in file.events:
        if not event.to_state:
            continue
        if event.from_state != state:
            yield f"{event.event} (event {event.id}) starts at {event.from_state!r}, the log is at {state!r}"
        state = event.to_state
    if state != file.order.state.value:
        yield f"the log ends at {state!r}, the order is {file.order.state.value!r}"
    if [event.event for event in file.events].count("receive") != 1 or file.events[0].event != "receive":
        yield "the log does not begin with its one intake"


def _custody(file: File) -> Iterator[str]:
    """2: one holder at a time, the one that the order names; given back means given back."""
    if file.custody and file.custody[-1].holder is not file.order.holder:
        yield f"held by {file.order.holder}, moved to {file.custody[-1].holder} last"
    if any(_where(before) == _where(after) for before, after in pairwise(file.custody)):
        yield "moved to who held it already"
    if file.custody and file.custody[-1].place != file.order.place:
        yield f"at {file.order.place!r}, moved to {file.custody[-1].place!r} last"
    yield from _away(file)
    given_up = any(event.to_state in GIVEN_UP for event in file.events) and file.order.holder is Holder.DISPOSED
    if (file.order.holder is Holder.RETURNED) != (file.order.state in GONE and not given_up):
        yield f"{file.order.state} while held by {file.order.holder}"
    if given_up and file.order.state not in GIVEN_UP and file.order.closed_at is None:
        yield f"{file.order.state} while held by {file.order.holder}"
    yield from _given_up(file)


def _where(custody: CustodyEvent) -> tuple[object, ...]:
    return custody.holder, custody.place, custody.party_id


def _away(file: File) -> Iterator[str]:
    """7.5 X: one open job at most, and it says who holds the device."""
    order, out = file.order, [job for job in file.jobs if job.returned_at is None]
    if len(out) > 1:
        yield "with two subcontractors at once"
    if bool(out) != (order.holder is Holder.WITH_SUBCONTRACTOR):
        yield f"held by {order.holder} with {len(out)} open jobs"
    if order.state is OrderState.SUBCONTRACTED and not out:
        yield "subcontracted to nobody"
    if out and order.state not in AWAY:
        yield f"{order.state} while a subcontractor has it"
    if file.custody and out and file.custody[-1].party_id is None:
        yield "with a subcontractor whom the custody does not name"


def _given_up(file: File) -> Iterator[str]:
    """5: disposed needs a court's reference, relinquished its owner's signature."""
    wanted = {OrderState.RELINQUISHED: "signed_by", OrderState.DISPOSED: "court_reference"}
    for event in file.events:
        for state, key in wanted.items():
            if event.to_state == state and event.event != "undone" and not event.detail.get(key):
                yield f"{state} without {key}"


def _dates(file: File) -> Iterator[str]:
    order = file.order
    if (order.closed_at is not None) != (order.state is OrderState.CLOSED):
        yield f"{order.state} with closed_at {order.closed_at}"
    if (order.outcome is not None and order.completed_at is None) or (
        order.state in ENDED - GONE and not order.outcome
    ):
        yield f"{order.state} with outcome {order.outcome}, completed_at {order.completed_at}"


def _quotes(session: Session, file: File) -> Iterator[str]:
    """1: what was issued never changes: versions are counted, add up, and still have their fingerprint."""
    if [quote.revision for quote in file.quotes] != list(range(1, len(file.quotes) + 1)):
        yield "versions of the quote are missing or double"
    for quote in file.quotes:
        lines = lines_of_quote(session, quote)
        if quote.sha256 != fingerprint(quote, file.order.number, lines):
            yield f"version {quote.revision} of the quote was changed after it was issued"
        sums = totals_of([priced(line) for line in lines], with_vat=quote.prices_with_vat)
        groups = [{"rate": group.rate, "net": group.net, "vat": group.vat} for group in sums.groups]
        if quote.offer and (sums.gross, sums.net, groups) != (quote.amount, quote.net, quote.vat_groups):
            yield f"version {quote.revision} of the quote does not add up"
    known = {event.id for event in file.events}
    if any(decision.event_id not in known for decision in file.decisions):
        yield "an answer to a quote without its event"


def _ledger(session: Session, file: File) -> Iterator[str]:
    """FR-Q7: each price that was announced belongs to an event of the order; the ledger says what the answers say."""
    known, order_id = {event.id for event in file.events}, file.order.id or 0
    rows = ledger_of(session, order_id)
    if any(row.event_id not in known for row in rows):
        yield "a price was announced under an event of another order"
    said, accepted = standing(session, order_id), acceptance_of(session, order_id)
    if accepted is not None and accepted.quote.offer and said.work is None:
        yield "an accepted quote does not stand in the ledger"
    if accepted is not None and said.work is not None and said.work != accepted.amount:
        yield f"the ledger says {said.work}, the accepted quote {accepted.amount}"
    if said.cap is not None and said.cap != file.order.cap:
        yield f"the ledger says a cap of {said.cap}, the order {file.order.cap}"


def _price(session: Session, file: File) -> Iterator[str]:
    """3, 9: no more than was agreed to, nothing where a guarantee covers it; the customer of one pays nothing."""
    order = file.order
    if order.outcome in WORKED and (order.price or 0) > consented_total(session, order):
        yield f"price {order.price} above what was agreed to"
    if order.kind is OrderKind.LEGAL_GUARANTEE and customer_amount(order):
        yield "the customer of a legal guarantee pays"
    if is_covered(order) and order.price and order.state not in (OrderState.CLOSED, OrderState.CANCELLED):
        yield f"price {order.price} of a {order.kind} repair"


def _principal(session: Session, file: File) -> Iterator[str]:
    """11: the principal pays what he asked for, owner and guarantee stay the customer's; region C has its lines."""
    order = file.order
    if (order.principal_id is not None) != (order.payer is Payer.PRINCIPAL):
        yield f"principal {order.principal_id}, but the payer is {order.payer}"
    device = session.get_one(Device, order.device_id)
    if device.party_id != order.party_id:
        yield "the device is not the customer's"
    covers = covers_of_order(session, order)
    if any(cover.payer is Payer.CUSTOMER and cover.taken for cover in covers):
        yield "a line is taken over by the customer himself"
    if order.origin_order_id is None and kind_from(covers) is not order.kind:
        yield f"{order.kind}, but its lines say {kind_from(covers)}"


def _money(session: Session, file: File) -> Iterator[str]:
    """4, 7: every sum is told by one event; what is given back was paid; closed means settled."""
    order, payments = file.order, {payment.id: payment for payment in file.payments}
    left = {payment.id: payment.amount for payment in file.payments if payment.reverses_id is None}
    for payment in file.payments:
        if payment.reverses_id is not None:
            paid = payments.get(payment.reverses_id)
            if paid is None or (paid.nature, paid.currency) != (payment.nature, payment.currency):
                yield f"payment {payment.id} gives back what is no payment of this order"
            left[payment.reverses_id] = left.get(payment.reverses_id, 0) + payment.amount
    indemnities = {payment.id for payment in file.payments if payment.nature is Nature.REFUND}
    if any(amount < 0 for payment_id, amount in left.items() if payment_id not in indemnities):
        yield "more was given back than paid"
    yield from _accounted(file)
    yield from _told(file)
    sums = sums_of(session, order)
    if order.billing_state is not billing_state(order, sums) and order.state is not OrderState.CANCELLED:
        yield f"billing is {order.billing_state}, its sums say {billing_state(order, sums)}"
    if order.state is OrderState.CLOSED:
        kept = order.billing_state in (BillingState.PAID, BillingState.NOT_BILLABLE, BillingState.ON_STATEMENT)
        monthly = order.billing_state is BillingState.ON_STATEMENT
        if (sums.owed not in (0, None) and not monthly) or sums.deposit_held or not kept:
            yield f"closed with {sums.owed} owed, a deposit of {sums.deposit_held}, billing {order.billing_state}"


def _accounted(file: File) -> Iterator[str]:
    """7: of a cancelled order, what was paid in advance is kept for a reason or given back, to the cent."""
    if file.order.state is not OrderState.CANCELLED or file.events[-1].event not in ("cancel", "secret_purged"):
        return
    held = sum(payment.amount for payment in file.payments if payment.nature is not Nature.REFUND)
    settled = next((e.detail.get("settlement", {}) for e in reversed(file.events) if e.event == "cancel"), {})
    kept = sum(settled.get(key, 0) for key in ("earned", "kept", "kept_arrhes")) - settled.get("missing", 0)
    if held != kept:
        yield f"cancelled holding {held}, accounted for {kept}"


def _told(file: File) -> Iterator[str]:
    """Each sum stands in one event: its own, that of the intake, or the step that gave it back or took that back."""
    named: Tally[int] = Tally()
    by_undo = {str(event.id): event for event in file.events if event.event == "undone"}
    for event in file.events:
        if isinstance(event.detail.get("payment"), int):
            named[event.detail["payment"]] += 1
        named.update(event.detail.get("payments", []))
    for payment in file.payments:
        if payment.idempotency_key.endswith(":intake") or (payment.idempotency_key.startswith("undo-") and by_undo):
            named[payment.id or 0] += 1
        if named[payment.id or 0] != 1:
            yield f"payment {payment.id} stands in {named[payment.id or 0]} events"


def _secret(session: Session, file: File) -> Iterator[str]:
    """6: who has his device back has no code here; a code that is kept can be opened, one that is not leaves no key."""
    order, kept = file.order, file.secret
    if order.state in NO_SECRET and order.secret_state is SecretState.STORED:
        yield f"{order.state} with its unlock code"
    if (order.secret_state is SecretState.STORED) != (kept is not None and kept.ciphertext != ""):
        yield f"the code is {order.secret_state}, its row says otherwise"
    if kept is not None and not kept.ciphertext and keyring_of(session).get(key_name(order)) is not None:
        yield "the code was destroyed, its key was not"


def _messages(file: File) -> Iterator[str]:
    """Nothing waits to be sent to nobody, nor to who has his device back, but that the order is cancelled."""
    waiting = [message for message in file.messages if message.state in (MessageState.QUEUED, MessageState.LEASED)]
    if any(not message.recipient for message in waiting):
        yield "a message to nobody"
    news = [message for message in waiting if message.event is not MessageEvent.CANCELLED]
    if file.order.state in GONE and any(message.state is MessageState.QUEUED for message in news):
        yield f"{file.order.state} with a message on its way"


def _of_shop(session: Session, files: list[File]) -> Iterator[str]:
    yield from _numbers(session, files)
    yield from _drafts(session, files)
    yield from _search(session)


def _numbers(session: Session, files: list[File]) -> Iterator[str]:
    """Numbers of orders: proven by their check digit, none missing, none beyond the counter."""
    by_year: dict[int, list[int]] = defaultdict(list)
    for file in files:
        if not ticket_number.is_valid(file.order.number):
            yield f"{file.order.number} is no ticket number"
        by_year[2000 + int(file.order.number[:2])].append(int(file.order.number[2:9]))
    for year, counted in by_year.items():
        counter = session.get(Counter, f"ticket:{year}")
        if sorted(counted) != list(range(1, len(counted) + 1)) or (
            counter is not None and counter.value != len(counted)
        ):
            yield f"numbers of {year}: {len(counted)} orders up to {max(counted)}, the counter is at {counter}"


def _drafts(session: Session, files: list[File]) -> Iterator[str]:
    saved = {file.order.idempotency_key for file in files}
    for draft in session.exec(select(Draft)):
        if draft.key in saved:
            yield f"draft {draft.key} is an order already"
        if isinstance(draft.fields.get(SECRET_FIELD), str):
            yield f"draft {draft.key} holds an unlock code in clear"


def _search(session: Session) -> Iterator[str]:
    """Everybody is found: each customer has his line in the search, with his name in it."""
    bodies = {row.party_id: row.body for row in session.execute(sa.select(PARTY_SEARCH))}
    for party in session.exec(select(Party)):
        if f" {party.name_key} " not in f"{bodies.get(party.id, '')} ":
            yield f"customer {party.id} ({party.name_key}) is not in the search"


def _of_database(session: Session) -> Iterator[str]:
    """SQLite's own checks; a server makes its own."""
    if session.get_bind().dialect.name != "sqlite":
        return
    connection = session.connection()
    integrity = [row[0] for row in connection.exec_driver_sql("PRAGMA integrity_check")]
    if integrity != ["ok"]:
        yield f"integrity_check: {integrity[:3]}"
    orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
    if orphans:
        yield f"foreign_key_check: {orphans[:3]}"
