"""The installed program on a PostgreSQL server: two stations, a line that is cut, a restart, a lost answer."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from convisav_tui.config import Config, DatabaseConfig, ShopConfig, StaffConfig
from convisav_tui.shop.setup import first_rows
from convisav_tui.store.migrate import open_store
from tests.e2e.shop import FIRST_SCREEN, STAFF, Shop, shown, taken_in
from tests.e2e.steps import Case, begin_intake, open_by_scan, take_in, type_customer_and_device
from tests.fake_printer import fake_printer
from tests.mail_server import running_mail_server
from tests.shop.counter import registered
from tests.sms_gateway import running_gateway
from tests.store.databases import new_database
from tests.store.line import Line
from tests.store.postgresql_server import Server, missing
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

ALARM = "DATABASE NOT REACHED"
TAKEN_IN = re.compile(r"taken in, ")


class ServerShop(Shop):
    """The same shop with its rows on a server; `url` is without the line that the program uses."""

    url: str
    line: Line

    def rows(self, sql: str, *values: object) -> list[dict[str, Any]]:
        engine = sa.create_engine(self.url, poolclass=sa.NullPool)
        names = {f"v{index}": value for index, value in enumerate(values)}
        for name in names:
            sql = sql.replace("?", f":{name}", 1)
        with engine.connect() as connection:
            return [dict(row) for row in connection.execute(sa.text(sql), names).mappings()]


@contextlib.contextmanager
def shop_on(server: Server, home: Path) -> Iterator[ServerShop]:
    """A shop whose program reaches the server by a line that a test can cut."""
    home.mkdir()
    url = new_database(server.url)
    staff = tuple(StaffConfig(str(p["login"]), str(p["name"]), str(p["role"])) for p in STAFF)
    store = open_store(url, home)
    config = Config(ShopConfig(country="FR"), DatabaseConfig(url), home, staff=staff)
    store.write(lambda session: first_rows(session, config))
    store.write(registered)
    store.close()
    with (
        Line(server.socket) as line,
        fake_printer() as printer,
        running_mail_server() as mail,
        running_gateway() as sms,
    ):
        shop = ServerShop(home, printer, mail, sms)
        shop.url, shop.line = url, line
        shop.configure(database__url=line.url(url))
        try:
            yield shop
        finally:
            line.mend()
            shop.end()


@pytest.fixture
def shop(postgresql_server: Server, tmp_path: Path) -> Iterator[ServerShop]:
    with shop_on(postgresql_server, tmp_path / "shop") as running:
        yield running


def test_a_device_is_taken_in_labelled_and_on_the_other_board(shop: ServerShop) -> None:
    counter, bench = shop.open(), shop.open(environ={"CONVISAV_STATION": "bench"})
    bench.press("1")
    number = take_in(counter, Case())
    bench.wait(shown(number), 10)
    wait_until(lambda: shop.labels() == [number], 40)
    order = shop.order(number)
    assert (order["state"], order["reported_fault"]) == ("received", "does not drain")
    open_by_scan(bench, number)
    bench.wait("Hélène Lefèvre")
    bench.press("escape")
    bench.wait(FIRST_SCREEN)
    bench.type("lefev")
    bench.wait(shown(number))


def test_a_line_that_is_cut_in_the_middle_of_an_intake_costs_nothing(shop: ServerShop) -> None:
    terminal = shop.open()
    begin_intake(terminal)
    type_customer_and_device(terminal, Case())
    terminal.type("does not")
    shop.line.cut()
    terminal.wait(ALARM, 10)
    terminal.type(" drain at all")
    terminal.wait("does not drain at all", 10)
    shop.line.mend()
    terminal.wait_gone(ALARM, 30)
    terminal.press("ctrl+s")
    number = taken_in(terminal, 30)
    assert [order["number"] for order in shop.orders()] == [number]
    assert shop.order(number)["reported_fault"] == "does not drain at all"
    terminal.wait(shown(number))


def test_saving_while_the_line_is_cut_says_so_and_keeps_the_form(shop: ServerShop) -> None:
    terminal = shop.open()
    begin_intake(terminal)
    type_customer_and_device(terminal, Case())
    terminal.type("does not drain")
    shop.line.cut()
    terminal.wait(ALARM, 10)
    terminal.press("ctrl+s")
    terminal.wait("nothing was saved, what was typed stays", 30)
    terminal.wait("does not drain")
    assert shop.orders() == []
    shop.line.mend()
    terminal.wait_gone(ALARM, 30)
    terminal.press("ctrl+s")
    number = taken_in(terminal, 30)
    assert [order["number"] for order in shop.orders()] == [number]


def test_a_server_that_restarts_in_the_middle_of_an_intake(tmp_path: Path) -> None:
    if missing():
        pytest.skip(missing())
    server = Server()
    try:
        with shop_on(server, tmp_path / "shop") as shop:
            terminal = shop.open()
            begin_intake(terminal)
            type_customer_and_device(terminal, Case())
            terminal.type("does not drain")
            server.stop("immediate")
            terminal.wait(ALARM, 10)
            terminal.press("ctrl+s")
            server.start()
            terminal.wait_gone(ALARM, 30)
            if not TAKEN_IN.search(terminal.text()):  # it gave up before the server was there again, and said so
                terminal.wait("does not drain")
                terminal.press("ctrl+s")
            number = taken_in(terminal, 40)
            assert [order["number"] for order in shop.orders()] == [number]
            assert shop.order(number)["reported_fault"] == "does not drain"
            assert len(shop.rows("SELECT * FROM party")) == 1
            wait_until(lambda: shop.labels() == [number], 60, "the label, from the worker that lived through it")
    finally:
        server.remove()


def test_an_intake_whose_answer_was_lost_is_found_again(shop: ServerShop) -> None:
    terminal = shop.open()
    begin_intake(terminal)
    type_customer_and_device(terminal, Case())
    terminal.type("does not drain")
    shop.line.swallow_after = b"INSERT INTO repair_order"
    terminal.press("ctrl+s")
    number = taken_in(terminal, 30)
    assert shop.line.swallowed == 1
    assert [order["number"] for order in shop.orders()] == [number]
    assert len(shop.rows("SELECT * FROM party")) == 1
    wait_until(lambda: shop.labels() == [number], 40)


def test_a_program_that_was_opened_while_the_server_was_away_goes_on_by_itself(shop: ServerShop) -> None:
    shop.line.cut()
    terminal = shop.open(wait=False)
    terminal.wait("is not reached", 40)
    shop.line.mend()
    terminal.wait(FIRST_SCREEN, 40)
    number = take_in(terminal, Case())
    assert [order["number"] for order in shop.orders()] == [number]
