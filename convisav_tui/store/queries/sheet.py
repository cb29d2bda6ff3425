"""Asks for everything of one repair order: plain facts for a screen, a document or a script."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.store.queries.coverage import covers_of, refused_on
from convisav_tui.store.queries.outbox import jobs_of, messages_of
from convisav_tui.store.queries.quotes import announced_prices, quote_lines
from convisav_tui.store.queries.sheet_facts import (
    CustodyFacts,
    DeviceFacts,
    EarlierOrder,
    EventFacts,
    LoanFacts,
    Moment,
    OrderFacts,
    PartyFacts,
    PaymentFacts,
    QuoteFacts,
    Sheet,
)
from convisav_tui.store.queries.stock import need_facts
from convisav_tui.store.queries.workshop import workshop_of
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

__all__ = [
    "CustodyFacts", "EventFacts", "Moment", "PaymentFacts", "QuoteFacts", "Sheet", "order_id_and_version", "sheet",
]  # fmt: skip

_Column = sa.ColumnElement[Any]
_Columns = Mapping[str, _Column]
_Facts = TypeVar("_Facts")


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
