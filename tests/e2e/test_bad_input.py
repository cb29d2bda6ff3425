"""What people, scanners and lines do to a counter: nothing of it crashes, forges, doubles or loses anything."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.shop import Shop, running_shop, shown, taken_in
from tests.e2e.steps import Case, begin_intake, open_by_scan, scan, take_in, type_customer_and_device
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

PASTE, PASTED = "\x1b[200~", "\x1b[201~"
SEPARATOR = "\x1d"
Stage = tuple[Shop, Terminal, str]


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory, shop_template: Path) -> Iterator[Stage]:
    """A shop, its terminal, and the number of an order in it."""
    with running_shop(tmp_path_factory.mktemp("bad") / "shop", shop_template) as shop:
        terminal = shop.open()
        yield shop, terminal, take_in(terminal, Case())


@pytest.fixture
def counter(stage: Stage) -> Iterator[Stage]:
    """On the board; what a test has left on a form is gone afterwards."""
    terminal = stage[1]
    terminal.press("f3")
    terminal.wait("All open")
    terminal.quiet(0.1)
    yield stage


def _from_label(counter: Stage) -> Terminal:
    """An intake whose customer and device came from an old label; the cursor is in the fault."""
    _shop, terminal, number = counter
    begin_intake(terminal)
    scan(terminal, number)
    terminal.wait("✓ 12345678")
    return terminal


def test_a_name_of_markup_is_a_name(counter: Stage) -> None:
    shop, terminal, _number = counter
    name = "[bold]O'Neil & Fils [/]"
    number = take_in(terminal, Case(name=name, phone="", email="o'neil@example.org", serial="A-1"))
    terminal.wait(shown(number))
    party = shop.rows("SELECT name, email FROM party WHERE id = ?", shop.order(number)["party_id"])
    assert party == [{"name": name, "email": "o'neil@example.org"}]
    open_by_scan(terminal, number)
    terminal.wait(name)
    wait_until(lambda: number in shop.labels(), 20, "the label")
    (mail,) = wait_until(lambda: shop.mail.received, 20, "the confirmation")
    assert mail.rcpt_to == ["o'neil@example.org"] and name in str(mail.message.get_body(("plain",)).get_content())  # type: ignore[union-attr]


def test_a_long_fault_pasted_with_tags_and_line_ends(counter: Stage) -> None:
    shop, _terminal, _number = counter
    terminal = _from_label(counter)
    line = "<b>leaks</b> [red]& $HOME %s {0} \x1b[31m\x07 "
    text = "\r\n".join(f"{index:03} {line}" for index in range(80))[:3000]
    assert len(text) == 3000
    terminal.send(f"{PASTE}{text}{PASTED}")
    terminal.press("ctrl+s")
    number = taken_in(terminal)
    stored = shop.order(number)["reported_fault"]
    kept = text.replace("\r\n", "\n").replace("\x1b", "").replace("\x07", "").strip()
    assert stored == kept
    wait_until(lambda: number in shop.labels() and number in shop.receipts(), 20, "label and receipt")


def test_a_byte_that_is_not_utf_8(counter: Stage) -> None:
    shop, _terminal, _number = counter
    terminal = _from_label(counter)
    terminal.send("cass\u00e9e, d\u00e9j\u00e0 vue".encode("latin-1"))
    terminal.press("ctrl+s")
    assert shop.order(taken_in(terminal))["reported_fault"] == "cassée, déjà vue"


def test_a_serial_scan_with_a_control_character(counter: Stage) -> None:
    shop, terminal, _number = counter
    begin_intake(terminal)
    for text in ("Ana Pop", "", "ana@example.org", "coffee", "Jura", "E8"):
        terminal.type(text)
        terminal.press("enter")
    terminal.send(f"21AB{SEPARATOR}C9988\r")
    terminal.wait("[21ABC9988")
    terminal.press("pagedown")
    terminal.type("cold coffee")
    terminal.press("ctrl+s")
    order = shop.order(taken_in(terminal))
    assert shop.one("SELECT serial FROM device WHERE id = ?", order["device_id"]) == "21ABC9988"


ABSURD = [
    (("pagedown", "tab", "tab"), "31/02", "✗ This day does not exist in the calendar", "+5"),
    (("pagedown", "tab", "tab"), "27/11/1015", "✗ The year 1015 cannot be right", "+5"),
    (("pagedown", "tab"), "abc", "✗ Type an amount such as 12.50", "12,50"),
    (("pagedown", "tab"), "-5", "✗ An amount cannot be negative", "12.50"),
    (("pageup", "pageup", "tab"), "12", "✗ This number does not exist in the numbering plan", "06 12 34 56 78"),
    (
        ("pageup", "pageup", "tab", "tab"),
        "a@b.fr, c@d.fr",
        "✗ Type one e-mail address, without a name",
        "helene@example.org",
    ),
]


@pytest.mark.parametrize(("to_field", "typed", "sentence", "mended"), ABSURD, ids=[row[1] for row in ABSURD])
def test_what_cannot_be_is_told_beside_its_field(
    to_field: tuple[str, ...], typed: str, sentence: str, mended: str, counter: Stage
) -> None:
    shop, _terminal, _number = counter
    terminal = _from_label(counter)
    terminal.type("leaks")
    terminal.press(*to_field)
    terminal.press("ctrl+u")
    terminal.type(typed)
    before = len(shop.orders())
    terminal.press("ctrl+s")
    terminal.wait("nothing was saved yet")
    terminal.wait(sentence)
    assert f"[{typed}" in terminal.text(), "what was typed stays"
    assert len(shop.orders()) == before
    terminal.press("ctrl+u")
    terminal.type(mended)
    terminal.press("ctrl+s")
    order = shop.order(taken_in(terminal))
    assert order["cap"] in (None, 1250)


@pytest.mark.parametrize("screen", ["f4", "f5", "f6", "f7", "f9", "f10", "f2"])
def test_a_scan_while_another_screen_opens(screen: str, counter: Stage) -> None:
    _shop, terminal, number = counter
    terminal.send(terminal.key_bytes(screen) + f"{number}\r".encode())
    if screen == "f2":
        terminal.wait("✓ 12345678")  # a label scanned into a new intake brings its customer and device
        terminal.press("escape")
    else:
        terminal.wait(f"Order {shown(number)}")


def test_text_typed_ahead_lands_where_it_was_meant(counter: Stage) -> None:
    shop, terminal, _number = counter
    keys = [terminal.key_bytes("f2"), "Zoé Ahead\r\rzoe@example.org\r".encode(), b"coffee\rJura\rE9\rZ-1"]
    terminal.send(b"".join([*keys, terminal.key_bytes("pagedown"), b"typed ahead", terminal.key_bytes("ctrl+s")]))
    order = shop.order(taken_in(terminal))
    person = shop.rows("SELECT name, email FROM party WHERE id = ?", order["party_id"])
    device = shop.rows("SELECT brand, model, serial FROM device WHERE id = ?", order["device_id"])
    assert person == [{"name": "Zoé Ahead", "email": "zoe@example.org"}]
    assert device == [{"brand": "Jura", "model": "E9", "serial": "Z-1"}]
    assert order["reported_fault"] == "typed ahead"


def test_another_window_size_and_back(counter: Stage) -> None:
    shop, _terminal, _number = counter
    terminal = _from_label(counter)
    terminal.type("noisy")
    terminal.wait("[noisy")
    terminal.resize(60, 20)
    terminal.wait("Fault       [noisy")
    terminal.until(lambda: "Ctrl+S" in terminal.line(19), "the key bar in its new place")
    terminal.type(" spin")
    terminal.resize(30, 5)
    terminal.wait("too small")
    terminal.type(" cycle")
    terminal.resize(80, 24)
    terminal.wait("[noisy spin cycle")
    terminal.until(lambda: "Ctrl+S" in terminal.line(23), "the key bar in its place")
    terminal.press("ctrl+s")
    assert shop.order(taken_in(terminal))["reported_fault"] == "noisy spin cycle"


def test_saving_twice_makes_one_order(counter: Stage) -> None:
    shop, _terminal, _number = counter
    before = len(shop.orders())
    terminal = _from_label(counter)
    terminal.type("does not spin")
    terminal.send(terminal.key_bytes("ctrl+s") * 3)
    number = taken_in(terminal)
    terminal.quiet()
    assert len(shop.orders()) == before + 1
    assert [event["event"] for event in shop.events(number)] == ["receive"]
    assert len(shop.jobs(number)) == 2
    assert [order["reported_fault"] for order in shop.orders()].count("does not spin") == 1


def test_a_double_enter_takes_one_step(counter: Stage) -> None:
    shop, _terminal, _number = counter
    terminal = _from_label(counter)
    terminal.type("buzzes")
    terminal.press("ctrl+s")
    number = taken_in(terminal)
    open_by_scan(terminal, number)
    terminal.send(terminal.key_bytes("f8") + b"\r\r\r")
    terminal.wait("quote asked")
    terminal.quiet()
    assert [event["event"] for event in shop.events(number)] == ["receive", "request_quote"]


def _typed_half(shop: Shop) -> Terminal:
    terminal = shop.open()
    begin_intake(terminal)
    type_customer_and_device(terminal, Case(name="Ida Half", phone="", email="ida@example.org", serial="H-1"))
    terminal.type("half a fault")
    terminal.wait("[half a fault")
    return terminal


def _resume(shop: Shop) -> None:
    terminal = shop.open()
    terminal.press("f5")
    terminal.wait("Ida Half")
    terminal.press("enter")
    terminal.wait("[half a fault")
    terminal.type(" and more")
    terminal.press("ctrl+s")
    order = shop.order(taken_in(terminal))
    assert order["reported_fault"] == "half a fault and more"
    assert shop.one("SELECT name FROM party WHERE id = ?", order["party_id"]) == "Ida Half"
    assert shop.one("SELECT serial FROM device WHERE id = ?", order["device_id"]) == "H-1"
    assert shop.one("SELECT count(*) FROM draft") == 0
    assert len(shop.orders()) == 1


def test_a_dropped_line_parks_what_was_typed(shop: Shop) -> None:
    terminal = _typed_half(shop)
    terminal.hang_up()
    assert terminal.wait_end(10) is not None, "the program ends with its line"
    _resume(shop)


def test_a_killed_program_loses_about_a_second(shop: Shop) -> None:
    terminal = _typed_half(shop)
    kept = "SELECT count(*) FROM draft WHERE fields LIKE '%half a fault%'"
    wait_until(lambda: shop.one(kept) == 1, 5, "the draft on disk while nobody presses a key")
    terminal.signal(signal.SIGKILL)
    terminal.wait_end(10)
    _resume(shop)


def test_text_typed_before_the_program_is_there(shop: Shop) -> None:
    terminal = shop.open(wait=False)
    terminal.send(terminal.key_bytes("f2") + b"Early Bird\r")
    terminal.wait("Name        [Early Bird", 40)
