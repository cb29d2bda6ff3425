"""Signing in at a real terminal: the PIN, what a wrong one costs, the lock, the change of person."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.convisav import command, surroundings
from tests.e2e.shop import FIRST_SCREEN, Shop, make_template, running_shop, shown
from tests.e2e.steps import Case, begin_intake, scan, take_in
from tests.terminal import KEYS, Terminal
from tests.waiting import wait_until

ANNA, THEO = "719340", "5917"  # Anna manages
WRONG = "6408"
LOCK_KEY = "\x1b[24~"  # F12
LOCK_SECONDS = 4

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="session")
def staffed_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A shop whose people have PINs, given as people do: by `convisav staff`."""
    folder = tmp_path_factory.mktemp("staffed")
    make_template(folder)
    for login, pin in (("anna", ANNA), ("theo", THEO)):
        done = subprocess.run(
            [*command(), "staff", "pin", login],
            env=surroundings(folder),
            input=f"{pin}\n{pin}\n",
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def shop(tmp_path: Path, staffed_template: Path) -> Iterator[Shop]:
    with running_shop(tmp_path / "shop", staffed_template) as running:
        running.configure(station__lock_minutes="0")
        yield running


def at_the_door(shop: Shop) -> Terminal:
    """The program, asking for a PIN."""
    terminal = shop.open(wait=False)
    terminal.wait("Sign in", 40)
    return terminal


def sign_in(terminal: Terminal, pin: str) -> None:
    terminal.type(pin)
    terminal.press("enter")


def inside(shop: Shop, pin: str = ANNA) -> Terminal:
    terminal = at_the_door(shop)
    sign_in(terminal, pin)
    terminal.wait(FIRST_SCREEN, 40)
    return terminal


def lock(terminal: Terminal) -> None:
    terminal.send(LOCK_KEY)
    terminal.wait("Locked.")


def test_the_pin_opens_the_shop_and_says_who_works(shop: Shop) -> None:
    terminal = at_the_door(shop)
    assert FIRST_SCREEN not in terminal.text() and "Anna" not in terminal.text()
    terminal.type(ANNA)
    terminal.wait("••••••")
    assert ANNA not in terminal.text()
    terminal.press("enter")
    terminal.wait(FIRST_SCREEN, 40)
    assert "Anna" in terminal.line(0)


def test_nothing_of_the_shop_is_sent_to_the_terminal_before(shop: Shop) -> None:
    terminal = inside(shop)
    take_in(terminal, Case())
    terminal.press("ctrl+x", "enter")
    assert terminal.wait_end(20) == 0
    again = at_the_door(shop)
    again.quiet()
    for word in ("Lefèvre", "Miele", "Anna", FIRST_SCREEN):
        assert word.encode() not in bytes(again.raw), word


def test_wrong_pins_wait_also_after_a_new_start(shop: Shop) -> None:
    terminal = at_the_door(shop)
    for _ in range(3):
        sign_in(terminal, WRONG)
        terminal.wait("Not accepted", 40)
        terminal.until(lambda: "One moment" not in terminal.text(), "the answer")
    terminal.wait("The next try is possible in", 20)
    terminal.signal(9)
    terminal.wait_end(10)
    (row,) = shop.rows("SELECT failures FROM failed_sign_in WHERE subject LIKE 'station:%'")
    assert row["failures"] == 3
    terminal = at_the_door(shop)
    for _ in range(2):  # one more wrong one after the wait: the next is twice as long
        sign_in(terminal, WRONG)
        terminal.until(lambda: "possible in" in terminal.text(), "the wait", 30)
        terminal.wait_gone("possible in", 30)
    sign_in(terminal, ANNA)
    terminal.wait(FIRST_SCREEN, 40)


def test_an_idle_station_is_locked_and_keeps_a_half_typed_intake(shop: Shop) -> None:
    shop.configure(station__lock_minutes=f"{LOCK_SECONDS / 60:.3f}")
    terminal = inside(shop)
    begin_intake(terminal)
    terminal.type("Quentin Dupond")
    terminal.wait("Quentin Dupond")
    terminal.wait("Locked.", 40)
    assert "Quentin" not in terminal.text()
    sign_in(terminal, ANNA)
    terminal.wait("Quentin Dupond")
    terminal.press("enter")
    terminal.type("0612345678")
    terminal.wait("0612345678")


def test_another_person_gets_the_board_and_the_intake_waits_parked(shop: Shop) -> None:
    terminal = inside(shop)
    begin_intake(terminal)
    terminal.type("Quentin Dupond")
    lock(terminal)
    sign_in(terminal, THEO)
    terminal.wait("Théo works here now · 1 intake waits under F5")
    assert "Théo" in terminal.line(0) and "▸  Mine" in terminal.text() and "Quentin" not in terminal.text()
    (draft,) = shop.rows("SELECT d.title, d.parked, s.login FROM draft d JOIN staff s ON s.id = d.staff_id")
    assert (draft["parked"], draft["login"]) == (1, "anna") and "Quentin" in draft["title"]
    terminal.press("f5")
    terminal.wait("Quentin Dupond")


def test_the_change_of_person_is_one_key_the_pin_and_enter(shop: Shop) -> None:
    terminal = inside(shop)
    terminal.send(LOCK_KEY + THEO + "\r")  # as fast as a line can carry it
    terminal.wait("Théo works here now", 30)
    number = take_in(terminal, Case(name="Nora Martin"))
    (event, *_more) = shop.rows(
        "SELECT s.login FROM order_event e JOIN repair_order o ON o.id = e.order_id JOIN staff s ON s.id = e.staff_id"
        " WHERE o.number = ?",
        number,
    )
    assert event["login"] == "theo"


def test_scans_and_typing_behind_the_lock_go_nowhere(shop: Shop) -> None:
    terminal = inside(shop)
    number = take_in(terminal, Case())
    begin_intake(terminal)
    terminal.type("Quentin")
    lock(terminal)
    for _ in range(4):
        scan(terminal, number)
        terminal.send(f"\x1b[200~{ANNA}\r\x1b[201~")
        terminal.type("hello")
        terminal.press("enter")
        terminal.send(KEYS["f2"] + KEYS["f10"] + "\x18\x03")
    terminal.quiet()
    assert "Locked." in terminal.text() and shown(number) not in terminal.text()
    assert shop.rows("SELECT * FROM failed_sign_in") == []
    sign_in(terminal, ANNA)
    terminal.wait("Quentin")
    assert "New intake" in terminal.line(0)
    assert terminal.wait_end(0.2) is None


def test_two_stations_know_different_people(shop: Shop) -> None:
    first = inside(shop)
    second = shop.open(wait=False, environ={"CONVISAV_STATION": "workshop"})
    second.wait("Sign in", 40)
    sign_in(second, THEO)
    second.wait(FIRST_SCREEN, 40)
    assert "Anna" in first.line(0) and "Théo" in second.line(0)
    done = subprocess.run(
        [*command(), "staff", "disable", "theo"], env=surroundings(shop.home), capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0
    second.wait("Locked.", 20)
    sign_in(second, THEO)
    second.wait("Not accepted", 20)
    first.quiet()
    assert FIRST_SCREEN in first.text()


def test_a_forgotten_pin_is_mended_on_the_machine(shop: Shop) -> None:
    terminal = at_the_door(shop)
    line, environ = [*command(), "staff", "pin", "anna"], surroundings(shop.home)
    with Terminal(line, environ=environ, folder=shop.home, ready=True) as prompt:
        for question in ("PIN of Anna", "Once more"):
            prompt.wait(question, 40)
            prompt.type("4826")
            prompt.press("enter")
        assert prompt.wait_end(30) == 0
    sign_in(terminal, "4826")
    terminal.wait(FIRST_SCREEN, 40)


def test_a_pin_is_written_down_nowhere(shop: Shop) -> None:
    terminal = inside(shop)
    begin_intake(terminal)
    terminal.type("Quentin")
    lock(terminal)
    for _ in range(2):
        sign_in(terminal, WRONG)
        terminal.wait("Not accepted", 20)
    sign_in(terminal, THEO)
    terminal.wait("Théo works here now", 20)
    terminal.signal(15)
    terminal.wait_end(20)
    shop.kill_worker()
    wait_until(lambda: not shop.worker(), 10)
    files = [path for path in shop.home.rglob("*") if path.is_file()]
    assert any(path.name.startswith("shop.db") for path in files)
    for path in files:
        content = path.read_bytes()
        for pin in (ANNA, WRONG):
            # Between letters of a number or a hash it is chance; standing alone it would be ours.
            assert f'"{pin}"'.encode() not in content and f" {pin} ".encode() not in content, path
    texts = str(
        shop.rows("SELECT * FROM staff_event") + shop.rows("SELECT * FROM draft") + shop.rows("SELECT * FROM setting")
    )
    assert not any(pin in texts for pin in (ANNA, THEO, WRONG))
    logs = b"".join(path.read_bytes() for path in (shop.home / "logs").rglob("*") if path.is_file())
    assert not any(pin.encode() in logs for pin in (ANNA, WRONG))
