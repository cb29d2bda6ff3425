"""What is looked at before anything is written: whether a newer program has changed the tables meanwhile, and up to
when the shop's history goes, so that a clock that was put back cannot turn it over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui import clock
from convisav_tui.errors import StoreNewer
from convisav_tui.i18n import _
from convisav_tui.store.schema_version import REVISIONS, VERSION_TABLE

CLOCK_ACCEPTED = "clock.right_after_event"
"""Setting: the id of the last event that was written while the clock ran ahead; its time counts no more."""
# Machines that share a server differ by that much without anything being wrong.
TOLERANCE = timedelta(minutes=2)

_ACCEPTED = "(SELECT CAST({value} AS INTEGER) FROM setting WHERE key = '" + CLOCK_ACCEPTED + "')"
_NEWEST = "SELECT at FROM order_event WHERE id > coalesce(" + _ACCEPTED + ", 0) ORDER BY id DESC LIMIT 1"


class Precautions:
    """Of one database. `look` costs one short query in the transaction that is about to write."""

    def __init__(self) -> None:
        self._complete = False

    def look(self, session: Session) -> datetime | None:
        """The instant (UTC) of the newest event. Raises StoreNewer when the tables are of a version that this program
        does not know: it was upgraded under a station that was open."""
        if not self._complete:
            # Being made, or being moved into; asked on a connection of its own, so that nothing is locked or aborted.
            tables = set(sa.inspect(session.connection()).get_table_names())
            self._complete = {VERSION_TABLE, "order_event", "setting"} <= tables
            if not self._complete:
                return None
        version, newest = session.execute(_query(session)).one()
        if version is not None and version not in REVISIONS:
            raise StoreNewer(
                _("The database was written by a newer version of the program ({version}).").format(version=version),
                _("Update the program on this machine; nothing was changed."),
            )
        return _instant(newest)


def newest_event(session: Session) -> datetime | None:
    """The instant (UTC) of the event that was written last, unless the clock was said to be right since."""
    return _instant(session.execute(sa.text(_in_dialect(session, _NEWEST))).scalar())


def clock_trouble(session: Session) -> str:
    """A sentence when this machine's clock is behind the shop's history, else ""."""
    newest, here = newest_event(session), clock.now()
    if newest is None or newest - here <= TOLERANCE or clock.is_pretended():
        return ""
    return _(
        "The clock says {now}, but the last step was taken at {newest} (UTC): steps get that time until it is right."
    ).format(now=f"{here:%Y-%m-%d %H:%M}", newest=f"{newest:%Y-%m-%d %H:%M}")


def accept_clock(session: Session) -> None:
    """The clock is right and ran ahead before: what was written till now holds no time back any more."""
    from convisav_tui.store.models import OrderEvent, Setting

    last = session.execute(sa.select(sa.func.max(OrderEvent.id))).scalar()
    row = session.get(Setting, CLOCK_ACCEPTED) or Setting(key=CLOCK_ACCEPTED)
    row.value, row.updated_at = last or 0, clock.now()
    session.add(row)


def _query(session: Session) -> sa.TextClause:
    version = f"(SELECT max(version_num) FROM {VERSION_TABLE})"
    return sa.text(_in_dialect(session, f"SELECT {version}, ({_NEWEST})"))


def _in_dialect(session: Session, text: str) -> str:
    """How a number is read out of JSON."""
    return text.format(value="value" if session.get_bind().dialect.name == "sqlite" else "value #>> '{}'")


def _instant(value: object) -> datetime | None:
    if isinstance(value, str):
        value = datetime.fromisoformat(value)
    if not isinstance(value, datetime):
        return None
    return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)
