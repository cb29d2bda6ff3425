"""The loaners of the shop as lists show them: free, lent to whom until when, overdue (features A11)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlmodel import Session, col, select

from convisav_tui.shop.loaners import number_of
from convisav_tui.store.models import Loan, LoanerUnit, Party, RepairOrder


@dataclass(frozen=True)
class UnitRow:
    """A unit with the loan under which it is out; amounts in minor units."""

    id: int
    version: int
    code: str
    brand: str
    model: str
    serial: str
    state: str
    condition: str
    accessories: str
    deposit: int
    value: int
    note: str
    loan_id: int | None = None
    order_number: str = ""
    customer: str = ""
    phone: str = ""
    due_on: date | None = None
    lent_deposit: int = 0
    condition_out: str = ""
    accessories_out: str = ""
    promised_on: date | None = None

    @property
    def number(self) -> str:
        """The ten digits of its label."""
        return number_of(self.id)

    @property
    def title(self) -> str:
        """Brand and model."""
        return " ".join(part for part in (self.brand, self.model) if part)

    def overdue(self, today: date) -> bool:
        """Whether it should be back by now."""
        return self.loan_id is not None and self.due_on is not None and self.due_on < today


def unit_rows(session: Session) -> list[UnitRow]:
    """All units by code, those given up last."""
    rows = session.exec(
        select(LoanerUnit, Loan, RepairOrder, Party)
        .outerjoin(Loan, (col(Loan.unit_id) == col(LoanerUnit.id)) & col(Loan.ended_at).is_(None))
        .outerjoin(RepairOrder, col(RepairOrder.id) == col(Loan.order_id))
        .outerjoin(Party, col(Party.id) == col(Loan.party_id))
        .order_by(col(LoanerUnit.state) == "retired", col(LoanerUnit.code))
    )
    return [_row(*found) for found in rows]


def lent_rows(session: Session) -> list[UnitRow]:
    """Those that are out, the longest due first."""
    out = [row for row in unit_rows(session) if row.loan_id is not None]
    return sorted(out, key=lambda row: (row.due_on or date.max, row.code))


def unit_row(session: Session, unit_id: int) -> UnitRow | None:
    """One unit; None when there is none."""
    return next((row for row in unit_rows(session) if row.id == unit_id), None)


def _row(unit: LoanerUnit, loan: Loan | None, order: RepairOrder | None, party: Party | None) -> UnitRow:
    return UnitRow(
        id=unit.id or 0,
        version=unit.version,
        code=unit.code,
        brand=unit.brand,
        model=unit.model,
        serial=unit.serial,
        state=unit.state.value,
        condition=unit.condition,
        accessories=unit.accessories,
        deposit=unit.deposit,
        value=unit.value,
        note=unit.note,
        loan_id=loan.id if loan is not None else None,
        order_number=order.number if order is not None else "",
        customer=party.name if party is not None else "",
        phone=party.phone if party is not None else "",
        due_on=loan.due_on if loan is not None else None,
        lent_deposit=loan.deposit if loan is not None else 0,
        condition_out=loan.condition_out if loan is not None else "",
        accessories_out=loan.accessories_out if loan is not None else "",
        promised_on=order.promised_on if order is not None else None,
    )
