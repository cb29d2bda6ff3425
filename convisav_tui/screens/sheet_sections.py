"""The sections of a sheet as data: a one-line summary when closed, lines when open."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.screens.sheet_facts import INDENT, LABEL_WIDTH, fact_rows
from convisav_tui.screens.sheet_parts import parts_lines, parts_summary
from convisav_tui.screens.sheet_quote import quote_section_lines, quote_summary
from convisav_tui.screens.sheet_timeline import moment_day, moment_lines
from convisav_tui.screens.sheet_workshop import workshop_facts
from convisav_tui.screens.widgets.painting import Role, Row, Span, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.store.queries.coverage import CoverFacts
    from convisav_tui.store.queries.sheet import Sheet


_ALL = 10_000  # basis points


@dataclass(frozen=True)
class Section:
    """One section: its jump key is its place. `facts` are (label, text) pairs; those without text are left out."""

    key: str
    label: str
    summary: Callable[[Sheet, Counter], str]
    lines: Callable[[Sheet, Counter, int], list[Row]]
    starts_open: bool = False


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _yes(value: bool) -> str:
    return _("yes") if value else _("no")


# --- reception ----------------------------------------------------------------------------------------------


def _reception_summary(sheet: Sheet, counter: Counter) -> str:
    return _one_line(sheet.order.reported_fault)


def _reception_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    order, device, customer = sheet.order, sheet.device, sheet.customer
    taken = counter.moment(order.opened_at)
    who = " · ".join(part for part in (taken, order.received_by, order.station) if part)
    cap = counter.amount(order.cap)
    facts = (
        (_("Fault"), order.reported_fault),
        (_("Condition"), order.intake_condition),
        (_("Accessories"), order.accessories),
        (_("Warranty"), _warranty(sheet, counter)),
        (
            _("Bought on"),
            " ".join(p for p in (format_day(device.purchased_on) if device.purchased_on else "", device.seller) if p),
        ),
        (
            _("Quote asked"),
            f"{_yes(order.quote_requested)}{', ' + _('at most {amount}').format(amount=cap) if cap else ''}",
        ),
        (_("Tell: quote"), words.word(words.CHANNELS, order.quote_channel)),
        (_("Tell: ready"), words.word(words.CHANNELS, order.ready_channel)),
        (_("Code"), words.word(words.SECRET_STATES, order.secret_state)),
        (_("Depositor"), order.depositor),
        (_("Brought with"), beside_words(sheet)),
        (_("Loaner"), loan_words(sheet, counter)),
        (_("Principal"), sheet.principal.name if sheet.principal else ""),
        (_("His reference"), order.principal_reference),
        (_("Address"), ", ".join(p for p in (customer.street, f"{customer.postcode} {customer.city}".strip()) if p)),
        (_("E-mail"), customer.email),
        (_("Note"), order.note),
        (_("Taken in"), who),
    )
    return fact_rows(facts, width)


def beside_words(sheet: Sheet) -> str:
    """The other devices of the drop-off: number and state of each."""
    named = (f"{ticket_number.show(o.number)} ({words.word(words.STATES, o.state)})" for o in sheet.beside)
    return ", ".join(named)


def loan_words(sheet: Sheet, counter: Counter) -> str:
    """What is lent meanwhile and until when, or how the last loan ended; "!" when it should be back."""
    if not sheet.loans:
        return ""
    loan = sheet.loans[-1]
    if loan.ended_at is not None:
        return words.stands(loan.unit, words.word(words.LOAN_OUTCOMES, loan.outcome or ""))
    due = _("back by {day}").format(day=format_day(loan.due_on)) if loan.due_on is not None else _("lent")
    late = " !" if loan.due_on is not None and loan.due_on < counter.today else ""
    return f"{loan.unit}, {due}{late}"


def _warranty(sheet: Sheet, counter: Counter) -> str:
    order = sheet.order
    if sheet.covers:
        return "; ".join(_cover_words(cover, counter) for cover in sheet.covers)
    covered = [
        word for word, on in ((_("parts"), order.parts_in_warranty), (_("labour"), order.labour_in_warranty)) if on
    ]
    if covered:
        return f"{', '.join(covered)} ({words.word(words.KINDS, order.kind)})"
    return _("none") if order.kind == "paid" else words.word(words.KINDS, order.kind)


def _cover_words(cover: CoverFacts, counter: Counter) -> str:
    """One line that somebody takes over: "parts 50 %: legal guarantee until 12/03/2027 (the seller)"."""
    until = " " + _("until {day}").format(day=format_day(cover.until)) if cover.until else ""
    payer = cover.payer_name or words.word(words.PAYERS, cover.payer)
    line, ground = words.word(words.COVER_LINES, cover.line), words.word(words.GROUNDS, cover.kind)
    return _("{what}: {state}").format(what=line + _extent(cover, counter), state=f"{ground}{until} ({payer})")


def _extent(cover: CoverFacts, counter: Counter) -> str:
    if cover.amount is not None:
        return f" {counter.amount(cover.amount)}"
    return f" {cover.share / 100:g} %" if cover.share < _ALL else ""


# --- diagnosis and work -------------------------------------------------------------------------------------


def _work_summary(sheet: Sheet, counter: Counter) -> str:
    order = sheet.order
    parts = [order.technician, words.word(words.OUTCOMES, order.outcome) if order.outcome else ""]
    return " · ".join(part for part in (*parts, _one_line(order.found_fault)) if part) or _("Nothing yet")


def _work_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    order = sheet.order
    completed = counter.moment(order.completed_at) if order.completed_at else ""
    guarantee = format_day(order.repair_guarantee_until) if order.repair_guarantee_until else ""
    facts = (
        (_("Technician"), order.technician),
        (_("Found fault"), order.found_fault),
        (_("Outcome"), words.word(words.OUTCOMES, order.outcome) if order.outcome else ""),
        (_("Finished on"), completed),
        (_("Guarantee until"), guarantee),
        *workshop_facts(sheet.workshop),
        (_("Refused advice"), "; ".join(advice.text for advice in sheet.refused)),
    )
    return fact_rows(facts, width) or _nothing(_("Nothing yet"))


# --- money --------------------------------------------------------------------------------------------------


def _money_summary(sheet: Sheet, counter: Counter) -> str:
    price = counter.amount(sheet.order.price)
    parts = [_("price {amount}").format(amount=price)] if price else []
    if sheet.payments:
        parts.append(_("paid {amount}").format(amount=counter.amount(sheet.paid)))
    if sheet.due is not None and sheet.due < 0:
        parts.append(_("to give back {amount}").format(amount=counter.amount(-sheet.due)))
    elif sheet.due is not None:
        parts.append(_("due {amount}").format(amount=counter.amount(sheet.due)))
    if sheet.deposit_held:
        parts.append(_("deposit {amount}").format(amount=counter.amount(sheet.deposit_held)))
    return " · ".join(parts) or _("Nothing paid yet")


def _money_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    rows: list[Row] = []
    if sheet.order.price is not None:
        rows += fact_rows(((_("Price"), counter.amount(sheet.order.price)),), width)
    rows += taken_over_rows(sheet, counter, width)
    if sheet.billed:
        rows += fact_rows(((_("Loaner billed"), counter.amount(sheet.billed)),), width)
    for payment in sheet.payments:
        what = f"{words.word(words.NATURES, payment.nature)} {payment.label}".strip()
        means = words.word(words.MEANS, payment.means)
        facts = (counter.amount(payment.amount), f"{what}, {means}", payment.staff)
        rows += _entry(counter.moment(payment.at), facts, width)
    if sheet.due is not None and sheet.due < 0:
        rows += fact_rows(((_("To give back"), counter.amount(-sheet.due)),), width)
    elif sheet.due is not None:
        rows += fact_rows(((_("Still due"), counter.amount(sheet.due)),), width)
    if sheet.deposit_held:
        rows += fact_rows(((_("Deposit held"), counter.amount(sheet.deposit_held)),), width)
    return rows or _nothing(_("Nothing paid yet"))


def taken_over_rows(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    """What others pay: the sums once the price is set, before that what was decided where it is not all of a line, and
    that nothing of it was deducted where the price does not tell parts and labour apart."""
    partly = [cover for cover in sheet.covers if cover.amount is not None or cover.share < _ALL]
    if sheet.order.price is None or (partly and sheet.order.price and not sheet.taken_over):
        told = "; ".join(_cover_words(cover, counter) for cover in partly)
        if told and sheet.order.price is not None:
            told = f"{_('nothing was deducted from the price')} · {told}"
        return fact_rows(((_("Taken over"), told),), width) if told else []
    told = "; ".join(
        _("{amount} by {payer}").format(amount=counter.amount(amount), payer=words.word(words.PAYERS, payer))
        for payer, amount in sheet.taken_over
    )
    return fact_rows(((_("Taken over"), told),), width) if told else []


def _entry(when: str, facts: Sequence[str], width: int, role: Role = Role.NORMAL) -> list[Row]:
    """Something that happened: when, and what, wrapped under itself."""
    lines = wrap("  ".join(fact for fact in facts if fact), max(10, width - INDENT - LABEL_WIDTH - 1))
    return [
        [
            Span(" " * INDENT + (when if index == 0 else "").ljust(LABEL_WIDTH) + " ", Role.DIM),
            Span(line, role),
        ]
        for index, line in enumerate(lines)
    ]


def _nothing(sentence: str) -> list[Row]:
    return [[Span(" " * INDENT + sentence, Role.DIM)]]


# --- messages, custody, history -----------------------------------------------------------------------------


def _messages_summary(sheet: Sheet, counter: Counter) -> str:
    said = (
        words.stands(words.word(words.MESSAGES, message.event), words.word(words.MESSAGE_STATES, message.state))
        for message in sheet.messages[-3:]
    )
    return " · ".join(said) or _("No message")


def _messages_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    rows: list[Row] = []
    for message in sheet.messages:
        bad = message.state in ("dead", "unknown", "to_call")
        facts = (
            words.word(words.MESSAGES, message.event),
            words.word(words.CHANNELS, message.channel),
            message.recipient or message.phone,
            words.word(words.MESSAGE_STATES, message.state) + (" !" if bad else ""),
        )
        rows += _entry(counter.moment(message.created_at), facts, width, Role.WARNING if bad else Role.NORMAL)
        if message.last_text and bad:
            rows += _entry("", (message.last_text,), width)
    return rows or _nothing(_("No message"))


def _custody_summary(sheet: Sheet, counter: Counter) -> str:
    who = sheet.custody[-1].who if sheet.custody else ""
    where = ", ".join(part for part in (sheet.order.place, who) if part)
    return words.word(words.HOLDERS, sheet.order.holder) + (f" ({where})" if where else "")


def _custody_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    rows: list[Row] = []
    for custody in sheet.custody:
        whom = f"{words.word(words.HOLDERS, custody.holder)} {custody.who}".rstrip()
        facts = (whom, custody.place, custody.carrier, custody.note, custody.staff)
        rows += _entry(counter.moment(custody.at), facts, width)
    return rows


def _history_summary(sheet: Sheet, counter: Counter) -> str:
    last = sheet.events[-1] if sheet.events else None
    if last is None:
        return ""
    return f"{counter.short_moment(last.at)} {words.word(words.EVENTS, last.event)} {last.staff}".rstrip()


def _history_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    rows: list[Row] = []
    day = ""
    for moment in sheet.timeline:
        rows += moment_lines(moment, counter, width, INDENT, day)
        day = moment_day(moment, counter)
    return rows


def _earlier_summary(sheet: Sheet, counter: Counter) -> str:
    return ", ".join(ticket_number.show(order.number) for order in sheet.earlier[:4]) or _("none")


def _earlier_lines(sheet: Sheet, counter: Counter, width: int) -> list[Row]:
    rows: list[Row] = []
    for order in sheet.earlier:
        outcome = words.word(words.OUTCOMES, order.outcome) if order.outcome else words.word(words.STATES, order.state)
        day = format_day(counter.local(order.opened_at).date())
        facts = (day, outcome, _one_line(order.reported_fault))
        rows += _entry(ticket_number.show(order.number), facts, width)
    return rows or _nothing(_("none"))


SECTIONS: tuple[Section, ...] = (
    Section("reception", mark("Reception"), _reception_summary, _reception_lines, starts_open=True),
    Section("quote", mark("Quote"), quote_summary, quote_section_lines),
    Section("work", mark("Work"), _work_summary, _work_lines),
    Section("money", mark("Money"), _money_summary, _money_lines),
    Section("messages", mark("Messages"), _messages_summary, _messages_lines),
    Section("custody", mark("Custody"), _custody_summary, _custody_lines),
    Section("history", mark("History"), _history_summary, _history_lines),
    Section("earlier", mark("Earlier repairs"), _earlier_summary, _earlier_lines),
    Section("parts", mark("Parts"), parts_summary, parts_lines),
)
