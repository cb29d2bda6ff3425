"""What issuing, answering and outgrowing a quote do to the order, the ledger of prices and the parts (T05–T11, T20)."""

from __future__ import annotations

from collections.abc import Sequence

from convisav_tui.i18n import _, ngettext
from convisav_tui.shop import outbox, quoting
from convisav_tui.shop.consent import announce
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.mandate import quote_goes_to
from convisav_tui.shop.movement import Change
from convisav_tui.shop.notices import audiences
from convisav_tui.shop.quote_answers import CIRCULAR_LINES, Taken, taken
from convisav_tui.shop.quote_content import warnings_of
from convisav_tui.shop.quote_extra import add_extra, keep_accepted
from convisav_tui.shop.quote_issue import Offer, accepts_itself, issue_offer, offered
from convisav_tui.shop.quote_needs import need_what_was_accepted, parts_to_ask_for
from convisav_tui.shop.quote_paper import ask_for_quote_paper
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.store.models import (
    ConsentAnswer,
    ConsentBasis,
    MessageEvent,
    OrderEvent,
    Quote,
    QuoteState,
)

DRAFT_LINES = "draft_lines"  # key of an event's detail: the lines that it added to the quote being written


def _authorise(situation: Situation, answers: Answers, change: Change) -> None:
    basis = "covered" if situation.covered else quoting.BY_CAP if situation.terms is None else quoting.BY_TERMS
    amount = answers.amount("estimate") or 0
    change.detail.update(basis=basis, amount=amount, cap=situation.order.cap)
    if not situation.covered:
        kept = ConsentBasis.CAP if basis == quoting.BY_CAP else ConsentBasis.TERMS
        change.afterwards.append(
            lambda event: announce(
                situation.session,
                situation.order,
                event,
                kept,
                ConsentAnswer.AGREED,
                amount,
                change.actor,
                told=quote_goes_to(situation.session, situation.order).name,
                means=basis,
            )
        )


def _say_authorised(situation: Situation, _answers: Answers) -> str:
    if situation.covered:
        return _("Somebody else pays: the customer owes nothing.")
    if situation.terms is not None:
        agreed = quoting.agreed_beforehand(situation.session, situation.order)
        return _("Within the {agreed} that the principal agreed to.").format(agreed=situation.money(agreed))
    return _("Within the spending cap of {cap}.").format(cap=situation.money(situation.order.cap or 0))


def _issue_quote(situation: Situation, answers: Answers, change: Change) -> None:
    offer = offered(situation, answers)
    assert offer is not None and offer.valid_until is not None
    change.detail["withdrawn"] = outbox.withdraw(situation.session, situation.order, MessageEvent.QUOTE_READY)
    quotes = issue_offer(situation.session, situation.order, offer, change.actor, change.at)
    first = quotes[0]
    change.detail.update(quote=first.id, revision=first.revision, amount=first.amount, sha256=first.sha256)
    if len(quotes) > 1:
        change.detail["variants"] = {quote.variant: quote.amount for quote in quotes}
        change.detail["quotes"] = [quote.id for quote in quotes]
    if accepts_itself(situation, offer):
        change.detail["consent"] = quoting.BY_CAP
    if answers.text("principal_reference"):
        change.put(principal_reference=answers.text("principal_reference"))
    change.put(quote_state=QuoteState.ISSUED)
    silent = answers.ticked("silent")
    change.afterwards.append(lambda event: _announce_offer(situation, quotes, change, event, silent=silent))


def _announce_offer(
    situation: Situation, quotes: Sequence[Quote], change: Change, event: OrderEvent, *, silent: bool
) -> None:
    """The paper of the version, and each price in the ledger: to whom, by which channel."""
    session, order = situation.session, situation.order
    ask_for_quote_paper(session, order, quotes, situation.shop, change.actor)
    found = audiences(session, order, MessageEvent.QUOTE_READY)
    means = "" if silent or not found else {"call": "phone"}.get(found[0].channels[0].value, found[0].channels[0].value)
    for quote in quotes:
        announce(
            session,
            order,
            event,
            ConsentBasis.QUOTE,
            ConsentAnswer.ANNOUNCED,
            quote.amount,
            change.actor,
            told=quote_goes_to(session, order).name,
            means=means,
            quote=quote,
            until=quote.valid_until,
        )


def _say_offer(situation: Situation, answers: Answers) -> str:
    offer, cap = offered(situation, answers), situation.order.cap
    if offer is None:
        return ""
    told = [_say_sums(situation, offer)] if situation.drafted else []
    if cap is not None and accepts_itself(situation, offer):
        told.append(_("Within the spending cap of {cap}: accepted at once.").format(cap=situation.money(cap)))
    elif cap is not None and offer.amount <= cap:
        told.append(
            _("Within the spending cap of {cap}, but the customer has to choose.").format(cap=situation.money(cap))
        )
    elif cap is not None:
        told.append(_("Above the spending cap of {cap}: the customer must answer.").format(cap=situation.money(cap)))
    return " ".join([*told, *warnings_of(situation, offer)])


def _say_sums(situation: Situation, offer: Offer) -> str:
    sums = ", ".join(
        (f"{version.letter}: " if version.letter else "") + situation.money(version.totals.gross)
        for version in offer.versions
    )
    count = sum(len(version.lines) for version in offer.versions)
    sentence = ngettext("{count} line, {sums} incl. VAT.", "{count} lines, {sums} incl. VAT.", count)
    return sentence.format(count=count, sums=sums)


def _accept(situation: Situation, answers: Answers, change: Change) -> None:
    took = taken(situation, answers)
    said = quoting.Answer(
        True,
        answers.text("decided_by"),
        answers.text("means"),
        amount=None if took.whole and not took.circular else took.amount,
        lines=took.line_ids,
        circular=took.choice,
    )
    change.detail.update(quote=took.quote.id, amount=took.amount, decided_by=said.decided_by, means=said.means)
    change.detail["withdrawn"] = outbox.withdraw(situation.session, situation.order, MessageEvent.QUOTE_READY)
    if took.quote.variant:
        change.detail["variant"] = took.quote.variant
    if not took.whole:
        change.detail["lines"] = [line.text for line in took.lines]
    if took.choice is not None:
        change.detail["circular"] = took.choice.value
        change.detail[CIRCULAR_LINES] = list(took.circular)
    _agree(situation, took, said, change)


def _say_taken(situation: Situation, answers: Answers) -> str:
    if not situation.offer:
        return ""
    took = taken(situation, answers)
    told = []
    if not took.whole or took.circular or took.quote.variant:
        told.append(_("Agreed: {amount}.").format(amount=situation.money(took.amount)))
    if parts_to_ask_for(took):
        told.append(_("The used parts that he chose are still to be asked for."))
    return " ".join(told)


def _accept_by_cap(situation: Situation, _answers: Answers, change: Change) -> None:
    cap = situation.order.cap
    assert cap is not None
    took = taken(situation, Answers())
    said = quoting.Answer(True, situation.customer.name, quoting.BY_CAP)
    change.detail.update(quote=took.quote.id, amount=took.amount, decided_by=said.decided_by, means=said.means, cap=cap)
    _agree(situation, took, said, change)


def _agree(situation: Situation, took: Taken, said: quoting.Answer, change: Change) -> None:
    """The answer and the ledger; the parts that were agreed to become needs."""
    change.put(quote_state=QuoteState.ACCEPTED)
    need_what_was_accepted(situation, took, change)

    def written(event: OrderEvent) -> None:
        quoting.decide(situation.session, took.quote, event, said, change.actor, change.at)
        announce(
            situation.session,
            situation.order,
            event,
            ConsentBasis.QUOTE,
            ConsentAnswer.AGREED,
            took.amount,
            change.actor,
            told=said.decided_by,
            means=said.means,
            quote=took.quote,
            lines=took.line_ids,
            until=took.quote.valid_until,
            evidence=f"{took.quote.revision} · {took.quote.sha256}",
        )

    change.afterwards.append(written)


def _refuse(situation: Situation, answers: Answers, change: Change) -> None:
    """What the customer said to all variants, who, how and why; what still told him of them is called off."""
    first = situation.quote
    assert first is not None
    said = quoting.Answer(False, answers.text("decided_by"), answers.text("means"), answers.text("reason"))
    change.detail.update(quote=first.id, amount=first.amount, decided_by=said.decided_by, means=said.means)
    change.detail["withdrawn"] = outbox.withdraw(situation.session, situation.order, MessageEvent.QUOTE_READY)
    if said.reason:
        change.detail["reason"] = said.reason
    change.put(quote_state=QuoteState.REFUSED)

    def written(event: OrderEvent) -> None:
        for quote in situation.offer:
            quoting.decide(situation.session, quote, event, said, change.actor, change.at)
            announce(
                situation.session,
                situation.order,
                event,
                ConsentBasis.QUOTE,
                ConsentAnswer.REFUSED,
                quote.amount,
                change.actor,
                told=said.decided_by,
                means=said.means,
                quote=quote,
                evidence=said.reason,
            )

    change.afterwards.append(written)


def _expire(situation: Situation, _answers: Answers, change: Change) -> None:
    change.detail["withdrawn"] = outbox.withdraw(situation.session, situation.order, MessageEvent.QUOTE_READY)
    change.detail["quote_expired"] = situation.quote.id if situation.quote else None
    change.put(quote_state=QuoteState.EXPIRED)


def _ask_again(_situation: Situation, _answers: Answers, change: Change) -> None:
    change.put(quote_state=QuoteState.SUPERSEDED)


def _extra(situation: Situation, answers: Answers, change: Change) -> None:
    """T20: what was agreed stays on the quote, what was found is added where its price is known."""
    keep_accepted(situation)
    extra = answers.amount("extra")
    if extra:
        text = answers.text("text") or answers.text("reason")
        change.detail[DRAFT_LINES] = add_extra(situation, text, extra, change.actor)
        change.detail["amount"] = extra


def _say_extra(situation: Situation, answers: Answers) -> str:
    extra = answers.amount("extra")
    if not extra:
        return ""
    accepted, authorised = situation.accepted, situation.authorised
    total = (accepted.amount if accepted is not None else authorised or 0) + extra
    sentence = _("The next quote: {total}, {agreed} of it agreed to.")
    return sentence.format(total=situation.money(total), agreed=situation.money(situation.consented))


authorise = Effect(_authorise, _say_authorised)
issue = Effect(_issue_quote, _say_offer)
accept = Effect(_accept, _say_taken)
accept_by_cap = Effect(_accept_by_cap)
refuse = Effect(_refuse)
expire = Effect(_expire)
ask_again = Effect(_ask_again)
extra = Effect(_extra, _say_extra)
