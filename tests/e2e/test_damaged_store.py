"""A damaged database and a clock that was put back, as the counter sees them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from convisav_tui.store.engine import Store
from convisav_tui.store.models import Device
from tests.commands.convisav import convisav
from tests.e2e.shop import Shop, taken_in
from tests.e2e.steps import Case, begin_intake, take_in, type_customer_and_device
from tests.shop_builder import add_order

pytestmark = pytest.mark.e2e


def test_a_damaged_database_is_told_and_a_copy_put_back(shop: Shop) -> None:
    terminal = shop.open()
    number = take_in(terminal, Case())
    copied = convisav(shop.home, "backup")
    assert copied.code == 0, copied.err
    terminal.press("ctrl+x")
    terminal.wait("Leave the program?")
    terminal.press("y")
    assert terminal.wait_end(10) == 0
    shop.kill_worker()
    damaged = b"\xaa" * 40_000
    (shop.home / "shop.db").write_bytes(damaged)
    for left in ("shop.db-wal", "shop.db-shm"):
        (shop.home / left).unlink(missing_ok=True)
    told = shop.open(wait=False)
    told.wait("is not a database", 40)
    told.press("f2")
    assert "Traceback" not in told.text()
    told.press("ctrl+x")
    told.wait("Leave the program?")
    told.press("y")
    assert told.wait_end(10) == 0
    assert (shop.home / "shop.db").read_bytes() == damaged, "nothing was written into it"
    shop.kill_worker()
    copy = copied.out.partition(": checked")[0]
    done = convisav(shop.home, "restore", copy, "--yes")
    assert done.code == 0 and "Restored 1 orders." in done.out, done.err
    assert [order["number"] for order in shop.orders()] == [number]


def test_a_clock_that_was_put_back_turns_no_history_over(shop: Shop) -> None:
    terminal = shop.open()
    take_in(terminal, Case())
    ahead = datetime.now(UTC).replace(microsecond=0) + timedelta(days=2)
    store = Store(shop.config.database.url)
    store.write(lambda session: add_order(session, session.get(Device, 1), opened_at=ahead))  # type: ignore[arg-type]
    store.close()
    terminal.press("down")
    terminal.wait("The clock says", 10)
    begin_intake(terminal)
    type_customer_and_device(terminal, Case(name="Ida Second", phone="", email="ida@example.org", serial="H-1"))
    terminal.type("hums")
    terminal.press("ctrl+s")
    order = shop.order(taken_in(terminal))
    assert order["opened_at"] >= f"{ahead:%Y-%m-%d %H:%M:%S}"
    times = [row["at"] for row in shop.rows("SELECT at FROM order_event ORDER BY id")]
    assert times == sorted(times)
