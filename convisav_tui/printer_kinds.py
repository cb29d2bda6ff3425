"""The kinds of printers: models, media, roles and addresses that each of them may have in the configuration."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import parse_qs, urlsplit

from convisav_tui.i18n import _

BROTHER, RECEIPT_PRINTER, ZEBRA, OFFICE = "brother_ql", "escpos", "zebra", "ipp"
# The usual one first: where an office printer names no other, it holds the shop's.
PAPER_SIZES = ("A4", "A5", "Letter")
# The size in mm of a label that another maker's printer takes: across the roll × along it.
LABEL_SIZE = re.compile(r"(\d{2,3})x(\d{2,3})")
NARROWEST_LABEL, WIDEST_LABEL, LONGEST_LABEL = 20, 110, 300


@dataclass(frozen=True)
class PrinterKind:
    """What a printer of this kind may be: the first model, and `usual_media`, stand where nothing is said."""

    name: str
    models: tuple[str, ...]
    media: tuple[str, ...]
    usual_media: tuple[str, ...]
    roles: tuple[str, ...]
    schemes: tuple[str, ...]
    options: tuple[str, ...]
    """What may stand behind the question mark of its address."""
    address: str
    """An address as an example."""
    any_label_size: bool = False
    """Whether a medium may be any size in mm, as 57x32."""


KINDS = {
    kind.name: kind
    for kind in (
        PrinterKind(
            BROTHER,
            (
                "QL-820NWB", "QL-500", "QL-550", "QL-560", "QL-570", "QL-580N", "QL-600", "QL-650TD", "QL-700",
                "QL-710W", "QL-720NW", "QL-800", "QL-810W", "QL-1050", "QL-1060N", "QL-1100", "QL-1100NWB",
                "QL-1110NWB", "QL-1115NWB",
            ),
            (
                "12", "18", "29", "38", "50", "54", "62", "62red", "102", "103", "17x54", "17x87", "23x23", "29x42",
                "29x90", "39x90", "39x48", "52x29", "54x29", "60x86", "62x29", "62x100", "102x51", "102x152",
                "103x164", "d12", "d24", "d58",
            ),
            ("62",), ("label", "receipt"), ("tcp",), ("snmp",), "tcp://host:9100",
        ),
        # Dots an inch of the print head: 180 are Epson's TM-T88, most others have 203.
        PrinterKind(
            RECEIPT_PRINTER, ("203dpi", "180dpi"), ("80mm", "58mm"), ("80mm",), ("receipt", "label"), ("tcp",),
            ("status", "snmp"), "tcp://host:9100",
        ),
        PrinterKind(
            ZEBRA, ("203dpi", "300dpi", "600dpi"), (), ("57x32",), ("label",), ("tcp",), ("status", "snmp"),
            "tcp://host:9100", any_label_size=True,
        ),
        PrinterKind(
            OFFICE, ("any",), PAPER_SIZES, PAPER_SIZES[:1], ("paper", "receipt"), ("ipp", "ipps"),
            ("certificate", "media", "snmp"), "ipp://host/ipp/print",
        ),
    )
}  # fmt: skip
MODELS = tuple(model for kind in KINDS.values() for model in kind.models)
MEDIA = tuple(medium for kind in KINDS.values() for medium in kind.media)
ROLES = ("label", "receipt", "paper")


def address(text: str) -> str:
    """Where a printer listens: tcp://host:port, ipp://host/path or ipps://host/path. Raises ValueError in words.

    `?snmp=off` or `?snmp=port`, `?status=off`, `?certificate=any` and `?media=any` say how it is spoken to.
    """
    try:
        parts = urlsplit(text.strip())
        raw = parts.scheme == "tcp" and parts.port is not None and parts.path in ("", "/")
        office = parts.scheme in KINDS[OFFICE].schemes and (parts.port or 1) > 0
        good = (raw or office) and bool(parts.hostname) and parts.username is None and not parts.fragment
        good = good and all(
            _option_is_good(name, value)
            for name, values in parse_qs(parts.query, keep_blank_values=True).items()
            for value in values
        )
    except ValueError:
        good = False
    if not good:
        raise ValueError(
            _("“{text}” is no printer address: write tcp://host:9100 or ipp://host/ipp/print.").format(text=text)
        )
    return text.strip().rstrip("/")


def medium(text: str) -> str:
    """A label or roll by name, or a label's size in mm as 57x32. Raises ValueError in words."""
    written = text.strip()
    known = next((name for name in MEDIA if name.casefold() == written.casefold()), "")
    if known:
        return known
    size = LABEL_SIZE.fullmatch(written.casefold())
    if size and NARROWEST_LABEL <= int(size[1]) <= WIDEST_LABEL and 10 <= int(size[2]) <= LONGEST_LABEL:
        return written.casefold()
    from convisav_tui.settings import refuse_word

    return refuse_word(written, MEDIA)


def misfit(kind: PrinterKind, name: str, value: str) -> str:
    """What is wrong with this value of a printer of this kind, in words; "" when nothing is."""
    allowed: tuple[str, ...] = {"model": kind.models, "media": kind.media, "roles": kind.roles}.get(name, ())
    if name == "address":
        return _misfit_of_address(kind, value)
    if name == "media" and kind.any_label_size and LABEL_SIZE.fullmatch(value):
        return ""
    if not allowed and name == "media":
        return _("“{text}” is no label size for the kind {kind}: write across × along in mm, as 57x32.").format(
            text=value, kind=kind.name
        )
    if allowed and value not in allowed:
        return _("“{text}” is not for a printer of the kind {kind}: use one of {words}.").format(
            text=value, kind=kind.name, words=", ".join(allowed)
        )
    return ""


def _misfit_of_address(kind: PrinterKind, value: str) -> str:
    parts = urlsplit(value)
    if parts.scheme not in kind.schemes:
        return _("A printer of the kind {kind} is not reached at “{text}”: write {address}.").format(
            kind=kind.name, text=value, address=kind.address
        )
    for option in parse_qs(parts.query):
        if option not in kind.options:
            return _("The option “{text}” is not for a printer of the kind {kind}.").format(text=option, kind=kind.name)
    return ""


def _option_is_good(name: str, value: str) -> bool:
    if name == "snmp":
        return value == "off" or value.isdigit()
    return (name, value) in (("status", "off"), ("certificate", "any"), ("media", "any"))
