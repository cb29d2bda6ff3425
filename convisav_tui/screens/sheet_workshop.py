"""What the sheet tells of the workshop: answers, time a technician, open points; the deeds of its keys."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from convisav_tui import clock
from convisav_tui.i18n import _, language
from convisav_tui.screens.checklist_painting import answer_word
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt, YesNo

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.work_time import Clock
    from convisav_tui.store.queries.sheet import Sheet
    from convisav_tui.store.queries.workshop import AnswerFacts, WorkshopFacts

DEEDS = ("checklist", "clock", "correct_time", "share", "point")


def workshop_facts(facts: WorkshopFacts) -> tuple[tuple[str, str], ...]:
    """Label and text of what the workshop did."""
    diagnosis = [_answered(one) for one in facts.answers if one.stage == "diagnosis" and one.answer != "ok"]
    passed = sum(one.stage == "diagnosis" and one.answer == "ok" for one in facts.answers)
    tests = [_answered(one) for one in facts.answers if one.stage == "final_test"]
    if passed:
        diagnosis.append(_("{count} ok").format(count=passed))
    leads, files = _("lead"), dict.fromkeys(one.evidence for one in facts.answers if one.evidence)
    return (
        (_("Also on it"), ", ".join(facts.helpers)),
        (_("Checks"), "; ".join(diagnosis)),
        (_("Final tests"), "; ".join(tests)),
        (_("Evidence"), "; ".join(files)),
        (_("Time"), time_words(facts)),
        (_("Open points"), "; ".join(f"{one.text} ({leads})" if one.is_lead else one.text for one in facts.points)),
    )


def time_words(facts: WorkshopFacts) -> str:
    """Minutes of the order, and of each technician; who works on it now."""
    now, by_person = clock.now(), dict[str, int]()
    for spell in facts.spells:
        by_person[spell.name] = by_person.get(spell.name, 0) + spell.minutes(now)
    if not by_person:
        return ""
    people = ", ".join(f"{name} {_length(minutes)}" for name, minutes in by_person.items())
    running = [spell.name for spell in facts.spells if spell.stopped_at is None]
    now_on = " · " + _("{name} at work").format(name=", ".join(running)) if running else ""
    return f"{_length(sum(by_person.values()))} ({people}){now_on}"


def workshop_deed(host: Host, counter: Counter, sheet: Sheet, deed: str, done: Callable[[], None]) -> None:
    """Carry out one of DEEDS; `done` reads the sheet again."""
    if deed == "checklist":
        from convisav_tui.screens.checklist_view import ChecklistView

        host.open(ChecklistView(counter, sheet.order.number))
    elif deed == "clock":
        _start_or_stop(host, counter, sheet, done)
    elif deed == "correct_time":
        _correct(host, counter, sheet, done)
    elif deed == "share":
        _share(host, counter, sheet, done)
    else:
        host.ask(TextPrompt(_("What is left open:"), lambda text: _point(host, counter, sheet, text, done)))


def _start_or_stop(host: Host, counter: Counter, sheet: Sheet, done: Callable[[], None]) -> None:
    from convisav_tui.shop.work_time import start_or_stop

    order_id, running = sheet.order.id, sheet.workshop.running(counter.actor.staff_id)

    def tell(result: Clock) -> None:
        if result.running:
            host.say(_("The clock runs: the same key stops it."), Role.SUCCESS)
        else:
            host.say(_("Clock stopped: {minutes} min.").format(minutes=result.minutes), Role.SUCCESS)
        done()

    _write(host, counter, lambda session: start_or_stop(session, order_id, counter.actor, running=running), tell)


def _correct(host: Host, counter: Counter, sheet: Sheet, done: Callable[[], None]) -> None:
    """The last stretch of whoever works here, else of anybody."""
    from convisav_tui.shop.work_time import correct

    mine = [spell for spell in sheet.workshop.spells if spell.staff_id == counter.actor.staff_id]
    spells = mine or list(sheet.workshop.spells)
    if not spells:
        host.say(_("No time was written on this order yet"), Role.WARNING)
        return
    spell, shown = spells[-1], spells[-1].minutes(clock.now())

    def typed(text: str) -> None:
        minutes = int(text) if text.strip().isdigit() else -1
        _write(
            host, counter, lambda session: correct(session, spell.id, minutes, "", counter.actor), lambda _none: done()
        )

    question = _("Minutes of {name} from {time}:").format(name=spell.name, time=counter.short_moment(spell.started_at))
    host.ask(TextPrompt(question, typed, initial=str(shown)))


def _share(host: Host, counter: Counter, sheet: Sheet, done: Callable[[], None]) -> None:
    """Choose who works on it too; chosen again, he is off it."""
    from convisav_tui.shop.work_time import share

    order_id = sheet.order.id

    def read() -> list[tuple[str, str]]:
        from convisav_tui.shop.staff import people_by_id

        with counter.store.read() as session:
            return people_by_id(session)

    def chosen(staff_id: str) -> None:
        _write(
            host, counter, lambda session: share(session, order_id, int(staff_id), counter.actor), lambda _on: done()
        )

    host.run(read, lambda people: host.ask(ChoicePrompt(_("Who works on it too?"), people, chosen)), label=_("Reading"))


def _point(host: Host, counter: Counter, sheet: Sheet, text: str, done: Callable[[], None]) -> None:
    from convisav_tui.shop.open_points import add_point

    order_id = sheet.order.id

    def write(lead: bool) -> None:
        def written(_id: int) -> None:
            host.say(_("Written down: it stands on the sheet until it is done."), Role.SUCCESS)
            done()

        _write(
            host,
            counter,
            lambda session: add_point(session, text, counter.actor, order_id=order_id, lead=lead),
            written,
        )

    host.ask(YesNo(_("Is it a lead for a sale?"), lambda: write(True), lambda: write(False), default=False))


def _write(host: Host, counter: Counter, operation: Callable[[Session], object], done: Callable[..., None]) -> None:
    host.run(lambda: counter.store.write(operation), done, label=_("Saving"))


def _answered(one: AnswerFacts) -> str:
    """A checkpoint and its answer: "Draining: faulty (noisy)"."""
    said = answer_word(one.answer)
    if not said:
        choice = next((choice for choice in one.choices if choice.get("code") == one.answer), None)
        said = _worded(choice) if choice is not None else f"{one.answer} {one.unit}".strip()
    note = f" ({one.note})" if one.note else ""
    return _("{what}: {state}").format(what=_worded(one.texts), state=said + note)


def _worded(texts: Mapping[str, str]) -> str:
    return texts.get(language()) or texts.get("en") or texts.get("fr") or ""


def _length(minutes: int) -> str:
    return f"{minutes // 60}:{minutes % 60:02}"
