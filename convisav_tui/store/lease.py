"""A job that one process at a time may do: a row with a holder, an end, and a token that proves who holds it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.errors import Conflict
from convisav_tui.i18n import _
from convisav_tui.store.engine import Store
from convisav_tui.store.tables import LEASE


@dataclass(frozen=True)
class HeldLease:
    """A lease while it is ours; the token changes with every holder."""

    name: str
    token: str
    holder: str
    until: datetime


def acquire(store: Store, name: str, holder: str, seconds: float, instant: datetime | None = None) -> HeldLease | None:
    """Take the lease `name` for `seconds` if nobody holds it or its holder let it run out; None otherwise."""
    begin = instant or now()
    taken = HeldLease(name, str(uuid.uuid4()), holder, begin + timedelta(seconds=seconds))
    values = {"token": taken.token, "holder": holder, "until": taken.until}

    def take(session: Session) -> bool:
        free = sa.or_(LEASE.c.token == "", LEASE.c.until <= begin)
        updated = session.execute(sa.update(LEASE).where(LEASE.c.name == name, free).values(**values))
        if updated.rowcount:  # type: ignore[attr-defined]
            return True
        if session.execute(sa.select(LEASE.c.name).where(LEASE.c.name == name)).first():
            return False
        first = sa.text(
            "INSERT INTO lease (name, token, holder, until) VALUES (:name, '', '', :until) ON CONFLICT DO NOTHING"
        )
        first = first.bindparams(sa.bindparam("until", type_=LEASE.c.until.type))
        session.execute(first, {"name": name, "until": begin})
        again = session.execute(sa.update(LEASE).where(LEASE.c.name == name, LEASE.c.token == "").values(**values))
        return bool(again.rowcount)  # type: ignore[attr-defined]

    return taken if store.write(take) else None


def renew(store: Store, lease: HeldLease, seconds: float, instant: datetime | None = None) -> HeldLease | None:
    """Hold it `seconds` longer from now; None when somebody else took it meanwhile: stop the work at once."""
    renewed = replace(lease, until=(instant or now()) + timedelta(seconds=seconds))

    def prolong(session: Session) -> bool:
        ours = sa.and_(LEASE.c.name == lease.name, LEASE.c.token == lease.token)
        return bool(session.execute(sa.update(LEASE).where(ours).values(until=renewed.until)).rowcount)  # type: ignore[attr-defined]

    return renewed if store.write(prolong) else None


def release(store: Store, lease: HeldLease) -> None:
    """Give it back, so that another process need not wait for its end. Harmless when it is no longer ours."""

    def give_back(session: Session) -> None:
        ours = sa.and_(LEASE.c.name == lease.name, LEASE.c.token == lease.token)
        session.execute(sa.update(LEASE).where(ours).values(token="", holder=""))

    store.write(give_back)


def fence(session: Session, lease: HeldLease) -> None:
    """Call inside the write transaction of the job: raises Conflict if the lease is somebody else's by now, so that
    a process that was asleep too long writes nothing."""
    token = session.execute(sa.select(LEASE.c.token).where(LEASE.c.name == lease.name)).scalar_one_or_none()
    if token != lease.token:
        raise Conflict(_("Another process does this work now."))


def holder_of(session: Session, name: str, instant: datetime | None = None) -> str:
    """Who holds the lease now, "" if nobody does."""
    row = session.execute(sa.select(LEASE.c.token, LEASE.c.holder, LEASE.c.until).where(LEASE.c.name == name)).first()
    return row.holder if row and row.token and row.until > (instant or now()) else ""
