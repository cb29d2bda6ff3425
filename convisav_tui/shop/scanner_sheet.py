"""The set-up sheet of a barcode scanner, asked for like every other paper."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.paper import ScannerSheet
from convisav_tui.store.models import JobKind, PrintJob


def print_scanner_sheet(session: Session, actor: Actor, language: str, key: str) -> PrintJob:
    """Ask for the set-up sheet of a barcode scanner; the same `key` (a uuid) asks once. It belongs to no order."""
    dedupe_key = f"sheet:{key}"
    asked = session.exec(select(PrintJob).where(PrintJob.dedupe_key == dedupe_key)).first()
    if asked is not None:
        return asked
    sheet = ScannerSheet(language).as_content()
    job = PrintJob(kind=JobKind.LABEL, content=sheet, dedupe_key=dedupe_key, created_by_id=actor.staff_id)
    session.add(job)
    session.flush()
    return job
