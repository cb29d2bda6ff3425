"""Subcontractors, places and parcels for the tests of the shop and its screens."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.shop.places import save_place
from convisav_tui.shop.subcontractors import save_subcontractor
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Paper, PrintJob, SubcontractJob
from tests.shop.counter import CLERK, SHOP

TERMS = {
    "name": "Micro Soudure SARL",
    "phone": "01 40 00 00 01",
    "email": "atelier@micro.example",
    "street": "3 rue du Fer",
    "postcode": "75011",
    "city": "Paris",
    "language": "fr",
    "active": "x",
    "margin": "20",
    "usual_days": "10",
    "secret_allowed": "",
    "data_agreement": "",
    "passes_on": "",
    "families": "",
    "note": "",
}


def subcontractor(store: Store, **terms: str) -> int:
    """A subcontractor with these terms; the id of his party."""

    def make(session: Session) -> int:
        return save_subcontractor(session, TERMS | terms, SHOP, CLERK).id or 0

    return store.write(make)


def place(store: Store, code: str, **values: str) -> int:
    """A place with this code; its id."""
    raw = {"code": code, "name": "", "kind": "bin", "technician": "", "active": "x"} | values
    return store.write(lambda session: save_place(session, raw, CLERK).id or 0)


def job_of(store: Store, order_id: int) -> SubcontractJob:
    """The last job of an order."""
    with store.read() as session:
        return list(session.exec(select(SubcontractJob).where(SubcontractJob.order_id == order_id)))[-1]


def slips(store: Store) -> list[Paper]:
    """The dispatch slips that were asked for."""
    with store.read() as session:
        return list(session.exec(select(Paper).where(Paper.kind == "dispatch_slip")))


def jobs_without_order(store: Store) -> list[PrintJob]:
    """What is printed and belongs to no order."""
    with store.read() as session:
        return [job for job in session.exec(select(PrintJob)) if job.order_id is None]
