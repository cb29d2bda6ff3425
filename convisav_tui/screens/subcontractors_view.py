"""Subcontractors: who works for the shop and on which terms; Enter changes one, the last row makes a new one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.i18n import LANGUAGES, _, mark
from convisav_tui.screens.customer_card import LANGUAGE_NAMES
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import TICKED, RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.subcontractors import Subcontractor

NEW = 0


class SubcontractorsView(ListingView):
    """Enter opens card and terms."""

    name: ClassVar[str] = "subcontractors"
    columns = (
        ColumnSpec("name", mark("Name"), 22, grow=2),
        ColumnSpec("phone", mark("Phone"), 15, from_width=95),
        ColumnSpec("margin", mark("Margin"), 7, align="right"),
        ColumnSpec("days", mark("Days"), 5, align="right"),
        ColumnSpec("may", mark("Data, code"), 13),
        ColumnSpec("away", mark("Out"), 7, align="right"),
        ColumnSpec("active", "", 10),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Subcontractors")

    def actions(self) -> Sequence[str]:
        """Enter changes; what is out has a screen of its own."""
        return ("away", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What Enter does."""
        return (("enter", _("Change")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """All subcontractors, and the row that makes one."""
        from convisav_tui.shop.subcontractors import subcontractors

        return [
            *(_record(one) for one in subcontractors(session)),
            Record(NEW, NEW, {"name": _("+ new subcontractor")}),
        ]

    def chosen(self, record: Record) -> None:
        """His card and terms."""
        party_id = int(str(record.identity))
        open_subcontractor(self.host, self.counter, party_id or None)


def open_subcontractor(host: Host, counter: Counter, party_id: int | None) -> None:
    """Open the card and terms of a subcontractor, or an empty one."""

    def read() -> tuple[Mapping[str, str], int | None]:
        from convisav_tui.shop.subcontractors import terms_of, texts_of

        if party_id is None:
            return {"active": TICKED, "usual_days": "14", "margin": "0", "language": counter.shop.language}, None
        with counter.store.read() as session:
            terms = terms_of(session, party_id)
            return texts_of(session, party_id), terms.version if terms is not None else None

    host.run(
        read,
        lambda found: host.open(SubcontractorView(counter, party_id, found[0], found[1])),
        label=_("Opening"),
        leave=True,
    )


class SubcontractorView(RecordFormView):
    """Card and terms in one form; Ctrl+S saves."""

    name: ClassVar[str] = "subcontractor"
    repeatable = False

    def __init__(self, counter: Counter, party_id: int | None, texts: Mapping[str, str], version: int | None) -> None:
        self._party_id, self._version = party_id, version
        ticked = {f"family_{code}": TICKED for code in texts.get("families", "").split()}
        title = texts.get("name") or _("New subcontractor")
        super().__init__(counter, _fields(dict(texts) | ticked), title, label_width=24)

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save both."""
        from convisav_tui.shop.subcontractors import save_subcontractor

        families = " ".join(code for code in words.FAMILIES if raw[f"family_{code}"])
        save_subcontractor(
            session,
            {**raw, "families": families},
            self.counter.shop,
            self.counter.actor,
            party_id=self._party_id,
            expected_version=self._version,
        )
        return ""


def _record(one: Subcontractor) -> Record:
    from convisav_tui.shop.subcontractors import percent

    may = [word for word, on in ((_("data"), one.data_agreement), (_("code"), one.secret_allowed)) if on]
    return Record(
        position=one.party_id,
        identity=one.party_id,
        cells={
            "name": one.name,
            "phone": one.phone,
            "margin": f"{percent(one.margin)} %",
            "days": str(one.usual_days),
            "may": ", ".join(may),
            "away": str(one.away) if one.away else "",
            "active": "" if one.active else _("not used"),
        },
    )


def _fields(texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    languages = tuple((code, LANGUAGE_NAMES[code]) for code in LANGUAGES)

    def text(key: str, label: str, row: int, width: int = 40, **more: object) -> FieldSpec:
        return FieldSpec(key, label, row=row, width=width, default=texts.get(key, ""), **more)  # type: ignore[arg-type]

    def check(key: str, label: str, row: int) -> FieldSpec:
        return FieldSpec(key, label, "check", row=row, width=1, default=CHECKED if texts.get(key) else "")

    return (
        text("name", mark("Name"), 0, grow=1, longest=120, required=True),
        text("phone", mark("Phone"), 1, 20, longest=40),
        text("email", mark("E-mail"), 2, grow=1),
        text("street", mark("Street"), 3, grow=1, longest=160),
        text("postcode", mark("Postcode"), 4, 8, longest=16),
        text("city", mark("City"), 4, 20, grow=1, longest=80),
        FieldSpec(
            "language",
            mark("Language"),
            "choice",
            row=5,
            width=20,
            choices=languages,
            default=texts.get("language", "fr"),
        ),
        check("active", mark("Works for the shop"), 6),
        text("margin", mark("Our margin in %"), 7, 8, longest=8),
        text("usual_days", mark("Usual days until back"), 8, 8, longest=3),
        check("data_agreement", mark("Data agreement signed"), 9),
        check("secret_allowed", mark("May have unlock codes"), 10),
        check("passes_on", mark("The shop only passes on"), 11),
        *(
            check(f"family_{code}", label, 12 + place // 4)
            for place, (code, label) in enumerate(words.FAMILIES.items())
        ),
        FieldSpec("note", mark("Note"), "note", row=14, width=40, grow=1, height=2, default=texts.get("note", "")),
    )
