"""The table of permissions: every operation is in it or free, and asks what it says."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui import shop
from convisav_tui.clock import PRETENDED_NOW
from convisav_tui.errors import Refusal
from convisav_tui.shop import staffing
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.shop.payments import give_back
from convisav_tui.shop.permissions import FREE, RIGHTS, Permission, may
from convisav_tui.shop.secrets import reveal_secret
from convisav_tui.shop.undo import undo_last
from convisav_tui.shop.wording import default_wording, restore_wording, save_wording
from convisav_tui.shop.workflow import take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Means, MessageEvent, Nature, OrderState, Payment, RepairOrder, Role
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, NOW, SHOP, counter_store, take_in

# What operations are made of: never called by a person, asked for by the operation that uses them.
BRICKS = {
    "check_forms.keep_forms",
    "coverage.write_covers",
    "effects",
    "guarantee_extension.extend",
    "return_receipt.ask_for_return_receipt",
    "events.append_event",
    "movement.move_custody",
    "movement.told",
    "outbox.enqueue_print",
    "payments.add_payment",
    "permissions.may",
    "permissions.refusal",
    "permissions.require",
    "dispatch_slip.ask_for_slip",
    "statement_paper.ask_for_statement_paper",
    "document.ask_for",
    "accessory_labels.ask_for_labels",
    "drop_offs.ask_for_statement",
    "drop_offs.join",
    "intake_extras.add_extras",
    "intake_extras.put_beside",
    "loan_agreement.ask_for_agreement",
    "relinquishment.ask_for_slip",
    "order_papers.ask_for_order_paper",
    "settlement.convert",
    "settlement.refund",
    "quoting.decide",
    "consent.announce",
    "quote_extra.add_extra",
    "quote_issue.issue_offer",
    "quote_paper.ask_for_quote_paper",
    "promise.postpone_for_parts",
    "quote_draft.take_up",
    "quote_lines.add_line",
    "quote_lines.begin_draft",
    "quote_lines.note_change",
    "quote_lines.touch",
    "reactions.react",
    "staffing.give_pin",
    "arrivals.serve",
    "needs.consume",
    "needs.drop_need",
    "needs.put_back",
    "needs.restore",
    "part_effects.take_back_parts",
    "supplier_order_paper.ask_for_paper",
    "workflow.follow_up",
}
# Permissions of things that no operation with a person does yet.
NOT_ASKED_YET: set[Permission] = set()


def operations() -> Iterator[tuple[str, Callable[..., object]]]:
    """The public functions of `shop` that take an actor, by "module.function"."""
    for module in pkgutil.iter_modules(shop.__path__):
        loaded = importlib.import_module(f"convisav_tui.shop.{module.name}")
        for name, function in inspect.getmembers(loaded, inspect.isfunction):
            if name.startswith("_") or function.__module__ != loaded.__name__:
                continue
            if any(hint is Actor or Actor in typing.get_args(hint) for hint in _hints(function).values()):
                yield f"{module.name}.{name}", function


def _hints(function: Callable[..., object]) -> dict[str, object]:
    hints = inspect.get_annotations(function)
    given = {name: hint for name, hint in hints.items() if name != "return"}
    return {name: Actor if str(hint).split(" |")[0] == "Actor" else hint for name, hint in given.items()}


def test_every_operation_names_its_permissions_or_is_free() -> None:
    found = dict(operations())
    assert len(found) > 25
    asking = {name for name, function in found.items() if hasattr(function, "permissions")}
    assert asking | FREE | BRICKS >= set(found), set(found) - asking - FREE - BRICKS
    assert not asking & FREE
    assert set(found) >= FREE, FREE - set(found)


def test_every_permission_is_asked_by_the_operation_that_names_it() -> None:
    named = {permission for _, function in operations() for permission in getattr(function, "permissions", ())}
    assert named == set(Permission) - NOT_ASKED_YET


def test_every_permission_has_people_and_a_sentence() -> None:
    assert set(RIGHTS) == set(Permission)
    assert all(Role.MANAGER in right.roles and right.sentence.endswith(".") for right in RIGHTS.values())


# --- each role --------------------------------------------------------------------------------------------------------


class Shop:
    """Somebody of each role, all with a PIN, and an order."""

    def __init__(self, store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
        self.store = store
        self.bench = Bench(store, monkeypatch)
        self.people = {Role.CLERK: CLERK}
        for role, pin in zip((Role.MANAGER, Role.TECHNICIAN, Role.BILLING), ("719340", "5917", "4026"), strict=True):
            login = f"a-{role.value}"
            person = store.write(lambda s, login=login, role=role: staffing.add_person(s, login, login, role, PROGRAM))
            store.write(lambda s, person=person, pin=pin: staffing.set_pin(s, person, pin, PROGRAM))
            self.people[role] = Actor(person, login, None, "counter 1", role)
        self.order_id = self.bench.take_in(secret_kind="text", secret="Zx9-Qw7!")

    def refused(self, role: Role, operation: Callable[[Session, Actor], object]) -> bool:
        """Whether the shop refuses this to somebody of this role."""
        try:
            self.store.write(lambda session: operation(session, self.people[role]))
        except Refusal as error:
            assert error.guard == "permission" and error.mended_by
            return True
        return False


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    monkeypatch.setenv(PRETENDED_NOW, NOW)
    return Shop(counter_store(tmp_path), monkeypatch)


def allowed(made: Shop, operation: Callable[[Session, Actor], object]) -> set[Role]:
    """The roles that are not refused; each tries on the state that the others have left untouched."""
    roles = set()
    for role in made.people:
        if not made.refused(role, lambda session, actor: _and_take_back(session, actor, operation)):
            roles.add(role)
    return roles


class _TakenBackError(Exception):
    """The trial went through: nothing of it stays."""


def _and_take_back(session: Session, actor: Actor, operation: Callable[[Session, Actor], object]) -> None:
    with session.begin_nested() as trial:
        operation(session, actor)
        trial.rollback()


def test_who_moves_an_order_on(made: Shop) -> None:
    def move(session: Session, actor: Actor) -> None:
        take_step(session, made.order_id, "start_diagnosis", {}, actor, SHOP, f"step-{actor.name}")

    assert allowed(made, move) == {Role.CLERK, Role.TECHNICIAN, Role.MANAGER}


def test_who_cancels_an_order(made: Shop) -> None:
    def cancel(session: Session, actor: Actor) -> None:
        raw = {"reason": "renonce", "given_back": "x"}
        take_step(session, made.order_id, "cancel", raw, actor, SHOP, f"cancel-{actor.name}")

    assert allowed(made, cancel) == {Role.CLERK, Role.MANAGER}


def test_who_gives_an_advance_back_when_an_order_is_cancelled(made: Shop) -> None:
    made.bench.pay(5000, Nature.ACOMPTE)

    def cancel(advance: str) -> Callable[[Session, Actor], object]:
        raw = {"reason": "renonce", "given_back": "x", "advance": advance}
        return lambda session, actor: take_step(
            session, made.order_id, "cancel", raw, actor, SHOP, f"{advance}-{actor.name}"
        )

    assert allowed(made, cancel("keep")) == {Role.CLERK, Role.MANAGER}
    assert allowed(made, cancel("refund")) == {Role.MANAGER}


def test_who_gives_money_back(made: Shop) -> None:
    made.bench.pay(5000, Nature.ACOMPTE)
    made.bench.pay(2000, Nature.GUARANTEE_DEPOSIT)
    with made.store.read() as session:
        ids = {row.nature: row.id or 0 for row in session.exec(select(Payment))}

    def give(nature: Nature) -> Callable[[Session, Actor], object]:
        return lambda session, actor: give_back(
            session, ids[nature], amount=100, actor=actor, key=f"{nature}-{actor.name}", reason="geste"
        )

    assert allowed(made, give(Nature.ACOMPTE)) == {Role.MANAGER, Role.BILLING}
    assert allowed(made, give(Nature.GUARANTEE_DEPOSIT)) == set(made.people)


def test_who_releases_an_unpaid_device(made: Shop) -> None:
    made.bench.reach(OrderState.TO_NOTIFY)
    made.bench.write(
        lambda session: take_step(session, made.bench.order_id, "called", {}, CLERK, SHOP, "called-before")
    )

    def release(session: Session, actor: Actor) -> None:
        raw = {"release": "x", "release_reason": "facture en fin de mois", "proof": "known"}
        take_step(session, made.bench.order_id, "hand_over", raw, actor, SHOP, f"release-{actor.name}")

    assert made.bench.order.price
    assert allowed(made, release) == {Role.MANAGER}


def test_who_sees_an_unlock_code(made: Shop) -> None:
    def reveal(session: Session, actor: Actor) -> None:
        assert reveal_secret(session, made.order_id, actor).code == "Zx9-Qw7!"

    assert allowed(made, reveal) == {Role.TECHNICIAN, Role.MANAGER}
    _assign(made, made.people[Role.TECHNICIAN].staff_id)
    assert allowed(made, reveal) == {Role.TECHNICIAN, Role.MANAGER}
    _assign(made, 2)  # Théo
    assert allowed(made, reveal) == {Role.MANAGER}
    _assign(made, CLERK.staff_id)
    assert allowed(made, reveal) == {Role.CLERK, Role.MANAGER}


def _assign(made: Shop, technician: int | None) -> None:
    def assign(session: Session) -> None:
        session.get_one(RepairOrder, made.order_id).technician_id = technician

    made.store.write(assign)


def test_nobody_sees_it_once_the_work_is_done(made: Shop) -> None:
    made.bench.reach(OrderState.TO_NOTIFY, secret_kind="text", secret="Zx9-Qw7!")
    with pytest.raises(Refusal) as caught:
        made.store.write(lambda s: reveal_secret(s, made.bench.order_id, made.people[Role.MANAGER]))
    assert caught.value.guard == "secret_in_workshop"


def test_who_takes_back_the_step_of_another(made: Shop) -> None:
    made.bench.step("start_diagnosis", actor=CLERK)

    def undo(session: Session, actor: Actor) -> None:
        undo_last(session, made.order_id, actor, f"undo-{actor.name}")

    assert allowed(made, undo) == {Role.CLERK, Role.MANAGER}  # the clerk took it himself


def test_who_words_messages(made: Shop) -> None:
    wording = default_wording(MessageEvent.INTAKE, Channel.EMAIL, "fr")

    def save(session: Session, actor: Actor) -> None:
        save_wording(session, MessageEvent.INTAKE, Channel.EMAIL, "fr", wording, actor, SHOP)

    def restore(session: Session, actor: Actor) -> None:
        restore_wording(session, MessageEvent.INTAKE, Channel.EMAIL, "fr", actor)

    assert allowed(made, save) == allowed(made, restore) == {Role.MANAGER}


def test_who_manages_the_staff(made: Shop) -> None:
    theo = 2
    wanted: list[Callable[[Session, Actor], object]] = [
        lambda s, actor: staffing.members(s, actor),
        lambda s, actor: staffing.add_person(s, "paul", "Paul", Role.CLERK, actor),
        lambda s, actor: staffing.set_pin(s, theo, "8302", actor),
        lambda s, actor: staffing.remove_pin(s, theo, actor),
        lambda s, actor: staffing.set_role(s, theo, Role.MANAGER, actor),
        lambda s, actor: staffing.disable(s, theo, actor),
        lambda s, actor: staffing.enable(s, theo, actor),
    ]
    assert [allowed(made, operation) for operation in wanted] == [{Role.MANAGER}] * len(wanted)


def test_a_permission_ends_with_the_role_whatever_the_actor_carries(made: Shop) -> None:
    boss = made.people[Role.MANAGER]
    made.store.write(lambda s: staffing.set_role(s, made.people[Role.BILLING].staff_id or 0, Role.MANAGER, PROGRAM))
    made.store.write(lambda s: staffing.set_pin(s, made.people[Role.BILLING].staff_id or 0, "8265", PROGRAM))
    made.store.write(lambda s: staffing.set_role(s, boss.staff_id or 0, Role.CLERK, PROGRAM))
    with made.store.read() as session:
        assert not may(session, boss, Permission.MANAGE_STAFF)
        assert boss.role is Role.MANAGER


def test_the_program_may_do_everything(made: Shop) -> None:
    with made.store.read() as session:
        assert all(may(session, PROGRAM, permission) for permission in Permission)
        nobody = Actor(None, "", None, "counter 1")
        assert not any(may(session, nobody, permission) for permission in Permission)


def test_where_nobody_has_a_pin_only_the_rules_of_the_house_are_asked(tmp_path: Path) -> None:
    store = counter_store(tmp_path)
    store.write(lambda session: staffing.add_person(session, "mia", "Mia", Role.MANAGER, PROGRAM))
    take_in(store)
    with store.read() as session:
        refused = {permission for permission in Permission if not may(session, CLERK, permission)}
    ours = {Permission.RELEASE_DEVICE, Permission.REVEAL_SECRET, Permission.MANAGE_STAFF}
    assert refused == ours | {Permission.BILL_LOANER, Permission.ANONYMISE, Permission.EXPORT_PERSON}


def test_what_nobody_could_be_asked_for_everybody_may(tmp_path: Path) -> None:
    store = counter_store(tmp_path)  # a clerk and a technician
    with store.read() as session:
        assert may(session, CLERK, Permission.RELEASE_DEVICE)
        assert not may(session, CLERK, Permission.REVEAL_SECRET)


def test_a_payment_is_taken_by_anybody(made: Shop) -> None:
    from convisav_tui.shop.payments import take_payment

    def take(session: Session, actor: Actor) -> None:
        take_payment(
            session, made.order_id, amount=100, nature=Nature.ACOMPTE, means=Means.CARD, actor=actor, shop=SHOP,
            key=f"pay-{actor.name}",
        )  # fmt: skip

    assert allowed(made, take) == set(made.people)
