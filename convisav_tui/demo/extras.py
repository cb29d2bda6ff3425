"""What a shop has besides orders: loaners, one of them out too long, and a customer who is reached by fax alone."""

from __future__ import annotations

from datetime import timedelta

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from convisav_tui import clock
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.loaners import save_unit
from convisav_tui.shop.loans import Wish, lend
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, OrderState, Party, RepairOrder
from convisav_tui.store.search_index import refresh_party

UNITS = (
    {"code": "P-1", "brand": "Samsung", "model": "Galaxy A14", "serial": "35991", "deposit": "100", "value": "180"},
    {"code": "P-2", "brand": "Nokia", "model": "G21", "serial": "35992", "deposit": "80", "value": "120"},
)
FAX, FAX_E164 = "01 40 00 00 77", "+33140000077"


def add_extras(store: Store, shop: ShopContext, actor: Actor) -> None:
    """Make them once, with orders that are there already; a shop without such orders has the loaners alone."""
    units = store.write(
        lambda session: [
            save_unit(session, {"state": "available", "condition": "", "accessories": ""} | unit, shop, actor).id or 0
            for unit in UNITS
        ]
    )
    store.write(lambda session: _lend(session, units[0], shop, actor))
    store.write(_reach_by_fax)


def _lend(session: Session, unit_id: int, shop: ShopContext, actor: Actor) -> None:
    order = session.exec(_open_orders(OrderState.IN_REPAIR)).first()
    if order is not None and order.id is not None:
        loan = lend(session, order.id, Wish(unit_id, deposit=0), actor, shop, "demo-loan")
        loan.lent_at, loan.due_on = clock.now() - timedelta(days=9), shop.today() - timedelta(days=2)
        session.add(loan)


def _reach_by_fax(session: Session) -> None:
    """A firm without e-mail and mobile: its quote and its device's end reach it on paper."""
    order = session.exec(_open_orders(OrderState.DIAGNOSING)).first()
    if order is None:
        return
    party = session.get_one(Party, order.party_id)
    party.fax, party.fax_e164, party.email, party.email_key = FAX, FAX_E164, "", ""
    party.phone, party.phone_e164, party.phone_kind = "01 40 00 00 76", "+33140000076", "fixed"
    party.channel, party.channels = Channel.FAX, [Channel.FAX.value]
    order.quote_channel = order.ready_channel = Channel.FAX
    session.add_all([party, order])
    session.flush()
    refresh_party(session, order.party_id)


def _open_orders(state: OrderState) -> SelectOfScalar[RepairOrder]:
    return select(RepairOrder).where(RepairOrder.state == state).order_by(col(RepairOrder.id).desc())
