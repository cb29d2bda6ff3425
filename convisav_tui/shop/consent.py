"""The ledger of prices: each one announced, to whom, by whom, how, and what came of it (FR-Q1, FR-Q5, FR-Q7, FR-Q8).

Steps write in it by `announce`; what is agreed beside a step (a price given by phone, a higher cap, work found on the
way) by `record_consent`. What may be billed is read from it by `quoting.consented_total`; `consent_lines` prints it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlmodel import Session, select

from convisav_tui.clock import local
from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.i18n import LANGUAGES, _, format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.assigning import refuse_over
from convisav_tui.shop.consent_ledger import ledger_of
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.events import append_event
from convisav_tui.shop.movement import as_json
from convisav_tui.shop.permissions import Permission, asks, require
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

RECORDED = "price_consented"  # the event of what is recorded beside a step
MEANS = ("counter", "signature", "phone", "sms", "email", "letter", "fax")
# What a person may record: a quote is answered by its step, a principal's terms are agreed with him.
BESIDE_STEPS = (ConsentBasis.CAP, ConsentBasis.EXTRA, ConsentBasis.FEE, ConsentBasis.COVERAGE_REFUSED)
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


@asks(Permission.MOVE_ORDER)
def record_consent(
    session: Session,
    order_id: int,
    *,
    basis: ConsentBasis,
    amount: int,
    answer: ConsentAnswer,
    told: str,
    means: str,
    actor: Actor,
    key: str,
    until: date | None = None,
    evidence: str = "",
) -> PriceConsent:
    """Write down a price that was announced beside a step and what was answered: a spending cap (it is the order's from
    then on), more work than was agreed (`amount` on top), the fee for the diagnosis, the price where a guarantee is
    refused. Minor units incl. VAT; `means` of MEANS. The same `key` again gives the same row.

    Raises FieldErrors, NotFound, Conflict, Refusal: for a quote (its step takes the answer), when the work is over."""
    require(session, actor, Permission.MOVE_ORDER)
    done = _done_before(session, order_id, key)
    if done is not None:
        return done
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    refuse_over(order)
    who = clean_line(told)
    _check(basis, amount, who, means)
    before = {}
    if basis is ConsentBasis.CAP and answer in (ConsentAnswer.AGREED, ConsentAnswer.WITHDRAWN):
        before = {"cap": as_json(order.cap)}
        order.cap = amount if answer is ConsentAnswer.AGREED else None
        session.add(order)
    detail = {"basis": basis.value, "answer": answer.value, "amount": amount, "decided_by": who, "means": means}
    event = append_event(
        session, order, event=RECORDED, actor=actor, detail=detail | _if_said(evidence), before=before, key=key
    )
    return announce(
        session,
        order,
        event,
        basis,
        answer,
        amount,
        actor,
        told=who,
        means=means,
        until=until,
        evidence=clean_line(evidence),
    )


@asks(Permission.MOVE_ORDER)
def withdraw_cap(
    session: Session, order_id: int, told: str, means: str, actor: Actor, key: str, evidence: str = ""
) -> PriceConsent:
    """The customer takes his spending cap back: what was started under it stays agreed, nothing more is. The same `key`
    again gives the same row. Raises Refusal where there is no cap, and as `record_consent`."""
    done = _done_before(session, order_id, key)
    order = session.get(RepairOrder, order_id)
    if done is None and (order is None or order.cap is None):
        raise Refusal("cap_given", _("The customer gave no spending cap."))
    return record_consent(
        session,
        order_id,
        basis=ConsentBasis.CAP,
        amount=done.amount if done is not None else (order.cap or 0 if order is not None else 0),
        answer=ConsentAnswer.WITHDRAWN,
        told=told,
        means=means,
        actor=actor,
        key=key,
        evidence=evidence,
    )


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


def _check(basis: ConsentBasis, amount: int, told: str, means: str) -> None:
    if basis not in BESIDE_STEPS:
        raise Refusal(
            "consent_beside_steps",
            _("A quote is answered by its own step."),
            _("Take the step “Quote accepted”."),
            mended_by="step:accept_quote",
        )
    errors = {}
    if amount < 0:
        errors["amount"] = _("An amount cannot be negative")
    if not told:
        errors["told"] = _("This is needed")
    if means not in MEANS:
        errors["means"] = _("Choose one of the list")
    if errors:
        raise FieldErrors(errors)


def _done_before(session: Session, order_id: int, key: str) -> PriceConsent | None:
    event = session.exec(select(OrderEvent).where(OrderEvent.idempotency_key == key)).first()
    if event is None:
        return None
    if event.order_id != order_id or event.event != RECORDED:
        raise Conflict(_("This was used for another step already."), _("Open the order again."))
    return session.exec(select(PriceConsent).where(PriceConsent.event_id == event.id)).one()


def _if_said(evidence: str) -> dict[str, str]:
    return {"note": clean_line(evidence)[:400]} if evidence else {}
