"""The catalogue of parts (F10): what there is, how much of it is free, what runs out; the last row makes a new part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import part_words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.prompt import TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.parts import PartRow

NEW = 0
CHECKS = ("tracks_serials", "active")


class PartsView(ListingView):
    """Enter shows the stock of a part, `e` its card, `f` keeps those with certain words; a scan opens its part."""

    name: ClassVar[str] = "parts"
    columns = (
        ColumnSpec("code", mark("Code"), 14),
        ColumnSpec("name", mark("Part"), 20, grow=3),
        ColumnSpec("ean", mark("EAN"), 14, from_width=100),
        ColumnSpec("price", mark("Price"), 11, align="right"),
        ColumnSpec("quantity", mark("Stock"), 7, align="right"),
        ColumnSpec("free", mark("Free"), 7, align="right"),
        ColumnSpec("sign", "", 12),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Parts")
        self._search = ""
        self._parts: dict[object, PartRow] = {}

    def actions(self) -> Sequence[str]:
        """What to do with the part under the cursor, and where parts come from."""
        return ("part_card", "sift", "arrivals", "supplier_orders", "suppliers", "stock_count", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        return (("enter", _("Stock")), ("e", _("Change")), ("f", _("Search")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """What is searched for."""
        return [[Span(" " + _("Search: {text}").format(text=self._search), Role.HEADING)]] if self._search else []

    def act(self, action: str) -> bool:
        """Card and search."""
        record = self._list.current
        if action == "part_card" and record is not None:
            open_card(self.host, self.counter, self._parts.get(record.identity))
        elif action == "sift":
            self.host.ask(TextPrompt(_("Words of the name, a code or an EAN:"), self._sift, initial=self._search))
        else:
            return action == "part_card"
        return True

    def wants_scan(self) -> bool:
        """Any barcode of a part."""
        return True

    def scanned(self, text: str) -> bool:
        """The stock of the part that was scanned."""
        self._sift(text)
        return True

    def records(self, session: Session) -> list[Record]:
        """The parts that are searched for, and the row that makes one."""
        from convisav_tui.shop.parts import part_rows, scanned_part

        found = part_rows(session, self._search)
        if self._search and not found:
            scanned = scanned_part(session, self._search)
            found = part_rows(session, scanned.code) if scanned is not None else []
        self._parts = {row.id: row for row in found}
        return [*(self._record(row) for row in found), Record(NEW, NEW, {"code": "+", "name": _("New part")})]

    def chosen(self, record: Record) -> None:
        """Its stock, or a new part."""
        from convisav_tui.screens.part_view import PartView

        part = self._parts.get(record.identity)
        if part is None:
            open_card(self.host, self.counter, None)
        else:
            self.host.open(PartView(self.counter, part.id, part.code))

    def _sift(self, text: str) -> None:
        self._search = text.strip()
        self._list.load()

    def _record(self, row: PartRow) -> Record:
        from convisav_tui.shop.stock import shown

        sign = "" if row.active else _("not used")
        return Record(
            position=row.id,
            identity=row.id,
            cells={
                "code": row.code,
                "name": f"{row.name} {row.brand}".rstrip(),
                "ean": row.ean,
                "price": self.counter.amount(row.price),
                "quantity": shown(row.quantity),
                "free": shown(row.free),
                "sign": _("to order") if row.is_low else sign,
            },
            roles={"sign": Role.WARNING} if row.is_low else {},
        )


def open_card(host: Host, counter: Counter, part: PartRow | None) -> None:
    """Open the card of a part, or an empty one."""

    def read() -> tuple[dict[str, str], tuple[tuple[str, str], ...]]:
        from convisav_tui.shop.parts import part_texts
        from convisav_tui.shop.permissions import Permission, may
        from convisav_tui.shop.suppliers import suppliers

        with counter.store.read() as session:
            sold_by = tuple((str(one.party_id), one.name) for one in suppliers(session, only_active=True))
            if part is not None:
                return part_texts(session, part.id, counter.shop, counter.actor), sold_by
            cost = {"cost": ""} if may(session, counter.actor, Permission.SEE_COST) else {}
            return {"active": CHECKED, "condition": "new", "vat_rate": "20"} | cost, sold_by

    host.run(read, lambda found: host.open(PartFormView(counter, part, *found)), label=_("Opening"), leave=True)


class PartFormView(RecordFormView):
    """The card of a part; Ctrl+S saves."""

    name: ClassVar[str] = "part_form"

    def __init__(
        self, counter: Counter, part: PartRow | None, texts: Mapping[str, str], suppliers: tuple[tuple[str, str], ...]
    ) -> None:
        super().__init__(counter, _fields(texts, suppliers), label_width=22)
        self._part = part
        self.title = _("Part {code}").format(code=part.code) if part is not None else _("New part")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """See `RecordFormView`."""
        from convisav_tui.shop.parts import save_part

        save_part(
            session,
            raw,
            self.counter.shop,
            self.counter.actor,
            part_id=self._part.id if self._part is not None else None,
            expected_version=self._part.version if self._part is not None else None,
        )
        return _("Saved")


def _fields(texts: Mapping[str, str], suppliers: tuple[tuple[str, str], ...]) -> tuple[FieldSpec, ...]:
    conditions = tuple((code, _(word)) for code, word in part_words.PART_CONDITIONS.items())
    sold_by = (("", _("nobody")), *suppliers)
    duties = (("", _("by the country's list")), ("always", _("always")), ("never", _("never")))

    def text(key: str, label: str, row: int, width: int = 20, *, grow: int = 0, required: bool = False) -> FieldSpec:
        return FieldSpec(
            key, label, row=row, width=width, grow=grow, required=required, default=texts.get(key, ""), longest=400
        )

    def choice(key: str, label: str, row: int, choices: tuple[tuple[str, str], ...]) -> FieldSpec:
        return FieldSpec(key, label, "choice", row=row, width=30, choices=choices, default=texts.get(key, ""))

    checks = (("tracks_serials", mark("Keep serial numbers"), 10), ("active", mark("In use"), 11))
    cost = (text("cost", mark("Cost excl. VAT"), 6, 12),) if "cost" in texts else ()
    return (
        text("code", mark("Code"), 0, required=True),
        text("name", mark("Name"), 1, 40, grow=1, required=True),
        FieldSpec("ean", "EAN", "scan", row=2, width=16, default=texts.get("ean", ""), longest=20),
        text("brand", mark("Brand"), 3),
        choice("condition", mark("Condition"), 4, conditions),
        text("price", mark("Price incl. VAT"), 5, 12),
        *cost,
        text("vat_rate", mark("VAT in %"), 7, 6),
        text("reorder_level", mark("Order when below"), 8, 8),
        choice("supplier", mark("Supplier"), 9, sold_by),
        text("reference", mark("His reference"), 9, 16),
        *(
            FieldSpec(key, label, "check", row=row, width=1, default=CHECKED if texts.get(key) else "")
            for key, label, row in checks
        ),
        choice("circular", mark("Used one offered"), 12, duties),
        text("note", mark("Note"), 13, 40, grow=1),
    )
