"""The intake receipt (bon de dépôt), worded in the customer's language: what both its forms, roll and PDF, carry.

Content: rules.md 1.3 and 8. A sum is named by the word that the law gives it (FR-A1); the unlock code never appears.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from convisav_tui import ticket_number
from convisav_tui.i18n import mark, translate
from convisav_tui.shop.paper import ReceiptPaper
from convisav_tui.text import clean_line, clean_text

TITLE = mark("Intake receipt")
NUMBER = mark("Order {number}")
TAKEN_IN = mark("Taken in on {moment} by {clerk}")
PAID = mark("{nature}: {amount}")
PAID_BY = mark("{nature}: {amount} ({means})")
DUPLICATE = mark("DUPLICATE")
SIGNATURE = mark("The customer, who has read and accepts what is written here")
FOR_THE_SHOP = mark("For the shop")
KEEP = mark("Keep this receipt: it is asked for when the device is handed back.")

_CUSTOMER = (
    (mark("Name"), "customer"),
    (mark("Customer code"), "customer_code"),
    (mark("Address"), "customer_address"),
    (mark("Phone"), "customer_phone"),
    (mark("E-mail"), "customer_email"),
    (mark("Brought in by"), "depositor"),
    (mark("Principal"), "principal"),
    (mark("Principal's reference"), "principal_reference"),
)
_DEVICE = (
    (mark("Type"), "device_type"),
    (mark("Device"), "device"),
    (mark("Serial number"), "serial"),
    (mark("Bought on"), "purchased_on"),
    (mark("Bought from"), "seller"),
    (mark("Warranty"), "warranty"),
    (mark("Condition"), "condition"),
    (mark("Accessories left"), "accessories"),
    (mark("Unlock code"), "unlock_code"),
)
_AGREED = (
    (mark("Quote requested"), "quote_requested"),
    (mark("Repair up to, without asking"), "cap"),
    (mark("Quote told by"), "quote_told_by"),
    (mark("Repair told by"), "ready_told_by"),
    (mark("Promised for"), "promised_on"),
)
CUSTOMER_GROUP = mark("Customer")
DEVICE_GROUP = mark("Device")
FAULT_GROUP = mark("Declared fault")
AGREED_GROUP = mark("Agreed")
COMEBACK = mark("Comes back from order")


@dataclass(frozen=True)
class Fact:
    """A caption and its value, which may have several lines."""

    caption: str
    lines: list[str]


@dataclass(frozen=True)
class ReceiptWords:
    """Everything that stands on a receipt, as lines of plain text."""

    language: str
    digits: str
    title: str
    number: str
    taken_in: str
    shop: str
    shop_lines: list[str]
    customer_title: str
    customer: list[Fact]
    device_title: str
    device: list[Fact]
    fault_title: str
    fault: list[str]
    agreed_title: str
    agreed: list[Fact]
    paid: str
    terms: list[str]
    keep: str
    signature: str
    for_the_shop: str
    duplicate: str
    copy: str = ""
    identity: list[str] = field(default_factory=list)


def words_of(paper: ReceiptPaper, duplicate: bool = False, copy: str = "") -> ReceiptWords:
    """The words of a receipt in its own language; `copy` ("1/2") and `duplicate` mark what is not the only one."""

    def say(message: str) -> str:
        return translate(message, paper.language)

    device = _facts(paper, _DEVICE)
    if paper.comeback_of:
        device.append(Fact(say(COMEBACK), [ticket_number.show(paper.comeback_of)]))
    contact = " · ".join(part for part in (clean_line(paper.shop_phone), clean_line(paper.shop_email)) if part)
    return ReceiptWords(
        language=paper.language,
        digits=paper.number,
        title=say(TITLE),
        number=say(NUMBER).format(number=ticket_number.show(paper.number)),
        taken_in=say(TAKEN_IN).format(moment=paper.taken_in_at, clerk=clean_line(paper.clerk)),
        shop=clean_line(paper.shop_name),
        shop_lines=[*_lines(paper.shop_address), *([contact] if contact else [])],
        customer_title=say(CUSTOMER_GROUP),
        customer=_facts(paper, _CUSTOMER),
        device_title=say(DEVICE_GROUP),
        device=device,
        fault_title=say(FAULT_GROUP),
        fault=_lines(paper.fault),
        agreed_title=say(AGREED_GROUP),
        agreed=_facts(paper, _AGREED),
        paid=_paid(paper),
        terms=_lines(paper.terms),
        keep=say(KEEP),
        signature=say(SIGNATURE),
        for_the_shop=say(FOR_THE_SHOP),
        duplicate=say(DUPLICATE) if duplicate else "",
        copy=copy,
        identity=_lines(paper.shop_identity),
    )


def _paid(paper: ReceiptPaper) -> str:
    """ "Acompte : 30,00 € (carte)": the nature as the law names it, first letter raised."""
    if not paper.amount:
        return ""
    nature = clean_line(paper.amount_nature)
    sentence = translate(PAID_BY if paper.amount_means else PAID, paper.language)
    return sentence.format(nature=nature[:1].upper() + nature[1:], amount=paper.amount, means=paper.amount_means)


def _facts(paper: ReceiptPaper, wanted: tuple[tuple[str, str], ...]) -> list[Fact]:
    """The facts that have a value, in the order in which they are read."""
    facts = [Fact(translate(caption, paper.language), _lines(getattr(paper, name))) for caption, name in wanted]
    return [fact for fact in facts if fact.lines]


def _lines(text: str) -> list[str]:
    return [clean_line(line) for line in clean_text(text).split("\n") if line.strip()]
