"""Rows that come from files of others: repairs done elsewhere and type allocation codes, written in batches."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

import sqlalchemy as sa
from sqlmodel import Session, col, select

from convisav_tui.store.models import DeviceType, ImportedRepair, TypeAllocation

BATCH = 2000


@dataclass(frozen=True)
class Written:
    """What became of a batch: rows that are new, that were known otherwise, and that were known as they are."""

    added: int
    changed: int
    unchanged: int

    def __add__(self, other: Written) -> Written:
        return Written(self.added + other.added, self.changed + other.changed, self.unchanged + other.unchanged)


NOTHING_WRITTEN = Written(0, 0, 0)


def device_type_ids(session: Session) -> dict[str, int]:
    """Code → id of the device types."""
    return {code: cast(int, id_) for code, id_ in session.exec(select(DeviceType.code, DeviceType.id))}


def write_repairs(session: Session, rows: Sequence[Mapping[str, Any]]) -> Written:
    """Write repairs given as columns of `imported_repair`, known by (source, source_id); twice changes nothing."""
    by_source: dict[str, list[str]] = {}
    for row in rows:
        by_source.setdefault(row["source"], []).append(row["source_id"])
    known: dict[tuple[str, str], ImportedRepair] = {}
    for source, ids in by_source.items():
        statement = select(ImportedRepair).where(ImportedRepair.source == source)
        for repair in session.exec(statement.where(col(ImportedRepair.source_id).in_(ids))):
            known[repair.source, repair.source_id] = repair
    return _write(session, ImportedRepair, rows, lambda row: known.get((row["source"], row["source_id"])))


def write_allocations(session: Session, rows: Sequence[Mapping[str, Any]]) -> Written:
    """Write type allocation codes given as `tac`, `brand`, `model`; twice changes nothing."""
    wanted = [row["tac"] for row in rows]
    found = session.exec(select(TypeAllocation).where(col(TypeAllocation.tac).in_(wanted)))
    known = {allocation.tac: allocation for allocation in found}
    return _write(session, TypeAllocation, rows, lambda row: known.get(row["tac"]))


def _write(
    session: Session,
    table: type[ImportedRepair] | type[TypeAllocation],
    rows: Sequence[Mapping[str, Any]],
    known: Callable[[Mapping[str, Any]], ImportedRepair | TypeAllocation | None],
) -> Written:
    fresh: list[Mapping[str, Any]] = []
    changed = 0
    for row in rows:
        before = known(row)
        if before is None:
            fresh.append(row)
        elif any(getattr(before, name) != value for name, value in row.items()):
            changed += 1
            for name, value in row.items():
                setattr(before, name, value)
    if fresh:
        session.execute(sa.insert(table), fresh)
    return Written(len(fresh), changed, len(rows) - len(fresh) - changed)
