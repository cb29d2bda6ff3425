"""Ten real records of Open Repair Data typed through the intake as what is wrong: nothing of them is lost or obeyed."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.text import clean_text
from tests.e2e.shop import Shop, running_shop, shown, taken_in
from tests.e2e.steps import Case, begin_intake, open_by_scan, type_customer_and_device
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

# Record → why it was chosen. The text itself comes from the data, never from here.
RECORDS = {
    "restart_9701": "tags and &amp;",
    "restart_14347": "1,160 characters with line breaks of a web page",
    "restart_15868": "2,048 characters",
    "anstiftung_11655": "German quotation marks and &amp;",
    "anstiftung_3645": "German with an arrow written -&gt;",
    "rcwales_36528": "begins like an option of a command",
    "rcwales_48": "bytes read wrongly long ago, and brackets as of a markup",
    "rcint_32214": 'both kinds of quotation marks, a "~"',
    "restart_21444": "Danish",
    "restart_20037": "French with a space that must not break",
}


@pytest.fixture(scope="module")
def faults(shared_data: Path) -> dict[str, str]:
    found = {}
    for path in sorted((shared_data / "open-repair").glob("OpenRepairData*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            for row in csv.DictReader(file):
                if row.get("id") in RECORDS:
                    found[row["id"]] = row["problem"]
    assert set(found) == set(RECORDS), "records that the data hold no more"
    return found


@pytest.fixture(scope="module")
def counter(tmp_path_factory: pytest.TempPathFactory, shop_template: Path) -> Iterator[tuple[Shop, Terminal, str]]:
    """A shop, its terminal, and the number of an order whose device comes again."""
    with running_shop(tmp_path_factory.mktemp("faults") / "shop", shop_template) as shop:
        terminal = shop.open()
        begin_intake(terminal)
        type_customer_and_device(terminal, Case(phone="", email="helene@example.org"))
        terminal.type("first time")
        terminal.press("ctrl+s")
        yield shop, terminal, taken_in(terminal)


@pytest.mark.parametrize("record", RECORDS)
def test_a_real_fault_is_taken_in_and_labelled(
    record: str, faults: dict[str, str], counter: tuple[Shop, Terminal, str]
) -> None:
    shop, terminal, first = counter
    terminal.press("f3")
    terminal.wait("All open")
    begin_intake(terminal)
    terminal.send(f"{first}\r")
    terminal.wait("✓ 12345678")
    terminal.send(faults[record])
    terminal.press("ctrl+s")
    number = taken_in(terminal)
    stored = shop.order(number)["reported_fault"]
    assert stored == clean_text(faults[record]) == faults[record].strip()
    wait_until(lambda: number in shop.labels() and number in shop.receipts(), 20, "label and receipt")
    open_by_scan(terminal, number)
    terminal.wait(f"    Fault            {stored.split()[0]}")
    assert shown(number) in terminal.line(1)
