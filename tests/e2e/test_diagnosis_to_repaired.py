"""From the diagnosis to the repaired device, typed in a real terminal: asked by phone, within the cap, and refused."""

from __future__ import annotations

import pytest

from convisav_tui.store.engine import Store
from tests.e2e.shop import Shop, pdf_text, shown, taken_in
from tests.e2e.steps import choose_step, confirm_step, open_by_scan, scan, strokes, take_step
from tests.shop.part_bench import part, supplier
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e
EAN = "4006381333931"
HELENE = "Hélène Lefèvre<enter>0612345678<enter>helene@example.org"
MARC = "Marc Lang<enter>0698765432<enter>marc@example.org"
EVA = "Eva Blanc<enter>0612000012<enter>eva@example.org"


def _take_in(terminal: Terminal, customer: str, serial: str, cap: str = "") -> str:
    """A washing machine that does not drain; its quote goes out by e-mail."""
    strokes(terminal, f"<f2>{customer}<enter>wash<enter>Miele<enter>WCD320<enter>{serial}<enter><pagedown>")
    strokes(terminal, "does not drain")
    strokes(terminal, f"<pagedown><tab>{cap}<tab><tab>e<tab>s<ctrl+s>")
    return taken_in(terminal)


def _diagnose(terminal: Terminal, number: str) -> None:
    """Started, the checklist opens by itself; the fault proposes its work, which stands in the quote when it opens."""
    open_by_scan(terminal, number)
    take_step(terminal, "Start the diagnosis")
    terminal.wait("Checklist of")
    terminal.press("down", "down", "down", "down")
    terminal.type("f")
    terminal.wait("[x] Drain pump replacement")
    terminal.type("q")
    terminal.wait(f"Quote of {shown(number)}")
    terminal.wait("109.00")


def _issue(terminal: Terminal) -> None:
    terminal.press("f8")
    terminal.wait("▸ 1 Issue the quote")
    terminal.press("enter")
    terminal.wait_gone("Next step of")


def _mailed(shop: Shop, number: str, count: int) -> str:
    """The text of the quote's PDF as it was attached to its message."""
    mail = wait_until(lambda: shop.mail.received[count - 1 :], 30, "the mail with the quote")[0]
    (attached,) = [part for part in mail.message.iter_attachments() if part.get_content_type() == "application/pdf"]
    text = pdf_text(attached.get_content())
    assert shown(number) in text or number in text
    return text


def _menu(terminal: Terminal, name: str, shows: str) -> None:
    strokes(terminal, f"<f10>{name}<enter>")
    terminal.wait(shows)


def _order_the_part(terminal: Terminal) -> None:
    _menu(terminal, "supplier orders", "to order")
    terminal.type("o")
    terminal.wait("Order this from 1 supplier?")
    terminal.press("enter")
    terminal.wait("on its way")
    terminal.press("escape")
    terminal.wait("F9 Customer")


def _repair_and_test(terminal: Terminal) -> None:
    """The final tests open by themselves when the work is done; the measure is typed, the rest is ok."""
    take_step(terminal, "Work done: test it", "pump replaced", "l")
    terminal.wait("Full short cycle")
    terminal.type("a")
    terminal.until(lambda: any(line[2:].startswith("ok ") for line in terminal.text().splitlines()), "the answers")
    while not any(line.startswith("▸") and "Earth continuity" in line for line in terminal.text().splitlines()):
        before = terminal.text()
        terminal.press("down")
        terminal.until(lambda before=before: terminal.text() != before, "the next test")  # type: ignore[misc]
    strokes(terminal, "<enter>0,1<enter>")
    terminal.wait("0,1")
    terminal.press("escape")
    terminal.wait("F9 Customer")
    choose_step(terminal, "Repair completed")


def test_asked_by_phone_within_the_cap_and_refused(shop: Shop) -> None:
    store = Store(shop.config.database.url)
    part(store, supplier=str(supplier(store)))
    store.close()
    terminal = shop.open()
    _asked_by_phone(shop, terminal)
    _within_the_cap(shop, terminal)
    _refused(shop, terminal)


def _asked_by_phone(shop: Shop, terminal: Terminal) -> None:
    """Quote with its PDF, consent by phone, a part that is missing, ordered, scanned; repaired, told, handed over."""
    number = _take_in(terminal, HELENE, "A-1")
    _diagnose(terminal, number)
    scan(terminal, EAN)
    terminal.wait("Pompe de vidange Miele")
    terminal.type("o2")  # a used part cannot be had in time
    terminal.wait_gone("used part?")
    _issue(terminal)
    assert "Pompe de vidange" in _mailed(shop, number, 1)
    choose_step(terminal, "Quote accepted")
    terminal.press("tab")
    terminal.type("b")  # by phone
    confirm_step(terminal)
    wait_until(lambda: shop.order(number)["state"] == "awaiting_parts", 20, "the order waits for its part")
    _order_the_part(terminal)
    _menu(terminal, "receive parts", "Scan what came")
    scan(terminal, EAN)
    terminal.wait(f"for {shown(number)}, now in repair")
    terminal.press("escape")
    terminal.wait(f"Order {shown(number)}")
    _repair_and_test(terminal)
    terminal.wait("148.90")
    confirm_step(terminal)
    wait_until(lambda: shop.order(number)["state"] == "notified", 30, "the customer told")
    terminal.press("f7")
    terminal.wait("Still due")
    terminal.press("ctrl+s")
    terminal.wait("€148.90 taken")
    take_step(terminal, "Hand over to the customer")
    terminal.wait("returned")
    order = shop.order(number)
    assert (order["outcome"], order["price"], order["quote_state"]) == ("repaired", 14890, "accepted")
    assert shop.one("SELECT count(*) FROM price_consent WHERE answer = 'agreed' AND means = 'phone'") == 1
    terminal.press("escape")
    terminal.wait("All open")


def _within_the_cap(shop: Shop, terminal: Terminal) -> None:
    """A quote at or below the cap authorises itself, and says so."""
    number = _take_in(terminal, MARC, "B-2", cap="200")
    _diagnose(terminal, number)
    terminal.wait("within the cap")
    _issue(terminal)
    terminal.wait("accepted")
    assert shop.order(number)["state"] == "quote_accepted"
    told = shop.rows("SELECT answer, means, amount FROM price_consent WHERE basis = 'quote' ORDER BY id DESC LIMIT 1")
    assert [tuple(row.values()) for row in told] == [("agreed", "cap", 10900)]
    take_step(terminal, "Start the repair")
    terminal.wait("in repair")
    terminal.press("escape")
    terminal.wait("All open")


def _refused(shop: Shop, terminal: Terminal) -> None:
    """He says no on the phone; the device goes back unrepaired and nothing is owed."""
    number = _take_in(terminal, EVA, "C-3")
    _diagnose(terminal, number)
    _issue(terminal)
    choose_step(terminal, "Quote refused")
    strokes(terminal, "<tab>b<tab>too dear")
    confirm_step(terminal)
    take_step(terminal, "Reassembled: to be collected")
    wait_until(lambda: shop.order(number)["state"] == "notified", 20, "the customer told")
    take_step(terminal, "Hand over to the customer")
    terminal.wait("returned")
    order = shop.order(number)
    assert (order["outcome"], order["price"]) == ("refused_returned_as_is", 0)
    assert shop.rows("SELECT reason FROM quote_decision WHERE accepted = 0")[0]["reason"] == "too dear"
