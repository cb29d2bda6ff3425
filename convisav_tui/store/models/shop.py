"""The shop itself: staff, stations, settings, counters, parked drafts, dated rules, leases, imported history."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, AppendOnly, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.models.kinds import Role


class Staff(Record, Versioned, table=True):
    """A person of the shop."""

    __table_args__ = (sa.UniqueConstraint("login"), STRICT)

    id: int | None = primary_key()
    login: str = Field(max_length=40)
    name: str = Field(max_length=80)
    role: Role = Field(default=Role.CLERK, sa_type=text_enum(Role, "role"))
    language: str = Field(default="", max_length=2)  # "" = the shop's
    active: bool = True
    pin_hash: str | None = Field(default=None, nullable=True, max_length=160)  # argon2id; None: signs in nowhere
    pin_set_at: datetime | None = None


class StaffEvent(Record, AppendOnly, table=True):
    """Who gave whom which right, and when: append-only (rules.md 4.6). Never holds a PIN or its hash."""

    __tablename__ = "staff_event"
    __table_args__ = (sa.Index("ix_staff_event__staff_id", "staff_id", "id"), STRICT)

    id: int | None = primary_key()
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)  # whom it is about, when known
    event: str = Field(max_length=40)
    by_id: int | None = foreign_key("staff.id", default=None, nullable=True)  # None: at the command line
    station_name: str = Field(default="", max_length=80)
    detail: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)


class FailedSignIn(Record, table=True):
    """How often a wrong PIN was typed lately at a station, for a person, in the shop: what the next try waits for."""

    __tablename__ = "failed_sign_in"
    __table_args__ = (STRICT,)

    subject: str = Field(primary_key=True, max_length=40)  # shop/lock_out.py
    failures: int = 0
    last_at: datetime = moment()


class Station(Record, table=True):
    """A counter, bench or SSH terminal."""

    __table_args__ = (sa.UniqueConstraint("name"), STRICT)

    id: int | None = primary_key()
    name: str = Field(max_length=80)
    last_seen_at: datetime = moment()


class Setting(Record, table=True):
    """A value that the shop chose in the program."""

    __table_args__ = (STRICT,)

    key: str = Field(primary_key=True, max_length=80)
    value: Any = Field(default=None, sa_type=sa.JSON)
    updated_at: datetime = moment()


class Counter(Record, table=True):
    """A number series, one row a series."""

    __table_args__ = (STRICT,)

    name: str = Field(primary_key=True, max_length=40)
    value: int = Field(default=0, sa_type=sa.BigInteger)


class Draft(Record, Versioned, table=True):
    """Something half typed that must not be lost: parked by Esc, a crash or a dropped line."""

    __table_args__ = (sa.UniqueConstraint("key"), sa.Index("ix_draft__updated_at", "updated_at"), STRICT)

    id: int | None = primary_key()
    key: str = Field(max_length=36)  # uuid; becomes the idempotency key of what is saved from it
    kind: str = Field(default="intake", max_length=20)
    title: str = Field(default="", max_length=120)
    fields: dict[str, Any] = Field(default_factory=dict, sa_type=sa.JSON)
    station_name: str = Field(default="", max_length=80)
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)
    parked: bool = False  # False while a station is typing it
    created_at: datetime = moment()
    updated_at: datetime = moment()


class CountryRule(Record, table=True):
    """A rule of a country with its dates: rates, mentions, delays, limits (rules.md 0.3, 1)."""

    __tablename__ = "country_rule"
    __table_args__ = (sa.UniqueConstraint("country", "key", "valid_from"), STRICT)

    id: int | None = primary_key()
    country: str = Field(max_length=2)
    key: str = Field(max_length=80)
    valid_from: date
    valid_to: date | None = None
    value: Any = Field(default=None, sa_type=sa.JSON)
    source: str = Field(default="", max_length=200)


class Lease(Record, table=True):
    """Who does a job that only one process may do, and until when."""

    __table_args__ = (STRICT,)

    name: str = Field(primary_key=True, max_length=40)
    token: str = Field(default="", max_length=36)
    holder: str = Field(default="", max_length=120)
    until: datetime = moment()


class ImportedRepair(Record, table=True):
    """A repair done elsewhere (Open Repair Data): history of a type, brand and fault without a customer."""

    __tablename__ = "imported_repair"
    __table_args__ = (
        sa.UniqueConstraint("source", "source_id"),
        sa.Index("ix_imported_repair__device_type_id", "device_type_id", "brand_key"),
        STRICT,
    )

    id: int | None = primary_key()
    source: str = Field(max_length=80)  # data_provider
    source_id: str = Field(max_length=80)
    device_type_id: int | None = foreign_key("device_type.id", default=None, nullable=True)
    category: str = Field(default="", max_length=80)
    brand: str = Field(default="", max_length=80)
    brand_key: str = Field(default="", max_length=80)
    fault: str = Field(default="", sa_type=sa.Text)
    outcome: str = Field(default="", max_length=32)
    barrier: str = Field(default="", max_length=120)
    year_of_manufacture: int | None = None
    repaired_on: date | None = None
    country: str = Field(default="", max_length=3)
    place: str = Field(default="", max_length=120)
