"""A label for each thing that was left with a device, so that cables find their device again (features C11)."""

from __future__ import annotations

import re
from dataclasses import replace

from sqlmodel import Session

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.filled_papers import label_of
from convisav_tui.shop.outbox import enqueue_print
from convisav_tui.store.models import JobKind, PrintJob, RepairOrder

MOST = 12
_BETWEEN = re.compile(r"[,;+/\n]|\s-\s")


def accessories_in(text: str) -> list[str]:
    """The things named in a text, as people set them apart: "chargeur, housse + carte SD"."""
    return [part.strip() for part in _BETWEEN.split(text) if part.strip()][:MOST]


def ask_for_labels(session: Session, order: RepairOrder, actor: Actor, shop: ShopContext) -> list[PrintJob]:
    """A label with the order's barcode for each accessory, the accessory written in the place of the device."""
    device = label_of(session, order, shop)
    things = accessories_in(order.accessories)
    return [
        enqueue_print(
            session,
            order,
            JobKind.LABEL,
            replace(device, device=thing, device_type=device.device).as_content(),
            key=f"accessory:{order.id}:{place}",
            actor=actor,
        )
        for place, thing in enumerate(things)
    ]
