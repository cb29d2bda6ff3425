"""What a sheet does besides the next step: showing the unlock code for a minute, promising another day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import TYPE_CHECKING
from uuid import uuid4

from convisav_tui import words
from convisav_tui.i18n import _, format_day
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt, YesNo

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.store.queries.sheet import Sheet


def reveal(host: Host, counter: Counter, sheet: Sheet, show: Callable[[str], None]) -> None:
    """Ask, write down who looks, then show the unlock code (rules.md 4.5)."""

    def look() -> None:
        host.run(lambda: _revealed(counter, sheet.order.id), show, label=_("Opening"))

    host.ask(YesNo(_("Show the unlock code? It is written down who looked."), look, default=False))


def move_promise_of(host: Host, counter: Counter, sheet: Sheet, done: Callable[[], None]) -> None:
    """Ask for another promised day; where it is later, show what the customer would be told and ask whether to."""
    promised = sheet.order.promised_on
    shown = format_day(promised) if promised is not None else ""

    def typed(text: str) -> None:
        try:
            day = _day(text, counter)
        except ValueError as error:
            host.say(str(error), Role.ERROR)
            return
        host.run(lambda: _delay_news(counter, sheet, day), lambda told: ask(day, told), label=_("Reading"))

    def ask(day: date | None, told: list[str]) -> None:
        if not told:
            move(day, tell=False)
            return
        choices = [("tell", _("Move it and tell: {news}").format(news=" · ".join(told)))]
        choices.append(("silent", _("Move it, and tell nobody")))
        question = _("{customer} was promised an earlier day").format(customer=sheet.customer.name)
        host.ask(ChoicePrompt(question, choices, lambda chosen: move(day, tell=chosen == "tell")))

    def move(day: date | None, tell: bool) -> None:
        def said(_event: object) -> None:
            done()
            host.say(_("Promised for {day}").format(day=format_day(day)) if day else _("No day is promised"))

        host.run(lambda: _moved(counter, sheet, day, tell), said, label=_("Saving"))

    host.ask(TextPrompt(_("Promised for (empty: no day):"), typed, initial=shown))


def _day(text: str, counter: Counter) -> date | None:
    from convisav_tui.shop.dates import parse_date

    return parse_date(text, counter.today) if text.strip() else None


def _delay_news(counter: Counter, sheet: Sheet, day: date | None) -> list[str]:
    from convisav_tui.shop.promise import foresee_move

    with counter.store.read() as session:
        planned = foresee_move(session, sheet.order.id, day, counter.shop)
    return [f"{words.word(words.CHANNELS, one.channel.value)} {one.recipient}" for one in planned]


def _moved(counter: Counter, sheet: Sheet, day: date | None, tell: bool) -> object:
    from convisav_tui.shop.promise import move_promise

    key = f"promise-{uuid4().hex}"
    return counter.store.write(
        lambda session: move_promise(session, sheet.order.id, day, counter.actor, counter.shop, key=key, tell=tell),
        repeatable=True,
    )


def _revealed(counter: Counter, order_id: int) -> str:
    from convisav_tui.shop.secrets import reveal_secret

    return counter.store.write(lambda session: reveal_secret(session, order_id, counter.actor)).code
