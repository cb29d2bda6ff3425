"""What was agreed with a principal, on one form: prices, limits, who decides, how he is billed, who is told."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, mark
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, Choices, FieldSpec
from convisav_tui.text import typed_path

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
    path = typed_path(typed)
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise FieldErrors({"logo": _("This file is too large for a logo")})
        return path.read_bytes()
    except OSError as error:
        raise FieldErrors({"logo": _("This file cannot be read: {reason}").format(reason=error.strerror)}) from error


def _fields(card: TermsCard) -> tuple[FieldSpec, ...]:
    return (*_agreed_fields(card), *_told_fields(card.texts), *_paper_fields(card))


def _agreed_fields(card: TermsCard) -> tuple[FieldSpec, ...]:
    """Whether he brings devices, his prices, who decides, how he is billed."""
    texts = card.texts
    approvers = tuple((key, _(word)) for key, word in words.APPROVERS.items())
    invoicing = tuple((key, _(word)) for key, word in words.INVOICING.items())
    active = CHECKED if texts["active"] or card.version == 0 else ""
    reference = CHECKED if texts["reference_required"] else ""

    def days(key: str, label: str, row: int) -> FieldSpec:
        return FieldSpec(key, label, row=row, width=4, default=texts[key], longest=4)

    def amount(key: str, label: str) -> FieldSpec:
        return FieldSpec(key, label, "amount", row=1, width=9, default=texts[key], longest=16)

    return (
        FieldSpec("active", mark("Brings devices"), "check", row=0, width=1, default=active),
        FieldSpec("reference_required", mark("his reference compulsory"), "check", row=0, width=1, default=reference),
        FieldSpec("discount", mark("Discount %"), row=1, width=7, default=texts["discount"], longest=8),
        amount("cap", mark("Cap")),
        amount("quote_above", mark("Quote above")),
        days("promised_days", mark("Days"), 1),
        FieldSpec("approver", mark("Decides"), "choice", 2, 20, default=texts["approver"], choices=approvers),
        FieldSpec("invoicing", mark("Billed"), "choice", 2, 16, default=texts["invoicing"], choices=invoicing),
        days("payment_days", mark("to pay in days"), 2),
    )


def _told_fields(texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    """Who is told of what."""
    told: Choices = (("", _("as usual")), *((key, _(word)) for key, word in words.TOLD.items()))
    return tuple(
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
    )


def _paper_fields(card: TermsCard) -> tuple[FieldSpec, ...]:
    """His price list, where devices are delivered, what stands on papers."""
    texts = card.texts
    logo = _("kept; a file changes it, - takes it away") if card.has_logo else _("path of a PNG picture")

    def note(key: str, label: str, row: int, height: int, longest: int, hint: str = "", width: int = 40) -> FieldSpec:
        return FieldSpec(key, label, "note", row, width, 1, height, default=texts[key], longest=longest, help=hint)

    prices = mark("A line a price: phone: Screen = 79.00; without a type of device it holds for all")
    heading = mark("Stands on the customer's papers instead of the shop's name")
    return (
        note("prices", mark("Price list"), 6, 4, 20_000, prices, width=50),
        FieldSpec("delivery_place", mark("Delivered to"), row=7, width=40, grow=1, default=texts["delivery_place"]),
        note("heading", mark("Heading"), 8, 2, 400, heading),
        FieldSpec("logo", mark("Logo"), row=9, width=40, grow=1, longest=400, help=logo),
        note("note", mark("Note"), 10, 2, 2000),
    )
