"""Hypothesis walks orders through the workflow; the invariants of rules.md 7.7 that exist here hold all the way."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlmodel import Session, select

from convisav_tui.errors import FieldErrors, Refusal
from convisav_tui.shop import drop_offs
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.consent_recording import record_consent
from convisav_tui.shop.coverage import decide_coverage
from convisav_tui.shop.custody import put_at
from convisav_tui.shop.loaners import save_unit
from convisav_tui.shop.loans import Wish, lend, take_back
from convisav_tui.shop.payments import give_back, sums_of
from convisav_tui.shop.places import places
from convisav_tui.shop.quote_draft import add_part
from convisav_tui.shop.quote_lines import save_line
from convisav_tui.shop.quote_variants import copy_variant
from convisav_tui.shop.quoting import consented_total, is_covered
from convisav_tui.shop.reactions import message_accepted, message_failed
from convisav_tui.shop.steps import StepTaken
from convisav_tui.shop.workflow import expire_quotes
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    BillingState,
    ConsentAnswer,
    ConsentBasis,
    Holder,
    Loan,
    Means,
    Message,
    MessageState,
    Nature,
    OrderEvent,
    OrderState,
    Outcome,
    Paper,
    Payment,
    RepairOrder,
    SecretState,
)
from tests.invariants import check, check_order
from tests.shop import part_bench
from tests.shop.bench import PATHS, Bench, replayed
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.part_bench import check_stock
from tests.shop.principals import principal
from tests.shop.subcontract_bench import place, subcontractor

S = OrderState
GONE = {S.RETURNED, S.CLOSED, S.CANCELLED}
AWAY = {Holder.RETURNED, Holder.DISPOSED, Holder.WITH_OWNER}
WORKED = {Outcome.REPAIRED, Outcome.PARTLY_REPAIRED, Outcome.REPLACED}
AMOUNTS = st.sampled_from(["0", "20", "49,99", "50", "120", "120,01", "300", "abc", ""])
# Principals by name: billed by the month on his own decision, or one by one on the customer's.
UNDER = {
    "Grand Magasin": {"invoicing": "monthly", "cap": "200", "quote_above": "60", "discount": "10"},
    "Assureur": {"approver": "customer", "prices": "phone: Écran = 79,00\nForfait = 49,00"},
}
# The way on from each state when somebody wants the order off the shelf.
HOMEWARD = (
    "receive_back",
    "close",
    "hand_over",
    "called",
    "reassemble_done",
    "refuse_quote",
    "give_up",
    "issue_quote",
    "cancel",
    "stop_work",
    "start_repair",
    "not_repairable",
)
QUOTED = {S.DIAGNOSING, S.QUOTE_REQUESTED, S.QUOTE_ISSUED, S.QUOTE_EXPIRED, S.IN_REPAIR}
_shared: dict[str, Store] = {}
_parts: dict[str, int] = {}


def _part() -> int:
    """A part of which all orders of the walk want one, and there are three."""
    if "part" not in _parts:
        _parts["part"] = part_bench.part(_store(), code="RARE", ean="", condition="second_hand")
        part_bench.receive(_store(), _parts["part"], 3)
    return _parts["part"]


def _store() -> Store:
    if "store" not in _shared:
        _shared["store"] = _counted(counter_store(Path(tempfile.mkdtemp(prefix="walk"))))
        subcontractor(_shared["store"], data_agreement="x", secret_allowed="x")
        subcontractor(_shared["store"], name="Boîte aux lettres", passes_on="x", data_agreement="x")
        place(_shared["store"], "A1")
    return _shared["store"]


def _counted(store: Store) -> Store:
    """Count what is committed: where nothing was, what held before holds still and is not read again."""
    write = store.write

    def counted(operation: Callable[[Session], Any], *arguments: int, **options: bool) -> Any:
        result = write(operation, *arguments, **options)
        _parts["writes"] = _parts.get("writes", 0) + 1
        return result

    store.__dict__["write"] = counted
    return store


class Walk(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.patch = pytest.MonkeyPatch()
        self.bench = Bench(_store(), self.patch)
        self.orders: list[int] = []  # of the drop-off
        self._read: tuple[object, RepairOrder] | None = None
        self._held: object = None

    def _moment(self) -> object:
        """What the invariants depend on: all that was committed, the clock, and which device is looked at."""
        return _parts.get("writes", 0), self.bench.instant, self.bench.order_id

    @property
    def order(self) -> RepairOrder:
        """The order as it is committed, read once."""
        if self._read is None or self._read[0] != self._moment():
            self._read = self._moment(), self.bench.order
        return self._read[1]

    @initialize(
        quote=st.booleans(),
        cap=st.sampled_from(["", "50", "150"]),
        warranty=st.sampled_from(["", "both"]),
        ready=st.sampled_from(["sms", "email", "call", "none"]),
        paid=st.sampled_from([{}, {"amount": "30", "nature": "acompte", "means": "cash"}]),
        secret=st.booleans(),
        under=st.sampled_from(["", "", *UNDER]),
        start=st.sampled_from([state for state in PATHS if state is not S.CLOSED]),
        devices=st.sampled_from([1, 1, 2, 3]),
    )
    def take_in(
        self,
        quote: bool,
        cap: str,
        warranty: str,
        ready: str,
        paid: dict[str, str],
        secret: bool,
        under: str,
        start: S,
        devices: int,
    ) -> None:
        """Begin somewhere along the way, so that short walks see late states too; what else was brought waits."""
        code = {"device_type": "phone", "serial": "", "secret_kind": "pin", "secret": "4711"} if secret else {}
        wishes = {"quote_requested": "x" if quote else "", "cap": cap, "warranty": warranty, "ready_channel": ready}
        self.under = under
        mandate = {"principal_id": str(principal(self.bench.store, under, **UNDER[under]))} if under else {}
        more = {"more": "x", "receipt": "x"} if devices > 1 else {}
        self.orders = [self.bench.take_in(**(wishes | paid | code | mandate | more))]
        self._bring_more(devices, wishes | mandate)
        for event in PATHS[start]:
            if event == "expire":
                self.let_quotes_expire()
            elif event in self.bench.steps():
                self._goes(event)

    def _bring_more(self, devices: int, fields: dict[str, str]) -> None:
        first = self.bench.order
        for left in range(devices - 2, -1, -1):
            device = {"device_type": "watch", "brand": "Lip", "model": "M", "serial": f"W{self.bench.order_id}"}
            beside = {
                "beside": first.number,
                "customer_id": str(first.party_id),
                "more": "x" if left else "",
                "receipt": "x",
            }
            self.orders.append(self.bench.take_in(**(fields | device | beside)))
        self.bench.order_id = self.orders[0]

    @precondition(lambda self: len(self.orders) > 1)
    @rule(which=st.integers(1, 2))
    def turn_to_another_device(self, which: int) -> None:
        """Of the same drop-off: each goes its own way, and some are picked up before others."""
        at = self.orders.index(self.bench.order_id)
        self.bench.order_id = self.orders[(at + which) % len(self.orders)]

    @precondition(lambda self: self.order.state is not S.CLOSED)
    @rule()
    def take_the_likely_step(self) -> None:
        likely = next(iter(self.bench.steps().values()))
        if likely.refusal is None:
            self._goes(likely.event)

    @precondition(lambda self: self.order.state is not S.CLOSED)
    @rule(pick=st.integers(0, 20), amount=AMOUNTS, ticks=st.sets(st.sampled_from(["present", "silent", "release"])))
    def take_a_step(self, pick: int, amount: str, ticks: set[str]) -> None:
        offered = [step for step in self.bench.steps().values() if step.event != "cancel" or pick == 20]
        step = offered[pick % len(offered)]
        raw = {key: "x" for key in ticks} | self._named()
        raw |= {asked.key: amount for asked in step.inputs if asked.kind == "amount" and pick % 3}
        version = self.bench.order.version
        key = f"walk-{id(self)}-{len(self.bench.events)}-{self.bench.order_id}"
        try:
            taken = self._step(step.event, key=key, **raw)
        except (Refusal, FieldErrors):
            assert self.bench.order.version == version
            return
        again = self.bench.step(step.event, key=key, **raw)
        assert (again.event_id, again.to_state) == (taken.event_id, taken.to_state)

    @rule(
        parts=st.sampled_from(["none", "legal", "commercial", "manufacturer", "goodwill"]),
        labour=st.sampled_from(["none", "legal", "commercial", "goodwill"]),
        share=st.sampled_from(["", "50 %", "100 %", "101 %", "40", "99999"]),
    )
    def decide_who_pays(self, parts: str, labour: str, share: str) -> None:
        before = self.bench.order.version
        raw = {"parts_kind": parts, "labour_kind": labour, "parts_share": share, "reason": "décision"}
        key = f"cover-{id(self)}-{before}-{self.bench.order_id}"
        try:
            self.bench.write(lambda s: decide_coverage(s, self.bench.order_id, raw, CLERK, key))
        except (Refusal, FieldErrors):
            assert self.bench.order.version == before

    @rule()
    def undo(self) -> None:
        before = self.bench.order.version
        try:
            self.bench.undo()
        except Refusal:
            assert self.bench.order.version == before

    @rule(key=st.integers(0, 10**9))
    def put_on_the_shelf(self, key: int) -> None:
        with self.bench.store.read() as session:
            (shelf,) = places(session)
        moving = f"move-{id(self)}-{key}-{self.bench.order_id}"
        before = self.bench.order.holder
        try:
            self.bench.write(lambda s: put_at(s, self.bench.order.number, shelf.id, CLERK, moving))
        except Refusal:
            assert before not in (Holder.IN_SHOP, Holder.WITH_TECHNICIAN)

    @precondition(lambda self: self.order.state in QUOTED)
    @rule(
        kind=st.sampled_from(["labour", "part", "discount", "variant"]),
        amount=st.sampled_from(["0", "20", "49,99", "120"]),
        quantity=st.sampled_from(["1", "2", "0,5"]),
    )
    def write_the_quote(self, kind: str, amount: str, quantity: str) -> None:
        """Lines beside the amount and text that the steps take: labour, a part of which there are few, variants."""
        key, order_id = f"line-{id(self)}-{len(self.bench.events)}", self.bench.order_id
        part_id = _part()
        raw = {"kind": kind, "text": kind, "unit_price": amount, "quantity": quantity, "vat_rate": "20"}
        try:
            if kind == "part":
                self.bench.write(lambda s: add_part(s, order_id, part_id, CLERK, SHOP, key))
            elif kind == "variant":
                self.bench.write(lambda s: copy_variant(s, order_id, CLERK, SHOP, key))
            else:
                self.bench.write(lambda s: save_line(s, order_id, raw, SHOP, CLERK, key))
        except (Refusal, FieldErrors):
            return

    @precondition(lambda self: self.order.state not in GONE)
    @rule(
        basis=st.sampled_from([ConsentBasis.CAP, ConsentBasis.EXTRA, ConsentBasis.FEE]),
        answer=st.sampled_from([ConsentAnswer.AGREED, ConsentAnswer.AGREED, ConsentAnswer.WITHDRAWN]),
        amount=st.sampled_from([1500, 15000]),
    )
    def announce_a_price(self, basis: ConsentBasis, answer: ConsentAnswer, amount: int) -> None:
        """By phone, beside the steps; nothing is billed beyond it, whatever is withdrawn."""
        before = self._consented()
        key = f"price-{id(self)}-{len(self.bench.events)}"
        told = {"told": "Hélène", "means": "phone", "actor": CLERK, "key": key, "shop": SHOP}
        try:
            self.bench.write(
                lambda s: record_consent(s, self.bench.order_id, basis=basis, amount=amount, answer=answer, **told)
            )
        except Refusal:
            assert self._consented() == before

    def _consented(self) -> int:
        with self.bench.store.read() as session:
            return consented_total(session, session.get_one(RepairOrder, self.bench.order_id))

    @rule(seconds=st.sampled_from([1, 30, 61, 86400]))
    def wait(self, seconds: int) -> None:
        self.bench.wait(seconds)

    @rule()
    def let_quotes_expire(self) -> None:
        self.bench.wait(40 * 86400)
        self.bench.write(lambda session: expire_quotes(session, self.bench.instant, SHOP))

    @precondition(lambda self: self.order.state not in GONE)
    @precondition(lambda self: len(self.bench.rows(Payment)) < 3)
    @rule(nature=st.sampled_from([Nature.DIAGNOSTIC_FEE, Nature.GUARANTEE_DEPOSIT, Nature.BALANCE]))
    def pay(self, nature: Nature) -> None:
        self.bench.pay(2000, nature)

    @precondition(lambda self: self.order.state not in GONE)
    @rule(deposit=st.sampled_from([0, 5000]))
    def borrow(self, deposit: int) -> None:
        """A unit of its own for each order: none where one is lent already or the device is given up."""
        code = f"W-{self.bench.order_id}-{len(self.bench.rows(Loan))}"
        raw = {"code": code, "brand": "Prêt", "state": "available"}
        try:
            self.bench.write(lambda session: _lend(session, raw, self.bench.order_id, deposit))
        except Refusal:
            assert self._lent() is not None or self.bench.order.holder is Holder.DISPOSED

    @precondition(lambda self: self._lent() is not None)
    @rule(keep=st.sampled_from(["", "20", "80"]))
    def bring_the_loaner_back(self, keep: str) -> None:
        self._give_loaner_back(keep)

    def _lent(self) -> Loan | None:
        return next((loan for loan in self.bench.rows(Loan) if loan.ended_at is None), None)

    def _give_loaner_back(self, keep: str = "") -> None:
        loan, boss = self._lent(), self.bench.manager()
        assert loan is not None and loan.id is not None
        raw = {"outcome": "lost" if keep else "returned_ok", "keep": keep, "reason": "perdu" if keep else ""}
        self.bench.write(lambda session: take_back(session, loan.id or 0, raw, boss, SHOP))

    @rule(accepted=st.booleans())
    def send_what_is_due(self, accepted: bool) -> None:
        due = [
            m for m in self.bench.messages() if m.state is MessageState.QUEUED and m.not_before <= self.bench.instant
        ]
        for message in due:
            self.bench.write(lambda session, message=message: _deliver(session, message, accepted))

    @invariant()
    def all_that_must_hold_does(self) -> None:
        if not self.bench.order_id or self._held == self._moment():
            return
        check_order(self.bench.store, self.bench.order_id)
        order, events = self.order, self.bench.events
        assert replayed(events) == order.state
        self._one_holder_and_he_is_the_right_one(order, events)
        if order.state in GONE:
            assert order.secret_state is not SecretState.STORED
        with self.bench.store.read() as session:
            _no_price_without_consent(session, order)
            _closed_means_settled(session, order)
        waiting = [message for message in self.bench.messages() if message.state is MessageState.QUEUED]
        assert all(message.recipient for message in waiting)
        assert not waiting or order.state not in GONE  # nothing is sent to who has his device
        self._held = self._moment()

    def _one_holder_and_he_is_the_right_one(self, order: RepairOrder, events: list[OrderEvent]) -> None:
        custody = self.bench.custody
        assert custody[-1].holder is order.holder
        assert all((a.holder, a.place) != (b.holder, b.place) for a, b in pairwise(custody))
        given_up = order.holder is Holder.DISPOSED  # T36: the owner left it to the shop
        assert (order.holder is Holder.RETURNED) == (order.state in GONE and not given_up)
        undone = {part for one in events if one.event == "undone" for part in one.detail["events"]}
        assert given_up == any(event.event == "relinquish" and event.id not in undone for event in events)

    def _one_drop_off(self) -> None:
        """All devices that were brought together belong together, with one receipt for all."""
        with self.bench.store.read() as session:
            first = session.get_one(RepairOrder, self.orders[0])
            assert [one.id for one in drop_offs.together(session, first)] == self.orders
            key = f"drop-off:{first.drop_off_id}:{len(self.orders)}"
            receipt = session.exec(select(Paper).where(Paper.dedupe_key == key)).first()
        assert (receipt is not None) == (len(self.orders) > 1)
        assert receipt is None or len(receipt.content["tables"][0]["rows"]) == len(self.orders)

    def teardown(self) -> None:
        try:
            for order_id in self.orders:
                self.bench.order_id = order_id
                self._bring_home()
            if self.orders:
                self._one_drop_off()
        finally:
            self.patch.undo()

    def _bring_home(self) -> None:
        """From wherever the walk ended, the order can be closed (7.7, 10)."""
        self.bench.wait(61)
        for _turn in range(15):
            if self.bench.order.state is S.CLOSED:
                return
            if self._lent() is not None:
                self._give_loaner_back()
            self._settle()
            steps = self.bench.steps()
            for event in HOMEWARD:
                if event in steps and self._goes(event):
                    break
            else:
                raise AssertionError(f"stuck in {self.bench.order.state}: {[s.refusal for s in steps.values()]}")
        raise AssertionError(f"still {self.bench.order.state}")

    def _goes(self, event: str) -> bool:
        try:
            answers = {"valid_until": "31/12/2098"} if event == "issue_quote" else {}
            self._step(event, **answers, **self._named())
        except (Refusal, FieldErrors):
            return False
        return True

    def _step(self, event: str, **raw: str) -> StepTaken:
        """Take a step; who picks one device of several up gets in writing which ones stay."""
        staying = self._staying() if event == "hand_over" else []
        taken = self.bench.step(event, **raw)
        if event == "hand_over":
            with self.bench.store.read() as session:
                key = f"left-behind:{taken.event_id}"
                paper = session.exec(select(Paper).where(Paper.dedupe_key == key)).first()
            rows = paper.content["tables"][0]["rows"] if paper is not None else []
            assert [row[0].replace(" ", "") for row in rows] == staying
        return taken

    def _staying(self) -> list[str]:
        with self.bench.store.read() as session:
            others = [session.get_one(RepairOrder, one) for one in self.orders if one != self.bench.order_id]
        return [other.number for other in others if other.holder not in AWAY]

    def _named(self) -> dict[str, str]:
        """Who at the principal answers, where he decides."""
        chosen = {"removed_parts": "kept", "variant": "A"}
        return chosen | ({"decided_by": "Mme Roux"} if self.under else {})

    def _settle(self) -> None:
        """Pay what is owed, give back what is too much."""
        with self.bench.store.read() as session:
            sums = sums_of(session, session.get_one(RepairOrder, self.bench.order_id))
        if sums.owed is None:
            return
        if sums.owed > 0:
            self.bench.pay(sums.owed)
        self._give_back(max(0, -sums.owed), deposit=False)
        self._give_back(sums.deposit_held, deposit=True)

    def _give_back(self, amount: int, deposit: bool) -> None:
        for row in self.bench.rows(Payment):
            if row.reverses_id is None and (row.nature is Nature.GUARANTEE_DEPOSIT) == deposit and amount:
                given = sum(other.amount for other in self.bench.rows(Payment) if other.reverses_id == row.id)
                part, key = min(amount, row.amount + given), f"home-{row.id}-{self.bench.order.version}"
                if part > 0:
                    amount -= part
                    self.bench.write(
                        lambda session, row=row, part=part, key=key: give_back(
                            session, row.id, amount=part, actor=CLERK, key=key, reason="solde"
                        )
                    )


def _no_price_without_consent(session: Session, order: RepairOrder) -> None:
    if order.outcome in WORKED and order.price is not None:
        assert order.price <= consented_total(session, order)
    if is_covered(order) and order.state is not S.CLOSED and order.state is not S.CANCELLED:
        assert not order.price


def _closed_means_settled(session: Session, order: RepairOrder) -> None:
    assert (order.closed_at is not None) == (order.state is S.CLOSED)
    if order.state is S.CLOSED:
        sums, monthly = sums_of(session, order), order.billing_state is BillingState.ON_STATEMENT
        assert (sums.owed == 0 or monthly) and sums.deposit_held == 0
        assert monthly or order.billing_state in (BillingState.PAID, BillingState.NOT_BILLABLE)


def _lend(session: Session, raw: dict[str, str], order_id: int, deposit: int) -> None:
    unit = save_unit(session, raw, SHOP, PROGRAM)
    wish = Wish(unit.id or 0, deposit=deposit, means=Means.CARD)
    lend(session, order_id, wish, CLERK, SHOP, f"walk-{unit.code}")


def _deliver(session: Session, message: Message, accepted: bool) -> None:
    row = session.get_one(Message, message.id)
    row.attempts += 1
    if accepted:
        row.state = MessageState.SENT
        message_accepted(session, row)
    else:
        row.last_kind = "permanent"
        message_failed(session, row, SHOP)


class TestWalk(Walk.TestCase):  # type: ignore[name-defined,misc]
    @classmethod
    def tearDownClass(cls) -> None:
        """All orders that were walked lie in one shop, which is whole."""
        assert check(_store()) > 0
        with _store().read() as session:
            check_stock(session)


TestWalk.settings = settings(
    max_examples=30, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
