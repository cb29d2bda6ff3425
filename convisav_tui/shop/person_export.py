"""All that is known of a person as one JSON text: the right of access and portability (rules.md 4.4)."""

from __future__ import annotations

import enum
import json
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, SQLModel, col, select

from convisav_tui.clock import now
from convisav_tui.errors import NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import (
    Consent,
    Device,
    DropOff,
    Loan,
    Message,
    OrderEvent,
    Paper,
    Party,
    Payment,
    PriceConsent,
    Quote,
    RepairOrder,
    StaffEvent,
)

FORMAT = 1
# Which columns of which table: never the unlock code, nor what is the shop's own (leases, tokens, stations).
_CARD = (
    "kind", "name", "phone", "email", "fax", "street", "postcode", "city", "language", "channel", "channels",
    "refused_channels", "note", "created_at", "updated_at", "anonymised_at",
)  # fmt: skip
_DEVICE = ("brand", "model", "serial", "purchased_on", "seller", "note", "created_at")
_ORDER = (
    "number", "state", "kind", "depositor", "reported_fault", "found_fault", "accessories", "intake_condition", "note",
    "quote_requested", "cap", "currency", "price", "promised_on", "quote_channel", "ready_channel", "outcome",
    "secret_state", "opened_at", "completed_at", "returned_at", "closed_at", "repair_guarantee_until",
)  # fmt: skip
_PARTS: tuple[tuple[str, type[SQLModel], tuple[str, ...]], ...] = (
    ("events", OrderEvent, ("at", "event", "from_state", "to_state", "detail")),
    ("quotes", Quote, ("revision", "variant", "amount", "net", "currency", "text", "valid_until", "issued_at")),
    ("prices", PriceConsent, ("at", "basis", "answer", "amount", "currency", "told", "means", "until", "evidence")),
    ("payments", Payment, ("at", "nature", "means", "amount", "currency", "label")),
    ("messages", Message, ("event", "channel", "recipient", "subject", "body", "state", "created_at", "sent_at")),
    ("loans", Loan, ("lent_at", "due_on", "condition_out", "accessories_out", "deposit", "ended_at", "outcome")),
    ("papers", Paper, ("kind", "file_name", "created_at", "sha256")),
)


@asks(Permission.EXPORT_PERSON)
def export_person(session: Session, party_id: int, actor: Actor) -> str:
    """Everything known of a person as JSON (amounts in minor units, instants in UTC); that it was handed out is
    written down. Raises Refusal to all but a manager, NotFound."""
    require(session, actor, Permission.EXPORT_PERSON)
    party = session.get(Party, party_id)
    if party is None:
        raise NotFound(_("This customer was removed."))
    data = {
        "format": FORMAT,
        "exported_at": _plain(now()),
        "person": {"code": party.code} | _chosen(party, _CARD),
        "consents": _rows(session, Consent, "party_id", party_id, ("purpose", "channel", "given", "wording", "at")),
        "devices": _rows(session, Device, "party_id", party_id, _DEVICE),
        "drop_offs": _rows(session, DropOff, "party_id", party_id, ("at", "depositor")),
        "orders": [
            _chosen(order, _ORDER)
            | {name: _rows(session, table, "order_id", order.id or 0, columns) for name, table, columns in _PARTS}
            for order in session.exec(
                select(RepairOrder).where(RepairOrder.party_id == party_id).order_by(col(RepairOrder.id))
            )
        ],
    }
    session.add(
        StaffEvent(
            event="person_exported",
            by_id=actor.staff_id,
            station_name=actor.station_name,
            detail={"customer": party.code},
        )
    )
    return json.dumps(data, ensure_ascii=False, indent=2)


def _rows(
    session: Session, table: type[SQLModel], column: str, value: int, columns: tuple[str, ...]
) -> list[dict[str, Any]]:
    found = select(table).where(getattr(table, column) == value).order_by("id")
    return [_chosen(row, columns) for row in session.exec(found)]


def _chosen(row: SQLModel, columns: tuple[str, ...]) -> dict[str, Any]:
    return {column: _plain(getattr(row, column)) for column in columns}


def _plain(value: Any) -> Any:
    if isinstance(value, enum.Enum):
        return value.value
    return value.isoformat() if isinstance(value, date | datetime) else value
