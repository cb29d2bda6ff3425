"""Taking a device in (T01): customer, device, order, custody, payment, code, event and papers in one transaction."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from sqlmodel import Session, col, func, select

from convisav_tui.clock import local, of_fact
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.comeback import Suspicion, suspect
from convisav_tui.shop.consent import announce
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.country_rules import rules_in_force
from convisav_tui.shop.coverage import Cover, under_repair_guarantee, write_covers
from convisav_tui.shop.devices import device_of, device_type_of, learn
from convisav_tui.shop.drafts import discard_draft
from convisav_tui.shop.events import append_event
from convisav_tui.shop.intake_defaults import intake_defaults
from convisav_tui.shop.intake_extras import add_extras, put_beside
from convisav_tui.shop.intake_form import CHANNEL_FIELDS, IntakeForm, cash_trouble, channel_trouble
from convisav_tui.shop.intake_guards import terms_accepted, unlock_answer
from convisav_tui.shop.mandate import Mandate, approver_of, covers_under, mandate_of, payer_of, terms_kept
from convisav_tui.shop.movement import move_custody
from convisav_tui.shop.numbers import next_number
from convisav_tui.shop.outbox import print_key
from convisav_tui.shop.payments import add_payment
from convisav_tui.shop.people import customer_of
from convisav_tui.shop.reactions import Wishes, react
from convisav_tui.shop.secrets import keep_secret
from convisav_tui.shop.warranty import Warranty, as_said, warranty_of
from convisav_tui.store.models import (
    Channel,
    ConsentAnswer,
    ConsentBasis,
    Device,
    DeviceType,
    IntakeAmountType,
    JobKind,
    Means,
    Message,
    MessageEvent,
    Nature,
    OrderEvent,
    OrderKind,
    OrderState,
    Party,
    PrintJob,
    RepairOrder,
    SecretState,
)
from convisav_tui.store.search_index import refresh_party

__all__ = ["Received", "Told", "Warranty", "intake_defaults", "receive", "warranty_of"]

LONGEST_KEY = 56

Checked = TypeVar("Checked")


@dataclass(frozen=True)
class Told:
    """A message that the intake owes to the customer."""

    channel: Channel
    recipient: str


@dataclass(frozen=True)
class Received:
    """The order that was opened: its ten digits, how many print jobs and which messages it asked for."""

    order_id: int
    number: str
    state: OrderState
    jobs: int
    messages: list[Told]


@dataclass(frozen=True)
class _Sum:
    amount: int
    nature: Nature
    means: Means
    label: str


@dataclass(frozen=True)
class _Intake:
    """What the intake found and decided before it opens the order."""

    party: Party
    kind: DeviceType
    device: Device
    paid: _Sum | None
    origin: RepairOrder | None
    suspicion: Suspicion | None
    warranty: Warranty
    mandate: Mandate | None
    covers: list[Cover]
    unlock: SecretState
    terms: str


def receive(session: Session, form: IntakeForm, actor: Actor, shop: ShopContext, key: str) -> Received:
    """Open an order for what stands in `form` (T01). `key` is unique to this intake: the same key again changes nothing
    and gives the same order back.

    Raises FieldErrors for what only the database can judge (device type, preset, addresses of a known customer, cash
    limit of the day), StoreReadOnly when the unlock code's key cannot be kept; nothing is written then.
    """
    if not 0 < len(key) <= LONGEST_KEY:
        raise ValueError(f"an idempotency key has 1 to {LONGEST_KEY} characters")
    # Two at once with one key: the second one fails at the unique key, runs again, and finds the first one's order.
    earlier = session.exec(select(RepairOrder).where(RepairOrder.idempotency_key == key)).first()
    if earlier is not None:
        return _received(session, earlier)
    instant = of_fact()
    intake = _look_up(session, form, shop, instant)
    order = _open_order(session, form, intake, actor, shop, instant, key)
    write_covers(session, order, intake.covers, actor, instant)
    move_custody(session, order, actor, instant)
    if intake.paid is not None:
        add_payment(
            session,
            order,
            amount=intake.paid.amount,
            nature=intake.paid.nature,
            means=intake.paid.means,
            actor=actor,
            key=f"{key}:intake",
            label=intake.paid.label,
        )
    if form.secret_kind is not None and form.secret is not None:
        keep_secret(session, order, form.secret_kind, form.secret.get_secret_value())
    event = append_event(
        session,
        order,
        event="receive",
        transition="T01",
        to_state=OrderState.RECEIVED,
        actor=actor,
        detail=_detail(form, intake, order) | terms_kept(session, intake.mandate, intake.kind.id),
        key=key,
    )
    _note_prices(session, order, event, intake.party.name, intake.paid, actor)
    learn(session, intake.device, intake.kind, form.fault, shop.language)
    refresh_party(session, order.party_id)
    put_beside(session, form, order, actor)
    own_receipt = form.receipt and not form.more and order.drop_off_id is None
    react(session, order, event, shop, actor, Wishes(form.labels, own_receipt, form.intake_message))
    add_extras(session, form, order, actor, shop, key)
    discard_draft(session, key)
    session.flush()
    return _received(session, order)


def _note_prices(
    session: Session, order: RepairOrder, event: OrderEvent, told: str, paid: _Sum | None, actor: Actor
) -> None:
    """What the customer agreed to at the counter goes into the ledger: his spending cap (FR-Q8), the fee for the
    diagnosis that he paid (FR-Q5)."""
    if order.cap is not None:
        announce(
            session,
            order,
            event,
            ConsentBasis.CAP,
            ConsentAnswer.AGREED,
            order.cap,
            actor,
            told=told,
            means="counter",
        )
    if paid is not None and paid.nature is Nature.DIAGNOSTIC_FEE:
        announce(
            session,
            order,
            event,
            ConsentBasis.FEE,
            ConsentAnswer.AGREED,
            paid.amount,
            actor,
            told=told,
            means="counter",
        )


def _look_up(session: Session, form: IntakeForm, shop: ShopContext, instant: datetime) -> _Intake:
    """All that may still refuse the form, its sentences together; customer and device have their rows then."""
    errors: dict[str, str] = {}
    kind = _gather(errors, lambda: device_type_of(session, form.device_type))
    paid = _gather(errors, lambda: _sum_taken(session, form, shop, instant))
    mandate = _gather(errors, lambda: mandate_of(session, form))
    party = _gather(errors, lambda: customer_of(session, form, shop))
    if party is not None:
        _gather(errors, lambda: _check_addresses(form, party))
    terms = _gather(errors, lambda: terms_accepted(session, form, under_contract=mandate is not None))
    unlock = _gather(errors, lambda: unlock_answer(session, form, kind)) if kind else None
    device = _gather(errors, lambda: device_of(session, form, party, kind)) if party and kind else None
    origin = _gather(errors, lambda: _origin(session, form, party)) if party else None
    if errors or party is None or kind is None or device is None or terms is None or unlock is None:
        raise FieldErrors(errors)
    today = local(instant, shop.timezone).date()
    computed = warranty_of(None, kind, session, shop, today, device)
    device.parts_warranty_until, device.labour_warranty_until = computed.parts_until, computed.labour_until
    session.add(device)
    suspicion = suspect(session, device, form.fault, shop, instant)
    warranty = as_said(computed, form.warranty)
    covers = covers_under(mandate, under_repair_guarantee() if origin else warranty.covers())
    return _Intake(party, kind, device, paid, origin, suspicion, warranty, mandate, covers, unlock, terms)


def _open_order(
    session: Session,
    form: IntakeForm,
    intake: _Intake,
    actor: Actor,
    shop: ShopContext,
    instant: datetime,
    key: str,
) -> RepairOrder:
    assert intake.party.id is not None and intake.device.id is not None
    order = RepairOrder(
        number=next_number(session, local(instant, shop.timezone).year),
        idempotency_key=key,
        kind=OrderKind.REPAIR_GUARANTEE if intake.origin else intake.warranty.kind,
        party_id=intake.party.id,
        depositor=form.depositor,
        principal_id=intake.mandate.principal.id if intake.mandate else None,
        principal_reference=form.principal_reference,
        payer=payer_of(intake.mandate, intake.covers),
        approver=approver_of(intake.mandate),
        device_id=intake.device.id,
        origin_order_id=intake.origin.id if intake.origin else None,
        comeback_suspected=intake.origin is None and intake.suspicion is not None,
        reported_fault=form.fault,
        accessories=form.accessories,
        intake_condition=form.condition,
        note=form.note,
        parts_in_warranty=intake.warranty.parts,
        labour_in_warranty=intake.warranty.labour,
        quote_requested=form.quote_requested,
        cap=form.cap,
        currency=shop.currency,
        promised_on=form.promised_on,
        quote_channel=form.quote_channel,
        ready_channel=form.ready_channel,
        secret_state=intake.unlock,
        received_by_id=actor.staff_id,
        station_id=actor.station_id,
        opened_at=instant,
        updated_at=instant,
    )
    session.add(order)
    session.flush()
    return order


def _detail(form: IntakeForm, intake: _Intake, order: RepairOrder) -> dict[str, object]:
    """What the event tells: never the unlock code, only whether one was given."""
    detail: dict[str, object] = {
        "number": order.number,
        "device": intake.device.title,
        "device_type": intake.kind.code,
        "kind": order.kind.value,
        "warranty": intake.warranty.cover.value,
        "quote_requested": order.quote_requested,
        "secret": order.secret_state.value,
        "labels": form.labels,
        "receipt": form.receipt,
        "terms": intake.terms,
    }
    if order.cap is not None:
        detail["cap"] = order.cap
    if order.promised_on is not None:
        detail["promised_on"] = order.promised_on.isoformat()
    if intake.paid is not None:
        detail |= {
            "amount": intake.paid.amount,
            "currency": order.currency,
            "nature": intake.paid.nature.value,
            "means": intake.paid.means.value,
        }
    if intake.origin is not None:
        detail["comeback_of"] = intake.origin.number
    elif intake.suspicion is not None:
        detail["comeback_suspected"] = intake.suspicion.number
    return detail


def _check_addresses(form: IntakeForm, party: Party) -> None:
    """Each channel has its address, be it typed now or known of the customer."""
    troubles = {
        key: channel_trouble(
            getattr(form, key),
            phone=party.phone,
            phone_kind=party.phone_kind,
            email=party.email,
            fax=party.fax,
            postal=bool(party.street and party.city),
        )
        for key in CHANNEL_FIELDS
    }
    if any(troubles.values()):
        raise FieldErrors({key: sentence for key, sentence in troubles.items() if sentence})


def _sum_taken(session: Session, form: IntakeForm, shop: ShopContext, instant: datetime) -> _Sum | None:
    """What is paid now: the preset's amount and nature where none was typed, checked against the country's rules."""
    preset = _preset(session, form.intake_amount)
    amount = form.amount if form.amount is not None else (preset.amount if preset else 0)
    if not amount:
        return None
    nature = form.nature or (preset.nature if preset else Nature.ACOMPTE)
    if form.means is None:
        raise FieldErrors({"means": _("Choose how it is paid")})
    today = local(instant, shop.timezone).date()
    if form.means is Means.CASH:
        trouble = cash_trouble(amount, shop, rules_in_force(session, shop.country), today)
        if trouble:
            raise FieldErrors({"means": trouble})
    if nature is Nature.DIAGNOSTIC_FEE and not _on_tariff(session, nature):
        raise FieldErrors({"nature": _("No diagnostic fee is on the tariff: it cannot be charged")})
    label = (preset.names.get(shop.language) or preset.code) if preset else ""
    return _Sum(amount, nature, form.means, label)


def _preset(session: Session, code: str) -> IntakeAmountType | None:
    if not code:
        return None
    preset = session.exec(select(IntakeAmountType).where(IntakeAmountType.code == code)).first()
    if preset is None or not preset.active:
        raise FieldErrors({"intake_amount": _("Choose one of the values of the list")})
    return preset


def _on_tariff(session: Session, nature: Nature) -> bool:
    """FR-D5: a fee is charged only when the tariff in force has it."""
    rows = select(func.count()).where(IntakeAmountType.nature == nature, col(IntakeAmountType.active))
    return session.exec(rows).one() > 0


def _origin(session: Session, form: IntakeForm, party: Party) -> RepairOrder | None:
    """The order that this one comes back from (T32); a finished one of this customer."""
    if not form.comeback_of:
        return None
    origin = session.exec(select(RepairOrder).where(RepairOrder.number == form.comeback_of)).first()
    if origin is None:
        raise FieldErrors({"comeback_of": _("There is no order with this number")})
    if origin.party_id != party.id:
        raise FieldErrors({"comeback_of": _("This order is another customer's")})
    if origin.returned_at is None and origin.completed_at is None:
        raise FieldErrors({"comeback_of": _("This order is not finished yet: open it instead")})
    return origin


def _gather(errors: dict[str, str], check: Callable[[], Checked]) -> Checked | None:
    """The result of a check; None, and its sentences gathered, when it refuses."""
    try:
        return check()
    except FieldErrors as refused:
        errors.update(refused.errors)
        return None


def _received(session: Session, order: RepairOrder) -> Received:
    """What an order's intake came to, read from its rows: the first time and each time the same key comes again."""
    assert order.id is not None
    papers = [print_key(kind, order.id) for kind in JobKind]
    jobs = select(func.count()).where(col(PrintJob.dedupe_key).in_(papers))
    messages = (
        select(Message)
        .where(Message.order_id == order.id, Message.event == MessageEvent.INTAKE)
        .order_by(col(Message.id))
    )
    return Received(
        order_id=order.id,
        number=order.number,
        state=order.state,
        jobs=session.exec(jobs).one(),
        messages=[Told(message.channel, message.recipient) for message in session.exec(messages)],
    )
