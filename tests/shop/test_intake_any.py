"""T01 under any input: an intake is refused in words and leaves nothing, or it is a whole order (rules.md 7.7)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session, col, select

from convisav_tui.errors import ConvisavError, FieldErrors
from convisav_tui.shop.intake import receive
from convisav_tui.shop.intake_form import INTAKE_FIELDS, channel_trouble, parse_intake
from convisav_tui.shop.intake_guards import TERMS, UNANSWERED
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    CustodyEvent,
    Device,
    DeviceType,
    Holder,
    OrderEvent,
    Party,
    RepairOrder,
    SecretState,
    Setting,
)
from convisav_tui.store.tables import DEVICE, ORDER, PARTY
from tests.invariants import check, check_order
from tests.shop.counter import CLERK, NOW, SHOP, counter_store, raw
from tests.shop.principals import principal

# What each field may hold beside any text: right values, garbage, and numbers of things that are not there.
VALUES: dict[str, tuple[str, ...]] = {
    "customer_id": ("1", "2", "99", "x"),
    "name": ("Hélène Lefèvre", " ", "=1+1"),
    "phone": ("06 12 34 56 78", "01 44 00 00 00", "+33 6 12", "12"),
    "email": ("helene@example.org", "a@b", "@"),
    "fax": ("01 44 00 00 01", "0"),
    "street": ("1 rue de Rivoli", ""),
    "language": ("fr", "ro", "xx"),
    "device_id": ("1", "2", "99"),
    "device_type": ("phone", "washing_machine", "laptop", "nothing", ""),
    "serial": ("12345678", "356938035643809", "356938035643808"),
    "fault": ("ne s'allume plus", " ", "\x1b[31m"),
    "warranty": ("none", "parts", "both", "?"),
    "quote_requested": ("x", ""),
    "cap": ("150", "0", "-1", "999999999999", "1,2,3"),
    "promised_on": ("28/11/2026", "21/11/2020", "31/02/2027", "+3"),
    "quote_channel": ("none", "sms", "email", "call", "letter", "fax", "pigeon"),
    "ready_channel": ("none", "sms", "email", "call", "letter", "fax", ""),
    "intake_message": ("x", ""),
    "secret_kind": ("pin", "pattern", "refused", "none", "?"),
    "secret": ("4711", "", "1-2-3-6"),
    "amount": ("30", "0", "-5", "1e9"),
    "nature": ("acompte", "arrhes", "diagnostic_fee", "balance", "?"),
    "means": ("cash", "card", "shells"),
    "labels": ("1", "0", "99", "-1"),
    "receipt": ("x", ""),
    "loaner": ("1", "x"),
    "loan_deposit": ("50", "-1"),
    "beside": ("1", "2600000017"),
    "more": ("x", ""),
    "comeback_of": ("2600000017", "1"),
    "principal_id": ("1", "2", "99"),
    "principal_reference": ("BC-778", ""),
}
ANY = st.text(st.characters(codec="utf-8"), max_size=12)
ONE = st.sampled_from(INTAKE_FIELDS).flatmap(
    lambda key: st.tuples(st.just(key), st.one_of(st.sampled_from(VALUES.get(key, ("",))), ANY))
)
FIELDS = st.lists(ONE, max_size=5).map(dict)
CHOICES = st.sampled_from(({}, {UNANSWERED: "ask"}, {UNANSWERED: "none"}, {TERMS: "receipt"}))
_keys = itertools.count(1)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """One shop for all examples; what they took in stays."""
    opened = counter_store(tmp_path_factory.mktemp("any"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CONVISAV_NOW", NOW)
        principal(opened)
        yield opened
        assert check(opened) > 0
    opened.close()


@given(fields=FIELDS, left_out=st.sets(st.sampled_from(tuple(raw())), max_size=2), choices=CHOICES)
@example(fields={"device_type": "phone", "secret_kind": ""}, left_out=set(), choices={UNANSWERED: "ask"})
@example(fields={"device_type": "phone"}, left_out=set(), choices={})
@example(fields={"receipt": ""}, left_out=set(), choices={TERMS: "receipt"})
@example(fields={"ready_channel": "sms"}, left_out={"phone"}, choices={})
@example(fields={}, left_out={"fault"}, choices={})
@example(fields={}, left_out={"name"}, choices={})
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_intake_is_whole_or_nothing(
    store: Store, fields: dict[str, str], left_out: set[str], choices: dict[str, str]
) -> None:
    typed = {key: text for key, text in (raw() | fields).items() if key not in left_out or key in fields}
    before = _rows(store)
    store.write(lambda session: _choose(session, choices))
    key = f"any {next(_keys)}"
    try:
        form = parse_intake(typed, SHOP)
        received = store.write(lambda session: receive(session, form, CLERK, SHOP, key))
    except ConvisavError as refused:
        assert str(refused) or (isinstance(refused, FieldErrors) and all(refused.errors.values()))
        assert _rows(store) == before
        return
    check_order(store, received.order_id)
    with store.read() as session:
        _check_taken_in(session, session.get_one(RepairOrder, received.order_id), typed, choices)
    again = store.write(lambda session: receive(session, form, CLERK, SHOP, key))
    assert again.order_id == received.order_id and _rows(store)[0] == before[0] + 1


def _choose(session: Session, choices: dict[str, str]) -> None:
    session.execute(sa.delete(Setting).where(col(Setting.key).in_((UNANSWERED, TERMS))))
    session.add_all(Setting(key=key, value=value) for key, value in choices.items())


def _rows(store: Store) -> tuple[int, ...]:
    with store.read() as session:
        return tuple(
            session.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
            for table in (ORDER, PARTY, DEVICE)
        )


def _check_taken_in(session: Session, order: RepairOrder, typed: dict[str, str], choices: dict[str, str]) -> None:
    """The guards of T01, read from what was written."""
    party, device = session.get_one(Party, order.party_id), session.get_one(Device, order.device_id)
    kind = session.get_one(DeviceType, device.device_type_id)
    assert party.name.strip() and order.reported_fault.strip()
    for channel in (order.quote_channel, order.ready_channel):
        trouble = channel_trouble(
            channel, phone=party.phone, phone_kind=party.phone_kind, email=party.email, fax=party.fax,
            postal=bool(party.street),
        )  # fmt: skip
        assert not trouble, (channel, trouble)
    (event,) = session.exec(select(OrderEvent).where(OrderEvent.order_id == order.id, OrderEvent.event == "receive"))
    assert event.detail["terms"] in ("receipt", "contract", "elsewhere")
    if choices.get(TERMS) == "receipt":
        assert event.detail["terms"] != "elsewhere"
    custody = session.exec(select(CustodyEvent).where(CustodyEvent.order_id == order.id)).all()
    assert [moved.holder for moved in custody] == [Holder.IN_SHOP]
    answered = bool(typed.get("secret_kind", "").strip() or typed.get("secret", "").strip())
    if kind.has_secret and not answered:
        counts_as = {None: SecretState.REFUSED, "none": SecretState.NONE}
        assert order.secret_state is counts_as[choices.get(UNANSWERED)]  # "ask" takes nothing in
