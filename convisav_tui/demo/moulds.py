"""The moulds of a shop: a small one, in a folder of its own, lives through every story by the shop's own operations."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlmodel import Session, col, select

from convisav_tui.config import Config
from convisav_tui.demo import stories
from convisav_tui.demo.history import Historian
from convisav_tui.demo.mould import Mould
from convisav_tui.shop.context import ShopContext, shop_of
from convisav_tui.shop.quote_paper import REGISTRATION
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.shop.setup import first_rows
from convisav_tui.shop.staff import person_at_station
from convisav_tui.store.migrate import open_store
from convisav_tui.store.models import OrderState, RepairOrder
from convisav_tui.store.tables import DEVICE, PARTY


@dataclass(frozen=True)
class Moulds:
    """Orders that are over, orders that are not, and a customer and a device as rows."""

    closed: Sequence[Mould]
    open: Sequence[Mould]
    party: dict[str, Any]
    device: dict[str, Any]


def moulds_of(config: Config) -> Moulds:
    """What the operations write for this configuration, now."""
    with tempfile.TemporaryDirectory(prefix="convisav-moulds-") as folder:
        store = open_store(f"sqlite:///{folder}/shop.db", Path(folder))
        try:
            store.write(lambda session: first_rows(session, config))
            store.write(lambda session: keep_setting(session, REGISTRATION, "—"))  # of the moulds only
            actor = store.write(lambda session: person_at_station(session, config.station.staff, "moulds"))
            Historian(store, _reachable(shop_of(config)), actor).live(stories.MOULDS)
            with store.read() as session:
                return _read(session)
        finally:
            store.close()


def _reachable(shop: ShopContext) -> ShopContext:
    """The shop, with an address and a telephone where its configuration has none yet: no quote goes without."""
    return replace(shop, address=shop.address or "1, rue du Banc, 75001 Paris", phone=shop.phone or "01 00 00 00 00")


def _read(session: Session) -> Moulds:
    ids = session.exec(select(RepairOrder.id).order_by(col(RepairOrder.id))).all()
    moulds = [Mould(session, order_id) for order_id in ids if order_id is not None]
    party, device = (
        dict(session.connection().exec_driver_sql(f"SELECT * FROM {table.name} LIMIT 1").mappings().one())
        for table in (PARTY, DEVICE)
    )
    return Moulds(
        [one for one in moulds if one.state == OrderState.CLOSED],
        [one for one in moulds if one.state != OrderState.CLOSED],
        party,
        device,
    )
