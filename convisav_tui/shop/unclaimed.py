"""Devices that nobody collects: since when, with which notices, and when a court may be asked (rules.md 1.8)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from convisav_tui.clock import local
from convisav_tui.errors import NotFound, Refusal
from convisav_tui.i18n import _, format_day
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.document import print_again
from convisav_tui.shop.effects import Effect, leave_the_shop
from convisav_tui.shop.movement import Change
from convisav_tui.shop.outbox import REGISTERED
from convisav_tui.shop.payments import add_payment
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.shop.situation import Situation
from convisav_tui.shop.steps import Answers
from convisav_tui.shop.unclaimed_dossier import ask_for_dossier
from convisav_tui.store.models import (
    Holder,
    Means,
    Message,
    MessageEvent,
    MessageState,
    Nature,
    OrderState,
    Paper,
    RepairOrder,
)

MONTHS, TRIGGER = "unclaimed.months", "unclaimed.trigger"
BY_REGISTERED_LETTER = "registered_letter"
# Days after the first proved notice from which on a device counts as unclaimed (T33).
SETTING, USUAL_DAYS = "unclaimed_days", 30
_USUAL_MONTHS = 12
_NOTICES = (
    MessageEvent.REPAIR_READY,
    MessageEvent.QUOTE_EXPIRED,
    MessageEvent.COLLECT_REMINDER,
    MessageEvent.UNCLAIMED_NOTICE,
    MessageEvent.CANCELLED,
)
_PROVED = (MessageState.SENT, MessageState.CALLED, MessageState.POSTED)
WITH_DOSSIER = (OrderState.UNCLAIMED, OrderState.DISPOSAL_PROCEDURE)
SOURCES = (OrderState.NOTIFIED, OrderState.QUOTE_REFUSED, OrderState.QUOTE_EXPIRED, OrderState.COMPLETED)


def notices(session: Session, order_id: int) -> Sequence[Message]:
    """What the owner was told that asks him to collect, oldest first: accepted by a channel, spoken, or posted."""
    told = select(Message).where(
        Message.order_id == order_id, col(Message.event).in_(_NOTICES), col(Message.state).in_(_PROVED)
    )
    return sorted(session.exec(told).all(), key=lambda message: message.sent_at or message.created_at)


def first_notice(session: Session, order: RepairOrder) -> datetime | None:
    """When the owner was first told, as far as it is proved."""
    told = [message.sent_at for message in notices(session, order.id or 0) if message.sent_at is not None]
    return min([*told, *([order.notified_at] if order.notified_at is not None else [])], default=None)


def registered_letter(session: Session, order_id: int) -> Message | None:
    """The registered letter that was posted, None without one."""
    letters = (m for m in notices(session, order_id) if m.last_code == REGISTERED and m.state is MessageState.POSTED)
    return next(letters, None)


def petition_possible_from(session: Session, order: RepairOrder, shop: ShopContext, today: date) -> date | None:
    """The first day on which the court may be asked (FR-U1): the country's months after the latest of deposit, promised
    day and first proved notice, or after the registered letter where the country says so. None: nothing is proved."""
    rules = rules_in_force(session, shop.country)
    months = rules.number(MONTHS, today) or _USUAL_MONTHS
    letter = registered_letter(session, order.id or 0)
    trigger = next((rule.value for rule in rules if rule.key == TRIGGER), "")
    if trigger == BY_REGISTERED_LETTER:
        start = letter.sent_at if letter is not None else None
        return add_months(local(start, shop.timezone).date(), months) if start is not None else None
    told = first_notice(session, order)
    if told is None:
        return None
    days = (local(order.opened_at, shop.timezone).date(), order.promised_on, local(told, shop.timezone).date())
    return add_months(max(day for day in days if day is not None), months)


def unclaimed_since(session: Session, order: RepairOrder, shop: ShopContext) -> date | None:
    """From which day on the device counts as unclaimed (T33); None before the first proved notice."""
    told = first_notice(session, order)
    if told is None:
        return None
    chosen = shop_setting(session, SETTING)
    days = chosen if isinstance(chosen, int) and not isinstance(chosen, bool) and chosen > 0 else USUAL_DAYS
    return local(told, shop.timezone).date() + timedelta(days=days)


def procedure_is_due(situation: Situation, _answers: Answers) -> Refusal | None:
    """T35: not before the country's time, and with every notice on file."""
    possible = petition_possible_from(situation.session, situation.order, situation.shop, situation.today)
    if possible is None:
        return Refusal("notice_proved", _("No notice to the owner is proved yet."), mended_by="messages")
    if registered_letter(situation.session, situation.order_id) is None:
        return Refusal("registered_letter", _("The registered letter is not on file yet."), mended_by="messages")
    if situation.today < possible:
        words = _("The court may be asked from {day} on.").format(day=format_day(possible))
        return Refusal("petition_possible", words)
    return None


@asks(Permission.CANCEL_ORDER)
def print_dossier(session: Session, order_id: int, actor: Actor, shop: ShopContext) -> Paper:
    """The dossier as it stands now, printed for the shop's own files; the step that begins the procedure prints its
    own. Asked for again while nothing changed, it is the same paper, printed as a duplicate.

    Raises Refusal for an order that is not unclaimed, or without the permission; NotFound."""
    require(session, actor, Permission.CANCEL_ORDER)
    order = session.get(RepairOrder, order_id)
    if order is None:
        raise NotFound(_("There is no such order."))
    if order.state not in WITH_DOSSIER:
        raise Refusal("unclaimed", _("Only a device that nobody collects has a dossier."))
    newest = session.exec(select(func.max(Paper.id))).one() or 0
    paper = ask_for_dossier(session, order, notices(session, order_id), shop, actor, "sheet")
    if paper.id is not None and paper.id <= newest:
        print_again(session, paper.id, actor)
    return paper


def _start(situation: Situation, _answers: Answers, change: Change) -> None:
    """The dossier of FR-U2 is printed and kept: exactly what the petition must state."""
    paper = ask_for_dossier(
        situation.session, situation.order, notices(situation.session, situation.order_id), situation.shop, change.actor
    )
    change.detail["paper"] = paper.id


def _record_sale(situation: Situation, answers: Answers, change: Change) -> None:
    """T37: what the sale brought settles what is owed; the rest is deposited in the owner's name (FR-U4)."""
    proceeds = answers.amount("proceeds") or 0
    owed = max(0, situation.owed)
    kept = min(proceeds, owed)
    change.detail.update(
        court_reference=answers.text("court_reference"),
        sold_on=(answers.day("sold_on") or situation.today).isoformat(),
        officer=answers.text("officer"),
        proceeds=proceeds,
        surplus=proceeds - kept,
        surplus_receipt=answers.text("surplus_receipt"),
    )
    if kept:
        payment = add_payment(
            situation.session,
            situation.order,
            amount=kept,
            nature=Nature.BALANCE,
            means=Means.TRANSFER,
            actor=change.actor,
            key=f"sale-{situation.order_id}",
            label=answers.text("court_reference")[:80],
        )
        change.detail["payments"] = [payment.id]
    if kept < owed:
        change.detail["lost"] = owed - kept
        change.put(price=(situation.order.price or 0) - (owed - kept))
    leave_the_shop(situation, answers, change, Holder.DISPOSED)


def _say_sale(situation: Situation, answers: Answers) -> str:
    proceeds, owed = answers.amount("proceeds") or 0, max(0, situation.owed)
    if proceeds <= owed:
        return ""
    return _("{amount} are deposited in the owner's name.").format(amount=situation.money(proceeds - owed))


def surplus_is_deposited(situation: Situation, answers: Answers) -> Refusal | None:
    """FR-U4: more than what is owed was brought, and nobody says where it was deposited."""
    surplus = (answers.amount("proceeds") or 0) - max(0, situation.owed)
    if surplus <= 0 or answers.text("surplus_receipt"):
        return None
    words = _("The surplus belongs to the owner: type the receipt of its deposit.")
    return Refusal("surplus_deposited", words, mended_by="input:surplus_receipt")


start_procedure = Effect(_start, lambda _situation, _answers: _("The dossier for the court is printed."))
record_sale = Effect(_record_sale, _say_sale)
