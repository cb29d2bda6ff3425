"""Renders the papers that were asked for: the PDF is kept with its row, and never changes from then on."""

from __future__ import annotations

import hashlib
import logging
from datetime import datetime

from sqlmodel import Session, col, select

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.printing.document_pdf import document_pdf
from convisav_tui.printing.form_papers import filled, is_form
from convisav_tui.shop.document import Document
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Paper, PrincipalTerms

log = logging.getLogger("convisav.papers")
_AT_ONCE = 50
_ROOM = 300  # characters of last_error


def render_due(store: Store, now: datetime) -> int:
    """Render what waits for it, oldest first; how many became PDF. One that cannot be set keeps the reason in words
    and is not tried again by itself. Raises StoreError."""
    return sum(_render(store, paper_id, now) for paper_id in _waiting(store))


def logo_of(session: Session, principal_id: int | None) -> bytes:
    """The principal's logo (PNG), or nothing."""
    if principal_id is None:
        return b""
    query = select(PrincipalTerms.logo).where(PrincipalTerms.party_id == principal_id)
    return session.exec(query).first() or b""


def _waiting(store: Store) -> list[int]:
    query = (
        select(Paper.id)
        .where(col(Paper.rendered_at).is_(None), col(Paper.last_error) == "")
        .order_by(col(Paper.id))
        .limit(_AT_ONCE)
    )
    with store.read() as session:
        return [paper_id for paper_id in session.exec(query) if paper_id is not None]


def _render(store: Store, paper_id: int, now: datetime) -> bool:
    with store.read() as session:
        paper = session.get_one(Paper, paper_id)
        content, logo = paper.content, logo_of(session, _principal(paper.content))
    try:
        made = filled(store, content) if is_form(content) else document_pdf(Document.from_content(content), logo=logo)
        pdf, reason = made, ""
    except ConvisavError as error:
        pdf, reason = b"", str(error)
    except KeyError as error:
        pdf, reason = b"", _("This document cannot be set: “{field}” is missing.").format(field=error.args[0])
    if reason:
        log.error("paper %d cannot be set", paper_id)

    def keep(session: Session) -> None:
        paper = session.get_one(Paper, paper_id)
        if reason:
            paper.last_error = reason[:_ROOM]
        elif paper.rendered_at is None:
            paper.pdf, paper.sha256, paper.rendered_at = pdf, hashlib.sha256(pdf).hexdigest(), now

    store.write(keep)
    return not reason


def _principal(content: dict[str, object]) -> int | None:
    principal_id = content.get("logo_of")
    return principal_id if isinstance(principal_id, int) else None
