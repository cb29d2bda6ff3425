"""The part of the intake that lends a device meanwhile, and labels for accessories; only shops with loaners see it."""

from __future__ import annotations

from collections.abc import Sequence

from convisav_tui.i18n import _, mark
from convisav_tui.screens.intake_lookups import KnownLoaner
from convisav_tui.screens.widgets.form_fields import CHECKED, Choices, FieldSpec, FormState, Suggestion

ROW = 18


def loaner_id(state: FormState) -> int | None:
    """The unit that was picked; None where there is none."""
    picked = state.picked("loaner")
    return int(picked.key) if picked is not None and picked.key.isascii() and picked.key.isdigit() else None


def _has_loaners(state: FormState) -> bool:
    return bool(state["has_loaners"]) or bool(state["loaner"])


def _lends(state: FormState) -> bool:
    return loaner_id(state) is not None


def _has_deposit(state: FormState) -> bool:
    return _lends(state) and bool(state["loan_deposit"].strip())


def _has_accessories(state: FormState) -> bool:
    return bool(state["accessories"].strip())


ACCESSORY_LABELS = FieldSpec(
    "accessory_labels",
    mark("each item"),
    "check",
    row=17,
    width=1,
    enter_stops=False,
    visible_when=_has_accessories,
    help=mark("Space: one more label for each accessory"),
)
LOANER = FieldSpec(
    "loaner",
    mark("Loaner"),
    row=17,
    width=10,
    pick_first=True,
    suggest_empty=True,
    enter_stops=False,
    visible_when=_has_loaners,
    longest=120,
    help=mark("Code, brand or model of a free loaner; or scan its label"),
)
TERMS: tuple[FieldSpec, ...] = (
    FieldSpec(
        "loan_deposit",
        mark("Its deposit"),
        "amount",
        row=ROW,
        width=9,
        longest=16,
        enter_stops=False,
        visible_when=_lends,
        help=mark("Guarantee deposit of the loaner: given back when it is"),
    ),
    FieldSpec("loan_means", mark("by"), "choice", row=ROW, width=9, visible_when=_has_deposit),
)


def offered(found: Sequence[KnownLoaner]) -> list[Suggestion]:
    """Free units as suggestions."""
    return [Suggestion(one.title, str(one.unit_id), one.title, one.deposit) for one in found]


def fill(state: FormState, unit: KnownLoaner) -> None:
    """A unit was chosen: its deposit stands there, by card unless said otherwise."""
    state.put("loaner", unit.title, Suggestion(unit.title, str(unit.unit_id)))
    state.preset("loan_deposit", unit.deposit, again=True)
    state.preset("loan_means", "card" if unit.deposit else "", again=True)


def known_to(state: FormState, there_are: bool) -> None:
    """Note whether the shop has loaners at all."""
    state.preset("has_loaners", CHECKED if there_are else "", again=True)


def means(state: FormState) -> Choices:
    """How the deposit is paid."""
    return (
        ("", "—"),
        ("card", _("card")),
        ("cash", _("cash")),
        ("cheque", _("cheque")),
        ("transfer", _("transfer")),
    )
