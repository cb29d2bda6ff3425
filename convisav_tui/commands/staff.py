"""`convisav staff`: people, roles and PINs, for whoever may read this machine's configuration.

It is the way back in when the last manager forgot his PIN. A PIN is asked for and never shown, never an argument: those
stay in the history of the shell and are seen by everybody who lists processes.
"""

from __future__ import annotations

import argparse
import getpass
import sys
from collections.abc import Callable
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, mark
from convisav_tui.settings import STAFF_ROLES

if TYPE_CHECKING:
    from convisav_tui.shop.staffing import Member
    from convisav_tui.store.engine import Store

# Name → what it does; those with a login ask for it when it is not given.
DEEDS = {
    "list": mark("show the staff"),
    "add": mark("add somebody"),
    "pin": mark("give somebody a PIN; an empty one takes it away"),
    "role": mark("change what somebody does"),
    "disable": mark("somebody works here no more"),
    "enable": mark("somebody works here again"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav staff`."""
    deeds = parser.add_subparsers(dest="deed", metavar=_("WHAT"), required=True)
    for name, summary in DEEDS.items():
        deed = deeds.add_parser(name, help=_(summary), description=_(summary))
        if name == "list":
            deed.add_argument("--json", action="store_true", help=_("as JSON"))
            continue
        deed.add_argument("login", nargs="?", default="", metavar=_("LOGIN"), help=_("short name of the person"))
        if name == "add":
            deed.add_argument("--name", default="", metavar=_("NAME"), help=_("name as people see it"))
            deed.add_argument("--role", choices=STAFF_ROLES, help=_("what the person does"))
        if name == "role":
            deed.add_argument("role", nargs="?", default="", choices=("", *STAFF_ROLES), help=_("what the person does"))


def run(arguments: argparse.Namespace) -> int:
    """Do it; 0, or Refusal by a rule of the shop. UsageError when a question gets no answer."""
    config = configuration(arguments)
    store = opened(config)
    try:
        from convisav_tui.shop.setup import first_rows

        store.write(lambda session: first_rows(session, config))
        deeds: dict[str, Callable[[Store, argparse.Namespace], None]] = {
            "list": _list,
            "add": _add,
            "pin": _pin,
            "role": _role,
            "disable": _disable,
            "enable": _enable,
        }
        deeds[arguments.deed](store, arguments)
    finally:
        store.close()
    return 0


def _members(store: Store) -> list[Member]:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.staffing import members

    with store.read() as session:
        return members(session, PROGRAM)


def _list(store: Store, arguments: argparse.Namespace) -> None:
    from convisav_tui.shop.names import name

    people = _members(store)
    if arguments.json:
        rows = [
            {"login": m.login, "name": m.name, "role": m.role.value, "active": m.active, "pin": m.has_pin}
            for m in people
        ]
        output.print_json({"staff": rows})
        return
    header = (_("Login"), _("Name"), _("Role"), _("PIN"), "")
    table = [
        (m.login, m.name, name(m.role), _("yes") if m.has_pin else _("no"), "" if m.active else _("disabled"))
        for m in people
    ]
    output.print_table(header, table)


def _add(store: Store, arguments: argparse.Namespace) -> None:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.staffing import add_person
    from convisav_tui.store.models import Role

    login = _login(arguments)
    name = arguments.name or _asked(_("Name as people see it: "), login)
    role = Role(arguments.role or _asked_role())
    store.write(lambda session: add_person(session, login, name, role, PROGRAM))
    output.print_line(_("{name} is on the staff; `convisav staff pin` gives a PIN.").format(name=name))


def _pin(store: Store, arguments: argparse.Namespace) -> None:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.staffing import refuse_weak_pin, remove_pin, set_pin

    member = _known(store, _login(arguments))
    pin = _hidden(_("PIN of {name} (4 to 8 digits, empty takes it away): ").format(name=member.name))
    if not pin:
        store.write(lambda session: remove_pin(session, member.id, PROGRAM))
        output.print_line(_("{name} has no PIN.").format(name=member.name))
        return
    refuse_weak_pin(pin)
    if _hidden(_("Once more: ")) != pin:
        raise UsageError(_("The two are not the same: nothing was changed."))
    store.write(lambda session: set_pin(session, member.id, pin, PROGRAM))
    output.print_line(_("{name} signs in with this PIN from now on.").format(name=member.name))


def _role(store: Store, arguments: argparse.Namespace) -> None:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.names import name
    from convisav_tui.shop.staffing import set_role
    from convisav_tui.store.models import Role

    member = _known(store, _login(arguments))
    role = Role(arguments.role or _asked_role())
    store.write(lambda session: set_role(session, member.id, role, PROGRAM))
    output.print_line(f"{member.name}: {name(role)}")


def _disable(store: Store, arguments: argparse.Namespace) -> None:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.staffing import disable

    member = _known(store, _login(arguments))
    store.write(lambda session: disable(session, member.id, PROGRAM))
    output.print_line(_("{name} works here no more.").format(name=member.name))


def _enable(store: Store, arguments: argparse.Namespace) -> None:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.staffing import enable

    member = _known(store, _login(arguments))
    store.write(lambda session: enable(session, member.id, PROGRAM))
    output.print_line(_("{name} works here again.").format(name=member.name))


def _known(store: Store, login: str) -> Member:
    found = next((member for member in _members(store) if member.login == login), None)
    if found is None:
        raise UsageError(
            _("Nobody has the login “{login}”.").format(login=login), _("`convisav staff list` shows them.")
        )
    return found


def _login(arguments: argparse.Namespace) -> str:
    return arguments.login or _asked(_("Login: "))


def _asked(question: str, usual: str = "") -> str:
    try:
        answer = input(question).strip()
    except EOFError:
        answer = ""
    if not answer and not usual:
        raise UsageError(_("Nothing was typed: nothing was changed."))
    return answer or usual


def _asked_role() -> str:
    role = _asked(_("Role ({roles}): ").format(roles=", ".join(STAFF_ROLES)), "clerk")
    if role not in STAFF_ROLES:
        raise UsageError(_("“{text}” is unknown; use one of {words}.").format(text=role, words=", ".join(STAFF_ROLES)))
    return role


def _hidden(question: str) -> str:
    """What is typed without being shown; from a pipe, its next line."""
    if sys.stdin.isatty():
        try:
            return getpass.getpass(question).strip()
        except EOFError:
            raise UsageError(_("Nothing was typed: nothing was changed.")) from None
    line = sys.stdin.readline()
    if not line:
        raise UsageError(_("Nothing was typed: nothing was changed."))
    return line.strip()
