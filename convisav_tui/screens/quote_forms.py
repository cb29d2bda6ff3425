"""The form of one line of a quote, and that of its heading."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import part_words, ticket_number
from convisav_tui.i18n import _, mark
from convisav_tui.screens.quote_painting import CIRCULAR_OFFERS, LINE_KINDS
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, Choices, FieldSpec, FormState
from convisav_tui.screens.widgets.painting import Role, Row, Span

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.quote_reading import DraftRow, LineRow

LABEL_WIDTH = 20


class QuoteLineView(RecordFormView):
    """Enter goes through quantity, price and discount; Ctrl+S saves at once."""

    name: ClassVar[str] = "quote_line"

    def __init__(self, counter: Counter, draft: DraftRow, texts: Mapping[str, str], line: LineRow | None) -> None:
        super().__init__(counter, _line_fields(texts, costs=draft.may_see_cost), label_width=LABEL_WIDTH)
        self._draft, self._line = draft, line
        self._letter = texts.get("variant", "")
        self._key = f"quote-{uuid4()}"
        self.title = _("Line of quote {number}").format(number=ticket_number.show(draft.number))
        self.form.go("quantity" if line is not None else "unit_price")

    def head(self, width: int) -> list[Row]:
        """The basis of its price."""
        basis = _("prices with VAT") if self._draft.prices_with_vat else _("prices without VAT")
        letter = " · " + _("variant {letter}").format(letter=self._letter) if self._letter else ""
        return [[Span(f" {basis}{letter}", Role.HEADING)], []]

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """See `RecordFormView`."""
        from convisav_tui.shop.quote_lines import save_line

        line = self._line
        save_line(
            session,
            self._draft.order_id,
            {**raw, "variant": self._letter},
            self.counter.shop,
            self.counter.actor,
            self._key,
            line_id=line.id if line is not None else None,
            expected_version=line.version if line is not None else None,
        )
        return _("Saved")


class QuoteHeadingView(RecordFormView):
    """The last day, the fee, when the work is done, the text above the lines, the basis of the prices."""

    name: ClassVar[str] = "quote_heading"

    def __init__(self, counter: Counter, draft: DraftRow, texts: Mapping[str, str]) -> None:
        super().__init__(counter, _heading_fields(texts), label_width=LABEL_WIDTH)
        self._draft = draft
        self.title = _("Heading of quote {number}").format(number=ticket_number.show(draft.number))

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """See `RecordFormView`."""
        from convisav_tui.shop.quote_heading import save_heading

        draft = self._draft
        save_heading(session, draft.order_id, raw, self.counter.actor, self.counter.shop, draft.version)
        return _("Saved")


def _line_fields(texts: Mapping[str, str], *, costs: bool) -> tuple[FieldSpec, ...]:
    conditions = (("", "—"), *((code, _(word)) for code, word in part_words.PART_CONDITIONS.items()))
    offers = (("", _("no answer yet")), *((code, _(word)) for code, word in CIRCULAR_OFFERS.items()))

    def is_part(state: FormState) -> bool:
        return state["kind"] == "part"

    def is_offered(state: FormState) -> bool:
        return is_part(state) and state["circular_offer"] == "offered"

    def text(key: str, label: str, row: int, width: int = 10) -> FieldSpec:
        return FieldSpec(
            key, label, row=row, width=width, default=texts.get(key, ""), longest=20, skip_when_default=False
        )

    def choice(key: str, label: str, row: int, choices: Choices) -> FieldSpec:
        shown = None if key == "kind" else is_part
        return FieldSpec(key, label, "choice", row, 30, choices=choices, default=texts.get(key, ""), visible_when=shown)

    cost = (FieldSpec("cost", mark("Cost excl. VAT"), row=5, width=10, default=texts.get("cost", "")),) if costs else ()
    billed = CHECKED if texts.get("billed") else ""
    return (
        FieldSpec("text", mark("Line"), row=0, width=50, grow=1, required=True, default=texts["text"], longest=400),
        text("quantity", mark("Quantity"), 1),
        FieldSpec("unit", mark("Unit"), row=1, width=8, default=texts.get("unit", ""), longest=16, enter_stops=False),
        text("unit_price", mark("Unit price"), 2),
        text("discount", mark("Discount in %"), 3),
        FieldSpec("vat_rate", mark("VAT in %"), row=4, width=6, default=texts.get("vat_rate", ""), enter_stops=False),
        *cost,
        FieldSpec("billed", mark("Billed"), "check", 6, 1, default=billed),
        choice("kind", mark("Kind"), 7, tuple((code, _(word)) for code, word in LINE_KINDS.items())),
        choice("condition", mark("Condition"), 8, conditions),
        choice("circular_offer", mark("Used part"), 9, offers),
        FieldSpec(
            "circular_price",
            mark("Price of the used part"),
            row=10,
            width=10,
            default=texts.get("circular_price", ""),
            visible_when=is_offered,
        ),
    )


def _heading_fields(texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    with_vat = CHECKED if texts["prices_with_vat"] else ""
    return (
        FieldSpec("valid_until", mark("Valid until"), "date", row=0, width=12, default=texts["valid_until"]),
        FieldSpec("fee", mark("Fee for the quote"), "amount", row=1, width=12, default=texts["fee"]),
        FieldSpec("execution", mark("Work done by"), row=2, width=40, grow=1, default=texts["execution"], longest=120),
        FieldSpec("prices_with_vat", mark("Prices with VAT"), "check", row=3, width=1, default=with_vat),
        FieldSpec("text", mark("Text above the lines"), "note", 4, 50, 1, 6, default=texts["text"], longest=4000),
    )
