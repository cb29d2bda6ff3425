"""Unlock codes: encrypted under a key of their own, shown on demand and journaled, destroyed in time (rules.md 4.5)."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography.fernet import Fernet, InvalidToken
from sqlmodel import Session, col, select

from convisav_tui.clock import local, now
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.shop.away import away_of
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.drafts import draft_key_name
from convisav_tui.shop.events import append_event
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.keyring import after_end, keyring_of
from convisav_tui.store.models import DeviceSecret, Draft, OrderState, RepairOrder, SecretKind, SecretState

# The device is gone or about to go: nobody needs the code any more.
_NO_LONGER = (
    OrderState.RETURNED,
    OrderState.CLOSED,
    OrderState.CANCELLED,
    OrderState.RELINQUISHED,
    OrderState.DISPOSED,
)
# The device is on the bench, or waits for it: then its code may be needed.
_IN_WORKSHOP = (
    OrderState.RECEIVED,
    OrderState.DIAGNOSING,
    OrderState.QUOTE_REQUESTED,
    OrderState.QUOTE_ISSUED,
    OrderState.QUOTE_ACCEPTED,
    OrderState.QUOTE_REFUSED,
    OrderState.QUOTE_EXPIRED,
    OrderState.AWAITING_COVERAGE,
    OrderState.AWAITING_PARTS,
    OrderState.IN_REPAIR,
    OrderState.TESTING,
)
_ORPHAN_AGE = timedelta(hours=1)


@dataclass(frozen=True)
class RevealedSecret:
    """A code in clear, for a screen that hides it again after a minute; it does not show in `repr`."""

    kind: SecretKind
    code: str = field(repr=False)


def keep_secret(session: Session, order: RepairOrder, kind: SecretKind, code: str) -> None:
    """Encrypt the unlock code of an order under a new key. The key is on the disk before the row is committed, and
    destroyed if it never is. Raises StoreReadOnly when the key cannot be kept."""
    assert order.id is not None
    keyring, name, key = keyring_of(session), key_name(order), Fernet.generate_key()
    keyring.put(name, key)
    after_end(session, committed=None, rolled_back=lambda: keyring.destroy(name))
    kept = _secret(session, order.id) or DeviceSecret(order_id=order.id, kind=kind.value)
    kept.kind, kept.ciphertext, kept.purged_at = kind.value, Fernet(key).encrypt(code.encode()).decode(), None
    order.secret_state = SecretState.STORED
    session.add(kept)
    session.add(order)
    session.flush()


@asks(Permission.REVEAL_SECRET, Permission.REVEAL_SECRET_OF_OTHERS)
def reveal_secret(session: Session, order_id: int, actor: Actor) -> RevealedSecret:
    """The code in clear, to the repairer; who saw it and when becomes an event of the order (4.5, 4).

    Raises Refusal when there is none, when the device is not in the workshop, and to those who do not repair it.
    """
    order = _order(session, order_id)
    kept = _secret(session, order_id)
    if kept is None or order.secret_state is not SecretState.STORED:
        raise Refusal("secret_stored", _("No unlock code is kept for this order."))
    if order.state in _NO_LONGER:
        raise Refusal("secret_in_workshop", _("The device has left: its unlock code is no longer shown."))
    if order.state not in _IN_WORKSHOP and not _passed_on(session, order_id):
        raise Refusal("secret_in_workshop", _("The work is done: the unlock code is no longer shown."))
    _refuse_stranger(session, order, actor)
    key = keyring_of(session).get(key_name(order))
    try:
        code = Fernet(key or b"").decrypt(kept.ciphertext.encode()).decode()
    except (InvalidToken, ValueError) as error:
        raise Refusal(
            "secret_key_present",
            _("The key of this unlock code is not on this machine."),
            _("Ask the customer for the code again."),
        ) from error
    append_event(session, order, event="secret_revealed", actor=actor)
    return RevealedSecret(SecretKind(kept.kind), code)


def purge_secret(session: Session, order: RepairOrder, actor: Actor = PROGRAM, reason: str = "") -> bool:
    """Destroy the key of an order's unlock code, then its ciphertext; whether there was one (4.5, 5).

    The key is gone at once, whatever becomes of the transaction: an unreadable code is the safe side.
    """
    kept = _secret(session, order.id or 0)
    if kept is None or not kept.ciphertext:
        return False
    keyring_of(session).destroy(key_name(order))
    kept.ciphertext, kept.purged_at = "", now()
    order.secret_state = SecretState.PURGED
    session.add(kept)
    session.add(order)
    append_event(session, order, event="secret_purged", actor=actor, detail={"reason": reason} if reason else {})
    return True


def purge_due(session: Session, shop: ShopContext, instant: datetime) -> int:
    """Destroy the codes that outlived their use: so many days after completion, or without any activity (4.5, 5).
    `instant` is aware UTC. How many were destroyed."""
    day = local(instant, shop.timezone).date()
    rules = rules_in_force(session, shop.country)
    completed_before = instant - timedelta(days=rules.number("secret.purge_days_after_completion", day) or 30)
    idle_since = instant - timedelta(days=rules.number("secret.purge_days", day) or 90)
    due = select(RepairOrder).where(
        RepairOrder.secret_state == SecretState.STORED,
        (col(RepairOrder.completed_at) < completed_before)
        | (col(RepairOrder.updated_at) < idle_since)
        | col(RepairOrder.state).in_(_NO_LONGER),
    )
    return sum(purge_secret(session, order, reason="out of time") for order in session.exec(due).all())


def destroy_orphan_keys(session: Session, instant: datetime) -> int:
    """Destroy the keys that open nothing: of orders and drafts that were never committed, or are gone (the program was
    killed in between). `instant` is now, aware UTC: young keys are left alone. How many there were."""
    keyring = keyring_of(session)
    stored = select(RepairOrder.number).where(RepairOrder.secret_state == SecretState.STORED)
    needed = {f"order-{number}" for number in session.exec(stored)}
    needed |= {draft_key_name(key) for key in session.exec(select(Draft.key))}
    orphans = [name for name, kept_at in keyring.names() if name not in needed and instant - kept_at > _ORPHAN_AGE]
    for name in orphans:
        keyring.destroy(name)
    return len(orphans)


def key_name(order: RepairOrder) -> str:
    """The name of an order's key in the keyring."""
    return f"order-{order.number}"


def _secret(session: Session, order_id: int) -> DeviceSecret | None:
    return session.exec(select(DeviceSecret).where(DeviceSecret.order_id == order_id)).first()


def _order(session: Session, order_id: int) -> RepairOrder:
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    return order


def _passed_on(session: Session, order_id: int) -> bool:
    """Whether a subcontractor has the device and was to have its code: he may ask for it once more (T18)."""
    away = away_of(session, order_id)
    return away is not None and away.job.secret_included


def _refuse_stranger(session: Session, order: RepairOrder, actor: Actor) -> None:
    """Raise Refusal unless the actor repairs this order, or may repair it because nobody does yet."""
    if actor.staff_id is not None and actor.staff_id == order.technician_id:
        return
    require(session, actor, Permission.REVEAL_SECRET)
    if order.technician_id is not None:
        require(session, actor, Permission.REVEAL_SECRET_OF_OTHERS)
