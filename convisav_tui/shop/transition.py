"""One row of the table of transitions: from which states, by which event, to which, with what (rules.md 7.3)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from convisav_tui.shop import usual
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.guards import Guard
from convisav_tui.shop.permissions import Permission
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import StepInput
from convisav_tui.shop.usual import Usual
from convisav_tui.store.models import OrderState, Outcome


def always(_situation: Situation) -> bool:
    """Where its state is, the row is shown."""
    return True


@dataclass(frozen=True)
class Transition:
    """A row of the table. `offered`: people take it; `automatic`: it follows by itself as soon as its guards allow."""

    id: str
    event: str
    sources: frozenset[OrderState]
    target: OrderState
    label: str
    guards: tuple[Guard, ...] = ()
    inputs: tuple[StepInput, ...] = ()
    effects: tuple[Effect, ...] = ()
    outcome: Outcome | None = None  # what the work ends as; None where it is answered, or goes on
    usual: Usual = usual.nothing  # what stands in its inputs for this order
    offered: bool = True
    automatic: bool = False
    permission: Permission = Permission.MOVE_ORDER  # of the person who takes it
    shown: Callable[[Situation], bool] = always  # False: this shop or order never needs it, so nobody is asked


def from_states(*states: OrderState) -> frozenset[OrderState]:
    """The states that a row starts from."""
    return frozenset(states)
