"""What goes with a message: the PDF of its paper, and the lines of a supplier order or statement as CSV, read when it
is sent, so that no file lies about."""

from __future__ import annotations

from dataclasses import dataclass

from convisav_tui.shop.order_off import tells_of_end
from convisav_tui.shop.statement_paper import statement_csv
from convisav_tui.shop.statements import operations_on
from convisav_tui.shop.supplier_orders import order_csv
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Message, Paper, PrincipalStatement, SupplierOrder

PDF, CSV = "application/pdf", "text/csv"


@dataclass(frozen=True)
class Attachment:
    """A file under its own name; accents and spaces arrive as they are."""

    name: str
    content: bytes
    kind: str = PDF


def attachments_of(store: Store, message: Message) -> tuple[Attachment, ...]:
    """The rendered paper of a message, and by e-mail the lines of the supplier order or statement that it is about;
    nothing when it has neither. The sender waits until the paper is rendered."""
    if message.paper_id is None and message.supplier_order_id is None and message.statement_id is None:
        return ()
    with store.read() as session:
        found = []
        paper = session.get(Paper, message.paper_id) if message.paper_id is not None else None
        if paper is not None and paper.pdf:
            found.append(Attachment(paper.file_name or "document.pdf", bytes(paper.pdf)))
        if message.supplier_order_id is not None and message.channel is Channel.EMAIL and not tells_of_end(message):
            order = session.get_one(SupplierOrder, message.supplier_order_id)
            lines = order_csv(session, message.supplier_order_id)
            found.append(Attachment(f"{order.number}.csv", lines.encode("utf-8-sig"), CSV))
        if message.statement_id is not None and message.channel is Channel.EMAIL:
            statement = session.get_one(PrincipalStatement, message.statement_id)
            lines = statement_csv(statement, operations_on(session, message.statement_id), message.language)
            found.append(Attachment(f"{statement.number}.csv", lines.encode("utf-8-sig"), CSV))
        return tuple(found)
