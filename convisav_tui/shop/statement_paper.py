"""The paper of a monthly statement: one line an operation with its date, the VAT, the total; and the same as CSV."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.clock import local
from convisav_tui.csv_cells import as_csv
from convisav_tui.i18n import LANGUAGES, format_day, format_month, mark, translate
from convisav_tui.money import exponent, format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.shop.quote_rates import is_franchise
from convisav_tui.shop.quote_totals import RateGroup
from convisav_tui.shop.subcontractors import percent
from convisav_tui.store.models import Paper, Party, PrincipalStatement

KIND = "principal_statement"
_TITLE = mark("Statement")
_PART = mark("{month}, part {part}")
_COLUMNS = (mark("Date"), mark("No."), mark("Your reference"), mark("Customer"), mark("Device"))
_AMOUNT, _PAID = mark("Amount incl. VAT"), (mark("Price incl. VAT"), mark("Paid"), mark("On this statement"))
_SUMS = (mark("VAT"), mark("Excl. VAT"), mark("VAT amount"), mark("Incl. VAT"))
_VAT_IN = mark("VAT in the prices")
_TOTAL = mark("Total incl. VAT: {amount}")
_NO_INVOICE = mark(
    "This is a statement of the operations of the month, not an invoice: it gives no right to deduct VAT."
)
_CSV = (
    "statement", "date", "number", "reference", "customer", "device", "serial", "net", "vat", "price", "paid", "amount",
    "currency",
)  # fmt: skip


@dataclass(frozen=True)
class Stated:
    """One operation: `price` of the work and what of it is on the statement, minor units; the VAT in the price."""

    order_id: int
    number: str
    done_on: date
    reference: str
    customer: str
    device: str
    type_names: dict[str, str]
    serial: str
    price: int
    amount: int
    groups: tuple[RateGroup, ...]

    def thing(self, language: str) -> str:
        """The device, or its type where nobody wrote down which."""
        return self.device or self.type_names.get(language, "")


def statement_document(
    session: Session, statement: PrincipalStatement, operations: Sequence[Stated], shop: ShopContext
) -> Document:
    """The statement in the principal's language."""
    party = session.get_one(Party, statement.party_id)
    language = party.language if party.language in LANGUAGES else shop.language
    franchise = is_franchise(session, shop.today())
    return Document(
        kind=KIND,
        title=translate(_TITLE, language),
        language=language,
        number=statement.number,
        dated=format_day(local(statement.issued_at, shop.timezone).date(), language),
        sender=tuple(line for line in (shop.name, *shop.address.splitlines(), shop.phone, shop.email) if line),
        addressee=tuple(
            line for line in (party.name, party.street, f"{party.postcode} {party.city}".strip(), party.email) if line
        ),
        facts=_facts(statement, operations, language),
        tables=(
            _lines(statement, operations, language),
            *(() if franchise else (_vat(statement, operations, language),)),
        ),
        paragraphs=_paragraphs(session, shop, language, franchise),
    )


def ask_for_statement_paper(
    session: Session, statement: PrincipalStatement, operations: Sequence[Stated], shop: ShopContext, actor: Actor
) -> Paper:
    """Print the paper of a statement; it has one."""
    return ask_for(
        session,
        statement_document(session, statement, operations, shop),
        key=paper_key(statement),
        order_id=None,
        party_id=statement.party_id,
        actor=actor,
    )


def paper_key(statement: PrincipalStatement) -> str:
    """What the paper of a statement is found by."""
    return f"statement:{statement.number}"


def month_words(month: date, part: int, language: str | None = None) -> str:
    """ "November 2026", and which part of it where there is more than one."""
    told = format_month(month, language)
    return told if part == 1 else translated(_PART, language).format(month=told, part=part)


def statement_csv(statement: PrincipalStatement, operations: Sequence[Stated], language: str) -> str:
    """The lines as a CSV file; no cell is taken for a formula. Days are ISO, amounts plain numbers."""
    rows = (
        (
            statement.number,
            one.done_on.isoformat(),
            one.number,
            one.reference,
            one.customer,
            one.thing(language),
            one.serial,
            _plain(sum(group.net for group in one.groups), statement.currency),
            _plain(sum(group.vat for group in one.groups), statement.currency),
            _plain(one.price, statement.currency),
            _plain(one.price - one.amount, statement.currency),
            _plain(one.amount, statement.currency),
            statement.currency,
        )
        for one in operations
    )
    return "".join(as_csv((_CSV, *rows)))


def translated(message: str, language: str | None) -> str:
    """A text of ours in the language spoken now, or in `language`."""
    from convisav_tui.i18n import _

    return _(message) if language is None else translate(message, language)


def sums_by_rate(operations: Sequence[Stated]) -> list[RateGroup]:
    """The VAT in the prices of all operations, the highest rate first."""
    nets: dict[int, tuple[int, int]] = {}
    for group in (group for one in operations for group in one.groups):
        net, vat = nets.get(group.rate, (0, 0))
        nets[group.rate] = net + group.net, vat + group.vat
    return [RateGroup(rate, *nets[rate]) for rate in sorted(nets, reverse=True)]


def _facts(statement: PrincipalStatement, operations: Sequence[Stated], language: str) -> tuple[tuple[str, str], ...]:
    due = format_day(statement.due_on, language) if statement.due_on is not None else ""
    facts = (
        (mark("Month"), month_words(statement.month, statement.part, language)),
        (mark("Operations"), str(len(operations))),
        (mark("Total incl. VAT"), format_amount(statement.total, statement.currency, language)),
        (mark("To be paid by"), due),
    )
    return tuple((translate(caption, language), value) for caption, value in facts if value)


def _lines(statement: PrincipalStatement, operations: Sequence[Stated], language: str) -> Table:
    partly = any(one.price != one.amount for one in operations)
    columns = (*_COLUMNS, *(_PAID if partly else (_AMOUNT,)))

    def row(one: Stated) -> tuple[str, ...]:
        amounts = (one.price, one.price - one.amount, one.amount) if partly else (one.amount,)
        return (
            format_day(one.done_on, language),
            ticket_number.show(one.number),
            one.reference,
            one.customer,
            one.thing(language),
            *(format_amount(amount, statement.currency, language) for amount in amounts),
        )

    total = format_amount(statement.total, statement.currency, language)
    return Table(
        tuple(translate(column, language) for column in columns),
        tuple(row(one) for one in operations),
        total=translate(_TOTAL, language).format(amount=total),
    )


def _vat(statement: PrincipalStatement, operations: Sequence[Stated], language: str) -> Table:
    rows = tuple(
        (
            f"{percent(group.rate)} %",
            *(
                format_amount(amount, statement.currency, language)
                for amount in (group.net, group.vat, group.net + group.vat)
            ),
        )
        for group in sums_by_rate(operations)
    )
    return Table(tuple(translate(column, language) for column in _SUMS), rows, translate(_VAT_IN, language))


def _paragraphs(session: Session, shop: ShopContext, language: str, franchise: bool) -> tuple[str, ...]:
    said = [translate(_NO_INVOICE, language)]
    if franchise:
        said.append(rules_in_force(session, shop.country).mention("mention.vat_franchise", shop.today(), language))
    return tuple(text for text in said if text)


def _plain(minor: int, currency: str) -> str:
    return f"{Decimal(minor).scaleb(-exponent(currency)):f}"
