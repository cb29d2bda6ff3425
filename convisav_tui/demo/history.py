"""The orders of the demo, taken in and worked on through the shop's own operations, at the times it would have been."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from random import Random
from zoneinfo import ZoneInfo

from sqlmodel import Session, col, select
from sqlmodel.sql.expression import SelectOfScalar

from convisav_tui import clock
from convisav_tui.demo import people
from convisav_tui.demo.people import Model, Person
from convisav_tui.demo.stories import WORK, Story, planned
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.intake import receive
from convisav_tui.shop.intake_defaults import usual_channel
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.shop.payments import take_payment
from convisav_tui.shop.reactions import message_accepted, message_failed
from convisav_tui.shop.workflow import expire_quotes, take_step
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    JobState,
    Means,
    Message,
    MessageAttempt,
    MessageState,
    Nature,
    OrderState,
    OutcomeKind,
    PrintJob,
    RepairOrder,
)
from convisav_tui.store.queries.sheet import sheet

SEED = 20261121
OPENS, CLOSES = 9, 18
# The newest orders keep their papers and messages queued, so that a label comes out when the demo opens.
LEFT_DUE = 2
LONGEST_REPAIR = timedelta(days=18)
KNOWN_SHARE = 0.3  # how many orders are of a customer who has been here before


@dataclass(frozen=True)
class Visit:
    """One order to be: when it was opened, what happened, whose it is."""

    number: int
    opened_at: datetime
    story: Story
    model: Model
    person: Person


class Historian:
    """Writes the past of a demo shop; the same seed writes the same past."""

    def __init__(self, store: Store, shop: ShopContext, actor: Actor, seed: int = SEED) -> None:
        self._store = store
        self._shop = shop
        self._actor = actor
        self._random = Random(seed)
        self._now = clock.now()
        self._known: list[tuple[Person, int]] = []

    def write(self, count: int, progress: Callable[[int], None] = lambda amount: None) -> None:
        """Take in `count` orders, oldest first, and let their stories happen."""
        self.live(planned(count), LEFT_DUE, progress)
        self._come_back()

    def live(
        self, stories: Sequence[Story], left_due: int = 0, progress: Callable[[int], None] = lambda amount: None
    ) -> None:
        """One order a story, oldest first; the papers and messages of the last `left_due` are still to leave."""
        visits = sorted(
            (self._visit(number, story) for number, story in enumerate(stories)), key=lambda visit: visit.opened_at
        )
        for place, visit in enumerate(visits):
            self._tell(visit, due=place >= len(visits) - left_due)
            progress(1)
        self._store.write(lambda session: expire_quotes(session, self._now, self._shop))

    def _visit(self, number: int, story: Story) -> Visit:
        age = self._random.randint(*story.age)
        day = clock.local(self._now, self._shop.timezone).date() - timedelta(days=age)
        minute = self._random.randint(OPENS * 60, CLOSES * 60)
        local = datetime.combine(day, time(minute // 60, minute % 60), ZoneInfo(self._shop.timezone))
        opened_at = min(local.astimezone(UTC), self._now - timedelta(minutes=number + 1))
        return Visit(number, opened_at, story, self._random.choice(people.MODELS), people.person(self._random, number))

    def _tell(self, visit: Visit, due: bool) -> None:
        """All of an order in one transaction: a shop takes weeks for it, the demo should not take a minute."""
        self._store.write(lambda session: self._lived(session, visit, due))

    def _lived(self, session: Session, visit: Visit, due: bool) -> None:
        with pretended(visit.opened_at):
            order_id = self._take_in(session, visit)
        if not due:
            with pretended(visit.opened_at + timedelta(minutes=2)):
                self._carried_out(session, order_id)
        span = min(LONGEST_REPAIR, self._now - visit.opened_at) / (len(visit.story.steps) + 1)
        for place, (event, raw) in enumerate(visit.story.steps, start=1):
            with pretended(min(visit.opened_at + place * span, self._now)):
                self._happen(session, visit, order_id, event, raw)
        if not due:
            self._printed(session, order_id)  # such as the return receipt

    def _take_in(self, session: Session, visit: Visit) -> int:
        raw = self._intake(visit)
        received = receive(session, parse_intake(raw, self._shop), self._actor, self._shop, f"demo-{visit.number}")
        if "customer_id" not in raw:
            self._known.append((visit.person, session.get_one(RepairOrder, received.order_id).party_id))
        return received.order_id

    def _intake(self, visit: Visit) -> dict[str, str]:
        """What the clerk types."""
        random, model, person, party_id = self._random, visit.model, visit.person, 0
        if self._known and random.random() < KNOWN_SHARE:
            person, party_id = random.choice(self._known)
        channel = _channel(person, visit.number)
        opened = clock.local(visit.opened_at, self._shop.timezone).date()
        raw = {
            "device_type": model.type_code,
            "brand": model.brand,
            "model": model.model,
            "serial": people.serial(random, model),
            "purchased_on": (opened - timedelta(days=random.randint(800, 2600))).isoformat(),
            "seller": random.choice(people.SELLERS),
            "fault": random.choice(_faults(model.type_code, self._shop.language)),
            "accessories": random.choice(people.ACCESSORIES),
            "condition": random.choice(people.CONDITIONS),
            "note": random.choice(people.NOTES),
            "promised_on": (opened + timedelta(days=visit.story.promised or random.randint(5, 10))).isoformat(),
            "quote_channel": channel,
            "ready_channel": channel,
            "labels": "1",
            "receipt": "x",
            **visit.story.wishes,
        }
        if visit.number % 4 == 0 and "intake_amount" not in visit.story.wishes:
            raw |= {"intake_amount": "workshop", "means": random.choice(("card", "cash"))}
        if party_id:
            return raw | {"customer_id": str(party_id)}
        return raw | {
            "name": person.name,
            "phone": person.phone,
            "email": person.email,
            "street": person.street,
            "postcode": person.postcode,
            "city": person.city,
            "language": person.language,
        }

    def _happen(self, session: Session, visit: Visit, order_id: int, event: str, raw: Mapping[str, str]) -> None:
        """A step of the workflow, or what the sender, the till and the customer do."""
        if event == "tell":
            self._carried_out(session, order_id)
        elif event == "fail":
            self._refused(session, order_id)
        elif event == "pay":
            self._paid(session, order_id)
        else:
            price = visit.model.price + visit.number % 7 * 5
            filled = {key: value.format(price=price, work=WORK[visit.number % len(WORK)]) for key, value in raw.items()}
            take_step(session, order_id, event, filled, self._actor, self._shop, f"demo-{visit.number}-{event}")

    def _carried_out(self, session: Session, order_id: int) -> None:
        """What was to be printed and sent has been."""
        now = clock.now()
        self._printed(session, order_id)
        for message in session.exec(_queued(order_id)).all():
            self._tried(session, message, OutcomeKind.ACCEPTED, "250")
            message.state, message.sent_at = MessageState.SENT, now
            session.flush()
            message_accepted(session, message)

    def _printed(self, session: Session, order_id: int) -> None:
        waiting = select(PrintJob).where(PrintJob.order_id == order_id, PrintJob.state == JobState.QUEUED)
        for job in session.exec(waiting):
            job.state, job.attempts, job.sent_at = JobState.SENT, 1, clock.now()

    def _refused(self, session: Session, order_id: int) -> None:
        """No channel reaches the customer: somebody has to call."""
        while (message := session.exec(_queued(order_id)).first()) is not None:
            self._tried(session, message, OutcomeKind.PERMANENT, "550")
            message.last_text = "mailbox unavailable"
            message.state = MessageState.DEAD
            session.flush()
            message_failed(session, message, self._shop)
            session.flush()

    def _tried(self, session: Session, message: Message, kind: OutcomeKind, code: str) -> None:
        now = clock.now()
        assert message.id is not None
        message.attempts, message.last_kind, message.last_code = 1, kind.value, code
        session.add(
            MessageAttempt(
                message_id=message.id,
                token="demo",
                attempt=1,
                started_at=now,
                finished_at=now,
                kind=kind.value,
                code=code,
            )
        )

    def _paid(self, session: Session, order_id: int) -> None:
        found = sheet(session, order_id)
        if found is not None and found.due:
            take_payment(
                session,
                order_id,
                amount=found.due,
                nature=Nature.BALANCE,
                means=Means.CARD,
                actor=self._actor,
                shop=self._shop,
                key=f"demo-{order_id}-balance",
            )

    def _come_back(self) -> None:
        """A device that was repaired lately comes back for the same fault."""
        with self._store.read() as session:
            closed = select(RepairOrder).where(RepairOrder.state == OrderState.CLOSED)
            order = session.exec(closed.order_by(col(RepairOrder.closed_at).desc())).first()
        if order is None:
            return
        raw = {
            "customer_id": str(order.party_id),
            "device_id": str(order.device_id),
            "device_type": self._type_of(order),
            "fault": order.reported_fault,
            "comeback_of": order.number,
            "ready_channel": Channel.CALL.value,
            "labels": "1",
        }
        with pretended(self._now - timedelta(minutes=1)):
            form = parse_intake(raw, self._shop)
            self._store.write(lambda session: receive(session, form, self._actor, self._shop, "demo-comeback"))

    def _type_of(self, order: RepairOrder) -> str:
        with self._store.read() as session:
            found = sheet(session, order.number)
        return found.device.type_code if found else "other"


@contextlib.contextmanager
def pretended(instant: datetime) -> Iterator[None]:
    """The clock stands at that instant."""
    before = os.environ.get(clock.PRETENDED_NOW)
    os.environ[clock.PRETENDED_NOW] = instant.isoformat()
    try:
        yield
    finally:
        if before is None:
            del os.environ[clock.PRETENDED_NOW]
        else:
            os.environ[clock.PRETENDED_NOW] = before


def _queued(order_id: int) -> SelectOfScalar[Message]:
    return select(Message).where(Message.order_id == order_id, Message.state == MessageState.QUEUED)


def _channel(person: Person, number: int) -> str:
    """How he wants to be told: the usual way, but every other one with an e-mail address by that."""
    kind = "fixed" if person.phone.startswith("01") else "mobile"
    usual = usual_channel(phone=person.phone, phone_kind=kind, email=person.email)
    return Channel.EMAIL.value if usual is Channel.SMS and person.email and number % 2 else usual.value


def _faults(type_code: str, language: str) -> tuple[str, ...]:
    from convisav_tui.shop.catalogue import shipped_type

    shipped = shipped_type(type_code)
    return (shipped.faults.get(language) or shipped.faults["fr"]) if shipped else ("?",)
