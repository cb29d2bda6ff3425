"""A shop whose orders are walked through the workflow: a clock that the test moves, one answer a question."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlmodel import Session, col, select

from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.payments import take_payment
from convisav_tui.shop.steps import Step, StepTaken
from convisav_tui.shop.subcontractors import subcontractors
from convisav_tui.shop.undo import Undone, undo_last
from convisav_tui.shop.workflow import allowed_steps, take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    CustodyEvent,
    Means,
    Message,
    MessageEvent,
    Nature,
    OrderEvent,
    OrderState,
    RepairOrder,
    Role,
    Staff,
)
from tests.shop.counter import CLERK, NOW, SHOP, take_in
from tests.shop.subcontract_bench import subcontractor

S = OrderState
QUOTE = {"amount": "120,00", "text": "Pompe de vidange, main-d'œuvre", "valid_until": "21/12/2026"}
_keys = itertools.count(1)

# What is answered to each step when a test has nothing special to say.
ANSWERS: dict[str, dict[str, str]] = {
    "authorise_direct": {"estimate": "90"},
    "issue_quote": QUOTE,
    "revise_quote": QUOTE | {"amount": "140"},
    "refuse_quote": {"reason": "trop cher"},
    "give_up": {"reason": "pas de réponse"},
    "extra_work_found": {"reason": "carte grillée"},
    "test_failed": {"reason": "fuit encore"},
    "not_repairable": {"reason": "pièce introuvable"},
    "no_fault_found": {"reason": "fonctionne"},
    "stop_work": {"reason": "le client renonce", "back": "x"},
    "subcontractor_quoted": {"cost": "60"},
    "subcontractor_approved": {"cost": "60"},
    "cancel": {"reason": "le client renonce"},
    "relinquish": {"signed": "x"},
}
# Steps that lead to each state from a fresh intake.
PATHS: dict[OrderState, tuple[str, ...]] = {
    S.RECEIVED: (),
    S.DIAGNOSING: ("start_diagnosis",),
    S.QUOTE_REQUESTED: ("request_quote",),
    S.QUOTE_ISSUED: ("request_quote", "issue_quote"),
    S.QUOTE_ACCEPTED: ("request_quote", "issue_quote", "accept_quote"),
    S.QUOTE_REFUSED: ("request_quote", "issue_quote", "refuse_quote"),
    S.QUOTE_EXPIRED: ("request_quote", "issue_quote", "expire"),
    S.IN_REPAIR: ("request_quote", "issue_quote", "accept_quote", "start_repair"),
    S.SUBCONTRACTED: ("request_quote", "issue_quote", "accept_quote", "start_repair", "send_out"),
    S.TESTING: ("request_quote", "issue_quote", "accept_quote", "start_repair", "work_done"),
    S.TO_NOTIFY: ("request_quote", "issue_quote", "accept_quote", "start_repair", "complete"),
    S.NOTIFIED: ("request_quote", "issue_quote", "accept_quote", "start_repair", "complete", "called"),
    S.RETURNED: ("request_quote", "issue_quote", "refuse_quote", "reassemble_done", "hand_over"),
    S.CLOSED: ("request_quote", "issue_quote", "refuse_quote", "reassemble_done", "hand_over", "close"),
}


class Bench:
    """One store, one order at a time; other tests may have left orders of their own there."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = store
        self.monkeypatch = monkeypatch
        self.instant = datetime.fromisoformat(NOW)
        self.order_id = 0
        self.wait(0)

    def wait(self, seconds: float) -> None:
        """Let the clock run."""
        self.instant += timedelta(seconds=seconds)
        self.monkeypatch.setenv(PRETENDED_NOW, self.instant.isoformat())

    def take_in(self, **fields: str) -> int:
        """Receive a device; the following steps concern it."""
        usual = {"ready_channel": "sms", "quote_channel": "sms", "quote_requested": "x", "email": "helene@example.org"}
        self.order_id = take_in(self.store, key=f"intake-{next(_keys)}", **(usual | fields)).order_id
        return self.order_id

    def step(
        self, event: str, actor: Actor = CLERK, key: str = "", version: int | None = None, **raw: str
    ) -> StepTaken:
        """Take a step; "expire" is the timer's."""
        answers = ANSWERS.get(event, {}) | raw
        key = key or f"step-{next(_keys)}"
        return self.store.write(
            lambda session: take_step(session, self.order_id, event, answers, actor, SHOP, key, version)
        )

    def reach(self, state: OrderState, **fields: str) -> int:
        """A fresh order brought to `state`."""
        if "send_out" in PATHS[state]:
            with self.store.read() as session:
                known = subcontractors(session)
            _ = known or subcontractor(self.store, data_agreement="x")
        self.take_in(**fields)
        for event in PATHS[state]:
            if event == "expire":
                self.write(lambda session: _expire(session, self.order_id))
            else:
                self.step(event)
        assert self.order.state is state
        return self.order_id

    def steps(self) -> dict[str, Step]:
        """What may follow, by event, in the order in which it is offered."""
        with self.store.read() as session:
            return {step.event: step for step in allowed_steps(session, self.order_id, SHOP)}

    def undo(self, key: str = "") -> Undone:
        """Take the last step back."""
        key = key or f"undo-{next(_keys)}"
        return self.store.write(lambda session: undo_last(session, self.order_id, CLERK, key))

    def pay(self, amount: int, nature: Nature = Nature.BALANCE) -> None:
        """Take a sum by card, minor units."""
        key = f"pay-{next(_keys)}"
        self.write(
            lambda session: take_payment(
                session,
                self.order_id,
                amount=amount,
                nature=nature,
                means=Means.CARD,
                actor=CLERK,
                shop=SHOP,
                key=key,
            )
        )

    def write(self, operation: Any) -> Any:
        """Run something in one transaction."""
        return self.store.write(operation)

    def rows(self, table: Any) -> Sequence[Any]:
        """The rows of a table that belong to the order, oldest first."""
        with self.store.read() as session:
            return session.exec(select(table).where(table.order_id == self.order_id).order_by(col(table.id))).all()

    @property
    def order(self) -> RepairOrder:
        """The order as it is committed."""
        with self.store.read() as session:
            return session.get_one(RepairOrder, self.order_id)

    @property
    def events(self) -> list[OrderEvent]:
        """Its events."""
        return list(self.rows(OrderEvent))

    @property
    def custody(self) -> list[CustodyEvent]:
        """Who held the device."""
        return list(self.rows(CustodyEvent))

    def messages(self, event: MessageEvent | None = None) -> list[Message]:
        """The messages of the order, of one kind or all."""
        return [row for row in self.rows(Message) if event in (None, row.event)]

    def manager(self) -> Actor:
        """A manager, made when there is none."""

        def make(session: Session) -> Actor:
            found = session.exec(select(Staff).where(Staff.role == Role.MANAGER)).first()
            boss = found or Staff(login="mia", name="Mia", role=Role.MANAGER)
            session.add(boss)
            session.flush()
            return Actor(boss.id, boss.name, None, "bureau")

        return self.store.write(make)


def replayed(events: Sequence[OrderEvent]) -> str:
    """The state that the log alone gives; AssertionError when an event does not start where the last one ended."""
    state = ""
    for event in events:
        if event.to_state:
            assert event.from_state == state, f"{event.event}: from {event.from_state}, but the log is at {state}"
            state = event.to_state
    return state


def _expire(session: Session, order_id: int) -> None:
    from convisav_tui.shop.workflow import expire_quotes

    assert expire_quotes(session, datetime.fromisoformat("2027-01-05T12:00:00+01:00"), SHOP) >= 1
    assert session.get_one(RepairOrder, order_id).state is S.QUOTE_EXPIRED
