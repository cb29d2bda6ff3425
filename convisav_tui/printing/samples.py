"""A sample of each kind of paper, invented: to try templates on, and to draw the pictures of the documentation from."""

from __future__ import annotations

from convisav_tui import ticket_number
from convisav_tui.i18n import LANGUAGES, mark, translate
from convisav_tui.printing.document_pdf import document_pdf, words_of_document
from convisav_tui.printing.receipt import words_of
from convisav_tui.printing.receipt_pdf import receipt_pdf, words_of_receipt
from convisav_tui.printing.sample_texts import TEXTS
from convisav_tui.printing.shop_templates import shipped_kinds
from convisav_tui.printing.typesetting import Json
from convisav_tui.shop.document import Document, Table
from convisav_tui.shop.paper import ReceiptPaper
from convisav_tui.words import PAPERS

NUMBER = ticket_number.make(2026, 1234)
RECEIPT = "intake_receipt"
SHOP = ("Atelier des Quais", "12 rue des Écoles\n69007 Lyon", "04 78 00 00 00", "atelier@example.org")
CUSTOMER = ("Élodie Castagnède", "3 impasse du Port", "69002 Lyon")
IDENTITY = "Atelier des Quais SARL · SIREN 123 456 789 · TVA FR00123456789"
DEVICE, SERIAL = "Brunelle WB 320", "B3204711"

_TITLES = {
    "quote": mark("Quote"),
    "return_receipt": mark("Return receipt"),
    "returned_unrepaired": mark("Returned unrepaired"),
    "dispatch_slip": mark("Dispatch slip"),
    "loan_agreement": mark("Loan agreement"),
    "supplier_order": mark("Supplier order"),
    "principal_statement": mark("Statement"),
    "job_sheet": mark("Job sheet"),
    "work_statement": mark("Statement of work done"),
    "relinquishment": mark("Relinquishment slip"),
    "payment_receipt": mark("Receipt of a payment"),
}
_SIGNED = (mark("The customer"), mark("For the shop"))
_SIGNATURES = {
    "job_sheet": (
        mark("Photo before the work"),
        mark("Photo after the work"),
        mark("Technician: date and signature"),
    ),
    "quote": (mark("Accepted: date and signature"),),
    "repair_information_form": (mark("Accepted: date and signature"),),
    "return_receipt": (mark("Received the device"), mark("For the shop")),
    "returned_unrepaired": (mark("Received the device"), mark("For the shop")),
    "dispatch_slip": (mark("Handed over by"), mark("Received by")),
    "loan_agreement": (mark("The borrower"), mark("For the shop")),
    "letter": (),
    "fax": (),
    "supplier_order": (),
    "principal_statement": (),
}
_DEVICE = (
    (mark("Device"), DEVICE),
    (mark("Serial number"), SERIAL),
    (mark("Declared fault"), "fault"),
)
_BENCH = (
    (mark("Customer code"), "C00042"),
    (mark("Technician"), "Théo"),
    (mark("Promised for"), "27/11/2026"),
    (mark("Found fault"), "found"),
    (mark("Condition"), "condition"),
    (mark("Accessories left"), "accessories"),
    (mark("Unlock code"), "no_code"),
)
# Caption → a key of TEXTS, or the text itself.
_FACTS = {
    "job_sheet": _DEVICE + _BENCH,
    "quote": ((mark("Order"), "26 0001234 9"), *_DEVICE, (mark("Valid until"), "21/12/2026")),
    "repair_information_form": (
        *_DEVICE,
        (mark("Amount incl. VAT"), "159,90 €"),
        (mark("Valid until"), "21/12/2026"),
        (mark("Promised for"), "27/11/2026"),
    ),
    "work_statement": (
        *_DEVICE,
        (mark("Found fault"), "found"),
        (mark("Technician"), "Théo"),
        (mark("Working time"), "1 h 25 min"),
        (mark("Price incl. VAT"), "159,90 €"),
    ),
    "returned_unrepaired": (
        *_DEVICE,
        (mark("Reason"), "reason"),
        (mark("State of assembly"), "assembly"),
        (mark("Accessories given back"), "accessories"),
    ),
    "loan_agreement": (
        (mark("Loaner"), "P-4 Ostea Mini"),
        (mark("Serial number"), "OM77120"),
        (mark("Back by"), "27/11/2026"),
        (mark("Guarantee deposit"), "80,00 €"),
    ),
    "dispatch_slip": (
        (mark("Expected back on"), "05/12/2026"),
        (mark("Carrier"), "Coursier Lyon"),
        (mark("Devices"), "2"),
    ),
    "supplier_order": ((mark("Customer number"), "C-77"), (mark("Expected on"), "25/11/2026")),
    "principal_statement": (
        (mark("Month"), "11/2026"),
        (mark("Operations"), "2"),
        (mark("Total incl. VAT"), "159,90 €"),
        (mark("To be paid by"), "21/12/2026"),
    ),
    "payment_receipt": (
        (mark("Order"), "26 0001234 9"),
        (mark("Received"), "100,00 €"),
        (mark("Still due"), "59,90 €"),
    ),
    "letter": (),
    "fax": (),
}
_PARAGRAPHS = {
    "letter": ("letter",),
    "fax": ("letter",),
    "quote": ("consent", "circular"),
    "repair_information_form": ("consent",),
    "job_sheet": (),
    "dispatch_slip": ("note",),
    "supplier_order": ("delivery",),
    "principal_statement": (),
    "relinquishment": ("left",),
    "loan_agreement": ("loan",),
    "work_statement": ("advice", "guaranteed"),
    "return_receipt": ("advice", "guaranteed"),
    "returned_unrepaired": ("unrepaired",),
}
_PARTS = (mark("Part"), mark("Origin"), mark("Quantity"), mark("Serial number"), mark("Old part"))
_TESTS = (mark("Checkpoint"), mark("Result"), mark("Note"))
_GUARANTEES = (mark("Guarantee"), mark("Parts until"), mark("Labour until"), mark("Travel until"))
_SENT = (mark("No."), mark("Device"), mark("Serial no."), mark("Work asked for"), mark("Accessories"))
_ORDERED = (mark("Reference"), mark("Our code"), mark("Part"), mark("For order"), mark("Quantity"))
_STATED = (
    mark("Date"),
    mark("No."),
    mark("Your reference"),
    mark("Customer"),
    mark("Device"),
    mark("Amount incl. VAT"),
)
_FITTED = (("part", "circular_part", "1", "PV-2024-118", "old_back"),)
_TESTED = (("test_drain", mark("ok"), ""), ("test_spin", mark("ok"), "1 400 t/min"), ("test_leak", "[  ]", ""))
_PRICED = (
    ("part", "1", "59,90 €", "20 %", "59,90 €"),
    ("labour", "1,5", "66,67 €", "20 %", "100,00 €"),
    ("subtotal", "", "", "20 %", "133,25 €"),
    ("tax", "", "", "20 %", "26,65 €"),
)
_LINES = (mark("Work and parts"), mark("Quantity"), mark("Price"), mark("VAT"), mark("Amount incl. VAT"))
_TABLES = {
    "job_sheet": ((_TESTS, _TESTED, mark("Final tests")),),
    "work_statement": (
        ((mark("Work done"),), (("work",),), ""),
        (_PARTS, _FITTED, mark("Parts fitted")),
        (_TESTS, _TESTED[:2], mark("Final tests")),
    ),
    "quote": ((_LINES, _PRICED, ""),),
    "repair_information_form": ((_LINES, _PRICED[:2], ""),),
    "return_receipt": ((_GUARANTEES, ((mark("Guarantee on this repair"), *["21/02/2027"] * 3),), ""),),
    "dispatch_slip": (
        (
            _SENT,
            (("26 0001234 9", DEVICE, SERIAL, "fault", "accessories"), ("26 0001235 7", "Ostea Mini", "", "found", "")),
        ),
    ),
    "supplier_order": ((_ORDERED, (("PX-118", "PUMP-1", "part", "26 0001234 9", "1"),)),),
    "principal_statement": (
        (
            _STATED,
            (
                ("05/11/2026", "26 0001234 9", "BC-778", "Durand", DEVICE, "59,90 €"),
                ("19/11/2026", "26 0001235 7", "BC-779", "Martin", "Ostea Mini", "100,00 €"),
            ),
            "",
        ),
    ),
    "drop_off_receipt": ((_SENT, (("26 0001234 9", DEVICE, SERIAL, "fault", "accessories"),)),),
}


def sample_document(kind: str, language: str = "fr") -> Document:
    """An invented paper of this kind in this language (any but the intake receipt)."""
    title = translate(_TITLES[kind] if kind in _TITLES else PAPERS.get(kind, mark("document")), language)
    facts = _FACTS.get(kind, _DEVICE)
    return Document(
        kind=kind,
        title=title[:1].upper() + title[1:],
        language=language,
        number=NUMBER,
        dated="21/11/2026",
        sender=SHOP,
        addressee=CUSTOMER if kind != "job_sheet" else (),
        facts=tuple((translate(caption, language), _text(value, language)) for caption, value in facts),
        tables=tuple(_table(*table, language=language, kind=kind) for table in _TABLES.get(kind, ())),
        paragraphs=tuple(_text(key, language) for key in _PARAGRAPHS.get(kind, ())),
        signatures=tuple(translate(caption, language) for caption in _SIGNATURES.get(kind, _SIGNED)),
        footer=(IDENTITY,),
    )


def sample_receipt(language: str = "fr") -> ReceiptPaper:
    """An invented intake receipt."""
    return ReceiptPaper(
        number=NUMBER,
        taken_in_at="21/11/2026 14:33",
        clerk="Anna",
        shop_name=SHOP[0],
        shop_address=SHOP[1],
        shop_phone=SHOP[2],
        shop_identity=IDENTITY,
        customer=CUSTOMER[0],
        customer_address="\n".join(CUSTOMER[1:]),
        customer_code="C00042",
        customer_phone="06 12 34 56 78",
        device=DEVICE,
        serial=SERIAL,
        fault=_text("fault", language),
        condition=_text("condition", language),
        accessories=_text("accessories", language),
        unlock_code=_text("no_code", language),
        cap="150,00 €",
        promised_on="27/11/2026",
        amount="30,00 €",
        amount_nature=_text("advance", language),
        terms=_text("terms", language),
        language=language,
    )


def sample_words(kind: str, language: str = "fr") -> dict[str, Json]:
    """What a template of this kind is given, of the sample."""
    if kind == RECEIPT:
        return words_of_receipt(words_of(sample_receipt(language)))
    return words_of_document(sample_document(kind, language))


def sample_pdf(kind: str, language: str = "fr") -> bytes:
    """The sample as PDF. Raises NotSet."""
    if kind == RECEIPT:
        return receipt_pdf(words_of(sample_receipt(language)))
    return document_pdf(sample_document(kind, language))


def sampled_kinds() -> tuple[str, ...]:
    """Every kind of paper that has a template."""
    return shipped_kinds()


def _table(
    columns: tuple[str, ...], rows: tuple[tuple[str, ...], ...], caption: str = "", *, language: str, kind: str
) -> Table:
    total = translate(mark("Amount incl. VAT"), language) + " 159,90 €" if kind == "quote" else ""
    return Table(
        tuple(translate(column, language) for column in columns),
        tuple(tuple(_text(cell, language) for cell in row) for row in rows),
        translate(caption, language) if caption else "",
        total,
    )


def _text(key: str, language: str) -> str:
    """The invented text of that name, else the translation of a word of ours, else the words themselves."""
    if key in TEXTS:
        return TEXTS[key][LANGUAGES.index(language)]
    return translate(key, language) if key else ""
