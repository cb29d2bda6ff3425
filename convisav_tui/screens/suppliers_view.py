"""The suppliers of parts (F10): their cards, our number there, how long they take."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import LANGUAGES, _, mark
from convisav_tui.screens.customer_card import LANGUAGE_NAMES
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host

NEW = 0


class SuppliersView(ListingView):
    """Enter opens a supplier's card; the last row makes a new one."""

    name: ClassVar[str] = "suppliers"
    columns = (
        ColumnSpec("name", mark("Name"), 24, grow=2),
        ColumnSpec("phone", mark("Phone"), 15),
        ColumnSpec("customer_number", mark("Our number"), 12),
        ColumnSpec("days", mark("Days"), 5, align="right"),
        ColumnSpec("active", "", 10),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Suppliers")

    def actions(self) -> Sequence[str]:
        """What is bought from them."""
        return ("supplier_orders", "parts", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        return (("enter", _("Change")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """All suppliers, and the row that makes one."""
        from convisav_tui.shop.suppliers import suppliers

        rows = [
            Record(
                one.party_id,
                one.party_id,
                {
                    "name": one.name,
                    "phone": one.phone,
                    "customer_number": one.customer_number,
                    "days": str(one.delivery_days),
                    "active": "" if one.active else _("not used"),
                },
            )
            for one in suppliers(session)
        ]
        return [*rows, Record(NEW, NEW, {"name": _("+ new supplier")})]

    def chosen(self, record: Record) -> None:
        """His card."""
        open_supplier(self.host, self.counter, int(str(record.identity)) or None)


def open_supplier(host: Host, counter: Counter, party_id: int | None) -> None:
    """Open the card of a supplier, or an empty one."""

    def read() -> tuple[Mapping[str, str], int | None]:
        from convisav_tui.shop.suppliers import supplier_terms, supplier_texts

        if party_id is None:
            return {"active": CHECKED, "delivery_days": "3", "language": counter.shop.language}, None
        with counter.store.read() as session:
            terms = supplier_terms(session, party_id)
            return supplier_texts(session, party_id), terms.version if terms is not None else None

    host.run(
        read,
        lambda found: host.open(SupplierFormView(counter, party_id, found[0], found[1])),
        label=_("Opening"),
        leave=True,
    )


class SupplierFormView(RecordFormView):
    """The card of a supplier; Ctrl+S saves."""

    name: ClassVar[str] = "supplier_form"

    def __init__(self, counter: Counter, party_id: int | None, texts: Mapping[str, str], version: int | None) -> None:
        super().__init__(counter, _fields(texts), label_width=24)
        self._party_id, self._version = party_id, version
        self.title = texts.get("name") or _("New supplier")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """See `RecordFormView`."""
        from convisav_tui.shop.suppliers import save_supplier

        save_supplier(
            session,
            raw,
            self.counter.shop,
            self.counter.actor,
            party_id=self._party_id,
            expected_version=self._version,
        )
        return _("Saved")


def _fields(texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    languages = tuple((code, LANGUAGE_NAMES[code]) for code in LANGUAGES)

    def text(key: str, label: str, row: int, width: int = 40, *, grow: int = 0, required: bool = False) -> FieldSpec:
        return FieldSpec(
            key, label, row=row, width=width, grow=grow, required=required, default=texts.get(key, ""), longest=160
        )

    return (
        text("name", mark("Name"), 0, grow=1, required=True),
        text("phone", mark("Phone"), 1, 20),
        text("email", mark("E-mail"), 2, grow=1),
        text("street", mark("Street"), 3, grow=1),
        text("postcode", mark("Postcode"), 4, 8),
        text("city", mark("City"), 4, 20, grow=1),
        FieldSpec(
            "language",
            mark("Language"),
            "choice",
            row=5,
            width=20,
            choices=languages,
            default=texts.get("language", "fr"),
        ),
        text("customer_number", mark("Our customer number"), 6, 20),
        text("delivery_days", mark("Usual days to deliver"), 7, 6),
        FieldSpec("active", mark("In use"), "check", row=8, width=1, default=CHECKED if texts.get("active") else ""),
        text("note", mark("Note"), 9, grow=1),
    )
