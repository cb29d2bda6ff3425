"""The issued versions of a quote and the ledger of prices, read for people: lines, sums, answers, papers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.consent_ledger import ledger_of, undone_of
from convisav_tui.shop.document import print_again
from convisav_tui.shop.permissions import Permission, may
from convisav_tui.shop.quote_paper import paper_key
from convisav_tui.shop.quote_totals import RateGroup
from convisav_tui.shop.quoting import current_offer, lines_of_quote
from convisav_tui.store.models import (
    Paper,
    PrintJob,
    Quote,
    QuoteDecision,
    QuoteLine,
    RepairOrder,
    Staff,
)


@dataclass(frozen=True)
class VersionRow:
    """An issued version (of variants one each). `accepted` is None while it has no answer, `current` whether it is what
    the customer has to answer or answered last; `taken` are the ids of the accepted lines, () for all. Minor units."""

    id: int
    revision: int
    variant: str
    amount: int
    net: int
    groups: tuple[RateGroup, ...]
    prices_with_vat: bool
    valid_until: date | None
    issued_at: datetime
    issued_by: str
    text: str
    fee: int
    execution: str
    lines: tuple[QuoteLine, ...]
    shows_costs: bool
    accepted: bool | None
    accepted_amount: int | None
    taken: tuple[int, ...]
    decided_by: str
    means: str
    reason: str
    decided_at: datetime | None
    current: bool
    undone: bool


@dataclass(frozen=True)
class PriceRow:
    """A price of the ledger: what for, how much, to whom and how it was said, what was answered, until when."""

    id: int
    basis: str
    answer: str
    amount: int
    told: str
    means: str
    until: date | None
    evidence: str
    at: datetime
    staff: str


def versions_of(session: Session, order_id: int, actor: Actor) -> list[VersionRow]:
    """All versions, the newest first, variants in their order."""
    current = {quote.id for quote in current_offer(session, order_id)}
    gone, events = undone_of(session, order_id, "quote"), undone_of(session, order_id, "events")
    sees = may(session, actor, Permission.SEE_COST)
    rows = session.exec(select(Quote).where(Quote.order_id == order_id)).all()
    rows = sorted(rows, key=lambda quote: (-(quote.offer or quote.revision), quote.revision))
    return [_version(session, quote, quote.id in current, quote.id in gone, events, sees) for quote in rows]


def offered_lines(session: Session, order_id: int, variant: str = "") -> list[QuoteLine]:
    """The lines that the customer may take of what is offered now; of the first variant where none is named."""
    offer = current_offer(session, order_id)
    chosen = [quote for quote in offer if quote.variant == variant] or offer[:1]
    return [line for quote in chosen for line in lines_of_quote(session, quote)]


def prices_of(session: Session, order_id: int) -> list[PriceRow]:
    """The ledger of prices, oldest first, without what was taken back."""
    names = {row.id: row.name for row in session.exec(select(Staff)).all()}
    return [
        PriceRow(
            row.id or 0,
            row.basis.value,
            row.answer.value,
            row.amount,
            row.told,
            row.means,
            row.until,
            row.evidence,
            row.at,
            names.get(row.staff_id, "") if row.staff_id is not None else "",
        )
        for row in ledger_of(session, order_id)
    ]


def print_version(session: Session, quote_id: int, actor: Actor) -> PrintJob:
    """The paper of a version, as it was issued; marked a duplicate when it was printed before. Raises NotFound."""
    quote = session.get_one(Quote, quote_id)
    first = quote
    if quote.offer and quote.offer != quote.revision:
        chosen = select(Quote).where(Quote.order_id == quote.order_id, Quote.revision == quote.offer)
        first = session.exec(chosen).one()
    paper = session.exec(select(Paper).where(Paper.dedupe_key == paper_key(first))).first()
    if paper is None or paper.id is None:
        raise NotFound(_("No paper was made of this version."))
    return print_again(session, paper.id, actor)


def cap_of(session: Session, order_id: int) -> int | None:
    """The spending cap of an order, minor units incl. VAT."""
    return session.get_one(RepairOrder, order_id).cap


def _version(
    session: Session, quote: Quote, current: bool, undone: bool, events_undone: set[int], sees: bool
) -> VersionRow:
    answers = session.exec(
        select(QuoteDecision).where(QuoteDecision.quote_id == quote.id).order_by(col(QuoteDecision.id).desc())
    )
    last = next((answer for answer in answers if answer.event_id not in events_undone), None)
    staff = session.get(Staff, quote.issued_by_id) if quote.issued_by_id else None
    groups = tuple(RateGroup(int(one["rate"]), int(one["net"]), int(one["vat"])) for one in quote.vat_groups)
    return VersionRow(
        id=quote.id or 0,
        revision=quote.offer or quote.revision,
        variant=quote.variant,
        amount=quote.amount,
        net=quote.net if groups else quote.amount,
        groups=groups,
        prices_with_vat=quote.prices_with_vat,
        valid_until=quote.valid_until,
        issued_at=quote.issued_at,
        issued_by=staff.name if staff is not None else "",
        text=quote.text,
        fee=quote.fee,
        execution=quote.execution,
        lines=tuple(lines_of_quote(session, quote)),
        shows_costs=sees,
        accepted=last.accepted if last is not None else None,
        accepted_amount=last.amount if last is not None else None,
        taken=tuple(last.lines) if last is not None else (),
        decided_by=last.decided_by if last is not None else "",
        means=last.means if last is not None else "",
        reason=last.reason if last is not None else "",
        decided_at=last.at if last is not None else None,
        current=current,
        undone=undone,
    )
