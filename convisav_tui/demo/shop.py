"""The demo's folder: configuration, database with its past, and the companion's ports."""

from __future__ import annotations

import gc
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.config import Config, load
from convisav_tui.config_file import write_config
from convisav_tui.demo.companion import Ports
from convisav_tui.settings import Value

if TYPE_CHECKING:
    from convisav_tui.demo.pool import Pool

CONFIG_NAME = "convisav.toml"
NAMES = {"fr": "Atelier Rivoli", "en": "Rivoli Repairs", "ro": "Atelier Rivoli"}
# So many orders live through the shop's own operations; what is beyond is written at once.
LIVED = 120
STATION = "demo"


def config_file(home: Path) -> Path:
    """The configuration of the demo in `home`."""
    return home / CONFIG_NAME


def write_demo_config(home: Path, language: str, ports: Ports) -> None:
    """Write the configuration of a new demo; everything stays on this machine."""
    values: dict[str, Value] = {
        "data.folder": ".",
        "shop.name": NAMES[language],
        "shop.address": "12 rue des Tilleuls\n99010 Valmoûtier",
        "shop.phone": "01 99 00 12 34",
        "shop.email": "atelier@rivoli.example",
        "shop.country": "FR",
        "shop.language": language,
        "station.staff": "anna",
        "notify.email.url": f"mailto://127.0.0.1:{ports.mail}",
        "notify.email.from_address": "atelier@rivoli.example",
        "notify.sms.url": f"json://127.0.0.1:{ports.sms}/sms?:to={{number}}",
        "notify.sms.sender": "Rivoli",
    }
    printer: dict[str, Value] = {"name": "demo", "address": printer_address(ports.printer), "media": ("62", "29x90")}
    staff: list[dict[str, Value]] = [
        {"login": "anna", "name": "Anna", "role": "manager"},
        {"login": "karim", "name": "Karim", "role": "technician"},
        {"login": "ioana", "name": "Ioana", "role": "clerk"},
    ]
    write_config(config_file(home), values, {"printers": [printer], "staff": staff})


def ports_of(config: Config) -> Ports:
    """The ports that the demo's configuration names; 0 for what is not there any more."""
    printer = config.printer("demo")
    return Ports(printer.port if printer else 0, _port(config.notify.email.url), _port(config.notify.sms.url))


def move_ports(home: Path, before: Ports, now: Ports) -> None:
    """Put the companion's ports in place of those it could not have again; nothing else in the file changes."""
    path = config_file(home)
    text = moved = path.read_text(encoding="utf-8")
    for old, new in ((before.printer, now.printer), (before.mail, now.mail), (before.sms, now.sms)):
        moved = moved.replace(f"127.0.0.1:{old}", f"127.0.0.1:\0{new}") if old else moved
    moved = moved.replace("\0", "")
    if moved != text:
        half = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
        half.touch(mode=0o600)
        half.write_text(moved, encoding="utf-8")
        half.replace(path)


def printer_address(port: int) -> str:
    """Where the companion prints; it tells nothing of its state."""
    return f"tcp://127.0.0.1:{port}?snmp=off"


def build_shop(
    home: Path,
    orders: int,
    progress: Callable[[int], None] = lambda amount: None,
    pool: Pool | None = None,
    url: str = "",
) -> Config:
    """Make the database of a new demo with so many orders; the configuration is there already. A large past is drawn
    from `pool`; `url` names another database than the demo's own."""
    from convisav_tui.demo.bulk import write_many
    from convisav_tui.demo.extras import add_extras
    from convisav_tui.demo.history import Historian
    from convisav_tui.shop.context import shop_of
    from convisav_tui.shop.quote_paper import REGISTRATION
    from convisav_tui.shop.setting_rows import keep_setting
    from convisav_tui.shop.setup import first_rows
    from convisav_tui.shop.staff import person_at_station
    from convisav_tui.store.migrate import open_store

    config = load(config_file(home))
    store = open_store(url or config.database.url, home)
    try:
        store.write(lambda session: first_rows(session, config))
        store.write(lambda session: keep_setting(session, REGISTRATION, "RCS Valmoûtier 000 000 000"))
        actor = store.write(lambda session: person_at_station(session, "anna", STATION))
        if orders > LIVED:
            write_many(store, config, actor, orders - LIVED, progress, pool)
        gc.disable()  # a fifth of the time went into looking for garbage that hardly is any
        Historian(store, shop_of(config), actor).write(min(orders, LIVED), progress)
        add_extras(store, shop_of(config), actor)
    finally:
        gc.enable()
        store.close()
    return config


def _port(url: str) -> int:
    from urllib.parse import urlsplit

    return urlsplit(url).port or 0
