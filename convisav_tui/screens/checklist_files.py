"""Files of a checklist: the photo of a check, the PDF form that is printed or read back; offering the list itself."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.actions import ACTIONS, EVERYWHERE
from convisav_tui.screens.keys import Key
from convisav_tui.screens.reading import read
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.text import typed_path

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.check_forms import FormTaken
    from convisav_tui.shop.diagnosis import Diagnosis
    from convisav_tui.shop.evidence import Kept
    from convisav_tui.store.models import Paper

OWN_KEYS = frozenset("ofdnae") | {"space", "enter", "tab", "escape", "up", "down", "home", "end", "pageup", "pagedown"}
# After these steps the list of this stage is offered.
OFFERED_AFTER = {"start_diagnosis": "diagnosis", "work_done": "final_test"}


def offer_checklist(host: Host, counter: Counter, order_id: int, number: str, event: str) -> None:
    """Open the checklist that a step leads to, where the type of device has one."""
    stage = OFFERED_AFTER.get(event, "")
    if not stage:
        return

    def has() -> bool:
        from convisav_tui.shop.diagnosis import has_checklist
        from convisav_tui.store.models import CheckStage

        with counter.store.read() as session:
            return has_checklist(session, order_id, CheckStage(stage))

    def show(there: bool) -> None:
        from convisav_tui.screens.checklist_view import ChecklistView

        if there:
            host.open(ChecklistView(counter, number, stage, offered=True))

    read(host, counter, has, show, host.say_error)


def elsewhere(key: Key) -> str:
    """The action that a key starts on a sheet or a board, if a checklist has no use for it; else ""."""
    if key.name in OWN_KEYS or key.character.isdigit() or len(key.name) == 0:
        return ""
    views = {EVERYWHERE, "sheet", "board"}
    named = (action for action in ACTIONS if key.name in action.keys and views.intersection(action.views))
    return next((action.id for action in named), "")


def keep_photo_of(host: Host, counter: Counter, typed: str, done: Callable[[Kept], None]) -> None:
    """Look at the picture and keep a copy of it; what is wrong with it is said."""
    from convisav_tui.shop.evidence import keep_photo

    home = counter.config.home
    host.run(lambda: keep_photo(home, typed), done, lambda error: say_wrong(host, error), label=_("Saving"))


def say_wrong(host: Host, error: Exception) -> None:
    """Say what is wrong with an answer: there is one field, which needs no name."""
    if isinstance(error, FieldErrors):
        host.say(" ".join(error.errors.values()), Role.ERROR)
    else:
        host.say_error(error)


def print_form(host: Host, counter: Counter, found: Diagnosis | None) -> None:
    """Fill the form as the answers are now, keep it, print it."""
    if found is None or not found.form:
        return
    order_id, stage = found.order_id, found.stage

    def write() -> Paper | None:
        from convisav_tui.shop.check_forms import ask_for_form

        return counter.store.write(lambda session: ask_for_form(session, order_id, stage, counter.shop, counter.actor))

    host.run(write, lambda _paper: host.say(_("The filled form goes to the printer"), Role.SUCCESS), label=_("Saving"))


def read_form_back(host: Host, counter: Counter, order_id: int, typed: str, done: Callable[[], None]) -> None:
    """Take over the answers of a form that was filled elsewhere, and tell what came of it."""

    def take() -> FormTaken:
        from convisav_tui.shop.check_forms import take_form
        from convisav_tui.shop.pdf_forms import form_bytes, read_form

        path = typed_path(typed)
        content = form_bytes(path)
        form = read_form(content)
        return counter.store.write(
            lambda session: take_form(session, order_id, form, content, path.name, counter.shop, counter.actor)
        )

    def tell(taken: FormTaken) -> None:
        host.say(told(taken), Role.WARNING if taken.errors else Role.SUCCESS)
        done()

    host.run(take, tell, label=_("Reading"))


def told(taken: FormTaken) -> str:
    """What was taken over, and what was not."""
    new = ngettext("{count} answer taken over", "{count} answers taken over", taken.new).format(count=taken.new)
    said = "; ".join(f"{field}: {sentence}" for field, sentence in taken.errors.items())
    return f"{new}. {said}" if said else f"{new}."
