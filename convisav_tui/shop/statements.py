"""Monthly statements of principals (FR-V11): what is not billed yet, month by month, and what was stated already.

An operation belongs to the month in which its work was done; an order stands on one statement only. What is done after
a month's statement was issued stands on a further part of it. A statement is no fiscal invoice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session, col, func, select
from sqlmodel.sql.expression import SelectOfScalar

from convisav_tui.clock import local, now
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _, format_month
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.events import append_event
from convisav_tui.shop.numbers import next_statement_number
from convisav_tui.shop.payments import sums_of
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.quote_rates import usual_rate
from convisav_tui.shop.quote_totals import RateGroup, group_of
from convisav_tui.shop.quoting import acceptance_of
from convisav_tui.shop.statement_paper import Stated, ask_for_statement_paper
from convisav_tui.store.board import ON_STATEMENT
from convisav_tui.store.models import (
    Device,
    DeviceType,
    Party,
    PrincipalStatement,
    PrincipalTerms,
    QuoteLineKind,
    RepairOrder,
    StatementLine,
)

STATED = "on_statement"  # the event


@dataclass(frozen=True)
class OpenMonth:
    """What a principal was not billed of one month; `month` is its first day."""

    party_id: int
    name: str
    month: date
    count: int


@dataclass(frozen=True)
class IssuedStatement:
    """A statement as lists show it; `total` in minor units."""

    id: int
    number: str
    party_id: int
    name: str
    month: date
    part: int
    count: int
    total: int
    currency: str
    issued_at: datetime
    due_on: date | None


def open_months(session: Session, shop: ShopContext, party_id: int | None = None) -> list[OpenMonth]:
    """The months of which something stands on no statement yet, the oldest first; of one principal or of all."""
    counted: dict[tuple[date, int], int] = {}
    for order in session.exec(unstated(shop, party_id)):
        done = done_on(order, shop)
        if done is not None and order.principal_id is not None:
            key = done.replace(day=1), order.principal_id
            counted[key] = counted.get(key, 0) + 1
    names = _names(session, {principal for _month, principal in counted})
    months = [OpenMonth(principal, names[principal], month, count) for (month, principal), count in counted.items()]
    return sorted(months, key=lambda one: (one.month, one.name, one.party_id))


def issued_statements(session: Session, party_id: int | None = None, limit: int = 500) -> list[IssuedStatement]:
    """The statements that were issued, the newest first; of one principal or of all."""
    lines = select(StatementLine.statement_id, func.count().label("lines")).group_by(col(StatementLine.statement_id))
    counted = lines.subquery()
    rows = (
        select(PrincipalStatement, Party.name, counted.c.lines)
        .join(Party, col(Party.id) == col(PrincipalStatement.party_id))
        .join(counted, counted.c.statement_id == col(PrincipalStatement.id))
        .order_by(col(PrincipalStatement.id).desc())
        .limit(limit)
    )
    if party_id is not None:
        rows = rows.where(PrincipalStatement.party_id == party_id)
    return [_issued(statement, name, count) for statement, name, count in session.exec(rows)]


def statement_row(session: Session, statement_id: int) -> IssuedStatement:
    """One statement as lists show it. Raises NotFound."""
    statement = statement_of(session, statement_id)
    count = session.exec(select(func.count()).where(StatementLine.statement_id == statement_id)).one()
    return _issued(statement, session.get_one(Party, statement.party_id).name, count)


def statement_of(session: Session, statement_id: int) -> PrincipalStatement:
    """The statement. Raises NotFound."""
    statement = session.get(PrincipalStatement, statement_id)
    if statement is None:
        raise NotFound(_("There is no such statement."))
    return statement


def operations_of(session: Session, party_id: int, month: date, shop: ShopContext) -> list[Stated]:
    """What a statement of this month would hold now, in the order of the days."""
    done = ((order, done_on(order, shop)) for order in session.exec(unstated(shop, party_id)))
    orders = [(order, day) for order, day in done if day is not None and day.replace(day=1) == month]
    _beside = _read_at_once(session, [order for order, _day in orders])
    found = [_stated(session, order, day, shop) for order, day in orders]
    return sorted((one for one in found if one.amount > 0), key=lambda one: (one.done_on, one.number))


def operations_on(session: Session, statement_id: int) -> list[Stated]:
    """What a statement holds, as it was issued; customer and device by their names of today."""
    rows = session.exec(
        select(StatementLine, RepairOrder)
        .join(RepairOrder, col(RepairOrder.id) == col(StatementLine.order_id))
        .where(StatementLine.statement_id == statement_id)
        .order_by(col(StatementLine.position))
    )
    return [
        _told(
            session,
            order,
            line.done_on,
            (line.price, line.amount),
            tuple(RateGroup(int(one["rate"]), int(one["net"]), int(one["vat"])) for one in line.vat_groups),
        )
        for line, order in rows
    ]


@asks(Permission.ISSUE_STATEMENT)
def issue_statement(
    session: Session, party_id: int, month: date, actor: Actor, shop: ShopContext, key: str
) -> PrincipalStatement:
    """State what a principal owes for `month` (its first day) as a paper, one line an operation; each order is told so
    and stands on no other statement. The same `key` again gives the same statement.

    Raises Refusal when nothing of that month is left to state, or to who may not, NotFound for who is no principal."""
    done = session.exec(select(PrincipalStatement).where(PrincipalStatement.idempotency_key == key)).first()
    if done is not None:
        return done
    require(session, actor, Permission.ISSUE_STATEMENT)
    # Two stations at once: the second waits here, and finds nothing left.
    held = select(PrincipalTerms).where(PrincipalTerms.party_id == party_id)
    terms = session.exec(held.with_for_update().execution_options(populate_existing=True)).first()
    if terms is None:
        raise NotFound(_("This is no principal."))
    operations = operations_of(session, party_id, month, shop)
    if not operations:
        sentence = _("Nothing of {month} is left to put on a statement.").format(month=format_month(month))
        raise Refusal("statement_has_lines", sentence)
    statement = PrincipalStatement(
        number=next_statement_number(session),
        party_id=party_id,
        month=month,
        part=1 + _parts(session, party_id, month),
        total=sum(one.amount for one in operations),
        currency=shop.currency,
        due_on=shop.today() + timedelta(days=terms.payment_days),
        issued_at=now(),
        issued_by_id=actor.staff_id,
        idempotency_key=key,
    )
    statement.paper_id = ask_for_statement_paper(session, statement, operations, shop, actor).id
    session.add(statement)
    session.flush()
    assert statement.id is not None
    for position, one in enumerate(operations, 1):
        session.add(_line(statement.id, position, one))
        order = session.get_one(RepairOrder, one.order_id)
        detail = {"statement": statement.number, "amount": one.amount}
        append_event(session, order, event=STATED, actor=actor, detail=detail)
    session.flush()
    return statement


def done_on(order: RepairOrder, shop: ShopContext) -> date | None:
    """The day of the operation: when the work was done, else when the device or the order was done with."""
    instant = order.completed_at or order.returned_at or order.closed_at
    return local(instant, shop.timezone).date() if instant is not None else None


def unstated(shop: ShopContext, party_id: int | None) -> SelectOfScalar[RepairOrder]:
    """The query of the orders that stand on no statement yet, of one principal or of all."""
    # The words of the partial index: with a parameter SQLite would read every order ever.
    rows = (
        select(RepairOrder)
        .outerjoin(StatementLine, col(StatementLine.order_id) == col(RepairOrder.id))
        .where(
            sa.text(f"repair_order.{ON_STATEMENT}"),
            col(StatementLine.id).is_(None),
            RepairOrder.currency == shop.currency,
        )
    )
    return rows if party_id is None else rows.where(RepairOrder.principal_id == party_id)


def _read_at_once(session: Session, orders: Sequence[RepairOrder]) -> list[object]:
    """Devices, their types and customers of the orders: while the caller holds them, none is asked for again."""
    device_ids, party_ids = {order.device_id for order in orders}, {order.party_id for order in orders}
    devices = session.exec(select(Device).where(col(Device.id).in_(device_ids))).all()
    type_ids = {device.device_type_id for device in devices}
    types = session.exec(select(DeviceType).where(col(DeviceType.id).in_(type_ids))).all()
    return [*devices, *types, *session.exec(select(Party).where(col(Party.id).in_(party_ids)))]


def _names(session: Session, parties: set[int]) -> dict[int, str]:
    rows = session.exec(select(Party.id, Party.name).where(col(Party.id).in_(parties))) if parties else ()
    return {party_id: name for party_id, name in rows if party_id is not None}


def _parts(session: Session, party_id: int, month: date) -> int:
    latest = select(func.max(PrincipalStatement.part)).where(
        PrincipalStatement.party_id == party_id, PrincipalStatement.month == month
    )
    return session.exec(latest).one() or 0


def _stated(session: Session, order: RepairOrder, done: date, shop: ShopContext) -> Stated:
    price, owed = order.price or 0, sums_of(session, order).owed or 0
    return _told(session, order, done, (price, owed), _groups(session, order, price, shop))


def _groups(session: Session, order: RepairOrder, price: int, shop: ShopContext) -> tuple[RateGroup, ...]:
    """The VAT in the price: as the accepted quote has it where that is the price, else at the usual rate."""
    accepted = acceptance_of(session, order.id or 0)
    if accepted is not None and accepted.amount == price == accepted.quote.amount and accepted.quote.vat_groups:
        groups = accepted.quote.vat_groups
        return tuple(RateGroup(int(one["rate"]), int(one["net"]), int(one["vat"])) for one in groups)
    return (group_of(price, usual_rate(session, order, QuoteLineKind.OTHER, shop), with_vat=True),)


def _told(
    session: Session, order: RepairOrder, done: date, sums: tuple[int, int], groups: tuple[RateGroup, ...]
) -> Stated:
    device = session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    return Stated(
        order_id=order.id or 0,
        number=order.number,
        done_on=done,
        reference=order.principal_reference,
        customer=session.get_one(Party, order.party_id).name if order.party_id != order.principal_id else "",
        device=device.title,
        type_names=dict(kind.names),
        serial=device.serial,
        price=sums[0],
        amount=sums[1],
        groups=groups,
    )


def _line(statement_id: int, position: int, one: Stated) -> StatementLine:
    return StatementLine(
        statement_id=statement_id,
        order_id=one.order_id,
        position=position,
        done_on=one.done_on,
        price=one.price,
        amount=one.amount,
        vat_groups=[{"rate": group.rate, "net": group.net, "vat": group.vat} for group in one.groups],
    )


def _issued(statement: PrincipalStatement, name: str, count: int) -> IssuedStatement:
    assert statement.id is not None
    return IssuedStatement(
        statement.id,
        statement.number,
        statement.party_id,
        name,
        statement.month,
        statement.part,
        count,
        statement.total,
        statement.currency,
        statement.issued_at,
        statement.due_on,
    )
