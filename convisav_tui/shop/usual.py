"""What stands in the inputs of a step before anybody types: the usual answer for this order, as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from convisav_tui.i18n import _, format_day
from convisav_tui.money import plain_amount
from convisav_tui.shop.away import quoted_job
from convisav_tui.shop.checklists import proposed_works
from convisav_tui.shop.cover_split import split_of
from convisav_tui.shop.dated_rules import QUOTE_VALIDITY_DAYS, number_for
from convisav_tui.shop.quote_lines import draft_row
from convisav_tui.shop.situation import Situation

Usual = Callable[[Situation], dict[str, str]]


def nothing(_situation: Situation) -> dict[str, str]:
    """Every input keeps its own default."""
    return {}


def technician(situation: Situation) -> dict[str, str]:
    """The technician who has the order already."""
    return {"technician": str(situation.order.technician_id or "")}


def estimate(situation: Situation) -> dict[str, str]:
    """Nothing to pay where somebody else covers the work."""
    return technician(situation) | ({"estimate": "0"} if situation.covered else {})


def quote(situation: Situation) -> dict[str, str]:
    """How long a quote holds here (FR-Q4); what a subcontractor asks for it, with our margin (T19)."""
    days = number_for(situation.session, situation.shop.country, QUOTE_VALIDITY_DAYS, situation.today)
    draft = draft_row(situation.session, situation.order_id) if situation.drafted else None
    chosen = draft.valid_until if draft is not None else None
    usual = {"valid_until": format_day(chosen or situation.today + timedelta(days=days))}
    quoted = quoted_job(situation.session, situation.order_id)
    if quoted is not None:
        usual |= {"amount": _plain(situation, quoted.price), "text": quoted.work}
    return _diagnosed(situation) | usual


def parcel(situation: Situation) -> dict[str, str]:
    """What is wrong with the device, for the subcontractor who takes such devices."""
    family = situation.device_type.family.value
    fitting = [one for one in situation.subcontractors if one.takes(family)] or situation.subcontractors
    order = situation.order
    return {
        "work": " ".join((order.found_fault or order.reported_fault).split())[:2000],
        "subcontractor": str(fitting[0].party_id) if fitting else "",
    }


def as_it_left(_situation: Situation) -> dict[str, str]:
    """Nothing was found wrong with it when it came back."""
    return {"condition": _("as it left")}


def same_quote(situation: Situation) -> dict[str, str]:
    """The last version, to be changed."""
    last = situation.quote
    return quote(situation) | ({"amount": _plain(situation, last.amount), "text": last.text} if last else {})


def customer_answers(situation: Situation) -> dict[str, str]:
    """The customer answers for himself."""
    return {"decided_by": situation.customer.name}


def agreed_price(situation: Situation) -> dict[str, str]:
    """What the customer agreed to pay, less what others take over of it (FR-G11)."""
    if situation.covered:
        return {"price": "0"}
    shared = split_of(situation)
    if shared is not None and situation.accepted is not None:
        beyond = max(0, situation.consented - situation.accepted.amount)
        return {"price": _plain(situation, shared.customer + beyond)}
    agreed = situation.consented_work if situation.accepted else situation.authorised
    return {} if agreed is None else {"price": _plain(situation, agreed)}


def fee(situation: Situation) -> dict[str, str]:
    """The fee for the diagnosis, where one was paid; down payments go back, arrhes stay with the shop (FR-A1, A4)."""
    price = _plain(situation, min(situation.diagnostic_fee, situation.agreed_fee))
    return {"price": price, "advance": "refund", "arrhes": "keep"}


def stopped_price(situation: Situation) -> dict[str, str]:
    """The same where the work is stopped, within what was agreed."""
    return {"price": _plain(situation, min(situation.diagnostic_fee, situation.consented))}


def taker(situation: Situation) -> dict[str, str]:
    """The customer takes the device himself."""
    return {"taken_by": situation.customer.name}


def advance(situation: Situation) -> dict[str, str]:
    """The customer withdraws: a fee for work done is kept, and arrhes; a down payment is given back (FR-A1, FR-A4)."""
    return {"fee": _plain(situation, situation.diagnostic_fee), "advance": "refund", "arrhes": "keep"}


def relinquishing(situation: Situation) -> dict[str, str]:
    """The owner signs himself; nothing is stored on what is no telephone or computer."""
    return advance(situation) | {
        "signed_by": situation.customer.name,
        "data": "erase" if situation.device_type.has_secret else "none",
    }


def _diagnosed(situation: Situation) -> dict[str, str]:
    """The works that the checklist proposed and nobody left out: their prices and names."""
    language = situation.customer.language
    works = [work for work in proposed_works(situation.session, situation.order_id, language) if work.chosen]
    text = ", ".join(work.name for work in works)
    price = sum(work.price for work in works)
    return ({"text": text} if text else {}) | ({"amount": _plain(situation, price)} if price else {})


def _plain(situation: Situation, minor: int) -> str:
    return plain_amount(minor, situation.order.currency)
