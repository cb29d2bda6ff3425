"""What an intake chooses from: the active types of devices and the preset sums, in the order of the shop."""

from __future__ import annotations

from collections.abc import Sequence

from sqlmodel import Session, col, select

from convisav_tui.store.models import DeviceType, IntakeAmountType


def device_types(session: Session) -> Sequence[DeviceType]:
    """The active types of devices."""
    chosen = select(DeviceType).where(col(DeviceType.active))
    return session.exec(chosen.order_by(col(DeviceType.position), col(DeviceType.id))).all()


def device_type(session: Session, code: str) -> DeviceType | None:
    """The active type of device of that code."""
    return session.exec(select(DeviceType).where(DeviceType.code == code, col(DeviceType.active))).first()


def intake_amounts(session: Session) -> Sequence[IntakeAmountType]:
    """The active preset sums."""
    chosen = select(IntakeAmountType).where(col(IntakeAmountType.active))
    return session.exec(chosen.order_by(col(IntakeAmountType.position), col(IntakeAmountType.id))).all()
