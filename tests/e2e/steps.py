"""What people do at the keyboard in these tests: take a device in, take the next step, look at a section of a sheet."""

from __future__ import annotations

import re
from dataclasses import dataclass

from tests.e2e.shop import shown, taken_in
from tests.terminal import Terminal

QUICK = 0.01  # seconds between letters where it is not the typing that is tested; a serial number would be a scan


@dataclass(frozen=True)
class Case:
    """A customer with a device; what is typed of them."""

    name: str = "Hélène Lefèvre"
    phone: str = "06 12 34 56 78"
    email: str = "helene@example.org"
    kind: str = "wash"
    brand: str = "Miele"
    model: str = "WCD320"
    serial: str = "12345678"
    fault: str = "does not drain"


def strokes(terminal: Terminal, written: str) -> None:
    """All keys at once, as of somebody who types ahead: text as it stands, other keys as `<enter>`, `<ctrl+s>`."""
    parts = re.split(r"<([a-z0-9+]+)>", written)
    terminal.send(b"".join(terminal.key_bytes(part) if at % 2 else part.encode() for at, part in enumerate(parts)))


def begin_intake(terminal: Terminal) -> None:
    """F2, and the form is there."""
    terminal.press("f2")
    terminal.wait("New intake ")
    terminal.wait("Customer    [")


def type_customer_and_device(terminal: Terminal, case: Case) -> None:
    """From the first field of the form to the fault, each text followed by Enter, the last by PgDn."""
    for text in (case.name, case.phone, case.email, case.kind, case.brand, case.model):
        terminal.type(text, QUICK)
        terminal.press("enter")
    terminal.type(case.serial)
    terminal.press("pagedown")


def take_in(terminal: Terminal, case: Case) -> str:
    """A new customer with a new device and nothing special; the number of the order."""
    begin_intake(terminal)
    type_customer_and_device(terminal, case)
    terminal.type(case.fault, QUICK)
    terminal.press("ctrl+s")
    return taken_in(terminal)


def scan(terminal: Terminal, text: str) -> None:
    """A label under the scanner: all its characters and Enter at once."""
    terminal.send(f"{text}\r")


def open_by_scan(terminal: Terminal, number: str) -> None:
    """The sheet of an order, from its label."""
    scan(terminal, number)
    terminal.wait(f"Order {shown(number)}")


def choose_step(terminal: Terminal, label: str) -> None:
    """F8, then arrows until this step is chosen."""
    terminal.press("f8")
    terminal.wait("Next step of")
    terminal.wait(label)
    while not _is_chosen(terminal, label):
        before = terminal.text()
        terminal.press("down")
        terminal.until(lambda before=before: terminal.text() != before, "another step chosen")  # type: ignore[misc]


def confirm_step(terminal: Terminal) -> None:
    """Enter does it, and the sheet is there again."""
    terminal.press("enter")
    terminal.wait_gone("Next step of")


def take_step(terminal: Terminal, label: str, *answers: str) -> None:
    """A step with what is answered to its first questions, each followed by Enter but for the last."""
    choose_step(terminal, label)
    for index, answer in enumerate(answers):
        if index:
            terminal.press("enter")
        terminal.type(answer)
    confirm_step(terminal)


def _is_chosen(terminal: Terminal, label: str) -> bool:
    return any(line.startswith("▸") and line.endswith(label) for line in terminal.text().splitlines())
