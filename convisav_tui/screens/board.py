"""The board (home): the shop's lists with live counts, the scan-first box, the orders of a list, a line of detail."""

from __future__ import annotations

from collections.abc import Sequence
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convisav_tui.i18n import _
from convisav_tui.screens.board_painting import (
    LISTS_WIDTH,
    NARROW,
    box_row,
    list_rows,
    marks_hint,
    rule,
    warnings,
)
from convisav_tui.screens.board_rows import BoardReader
from convisav_tui.screens.board_trouble import trouble_rows
from convisav_tui.screens.keys import Key
from convisav_tui.screens.left_drafts import offer_drafts
from convisav_tui.screens.order_columns import HIT_COLUMNS, ORDER_COLUMNS, detail_line
from convisav_tui.screens.reading import read, rows_of
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, fit
from convisav_tui.screens.widgets.record_list import RecordList
from convisav_tui.screens.widgets.text_line import TextLine
from convisav_tui.store.board import BY_KEY, LISTS, ListSpec

if TYPE_CHECKING:
    from collections.abc import Callable

    from convisav_tui.screens.counter import Counter

ALWAYS = ("late", "comebacks", "to_call")
MINE = BY_KEY["mine"]
DIGIT_SECONDS = 1.0  # a digit followed by more text within this time was the begin of a number, not a list


class Digit(NamedTuple):
    """A digit that has chosen a list: when (monotonic seconds), and the list before it, should it begin a number."""

    character: str = ""
    at: float = 0.0
    before: ListSpec | None = None


class BoardView(View):
    """Typing text searches; a digit in the empty box chooses a list; Enter opens; F8 moves the order on."""

    name: ClassVar[str] = "board"

    def __init__(self, counter: Counter, load: Callable[[], None] = lambda: None) -> None:
        """`load` opens the store; it is tried again here when it failed at the start."""
        self.counter = counter
        self._load = load
        self._reader = BoardReader(counter)
        self._box = TextLine(longest=80)
        self._in_box = False  # F3: digits are typed, they choose no list
        self._answered = False  # somebody went on from what was found: what he types next is another search
        self._spec: ListSpec = LISTS[0]
        loading = _("The orders are being fetched.")
        self._orders = RecordList(
            ORDER_COLUMNS, self._reader.page_of(self._spec.key), rows_of(self, counter), empty=loading
        )
        self._hits = RecordList(HIT_COLUMNS, self._reader.hits_of(""), rows_of(self, counter), empty=loading)
        self._digit = Digit()
        self._loaded = False
        self._is_demo = (counter.config.home / "labels").is_dir() and (counter.config.home / "mails").is_dir()

    # --- the host -------------------------------------------------------------------------------------------

    @property
    def typing(self) -> bool:
        """Text goes to the box at once, so the registry's letters are off here."""
        return True

    def opened(self) -> None:
        """The first rows come from the fast path; they are read again when the store is loaded."""
        self._count()
        self._orders.load()
        self.host.when_loaded(self._store_loaded, hold=False)

    def resumed(self) -> None:
        """Back from another screen: what was done there shows."""
        self._answered = bool(self._box.text)
        self._refresh()

    def changed_elsewhere(self) -> None:
        """Another station changed something: same list, same cursor, new rows."""
        self._refresh()

    def person_changed(self) -> None:
        """Somebody else begins where he usually does: nothing typed, his first list."""
        self._box.set("")
        self._in_box, self._digit = False, Digit()
        self._choose(self._first_list)
        self._refresh()
        offer_drafts(self.host, self.counter)

    @property
    def _first_list(self) -> ListSpec:
        """A technician begins with his own work."""
        return MINE if self._is_technician else LISTS[0]

    @property
    def _is_technician(self) -> bool:
        person = self.counter.person
        return person is not None and person.role == "technician"

    def order_number(self) -> str:
        """The order under the cursor."""
        record = self._shown.current
        return record.cells.get("number", "").replace(" ", "") if record is not None else ""

    def customer_id(self) -> int:
        """The customer under the cursor, 0 when there is none."""
        record = self._shown.current
        if record is None:
            return 0
        if isinstance(record.identity, tuple) and record.identity[0] == "party":
            return int(record.identity[1])
        row = self._reader.row_of(record)
        return row.party_id if row is not None else 0

    def actions(self) -> Sequence[str]:
        """Most useful first, as the key bar shows them."""
        if self.counter.trouble:
            return ("help", "quit")
        demo = ("album",) if self._is_demo else ()
        first = ("new", "open", "step", "print", "drafts", "messages", "customer", "till")
        return (*first, "undo", "quote", "find", "mark", "invert", "bulk", *demo, "menu", "help", "quit")

    def hint(self) -> Row:
        """What can be done with the marked rows; else what needs somebody although no order shows it."""
        if self._marked:
            return marks_hint(len(self._marked))
        return [Span(" ! " + self._reader.trouble, Role.WARNING)] if self._reader.trouble else []

    def act(self, action: str) -> bool:
        """The actions that the board does itself."""
        if action == "open":
            self._open()
        elif action == "find":
            self._box.set("")
            self._searched()
            self._in_box = True
        elif action == "undo":
            self._undo()
        elif action == "mark":
            self._orders.toggle_mark()
        elif action == "invert":
            self._orders.invert_marks()
        elif action == "bulk" or (action == "step" and self._marked):
            self._ask_deed()
        else:
            return False
        return True

    def waits(self, key: Key) -> bool:
        """Enter on a search waits until the store can answer it."""
        return self._waiting and (key.name == "enter" or bool(self._box.text and key.name in ("down", "up")))

    def is_command(self, key: Key) -> bool:
        """A digit in the empty box chooses a list, unless a scan goes on."""
        return not self._box.text and not self._in_box and key.character.isdigit()

    def scanned(self, text: str) -> bool:
        """The program opens the order; the box is left as it was."""
        return False

    def mark(self) -> object:
        """What typing may change: the box, the list, the pending digit."""
        return self._box.text, self._spec, self._digit, self._in_box, self._answered

    def restore(self, mark: object) -> None:
        """Undo what a scan has typed."""
        assert isinstance(mark, tuple)
        text, spec, self._digit, self._in_box, self._answered = mark
        if spec is not self._spec:
            self._choose(spec)
        if text != self._box.text:
            self._box.set(text)
            self._searched()

    def pasted(self, text: str) -> None:
        """Into the box, on one line."""
        self._begin_anew()
        self._box.insert(" ".join(text.split()))
        self._searched()

    # --- keys -----------------------------------------------------------------------------------------------

    def key(self, key: Key) -> None:
        """Text to the box, arrows to the list, Tab from list to list."""
        digit, self._digit = self._digit, Digit()
        fresh = not self._box.text and not self._in_box
        if fresh and key.name in ("space", "*"):
            self.act("mark" if key.name == "space" else "invert")
        elif key.types and not (key.name == "space" and not self._box.text):
            self._typed(key.character, digit)
        elif key.name in ("tab", "right", "shift+tab", "left") and not self._box.text:
            self._next_list(1 if key.name in ("tab", "right") else -1)
        elif key.name == "escape" and self._marked:
            self._orders.clear_marks()
        elif key.name == "escape":
            self._leave_search()
        elif key.name == "enter":
            self._open()
        elif self._box.text and key.name not in ("up", "down", "pageup", "pagedown") and self._box.key(key):
            self._answered = False
            self._searched()
        elif key.name != "space":
            self._in_box = False
            self._shown.key(key)

    def _begin_anew(self) -> None:
        """What stands in the box has been answered: it goes when something else is typed."""
        if self._answered and self._box.text:
            self._box.set("")
            self._in_box = True
        self._answered = False

    def _typed(self, character: str, digit: Digit) -> None:
        if self.counter.trouble:
            return
        self._begin_anew()
        fresh = not self._box.text and not self._in_box
        recent = digit.character if monotonic() - digit.at <= DIGIT_SECONDS else ""
        if fresh and character == "/":
            self._in_box = True
        elif fresh and character.isdigit() and not recent:
            spec = next(spec for spec in LISTS if spec.digit == character)
            self._digit = Digit(character, monotonic(), self._spec)
            self._choose(spec)
        else:
            if recent and digit.before is not None:
                self._choose(digit.before)
            self._box.insert(recent + character)
            self._searched()

    def _leave_search(self) -> None:
        if self._box.text or self._in_box:
            self._box.set("")
            self._in_box = False
            self._searched()
        else:
            self.host.say(_("Ctrl+X leaves the program"))

    def _next_list(self, step: int) -> None:
        self._in_box = False
        lists = self._offered()
        self._choose(lists[(lists.index(self._spec) + step) % len(lists)])

    def _offered(self) -> list[ListSpec]:
        """The lists with a digit, those that always matter, and the others while they hold something; a technician's
        own work first."""
        first = [MINE] if self._is_technician else []
        return first + [
            spec
            for spec in LISTS
            if spec not in first
            and (spec.digit or spec.key in ALWAYS or spec is self._spec or self._reader.counts.get(spec.key))
        ]

    def _choose(self, spec: ListSpec) -> None:
        self._spec = spec
        self._orders.load(self._reader.page_of(spec.key))

    def _searched(self) -> None:
        self._hits.load(self._reader.hits_of(self._box.text))

    def _open(self) -> None:
        from convisav_tui.screens.opening import open_customer, open_order

        if self.counter.trouble:
            self.try_again()
            return
        number, party_id = self.order_number(), self.customer_id()
        if number:
            self.host.when_loaded(lambda: open_order(self.host, self.counter, number))
        elif party_id:
            open_customer(self.host, self.counter, party_id)
        else:
            nothing = _("Nothing found for this") if self._box.text else _("This list is empty")
            self.host.say(nothing, Role.WARNING)

    def try_again(self, *, hold: bool = True) -> None:
        """The store could not be opened at the start: perhaps it can now. Without `hold` nobody waits for it."""
        label, failed = _("Opening the database"), None if hold else (lambda _error: None)
        self.host.run(
            self._load, lambda _none: self._store_loaded(), failed, label=label, hold=hold, leave=True, group="load"
        )

    def _undo(self) -> None:
        from convisav_tui.screens.undoing import undo_last

        number = self.order_number()
        if number:
            undo_last(self.host, self.counter, number, self._refresh)

    @property
    def _marked(self) -> list[int]:
        """Ids of the marked orders; none while a search hides them."""
        return [] if self._box.text else [int(str(record.identity)) for record in self._orders.marked]

    def _ask_deed(self) -> None:
        """What to do with the marked orders, or with the one under the cursor."""
        from convisav_tui.screens.bulk_menu import ask_deed

        record = self._shown.current
        row = self._reader.row_of(record) if record is not None else None
        ids = self._marked or ([row.id] if row is not None else [])
        if ids:
            self.host.when_loaded(lambda: ask_deed(self.host, self.counter, ids, self._orders.clear_marks))
        else:
            self.host.say(_("Put the cursor on an order first"), Role.WARNING)

    # --- reading --------------------------------------------------------------------------------------------

    @property
    def _shown(self) -> RecordList:
        return self._hits if self._box.text else self._orders

    @property
    def _waiting(self) -> bool:
        """Whether the store is still on its way."""
        return not self._loaded and not self.counter.trouble

    def _store_loaded(self) -> None:
        from convisav_tui.screens.loading import import_screens

        self._loaded = True
        if self._spec is LISTS[0] and self._is_technician:
            self._choose(MINE)
        self._orders.empty = _("No order here. F2 takes a device in; 0 shows all.")
        self._hits.empty = _("Nothing found. F2 takes a device in; Esc goes back.")
        self._refresh()
        if self.counter.notice:
            self.host.say(self.counter.notice, Role.WARNING)
        else:
            offer_drafts(self.host, self.counter)
        self.host.run(import_screens, lambda _none: None, hold=False)

    def _refresh(self) -> None:
        """Same list, same cursor, same text: only the rows are new. Nothing to read while the store is in trouble."""
        if self.counter.trouble:
            return
        self._count()
        self._orders.refresh()
        if self._box.text:
            self._hits.refresh()

    def _count(self) -> None:
        read(self.host, self.counter, self._reader.count, lambda _none: None, self.host.say_error, group="counts")

    # --- looks ----------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """Box, lists beside orders, a rule, the detail of the order under the cursor."""
        shop = self.counter.config.shop.name
        self.title = f"ConviSAV · {shop}" if width >= NARROW else shop
        if self.counter.shut:
            return Page([])
        self.title_right = self.counter.title_right(warnings(self._reader.counts))
        if self.counter.trouble:
            return Page(trouble_rows(self.counter.trouble, width)[:height])
        counts, chosen = self._reader.counts, self._spec
        box, cursor_x = box_row(self._box, self._in_box, chosen, counts.get(chosen.key, 0), width)
        rows = [box]
        body_height = max(2, height - 3)
        lists_width = LISTS_WIDTH if width >= NARROW else 0
        listed = self._shown.render(width - lists_width - (1 if lists_width else 0), body_height)
        searching = bool(self._box.text)
        lists = list_rows(self._offered(), chosen, counts, searching, body_height) if lists_width else []
        for index in range(body_height):
            right = listed.rows[index] if index < len(listed.rows) else []
            if lists_width:
                left = lists[index] if index < len(lists) else []
                rows.append([*fit(left, lists_width), Span("│", Role.RULE), *right])
            else:
                rows.append(right)
        rows.append(rule(width, lists_width))
        rows.append(self._detail(width))
        if self._box.text or self._in_box or listed.cursor is None:
            return Page(rows, (cursor_x, 0))
        offset = lists_width + 1 if lists_width else 0
        return Page(rows, (listed.cursor[0] + offset, listed.cursor[1] + 1))

    def _detail(self, width: int) -> Row:
        record = self._shown.current
        row = self._reader.row_of(record) if record is not None else None
        if row is not None:
            return [Span(" " + detail_line(row, self.counter))]
        return [Span(" " + record.cells.get("detail", ""))] if record is not None else []
