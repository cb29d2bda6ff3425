"""Devices with their types, brands, models, frequent faults and type allocation codes."""

from __future__ import annotations

from datetime import date, datetime

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import STRICT, Record, Versioned, foreign_key, moment, primary_key, text_enum
from convisav_tui.store.models.kinds import DeviceFamily


class DeviceType(Record, Versioned, table=True):
    """A type of device and the defaults that an intake of that type takes from it."""

    __tablename__ = "device_type"
    __table_args__ = (sa.UniqueConstraint("code"), STRICT)

    id: int | None = primary_key()
    code: str = Field(max_length=32)
    family: DeviceFamily = Field(default=DeviceFamily.OTHER, sa_type=text_enum(DeviceFamily, "family"))
    names: dict[str, str] = Field(default_factory=dict, sa_type=sa.JSON)  # language code → name
    has_imei: bool = False
    has_secret: bool = False
    promised_days: int = 7  # working time promised by default
    default_cap: int | None = Field(default=None, sa_type=sa.BigInteger)  # minor units
    intake_amount_code: str = Field(default="", max_length=32)  # preset deposit taken by default, "" for none
    position: int = 0
    active: bool = True


class FrequentFault(Record, table=True):
    """A fault that a type of device often has, offered while the fault is typed; `uses` orders them."""

    __tablename__ = "frequent_fault"
    __table_args__ = (sa.UniqueConstraint("device_type_id", "language", "text"), STRICT)

    id: int | None = primary_key()
    device_type_id: int = foreign_key("device_type.id")
    language: str = Field(max_length=2)
    text: str = Field(max_length=200)
    uses: int = 0


class Brand(Record, table=True):
    """A brand as it is best spelt."""

    __table_args__ = (sa.UniqueConstraint("key"), STRICT)

    id: int | None = primary_key()
    name: str = Field(max_length=80)
    key: str = Field(max_length=80)  # text.fold(name)
    uses: int = 0


class DeviceModel(Record, table=True):
    """A model of a brand, learnt from what was taken in or imported."""

    __tablename__ = "device_model"
    __table_args__ = (sa.UniqueConstraint("brand_id", "key"), STRICT)

    id: int | None = primary_key()
    brand_id: int = foreign_key("brand.id")
    device_type_id: int | None = foreign_key("device_type.id", default=None, nullable=True)
    name: str = Field(max_length=120)
    key: str = Field(max_length=120)
    uses: int = 0


class TypeAllocation(Record, table=True):
    """First eight digits of an IMEI (TAC) and the model that they were allocated to."""

    __tablename__ = "type_allocation"
    __table_args__ = (STRICT,)

    tac: str = Field(primary_key=True, max_length=8)
    brand: str = Field(max_length=80)
    model: str = Field(max_length=120)


class Device(Record, Versioned, table=True):
    """One device of a customer, with its own history."""

    __table_args__ = (
        sa.Index("ix_device__party_id", "party_id"),
        sa.Index("ix_device__serial_key", "serial_key"),
        STRICT,
    )

    id: int | None = primary_key()
    party_id: int = foreign_key("party.id")
    device_type_id: int = foreign_key("device_type.id")
    brand: str = Field(default="", max_length=80)
    model: str = Field(default="", max_length=120)
    serial: str = Field(default="", max_length=80)  # serial number or IMEI as printed on the device
    serial_key: str = Field(default="", max_length=80)  # fold(serial) without spaces
    purchased_on: date | None = None
    seller: str = Field(default="", max_length=120)
    parts_warranty_until: date | None = None
    labour_warranty_until: date | None = None
    note: str = Field(default="", max_length=2000)
    created_at: datetime = moment()
    updated_at: datetime = moment()

    @property
    def title(self) -> str:
        """Brand and model in one line."""
        return " ".join(part for part in (self.brand, self.model) if part)
