"""The section of a sheet that tells of the quote: the current version with its lines, then the prices."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui import words
from convisav_tui.i18n import _, format_day
from convisav_tui.screens.consents_view import BASES, CONSENT_ANSWERS, SPOKEN
from convisav_tui.screens.sheet_facts import INDENT, LABEL_WIDTH, fact_rows
from convisav_tui.screens.widgets.painting import Role, Row, Span, cut, pad, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.quotes import PriceFacts
    from convisav_tui.store.queries.sheet import QuoteFacts, Sheet

_AMOUNT_WIDTH = 12


def quote_summary(sheet: Sheet, counter: Counter) -> str:
    """What is offered or agreed to, and how it stands."""
    quote = sheet.quote
    if quote is None:
        asked = sheet.order.quote_requested
        said = _("asked for, not made yet") if asked else words.word(words.QUOTE_STATES, "none")
        cap = _("at most {amount}").format(amount=counter.amount(sheet.order.cap)) if sheet.order.cap else ""
        return " · ".join(part for part in (said, cap) if part)
    amount = quote.amount if quote.accepted_amount is None else quote.accepted_amount
    variants = [one for one in sheet.quotes if one.offer == quote.offer and one.offer]
    letter = f"{quote.variant} " if quote.variant and quote.accepted else ""
    many = f" ({'/'.join(one.variant for one in variants)})" if len(variants) > 1 and not quote.accepted else ""
    state = words.word(words.QUOTE_STATES, sheet.order.quote_state)
    return f"{letter}{counter.amount(amount)}{many} · {state}"


def quote_section_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    """The newest version with its lines, then the ledger of prices, then the earlier versions in a line each."""
    current = sheet.quote
    if current is None and not sheet.prices:
        return [[Span(" " * INDENT + words.word(words.QUOTE_STATES, "none"), Role.DIM)]]
    rows: list[Row] = []
    for quote in sheet.quotes:
        if current is not None and (quote is current or (current.offer and quote.offer == current.offer)):
            rows += _version(quote, sheet, counter, width)
    if sheet.prices:
        rows.append([Span(" " * INDENT + _("Prices and consent (f)"), Role.HEADING)])
        undone = {int(str(number)) for event in sheet.events for number in _undone_by(event.event, event.detail)}
        for price in sheet.prices:
            rows += _price(price, price.event_id in undone, counter, width)
    older = [one for one in sheet.quotes if current is not None and one is not current and one.offer != current.offer]
    if older:
        rows.append([Span(" " * INDENT + _("Earlier versions (z opens them)"), Role.HEADING)])
    for quote in older:
        rows += fact_rows(((_named(quote), f"{counter.amount(quote.amount)}  {_answer(quote, counter)}"),), width)
    return rows


def _version(quote: QuoteFacts, sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    valid = format_day(quote.valid_until) if quote.valid_until else ""
    lines = [line for line in sheet.quote_lines if line.quote_id == quote.id]
    rows = fact_rows(((_named(quote), counter.amount(quote.amount)),), width)
    if len(lines) > 1:
        rows += _line_rows(quote, sheet, counter, width)
    facts = (
        (_("Work and parts"), quote.text if len(lines) < 2 else ""),
        (_("Valid until"), valid),
        (_("Work done by"), quote.execution),
        (_("Issued"), f"{counter.moment(quote.issued_at)}  {quote.issued_by}".rstrip()),
        (_("Answer"), _answer(quote, counter)),
    )
    return rows + fact_rows(facts, width)


def _line_rows(quote: QuoteFacts, sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    from convisav_tui.shop.stock import shown

    room = max(10, width - INDENT - LABEL_WIDTH - 2 - _AMOUNT_WIDTH - 1)
    rows: list[Row] = []
    for line in sheet.quote_lines:
        if line.quote_id != quote.id:
            continue
        many = f"{shown(line.quantity)} {line.unit}".strip()
        text = line.text if many == "1" else f"{many} × {line.text}"
        amount = counter.amount(line.amount) if line.billed else _("not billed")
        shown_line = pad(cut(text, room), room) + " " + pad(amount, _AMOUNT_WIDTH, "right")
        rows.append([Span(" " * (INDENT + LABEL_WIDTH + 1)), Span(shown_line)])
    return rows


def _price(price: PriceFacts, undone: bool, counter: Counter, width: int) -> list[Row]:
    """One price: when, what for, how much, what came of it, who and how, until when."""
    how = words.word(SPOKEN, price.means) if price.means in SPOKEN else price.means
    told = ", ".join(part for part in (price.told, how) if part)
    until = _("until {day}").format(day=format_day(price.until)) if price.until is not None else ""
    answer = _("taken back") if undone else words.word(CONSENT_ANSWERS, price.answer)
    what = f"{words.word(BASES, price.basis)}: {counter.amount(price.amount)}"
    text = " · ".join(part for part in (what, answer, told, until, price.staff) if part)
    role = Role.DIM if undone else Role.WARNING if price.answer in ("refused", "withdrawn") else Role.NORMAL
    when = counter.short_moment(price.at)
    return [
        [Span(" " * INDENT + pad(when if at == 0 else "", LABEL_WIDTH) + " ", Role.DIM), Span(line, role)]
        for at, line in enumerate(wrap(text, max(10, width - INDENT - LABEL_WIDTH - 1)))
    ]


def _undone_by(event: str, detail: dict[str, object]) -> list[object]:
    """Ids of the events that this one took back."""
    gone = detail.get("events") if event == "undone" else None
    return list(gone) if isinstance(gone, list) else []


def _named(quote: QuoteFacts) -> str:
    number = f"{quote.offer or quote.revision} {quote.variant}".rstrip()
    return _("Version {number}").format(number=number)


def _answer(quote: QuoteFacts, counter: Counter) -> str:
    """What was answered, by whom and how; the sum where he took some lines only."""
    if quote.accepted is None or quote.decided_at is None:
        return ""
    verdict = words.word(words.QUOTE_STATES, "accepted" if quote.accepted else "refused")
    part = counter.amount(quote.accepted_amount) if quote.accepted_amount not in (None, quote.amount) else ""
    means = words.word(words.ANSWERED, quote.means) if quote.means else ""
    when = counter.moment(quote.decided_at)
    return " · ".join(p for p in (verdict, part, quote.decided_by, means, when, quote.reason) if p)
