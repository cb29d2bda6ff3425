"""The checklist of a type of device as a file, from the screen: the same files as `convisav checklists` reads."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.errors import UsageError
from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.text import typed_path

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.checklist_store import Taken


def import_file(host: Host, counter: Counter, typed: str, done: Callable[[], None]) -> None:
    """Take a file over and tell what it brought."""
    path = typed_path(typed)

    def take() -> Taken:
        from convisav_tui.shop.checklist_files import checklist_in
        from convisav_tui.shop.checklist_store import import_checklist

        checklist, currency = checklist_in(path), counter.config.shop.currency
        return counter.store.write(lambda session: import_checklist(session, checklist, counter.actor, currency))

    def tell(taken: Taken) -> None:
        said = _("{path}: {checkpoints} questions and {works} works new or changed")
        host.say(said.format(path=path.name, checkpoints=taken.checkpoints, works=taken.works), Role.SUCCESS)
        done()

    host.run(take, tell, label=_("Reading"))


def export_file(host: Host, counter: Counter, type_id: int, typed: str) -> None:
    """Write all that is kept for a type into a file of its name in that folder."""
    folder = typed_path(typed)

    def write() -> Path:
        from convisav_tui.shop.checklist_files import write_checklist
        from convisav_tui.shop.checklist_store import checklist_of
        from convisav_tui.store.models import DeviceType

        with counter.store.read() as session:
            kind = session.get_one(DeviceType, type_id)
            text, path = write_checklist(checklist_of(session, kind, counter.config.shop.currency)), kind.code
        try:
            folder.mkdir(parents=True, exist_ok=True)
            file = folder / f"{path}.toml"
            file.write_text(text, encoding="utf-8")
        except OSError as error:
            reason = error.strerror or str(error)
            raise UsageError(_("{path} cannot be written: {reason}.").format(path=folder, reason=reason), "") from error
        return file

    host.run(
        write, lambda file: host.say(_("{name} is written.").format(name=file.name), Role.SUCCESS), label=_("Saving")
    )
