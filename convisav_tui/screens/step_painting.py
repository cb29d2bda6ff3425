"""How the screen of the next step looks: the list of steps, why one is refused, what it will do and say."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from convisav_tui import clock, words
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens.actions import find
from convisav_tui.screens.keys import label
from convisav_tui.screens.widgets.form_fields import CHECKED, FieldSpec, Kind
from convisav_tui.screens.widgets.painting import Role, Row, Span, wrap

if TYPE_CHECKING:
    from convisav_tui.shop.steps import Preview, Step, StepInput, StepTaken

SHOWN_STEPS = 8
_KINDS: dict[str, Kind] = {"amount": "amount", "text": "text", "choice": "choice", "date": "date", "check": "check"}


def step_rows(steps: Sequence[Step], chosen: int, shown: int = SHOWN_STEPS) -> tuple[list[Row], int]:
    """The steps around the chosen one, and the row it stands on."""
    first = max(0, min(chosen - shown + 1, len(steps) - shown))
    rows: list[Row] = []
    for index in range(first, min(first + shown, len(steps))):
        step, here = steps[index], index == chosen
        text = f"{'▸' if here else ' '} {index + 1} {step.label}"
        role = Role.SELECTED if here else Role.DIM if step.refusal else Role.NORMAL
        rows.append([Span(text, role), Span(" ✗" if step.refusal and not here else "", Role.ERROR)])
    return rows, chosen - first


def refusal_rows(sentence: str, mending: Row, width: int) -> list[Row]:
    """Why a step is refused, and the key that mends it."""
    rows: list[Row] = [[Span("   ✗ " + line, Role.ERROR)] for line in wrap(sentence, width - 6)]
    return [*rows, [Span("     "), *mending]] if mending else rows


def mending_of(mended_by: str, steps: Sequence[Step]) -> Row:
    """The key that mends a refusal and what it does; empty where no key does."""
    if mended_by in ("till", "new", "loaner"):
        words_of = {"till": _("Payment"), "new": _(find("new").label), "loaner": _(find("loaner").label)}
        action = find(mended_by)
        return [Span(label(action.key or action.chord), Role.KEY), Span(f" {words_of[mended_by]}", Role.NORMAL)]
    screen = {
        "needs": "needs",
        "quote": "quote",
        "consent": "consents",
        "quote_settings": "quote_settings",
    }.get(mended_by)
    if screen is not None:
        return [Span(label("enter"), Role.KEY), Span(f" {_(find(screen).label)}", Role.NORMAL)]
    step = next((step for step in steps if mended_by == f"step:{step.event}"), None)
    if step is None:
        return []
    return [Span(label("enter"), Role.KEY), Span(f" {step.label}", Role.NORMAL)]


def preview_rows(preview: Preview, width: int) -> list[Row]:
    """What the step does, and each message as it will leave."""
    rows: list[Row] = []
    for effect in preview.effects:
        rows += [[Span("   → " + line)] for line in wrap(effect, width - 6)]
    for message in preview.messages:
        heading = f"   {words.word(words.CHANNELS, message.channel)} {message.recipient}"
        if message.segments:
            heading += "  " + ngettext("{count} SMS", "{count} SMS", message.segments).format(count=message.segments)
        rows += [[], [Span(heading, Role.HEADING)]]
        if message.subject:
            rows += [[Span("   " + line, Role.VALUE)] for line in wrap(message.subject, width - 4)]
        rows += [[Span("   " + line, Role.DIM)] for line in wrap(message.body, width - 4)]
    return rows


def without_empty_end(rows: Sequence[Row]) -> list[Row]:
    """The rows up to the last that holds something."""
    kept = list(rows)
    while kept and not any(span.text.strip() for span in kept[-1]):
        kept.pop()
    return kept


def field_of(asked: StepInput, row: int) -> FieldSpec:
    """One thing that a step asks, as a field of a form."""
    return FieldSpec(
        key=asked.key,
        label=asked.label,
        kind=_KINDS[asked.kind],
        row=row,
        width={"text": 40, "choice": 40, "check": 1}.get(asked.kind, 14),
        grow=1 if asked.kind == "text" else 0,
        required=asked.required,
        default=CHECKED if asked.kind == "check" and asked.default else asked.default,
        longest=asked.longest,
        choices=asked.choices,
    )


def taken_said(number: str, step: Step, taken: StepTaken, told: int) -> str:
    """What a step has done, how long its messages wait, and that it can be taken back; fits into 80 cells."""
    state = words.word(words.STATES, taken.to_state)
    seconds = max(0, round((taken.undo_until - clock.now()).total_seconds()))
    if told:
        sentence = _("{number} → {state}. Message in {seconds} s.").format(number=number, state=state, seconds=seconds)
    else:
        sentence = _("{number}: {step} → {state}.").format(number=number, step=step.label, state=state)
    return f"{sentence} {_('Ctrl+R takes it back.')}" if seconds else sentence
