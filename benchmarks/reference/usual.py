"""A shop counter as Textual's own tutorials would make it.

Header, Footer, Input, OptionList, DataTable, pushed screens. It holds its invented orders in memory and reads no
database: what it spends, it spends on the screen alone.
"""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.containers import Horizontal, Vertical, VerticalScroll
from textual.screen import Screen
from textual.widgets import DataTable, Footer, Header, Input, Label, OptionList, Static

ORDERS = 273
BOX = "number, name, phone"
COLUMNS = ("No.", "Customer", "Device", "State", "For")
LISTS = ("Waiting", "Quote requested", "Quote issued", "Quote accepted", "In repair", "Finished", "To notify", "All")
FIELDS = ("Customer", "Name", "Tel.", "E-mail", "Device", "Brand", "Model", "Serial", "Bought", "Fault", "For", "Cap")
DEVICES = ("Lumion L55", "Nordal N12", "Kairo Slate", "Orvane Boost", "Brunelle Silence")

Order = tuple[str, str, str, str, str]


def orders(name: str) -> list[Order]:
    """The orders of one list, newest first."""
    start = LISTS.index(name)
    return [_order(number, name) for number in range(ORDERS + start, start, -1)]


def _order(number: int, state: str) -> Order:
    shown = f"26 {number:07d} {number % 10}"
    return shown, f"Marie-Ève Dupré {number}", DEVICES[number % 5], state, f"{number % 28 + 1}/12"


class Intake(Screen[None]):
    """A form of labelled inputs."""

    BINDINGS = [("escape", "app.pop_screen", "Back"), ("ctrl+s", "app.pop_screen", "Save")]

    def compose(self) -> ComposeResult:
        yield Header()
        with VerticalScroll():
            for name in FIELDS:
                yield Label(name)
                yield Input(placeholder=name)
        yield Footer()


class Sheet(Screen[None]):
    """All of an order, as lines of text."""

    BINDINGS = [("escape", "app.pop_screen", "Back")]

    def __init__(self, order: Order) -> None:
        super().__init__()
        self._order = order

    def compose(self) -> ComposeResult:
        yield Header()
        with VerticalScroll():
            for line in range(30):
                yield Static(f"{COLUMNS[line % 5]:<12} {self._order[line % 5]}", markup=False)
        yield Footer()


class Usual(App[None]):
    """Lists on the left, a search box over a table on the right."""

    BINDINGS = [
        ("f2", "intake", "New intake"),
        ("f3", "find", "Find"),
        ("f6", "orders", "Orders"),
        *[(str(place), f"choose({place - 1})", name) for place, name in enumerate(LISTS, 1)],
    ]
    CSS = "OptionList { width: 24; }"

    def compose(self) -> ComposeResult:
        yield Header()
        with Horizontal():
            yield OptionList(*LISTS)
            with Vertical():
                yield Input(placeholder=BOX)
                yield DataTable(cursor_type="row")
        yield Footer()

    def on_mount(self) -> None:
        self._table.add_columns(*COLUMNS)
        self._orders = orders(LISTS[0])
        self._fill("")
        self._table.focus()

    @property
    def _table(self) -> DataTable[str]:
        return self.query_one(DataTable)

    def _fill(self, typed: str) -> None:
        self._table.clear()
        self._table.add_rows([order for order in self._orders if typed.casefold() in " ".join(order).casefold()])

    def on_input_changed(self, event: Input.Changed) -> None:
        self._fill(event.value)

    def on_data_table_row_selected(self, event: DataTable.RowSelected) -> None:
        self.push_screen(Sheet(tuple(self._table.get_row(event.row_key))))  # type: ignore[arg-type]

    def action_choose(self, place: int) -> None:
        self._orders = orders(LISTS[place])
        self._fill("")

    def action_find(self) -> None:
        self.query_one(Input).focus()

    def action_orders(self) -> None:
        self._table.focus()

    def action_intake(self) -> None:
        self.push_screen(Intake())


if __name__ == "__main__":
    Usual().run()
