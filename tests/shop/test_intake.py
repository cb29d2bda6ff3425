"""Taking a device in, on real SQLite."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlmodel import Session, SQLModel, func, select

from convisav_tui import ticket_number
from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors
from convisav_tui.shop import intake as intake_module
from convisav_tui.shop.intake import Received, Told, receive
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.shop.secrets import destroy_orphan_keys
from convisav_tui.store.engine import Store
from convisav_tui.store.keyring import keyring_of
from convisav_tui.store.models import (
    BillingState,
    Brand,
    Channel,
    Counter,
    CountryRule,
    CustodyEvent,
    Device,
    DeviceModel,
    DeviceType,
    FrequentFault,
    Holder,
    IntakeAmountType,
    JobKind,
    Message,
    MessageEvent,
    Nature,
    OrderEvent,
    OrderKind,
    OrderState,
    Party,
    PartySearch,
    Payment,
    PrintJob,
    RepairOrder,
    SecretState,
)
from tests.forked import barrier, process
from tests.shop.counter import CLERK, NOW, SHOP, counter_store, everything_in, order_of, raw, take_in


@pytest.fixture(autouse=True)
def _that_saturday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVISAV_NOW", NOW)


@pytest.fixture
def store(server_url: str, tmp_path: Path) -> Iterator[Store]:
    opened = counter_store(tmp_path, server_url)
    yield opened
    opened.close()


def rows(store: Store, table: type[SQLModel]) -> list[SQLModel]:
    with store.read() as session:
        return list(session.exec(select(table)).all())


def only(store: Store, table: type[SQLModel]) -> SQLModel:
    (row,) = rows(store, table)
    return row


def refused(store: Store, **fields: str) -> dict[str, str]:
    with pytest.raises(FieldErrors) as error:
        take_in(store, **fields)
    return error.value.errors


def test_everything_of_an_intake_is_there_after_it(store: Store) -> None:
    received = take_in(
        store,
        email="helene@example.org",
        ready_channel="sms",
        quote_channel="email",
        quote_requested="x",
        cap="150",
        promised_on="27/11/2026",
        intake_amount="workshop",
        means="card",
        labels="2",
        receipt="x",
        secret="9137",
        depositor="Paul",
        accessories="cordon",
        condition="rayure",
        note="appeler le matin",
    )
    assert received.state is OrderState.RECEIVED
    assert received.jobs == 2
    assert [told.channel for told in received.messages] == [Channel.SMS]
    order = order_of(store, received)
    assert ticket_number.is_valid(order.number)
    assert order.number == ticket_number.make(2026, 1)
    assert (order.quote_requested, order.cap, order.depositor) == (True, 15000, "Paul")
    assert (order.accessories, order.intake_condition, order.note) == ("cordon", "rayure", "appeler le matin")
    assert (order.holder, order.secret_state) == (Holder.IN_SHOP, SecretState.STORED)
    assert order.billing_state is BillingState.ADVANCE_PAID
    assert order.received_by_id == CLERK.staff_id
    custody = only(store, CustodyEvent)
    assert isinstance(custody, CustodyEvent) and custody.holder is Holder.IN_SHOP
    payment = only(store, Payment)
    assert isinstance(payment, Payment)
    assert (payment.amount, payment.nature, payment.label) == (3000, Nature.ACOMPTE, "Atelier")
    jobs = {job.kind: job.copies for job in rows(store, PrintJob) if isinstance(job, PrintJob)}
    assert jobs == {JobKind.LABEL: 2, JobKind.RECEIPT: 1}
    message = only(store, Message)
    assert isinstance(message, Message) and message.event is MessageEvent.INTAKE
    search = only(store, PartySearch)
    assert isinstance(search, PartySearch)
    assert "lefevre" in search.body and "0612345678" in search.body and "12345678" in search.body


def test_the_event_tells_what_was_agreed(store: Store) -> None:
    take_in(store, intake_amount="workshop", means="cash", cap="150")
    event = only(store, OrderEvent)
    assert isinstance(event, OrderEvent)
    assert (event.event, event.transition, event.from_state, event.to_state) == ("receive", "T01", "", "received")
    assert event.staff_id == CLERK.staff_id
    assert {"amount": 3000, "nature": "acompte", "means": "cash", "cap": 15000}.items() <= event.detail.items()


def test_a_double_enter_opens_one_order(store: Store) -> None:
    first = take_in(store, key="same", ready_channel="sms", receipt="x", amount="10", means="card")
    second = take_in(store, key="same", ready_channel="sms", receipt="x", amount="10", means="card")
    assert second == first
    for table in (RepairOrder, OrderEvent, Payment, Party, Device, Message, CustodyEvent):
        assert len(rows(store, table)) == 1, table
    assert len(rows(store, PrintJob)) == 2


def test_numbers_follow_each_other_and_a_refused_intake_uses_none(store: Store) -> None:
    first = take_in(store, key="a")
    refused(store, key="b", device_type="submarine")
    second = take_in(store, key="c")
    assert [first.number, second.number] == [ticket_number.make(2026, 1), ticket_number.make(2026, 2)]


def test_the_counter_starts_behind_orders_that_came_by_another_way(store: Store) -> None:
    take_in(store, key="a")

    def forget_the_counter(session: Session) -> None:
        session.delete(session.get_one(Counter, "ticket:2026"))

    store.write(forget_the_counter)
    assert take_in(store, key="b").number == ticket_number.make(2026, 2)


def test_a_new_year_counts_from_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    take_in(store, key="a")
    # Already the new year in Paris, still the old one in UTC.
    monkeypatch.setenv("CONVISAV_NOW", "2027-01-01T00:30:00+01:00")
    assert take_in(store, key="b").number == ticket_number.make(2027, 1)


def test_labels_and_receipt_can_be_declined(store: Store) -> None:
    assert take_in(store, labels="0", receipt="").jobs == 0
    assert rows(store, PrintJob) == []


def test_the_written_confirmation_can_be_declined(store: Store) -> None:
    assert take_in(store, ready_channel="sms", intake_message="").messages == []


def test_the_same_person_typed_again_is_the_same_customer(store: Store) -> None:
    take_in(store, key="a")
    take_in(store, key="b", name="helene  LEFEVRE", phone="+33 6 12 34 56 78")
    party = only(store, Party)
    device = only(store, Device)
    assert isinstance(party, Party) and isinstance(device, Device)
    assert party.name == "helene LEFEVRE"
    take_in(store, key="c", name="Paul Lefèvre")
    assert len(rows(store, Party)) == 2


def test_a_known_customer_changes_only_where_something_was_typed(store: Store) -> None:
    take_in(store, key="a", email="helene@example.org", street="1 rue X", language="ro")
    take_in(store, key="b", customer_id="1", name="", phone="", email="", ready_channel="email", city="Lyon")
    party = only(store, Party)
    assert isinstance(party, Party)
    assert (party.name, party.phone, party.email) == ("Hélène Lefèvre", "06 12 34 56 78", "helene@example.org")
    assert (party.street, party.city, party.language) == ("1 rue X", "Lyon", "ro")


def test_a_known_customer_is_asked_for_the_address_of_a_channel(store: Store) -> None:
    take_in(store, key="a", phone="01 42 00 00 00")
    errors = refused(store, key="b", customer_id="1", name="", phone="", ready_channel="sms", quote_channel="email")
    assert set(errors) == {"ready_channel", "quote_channel"}
    assert refused(store, key="c", customer_id="99", name="", phone="") == {
        "name": "This customer was removed: choose again"
    }


def test_a_device_is_found_by_its_serial_and_a_useless_serial_finds_none(store: Store) -> None:
    take_in(store, key="a", serial="AB-12 34")
    take_in(store, key="b", serial="ab1234")
    assert len(rows(store, Device)) == 1
    take_in(store, key="c", serial="0000")
    take_in(store, key="d", serial="0000")
    assert len(rows(store, Device)) == 3


def test_a_device_of_another_customer_is_not_taken_over(store: Store) -> None:
    take_in(store, key="a")
    errors = refused(store, key="b", name="Paul Durand", phone="06 99 99 99 99", device_id="1")
    assert "another customer" in errors["serial"]
    take_in(store, key="c", name="Paul Durand", phone="06 99 99 99 99")
    assert len(rows(store, Device)) == 2


def test_what_only_the_database_knows_is_refused_together(store: Store) -> None:
    errors = refused(store, device_type="submarine", intake_amount="nothing", comeback_of=ticket_number.make(2026, 77))
    assert set(errors) == {"device_type", "intake_amount", "comeback_of"}
    assert rows(store, Party) == []


def test_an_imei_is_checked_for_a_type_that_only_this_shop_has(store: Store) -> None:

    store.write(
        lambda session: session.add(DeviceType(code="satphone", names={"fr": "Téléphone satellite"}, has_imei=True))
    )
    assert "Luhn" in refused(store, device_type="satphone", serial="490154203237519")["serial"]


def test_a_diagnostic_fee_needs_a_tariff_in_force(store: Store) -> None:
    take_in(store, key="a", amount="25", nature="diagnostic_fee", means="card")

    def close_the_tariff(session: Session) -> None:
        session.exec(select(IntakeAmountType).where(IntakeAmountType.code == "diagnostic")).one().active = False

    store.write(close_the_tariff)
    assert "tariff" in refused(store, key="b", amount="25", nature="diagnostic_fee", means="card")["nature"]


def test_cash_above_the_limit_that_the_shop_keeps_is_refused(store: Store) -> None:
    def lower_the_limit(session: Session) -> None:
        session.exec(select(CountryRule).where(CountryRule.key == "cash.limit")).one().value = 2000

    store.write(lower_the_limit)
    assert "20.00" in refused(store, intake_amount="workshop", means="cash")["means"]
    take_in(store, intake_amount="workshop", means="card")


def test_brand_model_and_fault_are_learnt(store: Store) -> None:
    take_in(store, key="a", brand="Brandt", model="WT-1", fault="Ne vidange  plus")
    take_in(store, key="b", brand="BRANDT", model="wt 1", fault="sent le brûlé")
    take_in(store, key="c", brand="Brandt", model="WT-1", fault="une longue histoire " * 10)
    with store.read() as session:
        brand = session.exec(select(Brand)).one()
        model = session.exec(select(DeviceModel)).one()
        used = {f.text: f.uses for f in session.exec(select(FrequentFault).where(FrequentFault.uses > 0))}
    assert (brand.name, brand.uses, model.uses) == ("Brandt", 3, 3)
    assert used == {"ne vidange plus": 1, "sent le brûlé": 1}


def test_text_from_people_is_kept_word_for_word(store: Store) -> None:
    fault = "[red]%s {x}\n'; DROP TABLE party; --" + "é" * 2900
    received = take_in(store, name="[bold]O'Neil & Fils [/]", fault=fault, ready_channel="sms", receipt="x")
    assert order_of(store, received).reported_fault == fault
    party = only(store, Party)
    assert isinstance(party, Party) and party.name == "[bold]O'Neil & Fils [/]"


def test_under_guarantee_is_repaired_out_of_it_is_paid(store: Store) -> None:
    under = order_of(store, take_in(store, key="a", purchased_on="22/11/2024"))
    assert (under.kind, under.parts_in_warranty, under.labour_in_warranty) == (OrderKind.LEGAL_GUARANTEE, True, True)
    over = order_of(store, take_in(store, key="b", serial="99887766", purchased_on="20/11/2024"))
    assert (over.kind, over.parts_in_warranty) == (OrderKind.PAID, False)
    said = order_of(store, take_in(store, key="c", purchased_on="22/11/2024", warranty="parts"))
    assert (said.kind, said.parts_in_warranty, said.labour_in_warranty) == (OrderKind.PAID, True, False)


def test_a_comeback_is_linked_to_the_finished_order_of_the_same_customer(store: Store) -> None:
    first = take_in(store, key="a")
    assert "not finished" in refused(store, key="b", comeback_of=first.number)["comeback_of"]

    def finish(session: Session) -> None:
        order = session.get_one(RepairOrder, first.order_id)
        order.completed_at, order.state = order.opened_at, OrderState.COMPLETED

    store.write(finish)
    suspected = order_of(store, take_in(store, key="c"))
    assert suspected.comeback_suspected and suspected.origin_order_id is None
    linked = order_of(store, take_in(store, key="d", comeback_of=first.number))
    assert (linked.kind, linked.origin_order_id) == (OrderKind.REPAIR_GUARANTEE, first.order_id)
    other = refused(store, key="e", name="Paul", phone="06 99 99 99 99", comeback_of=first.number)
    assert other == {"comeback_of": "This order is another customer's"}


def test_nothing_is_left_of_an_intake_that_failed(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    before = {table: len(rows(store, table)) for table in (Party, Counter, FrequentFault, Brand)}

    def fail(*_arguments: object) -> None:
        raise OSError("the power went")

    monkeypatch.setattr(intake_module, "react", fail)
    with pytest.raises(OSError, match="the power went"):
        take_in(store, secret="9137", amount="30", means="card", receipt="x")
    for table in (RepairOrder, OrderEvent, Payment, Device, Message, PrintJob, CustodyEvent):
        assert rows(store, table) == [], table
    assert {table: len(rows(store, table)) for table in before} == before
    with store.read() as session:
        assert list(keyring_of(session).names()) == []


def _killed_before_the_commit(url: str) -> None:
    def die(*_arguments: object) -> None:
        os._exit(9)

    intake_module.react = die  # type: ignore[assignment]
    take_in(Store(url), secret="9137", amount="30", means="card")


def test_a_kill_before_the_commit_leaves_a_key_that_opens_nothing(
    store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONVISAV_HOME", str(tmp_path))
    killed = process(_killed_before_the_commit, store.url)
    killed.start()
    killed.join(60)
    assert killed.exitcode == 9
    assert rows(store, RepairOrder) == rows(store, Payment) == rows(store, Party) == []
    received = take_in(store)
    assert received.number == ticket_number.make(2026, 1)
    with store.read() as session:
        assert [name for name, _at in keyring_of(session).names()] == [f"order-{received.number}"]
        assert destroy_orphan_keys(session, now() + timedelta(days=3650)) == 1
    assert order_of(store, take_in(store, key="next", secret="1111")).secret_state is SecretState.STORED


def test_the_unlock_code_stands_nowhere_in_the_database(store: Store, tmp_path: Path) -> None:
    take_in(store, secret_kind="text", secret="Zx9-Qw7!", ready_channel="sms", receipt="x", labels="1")
    dump = everything_in(store)
    assert "Zx9-Qw7!" not in dump
    assert "Lefèvre" in dump
    (key,) = (tmp_path / "keys").iterdir()
    assert key.stat().st_mode & 0o777 == 0o600
    assert key.parent.stat().st_mode & 0o777 == 0o700


def test_a_message_told_is_the_same_when_asked_again(store: Store) -> None:
    received = take_in(store, ready_channel="sms")
    assert received.messages == [Told(Channel.SMS, "+33612345678")]


def _twenty_five(url: str, station: int, start: object) -> None:
    store = Store(url)
    start.wait(60)  # type: ignore[attr-defined]
    for count in range(25):
        fields = {"name": f"Client {station}-{count}", "serial": f"SN-{station}-{count}", "receipt": "x"}
        form = parse_intake(raw(**fields), SHOP)

        def operation(session: Session, form: object = form, count: int = count) -> Received:
            return receive(session, form, CLERK, SHOP, f"{station}-{count}")  # type: ignore[arg-type]

        store.write(operation)
    store.close()


def test_four_stations_number_a_hundred_orders_without_a_gap(store: Store) -> None:
    start = barrier(4)
    stations = [process(_twenty_five, store.url, station, start) for station in range(4)]
    for station in stations:
        station.start()
    for station in stations:
        station.join(120)
    assert [station.exitcode for station in stations] == [0, 0, 0, 0]
    with store.read() as session:
        numbers = sorted(session.exec(select(RepairOrder.number)).all())
        events = session.exec(select(func.count()).select_from(OrderEvent)).one()
        jobs = session.exec(select(func.count()).select_from(PrintJob)).one()
    assert numbers == [ticket_number.make(2026, counter) for counter in range(1, 101)]
    assert (events, jobs) == (100, 200)
