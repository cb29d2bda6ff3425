"""The papers of an order: those that can be made of it now, and those that were made, to be printed again.

A paper asked for twice with the same words is the same paper, printed again and marked as a duplicate.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from sqlalchemy.orm import defer
from sqlmodel import Session, col, select

from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, ask_for, print_again
from convisav_tui.shop.job_sheet import job_sheet_of
from convisav_tui.shop.relinquishment import slip_of
from convisav_tui.shop.return_receipt import hand_over_paper_of
from convisav_tui.shop.unrepaired_slip import UNREPAIRED
from convisav_tui.shop.work_statement import work_statement_of
from convisav_tui.store.models import Paper, PrintJob, RepairOrder

Maker = Callable[[Session, RepairOrder, ShopContext], Document]
MAKERS: Mapping[str, Maker] = {
    "job_sheet": job_sheet_of,
    "work_statement": work_statement_of,
    "return_receipt": hand_over_paper_of,
    "returned_unrepaired": hand_over_paper_of,
    "relinquishment": slip_of,
}


def makeable(order: RepairOrder) -> tuple[str, ...]:
    """The kinds that make sense of an order as it is now: what is not repaired has no statement of work."""
    if order.outcome is None:
        return ("job_sheet", "relinquishment") if order.closed_at is None else ("job_sheet",)
    if order.outcome in UNREPAIRED:
        return ("job_sheet", "returned_unrepaired")
    return ("job_sheet", "work_statement", "return_receipt")


def papers_of(session: Session, order_id: int) -> Sequence[Paper]:
    """What was asked for on an order, newest first; the file of each is read when it is looked at."""
    chosen = select(Paper).where(Paper.order_id == order_id).order_by(col(Paper.id).desc())
    without_files = chosen.options(defer(Paper.pdf))  # type: ignore[arg-type]
    return session.exec(without_files).all()


def document_of(session: Session, order: RepairOrder, kind: str, shop: ShopContext) -> Document:
    """A paper of this kind as the order is now. Raises NotFound for a kind that cannot be made of it."""
    maker = MAKERS.get(kind)
    if maker is None:
        raise NotFound(_("No paper of this kind was made for this order."))
    return maker(session, order, shop)


def print_order_paper(session: Session, order_id: int, kind: str, actor: Actor, shop: ShopContext) -> PrintJob:
    """Print a paper of an order as the order is now; one that says the same already is printed again as a duplicate.
    Raises NotFound, Refusal."""
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    document = document_of(session, order, kind, shop)
    earlier = session.exec(select(Paper).where(Paper.dedupe_key == _key(order, document))).first()
    if earlier is not None and earlier.id is not None:
        return print_again(session, earlier.id, actor)
    paper = ask_for_order_paper(session, order, document, actor)
    return session.exec(select(PrintJob).where(PrintJob.paper_id == paper.id)).one()


def ask_for_order_paper(session: Session, order: RepairOrder, document: Document, actor: Actor) -> Paper:
    """Ask for a paper of an order; the same words again give the same paper and print nothing."""
    key = _key(order, document)
    return ask_for(session, document, key=key, order_id=order.id, party_id=order.party_id, actor=actor)


def _key(order: RepairOrder, document: Document) -> str:
    """What is said on it, whenever it is asked."""
    said = json.dumps(replace(document, dated="").as_content(), sort_keys=True)
    return f"{document.kind}:{order.id}:{hashlib.sha256(said.encode()).hexdigest()[:24]}"
