"""The preset sums of an intake (F10, managers): named in three languages, priced, hidden, put in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import words
from convisav_tui.i18n import LANGUAGES, _, language, mark
from convisav_tui.money import plain_amount
from convisav_tui.screens.customer_card import LANGUAGE_NAMES
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.intake_amounts import Preset

NEW = 0
NATURES = ("acompte", "arrhes", "diagnostic_fee", "guarantee_deposit")


class AmountsView(ListingView):
    """Enter changes one, + and - put it elsewhere; the last row adds one."""

    name: ClassVar[str] = "amounts"
    columns = (
        ColumnSpec("name", mark("Name"), 28, grow=2),
        ColumnSpec("amount", mark("Amount"), 12, align="right"),
        ColumnSpec("nature", mark("Nature"), 18),
        ColumnSpec("active", "", 10),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Intake amounts")
        self._presets: dict[object, Preset] = {}

    def actions(self) -> Sequence[str]:
        """Put the row under the cursor elsewhere."""
        return ("earlier", "later", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Change")), ("-", _("Up")), ("+", _("Down")), ("escape", _("Back")))

    def act(self, action: str) -> bool:
        """One place up or down."""
        if action not in ("earlier", "later"):
            return False
        record = self._list.current
        preset = self._presets.get(record.identity) if record is not None else None
        if preset is not None:
            self._move(preset.id, -1 if action == "earlier" else 1)
        return True

    def records(self, session: Session) -> list[Record]:
        """All of them, and the row that makes one."""
        from convisav_tui.shop.intake_amounts import presets

        found = presets(session)
        self._presets = {preset.id: preset for preset in found}
        return [*(self._record(preset) for preset in found), Record(NEW, NEW, {"name": _("+ new intake amount")})]

    def chosen(self, record: Record) -> None:
        """Change it, or make one."""
        self.host.open(AmountFormView(self.counter, self._presets.get(record.identity)))

    def _move(self, preset_id: int, by: int) -> None:
        from convisav_tui.shop.intake_amounts import move_preset

        counter = self.counter
        self.host.run(
            lambda: counter.store.write(lambda session: move_preset(session, preset_id, by, counter.actor)),
            lambda _none: self._list.refresh(),
            label=_("Saving"),
        )

    def _record(self, preset: Preset) -> Record:
        return Record(
            position=preset.id,
            identity=preset.id,
            cells={
                "name": preset.names.get(language()) or next(iter(preset.names.values()), preset.code),
                "amount": self.counter.amount(preset.amount),
                "nature": words.word(words.NATURES, preset.nature),
                "active": "" if preset.active else _("hidden"),
            },
        )


class AmountFormView(RecordFormView):
    """A preset sum, or a new one."""

    name: ClassVar[str] = "amount_form"

    def __init__(self, counter: Counter, preset: Preset | None) -> None:
        self._preset = preset
        super().__init__(counter, _fields(counter, preset))
        self.title = _("Intake amount") if preset is not None else _("New intake amount")

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save it."""
        from convisav_tui.shop.intake_amounts import save_preset

        preset, counter = self._preset, self.counter
        save_preset(
            session,
            raw,
            counter.shop,
            counter.actor,
            preset_id=preset.id if preset is not None else None,
            expected_version=preset.version if preset is not None else None,
        )
        return _("Saved; the next intake offers it")


def _fields(counter: Counter, preset: Preset | None) -> tuple[FieldSpec, ...]:
    names = preset.names if preset is not None else {}
    order = sorted(LANGUAGES, key=lambda code: code != counter.config.shop.language)
    amount = plain_amount(preset.amount, counter.config.shop.currency) if preset is not None else ""
    natures = tuple((code, words.word(words.NATURES, code)) for code in NATURES)
    return (
        *(
            FieldSpec(f"name_{code}", LANGUAGE_NAMES[code], row=row, width=40, grow=1, default=names.get(code, ""))
            for row, code in enumerate(order)
        ),
        FieldSpec("amount", mark("Amount"), "amount", row=4, width=12, default=amount),
        FieldSpec(
            "nature",
            mark("Nature"),
            "choice",
            row=5,
            width=24,
            choices=natures,
            default=preset.nature if preset is not None else "acompte",
            help=mark("What the sum is before the law: the word stands on the receipt"),
        ),
        FieldSpec(
            "active",
            mark("Offered"),
            "check",
            row=6,
            width=1,
            default=CHECKED if preset is None or preset.active else "",
            help=mark("Space: intakes offer it"),
        ),
    )
