"""The texts of a type of device: how it is worked on, and the faults that are offered at the counter."""

from __future__ import annotations

import re
from collections.abc import Mapping

from sqlmodel import Session, col, select

from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import LANGUAGES, _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import FrequentFault, ProcedureText
from convisav_tui.text import clean_line, clean_text

LONGEST_PROCEDURE = 4000
LONGEST_FAULT = 200
MOST_FAULTS = 200


def texts_of(session: Session, type_id: int) -> dict[str, str]:
    """`procedure_<language>`, and `faults_<language>`: as many lines as faults, the usual ones first."""
    procedures = session.exec(select(ProcedureText).where(ProcedureText.device_type_id == type_id))
    found = {f"procedure_{row.language}": row.text for row in procedures}
    for language in LANGUAGES:
        found[f"faults_{language}"] = "\n".join(row.text for row in _faults(session, type_id, language))
    return found


@asks(Permission.EDIT_CHECKLISTS)
def save_texts(session: Session, type_id: int, raw: Mapping[str, str], actor: Actor) -> None:
    """Write them as typed, faults one a line or separated by “;”: what is not there any more is forgotten, what stays
    keeps how often it was chosen. Raises FieldErrors, Refusal."""
    require(session, actor, Permission.EDIT_CHECKLISTS)
    errors: dict[str, str] = {}
    for language in LANGUAGES:
        _save_procedure(session, type_id, language, clean_text(raw.get(f"procedure_{language}", "")), errors)
        typed = re.split(r"[;\n]", raw.get(f"faults_{language}", ""))
        _save_faults(session, type_id, language, [clean_line(one) for one in typed if one.strip()], errors)
    if errors:
        raise FieldErrors(errors)
    session.flush()


def _save_procedure(session: Session, type_id: int, language: str, text: str, errors: dict[str, str]) -> None:
    if len(text) > LONGEST_PROCEDURE:
        longest = _("This text is too long: {longest} characters at most").format(longest=LONGEST_PROCEDURE)
        errors[f"procedure_{language}"] = longest
        return
    chosen = select(ProcedureText).where(ProcedureText.device_type_id == type_id, ProcedureText.language == language)
    row = session.exec(chosen).first()
    if not text.strip():
        if row is not None:
            session.delete(row)
        return
    row = row or ProcedureText(device_type_id=type_id, language=language, text="")
    row.text = text.strip()
    session.add(row)


def _save_faults(session: Session, type_id: int, language: str, typed: list[str], errors: dict[str, str]) -> None:
    if len(typed) > MOST_FAULTS or any(len(one) > LONGEST_FAULT for one in typed):
        sentence = _("{most} faults at most, each of {longest} characters at most")
        errors[f"faults_{language}"] = sentence.format(most=MOST_FAULTS, longest=LONGEST_FAULT)
        return
    wanted = dict.fromkeys(typed)
    for row in _faults(session, type_id, language):
        if row.text in wanted:
            del wanted[row.text]
        else:
            session.delete(row)
    session.add_all(FrequentFault(device_type_id=type_id, language=language, text=one) for one in wanted)


def _faults(session: Session, type_id: int, language: str) -> list[FrequentFault]:
    chosen = select(FrequentFault).where(FrequentFault.device_type_id == type_id, FrequentFault.language == language)
    return list(session.exec(chosen.order_by(col(FrequentFault.uses).desc(), col(FrequentFault.id)).limit(MOST_FAULTS)))
