"""The ledger of prices: each one announced, to whom, by whom, how, and what came of it (FR-Q1, FR-Q5, FR-Q7, FR-Q8).

Steps write in it by `announce`; what is agreed beside a step by `consent_recording.record_consent`. What may be billed
is read from it by `quoting.consented_total`; `consent_lines` prints it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session

from convisav_tui.clock import local
from convisav_tui.errors import Refusal
from convisav_tui.i18n import LANGUAGES, _, format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.consent_ledger import ledger_of
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.quoting import consented_total, is_covered
from convisav_tui.store.models import (
    ConsentAnswer,
    ConsentBasis,
    OrderEvent,
    Outcome,
    PriceConsent,
    Quote,
    RepairOrder,
)
from convisav_tui.text import clean_line

_WORKED = frozenset({Outcome.REPAIRED, Outcome.PARTLY_REPAIRED, Outcome.REPLACED})
_BASES = {
    ConsentBasis.CAP: mark("Spending cap"),
    ConsentBasis.QUOTE: mark("Quote"),
    ConsentBasis.FEE: mark("Fee for the diagnosis"),
    ConsentBasis.EXTRA: mark("More work"),
    ConsentBasis.TERMS: mark("By the principal's terms"),
    ConsentBasis.COVERAGE_REFUSED: mark("Where the guarantee is refused"),
}
_ANSWERS = {
    ConsentAnswer.ANNOUNCED: mark("announced"),
    ConsentAnswer.AGREED: mark("agreed to"),
    ConsentAnswer.REFUSED: mark("refused"),
    ConsentAnswer.WITHDRAWN: mark("withdrawn"),
}
_BY = {
    "counter": mark("at the counter"),
    "signature": mark("signature"),
    "phone": mark("by phone"),
    "sms": mark("by SMS"),
    "email": mark("by e-mail"),
    "letter": mark("by letter"),
    "fax": mark("by fax"),
    "cap": mark("within the spending cap"),
    "terms": mark("by the principal's terms"),
}
_HEADING = mark("Prices announced so far:")
_LINE = mark("{day} · {basis}: {amount}, {answer} ({who})")


def announce(
    session: Session,
    order: RepairOrder,
    event: OrderEvent,
    basis: ConsentBasis,
    answer: ConsentAnswer,
    amount: int,
    actor: Actor,
    *,
    told: str = "",
    means: str = "",
    quote: Quote | None = None,
    lines: Sequence[int] = (),
    until: date | None = None,
    evidence: str = "",
) -> PriceConsent:
    """Write into the ledger what `event` did with a price (minor units incl. VAT); undone together with it."""
    assert order.id is not None and event.id is not None
    row = PriceConsent(
        order_id=order.id,
        quote_id=quote.id if quote is not None else None,
        event_id=event.id,
        basis=basis,
        answer=answer,
        amount=amount,
        currency=order.currency,
        told=clean_line(told)[:120],
        means=means[:16],
        lines=list(lines),
        until=until,
        evidence=evidence[:400],
        at=event.at,
        staff_id=actor.staff_id,
        idempotency_key=f"event:{event.id}:{basis.value}:{quote.id if quote is not None else 0}:{answer.value}",
    )
    session.add(row)
    session.flush()
    return row


def beyond_consent(session: Session, order: RepairOrder) -> Refusal | None:
    """The refusal where the price of finished work is more than was agreed to; it is asked wherever money or the device
    changes hands (FR-Q7: tolerance 0)."""
    price = order.price or 0
    if order.outcome not in _WORKED or not price:
        return None
    agreed = consented_total(session, order)
    if price <= agreed:
        return None
    sentence = _("The customer agreed to {agreed}: {price} needs his agreement.").format(
        agreed=format_amount(agreed, order.currency), price=format_amount(price, order.currency)
    )
    return Refusal("price_within_consent", sentence, _("Record what he agreed to."), mended_by="consent")


def consent_lines(
    session: Session, order: RepairOrder, language: str, shop: ShopContext, *, named: bool = True
) -> tuple[str, ...]:
    """The ledger as it is printed on the quote, the job sheet and the return receipt, a line a price, in `language`;
    nothing for an order that somebody else covers. `named` False leaves out who was told, for papers without names."""
    if is_covered(order) or order.id is None:
        return ()
    return tuple(line_of(row, language, shop, named=named) for row in ledger_of(session, order.id))


def agreed_prices(
    session: Session, order: RepairOrder, language: str, shop: ShopContext, *, named: bool = True
) -> tuple[str, ...]:
    """The same as one paragraph under its heading; nothing where no price was announced."""
    lines = consent_lines(session, order, language, shop, named=named)
    return ("\n".join((translate(_HEADING, language), *lines)),) if lines else ()


def line_of(row: PriceConsent, language: str, shop: ShopContext, *, named: bool = True) -> str:
    """One price as it is printed: day, what for, how much, what was answered, by whom and how."""
    spoken = language if language in LANGUAGES else shop.language
    day = format_day(local(row.at, shop.timezone).date(), spoken)
    by = translate(_BY[row.means], spoken) if row.means in _BY else row.means
    return translate(_LINE, spoken).format(
        day=day,
        basis=translate(_BASES[row.basis], spoken),
        amount=format_amount(row.amount, row.currency, spoken),
        answer=translate(_ANSWERS[row.answer], spoken),
        who=", ".join(part for part in (row.told if named else "", by) if part) or "—",
    )
