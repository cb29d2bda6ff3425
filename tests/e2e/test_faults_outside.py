"""Around a counter printers, mail servers, disks and databases fail; the clerk goes on and nothing is lost."""

from __future__ import annotations

import contextlib
import re
import resource
import socket
from collections.abc import Iterator

import pytest

from convisav_tui.store.engine import sqlite_driver
from tests.e2e.shop import Shop, shown, taken_in
from tests.e2e.steps import Case, begin_intake, choose_step, open_by_scan, take_in, take_step, type_customer_and_device
from tests.fake_printer import FakePrinter, Mood, free_port
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

BY_MAIL = Case(phone="", email="helene@example.org")


def _again(terminal: Terminal, number: str, fault: str) -> str:
    """The same device comes again, from its label."""
    begin_intake(terminal)
    terminal.send(f"{number}\r")
    terminal.wait("✓ 12345678")
    terminal.type(fault)
    terminal.press("ctrl+s")
    terminal.wait("All open")
    return taken_in(terminal)


# --- the printer ------------------------------------------------------------------------------------------------------


def test_a_printer_that_is_off_delays_nobody_and_prints_later(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    port = free_port()
    shop.configure(printer=f"tcp://127.0.0.1:{port}?snmp=off")
    terminal = shop.open()
    first = take_in(terminal, BY_MAIL)
    second = _again(terminal, first, "smells")
    terminal.press("f4")
    terminal.wait("waiting !", 30)
    _to_row(terminal, "label", first)
    terminal.wait("refuses connections")
    terminal.press("f3")
    assert {job["state"] for job in shop.jobs()} == {"queued"} and len(shop.jobs()) == 4
    with _printer_at(port, monkeypatch) as printer:
        shop.printer = printer
        wait_until(lambda: len(printer.jobs) == 4, 40, "labels and receipts of both")
        assert shop.labels() == [first, second] == shop.receipts()
        wait_until(lambda: {job["state"] for job in shop.jobs()} == {"sent"}, 10, "all printed")
    terminal.press("f4")
    terminal.wait("printed")
    terminal.wait_gone("waiting !")


@pytest.mark.parametrize("mood", [Mood.HANG, Mood.RESET], ids=["hangs", "resets"])
def test_a_label_that_may_have_come_out_is_not_printed_twice_unasked(mood: Mood, shop: Shop) -> None:
    shop.printer.mood = mood
    terminal = shop.open()
    number = take_in(terminal, BY_MAIL)
    assert shop.labels() == [], "the number was on screen before the printer had done anything"
    other = _again(terminal, number, "smells")
    wait_until(lambda: "needs_attention" in {job["state"] for job in shop.jobs(number)}, 40, "the state of the label")
    terminal.press("f4")
    terminal.wait("look at it !", 30)
    _to_row(terminal, "label", number)
    terminal.wait("look before you print it again")
    shop.printer.mood = Mood.PRINT
    label = next(job for job in shop.jobs(number) if job["kind"] == "label")
    assert label["state"] == "needs_attention" and label["attempts"] == 1 and number not in shop.labels()
    terminal.press("r")
    wait_until(lambda: number in shop.labels(), 30, "the label that was asked for once more")
    wait_until(lambda: shop.jobs(number)[0]["state"] == "sent", 10)
    assert shop.labels().count(number) == 1 and shop.jobs(number)[0]["duplicate"] == 1
    assert shop.order(other)["state"] == "received"


@contextlib.contextmanager
def _printer_at(port: int, monkeypatch: pytest.MonkeyPatch) -> Iterator[FakePrinter]:
    """The printer is switched on: it listens where nobody did."""
    bind = socket.socket.bind

    def here(listener: socket.socket, address: tuple[str, int]) -> None:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bind(listener, (address[0], port))

    with monkeypatch.context() as patched:
        patched.setattr(socket.socket, "bind", here)
        printer = FakePrinter()
    try:
        yield printer
    finally:
        printer.close()


def _to_row(terminal: Terminal, kind: str, number: str) -> None:
    """Arrow down until the cursor is on this job."""
    wanted = re.compile(rf"▸ \d.* {kind} .*{shown(number)}")
    while not wanted.match(_current(terminal)):
        before = _current(terminal)
        terminal.press("down")
        terminal.until(lambda before=before: _current(terminal) != before, "the next row")  # type: ignore[misc]


def _current(terminal: Terminal) -> str:
    return next((line for line in terminal.text().splitlines() if line.startswith("▸")), "")


# --- the mail server --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("trouble", "reason"),
    [("451", "451 4.3.0 come back later"), ("535", "E-mails are not leaving"), ("absent", "refuses connections")],
    ids=["451", "535", "absent"],
)
def test_a_mail_server_in_trouble_is_told_and_the_mail_stays_owed(trouble: str, reason: str, shop: Shop) -> None:
    if trouble == "451":
        shop.mail.behaviour.at_data = reason
    elif trouble == "535":
        shop.mail.behaviour.login_refusal = "535 5.7.8 bad password"
        shop.configure(mail=f"mailto://rivoli:secret@127.0.0.1:{shop.mail.port}")
    else:
        shop.configure(mail=f"mailto://127.0.0.1:{free_port()}")
    terminal = shop.open()
    number = take_in(terminal, BY_MAIL)
    terminal.press("f6", "tab", "tab", "tab", "tab", "tab")  # what is on its way
    terminal.wait("e-mail", 30)
    terminal.wait(reason, 30)
    (message,) = shop.messages(number)
    assert (message["state"], message["channel"]) == ("queued", "email") and shop.mail.received == []
    assert message["last_kind"] == ("config" if trouble == "535" else "transient")


def test_a_mail_that_is_refused_for_good_becomes_a_call(shop: Shop) -> None:
    shop.mail.behaviour.at_rcpt = "550 5.1.1 no such mailbox"
    terminal = shop.open()
    number = take_in(terminal, BY_MAIL)
    open_by_scan(terminal, number)
    take_step(terminal, "Ask for a quote")
    terminal.wait("quote asked")
    choose_step(terminal, "Issue the quote")
    terminal.type("126")
    terminal.press("enter")
    terminal.type("Drain pump")
    terminal.press("enter")
    terminal.wait("quote made")
    terminal.press("f6")
    terminal.wait("to call", 30)
    terminal.wait("550")
    terminal.wait("no such mailbox")
    assert shop.mail.received == []
    (quote,) = (message for message in shop.messages(number) if message["event"] == "quote_ready")
    assert quote["state"] == "to_call"
    terminal.press("f3")
    terminal.wait("To call          1")
    terminal.press("f6")
    terminal.wait("to call")
    terminal.press("a", "enter")  # the person was reached
    terminal.type("agrees")
    terminal.press("enter")
    terminal.wait("was told")
    wait_until(lambda: shop.messages(number)[-1]["state"] == "called", 10)


# --- disk and database ------------------------------------------------------------------------------------------------


def _typed(terminal: Terminal) -> None:
    begin_intake(terminal)
    type_customer_and_device(terminal, BY_MAIL)
    terminal.type("keeps its water")
    terminal.wait("[keeps its water")
    terminal.quiet(0.3)


def test_a_full_disk_loses_nothing_on_screen(shop: Shop) -> None:
    terminal = shop.open()
    shop.kill_worker()  # it would stand in the way of the limit
    _typed(terminal)
    hard = resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE)[1]
    resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE, (1, hard))
    terminal.press("ctrl+s")
    terminal.wait("cannot be written", 30)
    assert "[keeps its water" in terminal.text() and "Traceback" not in terminal.text()
    assert shop.orders() == []
    resource.prlimit(terminal.pid, resource.RLIMIT_FSIZE, (hard, hard))
    terminal.press("ctrl+s")
    number = taken_in(terminal)
    assert [order["number"] for order in shop.orders()] == [number]
    assert shop.order(number)["reported_fault"] == "keeps its water"


def test_a_locked_database_loses_nothing_on_screen(shop: Shop) -> None:
    terminal = shop.open()
    _typed(terminal)
    wait_until(lambda: shop.rows("SELECT 1 FROM draft"), 10, "the draft")
    terminal.quiet(0.3)
    other = sqlite_driver().connect(shop.home / "shop.db", isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        terminal.press("ctrl+s")
        terminal.wait("Saving", 10)
        terminal.wait("The database is busy", 60)
        assert "[keeps its water" in terminal.text()
        other.execute("ROLLBACK")
    finally:
        other.close()
    terminal.press("ctrl+s")
    number = taken_in(terminal)
    assert [order["number"] for order in shop.orders()] == [number]


def test_a_newer_database_is_told_in_words(shop: Shop) -> None:
    connection = sqlite_driver().connect(shop.home / "shop.db")
    connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.commit()
    connection.close()
    terminal = shop.open(wait=False)
    terminal.wait("newer version of the program", 40)
    assert "Traceback" not in terminal.text()
    terminal.press("f2")
    terminal.type("anything")
    terminal.press("ctrl+x")
    terminal.wait("Leave the program?")
    terminal.press("y")
    assert terminal.wait_end(10) == 0


def test_a_wrong_configuration_is_told_in_words(shop: Shop) -> None:
    path = shop.home / "convisav.toml"
    path.write_text(path.read_text().replace('country = "FR"', 'country = "France'))
    terminal = shop.open(wait=False)
    terminal.until(lambda: "convisav.toml, line 11" in terminal.text().replace("\n", ""), "the sentence", 20)
    assert terminal.wait_end(10) == 3
    assert "Traceback" not in terminal.text()
