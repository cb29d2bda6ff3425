"""What was agreed with a principal, on one form: prices, limits, who decides, how he is billed, who is told."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, mark
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, Choices, FieldSpec

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.principals import TermsCard

TOLD = ("intake", "quote_ready", "repair_ready", "delay", "collect_reminder")
LARGEST_FILE = 2_000_000
REMOVE = "-"


def open_terms(host: Host, counter: Counter, party_id: int) -> None:
    """Read the terms of a party and open them."""

    def read() -> TermsCard:
        from convisav_tui.shop.principals import terms_card

        with counter.store.read() as session:
            return terms_card(session, party_id, counter.shop)

    host.run(read, lambda card: host.open(TermsView(counter, party_id, card)), label=_("Opening"), leave=True)


class TermsView(RecordFormView):
    """Ctrl+S saves; only a manager may."""

    name: ClassVar[str] = "agreement"
    asks_before_leaving = True

    def __init__(self, counter: Counter, party_id: int, card: TermsCard) -> None:
        title = _("Terms of {principal}").format(principal=card.name)
        super().__init__(counter, _fields(card), title, label_width=18)
        self._party_id = party_id
        self._card = card

    def keep(self, raw: Mapping[str, str]) -> str:
        """Save them, with the logo of the file that was named."""
        from convisav_tui.shop.principals import save_terms

        logo, counter = _logo(raw["logo"]), self.counter
        counter.store.write(
            lambda session: save_terms(
                session,
                self._party_id,
                raw,
                counter.actor,
                counter.shop,
                expected_version=self._card.version,
                logo=logo,
            )
        )
        return ""


def _logo(typed: str) -> bytes | None:
    """The picture of that file; None where none was named, b"" where it is to go."""
    if not typed.strip():
        return None
    if typed.strip() == REMOVE:
        return b""
    path = Path(typed.strip()).expanduser()
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FieldErrors({"logo": _("This file is too large for a logo")})
        return path.read_bytes()
    except OSError as error:
        raise FieldErrors({"logo": _("This file cannot be read: {reason}").format(reason=error.strerror)}) from error


def _fields(card: TermsCard) -> tuple[FieldSpec, ...]:
    texts = card.texts
    told: Choices = (("", _("as usual")), *((key, _(word)) for key, word in words.TOLD.items()))
    approvers = tuple((key, _(word)) for key, word in words.APPROVERS.items())
    invoicing = tuple((key, _(word)) for key, word in words.INVOICING.items())
    ticks = {key: CHECKED if texts[key] else "" for key in ("active", "reference_required")}
    is_new = card.version == 0
    logo = _("kept; a file changes it, - takes it away") if card.has_logo else _("path of a PNG picture")
    return (
        FieldSpec(
            "active", mark("Brings devices"), "check", row=0, width=1, default=CHECKED if is_new else ticks["active"]
        ),
        FieldSpec(
            "reference_required",
            mark("his reference compulsory"),
            "check",
            row=0,
            width=1,
            default=ticks["reference_required"],
        ),
        FieldSpec("discount", mark("Discount %"), row=1, width=7, default=texts["discount"], longest=8),
        FieldSpec("cap", mark("Cap"), "amount", row=1, width=9, default=texts["cap"], longest=16),
        FieldSpec(
            "quote_above", mark("Quote above"), "amount", row=1, width=9, default=texts["quote_above"], longest=16
        ),
        FieldSpec("promised_days", mark("Days"), row=1, width=4, default=texts["promised_days"], longest=4),
        FieldSpec("approver", mark("Decides"), "choice", row=2, width=14, default=texts["approver"], choices=approvers),
        FieldSpec(
            "invoicing", mark("Billed"), "choice", row=2, width=14, default=texts["invoicing"], choices=invoicing
        ),
        FieldSpec("payment_days", mark("to pay in days"), row=2, width=4, default=texts["payment_days"], longest=4),
        *(
            FieldSpec(
                f"told_{event}",
                words.MESSAGES[event],
                "choice",
                row=3 + place // 2,
                width=16,
                default=texts[f"told_{event}"],
                choices=told,
                help=mark("Who is told of it: the customer, the principal, both, nobody"),
            )
            for place, event in enumerate(TOLD)
        ),
        FieldSpec(
            "prices",
            mark("Price list"),
            "note",
            row=6,
            width=50,
            grow=1,
            height=4,
            default=texts["prices"],
            longest=20_000,
            help=mark("A line a price: phone: Screen = 79.00; without a type of device it holds for all"),
        ),
        FieldSpec("delivery_place", mark("Delivered to"), row=7, width=40, grow=1, default=texts["delivery_place"]),
        FieldSpec(
            "heading",
            mark("Heading"),
            "note",
            row=8,
            width=40,
            grow=1,
            height=2,
            default=texts["heading"],
            longest=400,
            help=mark("Stands on the customer's papers instead of the shop's name"),
        ),
        FieldSpec("logo", mark("Logo"), row=9, width=40, grow=1, longest=400, help=logo),
        FieldSpec(
            "note", mark("Note"), "note", row=10, width=40, grow=1, height=2, default=texts["note"], longest=2000
        ),
    )
