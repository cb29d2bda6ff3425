"""What can be done with several marked orders: chosen in the status row, then looked at and done on a screen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, NamedTuple

from convisav_tui import words
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import ChoicePrompt

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.bulk import SharedStep


class Deal(NamedTuple):
    """The orders in hand: their ids, how many in words, and what to call when something was done with them."""

    ids: tuple[int, ...]
    orders: str
    done: Callable[[], None]


def ask_deed(host: Host, counter: Counter, order_ids: Sequence[int], done: Callable[[], None]) -> None:
    """Ask what to do with these orders, and open the screen that shows what it would do."""
    ids = tuple(order_ids)
    deal = Deal(ids, ngettext("{count} order", "{count} orders", len(ids)).format(count=len(ids)), done)
    choices = [
        ("step", _("Next step…")),
        ("assign", _("Give to a technician…")),
        ("priority", _("Priority…")),
        ("print", _("Print labels")),
        ("notify", _("Tell the customers once more")),
        ("send", _("Send to a subcontractor…")),
    ]

    def chosen(deed: str) -> None:
        deeds: dict[str, Callable[[], None]] = {
            "step": lambda: _ask_step(host, counter, deal),
            "assign": lambda: _ask_person(host, counter, deal),
            "priority": lambda: _ask_priority(host, counter, deal),
            "print": lambda: _open(host, counter, deal, "print", "", _("Print labels")),
            "notify": lambda: _open(host, counter, deal, "notify", "", _("Tell the customers once more")),
            "send": lambda: _send(host, counter, deal),
        }
        deeds[deed]()

    host.ask(ChoicePrompt(_("{orders}: what to do?").format(orders=deal.orders), choices, chosen))


def _open(host: Host, counter: Counter, deal: Deal, kind: str, value: str, title: str) -> None:
    from convisav_tui.screens.bulk_view import BulkView
    from convisav_tui.shop.bulk import Deed

    deed = Deed(kind, value)  # type: ignore[arg-type]
    host.open(BulkView(counter, f"{title} · {deal.orders}", deed, deal.ids, done=deal.done))


def _ask_step(host: Host, counter: Counter, deal: Deal) -> None:
    def read() -> list[SharedStep]:
        from convisav_tui.shop.bulk import shared_steps

        with counter.store.read() as session:
            return shared_steps(session, deal.ids, counter.shop)

    def ask(steps: list[SharedStep]) -> None:
        if not steps:
            host.say(_("None of these orders can be moved on"), Role.WARNING)
            return
        by_event = {step.event: step for step in steps}
        choices = [(step.event, f"{step.label}  ({step.orders})") for step in steps[:9]]
        host.ask(
            ChoicePrompt(_("Which step?"), choices, lambda event: _open_step(host, counter, deal, by_event[event]))
        )

    host.run(read, ask, label=_("Reading"), leave=True)


def _open_step(host: Host, counter: Counter, deal: Deal, step: SharedStep) -> None:
    from convisav_tui.screens.bulk_view import BulkView
    from convisav_tui.shop.bulk import Deed

    deed, title = Deed("step", step.event), f"{step.label} · {deal.orders}"
    host.open(BulkView(counter, title, deed, deal.ids, step.inputs, deal.done))


def _ask_person(host: Host, counter: Counter, deal: Deal) -> None:
    def read() -> list[tuple[str, str]]:
        from convisav_tui.shop.staff import people_by_id

        with counter.store.read() as session:
            return people_by_id(session)

    def ask(people: list[tuple[str, str]]) -> None:
        named = dict(people)
        title = _("Give to {name}")
        host.ask(
            ChoicePrompt(
                _("Technician"),
                people,
                lambda person: _open(host, counter, deal, "assign", person, title.format(name=named[person])),
            )
        )

    host.run(read, ask, label=_("Reading"), leave=True)


def _ask_priority(host: Host, counter: Counter, deal: Deal) -> None:
    choices = [(value, _(text)) for value, text in reversed(words.PRIORITIES.items())]
    title = _("Priority: {priority}")
    host.ask(
        ChoicePrompt(
            _("Priority"),
            choices,
            lambda value: _open(
                host, counter, deal, "priority", value, title.format(priority=words.word(words.PRIORITIES, value))
            ),
        )
    )


def _send(host: Host, counter: Counter, deal: Deal) -> None:
    from convisav_tui.screens.parcel_view import open_parcel

    open_parcel(host, counter, deal.ids, deal.done)
