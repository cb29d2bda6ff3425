"""The loaners of the shop (F10): which there are, who has them until when, their labels; the last row adds one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.money import plain_amount
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.loan_view import TakeBackView
from convisav_tui.screens.opening import open_order
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.lent_units import UnitRow

NEW = 0
CHOSEN_STATES = ("available", "in_repair", "retired")


class LoanersView(ListingView):
    """Enter takes a lent unit back or opens a free one's card; F4 prints its label. `lent_only`: those that are out."""

    name: ClassVar[str] = "loaners"
    columns = (
        ColumnSpec("code", mark("Code"), 8),
        ColumnSpec("title", mark("Loaner"), 21, grow=2),
        ColumnSpec("state", mark("State"), 11),
        ColumnSpec("due", mark("Back by"), 12),
        ColumnSpec("customer", mark("Lent to"), 16, grow=2),
        ColumnSpec("number", mark("No."), 12, from_width=90),
        ColumnSpec("serial", mark("Serial no."), 14, from_width=100, grow=1),
    )

    def __init__(self, counter: Counter, *, lent_only: bool = False) -> None:
        super().__init__(counter, empty=_("No loaner is out"))
        self.title = _("Loaners that are out") if lent_only else _("Loaners")
        self._lent_only = lent_only
        self._units: dict[object, UnitRow] = {}

    def order_number(self) -> str:
        """The order with which the unit under the cursor is lent."""
        unit = self._current
        return unit.order_number if unit is not None else ""

    def actions(self) -> Sequence[str]:
        """What to do with the unit under the cursor."""
        return ("print", "unit", "customer", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        lent = self._current is not None and self._current.loan_id is not None
        first = _("Take it back") if lent else _("Change")
        more = (("o", _("Its order")), ("e", _("Change"))) if lent else ()
        return (("enter", first), *more, ("f4", _("Label")), ("escape", _("Back")))

    def act(self, action: str) -> bool:
        """Label and card."""
        unit = self._current
        if action == "print" and unit is not None:
            self._print(unit)
        elif action == "unit" and unit is not None:
            self.host.open(LoanerFormView(self.counter, unit))
        else:
            return action in ("print", "unit")
        return True

    def records(self, session: Session) -> list[Record]:
        """All units or those that are out, and the row that makes one."""
        from convisav_tui.shop.lent_units import lent_rows, unit_rows

        found = lent_rows(session) if self._lent_only else unit_rows(session)
        self._units = {unit.id: unit for unit in found}
        more = [] if self._lent_only else [Record(NEW, NEW, {"code": "+", "title": _("New loaner")})]
        return [*(self._record(unit) for unit in found), *more]

    def chosen(self, record: Record) -> None:
        """Take it back, or its card, or a new one."""
        unit = self._units.get(record.identity)
        if unit is not None and unit.loan_id is not None:
            self.host.open(TakeBackView(self.counter, unit))
        else:
            self.host.open(LoanerFormView(self.counter, unit))

    def key(self, key: Key) -> None:
        """`o` opens the order of a lent unit."""
        if key.name == "o" and self.order_number():
            open_order(self.host, self.counter, self.order_number())
        else:
            super().key(key)

    @property
    def _current(self) -> UnitRow | None:
        record = self._list.current
        return self._units.get(record.identity) if record is not None else None

    def _print(self, unit: UnitRow) -> None:
        from convisav_tui.shop.loaners import print_unit_label

        counter, key = self.counter, f"loaner-{uuid4()}"
        said = _("Label of {code} sent to the printer").format(code=unit.code)
        self.host.run(
            lambda: counter.store.write(
                lambda session: print_unit_label(session, unit.id, counter.actor, counter.shop, key), repeatable=True
            ),
            lambda _job: self.host.say(said, Role.SUCCESS),
            label=_("Saving"),
        )

    def _record(self, unit: UnitRow) -> Record:
        late = unit.overdue(self.counter.today)
        due = format_day(unit.due_on) if unit.due_on is not None else ""
        return Record(
            position=unit.id,
            identity=unit.id,
            cells={
                "code": unit.code,
                "title": unit.title,
                "state": words.word(words.LOANER_STATES, unit.state),
                "due": f"{due} !" if late else due,
                "customer": unit.customer,
                "number": ticket_number.show(unit.order_number) if unit.order_number else "",
                "serial": unit.serial,
            },
            roles={"due": Role.WARNING} if late else {},
        )


class LoanerFormView(RecordFormView):
    """The card of a unit, or a new one."""

    name: ClassVar[str] = "loaner_form"
    field_of_guard: ClassVar[Mapping[str, str]] = {"unit_is_back": "state"}

    def __init__(self, counter: Counter, unit: UnitRow | None) -> None:
        self._unit = unit
        super().__init__(counter, _fields(counter, unit))
        self.title = _("Loaner {code}").format(code=unit.code) if unit is not None else _("New loaner")

    def head(self, width: int) -> list[Row]:
        """What its label says."""
        if self._unit is None:
            return []
        shown = ticket_number.show(self._unit.number)
        return [[Span(" " + _("Label {number}").format(number=shown), Role.DIM)], []]

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save the card."""
        from convisav_tui.shop.loaners import save_unit

        unit, counter = self._unit, self.counter
        saved = save_unit(
            session,
            raw,
            counter.shop,
            counter.actor,
            unit_id=unit.id if unit is not None else None,
            expected_version=unit.version if unit is not None else None,
        )
        return _("{code} saved").format(code=saved.code)


def _fields(counter: Counter, unit: UnitRow | None) -> tuple[FieldSpec, ...]:
    currency = counter.config.shop.currency
    state = unit.state if unit is not None else "available"
    codes = CHOSEN_STATES if state in CHOSEN_STATES else (state, *CHOSEN_STATES)
    states = tuple((code, words.word(words.LOANER_STATES, code)) for code in codes)

    def text(key: str, default: str = "") -> str:
        return str(getattr(unit, key)) if unit is not None else default

    def sum_of(key: str) -> str:
        minor = getattr(unit, key) if unit is not None else 0
        return plain_amount(minor, currency) if minor else ""

    return (
        FieldSpec("code", mark("Code"), row=0, width=20, default=text("code"), help=mark("Short, as P-03")),
        FieldSpec("brand", mark("Brand"), row=1, width=24, default=text("brand"), longest=80),
        FieldSpec("model", mark("Model"), row=2, width=30, default=text("model"), longest=120),
        FieldSpec("serial", mark("Serial no."), "scan", row=3, width=24, default=text("serial"), longest=80),
        FieldSpec("state", mark("State"), "choice", row=4, width=20, choices=states, default=state),
        FieldSpec("condition", mark("Condition"), row=5, width=40, grow=1, default=text("condition"), longest=400),
        FieldSpec(
            "accessories", mark("Accessories"), row=6, width=40, grow=1, default=text("accessories"), longest=400
        ),
        FieldSpec(
            "deposit",
            mark("Deposit asked"),
            "amount",
            row=7,
            width=12,
            default=sum_of("deposit"),
            help=mark("Guarantee deposit that is asked when it is lent"),
        ),
        FieldSpec(
            "value",
            mark("Value"),
            "amount",
            row=8,
            width=12,
            default=sum_of("value"),
            help=mark("What is billed when it never comes back"),
        ),
        FieldSpec("note", mark("Note"), row=9, width=40, grow=1, default=text("note"), longest=400),
    )
