"""A shop with an order that waits to notify its customer, and the channels it may use."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import Session, col, select

from convisav_tui.config import Config, DatabaseConfig, EmailConfig, FaxConfig, NotifyConfig, ShopConfig, SmsConfig
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    Channel,
    Message,
    MessageAttempt,
    MessageEvent,
    OrderState,
    RepairOrder,
    Setting,
)
from tests.mail_server import HOST, MailServer, ServerCertificate, make_certificate, running_mail_server
from tests.shop_builder import add_device, add_order, add_party
from tests.sms_gateway import SmsGateway, running_gateway
from tests.store.databases import shop_on

MOBILE = "+33612345678"
ADDRESS = "l'atelier.durand@example.com"


@pytest.fixture
def mail_server() -> Iterator[MailServer]:
    with running_mail_server() as server:
        yield server


@pytest.fixture
def gateway() -> Iterator[SmsGateway]:
    with running_gateway() as running:
        yield running


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> ServerCertificate:
    return make_certificate(tmp_path_factory.mktemp("tls"))


def configuration(folder: Path, email: str = "", sms: str = "", fax: str = "", **shop: Any) -> Config:
    """A configuration with the channels that are named."""
    return Config(
        shop=ShopConfig(name="Atelier Noël", email="sav@shop.example", **shop),
        database=DatabaseConfig(f"sqlite:///{folder / 'shop.db'}"),
        home=folder,
        notify=NotifyConfig(
            EmailConfig(email, "Atelier Noël", "atelier@shop.example", "sav@shop.example"),
            SmsConfig(sms, "Atelier"),
            FaxConfig(fax),
        ),
    )


def mail_url(server: MailServer) -> str:
    return f"mailto://{HOST}:{server.port}"


class Outbox:
    """A shop whose messages are looked at by tests."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def order(self, email: str = ADDRESS, phone: str = "06 12 34 56 78") -> int:
        """An order whose customer is to be told that it is ready."""

        def add(session: Session) -> int:
            device = add_device(
                session, add_party(session, email=email, phone=phone, phone_kind="mobile" if phone else "")
            )
            order = add_order(session, device, OrderState.TO_NOTIFY, ready_channel=Channel.EMAIL)
            assert order.id is not None
            return order.id

        return self.store.write(add)

    def owe(self, channel: Channel, recipient: str | None = None, order_id: int | None = None, **values: Any) -> int:
        """Owe a message that the device is ready. Returns its id."""
        order_id = order_id or self.order()
        to = recipient if recipient is not None else (ADDRESS if channel is Channel.EMAIL else MOBILE)
        values = {"subject": "[26 0001234 5] Votre appareil est prêt", "body": "Bonjour,\nIl est prêt."} | values

        def add(session: Session) -> int:
            key = f"repair_ready:{order_id}:0:{channel.value}"
            message = Message(
                order_id=order_id,
                channel=channel,
                recipient=to,
                **({"dedupe_key": key, "event": MessageEvent.REPAIR_READY} | values),
            )
            session.add(message)
            session.flush()
            assert message.id is not None
            return message.id

        return self.store.write(add)

    def message(self, message_id: int) -> Message:
        with self.store.read() as session:
            return session.get_one(Message, message_id)

    def messages(self) -> list[Message]:
        with self.store.read() as session:
            return list(session.exec(select(Message).order_by(col(Message.id))).all())

    def attempts(self, message_id: int) -> list[MessageAttempt]:
        with self.store.read() as session:
            of_it = MessageAttempt.message_id == message_id
            return list(session.exec(select(MessageAttempt).where(of_it).order_by(col(MessageAttempt.id))).all())

    def order_state(self, message_id: int) -> OrderState:
        with self.store.read() as session:
            return session.get_one(RepairOrder, session.get_one(Message, message_id).order_id).state

    def setting(self, key: str) -> Any:
        with self.store.read() as session:
            setting = session.get(Setting, key)
            return setting.value if setting else None


@pytest.fixture(params=["sqlite", "postgresql"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outbox]:
    """The shop on each kind of database that can be had here."""
    opened = Outbox(shop_on(request, tmp_path))
    yield opened
    opened.store.close()
