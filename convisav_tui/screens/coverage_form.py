"""Who pays which line of an order, and advice that was refused: two small deeds of the sheet."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import clock, ticket_number, words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.painting import cells
from convisav_tui.screens.widgets.prompt import TextPrompt

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.coverage import Cover
    from convisav_tui.store.queries.sheet import Sheet

LINES = ("parts", "labour", "travel")
_GROUNDS = tuple(words.GROUNDS)
_REASON = mark("Reason")


class CoverageForm(RecordFormView):
    """A row for each of parts, labour and travel: on what ground, how much, who pays."""

    name: ClassVar[str] = "agreement"

    def __init__(self, counter: Counter, sheet: Sheet, texts: Mapping[str, str]) -> None:
        number = ticket_number.show(sheet.order.number)
        labels = max(cells(_(word)) for word in (*(words.COVER_LINES[line] for line in LINES), _REASON))
        super().__init__(counter, _fields(texts), _("Who pays {number}").format(number=number), label_width=labels)
        self._order_id, self._version = sheet.order.id, sheet.order.version
        self._key = str(uuid4())

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Decide it."""
        from convisav_tui.shop.coverage import decide_coverage

        decide_coverage(session, self._order_id, raw, self.counter.actor, self._key, expected_version=self._version)
        return ""


def _extent(cover: Cover, currency: str) -> str:
    """How much is taken over, as it is typed; nothing where nothing is."""
    if cover.amount is not None:
        from convisav_tui.money import plain_amount

        return plain_amount(cover.amount, currency)
    return f"{cover.share / 100:g} %" if cover.share else ""


def open_agreement(host: Host, counter: Counter, sheet: Sheet, action: str, done: Callable[[], None]) -> None:
    """What the sheet leads to: who pays, the advice that was refused, the passport of the device."""
    if action == "coverage":
        open_coverage(host, counter, sheet)
    elif action == "advice":
        ask_advice(host, counter, sheet, done)
    else:
        from convisav_tui.screens.passport import PassportView

        host.open(PassportView(counter, sheet.device.id))


def open_coverage(host: Host, counter: Counter, sheet: Sheet) -> None:
    """Open the lines of the order that the sheet shows."""
    order_id = sheet.order.id

    def read() -> dict[str, str]:
        from convisav_tui.shop.coverage import covers_of_order
        from convisav_tui.store.models import RepairOrder

        texts: dict[str, str] = {}
        with counter.store.read() as session:
            order = session.get_one(RepairOrder, order_id)
            for cover in covers_of_order(session, order):
                line = cover.line.value
                texts |= {f"{line}_kind": cover.kind.value, f"{line}_payer": cover.payer.value}
                texts[f"{line}_share"] = _extent(cover, order.currency)
        return texts

    host.run(read, lambda texts: host.open(CoverageForm(counter, sheet, texts)), label=_("Opening"), leave=True)


def ask_advice(host: Host, counter: Counter, sheet: Sheet, done: Callable[[], None]) -> None:
    """Ask for the advice that the customer declined, and write it down."""
    order_id, key = sheet.order.id, str(uuid4())

    def typed(text: str) -> None:
        def write() -> None:
            from convisav_tui.shop.passport import note_refused_advice

            counter.store.write(
                lambda session: note_refused_advice(session, order_id, text, counter.actor, key, clock.now())
            )

        def written(_none: None) -> None:
            host.say(_("Written down: it is shown at the next intake and printed when the device goes back."))
            done()

        host.run(write, written, label=_("Saving"))

    host.ask(TextPrompt(_("Advice that was refused:"), typed))


def _fields(texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    grounds = tuple((key, _(words.GROUNDS[key])) for key in _GROUNDS)
    payers = tuple((key, _(word)) for key, word in words.PAYERS.items())
    specs: list[FieldSpec] = []
    for row, line in enumerate(LINES):
        specs += [
            FieldSpec(
                f"{line}_kind",
                words.COVER_LINES[line],
                "choice",
                row=row,
                width=1 + max(cells(ground) for _key, ground in grounds),
                default=texts[f"{line}_kind"],
                choices=grounds,
                help=mark("On what ground somebody else pays; arrows choose"),
            ),
            FieldSpec(
                f"{line}_share",
                mark("for"),
                row=row,
                width=6,
                default=texts[f"{line}_share"],
                longest=12,
                help=mark("A share such as 50 %, or a sum such as 40; empty: all of it"),
            ),
            FieldSpec(
                f"{line}_payer",
                mark("paid by"),
                "choice",
                row=row,
                width=12,
                grow=1,
                default=texts[f"{line}_payer"],
                choices=payers,
            ),
        ]
    return (*specs, FieldSpec("reason", _REASON, row=4, width=40, grow=1, longest=400))
