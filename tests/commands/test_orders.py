"""Lists, one order, its label, copies and putting them back, from the shell."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest

from convisav_tui import ticket_number
from convisav_tui.store.engine import Store
from tests.commands.convisav import convisav
from tests.shop_builder import add_device, add_order, add_party, small_store


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A shop with five orders waiting, and one of a customer with a hostile name in repair."""
    from sqlmodel import Session

    from convisav_tui.store.models import OrderState

    def fill(session: Session) -> None:
        device = add_device(session, add_party(session), serial="12345678")
        for _ in range(5):
            add_order(session, device)
        hostile = add_party(session, "[bold]O'Neil & Fils [/]", email="o'neil@example.org", phone="")
        add_order(
            session, add_device(session, hostile), OrderState.IN_REPAIR, reported_fault="<b>two\nlines</b> %s {0}"
        )

    store: Store = small_store(tmp_path)
    store.write(fill)
    store.close()
    return tmp_path


def _number(counter: int) -> str:
    return ticket_number.make(2026, counter)


def test_a_list_as_json_is_stable(home: Path) -> None:
    done = convisav(home, "orders", "--list", "waiting", "--json")
    assert done.code == 0 and done.err == ""
    data = json.loads(done.out)
    assert data["list"] == "waiting" and len(data["orders"]) == 5
    assert list(data["orders"][0]) == [
        "number", "state", "kind", "customer", "phone", "principal", "device", "serial", "fault", "quote_requested",
        "quote_state", "cap", "price", "currency", "holder", "comeback", "message_owed", "late", "promised_on",
        "opened_at", "completed_at", "notified_at",
    ]  # fmt: skip
    first = data["orders"][0]
    assert (first["number"], first["state"], first["customer"]) == (_number(5), "received", "Hélène Lefèvre")
    assert first["opened_at"].endswith("+00:00")


def test_a_list_in_pages_misses_and_doubles_none(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convisav_tui.commands import orders
    from convisav_tui.commands.opening import opened
    from convisav_tui.config import load

    monkeypatch.setattr(orders, "PAGE", 2)
    config = load(environ={"CONVISAV_HOME": str(home), "CONVISAV_CONFIG": str(home / "none")})
    store = opened(config)
    for limit, expected in ((0, 6), (3, 3), (4, 4), (99, 6)):
        numbers = [row.number for row in orders._fetched(store, config, "open", limit)]
        assert len(numbers) == len(set(numbers)) == expected
    store.close()


def test_a_list_as_a_table_shows_text_as_it_is(home: Path) -> None:
    done = convisav(home, "orders")
    assert done.code == 0
    lines = done.out.splitlines()
    assert lines[0].split() == ["Number", "Customer", "Device", "State", "For"] and len(lines) == 7
    assert "[bold]O'Neil & Fils [/]" in done.out and "in repair" in done.out
    assert convisav(home, "orders", "--limit", "2").out.count("\n") == 3


def test_lists_and_counts(home: Path) -> None:
    data = json.loads(convisav(home, "orders", "--lists", "--json").out)
    assert {"key": "waiting", "count": 5} in data["lists"] and {"key": "open", "count": 6} in data["lists"]
    assert "waiting" in convisav(home, "orders", "--lists").out


def test_the_work_of_a_person(home: Path) -> None:
    store = Store(f"sqlite:///{home / 'shop.db'}")
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE repair_order SET technician_id = 1 WHERE id = 6")
    store.close()
    done = convisav(home, "orders", "--list", "mine", "--staff", "anna", "--json")
    assert done.code == 0, done.err
    assert [order["number"] for order in json.loads(done.out)["orders"]] == [_number(6)]
    lists = json.loads(convisav(home, "orders", "--lists", "--staff", "anna", "--json").out)["lists"]
    assert {"key": "mine", "count": 1} in lists
    of_nobody = convisav(home, "orders", "--list", "mine")
    assert of_nobody.code == 2 and "--staff LOGIN" in of_nobody.err
    unknown = convisav(home, "orders", "--list", "mine", "--staff", "ana")
    assert unknown.code == 2 and "Did you mean anna?" in unknown.err


def test_an_order_as_json(home: Path) -> None:
    done = convisav(home, "order", _number(6), "--json")
    assert done.code == 0, done.err
    data = json.loads(done.out)
    assert data["order"]["number"] == _number(6)
    assert data["order"]["reported_fault"] == "<b>two\nlines</b> %s {0}"
    assert data["customer"]["email"] == "o'neil@example.org"
    assert [event["event"] for event in data["events"]] == ["receive"]
    assert {"device", "quotes", "payments", "messages", "jobs", "custody", "earlier", "paid", "due"} <= set(data)


def test_an_order_as_text(home: Path) -> None:
    done = convisav(home, "order", ticket_number.show(_number(6)))
    assert done.code == 0, done.err
    assert "[bold]O'Neil & Fils [/]" in done.out and "<b>two\n" in done.out and "in repair" in done.out


def test_the_dossier_of_an_order_as_csv(home: Path) -> None:
    done = convisav(home, "order", _number(6), "--dossier")
    assert done.code == 0, done.err
    lines = done.out.splitlines()
    assert lines[0].endswith(ticket_number.show(_number(6)))
    assert sum(line.count(";") == 1 for line in lines) == 8 and lines[-1].count(";") == 4
    assert any("[bold]O'Neil & Fils [/]" in line for line in lines)


def test_a_scan_with_the_wrong_keyboard_finds_the_order(home: Path) -> None:
    garbled = _number(1).translate(str.maketrans("0123456789", "à&é\"'(-è_ç"))
    assert json.loads(convisav(home, "order", garbled, "--json").out)["order"]["number"] == _number(1)


@pytest.mark.parametrize("media", ["62", "29x90", "17x54"])
def test_a_label_is_read_back(media: str, home: Path) -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp reads the barcode back")
    from PIL import Image

    out = home / "label.png"
    done = convisav(home, "label", _number(1), "--out", str(out), "--media", media)
    assert done.code == 0 and done.out.strip() == str(out), done.err
    with Image.open(out) as image:
        assert [found.text for found in zxingcpp.read_barcodes(image.convert("L"))] == [_number(1)]


def test_a_label_that_cannot_be_written(home: Path) -> None:
    done = convisav(home, "label", _number(1), "--out", "/nowhere/label.png")
    assert done.code == 1 and "/nowhere/label.png cannot be written" in done.err


def test_media_too_small_for_the_barcode(home: Path) -> None:
    done = convisav(home, "label", _number(1), "--out", str(home / "x.png"), "--media", "23x23")
    assert done.code == 6 and done.err.startswith("convisav: ") and not (home / "x.png").exists()


def test_a_copy_is_checked_and_put_back(home: Path) -> None:
    copied = json.loads(convisav(home, "backup", "--json").out)
    assert copied["orders"] == 6 and Path(copied["path"]).parent == home / "backups"
    with sqlite3.connect(home / "shop.db") as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM repair_order")
    connection.close()
    asked = convisav(home, "restore", copied["path"])
    assert asked.code == 2 and "--yes" in asked.err
    assert json.loads(convisav(home, "orders", "--json").out)["orders"] == []
    restored = convisav(home, "restore", copied["path"], "--yes")
    assert restored.code == 0 and "Restored 6 orders." in restored.out, restored.err
    assert len(json.loads(convisav(home, "orders", "--json").out)["orders"]) == 6
    assert len(list((home / "backups" / "replaced").glob("*.db"))) == 1, "what stood there was kept"


def test_a_damaged_copy_changes_nothing(home: Path) -> None:
    copied = Path(json.loads(convisav(home, "backup", "--json").out)["path"])
    copied.write_bytes(copied.read_bytes()[:20_000] + b"\xff" * 60_000)
    done = convisav(home, "restore", str(copied), "--yes")
    assert done.code == 5 and len(done.err.splitlines()) == 1
    assert len(json.loads(convisav(home, "orders", "--json").out)["orders"]) == 6


def test_copies_can_go_elsewhere(home: Path) -> None:
    done = convisav(home, "backup", "--to", str(home / "usb"))
    assert done.code == 0 and len(list((home / "usb").glob("convisav-*.db"))) == 1


def test_migrate_says_what_it_did(home: Path, tmp_path: Path) -> None:
    assert "already" in convisav(home, "migrate").out
    fresh = tmp_path / "fresh"
    assert "from version none to" in convisav(fresh, "migrate").out
