"""What a message costs beside raw smtplib in the same run: by our plugin, and through the whole outbox."""

from __future__ import annotations

import smtplib
import tempfile
from email.message import EmailMessage
from pathlib import Path

from sqlmodel import Session

from benchmarks.command import Extent, main
from benchmarks.figures import Aim, Figure, Sample, Spell, interleaved, timed
from convisav_tui.clock import now
from convisav_tui.notifying.carriers import carry_email
from convisav_tui.notifying.sender import run_due
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Message, MessageEvent, MessageState, OrderState
from tests.mail_server import HOST, MailServer, running_mail_server
from tests.notifying.conftest import configuration, mail_url
from tests.shop_builder import add_device, add_order, add_party, small_store

MAILS = 40
BODY = "Bonjour Hélène Lefèvre,\n\nVotre appareil (Miele WCD320) vous attend.\n\nAtelier Noël\n" * 3
AIM = Aim(3)


def measure(extent: Extent) -> list[Figure]:
    """So many mails by each way, one way after the other, round by round."""
    with tempfile.TemporaryDirectory() as folder, running_mail_server() as server:
        store = small_store(Path(folder))
        config = configuration(Path(folder), mail_url(server))
        order_id = store.write(_order)
        carried = [_message(order_id, number) for number in range(MAILS)]
        for number, message in enumerate(carried):
            message.id = number + 1
        cases = {
            "raw": timed(lambda: [_raw(server, number) for number in range(MAILS)]),
            "plugin": timed(lambda: [_accepted(carry_email(message, config).accepted) for message in carried]),
            "outbox": lambda: _sent(store, config_of_store=config, order_id=order_id),
        }
        carry_email(carried[0], config)  # imports and certificates once
        found = interleaved(cases, extent.rounds)
        store.close()
        assert len(server.received) == 3 * MAILS * extent.rounds + 1
    return _figures(found)


def _figures(found: dict[str, list[Spell]]) -> list[Figure]:
    figures = []
    for kind, unit in (("wall", "ms"), ("cpu", "ms CPU")):
        values = {name: Sample(tuple(getattr(s, kind) / MAILS for s in spells)) for name, spells in found.items()}
        for name, what in (
            ("plugin", "one e-mail by our plugin"),
            ("outbox", "one e-mail through the outbox (SQLite)"),
        ):
            aim = AIM if (name, kind) == ("plugin", "wall") else None
            figures.append(Figure(what, unit, values[name], values["raw"], "smtplib, a connection a mail", aim))
    return figures


def _sent(store: Store, config_of_store: object, order_id: int) -> Spell:
    """Owe the mails, then time how they leave: claimed, attempted, closed, each in its own transaction."""
    from convisav_tui.config import Config

    assert isinstance(config_of_store, Config)
    begun = store.write(lambda session: _owe(session, order_id))
    spell = timed(lambda: run_due(store, config_of_store))()
    with store.read() as session:
        states = {session.get_one(Message, begun + number).state for number in range(MAILS)}
    assert states == {MessageState.SENT}, states
    return spell


def _owe(session: Session, order_id: int) -> int:
    rows = [_message(order_id, number) for number in range(MAILS)]
    stamp = now().timestamp()
    for number, row in enumerate(rows):
        row.dedupe_key = f"intake:{order_id}:{number}:email:{stamp}"
    session.add_all(rows)
    session.flush()
    first = rows[0].id
    assert first is not None
    return first


def _order(session: Session) -> int:
    order = add_order(session, add_device(session, add_party(session)), OrderState.RECEIVED)
    assert order.id is not None
    return order.id


def _message(order_id: int, number: int) -> Message:
    return Message(
        order_id=order_id,
        event=MessageEvent.INTAKE,
        channel=Channel.EMAIL,
        recipient=f"client.{number}@example.com",
        subject="[26 0001234 5] Atelier Noël : votre appareil est déposé",
        body=BODY,
        dedupe_key=f"intake:{order_id}:{number}:email",
        not_before=now(),
    )


def _raw(server: MailServer, number: int) -> None:
    """The same text by smtplib alone: composed, one connection, one mail."""
    message = EmailMessage()
    message["From"], message["To"] = "atelier@shop.example", f"client.{number}@example.com"
    message["Subject"] = "[26 0001234 5] Atelier Noël : votre appareil est déposé"
    message.set_content(BODY)
    with smtplib.SMTP(HOST, server.port, local_hostname="[127.0.0.1]") as client:
        client.send_message(message)


def _accepted(accepted: bool) -> None:
    assert accepted


if __name__ == "__main__":
    main(measure, __doc__)
