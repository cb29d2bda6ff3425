"""The texts and usual parts of a type of device (F10, types of devices): procedure, frequent faults, parts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui.i18n import LANGUAGES, _, language, mark
from convisav_tui.screens.customer_card import LANGUAGE_NAMES
from convisav_tui.screens.keys import Key
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.reading import read_or_say
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.painting import Role, Row, Span
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.usual_parts import UsualPart

NEW = ""


class TypeTextsView(RecordFormView):
    """Procedure and frequent faults in each language, faults one a line."""

    name: ClassVar[str] = "type_texts"

    def __init__(self, counter: Counter, type_id: int, type_name: str, texts: Mapping[str, str]) -> None:
        self._type_id = type_id
        super().__init__(counter, _text_fields(counter, texts), label_width=20)
        self.title = _("Texts: {type}").format(type=type_name)

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save them."""
        from convisav_tui.shop.checklist_texts import save_texts

        save_texts(session, self._type_id, raw, self.counter.actor)
        return _("Saved")


class UsualPartsView(ListingView):
    """What a type usually needs; the last row adds one, `x` takes one off."""

    name: ClassVar[str] = "usual_parts"
    columns = (ColumnSpec("name", mark("Part"), 36, grow=3), ColumnSpec("code", mark("Code"), 20))

    def __init__(self, counter: Counter, type_id: int, type_name: str) -> None:
        super().__init__(counter)
        self._type_id = type_id
        self.title = _("Usual parts: {type}").format(type=type_name)
        self._parts: dict[object, UsualPart] = {}

    def actions(self) -> Sequence[str]:
        """What leads on."""
        return ("parts", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Change")), ("x", _("Take off")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """Where they are offered."""
        return [[Span(" " + _("Offered on the parts of an order: a, then Enter."), Role.DIM)]]

    def records(self, session: Session) -> list[Record]:
        """All of them, and the row that adds one."""
        from convisav_tui.shop.checklists import worded
        from convisav_tui.shop.usual_parts import usual_parts
        from convisav_tui.store.models import DeviceType

        found = usual_parts(session, session.get_one(DeviceType, self._type_id))
        self._parts = {part.code: part for part in found}
        rows = [
            Record(part.code, part.code, {"name": worded(part.names, language()), "code": part.code}) for part in found
        ]
        return [*rows, Record(NEW, NEW, {"name": _("+ new part")})]

    def chosen(self, record: Record) -> None:
        """Change its names, or add one."""
        self.host.open(UsualPartForm(self.counter, self._type_id, self._parts.get(record.identity)))

    def key(self, key: Key) -> None:
        """`x` takes the part off."""
        record = self._list.current
        if key.name in ("x", "delete") and record is not None and record.identity != NEW:
            from convisav_tui.shop.usual_parts import drop_usual_part

            type_id, code, actor = self._type_id, str(record.identity), self.counter.actor
            self.host.run(
                lambda: self.counter.store.write(lambda session: drop_usual_part(session, type_id, code, actor)),
                lambda _none: self._list.load(),
                label=_("Saving"),
            )
        else:
            super().key(key)


class UsualPartForm(RecordFormView):
    """A usual part, or a new one."""

    name: ClassVar[str] = "usual_part_form"

    def __init__(self, counter: Counter, type_id: int, part: UsualPart | None) -> None:
        self._type_id, self._part = type_id, part
        names = part.names if part is not None else {}
        super().__init__(
            counter,
            tuple(
                FieldSpec(f"name_{code}", LANGUAGE_NAMES[code], row=at, width=40, grow=1, default=names.get(code, ""))
                for at, code in enumerate(languages(counter))
            ),
        )
        self.title = _("Usual part") if part is not None else _("New usual part")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save it."""
        from convisav_tui.shop.usual_parts import save_usual_part

        counter, code = self.counter, self._part.code if self._part is not None else ""
        save_usual_part(session, self._type_id, raw, counter.shop, counter.actor, code=code)
        return _("Saved")


def open_texts(host: Host, counter: Counter, type_id: int, type_name: str) -> None:
    """Read the texts of a type and show them."""
    from convisav_tui.shop.checklist_texts import texts_of

    read_or_say(
        host,
        counter,
        lambda session: texts_of(session, type_id),
        lambda texts: host.open(TypeTextsView(counter, type_id, type_name, texts)),
    )


def languages(counter: Counter) -> list[str]:
    """The languages of the program, the shop's first."""
    return sorted(LANGUAGES, key=lambda code: code != counter.config.shop.language)


def _text_fields(counter: Counter, texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    from convisav_tui.shop.checklist_texts import LONGEST_PROCEDURE

    def note(key: str, code: str, label: str, row: int, height: int) -> FieldSpec:
        name, text = f"{key}_{code}", texts.get(f"{key}_{code}", "")
        shown = f"{_(label)} {code}"
        longest = max(LONGEST_PROCEDURE, len(text))
        return FieldSpec(name, shown, "note", row=row, width=50, grow=1, height=height, default=text, longest=longest)

    spoken = languages(counter)
    return (
        *(note("procedure", code, mark("Procedure"), 3 * at, 3) for at, code in enumerate(spoken)),
        *(note("faults", code, mark("Faults"), 9 + 4 * at, 4) for at, code in enumerate(spoken)),
    )
