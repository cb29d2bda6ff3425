"""Sending several devices to a subcontractor: the parcel above, below it what goes along and what stays and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui import ticket_number
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, mark, ngettext
from convisav_tui.screens.bulk_view import order_rows
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.dispatching import OfOrder, Sent
    from convisav_tui.shop.subcontractors import Subcontractor

TICKED = "x"


def open_parcel(
    host: Host, counter: Counter, order_ids: Sequence[int], done: Callable[[], None] = lambda: None
) -> None:
    """Open the parcel of these orders, or say that there is nobody to send it to."""

    def read() -> list[Subcontractor]:
        from convisav_tui.shop.subcontractors import subcontractors

        with counter.store.read() as session:
            return subcontractors(session, only_active=True)

    def show(found: list[Subcontractor]) -> None:
        if found:
            host.open(ParcelView(counter, found, order_ids, done))
        else:
            host.say(_("No subcontractor works for this shop: F10, subcontractors, makes one."), Role.WARNING)

    host.run(read, show, label=_("Opening"), leave=True)


class ParcelView(FormView):
    """Ctrl+S sends; scans add devices."""

    name: ClassVar[str] = "parcel"

    def __init__(
        self, counter: Counter, found: Sequence[Subcontractor], order_ids: Sequence[int], done: Callable[[], None]
    ) -> None:
        self.counter = counter
        self._when_done = done
        self._ids = list(order_ids)
        self._key = str(uuid4())
        self._seen: list[OfOrder] = []
        super().__init__(_fields(found), label_width=24)
        self.title = _("To a subcontractor")

    def opened(self) -> None:
        """Look what may go."""
        self._look()

    def actions(self) -> Sequence[str]:
        """Sending, and help."""
        return ("send", "help")

    def act(self, action: str) -> bool:
        """Ctrl+S sends."""
        if action == "send":
            self._send()
        return action == "send"

    def field_changed(self, key: str) -> None:
        """Another subcontractor takes other devices."""
        self.form.error(key, "")
        if key in ("subcontractor", "secret"):
            self._look()

    def end_reached(self) -> None:
        """Enter after the last field sends."""
        self._send()

    def scanned(self, text: str) -> bool:
        """One more device goes along."""
        if ticket_number.kind(text) != "order":
            return False
        self.host.run(lambda: self._id_of(text), lambda found: self._add(text, found), label=_("Opening"))
        return True

    def render(self, width: int, height: int) -> Page:
        """The form, then the devices."""
        self.title_right = self.counter.title_right()
        page = self.form.render(width, 6)
        rows = [*page.rows[:6], [Span("─" * width, Role.RULE)], self._summary()]
        room = max(0, height - len(rows))
        rows += [row for one in self._seen for row in order_rows(one, width, "→")][:room]
        return Page(rows[:height], page.cursor)

    # --- what goes along ----------------------------------------------------------------------------------------------

    def _summary(self) -> Row:
        refused = sum(bool(one.refusal) for one in self._seen)
        goes = len(self._seen) - refused
        text = ngettext("{count} device goes along", "{count} devices go along", goes).format(count=goes)
        row: Row = [Span(f" {text}", Role.HEADING)]
        if refused:
            stays = ngettext("{count} stays", "{count} stay", refused).format(count=refused)
            row.append(Span(f"   {stays}", Role.WARNING))
        return [*row, Span("   " + _("Scans add more."), Role.DIM)]

    def _raw(self) -> Mapping[str, str]:
        texts = self.form.state.texts()
        return texts | {"secret": TICKED if texts["secret"] else ""}

    def _look(self) -> None:
        from convisav_tui.shop.dispatching import foresee_parcel

        raw = self._raw()

        def look() -> list[OfOrder]:
            with self.counter.store.read() as session:
                return foresee_parcel(session, self._ids, raw, self.counter.shop)

        self.host.run(look, self._looked, label=_("Reading"), hold=False, group="look")

    def _looked(self, seen: list[OfOrder]) -> None:
        self._seen = seen
        self.host.repaint()

    def _id_of(self, number: str) -> int | None:
        from convisav_tui.store.queries.by_number import order_by_number

        with self.counter.store.read() as session:
            order = order_by_number(session, number)
            return order.id if order is not None else None

    def _add(self, number: str, order_id: int | None) -> None:
        if order_id is None:
            self.host.say(_("There is no order {number}").format(number=ticket_number.show(number)), Role.WARNING)
        elif order_id not in self._ids:
            self._ids.append(order_id)
            self._look()

    # --- sending ------------------------------------------------------------------------------------------------------

    def _send(self) -> None:
        raw = self._raw()
        self.host.run(lambda: self._write(raw), self._sent, self._refused, label=_("Saving"))

    def _write(self, raw: Mapping[str, str]) -> Sent:
        from convisav_tui.shop.dispatching import send_parcel

        counter, ids, key = self.counter, tuple(self._ids), self._key

        def operation(session: Session) -> Sent:
            return send_parcel(session, ids, raw, counter.actor, counter.shop, key)

        return counter.store.write(operation, repeatable=True)

    def _sent(self, sent: Sent) -> None:
        self._when_done()
        self.host.back()
        count = len(sent.sent)
        told = ngettext("{count} device left with slip {slip}", "{count} devices left with slip {slip}", count)
        said = [told.format(count=count, slip=ticket_number.show(sent.number))]
        said += [f"{ticket_number.show(one.number)}: {one.refusal}" for one in sent.refused]
        self.host.say(" · ".join(said), Role.WARNING if sent.refused else Role.SUCCESS)

    def _refused(self, error: Exception) -> None:
        if isinstance(error, FieldErrors):
            self.form.errors(error.errors)
        else:
            self.host.say_error(error)
            self._key = str(uuid4())
            self._look()


def _fields(found: Sequence[Subcontractor]) -> tuple[FieldSpec, ...]:
    people = tuple((str(one.party_id), one.name) for one in found)
    return (
        FieldSpec(
            "subcontractor",
            mark("Subcontractor"),
            "choice",
            row=0,
            width=36,
            required=True,
            choices=people,
            default=people[0][0],
        ),
        FieldSpec("expected_on", mark("Expected back on"), "date", row=1, width=12),
        FieldSpec("carrier", mark("Carrier"), row=2, width=20, longest=80),
        FieldSpec("tracking", mark("Tracking no."), row=3, width=20, grow=1, longest=80),
        FieldSpec("secret", mark("Unlock codes go along"), "check", row=4, width=1),
    )
