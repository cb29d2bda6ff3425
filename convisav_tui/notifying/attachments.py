"""The PDF that goes with a message: read from its paper when it is sent, so that no file lies about."""

from __future__ import annotations

from dataclasses import dataclass

from convisav_tui.store.engine import Store
from convisav_tui.store.models import Message, Paper

PDF = "application/pdf"


@dataclass(frozen=True)
class Attachment:
    """A file under its own name; accents and spaces arrive as they are."""

    name: str
    content: bytes
    kind: str = PDF


def attachments_of(store: Store, message: Message) -> tuple[Attachment, ...]:
    """The rendered paper of a message; nothing when it has none. The sender waits until it is rendered."""
    if message.paper_id is None:
        return ()
    with store.read() as session:
        paper = session.get(Paper, message.paper_id)
        if paper is None or not paper.pdf:
            return ()
        return (Attachment(paper.file_name or "document.pdf", bytes(paper.pdf)),)
