"""What one station does all day, as fast as it can: intakes, steps, payments, notes, undos, lists. Each operation is
written down before it is begun and after it was acknowledged, so that it can be proven what was lost or doubled."""

from __future__ import annotations

import json
import os
import random
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

from sqlmodel import Session, col, select

from convisav_tui import clock
from convisav_tui.errors import Conflict, FieldErrors, Refusal, StoreError, StoreUnreachable
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.intake import receive
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.shop.payments import take_payment
from convisav_tui.shop.people import CUSTOMER_FIELDS, save_customer
from convisav_tui.shop.staff import person_at_station
from convisav_tui.shop.undo import undo_last
from convisav_tui.shop.workflow import allowed_steps, take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.keyring import keep_keys_in
from convisav_tui.store.models import Means, Nature, OrderState, Party, RepairOrder
from convisav_tui.store.queries.lists import counts, fetch_list

Result = TypeVar("Result")
SHOP = ShopContext("Atelier Rivoli", "", "", "", "FR", "EUR", "fr", "Europe/Paris")
SHARED = 12  # customers and orders that all stations work on at the same time
KINDS = ("intake", "step", "payment", "note", "undo", "list")
SHARES = (30, 30, 15, 12, 3, 10)
ANSWERS = {
    "estimate": "90", "amount": "120", "text": "pompe", "valid_until": "31/12/2098", "reason": "cause", "price": "0",
    "reassembled": "x", "given_back": "x", "advance": "give_back",
}  # fmt: skip
TIRELESS = 30.0
"""Seconds for which an operation is begun again with its key while the server of the database restarts."""


@dataclass
class Deed:
    """One operation: `order` and `event` are what it is about, `result` what was acknowledged (a number, an event, a
    payment)."""

    kind: str
    key: str
    outcome: str = "begun"  # begun, done, refused, conflict, or the name of an error
    order: int = 0
    event: str = ""
    result: str = ""
    milliseconds: float = 0.0


@dataclass(frozen=True)
class Place:
    """Where a station works: the database, the data folder, its journal, its number and the seed of its choices."""

    url: str
    home: Path
    journal: Path
    number: int
    seed: int


class Stationed:
    """One station, in its own process."""

    def __init__(self, place: Place) -> None:
        self.place = place
        self.random = random.Random(place.seed)
        self.store = Store(place.url)
        keep_keys_in(self.store.engine, place.home)
        self.actor: Actor = self._signed_in()
        self._descriptor = os.open(place.journal, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        self._count = 0

    def _signed_in(self) -> Actor:
        given_up, name = time.monotonic() + TIRELESS, f"st {self.place.number}"
        while True:
            try:
                return self.store.write(lambda session: person_at_station(session, "anna", name), repeatable=True)
            except StoreUnreachable:
                if time.monotonic() >= given_up:
                    raise
                time.sleep(0.2)

    def work(self, seconds: float) -> None:
        """Until the time is over; begins with what a killed predecessor had not finished."""
        for deed in unfinished(self.place.journal):
            self.do(deed)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self._count += 1
            (kind,) = self.random.choices(KINDS, SHARES)
            key = f"{kind[0]}{self.place.number}-{self.place.seed}-{self._count}"
            self.do(Deed(kind, key))

    def do(self, deed: Deed) -> None:
        """Begin, do, acknowledge. A StoreError ends as an outcome: the journal's reader judges it."""
        deed.outcome = "begun"
        begun = time.perf_counter()
        given_up = time.monotonic() + TIRELESS
        while True:
            try:
                self._decide(deed)
                self._write(deed)
                deed.result = getattr(self, f"_{deed.kind}")(deed)
                deed.outcome = "done"
            except (Refusal, FieldErrors):
                deed.outcome = "refused"
            except Conflict:
                deed.outcome = "conflict"
            except StoreUnreachable:
                if time.monotonic() < given_up:  # as a person does: once more, with the same key
                    time.sleep(0.2)
                    continue
                deed.outcome = "StoreUnreachable"
            except StoreError as error:
                deed.outcome = type(error).__name__
            break
        deed.milliseconds = (time.perf_counter() - begun) * 1000
        self._write(deed)

    def _write(self, deed: Deed) -> None:
        os.write(self._descriptor, (json.dumps(asdict(deed)) + "\n").encode())

    def _decide(self, deed: Deed) -> None:
        """What the operation is about, before it is begun: who does it again with its key does the same."""
        if deed.kind in ("step", "payment", "undo") and not deed.order:
            deed.order = self._some_order()
        if deed.kind == "step" and not deed.event:
            with self.store.read() as session:
                steps = [step for step in allowed_steps(session, deed.order, SHOP) if not step.refusal]
            if not steps:
                raise Refusal("none", "Nothing may follow.")
            # Cancelling leads nowhere: now and then only.
            deed.event = self.random.choice([step for step in steps if step.event != "cancel"] or steps).event

    # --- the operations -----------------------------------------------------------------------------------------------

    def _intake(self, deed: Deed) -> str:
        choose = random.Random(deed.key)
        form = parse_intake(intake_of(deed.key, choose), SHOP)
        done = self._change(lambda session: receive(session, form, self.actor, SHOP, deed.key))
        deed.order = done.order_id
        return done.number

    def _step(self, deed: Deed) -> str:
        with self.store.read() as session:
            version = session.get_one(RepairOrder, deed.order).version
        taken = self._change(
            lambda session: take_step(session, deed.order, deed.event, ANSWERS, self.actor, SHOP, deed.key, version)
        )
        return str(taken.event_id)

    def _payment(self, deed: Deed) -> str:
        amount = random.Random(deed.key).randint(1, 3000)
        taken = self._change(
            lambda session: take_payment(
                session, deed.order, amount=amount, nature=Nature.ACOMPTE, means=Means.CARD, actor=self.actor,
                shop=SHOP, key=deed.key,
            )
        )  # fmt: skip
        return f"{taken.id}:{amount}"

    def _note(self, deed: Deed) -> str:
        """Read a customer's card, add a word to its note, save it as the card screen does: with the version read."""
        party_id = random.Random(deed.key).randint(1, SHARED)
        with self.store.read() as session:
            party = session.get_one(Party, party_id)
            raw, version = {key: str(getattr(party, key) or "") for key in CUSTOMER_FIELDS}, party.version
        if f" {deed.key}." in raw["note"]:
            return str(party_id)  # saved already; the answer had been lost
        raw["note"] = f"{raw['note']} {deed.key}."[-1900:]
        # It has no key: when the answer is lost, the word in the card tells whether it was saved.
        self.store.write(lambda session: save_customer(session, raw, SHOP, party_id=party_id, expected_version=version))
        return str(party_id)

    def _undo(self, deed: Deed) -> str:
        done = self._change(lambda session: undo_last(session, deed.order, self.actor, deed.key))
        return str(done.event_id)

    def _list(self, _deed: Deed) -> str:
        with self.store.read() as session:
            found = fetch_list(session, "open", clock.today(SHOP.timezone), limit=20)
            return f"{len(found)}/{counts(session, clock.today(SHOP.timezone))['open']}"

    def _change(self, operation: Callable[[Session], Result]) -> Result:
        return self.store.write(operation, repeatable=True)

    def _some_order(self) -> int:
        """One of the newest open orders: all stations choose among the same few."""
        with self.store.read() as session:
            newest = (
                select(RepairOrder.id)
                .where(col(RepairOrder.closed_at).is_(None), RepairOrder.state != OrderState.CANCELLED)
                .order_by(col(RepairOrder.id).desc())
                .limit(SHARED)
            )
            found = [order_id for order_id in session.exec(newest) if order_id is not None]
        if not found:
            raise Refusal("none", "There is no order yet.")
        return self.random.choice(found)


def intake_of(key: str, choose: random.Random) -> dict[str, str]:
    """What is typed: every second customer is one of those whom all stations know."""
    shared = choose.randint(1, SHARED) if choose.random() < 0.5 else 0
    who = (
        shared_customer(shared)
        if shared
        else {"name": f"Client {key}", "phone": f"06 {choose.randint(10**7, 10**8 - 1)}"}
    )
    paid = {"amount": "15", "nature": "acompte", "means": "card"} if choose.random() < 0.3 else {}
    code = {"device_type": "phone", "secret_kind": "pin", "secret": "4711"} if choose.random() < 0.2 else {}
    told = choose.choice(("sms", "none"))
    return {
        **who, "device_type": "washing_machine", "brand": "Miele", "model": "WCD320", "serial": f"SN{key}",
        "fault": f"panne {key}", "ready_channel": told, **paid, **code,
    }  # fmt: skip


def shared_customer(number: int) -> dict[str, str]:
    """A customer whom all stations know."""
    return {"name": f"Commun {number}", "phone": f"06 11 22 33 {number:02d}"}


def journal(path: Path) -> list[Deed]:
    """What was written down, in order; the last line may be cut."""
    deeds = []
    for line in path.read_text(encoding="utf-8").splitlines() if path.exists() else ():
        try:
            deeds.append(Deed(**json.loads(line)))
        except ValueError:
            continue
    return deeds


def unfinished(path: Path) -> list[Deed]:
    """What was begun and has no end."""
    last = {deed.key: deed for deed in journal(path)}
    return [deed for deed in last.values() if deed.outcome == "begun"]
