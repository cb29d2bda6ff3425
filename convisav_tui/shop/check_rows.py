"""A checklist as rows of a paper: question, result, note."""

from __future__ import annotations

from sqlmodel import Session

from convisav_tui.i18n import mark, translate
from convisav_tui.shop.checklists import FAULTY, NOT_CHECKED, OK, Check, checks_of
from convisav_tui.shop.document import Table
from convisav_tui.store.models import CheckStage, RepairOrder

_RESULTS = {OK: mark("ok"), FAULTY: mark("faulty"), NOT_CHECKED: mark("not checked")}
_COLUMNS = (mark("Checkpoint"), mark("Result"), mark("Note"))
_TO_FILL_IN = "[  ]"


def check_table(
    session: Session, order: RepairOrder, stage: CheckStage, caption: str, language: str, *, blank: bool = False
) -> tuple[Table, ...]:
    """The questions of a stage with their answers, as a table under `caption` (msgid); those without an answer are
    left out unless `blank`: then there is room to fill them in. Nothing without a row."""
    assert order.id is not None
    checks = checks_of(session, order.id, stage, language)
    rows = tuple(_row(check, language) for check in checks if check.answer or blank)
    if not rows:
        return ()
    columns = tuple(translate(column, language) for column in _COLUMNS)
    return (Table(columns, rows, translate(caption, language)),)


def _row(check: Check, language: str) -> tuple[str, str, str]:
    word = translate(_RESULTS[check.answer], language) if check.answer in _RESULTS else ""
    result = " ".join(part for part in (word, check.said) if part)
    note = " ".join(part for part in (check.note, check.evidence if check.evidence not in result else "") if part)
    return check.text, result or _TO_FILL_IN, note
