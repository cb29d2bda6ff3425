"""The main job typed at the keyboard: a device comes in, is labelled, repaired, and its owner is told and pays."""

from __future__ import annotations

from itertools import pairwise

import pytest

from tests.e2e.shop import Shop, shown, taken_in
from tests.e2e.steps import Case, begin_intake, choose_step, open_by_scan, take_step, type_customer_and_device
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

CASE = Case()
STATES = (
    ("T01", "receive", "received"),
    ("T03", "start_diagnosis", "diagnosing"),
    ("T04", "request_quote", "quote_requested"),
    ("T06", "issue_quote", "quote_issued"),
    ("T08", "accept_quote", "quote_accepted"),
    ("T17", "start_repair", "in_repair"),
    ("T22", "work_done", "testing"),
    ("T24", "complete", "completed"),
    ("T26", "notice_due", "to_notify"),
    ("T28", "message_sent", "notified"),
    ("T30", "hand_over", "returned"),
    ("T31", "close", "closed"),
)


def _take_in(terminal: Terminal) -> str:
    begin_intake(terminal)
    type_customer_and_device(terminal, CASE)
    terminal.type(CASE.fault)
    terminal.press("enter")
    terminal.type("hose")
    terminal.press("enter")
    terminal.type("scratched lid")
    terminal.press("enter")
    terminal.type("80")  # less than the quote: it has to be accepted
    terminal.press("tab", "tab")
    terminal.type("e")
    terminal.wait("Tell: quote [e-mail")
    terminal.press("tab", "tab", "tab", "space")
    terminal.wait("[30.00")
    terminal.press("ctrl+s")
    return taken_in(terminal)


def _papers(shop: Shop, number: str) -> None:
    wait_until(lambda: shop.labels() == [number] and shop.receipts() == [number], 20, "label and receipt")
    assert [(job["kind"], job["copies"], job["duplicate"]) for job in shop.jobs(number)] == [
        ("label", 1, 0),
        ("receipt", 1, 0),
    ]


def _quote(shop: Shop, terminal: Terminal, number: str) -> None:
    take_step(terminal, "Start the diagnosis")
    terminal.wait("diagnosis")
    take_step(terminal, "Ask for a quote")
    terminal.wait("quote asked")
    choose_step(terminal, "Issue the quote")
    terminal.type("126")
    terminal.press("enter")
    terminal.type("Drain pump, labour")
    terminal.wait("Drain pump, labour")
    terminal.wait(CASE.email)  # the mail is shown before it is confirmed
    terminal.wait("€126.00")
    terminal.press("pagedown")
    terminal.wait("Please tell us whether you accept it.")
    terminal.press("enter")
    terminal.wait("quote made")
    (mail,) = wait_until(lambda: shop.mail.received, 20, "the mail with the quote")
    text = mail.message.get_body(("plain",))
    assert mail.rcpt_to == [CASE.email] and text is not None
    assert "€126.00" in text.get_content() and "Drain pump, labour" in text.get_content()
    assert shown(number) in mail.message["Subject"] + text.get_content()


def _repair(shop: Shop, terminal: Terminal) -> None:
    take_step(terminal, "Quote accepted")
    terminal.wait("accepted")
    take_step(terminal, "Start the repair")
    terminal.wait("in repair")
    take_step(terminal, "Work done: test it", "pump replaced")
    terminal.wait("testing")
    told = len(shop.sms.sent)
    choose_step(terminal, "Repair completed")
    terminal.wait("126.00")
    terminal.press("enter")
    terminal.wait("to notify")
    wait_until(lambda: len(shop.sms.sent) == told + 1, 20, "the SMS")
    terminal.wait("notified")


def _hand_over(terminal: Terminal, number: str) -> None:
    choose_step(terminal, "Hand over to the customer")
    terminal.press("enter")
    terminal.wait("€96.00")  # refused: something is still owed
    terminal.press("escape")
    terminal.wait(f"Order {shown(number)}")
    terminal.press("f7")
    terminal.wait("Payment for")
    terminal.wait("96.00")
    terminal.press("ctrl+s")
    terminal.wait("€96.00 taken")
    take_step(terminal, "Hand over to the customer")
    terminal.wait("returned")
    take_step(terminal, "Close the order")
    terminal.wait("closed")


@pytest.mark.parametrize("term", ["linux", "xterm-256color"])
def test_from_the_counter_to_the_hand_over(term: str, shop: Shop) -> None:
    terminal = shop.open(term=term, installed=True)
    number = _take_in(terminal)
    _papers(shop, number)
    open_by_scan(terminal, number)
    terminal.wait("paid €30.00")
    _quote(shop, terminal, number)
    _repair(shop, terminal)
    _hand_over(terminal, number)
    _assert_written(shop, number)
    _assert_told(shop, number)
    _assert_time_line(terminal, number)
    terminal.press("ctrl+x")
    terminal.wait("Leave the program?")
    terminal.press("y")
    assert terminal.wait_end(10) == 0


def _assert_written(shop: Shop, number: str) -> None:
    order = shop.order(number)
    assert (order["state"], order["price"], order["cap"], order["quote_state"]) == ("closed", 12600, 8000, "accepted")
    events = shop.events(number)
    moves = [event for event in events if event["transition"]]
    assert tuple((move["transition"], move["event"], move["to_state"]) for move in moves) == STATES
    assert all(later["from_state"] == move["to_state"] for move, later in pairwise(moves))
    assert [event["event"] for event in events if not event["transition"]] == ["payment_taken"]
    payments = shop.rows("SELECT amount, nature, means FROM payment ORDER BY id")
    assert [tuple(row.values()) for row in payments] == [(3000, "acompte", "card"), (9600, "balance", "card")]
    (decision,) = shop.rows("SELECT accepted, decided_by, means FROM quote_decision")
    assert tuple(decision.values()) == (1, CASE.name, "counter")
    assert shop.one("SELECT count(*) FROM party") == 1 == shop.one("SELECT count(*) FROM device")
    assert shop.one("SELECT count(*) FROM draft") == 0


def _assert_told(shop: Shop, number: str) -> None:
    """The customer was told three things, each once; nothing waits and nothing was tried twice."""
    told = [(m["event"], m["channel"], m["state"], m["attempts"]) for m in shop.messages(number)]
    assert told == [
        ("intake", "sms", "sent", 1),
        ("quote_ready", "email", "sent", 1),
        ("repair_ready", "sms", "sent", 1),
    ]
    assert len(shop.mail.received) == 1 and len(shop.sms.sent) == 2
    assert [sms["to"] for sms in shop.sms.sent] == ["+33612345678"] * 2
    assert shown(number) in shop.sms.sent[1]["message"] and "€96.00" in shop.sms.sent[1]["message"]
    assert {job["state"] for job in shop.jobs(number)} == {"sent"} and len(shop.printer.jobs) == 2


def _assert_time_line(terminal: Terminal, number: str) -> None:
    terminal.press("1", "7")
    terminal.wait("taken in")
    missing = {"taken in", "quote issued", "«quote ready»", "«repair ready»", "handed over", "€96.00", "accepted"}
    for turn in range(24):  # four pages a round; a busy machine may be too slow to show one in time
        terminal.quiet(0.2)
        page = terminal.text()
        missing = {said for said in missing if said not in page}
        if not missing:
            return
        terminal.press(*(("1", "7") if turn % 4 == 3 else ("pagedown",)))
    raise AssertionError(f"not on the time line: {sorted(missing)}")
