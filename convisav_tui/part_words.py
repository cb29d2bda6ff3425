"""The words for parts, stock and supplier orders, read with `words.word` (rules.md 6)."""

from __future__ import annotations

from convisav_tui.i18n import mark

NEED_STATES = {
    "to_order": mark("to order"),
    "ordered": mark("ordered"),
    "backordered": mark("on back order"),
    "received": mark("came in"),
    "allocated": mark("reserved"),
    "consumed": mark("fitted"),
    "returned": mark("put back"),
    "cancelled": mark("crossed out"),
}
PART_CONDITIONS = {
    "new": mark("new part"),
    "reconditioned": mark("reconditioned"),
    "circular": mark("from the circular economy"),
    "second_hand": mark("used part"),
    "customer_supplied": mark("the customer's own"),
}
STOCK_REASONS = {
    "received": mark("came in"),
    "consumed": mark("fitted"),
    "returned": mark("put back"),
    "counted": mark("counted"),
    "moved": mark("moved"),
    "scrapped": mark("scrapped"),
    "corrected": mark("corrected"),
}
SUPPLIER_ORDER_STATES = {
    "draft": mark("not sent"),
    "sent": mark("on its way"),
    "part_received": mark("came in part"),
    "received": mark("complete"),
    "cancelled": mark("called off"),
}
