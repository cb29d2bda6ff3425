"""What databases complain of, as sentences with what to do."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, OperationalError

from convisav_tui.errors import StoreError, StoreFull, StoreLocked, StoreReadOnly, StoreUncertain, StoreUnreachable
from convisav_tui.i18n import _

# SQLSTATE of two transactions that got into each other's way, one of which may simply be run again.
_COLLISIONS = ("40001", "40P01")
_ALREADY_THERE = "23505"
# The server ends, starts or takes no more connections; class 08 is about connections in general.
_UNREACHABLE = ("57P01", "57P02", "57P03", "57P05", "25P03", "53300")
_BUSY = ("55P03", "57014", *_COLLISIONS)
_FULL = ("53100", "53200")
_READ_ONLY = ("25006", "42501")
_DAMAGED = ("XX001", "XX002")


def in_words(error: DBAPIError) -> StoreError:
    """A database driver's error as a sentence with what to do; the original is its cause."""
    if is_lost(error):
        return unreachable(error)
    return _of_server(error) if sqlstate(error) else _of_file(error)


def is_collision(error: DBAPIError) -> bool:
    """Whether another transaction was in the way, so that this one may be run again from its beginning."""
    name = getattr(error.orig, "sqlite_errorname", "") or ""
    return sqlstate(error) in _COLLISIONS or name.startswith(("SQLITE_BUSY_SNAPSHOT", "SQLITE_LOCKED"))


def is_already_there(error: DBAPIError) -> bool:
    """Whether a server found that a row with this key exists: a transaction run again finds it before it writes."""
    return sqlstate(error) == _ALREADY_THERE


def is_lost(error: DBAPIError) -> bool:
    """Whether there is no connection to the server, or none any more."""
    state = sqlstate(error)
    if state:
        return state.startswith("08") or state in _UNREACHABLE
    from_server = type(error.orig).__module__.startswith("psycopg")
    return error.connection_invalidated or (from_server and isinstance(error, OperationalError))


def sqlstate(error: DBAPIError) -> str:
    """The five characters by which servers name an error; "" when there are none."""
    return getattr(error.orig, "sqlstate", None) or ""


def locked() -> StoreLocked:
    """Another program holds what is needed."""
    return StoreLocked(_("The database is busy: nothing was saved."), _("Try again in a moment."))


def unreachable(error: DBAPIError) -> StoreUnreachable:
    """No connection: nothing was saved."""
    return StoreUnreachable(
        _("The database is not reached: nothing was saved, what was typed stays."),
        _("Look at the network and the server: {reason}.").format(reason=first_line(error.orig)),
    )


def uncertain() -> StoreUncertain:
    """The connection broke while the transaction was being committed."""
    return StoreUncertain(
        _("The connection to the database broke while saving."),
        _("Save once more: what was saved already is not saved twice."),
    )


def _of_server(error: DBAPIError) -> StoreError:
    state, reason = sqlstate(error), first_line(error.orig)
    if state in _BUSY:
        return locked()
    if state in _FULL:
        return _full()
    if state in _READ_ONLY:
        return StoreReadOnly(
            _("The database cannot be written: {reason}.").format(reason=reason),
            _("Ask whoever looks after the server."),
        )
    if state in _DAMAGED:
        return StoreError(_("The database is damaged: {reason}.").format(reason=reason), _("Restore a copy."))
    return StoreError(_("The database refused: {reason}.").format(reason=reason))


def _of_file(error: DBAPIError) -> StoreError:
    name = getattr(error.orig, "sqlite_errorname", "") or ""
    text = str(error.orig)
    if name.startswith(("SQLITE_BUSY", "SQLITE_LOCKED")) or "database is locked" in text:
        return locked()
    if name.startswith("SQLITE_FULL") or "disk is full" in text:
        return _full()
    if name.startswith(("SQLITE_READONLY", "SQLITE_CANTOPEN", "SQLITE_IOERR")) or "readonly" in text:
        return StoreReadOnly(
            _("The database cannot be written: {reason}.").format(reason=text), _("Check the disk and its rights.")
        )
    if name.startswith(("SQLITE_CORRUPT", "SQLITE_NOTADB")):
        return StoreError(_("The database is damaged: {reason}.").format(reason=text), _("Restore a copy."))
    return StoreError(_("The database refused: {reason}.").format(reason=text))


def _full() -> StoreFull:
    return StoreFull(_("The disk is full: nothing was saved."), _("Free some space, then save again."))


def first_line(error: object) -> str:
    """What the server said, in one line; its DETAIL, which may quote a row, is left out."""
    found = next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)
    return found.rstrip(".:")
