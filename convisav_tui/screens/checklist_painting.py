"""Rows of a checklist: a check with its answer, a proposed work, an earlier repair."""

from __future__ import annotations

from typing import TYPE_CHECKING

from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role, Row, Span, cells, pad

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.checklists import Check, ProposedWork
    from convisav_tui.shop.knowledge import Known

ANSWER_WIDTH, LEAST_TEXT = 12, 30


def answer_word(answer: str) -> str:
    """What stands beside a check."""
    return {"ok": _("ok"), "faulty": _("faulty"), "not_checked": _("not checked")}.get(answer, "")


def check_row(check: Check, here: bool, marked: bool, width: int) -> Row:
    """Sign, answer, question, what was measured or noted."""
    sign = ("▸" if here else " ") + ("•" if marked else " ")
    answer = answer_word(check.answer) or check.said
    role = Role.WARNING if check.faulty else Role.SUCCESS if check.answer == "ok" else Role.NORMAL
    wanted = "*" if check.required and not check.answer else " "
    text = "  " * check.depth + check.text
    more = _more(check, answer)
    if here:
        line = f"{sign}{pad(answer, ANSWER_WIDTH)} {wanted}{pad(text, LEAST_TEXT)}  {more}"
        return [Span(pad(line, width), Role.SELECTED)]
    return [
        Span(sign, Role.MARKED if marked else Role.NORMAL),
        Span(pad(answer, ANSWER_WIDTH), role),
        Span(f" {wanted}{pad(text, max(LEAST_TEXT, len(text)))}  "),
        Span(more, Role.DIM),
    ]


def _more(check: Check, answer: str) -> str:
    """What does not fit into the column of the answer: the note, a long text, the file that it comes from."""
    told = check.note or (answer if cells(answer) > ANSWER_WIDTH else "")
    file = check.evidence if check.kind.value != "photo" else ""
    return f"{told} ({file})" if told and file else told or file


def work_row(work: ProposedWork, here: bool, counter: Counter, width: int) -> Row:
    """Whether it is quoted, its name, time and price."""
    box = "[x]" if work.chosen else "[ ]"
    time = _("{minutes} min").format(minutes=work.minutes)
    line = f"{'▸' if here else ' '} {box} {pad(work.name, 44)} {time:>8} {counter.amount(work.price):>12}"
    return [Span(pad(line, width) if here else line, Role.SELECTED if here else Role.NORMAL)]


def known_row(index: int, known: Known) -> Row:
    """Digit, cause, remedy, parts, how often."""
    times = f" ({known.times}×)" if known.times > 1 else ""
    words = " → ".join(part for part in (known.cause, known.remedy) if part)
    parts = f" [{', '.join(known.parts)}]" if known.parts else ""
    model = f"{known.model}: " if known.model else ""
    return [Span(f" {index + 1} ", Role.KEY), Span(f"{model}{words}{parts}{times}")]
