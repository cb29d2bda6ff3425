"""What sending out, a subcontractor's price and coming back do to the job, the custody and the papers (T18, T19)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import uuid4

from sqlmodel import Session

from convisav_tui.i18n import _, format_day
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.away import Away
from convisav_tui.shop.dispatch_slip import ask_for_slip
from convisav_tui.shop.effects import Effect
from convisav_tui.shop.events import append_event
from convisav_tui.shop.movement import Change, as_json
from convisav_tui.shop.numbers import next_dispatch_number
from convisav_tui.shop.outbox import PlannedMessage
from convisav_tui.shop.partner_messages import of_answer, of_dispatch, owe_partner, plan_partner
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.shop.subcontract_guards import chosen_terms, day_back, open_job
from convisav_tui.shop.subcontractors import with_margin
from convisav_tui.store.models import (
    Dispatch,
    Holder,
    OrderEvent,
    Party,
    QuoteState,
    SubcontractJob,
    SubcontractorTerms,
    SubcontractState,
)

# Keys of an event's detail: the job that it opened, and the values of the one that it changed, for an undo.
JOB_OPENED, JOB_CHANGED = "job_opened", "job_changed"
DISPATCH = "dispatch"  # the hidden answer that names the parcel of several orders


@dataclass(frozen=True)
class Opening:
    """Who opens a parcel, when (UTC), and on which day of the shop."""

    actor: Actor
    at: datetime
    today: date


def open_dispatch(
    session: Session, terms: SubcontractorTerms, answers: Answers, opening: Opening, key: str
) -> Dispatch:
    """A parcel that leaves now, with the carrier, tracking number and day that were answered."""
    dispatch = Dispatch(
        number=next_dispatch_number(session),
        idempotency_key=key,
        subcontractor_id=terms.party_id,
        sent_at=opening.at,
        sent_by_id=opening.actor.staff_id,
        station_id=opening.actor.station_id,
        expected_on=day_back(terms, answers, opening.today),
        carrier=answers.text("carrier"),
        tracking=answers.text("tracking"),
    )
    session.add(dispatch)
    session.flush()
    return dispatch


def _send(situation: Situation, answers: Answers, change: Change) -> None:
    """X: a job in a parcel; K: with the subcontractor; S: passed on and written down as a reveal."""
    session, party_id = situation.session, int(answers.text("subcontractor"))
    terms, party = chosen_terms(situation, answers), session.get_one(Party, party_id)
    assert terms is not None
    shared = answers.text(DISPATCH)
    if shared:
        dispatch = session.get_one(Dispatch, int(shared))
    else:
        opening = Opening(change.actor, change.at, situation.today)
        dispatch = open_dispatch(session, terms, answers, opening, uuid4().hex)
    assert dispatch.id is not None
    job = SubcontractJob(
        dispatch_id=dispatch.id,
        order_id=situation.order_id,
        fault=answers.text("work"),
        secret_included=answers.ticked("secret"),
        expected_on=day_back(terms, answers, situation.today),
    )
    session.add(job)
    session.flush()
    note = " ".join(part for part in (dispatch.number, dispatch.tracking) if part)
    change.hand_to(Holder.WITH_SUBCONTRACTOR, note, party_id=party_id, carrier=dispatch.carrier)
    change.detail.update(
        {JOB_OPENED: job.id, "dispatch": dispatch.number, "subcontractor": party.name, "work": job.fault}
    )
    if job.secret_included:
        change.afterwards.append(lambda _event: _passed_on(situation, change, party.name))
    if not shared:
        change.afterwards.append(lambda event: _print_slip(situation, change, dispatch, event))


def _passed_on(situation: Situation, change: Change, name: str) -> None:
    append_event(
        situation.session, situation.order, event="secret_revealed", actor=change.actor, detail={"passed_on_to": name}
    )


def _print_slip(situation: Situation, change: Change, dispatch: Dispatch, event: OrderEvent) -> None:
    ask_for_slip(situation.session, dispatch, situation.shop, change.actor)
    news = of_dispatch(situation.session, dispatch, situation.shop)
    owe_partner(situation.session, news, situation.shop, cause=event)


def _tell_answer(situation: Situation, change: Change, away: Away, approved: bool) -> None:
    """His price is agreed to, or not: he is told once the step cannot be taken back."""

    def owe(event: OrderEvent) -> None:
        news = of_answer(situation.session, situation.order, away, approved)
        owe_partner(situation.session, news, situation.shop, cause=event)

    change.afterwards.append(owe)


def _answer_planned(
    situation: Situation, approved: bool, cost: int | None = None, reference: str = ""
) -> list[PlannedMessage]:
    if situation.away is None:
        return []
    news = of_answer(situation.session, situation.order, situation.away, approved, cost, reference)
    planned = plan_partner(situation.session, news, situation.shop)
    return [planned] if planned is not None else []


def _parcel_planned(situation: Situation, answers: Answers) -> list[PlannedMessage]:
    """The note that goes ahead of a parcel of one device; a parcel of several has one for all."""
    terms = chosen_terms(situation, answers)
    if terms is None or answers.text(DISPATCH):
        return []
    foreseen = Dispatch(
        number="",
        idempotency_key="",
        subcontractor_id=terms.party_id,
        expected_on=day_back(terms, answers, situation.today),
    )
    planned = plan_partner(situation.session, of_dispatch(situation.session, foreseen, situation.shop), situation.shop)
    return [planned] if planned is not None else []


def _say_sent(situation: Situation, answers: Answers) -> str:
    terms = chosen_terms(situation, answers)
    if terms is None:
        return ""
    name = situation.session.get_one(Party, terms.party_id).name
    day = format_day(day_back(terms, answers, situation.today))
    said = [_("It goes to {name}, expected back on {day}; a dispatch slip is printed.").format(name=name, day=day)]
    if answers.ticked("secret"):
        said.append(_("The unlock code goes along: that is written down as a reveal."))
    return " ".join(said)


def _change_job(change: Change, job: SubcontractJob, session: Session, **values: object) -> None:
    """Give columns of the job new values, and keep the old ones for an undo."""
    kept = change.detail.setdefault(JOB_CHANGED, {"id": job.id})
    for column, value in values.items():
        kept.setdefault(column, as_json(getattr(job, column)))
        setattr(job, column, value)
    session.add(job)
    session.flush()


def _receive(situation: Situation, answers: Answers, change: Change) -> None:
    """K: in the shop again, its condition looked at; what he takes for it where that is known."""
    away = open_job(situation)
    values: dict[str, object] = {
        "state": SubcontractState.RETURNED,
        "returned_at": change.at,
        "returned_condition": answers.text("condition")[:400],
        "received_by_id": change.actor.staff_id,
    }
    cost = answers.amount("cost")
    if cost is not None:
        values |= {"cost": cost, "price": with_margin(cost, away.terms)}
    _change_job(change, away.job, situation.session, **values)
    change.detail.update(subcontractor=away.party.name, note=answers.text("condition"))
    change.hand_to(Holder.IN_SHOP, note=answers.text("condition"))


def _quote(approved: bool) -> Effect:
    """His price comes in: with our margin it is our quote's amount, or within what was agreed to already."""

    def apply(situation: Situation, answers: Answers, change: Change) -> None:
        away, cost = open_job(situation), answers.amount("cost") or 0
        state = SubcontractState.APPROVED if approved else SubcontractState.QUOTED
        _change_job(
            change,
            away.job,
            situation.session,
            cost=cost,
            price=with_margin(cost, away.terms),
            their_reference=answers.text("reference"),
            quoted_at=change.at,
            state=state,
            decided_at=change.at if approved else None,
        )
        change.detail.update(subcontractor=away.party.name, work=answers.text("work"), price=away.job.price)
        if approved:
            _tell_answer(situation, change, away, True)
        else:
            change.put(quote_state=QuoteState.SUPERSEDED)

    def foresee(situation: Situation, answers: Answers) -> str:
        cost = answers.amount("cost")
        if situation.away is None or cost is None:
            return ""
        price = situation.money(with_margin(cost, situation.away.terms))
        if approved and tells(situation, answers):
            return _("With the margin: {price}.").format(price=price)
        if approved:
            return _("With the margin: {price}. Tell {name} that he may go on.").format(
                price=price, name=situation.away.party.name
            )
        return _("Our price with the margin: {price}.").format(price=price)

    def tells(situation: Situation, answers: Answers) -> list[PlannedMessage]:
        if not approved:
            return []
        return _answer_planned(situation, True, answers.amount("cost"), answers.text("reference"))

    return Effect(apply, foresee, tells)


def _approve(situation: Situation, _answers: Answers, change: Change) -> None:
    away = open_job(situation)
    _change_job(change, away.job, situation.session, state=SubcontractState.APPROVED, decided_at=change.at)
    change.detail["subcontractor"] = away.party.name
    _tell_answer(situation, change, away, True)


def _reject(situation: Situation, _answers: Answers, change: Change) -> None:
    """The customer said no: the subcontractor must send the device back as it is."""
    if situation.away is not None:
        values = {"state": SubcontractState.REJECTED, "decided_at": change.at}
        _change_job(change, situation.away.job, situation.session, **values)
        _tell_answer(situation, change, situation.away, False)


def _say_rejected(situation: Situation, _answers: Answers) -> str:
    if situation.away is None or _answer_planned(situation, False):
        return ""
    return _("{name} has the device: tell him to send it back.").format(name=situation.away.party.name)


def _recall(situation: Situation, _answers: Answers, change: Change) -> None:
    """T46: the job ends with the work."""
    if situation.away is not None:
        values = {"state": SubcontractState.RETURNED, "returned_at": change.at}
        _change_job(change, situation.away.job, situation.session, received_by_id=change.actor.staff_id, **values)


def take_back_job(session: Session, event: OrderEvent) -> None:
    """Undo what an event did to a job: one that it opened is gone, one that it changed is as before."""
    opened, changed = event.detail.get(JOB_OPENED), event.detail.get(JOB_CHANGED)
    if isinstance(opened, int):
        job = session.get(SubcontractJob, opened)
        if job is not None:
            session.delete(job)
    elif isinstance(changed, dict):
        job = session.get_one(SubcontractJob, changed["id"])
        before = {column: value for column, value in changed.items() if column != "id"}
        checked = SubcontractJob.model_validate(job.model_dump() | before)
        for column in before:
            setattr(job, column, getattr(checked, column))
        session.add(job)
    session.flush()


send = Effect(_send, _say_sent, _parcel_planned)
receive = Effect(_receive)
quote = _quote(approved=False)
quote_and_approve = _quote(approved=True)
approve = Effect(_approve, tells=lambda situation, _answers: _answer_planned(situation, True))
reject = Effect(_reject, _say_rejected, lambda situation, _answers: _answer_planned(situation, False))
recall = Effect(_recall)
