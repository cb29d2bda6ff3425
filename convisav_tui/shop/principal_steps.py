"""What an order under a principal changes in the steps: who is asked, what stands in the fields, what comes off."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from convisav_tui.i18n import mark
from convisav_tui.money import plain_amount
from convisav_tui.shop.mandate import listed_price
from convisav_tui.shop.principal_prices import flat_price
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import TICKED, StepInput
from convisav_tui.store.models import Approver, Device, GuaranteeKind, Outcome

_AT_PRINCIPAL = mark("Who answered at the principal")
_QUOTES = ("issue_quote", "revise_quote")


def worded(situation: Situation, inputs: Iterable[StepInput]) -> Iterator[StepInput]:
    """The inputs of a step; who answers a quote is asked for by name where the principal decides."""
    for asked in inputs:
        by_principal = asked.key == "decided_by" and situation.order.approver is Approver.PRINCIPAL
        yield replace(asked, label=_AT_PRINCIPAL) if by_principal else asked


def is_asked(situation: Situation, key: str) -> bool:
    """Whether an input that only some orders need is asked of this one."""
    if key == "principal_reference":
        return situation.reference_missing
    if key == "discounted":
        return situation.terms is not None and situation.terms.discount > 0
    if key == "imposed":
        legal = any(cover.kind is GuaranteeKind.LEGAL and cover.taken for cover in situation.covers)
        return legal and situation.order.outcome is Outcome.REPLACED
    return True


def usual_answers_of(situation: Situation, event: str) -> dict[str, str]:
    """What stands in the inputs of a step because of the principal: his price, and nobody's name."""
    order = situation.order
    if order.principal_id is None:
        return {}
    usual: dict[str, str] = {}
    if order.approver is Approver.PRINCIPAL:
        usual["decided_by"] = ""
    listed = listed_price(situation.session, order)
    if event in _QUOTES and situation.quote is None:
        usual["discounted"] = TICKED
        if listed is not None:
            device = situation.session.get_one(Device, order.device_id)
            row = flat_price(situation.session, order.principal_id, device.device_type_id)
            usual |= {"amount": plain_amount(listed, order.currency), "text": row.label if row else ""}
            usual["discounted"] = ""
    elif event in _QUOTES:
        usual["discounted"] = ""
    elif event == "authorise_direct" and listed is not None:
        usual["estimate"] = plain_amount(listed, order.currency)
    return usual
