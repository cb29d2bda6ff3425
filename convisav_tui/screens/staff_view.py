"""The people of the shop: a manager gives roles and PINs here, adds people, and says who works here no more."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import GuardedListingView
from convisav_tui.screens.pin_asking import ask_new_pin
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record
from convisav_tui.text import clean_line, fold

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.staffing import Member

NEW = 0
ROLES = ("clerk", "technician", "manager", "billing")


class StaffView(GuardedListingView):
    """Enter offers what can be changed about a person; the last row adds one."""

    name: ClassVar[str] = "staff"
    columns = (
        ColumnSpec("name", mark("Name"), 24, grow=2),
        ColumnSpec("login", mark("Login"), 14),
        ColumnSpec("role", mark("Role"), 14),
        ColumnSpec("pin", mark("PIN"), 6),
        ColumnSpec("active", "", 12, grow=1),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Staff")
        self._people: dict[object, Member] = {}

    def actions(self) -> Sequence[str]:
        """Enter chooses what to change."""
        return ("help", "menu", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do here."""
        return (("enter", _("Change")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """All people, and the row that adds one."""
        from convisav_tui.shop.names import name
        from convisav_tui.shop.staffing import members

        people = members(session, self.counter.actor)
        self._people = {member.id: member for member in people}
        rows = [
            Record(
                position=member.id,
                identity=member.id,
                cells={
                    "name": member.name,
                    "login": member.login,
                    "role": name(member.role),
                    "pin": _("yes") if member.has_pin else _("no"),
                    "active": "" if member.active else _("disabled"),
                },
            )
            for member in people
        ]
        return [*rows, Record(NEW, NEW, {"name": _("+ new person")})]

    def chosen(self, record: Record) -> None:
        """Change somebody, or add him."""
        if record.identity == NEW:
            self._add()
        else:
            self._change(self._people[record.identity])

    # --- changes ------------------------------------------------------------------------------------------------------

    def _change(self, member: Member) -> None:
        if not member.active:
            choices = [("enable", _("Works here again"))]
        else:
            choices = [("pin", _("New PIN") if member.has_pin else _("Give a PIN")), ("role", _("Change the role"))]
            choices += [("remove", _("Take the PIN away"))] if member.has_pin else []
            choices.append(("disable", _("Works here no more")))

        def chosen(deed: str) -> None:
            if deed == "pin":
                question = _("PIN (4 to 8 digits) of {name}:").format(name=member.name)
                ask_new_pin(self.host, question, lambda pin: self._pin(member, pin))
            elif deed == "role":
                self._ask_role(lambda role: self._role(member, role), member.role.value)
            else:
                self._deed(deed, member)

        self.host.ask(ChoicePrompt(member.name, choices, chosen))

    def _pin(self, member: Member, pin: str) -> None:
        from convisav_tui.shop.staffing import set_pin

        self._write(lambda session: set_pin(session, member.id, pin, self.counter.actor), _("The PIN is kept."))

    def _role(self, member: Member, role: str) -> None:
        from convisav_tui.shop.staffing import set_role
        from convisav_tui.store.models import Role as StaffRole

        self._write(lambda session: set_role(session, member.id, StaffRole(role), self.counter.actor), _("Changed"))

    def _deed(self, deed: str, member: Member) -> None:
        from convisav_tui.shop import staffing

        deeds = {"enable": staffing.enable, "disable": staffing.disable, "remove": staffing.remove_pin}
        self._write(lambda session: deeds[deed](session, member.id, self.counter.actor), _("Changed"))

    def _add(self) -> None:
        def named(typed: str) -> None:
            name = clean_line(typed)
            if name:
                self._ask_role(lambda role: self._added(name, role), "clerk")

        self.host.ask(TextPrompt(_("Name of the new person:"), named))

    def _added(self, name: str, role: str) -> None:
        from convisav_tui.shop.staffing import add_person
        from convisav_tui.store.models import Role as StaffRole

        taken = {member.login for member in self._people.values()}
        login = _free_login(name, taken)
        self._write(lambda session: add_person(session, login, name, StaffRole(role), self.counter.actor), _("Added"))

    def _ask_role(self, done: Callable[[str], None], current: str) -> None:
        from convisav_tui.shop.names import name
        from convisav_tui.store.models import Role as StaffRole

        choices = [(role, name(StaffRole(role))) for role in ROLES]
        self.host.ask(ChoicePrompt(_("Role"), choices, done, current=current))

    def _write(self, operation: Callable[[Session], object], told: str) -> None:
        def done(_result: object) -> None:
            self.host.say(told, Role.SUCCESS)
            self._read()

        self.host.run(lambda: self.counter.store.write(operation), done, label=_("Saving"))


def _free_login(name: str, taken: set[str]) -> str:
    """The first word of the name, with a number when somebody has it."""
    words = fold(name).split()
    short = words[0][:36] if words else "staff"
    return next(
        login
        for login in (short if number == 1 else f"{short}{number}" for number in range(1, len(taken) + 2))
        if login not in taken
    )
