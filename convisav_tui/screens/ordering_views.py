"""Ordering parts, and calling an order off: what it does and whom it tells is shown before, with the choice not to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar
from uuid import uuid4

from convisav_tui.i18n import _, mark, ngettext
from convisav_tui.screens.reading import read_or_say
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.step_painting import preview_rows
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.painting import Page, Row

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.steps import Preview
    from convisav_tui.shop.supplier_orders import OrderedRow

TELL = "tell"


class ForeseenView(RecordFormView):
    """A form over what it will do; Page Down shows the rest of it."""

    def __init__(self, counter: Counter, specs: Sequence[FieldSpec], title: str) -> None:
        super().__init__(counter, specs, title, label_width=24)
        self._preview: Preview | None = None

    def foresee(self, session: Session, raw: Mapping[str, str]) -> Preview:
        """What would be done with these answers, and the messages as they would leave."""
        raise NotImplementedError

    def opened(self) -> None:
        """Show it."""
        self._look()

    def field_changed(self, key: str) -> None:
        """The message tells what was typed."""
        super().field_changed(key)
        self._look()

    def _look(self) -> None:
        raw = self.raw()
        read_or_say(
            self.host, self.counter, lambda session: self.foresee(session, raw), self._foreseen, group="preview"
        )

    def _foreseen(self, preview: Preview) -> None:
        self._preview = preview
        self.host.repaint()

    def render(self, width: int, height: int) -> Page:
        """The form, then what it does."""
        rows: list[Row] = preview_rows(self._preview, width) if self._preview is not None else []
        page = super().render(width, min(height, len(self.form.state.specs) * 2))
        form = list(page.rows)
        while form and not any(span.text.strip() for span in form[-1]):
            form.pop()
        return Page([*form, [], *rows][:height], page.cursor)


class OrderAllView(ForeseenView):
    """Order all that is to be ordered, and tell the customers who will wait longer, or not."""

    name: ClassVar[str] = "order_all"

    def __init__(self, counter: Counter) -> None:
        tell = FieldSpec(TELL, mark("Tell them of the delay"), "check", row=0, width=1, default=CHECKED)
        super().__init__(counter, (tell,), _("Order all that is missing"))
        self._key = uuid4().hex

    def foresee(self, session: Session, raw: Mapping[str, str]) -> Preview:
        """See `ForeseenView`."""
        from convisav_tui.shop.ordering_foreseen import foresee_ordering

        return _as_told(foresee_ordering(session, self.counter.shop), raw)

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """See `RecordFormView`."""
        from convisav_tui.shop.supplier_orders import order_parts

        tell = bool(raw[TELL])
        return ordered(len(order_parts(session, self.counter.actor, self.counter.shop, self._key, tell=tell)))


class OrderOffView(ForeseenView):
    """Call off what has not come of an order: why, and whether the supplier is told."""

    name: ClassVar[str] = "order_off"

    def __init__(self, counter: Counter, row: OrderedRow) -> None:
        specs = (
            FieldSpec("reason", mark("Reason"), row=0, width=40, grow=1, required=True, longest=200),
            FieldSpec(TELL, mark("Tell the supplier"), "check", row=1, width=1, default=CHECKED),
        )
        title = _("Call off what has not come of {number}?").format(number=row.number)
        super().__init__(counter, specs, title)
        self._row = row

    def foresee(self, session: Session, raw: Mapping[str, str]) -> Preview:
        """See `ForeseenView`."""
        from convisav_tui.shop.order_off import planned_order_off
        from convisav_tui.shop.steps import Preview

        planned = planned_order_off(session, self._row.id, self.counter.shop, raw["reason"])
        effects = [_("What orders wait for is to be ordered again.")]
        if planned is None:
            name = self._row.supplier
            effects.append(
                _("{name} is not written to: no address, a rule, or the order never left.").format(name=name)
            )
        return _as_told(Preview(effects, [planned] if planned is not None else []), raw)

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """See `RecordFormView`."""
        from convisav_tui.errors import FieldErrors
        from convisav_tui.shop.supplier_orders import cancel_order

        if not raw["reason"].strip():
            raise FieldErrors({"reason": _("This is needed")})
        counter, tell = self.counter, bool(raw[TELL])
        cancel_order(session, self._row.id, counter.actor, counter.shop, reason=raw["reason"], tell=tell)
        return _("Called off: what orders wait for is to be ordered again.")

    def saved(self, said: str) -> None:
        """Back to the list of orders: this one is over."""
        self.host.back()
        super().saved(said)


def ordered(count: int) -> str:
    """How many orders were made."""
    said = ngettext("{count} order made, its paper is printed", "{count} orders made, their papers are printed", count)
    return said.format(count=count)


def _as_told(preview: Preview, raw: Mapping[str, str]) -> Preview:
    from dataclasses import replace

    return preview if raw[TELL] else replace(preview, messages=[])
