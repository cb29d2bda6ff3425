"""Guarantees, comebacks and the defaults that follow from them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path

import pytest
from sqlmodel import Session, select

from convisav_tui.clock import now
from convisav_tui.shop.comeback import Suspicion, earlier_orders, same_fault, suspect
from convisav_tui.shop.intake import intake_defaults, warranty_of
from convisav_tui.shop.intake_defaults import usual_channel
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.shop.warranty import Warranty
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Device, DeviceType, OrderState, Outcome, RepairOrder, Setting
from tests.shop.counter import NOW, SHOP, counter_store, take_in

TODAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _that_saturday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVISAV_NOW", NOW)


@pytest.fixture
def store(server_url: str, tmp_path: Path) -> Iterator[Store]:
    opened = counter_store(tmp_path, server_url)
    yield opened
    opened.close()


def returned(store: Store, on: str, *, key: str = "old", **values: object) -> str:
    """An order of the usual device that was handed over on that day; its number."""
    received = take_in(store, key=key)

    def hand_over(session: Session) -> None:
        order = session.get_one(RepairOrder, received.order_id)
        order.returned_at = datetime.fromisoformat(f"{on}T10:00:00+00:00")
        order.state, order.outcome = OrderState.RETURNED, Outcome.REPAIRED
        for column, value in values.items():
            setattr(order, column, value)

    store.write(hand_over)
    return received.number


def suspicion(store: Store, fault: str = "ne vidange plus", serial: str = "") -> Suspicion | None:
    with store.read() as session:
        device = None if serial else session.get(Device, 1)
        return suspect(session, device, fault, SHOP, now(), serial=serial)


def test_a_device_back_within_three_months_is_a_suspected_comeback(store: Store) -> None:
    number = returned(store, "2026-08-21")
    assert suspicion(store) == Suspicion(number, date(2026, 8, 21), "ne vidange plus", TODAY, same_fault=True)
    other = suspicion(store, fault="hublot bloqué")
    assert other is not None and not other.same_fault
    assert suspicion(store, serial="1234-5678") is not None
    assert suspicion(store, serial="87654321") is None


def test_after_the_guarantee_there_is_no_suspicion(store: Store) -> None:
    returned(store, "2026-08-20")
    assert suspicion(store) is None
    store.write(lambda session: session.add(Setting(key="repair_guarantee_months", value=6)))
    assert suspicion(store) is not None


def test_the_day_written_at_the_hand_over_counts_first(store: Store) -> None:
    returned(store, "2026-08-21", repair_guarantee_until=date(2026, 11, 20))
    assert suspicion(store) is None


@pytest.mark.parametrize("outcome", [Outcome.NOT_REPAIRABLE, Outcome.REFUSED_RETURNED_AS_IS])
def test_what_was_not_repaired_has_no_guarantee(store: Store, outcome: Outcome) -> None:
    returned(store, "2026-11-01", outcome=outcome)
    assert suspicion(store) is None


def test_an_open_order_is_no_comeback_but_is_shown(store: Store) -> None:
    take_in(store)
    assert suspicion(store) is None
    with store.read() as session:
        (earlier,) = earlier_orders(session, SHOP, device_id=1)
    assert (earlier.fault, earlier.opened_on, earlier.returned_on) == ("ne vidange plus", TODAY, None)


def test_earlier_orders_are_found_by_serial_whoever_owned_the_device(store: Store) -> None:
    first = take_in(store, key="a").number
    second = take_in(store, key="b", name="Paul Durand", phone="06 99 99 99 99").number
    take_in(store, key="c", serial="other-99")
    with store.read() as session:
        found = [earlier.number for earlier in earlier_orders(session, SHOP, serial="12 345678")]
    assert found == [second, first]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("ne vidange plus", "Vidangé mal, ne marche pas", True),
        ("ne vidange plus", "fuite d'eau", False),
        ("écran cassé", "Ecran fissuré", True),
        ("ne s'allume plus", "ne charge plus", False),
        ("does not drain", "drains no water", True),
        ("", "ne vidange plus", False),
    ],
)
def test_faults_are_compared_by_their_telling_words(first: str, second: str, same: bool) -> None:
    assert same_fault(first, second) is same
    assert same_fault(second, first) is same


def guarantee(store: Store, bought: date | None, today: date = TODAY, device_id: int | None = None) -> Warranty:
    with store.read() as session:
        kind = session.exec(select(DeviceType).where(DeviceType.code == "washing_machine")).one()
        device = session.get(Device, device_id) if device_id else None
        return warranty_of(bought, kind, session, SHOP, today, device)


def test_the_legal_guarantee_lasts_two_years_to_the_day(store: Store) -> None:
    last = guarantee(store, date(2024, 11, 21))
    assert (last.parts_until, last.labour_until, last.in_warranty) == (TODAY, TODAY, True)
    assert last.fork() == {"warranty": "both", "quote_requested": ""}
    over = guarantee(store, date(2024, 11, 20))
    assert over.fork() == {"warranty": "none", "quote_requested": "x"}
    assert guarantee(store, date(2024, 2, 29)).parts_until == date(2026, 2, 28)
    assert guarantee(store, None).parts_until is None


def test_a_commercial_guarantee_covers_parts_and_labour_apart(store: Store) -> None:
    months = {"washing_machine": {"parts": 60, "labour": 36}}
    store.write(lambda session: session.add(Setting(key="commercial_guarantee_months", value=months)))
    found = guarantee(store, date(2023, 6, 1))
    assert (found.parts_until, found.labour_until) == (date(2028, 6, 1), date(2026, 6, 1))
    assert (found.parts, found.labour, found.in_warranty, found.cover.value) == (True, False, False, "parts")


def test_an_extension_written_on_the_device_counts_until_another_purchase_date_is_typed(store: Store) -> None:
    take_in(store, key="a", purchased_on="20/11/2024")

    def extend(session: Session) -> None:
        session.get_one(Device, 1).parts_warranty_until = date(2027, 5, 20)

    store.write(extend)
    take_in(store, key="b")
    assert guarantee(store, None, device_id=1).parts_until == date(2027, 5, 20)
    take_in(store, key="c", purchased_on="20/10/2024")
    assert guarantee(store, None, device_id=1).parts_until == date(2026, 10, 20)


def defaults(store: Store, code: str = "", party: int | None = None, device: int | None = None) -> dict[str, str]:
    with store.read() as session:
        return intake_defaults(session, code, party, device, SHOP)


def test_a_new_form_starts_with_the_shop_s_habits(store: Store) -> None:
    assert defaults(store) == {
        "labels": "1",
        "receipt": "x",
        "means": "card",
        "intake_message": "x",
        "language": "fr",
        "quote_requested": "x",
    }
    store.write(lambda session: session.add(Setting(key="intake.intake_amount", value="workshop")))
    assert defaults(store)["amount"] == "30.00"


def test_the_type_of_device_promises_a_working_day(store: Store) -> None:
    # Seven working days from a Saturday, without the two Sundays.
    assert defaults(store, "washing_machine")["promised_on"] == "30/11/2026"
    assert defaults(store, "phone")["promised_on"] == "25/11/2026"


def test_the_type_goes_before_the_shop_and_the_last_order_before_its_habit(store: Store) -> None:
    take_in(store, ready_channel="call", quote_channel="sms")

    def choose(session: Session) -> None:
        session.add(Setting(key="intake.intake_amount", value="workshop"))
        session.add(Setting(key="intake.ready_channel", value="email"))
        kind = session.exec(select(DeviceType).where(DeviceType.code == "washing_machine")).one()
        kind.intake_amount_code, kind.default_cap = "home", 15000

    store.write(choose)
    found = defaults(store, "washing_machine", party=1)
    assert (found["intake_amount"], found["amount"], found["cap"]) == ("home", "60.00", "150.00")
    assert (found["ready_channel"], found["quote_channel"]) == ("call", "sms")
    assert defaults(store, "phone")["intake_amount"] == "workshop"
    assert defaults(store)["ready_channel"] == "email"


def test_a_known_device_brings_what_is_known_of_it_and_the_fork(store: Store) -> None:
    take_in(store, purchased_on="01/03/2026", seller="Darty")
    found = defaults(store, party=1, device=1)
    assert (found["brand"], found["serial"], found["purchased_on"]) == ("Miele", "12345678", "01/03/2026")
    assert (found["warranty"], found.get("quote_requested", "")) == ("both", "")


def test_the_defaults_are_a_form_that_is_accepted(store: Store) -> None:
    take_in(store, ready_channel="sms")
    store.write(lambda session: session.add(Setting(key="intake.intake_amount", value="workshop")))
    typed = defaults(store, party=1, device=1) | {"customer_id": "1", "device_id": "1", "fault": "fuite d'eau"}
    form = parse_intake(typed, SHOP)
    assert (form.amount, form.promised_on, form.ready_channel) == (3000, date(2026, 11, 30), Channel.SMS)


def test_somebody_is_told_by_what_reaches_him() -> None:
    assert usual_channel(phone="06", phone_kind="mobile", email="a@b.fr") is Channel.SMS
    assert usual_channel(phone="01", phone_kind="fixed", email="a@b.fr") is Channel.EMAIL
    assert usual_channel(phone="01", phone_kind="fixed", email="") is Channel.CALL
    assert usual_channel(phone="", phone_kind="", email="") is Channel.NONE
