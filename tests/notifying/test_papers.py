"""A message with a paper waits until its PDF is there, carries it, and is told another way when it cannot be set."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.notifying.claims import next_due
from convisav_tui.notifying.sender import run_due
from convisav_tui.store.models import Channel, Message, MessageState, Paper
from tests.mail_server import MailServer
from tests.notifying.conftest import Outbox, configuration, mail_url

PDF = b"%PDF-1.7 not really"


def owe_with_paper(outbox: Outbox, channel: Channel, recipient: str, **values: object) -> int:
    message_id = outbox.owe(channel, recipient)

    def attach(session: Session) -> None:
        fields = {"kind": "letter", "file_name": "Avis d’été n° 12.pdf", "dedupe_key": f"paper-{message_id}"}
        paper = Paper.model_validate(fields | values)
        session.add(paper)
        session.flush()
        session.get_one(Message, message_id).paper_id = paper.id

    outbox.store.write(attach)
    return message_id


def render(outbox: Outbox, message_id: int, **values: object) -> None:
    def write(session: Session) -> None:
        paper = session.get_one(Paper, session.get_one(Message, message_id).paper_id)
        for key, value in values.items():
            setattr(paper, key, value)

    outbox.store.write(write)


def test_a_mail_waits_for_its_pdf_and_carries_it(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    config = configuration(tmp_path, mail_url(mail_server))
    message_id = owe_with_paper(outbox, Channel.EMAIL, "client@example.com")
    assert run_due(outbox.store, config) == 0 and next_due(outbox.store) is not None
    assert outbox.message(message_id).state is MessageState.QUEUED
    render(outbox, message_id, pdf=PDF, rendered_at=now())
    assert run_due(outbox.store, config) == 1
    [mail] = mail_server.received
    [part] = mail.message.iter_attachments()
    assert (part.get_filename(), part.get_content()) == ("Avis d’été n° 12.pdf", PDF)
    html = mail.message.get_body(("html",))
    assert html is not None and "26 0001234 5" in html.get_content()
    assert str(mail.message["Reply-To"]) == "sav@shop.example"


def test_a_fax_carries_its_pages(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    config = configuration(tmp_path, mail_url(mail_server), fax="faxmail://fax.example")
    message_id = owe_with_paper(outbox, Channel.FAX, "+33142000001", pdf=PDF, rendered_at=now())
    assert run_due(outbox.store, config) == 1
    assert outbox.message(message_id).state is MessageState.SENT
    assert mail_server.recipients == ["33142000001@fax.example"]


def test_a_fax_that_may_have_left_waits_for_a_person(outbox: Outbox, mail_server: MailServer, tmp_path: Path) -> None:
    mail_server.behaviour.at_data = "cut"
    config = configuration(tmp_path, mail_url(mail_server), fax="faxmail://fax.example")
    message_id = owe_with_paper(outbox, Channel.FAX, "+33142000001", pdf=PDF, rendered_at=now())
    assert run_due(outbox.store, config) == 1
    assert outbox.message(message_id).state is MessageState.UNKNOWN
    assert run_due(outbox.store, config, now() + timedelta(hours=1)) == 0


def test_a_paper_that_cannot_be_set_is_no_reason_to_be_silent(
    outbox: Outbox, mail_server: MailServer, tmp_path: Path
) -> None:
    config = configuration(tmp_path, mail_url(mail_server))
    message_id = owe_with_paper(outbox, Channel.EMAIL, "client@example.com")
    render(outbox, message_id, last_error="This document cannot be set: “title” is missing.")
    run_due(outbox.store, config)
    failed = outbox.message(message_id)
    assert failed.state in (MessageState.CANCELLED, MessageState.TO_CALL)
    assert failed.last_text.startswith("This document cannot be set")
    assert mail_server.received == []
