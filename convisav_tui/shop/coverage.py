"""What part of an order somebody else than the customer pays: parts, labour and travel apart (FR-G11, 7.5 C)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from convisav_tui.errors import Conflict, FieldErrors, NotFound, Refusal
from convisav_tui.i18n import _
from convisav_tui.money import parse_amount
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.events import append_event
from convisav_tui.shop.field_reader import FieldReader
from convisav_tui.shop.movement import Change
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import Coverage, CoverageLine, GuaranteeKind, OrderEvent, OrderKind, Payer, RepairOrder
from convisav_tui.text import clean_line

DECIDED = "coverage_decided"  # the event
FULL = 10_000  # basis points
LINES = tuple(CoverageLine)
# Why the work is done, by the guarantee that covers parts and labour.
KIND_OF: Mapping[GuaranteeKind, OrderKind] = {
    GuaranteeKind.LEGAL: OrderKind.LEGAL_GUARANTEE,
    GuaranteeKind.COMMERCIAL: OrderKind.CONTRACT,
    GuaranteeKind.MANUFACTURER: OrderKind.MANUFACTURER_GUARANTEE,
    GuaranteeKind.REPAIR: OrderKind.REPAIR_GUARANTEE,
    GuaranteeKind.GOODWILL: OrderKind.GOODWILL,
    GuaranteeKind.NONE: OrderKind.PAID,
}
_GROUND: Mapping[OrderKind, GuaranteeKind] = {kind: ground for ground, kind in KIND_OF.items()}


@dataclass(frozen=True)
class Cover:
    """Who pays one line: a `share` in basis points, or an `amount` in minor units; the rest is the customer's."""

    line: CoverageLine
    kind: GuaranteeKind = GuaranteeKind.NONE
    share: int = 0
    payer: Payer = Payer.CUSTOMER
    payer_id: int | None = None
    until: date | None = None
    amount: int | None = None

    @property
    def taken(self) -> bool:
        """Whether somebody takes over anything of it."""
        return self.share > 0 or self.amount is not None


def covers_of_order(session: Session, order: RepairOrder) -> list[Cover]:
    """The lines of an order in the order of their enum; an older order without rows has those that its kind implies."""
    rows = {row.line: row for row in session.exec(select(Coverage).where(Coverage.order_id == order.id))}
    return [_as_cover(rows[line]) if line in rows else implied(order, line) for line in LINES]


def implied(order: RepairOrder, line: CoverageLine) -> Cover:
    """What the order's own columns say of a line that has no row."""
    covered = {CoverageLine.PARTS: order.parts_in_warranty, CoverageLine.LABOUR: order.labour_in_warranty}
    if not (covered.get(line, False) or order.kind is not OrderKind.PAID):
        return Cover(line)
    ground = _GROUND[order.kind] if order.kind is not OrderKind.PAID else GuaranteeKind.LEGAL
    return Cover(line, ground, FULL, order.payer if order.payer is not Payer.CUSTOMER else usual_payer(ground))


def usual_payer(ground: GuaranteeKind) -> Payer:
    """Who pays under a guarantee when nobody said otherwise."""
    if ground is GuaranteeKind.MANUFACTURER:
        return Payer.MANUFACTURER
    return Payer.CUSTOMER if ground is GuaranteeKind.NONE else Payer.SHOP


def under_repair_guarantee() -> list[Cover]:
    """A comeback: the shop pays all of it, unless its decision says otherwise (7.4)."""
    return [Cover(line, GuaranteeKind.REPAIR, FULL, Payer.SHOP) for line in LINES]


def write_covers(session: Session, order: RepairOrder, covers: Sequence[Cover], actor: Actor, at: datetime) -> None:
    """Keep the lines of a new order."""
    assert order.id is not None
    for cover in covers:
        session.add(
            Coverage(
                order_id=order.id,
                line=cover.line,
                kind=cover.kind,
                share=cover.share,
                payer=cover.payer,
                payer_id=cover.payer_id,
                until=cover.until,
                amount=cover.amount,
                decided_at=at,
                decided_by_id=actor.staff_id,
            )
        )


def kind_from(covers: Sequence[Cover]) -> OrderKind:
    """Why the work is done: covered only where parts and labour are taken over in full."""
    needed = [cover for cover in covers if cover.line is not CoverageLine.TRAVEL]
    if all(cover.share == FULL and cover.kind is not GuaranteeKind.NONE for cover in needed):
        return KIND_OF[needed[0].kind]
    return OrderKind.PAID


def payer_from(covers: Sequence[Cover], principal: bool) -> Payer:
    """Who pays the order: the principal as a whole, else who covers parts and labour in full, else the customer."""
    if principal:
        return Payer.PRINCIPAL
    needed = [cover for cover in covers if cover.line is not CoverageLine.TRAVEL]
    full = all(cover.share == FULL for cover in needed)
    return needed[0].payer if full else Payer.CUSTOMER


@asks(Permission.MOVE_ORDER)
def decide_coverage(
    session: Session,
    order_id: int,
    raw: Mapping[str, str],
    actor: Actor,
    key: str,
    expected_version: int | None = None,
) -> RepairOrder:
    """Write down who pays which line, as somebody decided it: keys `<line>_kind`, `<line>_share` ("50 %", or a sum as
    "40"; empty: all of it), `<line>_payer` for parts, labour and travel, and `reason`.

    Raises FieldErrors, Refusal once the price is set (T24: coverage is decided before) or without the permission,
    Conflict when somebody else changed the order since `expected_version`, NotFound.
    """
    require(session, actor, Permission.MOVE_ORDER)
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    if session.exec(select(OrderEvent.id).where(OrderEvent.idempotency_key == key)).first() is not None:
        return order
    if expected_version is not None and order.version != expected_version:
        raise Conflict(_("Somebody else changed this meanwhile."), _("Open it again."))
    if order.completed_at is not None or order.closed_at is not None:
        sentence = _("The work is done and its price is set: who pays is not changed any more.")
        raise Refusal("coverage_open", sentence)
    covers = _read(raw, order)
    change = Change(session, order, actor)
    by_line = {cover.line: cover for cover in covers}
    kind = kind_from(covers)
    change.put(
        kind=kind if order.origin_order_id is None or kind is not OrderKind.PAID else order.kind,
        payer=payer_from(covers, order.principal_id is not None),
        parts_in_warranty=by_line[CoverageLine.PARTS].taken,
        labour_in_warranty=by_line[CoverageLine.LABOUR].taken,
    )
    reason = clean_line(raw.get("reason") or "")[:400]
    _rewrite(session, order, covers, actor, change.at, reason)
    detail = {cover.line.value: f"{cover.kind.value} {_extent(cover)} {cover.payer.value}" for cover in covers}
    append_event(
        session, order, event=DECIDED, actor=actor, detail=detail | {"reason": reason}, before=change.before, key=key
    )
    return order


def _read(raw: Mapping[str, str], order: RepairOrder) -> list[Cover]:
    reader, principal_id = FieldReader(raw), order.principal_id
    covers = []
    for line in LINES:
        kind = reader.choice(f"{line.value}_kind", GuaranteeKind) or GuaranteeKind.NONE
        payer = reader.choice(f"{line.value}_payer", Payer) or usual_payer(kind)
        share, amount = _extent_typed(reader, f"{line.value}_share", order.currency)
        if kind is GuaranteeKind.NONE or (not share and amount is None):
            covers.append(Cover(line))
            continue
        if payer is Payer.CUSTOMER:
            reader.errors[f"{line.value}_payer"] = _("Choose who takes it over")
        if payer is Payer.PRINCIPAL and principal_id is None:
            reader.errors[f"{line.value}_payer"] = _("This order has no principal")
        payer_id = principal_id if payer is Payer.PRINCIPAL else None
        covers.append(Cover(line, kind, share, payer, payer_id, amount=amount))
    if reader.errors:
        raise FieldErrors(reader.errors)
    return covers


def _extent_typed(reader: FieldReader, key: str, currency: str) -> tuple[int, int | None]:
    """How much is taken over, as a share in basis points or a sum in minor units: "50 %" or "40"; empty is all."""
    typed = reader.typed(key)
    if not typed:
        return FULL, None
    if not typed.endswith("%"):
        amount = reader.read(key, lambda text: parse_amount(text, currency))
        return 0, amount or None
    share = typed.removesuffix("%").strip()
    if not (share.isascii() and share.isdigit() and int(share[:4]) <= 100):
        reader.errors[key] = _("Type a share from 0 to 100 %, or a sum such as 40")
        return 0, None
    return int(share) * 100, None


def _extent(cover: Cover) -> str:
    return str(cover.share) if cover.amount is None else f"={cover.amount}"


def _rewrite(
    session: Session, order: RepairOrder, covers: Sequence[Cover], actor: Actor, at: datetime, reason: str
) -> None:
    rows = {row.line: row for row in session.exec(select(Coverage).where(col(Coverage.order_id) == order.id))}
    assert order.id is not None
    for cover in covers:
        row = rows.get(cover.line) or Coverage(order_id=order.id, line=cover.line)
        row.kind, row.share, row.payer, row.payer_id = cover.kind, cover.share, cover.payer, cover.payer_id
        row.amount, row.until, row.reason = cover.amount, cover.until if cover.until else row.until, reason
        row.decided_at, row.decided_by_id = at, actor.staff_id
        session.add(row)


def _as_cover(row: Coverage) -> Cover:
    return Cover(row.line, row.kind, row.share, row.payer, row.payer_id, row.until, row.amount)
