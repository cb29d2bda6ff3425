"""Asking for a new PIN, twice, and changing one's own."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convisav_tui.errors import Refusal
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import TextPrompt

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.sign_in import Attempt


def ask_new_pin(host: Host, question: str, done: Callable[[str], None]) -> None:
    """Ask for a PIN twice; `done` gets it when both are the same. One that nobody may have is not asked for again."""

    def once_more(first: str) -> None:
        from convisav_tui.shop.staffing import refuse_weak_pin

        try:
            refuse_weak_pin(digits(first))
        except Refusal as refusal:
            host.say_error(refusal)
            return

        def compare(second: str) -> None:
            if digits(second) == digits(first):
                done(digits(first))
            else:
                host.say(_("The two are not the same: nothing was changed."), Role.ERROR)

        host.ask(TextPrompt(_("Once more:"), compare, secret=True))

    host.ask(TextPrompt(question, once_more, secret=True))


def change_my_pin(host: Host, counter: Counter) -> None:
    """Ask for the old PIN, then for the new one."""
    if not counter.asks_pin:
        host.say(_("A manager gives the first PIN (F10, Staff)."), Role.WARNING)
        return

    def new(old: str) -> None:
        ask_new_pin(host, _("New PIN (4 to 8 digits):"), lambda pin: _change(host, counter, digits(old), pin))

    host.ask(TextPrompt(_("Your present PIN:"), new, secret=True))


def _change(host: Host, counter: Counter, old: str, new: str) -> None:
    def change() -> Attempt:
        from convisav_tui.shop.sign_in import change_own_pin

        return change_own_pin(counter.store, counter.actor, old, new)

    def changed(attempt: Attempt) -> None:
        if attempt.person is not None:
            host.say(_("The PIN is kept."), Role.SUCCESS)
        elif attempt.wait:
            sentence = ngettext(
                "Not accepted. The next try is possible in {count} second.",
                "Not accepted. The next try is possible in {count} seconds.",
                attempt.wait,
            )
            host.say(sentence.format(count=attempt.wait), Role.ERROR)
        else:
            host.say(_("Not accepted: this is not your present PIN."), Role.ERROR)

    host.run(change, changed, label=_("Saving"))


def digits(typed: str) -> str:
    """What was typed as digits, also with the upper row of a French keyboard."""
    from convisav_tui.shop.pins import digit_of

    return "".join(digit_of(character) or character for character in typed)
