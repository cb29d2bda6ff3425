"""What stands in the inputs of a step before anybody types: the usual answer for this order, as text."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from convisav_tui.i18n import _, format_day
from convisav_tui.money import plain_amount
from convisav_tui.shop.away import quoted_job
from convisav_tui.shop.dated_rules import QUOTE_VALIDITY_DAYS, number_for
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
    """How long a quote holds here (FR-Q4)."""
    days = number_for(situation.session, situation.shop.country, QUOTE_VALIDITY_DAYS, situation.today)
    usual = {"valid_until": format_day(situation.today + timedelta(days=days))}
    quoted = quoted_job(situation.session, situation.order_id)
    if quoted is not None:
        usual |= {"amount": _plain(situation, quoted.price), "text": quoted.work}
    return usual


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
    """What the customer agreed to pay."""
    if situation.covered:
        return {"price": "0"}
    agreed = situation.accepted.amount if situation.accepted else situation.authorised
    return {} if agreed is None else {"price": _plain(situation, agreed)}


def fee(situation: Situation) -> dict[str, str]:
    """The fee for the diagnosis, where one was paid."""
    return {"price": _plain(situation, min(situation.diagnostic_fee, situation.agreed_fee))}


def stopped_price(situation: Situation) -> dict[str, str]:
    """The same where the work is stopped, within what was agreed."""
    return {"price": _plain(situation, min(situation.diagnostic_fee, situation.consented))}


def taker(situation: Situation) -> dict[str, str]:
    """The customer takes the device himself."""
    return {"taken_by": situation.customer.name}


def advance(situation: Situation) -> dict[str, str]:
    """A fee for work done is kept, everything else is given back (FR-A1, FR-A4)."""
    if situation.sums.towards_price <= 0:
        return {}
    return {"advance": "keep" if situation.diagnostic_fee == situation.sums.towards_price else "refund"}


def _plain(situation: Situation, minor: int) -> str:
    return plain_amount(minor, situation.order.currency)
