"""The papers that are a PDF form of the shop with values in it: filled once, kept, printed as they were kept."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping

from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, translate
from convisav_tui.printing.receipt import DUPLICATE
from convisav_tui.shop.check_forms import KIND
from convisav_tui.shop.pdf_forms import fill_form, printed_form
from convisav_tui.store.engine import Store
from convisav_tui.store.models import CheckForm, Paper, PrintJob


def is_form(content: Mapping[str, object]) -> bool:
    """Whether this is what a filled form is made of."""
    return content.get("kind") == KIND


def filled(store: Store, content: Mapping[str, object]) -> bytes:
    """The form that `content` names with its values. Raises UsageError when it is another file by now, or cannot be
    filled."""
    form_id, values = content.get("form"), content.get("values")
    with store.read() as session:
        form = session.get(CheckForm, form_id) if isinstance(form_id, int) else None
        pdf, sha256 = (form.pdf, form.sha256) if form is not None else (b"", "")
    if not pdf or sha256 != content.get("sha256") or not isinstance(values, Mapping):
        raise UsageError(_("The form was replaced before it was filled: ask for it again."), "")
    return fill_form(pdf, {str(name): str(value) for name, value in values.items()})


def form_of_job(
    store: Store, job_id: int, content: Mapping[str, object], *, duplicate: bool = False, pictures: bool = False
) -> bytes | None:
    """The filled form that a print job is about, as it was kept; None for every other paper. A duplicate is marked as
    one; of both it and what becomes `pictures` the fields are part of the page. Raises UsageError."""
    if not is_form(content):
        return None
    with store.read() as session:
        job = session.get(PrintJob, job_id)
        paper = session.get(Paper, job.paper_id) if job is not None and job.paper_id is not None else None
        kept = bytes(paper.pdf) if paper is not None and paper.pdf else b""
    form = kept or filled(store, content)
    if not duplicate and not pictures:
        return form
    return printed_form(form, translate(DUPLICATE, str(content.get("language", ""))) if duplicate else "")


def kept_form(store: Store, paper_id: int) -> bytes:
    """The filled form of a paper; filled and kept now where the worker has not done so yet. Raises UsageError."""
    with store.read() as session:
        paper = session.get_one(Paper, paper_id)
        pdf, content = bytes(paper.pdf or b""), paper.content
    if pdf:
        return pdf
    made = filled(store, content)

    def keep(session: Session) -> bytes:
        paper = session.get_one(Paper, paper_id)
        if not paper.pdf:
            paper.pdf, paper.sha256, paper.rendered_at = made, hashlib.sha256(made).hexdigest(), now()
            session.add(paper)
        return bytes(paper.pdf or b"")

    return store.write(keep)
