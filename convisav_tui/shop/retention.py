"""How long what is known of a person is kept: dated values of the country, from the last contact on (rules.md 4.3)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, func, select

from convisav_tui.clock import local
from convisav_tui.i18n import _, ngettext
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.payments import sums_of
from convisav_tui.store.models import (
    Loan,
    OrderState,
    Paper,
    Party,
    Payment,
    PrincipalTerms,
    PrintJob,
    RepairOrder,
    SubcontractorTerms,
    SupplierTerms,
)


@dataclass(frozen=True)
class Clock:
    """What the clock says of a person: when his data may be anonymised, and until when his papers are kept."""

    party_id: int
    code: str
    name: str
    last_contact: date
    due_on: date
    papers_until: date | None  # None: there are none
    orders: int
    papers: int
    blockers: tuple[str, ...] = ()  # sentences: why not now, whatever the day


def clock_of(session: Session, party: Party, shop: ShopContext) -> Clock:
    """The clock of one person."""
    orders = _orders(session, party)
    today, ids = shop.today(), [order.id for order in orders]
    last = max((_day(moment, shop) for moment in _moments(party, orders)), default=today)
    ended = max((order.repair_guarantee_until for order in orders if order.repair_guarantee_until), default=last)
    papers = _count(session, select(func.count()).select_from(Paper).where(Paper.party_id == party.id))
    papers += _count(session, select(func.count()).select_from(PrintJob).where(col(PrintJob.order_id).in_(ids)))
    paid = session.exec(select(func.max(Payment.at)).where(col(Payment.order_id).in_(ids))).one()
    served = any(order.state is not OrderState.CANCELLED for order in orders)
    due = _later(session, shop, last, "retention.customer_years" if served else "retention.prospect_years")
    if served:
        due = max(due, _later(session, shop, max(last, ended), "retention.repair_years"))
    until = None
    if papers or paid is not None:
        until = _later(session, shop, max(last, _day(paid, shop) if paid is not None else last), *_PAPERS)
    return Clock(
        party.id or 0,
        party.code,
        party.name,
        last,
        due,
        until,
        len(orders),
        papers,
        tuple(_blockers(session, party, orders)),
    )


def due_for_erasure(session: Session, shop: ShopContext, *, limit: int = 500) -> Sequence[Clock]:
    """The persons whose time is over, the longest overdue first, with what still keeps them here."""
    living = select(Party).where(col(Party.anonymised_at).is_(None)).order_by(col(Party.updated_at)).limit(limit * 4)
    clocks = [clock_of(session, party, shop) for party in session.exec(living)]
    over = [clock for clock in clocks if clock.due_on <= shop.today()]
    return sorted(over, key=lambda clock: clock.due_on)[:limit]


_PAPERS = ("retention.accounting_years", "retention.fiscal_years")


def _orders(session: Session, party: Party) -> list[RepairOrder]:
    chosen = select(RepairOrder).where(RepairOrder.party_id == party.id).order_by(col(RepairOrder.id))
    return list(session.exec(chosen))


def _moments(party: Party, orders: Sequence[RepairOrder]) -> list[datetime]:
    ends = [order.closed_at or order.returned_at or order.updated_at for order in orders]
    return ends or [party.updated_at]


def _blockers(session: Session, party: Party, orders: Sequence[RepairOrder]) -> list[str]:
    """What forbids an anonymisation (4.4): an order under way, a device not collected, a sum owed, a loaner out."""
    open_ones = [order for order in orders if order.closed_at is None]
    unclaimed = [order for order in open_ones if order.state in (OrderState.UNCLAIMED, OrderState.DISPOSAL_PROCEDURE)]
    unpaid = [order for order in orders if (sums_of(session, order).owed or 0) > 0]
    told: list[str] = []
    if len(open_ones) > len(unclaimed):
        count = len(open_ones) - len(unclaimed)
        sentence = ngettext("{count} order is not closed yet.", "{count} orders are not closed yet.", count)
        told.append(sentence.format(count=count))
    if unclaimed:
        told.append(_("A device was not collected."))
    if unpaid:
        told.append(_("Something is still to be paid."))
    lent = select(Loan.id).where(Loan.party_id == party.id, col(Loan.ended_at).is_(None))
    if session.exec(lent).first() is not None:
        told.append(_("A loaner is not back."))
    for terms in (PrincipalTerms, SubcontractorTerms, SupplierTerms):
        if session.exec(select(terms.id).where(terms.party_id == party.id)).first() is not None:
            told.append(_("This is a partner of the shop: his terms are kept."))
    mandated = select(RepairOrder.id).where(RepairOrder.principal_id == party.id, col(RepairOrder.closed_at).is_(None))
    if session.exec(mandated).first() is not None:
        told.append(_("Orders of this principal are not closed yet."))
    return told


def _later(session: Session, shop: ShopContext, day: date, *keys: str) -> date:
    rules = rules_in_force(session, shop.country)
    return add_months(day, 12 * max(rules.number(key, shop.today()) or 0 for key in keys))


def _day(moment: datetime, shop: ShopContext) -> date:
    return local(moment, shop.timezone).date()


def _count(session: Session, query: object) -> int:
    return int(session.exec(query).one())  # type: ignore[call-overload]
