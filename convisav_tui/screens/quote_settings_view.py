"""What the shop chooses once for all its quotes (F10, managers): an hour, a trip, VAT, what papers name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import _, mark
from convisav_tui.screens.record_form import TICKED, RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host


class QuoteSettingsView(RecordFormView):
    """Ctrl+S keeps them; quotes that are written from then on use them."""

    name: ClassVar[str] = "quote_settings"

    def __init__(self, counter: Counter, texts: Mapping[str, str]) -> None:
        super().__init__(counter, _fields(texts), label_width=22)
        self.title = _("Quote settings")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Keep them."""
        from convisav_tui.shop.quote_settings import save_quote_settings

        save_quote_settings(session, raw, self.counter.actor, self.counter.shop)
        return _("Saved; the next quote uses them")


def open_quote_settings(host: Host, counter: Counter) -> None:
    """Read what is chosen now, and open it."""

    def read() -> dict[str, str]:
        from convisav_tui.shop.quote_settings import quote_setting_texts

        with counter.store.read() as session:
            return quote_setting_texts(session, counter.shop)

    host.run(read, lambda texts: host.open(QuoteSettingsView(counter, texts)), label=_("Opening"), leave=True)


def _fields(texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    def amount(key: str, label: str, row: int, hint: str) -> FieldSpec:
        return FieldSpec(key, label, "amount", row=row, width=12, default=texts[key], help=hint)

    def text(key: str, label: str, row: int, hint: str) -> FieldSpec:
        return FieldSpec(key, label, row=row, width=40, grow=1, default=texts[key], help=hint)

    franchise = CHECKED if texts["franchise"] == TICKED else ""
    hint = mark("From today on, quotes show no VAT and name the article of the law")
    return (
        amount("labour_price", mark("An hour, with VAT"), 0, mark("1:30 in a quote costs this; 0: labour is free")),
        amount("labour_cost", mark("An hour's cost"), 1, mark("Without VAT, for the margin")),
        amount(
            "travel_price", mark("A trip, with VAT"), 2, mark("A trip to the customer costs him this; 0: it is free")
        ),
        FieldSpec("franchise", mark("No VAT (franchise)"), "check", 3, 1, default=franchise, help=hint),
        text("registration", mark("Registration number"), 4, mark("SIREN, trade register: printed on quotes")),
        text("mediator", mark("Mediator"), 5, mark("Mediator of consumers, name and address: printed on quotes")),
    )
