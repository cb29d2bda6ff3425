"""Taking back the last step of an order, from the board and from its sheet."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING
from uuid import uuid4

from convisav_tui import ticket_number
from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import YesNo

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host


def undo_last(host: Host, counter: Counter, number: str, done: Callable[[], None]) -> None:
    """Ask, then take back the last step of the order; the shop refuses in words when it is too late."""
    shown = ticket_number.show(number)
    key = str(uuid4())

    def take_back() -> None:
        host.run(lambda: _undo(counter, number, key), taken_back, label=_("Saving"))

    def taken_back(_nothing: None) -> None:
        host.say(_("{number}: taken back").format(number=shown), Role.SUCCESS)
        done()

    host.ask(YesNo(_("Take back the last step of {number}?").format(number=shown), take_back))


def _undo(counter: Counter, number: str, key: str) -> None:
    from convisav_tui.errors import NotFound
    from convisav_tui.shop.undo import undo_last as undo
    from convisav_tui.store.queries.by_number import order_by_number

    def operation(session: Session) -> None:
        order = order_by_number(session, number)
        if order is None or order.id is None:
            raise NotFound(_("There is no order {number}").format(number=ticket_number.show(number)))
        undo(session, order.id, counter.actor, key)

    counter.store.write(operation, repeatable=True)
