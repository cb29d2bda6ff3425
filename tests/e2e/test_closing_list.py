"""The closing list of the first source, line by line: what was typed in a day (closing_story.py) is read from paper,
mailbox, telephone, fax, database or screen. Each docstring quotes its line."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.e2e import closing_story as story
from tests.e2e.closing_story import CALL, CAPPED, EMAIL, FAX, PRINCIPAL, SMS, SUBCONTRACTED, TOLD, Day
from tests.e2e.shop import pdf_text, running_shop, shown
from tests.fake_printer import scanned
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

FAX_GATEWAY = "33142000002@fax.example"
HELENE, MARC = "helene@example.org", "+33698765432"


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory, shop_template: Path) -> Iterator[Day]:
    with running_shop(tmp_path_factory.mktemp("closing") / "shop", shop_template) as shop:
        yield story.lived(shop)


def _day(written: date) -> str:
    return f"{written:%d/%m/%Y}"


def _mail(day: Day, recipient: str, about: str) -> EmailMessage:
    """The only mail to somebody with these words in its subject."""
    found = [mail.message for mail in day.shop.mail.received if mail.rcpt_to == [recipient]]
    (mail,) = [message for message in found if about in message["Subject"]]
    return mail


def _text(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _pages(mail: EmailMessage) -> str:
    """What stands in the PDF that came with a mail."""
    (attached,) = [part for part in mail.iter_attachments() if part.get_content_type() == "application/pdf"]
    content = attached.get_payload(decode=True)
    assert isinstance(content, bytes)
    return pdf_text(content)


def _sms(day: Day, recipient: str, about: str) -> str:
    (found,) = [sms for sms in day.shop.sms.sent if sms["to"] == recipient and about in sms["message"]]
    return str(found["message"])


def _receipt(day: Day, which: int) -> str:
    (text,) = wait_until(lambda: day.shop.papers(f"{day.number(which)}-"), 20, "the receipt")
    return text


def _calls(day: Day, event: str) -> list[tuple[str, str]]:
    rows = day.shop.rows(
        "SELECT c.outcome, c.note FROM call_attempt c JOIN message m ON m.id = c.message_id"
        " JOIN repair_order o ON o.id = m.order_id WHERE o.number = ? AND m.event = ?",
        day.number(CALL),
        event,
    )
    return [(row["outcome"], row["note"]) for row in rows]


def _coverage(day: Day, which: int) -> list[tuple[str, str, int, str]]:
    rows = day.shop.rows(
        "SELECT c.line, c.kind, c.share, c.payer FROM coverage c JOIN repair_order o ON o.id = c.order_id"
        " WHERE o.number = ? ORDER BY c.id",
        day.number(which),
    )
    return [(row["line"], row["kind"], row["share"], row["payer"]) for row in rows]


def _list(day: Day, digit: str) -> list[str]:
    """The ticket numbers on the list of the board that a digit shows."""
    page = day.board(digit)
    page = day.board(digit)
    rows = "\n".join(line.partition("│")[2] for line in page.splitlines())
    return [number for number in day.numbers if shown(number) in rows]


def test_devices_in_after_sales_service_are_followed(day: Day) -> None:
    """Suivi des appareils en S.A.V."""
    moves = [event for event in day.shop.events(day.number(EMAIL)) if event["transition"]]
    assert [move["to_state"] for move in moves] == [
        "received",
        "quote_requested",
        "quote_issued",
        "quote_accepted",
        "in_repair",
        "completed",
        "to_notify",
        "notified",
        "returned",
    ]
    assert all(move["at"] and (move["staff_id"] or move["event"] in ("notice_due", "message_sent")) for move in moves)


def test_devices_in_the_workshop_are_followed(day: Day) -> None:
    """Suivi des appareils en S.A.V. en atelier (suivi de S.A.V.)"""
    moves = day.shop.rows(
        "SELECT c.holder, s.name FROM custody_event c JOIN repair_order o ON o.id = c.order_id"
        " LEFT JOIN staff s ON s.id = c.technician_id WHERE o.number = ? ORDER BY c.id",
        day.number(EMAIL),
    )
    assert [tuple(move.values()) for move in moves] == [
        ("in_shop", None),
        ("with_technician", "Théo"),
        ("in_shop", None),
        ("returned", None),
    ]
    page = day.sheet(EMAIL, "13", "Technician ")
    assert "Technician       Théo" in page and "Outcome          repaired" in page
    assert "pump replaced" in str([event["detail"] for event in day.shop.events(day.number(EMAIL))])


def test_a_label_with_a_unique_barcode_is_printed(day: Day) -> None:
    """Impression d'une étiquette à code-barre unique à coller sur l'appareil à réparer (suivi de S.A.V.)"""
    read = [scanned(page.image) for page in day.shop.printer.printed()]
    assert all(len(codes) == 1 for codes in read)
    assert sorted(code for codes in read for code in codes) == sorted(day.numbers)
    assert len(set(day.numbers)) == len(day.numbers) == len(story.INTAKES)


def test_the_label_is_printed_by_itself(day: Day) -> None:
    """Impression automatique d'une étiquette de suivi de S.A.V."""
    jobs = [job for number in day.numbers for job in day.shop.jobs(number) if job["kind"] == "label"]
    assert [job["state"] for job in jobs] == ["sent"] * len(day.numbers)
    # Nobody pressed F4: each job was written with its intake.
    assert {job["duplicate"] for job in jobs} == {0}
    assert len(day.shop.printer.printed()) == len(jobs)


def test_repair_sheet(day: Day) -> None:
    """Fiche de réparation (suivi de S.A.V.)"""
    page = day.sheet(EMAIL)
    for text in (
        f"Order {shown(day.number(EMAIL))}",
        "Hélène Lefèvre",
        "06 12 34 56 78",
        "Washing machine · Miele WCD320 · no. SN-1001",
        "does not drain",
        "scratched lid",
        "hose",
        "Quote asked      yes, at most €80.00",
        "Anna · counter 1",
    ):
        assert text in page
    receipt = _receipt(day, EMAIL)
    for text in (shown(day.number(EMAIL)), "Hélène Lefèvre", "Miele WCD320", "SN-1001", "does not drain", "hose"):
        assert text in receipt


def test_the_device_is_checked_to_be_under_guarantee(day: Day) -> None:
    """Vérification que l'appareil à réparer est toujours sous garantie (suivi de S.A.V.)"""
    until = story.BOUGHT.replace(year=story.BOUGHT.year + 2)
    assert day.shop.order(day.number(PRINCIPAL))["kind"] == "legal_guarantee"
    assert day.shop.order(day.number(EMAIL))["kind"] == "paid"
    assert f"parts until {_day(until)}, labour until {_day(until)}" in _receipt(day, PRINCIPAL)
    assert "parts over since 01/03/2023, labour over since 01/03/2023" in _receipt(day, EMAIL)


def test_quotes_are_managed(day: Day) -> None:
    """Gestion des devis de réparation d'appareil"""
    rows = day.shop.rows(
        "SELECT q.amount, q.text, d.accepted, d.decided_by, d.means FROM quote q"
        " JOIN quote_decision d ON d.quote_id = q.id JOIN repair_order o ON o.id = q.order_id"
        " WHERE o.number = ?",
        day.number(EMAIL),
    )
    (quote,) = rows
    assert (quote["amount"], quote["accepted"]) == (12600, 1)
    assert (quote["decided_by"], quote["means"]) == ("Hélène Lefèvre", "counter")
    paper = _pages(_mail(day, HELENE, "quote"))
    assert "Quote" in paper and "€126.00" in paper and "Drain pump, labour" in paper
    assert shown(day.number(EMAIL)) in paper


def test_the_most_that_the_customer_will_pay(day: Day) -> None:
    """Montant maximal que le client est prêt à payer pour sa réparation"""
    above, within = day.shop.order(day.number(EMAIL)), day.shop.order(day.number(CAPPED))
    assert (above["cap"], above["price"]) == (8000, 12600)
    assert "accept_quote" in {event["event"] for event in day.shop.events(day.number(EMAIL))}, "asked: it was above"
    assert within["cap"] == 15000 and within["state"] == "in_repair"
    assert "accept_by_cap" in {event["event"] for event in day.shop.events(day.number(CAPPED))}, "not asked"
    assert "€80.00" in _receipt(day, EMAIL) and "€150.00" in _receipt(day, CAPPED)


def test_the_customer_can_be_told_that_his_quote_is_ready(day: Day) -> None:
    """Possibilité de prévenir le client une fois que son devis de réparation est prêt (suivi de S.A.V.)"""
    assert _calls(day, "quote_ready") == [("reached", "he will answer tomorrow")]
    assert "quote ready  call  01 45 00 00 01  called" in day.sheet(CALL, "15", "repair ready  call")


def test_the_customer_can_be_told_that_his_repair_is_ready(day: Day) -> None:
    """Possibilité de prévenir le client une fois que sa réparation est prête (suivi de S.A.V.)"""
    assert _calls(day, "repair_ready") == [("reached", "he comes on Friday")]
    order = day.shop.order(day.number(CALL))
    assert order["state"] == "notified" and order["notified_at"]


def test_an_email_says_that_the_quote_is_ready(day: Day) -> None:
    """Possibilité de prévenir automatiquement le client par email
    que son devis de réparation est prêt (suivi de S.A.V.)"""
    mail = _mail(day, HELENE, "your quote")
    assert shown(day.number(EMAIL)) in mail["Subject"] and "€126.00" in _text(mail)
    assert "Please tell us whether you accept it." in _text(mail)


def test_an_sms_says_that_the_quote_is_ready(day: Day) -> None:
    """Possibilité de prévenir automatiquement le client par SMS
    que son devis de réparation est prêt (suivi de S.A.V.)"""
    text = _sms(day, MARC, "quote ready")
    assert shown(day.number(SMS)) in text and "€126.00" in text


def test_a_fax_says_that_the_quote_is_ready(day: Day) -> None:
    """Possibilité de prévenir automatiquement le client par fax
    que son devis de réparation est prêt (suivi de S.A.V.)"""
    page = _pages(_mail(day, FAX_GATEWAY, "your quote"))
    assert shown(day.number(FAX)) in page and "€126.00" in page and "Cabinet Faure" in page


def test_an_email_says_that_the_repair_is_ready(day: Day) -> None:
    """Possibilité de prévenir automatiquement le client par email que sa réparation est prête (suivi de S.A.V.)"""
    mail = _mail(day, HELENE, "waiting for you")
    assert shown(day.number(EMAIL)) in mail["Subject"]
    assert "The repair is finished." in _text(mail) and "€96.00" in _text(mail)


def test_an_sms_says_that_the_repair_is_ready(day: Day) -> None:
    """Possibilité de prévenir automatiquement le client par SMS que sa réparation est prête (suivi de S.A.V.)"""
    text = _sms(day, MARC, "waiting for you")
    assert shown(day.number(SMS)) in text and "€81.00" in text


def test_a_fax_says_that_the_repair_is_ready(day: Day) -> None:
    """Possibilité de prévenir automatiquement le client par fax que sa réparation est prête (suivi de S.A.V.)"""
    page = _pages(_mail(day, FAX_GATEWAY, "waiting for you"))
    assert "fax 01 42 00 00 02" in _receipt(day, FAX), "the receipt says which number"
    assert shown(day.number(FAX)) in page and "The repair is finished." in page


def test_a_deposit_is_taken_with_the_device(day: Day) -> None:
    """Possibilité de prendre un acompte (ou montant de prise en charge) lors du dépôt d'un appareil à réparer"""
    receipt = _receipt(day, EMAIL)
    assert "Down payment (acompte): €30.00" in receipt, "its nature in law is named with it"
    rows = day.shop.rows(
        "SELECT p.nature, p.amount FROM payment p JOIN repair_order o ON o.id = p.order_id"
        " WHERE o.number = ? AND p.nature != 'guarantee_deposit' ORDER BY p.id",
        day.number(EMAIL),
    )
    assert [tuple(row.values()) for row in rows] == [("acompte", 3000), ("balance", 9600)], "it came off the price"


def test_there_are_several_types_of_deposit_with_an_amount(day: Day) -> None:
    """Définition de plusieurs types de prise en charge (avec montant) (suivi de S.A.V.)"""
    types = day.shop.rows("SELECT names, amount FROM intake_amount_type ORDER BY position")
    assert len(types) > 2 and "Workshop" in types[0]["names"] and types[0]["amount"] == 3000
    assert "Express" in types[-1]["names"] and types[-1]["amount"] == 4500, "the one typed at the keyboard"
    taken = day.shop.rows("SELECT label, amount FROM payment WHERE nature = 'acompte' ORDER BY id")
    assert [tuple(row.values()) for row in taken] == [("Workshop", 3000), ("Express", 4500)]
    assert "€45.00" in _receipt(day, SMS)


def test_guarantees_are_managed(day: Day) -> None:
    """Gestion des garanties"""
    (written,) = day.shop.rows("SELECT kind, parts, labour, ends_on, debtor FROM guarantee")
    assert tuple(written.values()) == ("manufacturer", 1, 1, story.GUARANTEED.isoformat(), "manufacturer")
    passport = day.sheet(PRINCIPAL, "i", _day(story.GUARANTEED))
    day.terminal.press("escape")
    day.terminal.wait("Order ")
    assert "legal" in passport and "manufacturer" in passport
    until = date.fromisoformat(day.shop.order(day.number(EMAIL))["repair_guarantee_until"])
    (returned,) = wait_until(lambda: day.shop.papers("return_receipt"), 20, "the return receipt")
    assert until > story.TODAY and f"Guarantee on this repair {_day(until)}" in returned


def test_the_guarantee_stands_in_the_repair_sheet(day: Day) -> None:
    """Gestion de la garantie dans la fiche de réparation (suivi de S.A.V.)"""
    assert _coverage(day, PRINCIPAL) == [(line, "legal", 10_000, "principal") for line in ("parts", "labour", "travel")]
    assert _coverage(day, EMAIL) == [(line, "none", 0, "customer") for line in ("parts", "labour", "travel")]
    until = story.BOUGHT.replace(year=story.BOUGHT.year + 2)
    page = day.sheet(PRINCIPAL)
    assert f"Bought on        {_day(story.BOUGHT)}" in page and _day(until) in page
    assert "Warranty         none" in day.sheet(EMAIL)


def test_the_day_to_collect_the_device_is_kept(day: Day) -> None:
    """Gestion de la date de récupération de l'appareil en réparation (suivi de S.A.V.)"""
    assert day.shop.order(day.number(EMAIL))["promised_on"] == story.PROMISED.isoformat()
    assert _day(story.PROMISED) in _receipt(day, EMAIL)
    (label,) = [job for job in day.shop.jobs(day.number(EMAIL)) if job["kind"] == "label"]
    assert _day(story.PROMISED) in label["content"]
    assert _day(story.PROMISED) in _text(_mail(day, HELENE, "is with us"))


def test_a_device_is_lent_meanwhile(day: Day) -> None:
    """Prêt d'un appareil de remplacement (suivi de S.A.V.)"""
    (agreement,) = wait_until(lambda: day.shop.papers("loan_agreement"), 20, "the agreement")
    for text in ("Loan agreement", "P-1 Nokia G21", "Hélène Lefèvre", _day(story.PROMISED), "€100.00"):
        assert text in agreement
    (loan,) = day.shop.rows("SELECT outcome, deposit, due_on, ended_at FROM loan")
    assert loan["outcome"] == "returned_ok" and loan["ended_at"] and loan["due_on"] == story.PROMISED.isoformat()
    held = day.shop.rows("SELECT amount FROM payment WHERE nature = 'guarantee_deposit' ORDER BY id")
    assert [row["amount"] for row in held] == [10_000, -10_000]


def test_a_principal_brings_devices(day: Day) -> None:
    """Gestion des appareils à réparer apportés par un donneur d'ordre (suivi de S.A.V.)"""
    order = day.shop.order(day.number(PRINCIPAL))
    names = {row["id"]: row["name"] for row in day.shop.rows("SELECT id, name FROM party")}
    assert names[order["principal_id"]] == "Darty Rivoli" and names[order["party_id"]] == "Anne Petit"
    assert (order["payer"], order["approver"], order["principal_reference"]) == ("principal", "principal", "REF-77")
    receipt = _receipt(day, PRINCIPAL)
    assert "Darty Rivoli" in receipt and "REF-77" in receipt and "Anne Petit" in receipt
    assert _list(day, "9") == [day.number(PRINCIPAL)]


def test_devices_are_passed_on_to_a_subcontractor(day: Day) -> None:
    """Sous-traitance des appareils à réparer (suivi de S.A.V.)"""
    (slip,) = wait_until(lambda: day.shop.papers("dispatch_slip"), 20, "the slip")
    for text in ("Micro Repair", shown(day.number(SUBCONTRACTED)), "OM-1006", "stops at night"):
        assert text in slip
    (job,) = day.shop.rows("SELECT state, order_id, expected_on FROM subcontract_job")
    order = day.shop.order(day.number(SUBCONTRACTED))
    assert (job["state"], job["order_id"]) == ("sent", order["id"]) and job["expected_on"]
    assert (order["state"], order["holder"]) == ("subcontracted", "with_subcontractor")
    assert _list(day, "8") == [day.number(SUBCONTRACTED)]


def test_repairs_are_listed_by_their_state(day: Day) -> None:
    """Liste des réparations en cours, en attente, ou terminées (suivi de S.A.V.)"""
    assert _list(day, "5") == [day.number(CAPPED)]
    assert _list(day, "1") == [day.number(PRINCIPAL)]
    assert _list(day, "6") == [day.number(which) for which in TOLD if which != EMAIL]
    assert _list(day, "0") == day.numbers
