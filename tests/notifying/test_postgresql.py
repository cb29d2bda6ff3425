"""Several senders at one PostgreSQL database, which lets them claim at the same time (SQLite lets one write)."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from convisav_tui.notifying import outcome
from convisav_tui.notifying.outcome import Outcome
from convisav_tui.notifying.sender import run_due
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    DeviceFamily,
    DeviceType,
    Message,
    MessageAttempt,
    MessageEvent,
    MessageState,
    OrderState,
)
from tests.notifying.conftest import configuration
from tests.shop_builder import add_device, add_order, add_party
from tests.store import postgresql_server

MESSAGES = 60
SENDERS = 4


@pytest.fixture
def postgresql_store() -> Iterator[Store]:
    if postgresql_server.missing():
        pytest.skip(postgresql_server.missing())
    with postgresql_server.running_server() as url:
        store = Store(url.format(database="postgres"))
        SQLModel.metadata.create_all(store.engine)
        yield store
        store.close()


def test_senders_at_the_same_time_send_each_message_once(postgresql_store: Store, tmp_path: Path) -> None:
    store = postgresql_store

    def owe(session: Session) -> None:
        session.add(DeviceType(code="washing_machine", family=DeviceFamily.APPLIANCE, names={"fr": "Lave-linge"}))
        session.flush()
        order = add_order(session, add_device(session, add_party(session)), OrderState.TO_NOTIFY)
        for number in range(MESSAGES):
            session.add(
                Message(
                    order_id=order.id,
                    event=MessageEvent.REPAIR_READY,
                    channel=Channel.SMS,
                    recipient=f"+336123{number:05d}",
                    body="x",
                    dedupe_key=f"repair_ready:{order.id}:{number}:sms",
                )
            )

    store.write(owe)
    sent: list[str] = []
    together = threading.Barrier(SENDERS)

    def carry(message: Message) -> Outcome:
        sent.append(message.recipient)
        return outcome.accepted("200")

    def sender() -> None:
        together.wait(20)
        run_due(store, configuration(tmp_path), channels={Channel.SMS: carry})

    threads = [threading.Thread(target=sender) for _ in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len(sent) == MESSAGES and set(Counter(sent).values()) == {1}
    with store.read() as session:
        states = session.scalars(sa.select(Message.state)).all()
        assert set(states) == {MessageState.SENT}
        assert session.scalar(sa.select(sa.func.count()).select_from(MessageAttempt)) == MESSAGES
