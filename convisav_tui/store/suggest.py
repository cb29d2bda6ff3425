"""What is offered while somebody types: customers, their devices, brands, models, faults, and the model of an IMEI."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store.prefix import begins
from convisav_tui.store.search import find_parties, read_terms
from convisav_tui.store.tables import BRAND, DEVICE, DEVICE_MODEL, DEVICE_TYPE, FREQUENT_FAULT, ORDER, PARTY
from convisav_tui.store.tables import TYPE_ALLOCATION as TAC
from convisav_tui.text import digits, fold

_TAC_LENGTH = 8


@dataclass(frozen=True)
class CustomerSuggestion:
    """A customer who may be meant, with the number of his repairs."""

    party_id: int
    name: str
    phone: str
    email: str
    street: str
    postcode: str
    city: str
    language: str
    channel: str
    repairs: int


@dataclass(frozen=True)
class DeviceSuggestion:
    """A device of the customer, with the number of its repairs."""

    device_id: int
    type_code: str
    brand: str
    model: str
    serial: str
    purchased_on: date | None
    seller: str
    parts_warranty_until: date | None
    labour_warranty_until: date | None
    repairs: int


@dataclass(frozen=True)
class ModelSuggestion:
    """A model with its brand and type of device ("" when not known)."""

    brand: str
    model: str
    type_code: str


@dataclass(frozen=True)
class Allocation:
    """The model that the first eight digits of an IMEI were allocated to."""

    brand: str
    model: str


def customers(session: Session, typed: str, limit: int = 8) -> list[CustomerSuggestion]:
    """Customers whose name, phone digits or e-mail hold what was typed, newest first."""
    terms = read_terms(typed)
    found = find_parties(session, terms, limit) if terms else []
    rows = {row.party_id: row for row in _customers(session, found)}
    return [rows[party_id] for party_id in found if party_id in rows]


def customer(session: Session, party_id: int) -> CustomerSuggestion | None:
    """One customer in the same form, or None."""
    return next(iter(_customers(session, [party_id])), None)


def devices_of(session: Session, party_id: int, limit: int = 20) -> list[DeviceSuggestion]:
    """The devices of a customer, the one taken in last first."""
    last = sa.func.max(ORDER.c.opened_at)
    columns = _device_columns()
    chosen = (
        sa.select(*columns, sa.func.count(ORDER.c.id))
        .select_from(_devices_with_orders())
        .where(DEVICE.c.party_id == party_id)
        .group_by(*columns)
        .order_by(sa.nulls_last(last.desc()), DEVICE.c.id.desc())
        .limit(limit)
    )
    return [DeviceSuggestion(*row) for row in session.execute(chosen)]


def devices_by_serial(session: Session, serial: str, limit: int = 8) -> list[tuple[int, DeviceSuggestion]]:
    """Devices with exactly this serial or IMEI, each with its customer's id; the newest first."""
    key = fold(serial).replace(" ", "")
    if not key:
        return []
    columns = (DEVICE.c.party_id, *_device_columns())
    chosen = sa.select(*columns, sa.func.count(ORDER.c.id)).select_from(_devices_with_orders())
    chosen = chosen.where(DEVICE.c.serial_key == key).group_by(*columns).order_by(DEVICE.c.id.desc()).limit(limit)
    return [(row[0], DeviceSuggestion(*row[1:])) for row in session.execute(chosen)]


def brands(session: Session, prefix: str, limit: int = 8) -> list[str]:
    """Brands that begin like this (all for ""), the most used first."""
    chosen = sa.select(BRAND.c.name)
    if fold(prefix):
        chosen = chosen.where(begins(session, BRAND.c.key, fold(prefix)))
    return list(session.execute(chosen.order_by(BRAND.c.uses.desc(), BRAND.c.key).limit(limit)).scalars())


def models(session: Session, brand: str, prefix: str, type_code: str = "", limit: int = 8) -> list[ModelSuggestion]:
    """Models of a brand ("" for any) that begin like this or hold it after a space, the most used first; those of
    another type of device are left out."""
    joined = DEVICE_MODEL.join(BRAND, BRAND.c.id == DEVICE_MODEL.c.brand_id).outerjoin(
        DEVICE_TYPE, DEVICE_TYPE.c.id == DEVICE_MODEL.c.device_type_id
    )
    code = sa.func.coalesce(DEVICE_TYPE.c.code, "")
    conditions = [BRAND.c.key == fold(brand)] if fold(brand) else []
    if type_code:
        conditions.append(code.in_(("", type_code)))
    if fold(prefix):
        conditions.append((" " + DEVICE_MODEL.c.key).like(f"% {fold(prefix)}%"))
    chosen = sa.select(BRAND.c.name, DEVICE_MODEL.c.name, code).select_from(joined).where(*conditions)
    rows = session.execute(chosen.order_by(DEVICE_MODEL.c.uses.desc(), DEVICE_MODEL.c.key).limit(limit))
    return [ModelSuggestion(*row) for row in rows]


def faults(session: Session, type_code: str, language: str, prefix: str = "", limit: int = 8) -> list[str]:
    """Frequent faults of a type of device in a language that hold what was typed, the most used first.

    Compared in Python: a type has dozens of faults, and databases fold letters differently."""
    joined = FREQUENT_FAULT.join(DEVICE_TYPE, DEVICE_TYPE.c.id == FREQUENT_FAULT.c.device_type_id)
    chosen = sa.select(FREQUENT_FAULT.c.text).select_from(joined)
    chosen = chosen.where(DEVICE_TYPE.c.code == type_code, FREQUENT_FAULT.c.language == language)
    rows = session.execute(chosen.order_by(FREQUENT_FAULT.c.uses.desc(), FREQUENT_FAULT.c.text)).scalars()
    wanted = fold(prefix)
    return [text for text in rows if wanted in f" {fold(text)}"][:limit]


def tac(session: Session, imei: str) -> Allocation | None:
    """The brand and model that an IMEI (or its first eight digits) belongs to, None if the table does not know."""
    code = digits(imei)[:_TAC_LENGTH]
    if len(code) < _TAC_LENGTH:
        return None
    row = session.execute(sa.select(TAC.c.brand, TAC.c.model).where(TAC.c.tac == code)).one_or_none()
    return None if row is None else Allocation(row.brand, row.model)


def _customers(session: Session, party_ids: Sequence[int]) -> list[CustomerSuggestion]:
    repairs = sa.select(sa.func.count()).where(ORDER.c.party_id == PARTY.c.id).scalar_subquery()
    names = ("id", "name", "phone", "email", "street", "postcode", "city", "language", "channel")
    chosen = sa.select(*(PARTY.c[name] for name in names), repairs).where(PARTY.c.id.in_(party_ids))
    return [CustomerSuggestion(*row) for row in session.execute(chosen)]


def _device_columns() -> list[sa.ColumnElement[Any]]:
    after_type = ("brand", "model", "serial", "purchased_on", "seller", "parts_warranty_until", "labour_warranty_until")
    return [DEVICE.c.id, DEVICE_TYPE.c.code, *(DEVICE.c[name] for name in after_type)]


def _devices_with_orders() -> sa.Join:
    return DEVICE.join(DEVICE_TYPE, DEVICE_TYPE.c.id == DEVICE.c.device_type_id).outerjoin(
        ORDER, ORDER.c.device_id == DEVICE.c.id
    )
