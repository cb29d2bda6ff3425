"""`convisav paper`: a paper of an order as a PDF: the one that was handed over, or one of the order as it is now."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened, typed_number
from convisav_tui.config import Config
from convisav_tui.errors import ConvisavError, NotFound
from convisav_tui.i18n import _

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.store.models import RepairOrder

RECEIPT = "intake_receipt"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav paper`."""
    parser.add_argument("number", metavar=_("NUMBER"), help=_("ticket number, spaces allowed"))
    parser.add_argument("kind", metavar=_("KIND"), help=_("the kind of paper, as job_sheet or work_statement"))
    parser.add_argument("--out", required=True, type=Path, metavar=_("FILE"), help=_("the PDF to write"))
    parser.add_argument("--now", action="store_true", help=_("as the order is now, not as it was handed over"))


def run(arguments: argparse.Namespace) -> int:
    """Write the file. NotFound for an unknown order or a paper that it does not have, NotSet."""
    from convisav_tui.printing import shop_templates
    from convisav_tui.store.queries.by_number import order_by_number

    config = configuration(arguments)
    number = typed_number(arguments.number)
    shop_templates.use(config.templates, config.paper_size)
    store = opened(config)
    try:
        with store.read() as session:
            order = order_by_number(session, number)
            if order is None:
                raise NotFound(_("There is no order {number}.").format(number=arguments.number))
            pdf = _kept(session, order, arguments.kind) if not arguments.now else None
            pdf = pdf or _made(session, order, arguments.kind, config)
    finally:
        store.close()
    try:
        arguments.out.write_bytes(pdf)
    except OSError as error:
        reason = error.strerror or error
        raise ConvisavError(
            _("{path} cannot be written: {reason}.").format(path=arguments.out, reason=reason)
        ) from error
    output.print_line(str(arguments.out))
    return 0


def _kept(session: Session, order: RepairOrder, kind: str) -> bytes | None:
    """The newest paper of this kind that was rendered for the order, byte for byte."""
    from convisav_tui.shop.order_papers import papers_of

    return next((paper.pdf for paper in papers_of(session, order.id or 0) if paper.kind == kind and paper.pdf), None)


def _made(session: Session, order: RepairOrder, kind: str, config: Config) -> bytes:
    """The paper of the order as it is now."""
    from convisav_tui.printing.document_pdf import document_pdf
    from convisav_tui.printing.papers import logo_of
    from convisav_tui.printing.receipt import words_of
    from convisav_tui.printing.receipt_pdf import receipt_pdf
    from convisav_tui.shop.context import shop_of
    from convisav_tui.shop.filled_papers import receipt_of
    from convisav_tui.shop.order_papers import document_of

    shop = shop_of(config)
    if kind == RECEIPT:
        return receipt_pdf(words_of(receipt_of(session, order, shop)), logo_of(session, order.principal_id))
    document = document_of(session, order, kind, shop)
    return document_pdf(document, logo=logo_of(session, document.logo_of))
