"""What ordering parts would do, and whom it would tell of a delay, before it is done."""

from __future__ import annotations

from collections import Counter

from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.i18n import _, format_day, ngettext
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.promise import foresee_postponed
from convisav_tui.shop.steps import Preview
from convisav_tui.shop.supplier_orders import to_order, waiting_orders


def foresee_ordering(session: Session, shop: ShopContext) -> Preview:
    """What would be ordered from whom, which promises it would move, and the news of the delays as they would leave.
    Changes nothing."""
    wanted = [one for one in to_order(session) if one.supplier_id is not None]
    effects = [
        ngettext("{supplier}: {count} part is ordered.", "{supplier}: {count} parts are ordered.", count).format(
            supplier=supplier, count=count
        )
        for supplier, count in Counter(one.supplier for one in wanted).items()
    ]
    messages = []
    for order, day, news in foresee_postponed(session, waiting_orders(session, wanted), shop):
        moved = _("{number} is promised for {day} instead of {before}.")
        before = format_day(order.promised_on) if order.promised_on is not None else ""
        effects.append(moved.format(number=ticket_number.show(order.number), day=format_day(day), before=before))
        messages += news
    return Preview(effects, messages)
