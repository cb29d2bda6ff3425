"""What is loaded after the first paint, in the store's thread: libraries, the store, the rules, who works here."""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING

from convisav_tui.errors import StoreFull, StoreReadOnly
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.permissions import pins_in_use
from convisav_tui.shop.setup import first_rows
from convisav_tui.shop.staff import known_person, person_at_station, seen_station
from convisav_tui.store.migrate import open_store
from convisav_tui.store.queries.lists import warned_after_days

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.actor import Actor

_SOON_WANTED = ("store.search", "screens.sheet", "screens.step", "shop.workflow", "screens.intake", "shop.intake")


def load(counter: Counter) -> None:
    """Complete the counter. Raises StoreError in words when the database cannot be used.

    One that can be read but not written (a full disk) is opened all the same: orders can be looked up; `notice` says
    why nothing can be saved."""
    config = counter.config
    store = open_store(config.database.url, config.home)
    counter.shop_context = shop_context(counter)
    login, station = config.station.staff, station_name(counter)
    try:
        store.write(lambda session: first_rows(session, config))
        counter.asks_pin, counter.person = store.write(lambda session: _who(session, login, station))
    except (StoreFull, StoreReadOnly) as error:
        counter.notice = str(error)
        with store.read() as session:
            counter.asks_pin = pins_in_use(session)
            counter.person = None if counter.asks_pin else known_person(session, login, station)
    with store.read() as session:
        counter.warned_after_days = warned_after_days(session, counter.today)
    counter.opened = store


def _who(session: Session, login: str, station: str) -> tuple[bool, Actor | None]:
    """Whether somebody has to sign in here, else who works here."""
    if not pins_in_use(session):
        return False, person_at_station(session, login, station)
    import_module("argon2.low_level")  # now, so that the first PIN does not wait for it
    seen_station(session, station)
    return True, None


def shop_context(counter: Counter) -> ShopContext:
    """The shop as its rules see it, from the configuration."""
    shop = counter.config.shop
    return ShopContext(
        name=shop.name,
        address=shop.address,
        phone=shop.phone,
        email=shop.email,
        country=shop.country,
        currency=shop.currency,
        language=shop.language,
        timezone=shop.timezone,
    )


def station_name(counter: Counter) -> str:
    """The name of this station: the configured one, with the address at the other end of an SSH line."""
    line = os.environ.get("SSH_CONNECTION", "").split(" ")[0]
    name = counter.config.station_name
    return f"{name} ({line})" if line else name


def import_screens() -> None:
    """Read, in the store's thread, the modules that the first F-keys will ask for, so that no key waits for the
    disk."""
    from importlib import import_module

    for name in _SOON_WANTED:
        import_module(f"convisav_tui.{name}")
