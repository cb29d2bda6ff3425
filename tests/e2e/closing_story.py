"""One working day that uses every line of the first source's closing list: seven orders typed at one terminal.

Four customers want to be told by e-mail, SMS, fax and telephone and go the whole way together; a fifth device comes
from a principal and is under guarantee, a sixth is passed on to a subcontractor, a seventh stays within its cap. What
comes of it is read by test_closing_list.py.
"""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from convisav_tui import ticket_number
from tests.e2e.shop import Shop, shown
from tests.e2e.steps import choose_step, confirm_step, open_by_scan, scan, strokes
from tests.terminal import Terminal
from tests.waiting import wait_until

# Which order is which, by what is special about it.
EMAIL, SMS, FAX, CALL, PRINCIPAL, SUBCONTRACTED, CAPPED = range(7)
LISTS = "1234567890"  # of the board, in the order of Tab
TOLD = (EMAIL, SMS, FAX, CALL)
TODAY = datetime.now(ZoneInfo("Europe/Paris")).date()  # of the shop
BOUGHT = TODAY - timedelta(days=60)
PROMISED = TODAY + timedelta(days=6)
GUARANTEED = TODAY + timedelta(days=1500)
# The channels to be told by (quote and end) are the fields after the promised day: PgDn goes from part to part.
INTAKES = {
    EMAIL: "Hélène Lefèvre<enter>0612345678<enter>helene@example.org<enter>wash<enter>Miele<enter>WCD320<enter>SN-1001"
    "<enter>03/2021<pagedown>does not drain<enter>hose<enter>scratched lid"
    "<pagedown><tab>80<tab>+6<tab>e<tab>e<pagedown>w<pagedown><tab><tab><tab>p-1",
    SMS: "Marc Lang<enter>0698765432<enter><enter>coffee<enter>Jura<enter>E8<enter>JU-1002<enter>"
    "<pagedown>no hot water<pagedown><tab><tab><tab>s<tab>s<pagedown>e",
    FAX: "Cabinet Faure<enter>0142000001<enter><enter>printer<enter>Brother<enter>HL-5<enter>BR-1003<enter>"
    "<pagedown>smokes<pagedown><tab><tab><tab>f<tab>f<pagedown><pagedown><pagedown><pagedown><shift+tab>0142000002",
    CALL: "Paul Roux<enter>0145000001<enter><enter>television<enter>Sony<enter>X90<enter>SO-1004<enter>"
    "<pagedown>no picture<pagedown><tab><tab><tab>c<tab>c",
    PRINCIPAL: "Anne Petit<enter>0145000009<enter><enter>dish<enter>Bosch<enter>SMS4<enter>BO-1005<enter>"
    f"{BOUGHT:%d/%m/%Y}<pagedown>leaks<pagedown><pagedown><pagedown><pagedown><pagedown>darty",
    SUBCONTRACTED: "Luc Morel<enter>0145000011<enter><enter>watch<enter>Omega<enter>Speed<enter>OM-1006<enter>"
    "<pagedown>stops at night",
    CAPPED: "Eva Blanc<enter>0612000012<enter><enter>vacuum<enter>Dyson<enter>V8<enter>DY-1007<enter>"
    "<pagedown>no suction<pagedown><tab>150",
}
# What is chosen from a list before the form is saved: wait for it, then type the rest.
CHOSEN = {EMAIL: ("▸ P-1", "<enter>"), PRINCIPAL: ("▸ Darty", "<enter>REF-77")}


@dataclass
class Day:
    """The shop, its terminal, and the ticket numbers in the order of INTAKES."""

    shop: Shop
    terminal: Terminal
    numbers: list[str]

    def number(self, which: int) -> str:
        """The ticket number of one of the orders above."""
        return self.numbers[which]

    def board(self, digit: str) -> str:
        """The board with the list of that digit, reached by Tab (digits in a row would be a number)."""
        _to_board(self.terminal)
        (chosen,) = [line[1] for line in self.terminal.text().splitlines() if line.startswith("▸")]
        steps = LISTS.index(digit) - LISTS.index(chosen)
        self.terminal.press(*["tab" if steps > 0 else "shift+tab"] * abs(steps))
        self.terminal.wait(f"▸{digit} ")
        self.terminal.quiet(0.1)
        return self.terminal.text()

    def sheet(self, which: int, keys: str = "", shows: str = "Fault") -> str:
        """The sheet of an order as it opens, after these keys, once it shows that text."""
        _to_board(self.terminal)
        open_by_scan(self.terminal, self.number(which))
        strokes(self.terminal, keys)
        self.terminal.wait(shows)
        self.terminal.quiet(0.1)
        return self.terminal.text()


def lived(shop: Shop) -> Day:
    """Type the whole day."""
    shop.configure(roles=("label",), notify__fax__url="faxmail://fax.example")
    terminal = shop.open()
    day = Day(shop, terminal, [])
    _keep_house(terminal)
    for which in TOLD:
        _take_in(day, which)
    _step(terminal, "1", "Ask for a quote")
    _step(terminal, "2", "Issue the quote", "126<tab>Drain pump, labour")
    for which in (PRINCIPAL, SUBCONTRACTED, CAPPED):
        _take_in(day, which)
    _pass_on(day)
    _write_a_guarantee(day)
    _call(day, "quote_ready", "he will answer tomorrow")
    _step(terminal, "3", "Quote accepted")
    _step(terminal, "4", "Start the repair", "T")
    _step(terminal, "5", "Repair completed", "<tab><tab>pump replaced")
    _stay_within_the_cap(day)
    _call(day, "repair_ready", "he comes on Friday")
    _hand_over(day)
    return day


def _menu(terminal: Terminal, name: str, shows: str) -> None:
    strokes(terminal, f"<f10>{name}<enter>")
    terminal.wait(shows)


def _keep_house(terminal: Terminal) -> None:
    """A loaner, a principal, a subcontractor for whom the shop passes on, and one more preset sum."""
    _menu(terminal, "loaners", "New loaner")
    strokes(terminal, "<enter>p-1<enter>Nokia<enter>G21<enter>355<enter><enter><enter>100<ctrl+s>")
    terminal.wait("P-1 saved")
    _back(terminal)
    _menu(terminal, "principals", "+ new principal")
    strokes(terminal, "<enter>Darty Rivoli<enter>")
    terminal.wait("Terms of Darty Rivoli")
    strokes(terminal, "<ctrl+s>")
    terminal.wait("Saved")
    _back(terminal)
    _menu(terminal, "subcontractors", "+ new subcontractor")
    strokes(terminal, f"<enter>Micro Repair{'<tab>' * 12}<space><ctrl+s>")
    terminal.wait("Saved")
    _back(terminal)
    _menu(terminal, "intake amounts", "+ new intake amount")
    strokes(terminal, "<end><enter>Express<tab>Express<tab>Expres<tab>45<ctrl+s>")
    terminal.wait("Saved")
    _back(terminal)


def _to_board(terminal: Terminal) -> None:
    if "All open" not in terminal.text():
        _back(terminal)


def _back(terminal: Terminal) -> None:
    strokes(terminal, "<escape>")
    terminal.wait("All open")


def _take_in(day: Day, which: int) -> None:
    before = len(day.numbers)
    strokes(day.terminal, f"<f2>{INTAKES[which]}")
    if which in CHOSEN:
        shows, more = CHOSEN[which]
        day.terminal.wait(shows)
        strokes(day.terminal, more)
    strokes(day.terminal, "<ctrl+s>")
    wait_until(lambda: len(day.shop.orders()) > before and _settled(day), 20, "the order")
    day.numbers.append(day.shop.orders()[-1]["number"])


def _settled(day: Day) -> bool:
    return f"{shown(day.shop.orders()[-1]['number'])} taken in" in day.terminal.text() or not day.terminal.read(0.05)


def _step(terminal: Terminal, one_list: str, label: str, answers: str = "") -> None:
    """Take the usual step of the four orders of a list at once."""
    strokes(terminal, f"{one_list}*<f8>1")
    terminal.wait(f"▸1 {label}  (4)")
    strokes(terminal, f"1{answers}")
    terminal.wait("4 orders will change")
    strokes(terminal, "<enter>")
    terminal.wait("4 orders done")
    _back(terminal)


def _pass_on(day: Day) -> None:
    open_by_scan(day.terminal, day.number(SUBCONTRACTED))
    choose_step(day.terminal, "Send to a subcontractor")
    confirm_step(day.terminal)
    _back(day.terminal)


def _write_a_guarantee(day: Day) -> None:
    """What the maker of the principal's device grants, in its passport."""
    open_by_scan(day.terminal, day.number(PRINCIPAL))
    strokes(day.terminal, "i")
    day.terminal.wait("Passport of")
    strokes(day.terminal, f"g<tab>{GUARANTEED:%d/%m/%Y}<ctrl+s>")
    day.terminal.wait("manufacturer")
    strokes(day.terminal, "<escape>")
    day.terminal.wait("Order ")
    _back(day.terminal)


def _stay_within_the_cap(day: Day) -> None:
    """A quote below what the customer agreed to beforehand; the repair begins without asking him."""
    open_by_scan(day.terminal, day.number(CAPPED))
    choose_step(day.terminal, "Ask for a quote")
    confirm_step(day.terminal)
    choose_step(day.terminal, "Issue the quote")
    strokes(day.terminal, "60<tab>New filter<enter>")
    day.terminal.wait("€60.00 · accepted")
    choose_step(day.terminal, "Start the repair")
    confirm_step(day.terminal)
    _back(day.terminal)


def _call(day: Day, event: str, said: str) -> None:
    """Reach the customer who wants to be called, once all that leaves by itself has left."""
    strokes(day.terminal, "<f6>")
    day.terminal.wait("to call !")
    strokes(day.terminal, "a1")
    day.terminal.wait("What did")
    strokes(day.terminal, f"{said}<enter>")
    day.terminal.wait("was told")
    _back(day.terminal)
    gone = "SELECT count(*) FROM message WHERE event = ? AND state IN ('sent', 'called')"
    with contextlib.suppress(AssertionError):  # what did not leave fails the test of its own line
        wait_until(lambda: day.shop.one(gone, event) >= len(TOLD), 15)


def _hand_over(day: Day) -> None:
    """The loaner comes back, the rest is paid, the first customer leaves with his device."""
    number = ticket_number.make(ticket_number.LOANER_PAIR, day.shop.one("SELECT id FROM loaner_unit"))
    scan(day.terminal, number)
    day.terminal.wait("Deposit held")
    strokes(day.terminal, "<ctrl+s>")
    day.terminal.wait("of the deposit back")
    open_by_scan(day.terminal, day.number(EMAIL))
    strokes(day.terminal, "<f7>")
    day.terminal.wait("Still due")
    strokes(day.terminal, "<ctrl+s>")
    day.terminal.wait("€96.00 taken")
    choose_step(day.terminal, "Hand over to the customer")
    confirm_step(day.terminal)
    day.terminal.wait("returned")
    _back(day.terminal)
