"""Hostile texts on every surface but the screen: stored, printed, sent, exported, logged as text, obeyed nowhere."""

from __future__ import annotations

import io
import json
import re
import unicodedata
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlmodel import Session, select

from convisav_tui.csv_cells import as_csv, defused, from_csv, restored
from convisav_tui.notifying.mail_message import Mail, compose
from convisav_tui.notifying.mailbox import Mailbox
from convisav_tui.notifying.urls import MailAccount
from convisav_tui.printing.document_pdf import document_pdf
from convisav_tui.printing.label import label
from convisav_tui.printing.media import media_named
from convisav_tui.printing.receipt import words_of
from convisav_tui.printing.receipt_pdf import receipt_pdf
from convisav_tui.printing.receipt_roll import receipt_strip
from convisav_tui.shop.document import Document
from convisav_tui.shop.filled_papers import label_of, receipt_of
from convisav_tui.shop.letters import page_for
from convisav_tui.shop.message_facts import facts_of
from convisav_tui.shop.order_papers import document_of, papers_of
from convisav_tui.store.models import Channel, Device, Message, MessageEvent, Party, RepairOrder
from convisav_tui.text import clean_line, clean_text
from tests.commands.convisav import beside, convisav
from tests.fake_printer import scanned
from tests.security.conftest import HostileShop
from tests.security.hostile import HOSTILE
from tests.waiting import wait_until

CONTROLS = ("Cc", "Cf", "Cs", "Co")
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


def squeezed(text: str) -> str:
    return "".join(text.split())


def _in_ascii(text: str) -> str:
    """Without places where a line may break, and letters that the font does not have."""
    return "".join(c for c in text if c.isascii() and c.isprintable())


def has_controls(text: str, allowed: str = "\n") -> bool:
    return any(unicodedata.category(c) in CONTROLS for c in text if c not in allowed)


@pytest.mark.parametrize("wrong", HOSTILE)
def test_what_is_stored_is_the_text_without_its_controls(wrong: str, hostile_shop: HostileShop) -> None:
    taken = hostile_shop.taken[wrong]
    with hostile_shop.store.read() as session:
        order = session.get_one(RepairOrder, taken.order_id)
        device = session.get_one(Device, order.device_id)
        party = session.get_one(Party, order.party_id)
    assert order.reported_fault == clean_text(taken.text)
    assert party.name == clean_line(taken.text[:100]) and device.model == clean_line(taken.text[:50])
    assert not has_controls(order.reported_fault + party.name + device.brand + order.accessories)


@pytest.mark.parametrize("wrong", HOSTILE)
def test_paper(wrong: str, hostile_shop: HostileShop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    taken = hostile_shop.taken[wrong]
    with hostile_shop.store.read() as session:
        order = session.get_one(RepairOrder, taken.order_id)
        tag, receipt = label_of(session, order, hostile_shop.context), receipt_of(session, order, hostile_shop.context)
    assert not has_controls(tag.device)
    label(tag, media_named("62"))
    words = words_of(receipt)
    assert scanned(receipt_strip(words, media_named("62"))) == [taken.number]
    printed = squeezed("\n".join(page.extract_text() for page in PdfReader(io.BytesIO(receipt_pdf(words))).pages))
    wanted = squeezed(clean_line(taken.text[:100]))
    assert _in_ascii(wanted)[:60] in _in_ascii(printed)
    assert "root:" not in printed and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wrong", HOSTILE)
def test_every_paper_of_an_order(wrong: str, hostile_shop: HostileShop) -> None:
    """Those that can be made of it, and those that its messages have."""
    taken = hostile_shop.taken[wrong]
    with hostile_shop.store.read() as session:
        order = session.get_one(RepairOrder, taken.order_id)
        made = [
            document_of(session, order, kind, hostile_shop.context)
            for kind in ("job_sheet", "work_statement", "return_receipt", "relinquishment")
        ]
        made += [Document.from_content(paper.content) for paper in papers_of(session, taken.order_id)]
        party = session.get_one(Party, order.party_id)
    # Its own text where one stands there: a receipt that was issued keeps the name as it was cleaned.
    wanted = _in_ascii(squeezed(clean_line(party.name)))[:30]
    fault = _in_ascii(squeezed(clean_text(taken.text)))[:30]
    for document in made:
        said = _in_ascii(squeezed(_text_of(document_pdf(document))))
        assert wanted in said or fault in said, document.kind
        assert "root:" not in said, document.kind


def test_letters_and_faxes(hostile_shop: HostileShop) -> None:
    """The wording is the shop's, what it quotes is not."""
    body = "\n\n".join(clean_text(text) for text in HOSTILE.values() if text != HOSTILE["long"])

    def pages(session: Session) -> list[Document]:
        order = session.get_one(RepairOrder, hostile_shop.taken["typst"].order_id)
        found = []
        for channel in (Channel.LETTER, Channel.FAX):
            message = Message(
                order_id=order.id, event=MessageEvent.REPAIR_READY, channel=channel, recipient="x", body=body,
                subject=clean_line(HOSTILE["typst"]), dedupe_key=f"hostile:{channel.value}",
            )  # fmt: skip
            facts = facts_of(session, order)
            paper = page_for(session, message, order.number, facts, hostile_shop.context, order.party_id)
            found.append(Document.from_content(paper.content))
        return found

    for document in hostile_shop.store.write(pages):
        said = _in_ascii(squeezed(_text_of(document_pdf(document))))
        for text in HOSTILE.values():
            assert _in_ascii(squeezed(clean_text(text)))[:20] in said or text == HOSTILE["long"], document.kind
        assert "root:" not in said


def _text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_messages_carry_the_text_and_no_header_of_it(hostile_shop: HostileShop) -> None:
    shop = hostile_shop.shop
    with beside(shop.home, "worker") as worker:
        wait_until(lambda: len(shop.mail.received) >= len(HOSTILE), 120, "a mail for every order")
        worker.terminate()
        worker.wait(60)
    assert {message.rcpt_to[0] for message in shop.mail.received} == {
        taken.email for taken in hostile_shop.taken.values()
    }
    by_recipient = {
        received.rcpt_to[0]: received for received in shop.mail.received if "example.org" in str(received.rcpt_to)
    }
    for wrong, taken in hostile_shop.taken.items():
        received = by_recipient[taken.email]
        message = received.message
        assert received.rcpt_to == [taken.email], wrong
        assert "Bcc" not in message and "X-Owned" not in message, wrong
        assert str(message["To"]) == taken.email
        assert not has_controls(str(message["Subject"]), "")
        plain = message.get_body(("plain",))
        assert plain is not None
        content = str(plain.get_content())
        assert squeezed(clean_line(taken.text[:100]))[:40] in squeezed(content), wrong
        html = message.get_body(("html",))
        if html is not None:
            page = str(html.get_content())
            assert "<script" not in page and "<img" not in page and "<a href=javascript" not in page


def test_a_header_never_takes_a_line_end() -> None:
    account = MailAccount(
        host="127.0.0.1", port=25, mode="plain", sender=Mailbox("shop", "example.org"), from_name=HOSTILE["header"]
    )
    for text in HOSTILE.values():
        mail = Mail(Mailbox("client", "example.org"), text, text, "<1@example.org>")
        message = message_from_bytes(compose(mail, account).as_bytes(policy=policy.SMTP), policy=policy.default)
        assert message["Bcc"] is None and message["X-Owned"] is None
        assert message["To"] == "client@example.org"


def test_short_messages_are_one_text_to_one_number(hostile_shop: HostileShop) -> None:
    with hostile_shop.store.read() as session:
        rows = session.exec(select(Message)).all()
    assert rows
    for row in rows:
        assert not has_controls(row.body) and not has_controls(row.subject, "")
        assert row.recipient in {taken.email for taken in hostile_shop.taken.values()} or re.fullmatch(
            r"\+336123456\d\d", row.recipient
        )


# --- exports ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("wrong", HOSTILE)
def test_a_cell_is_no_formula_and_can_be_read_back(wrong: str) -> None:
    text = HOSTILE[wrong]
    assert not defused(text).lstrip(" ").startswith(FORMULA)
    assert restored(defused(text)) == text
    (row,) = from_csv("".join(as_csv([[text, "", "1"]])))
    assert row == [text, "", "1"]


def test_a_cell_that_is_harmless_stays_as_it_is() -> None:
    for text in ("Miele", "26 0001234 5", "2026-11-21", "", "a=b", "l'eau"):
        assert defused(text) == text == restored(text)


def test_the_list_for_a_spreadsheet(hostile_shop: HostileShop, home: Path) -> None:
    done = convisav(home, "orders", "--list", "open", "--csv")
    assert done.code == 0, done.err
    header, *rows = from_csv(done.out)
    found = {row[header.index("number")]: dict(zip(header, row, strict=True)) for row in rows}
    for taken in hostile_shop.taken.values():
        row = found[taken.number]
        assert row["customer"] == clean_line(taken.text[:100])
    for line in done.out.splitlines():
        cells = re.findall(r'"((?:[^"]|"")*)"', line)
        assert not any(cell.lstrip(" ").startswith(FORMULA) for cell in cells)


def test_what_commands_print_moves_no_terminal(hostile_shop: HostileShop, home: Path) -> None:
    _smuggle(hostile_shop)
    outputs = [convisav(home, "orders"), convisav(home, "orders", "--json"), convisav(home, "orders", "--csv")]
    for wrong in ("escape sequences", "controls of eight bits", "direction"):
        number = hostile_shop.taken[wrong].number
        outputs += [convisav(home, "order", number), convisav(home, "order", number, "--json")]
    for done in outputs:
        assert done.code == 0, done.err
        assert not has_controls(done.out + done.err)
    data = json.loads(outputs[1].out)
    assert HOSTILE["escape sequences"] in {order["customer"] for order in data["orders"]}, "JSON loses nothing"
    refused = convisav(home, "order", "\x1b]0;OWNED\x07")
    assert refused.code == 2 and not has_controls(refused.err)


def _smuggle(hostile: HostileShop) -> None:
    """Another program wrote the raw text into the database."""
    for wrong in ("escape sequences", "controls of eight bits", "direction"):
        taken = hostile.taken[wrong]

        def write(session: object, taken: object = taken) -> None:
            order = session.get_one(RepairOrder, taken.order_id)  # type: ignore[attr-defined]
            party = session.get_one(Party, order.party_id)  # type: ignore[attr-defined]
            party.name, order.reported_fault = taken.text[:100], taken.text  # type: ignore[attr-defined]
            session.add_all([party, order])  # type: ignore[attr-defined]

        hostile.store.write(write)


def test_nothing_was_run(hostile_shop: HostileShop) -> None:
    assert not list(hostile_shop.shop.home.rglob("OWNED*"))
