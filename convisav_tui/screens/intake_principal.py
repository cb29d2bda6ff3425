"""The part of the intake that only an order under a principal uses; a shop without principals never sees it."""

from __future__ import annotations

from collections.abc import Sequence

from convisav_tui.i18n import _, mark
from convisav_tui.screens.intake_lookups import KnownPrincipal
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec, FormState, Suggestion
from convisav_tui.screens.widgets.painting import Role

ROW = 23


def principal_id(state: FormState) -> int | None:
    """The principal that was picked; None where there is none."""
    picked = state.picked("principal")
    return int(picked.key) if picked is not None and picked.key.isascii() and picked.key.isdigit() else None


def _has_principals(state: FormState) -> bool:
    return bool(state["has_principals"]) or bool(state["principal"])


def _under_one(state: FormState) -> bool:
    return bool(state["principal"].strip())


FIELDS: tuple[FieldSpec, ...] = (
    FieldSpec(
        "principal",
        mark("Principal"),
        row=ROW,
        width=24,
        grow=1,
        pick_first=True,
        suggest_empty=True,
        enter_stops=False,
        visible_when=_has_principals,
        longest=120,
        help=mark("Who asks for the repair and pays it, when that is not the customer"),
    ),
    FieldSpec(
        "principal_reference",
        mark("His reference"),
        row=ROW,
        width=16,
        grow=1,
        visible_when=_under_one,
        longest=60,
        help=mark("The principal's own number for this repair"),
    ),
)


def offered(found: Sequence[KnownPrincipal]) -> list[Suggestion]:
    """Principals as suggestions."""
    return [Suggestion(one.name, str(one.party_id), one.name, one.city) for one in found]


def known_to(state: FormState, there_are: bool) -> None:
    """Note whether the shop has principals at all."""
    state.preset("has_principals", CHECKED if there_are else "", again=True)


def beside(state: FormState) -> tuple[str, Role]:
    """What stands beside the principal: nothing, that he is one, or that nobody was chosen yet."""
    if not state["principal"].strip():
        return "", Role.DIM
    if principal_id(state) is None:
        return _("choose one of the list"), Role.WARNING
    return "✓", Role.SUCCESS
