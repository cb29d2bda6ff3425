"""The intake form on a desk without a terminal, over a real store: what keys do, and what is saved."""

from __future__ import annotations

import pytest
from sqlmodel import select

from convisav_tui.screens.counter import Counter
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Device, DeviceSecret, Party, Payment, PrintJob, SecretState
from convisav_tui.ticket_number import show
from tests.screens.intake_bench import IMEI, IntakeBench, orders, repaired


def party(store: Store, name: str) -> Party:
    with store.read() as session:
        return session.exec(select(Party).where(Party.name == name)).one()


def test_known_customer_with_his_latest_device_takes_four_keys(bench: IntakeBench, store: Store) -> None:
    bench.type("hélène\r")
    assert bench.focus == "device"
    bench.press("enter")
    assert bench.focus == "fault"
    assert bench.value("model") == "WCD320" and bench.value("purchased_on") == "12/03/2023"
    bench.type("fuit par le bas")
    bench.press("ctrl+s")
    order = orders(store)[0]
    assert (order.reported_fault, order.party_id) == ("fuit par le bas", party(store, "Hélène Lefèvre").id)
    assert bench.taken == [order.number]
    assert "taken in, label and receipt sent to the printer" in bench.status
    assert "the board" in bench.text()
    with store.read() as session:
        assert len(session.exec(select(PrintJob)).all()) == 2


def test_customer_is_found_by_phone_digits_and_shows_his_repairs(bench: IntakeBench) -> None:
    bench.type("061234")
    assert "Hélène Lefèvre" in bench.text() and "Paul Lefebvre" in bench.text() and "2 rep." in bench.text()
    bench.type("56")
    assert "Paul Lefebvre" not in bench.text()


@pytest.mark.parametrize(
    ("typed", "field", "first_missing"),
    [
        ("06 99 88 77 66", "phone", "name"),
        ("marie@example.org", "email", "name"),
        ("Marie Curie", "name", "phone"),
    ],
)
def test_new_customer_what_was_typed_goes_to_its_field(
    bench: IntakeBench, typed: str, field: str, first_missing: str
) -> None:
    bench.type(typed + "\r")
    assert bench.value(field) == typed
    assert bench.focus == first_missing
    assert "new customer" in bench.line(1)


def test_new_customer_and_new_device_are_created_with_all_that_was_agreed(bench: IntakeBench, store: Store) -> None:
    bench.type("06 99 88 77 66\r")
    bench.type("Marie Curie\r")
    bench.type("marie@example.org\r")
    bench.type("wash\r")
    assert (bench.focus, bench.value("type")) == ("brand", "Washing machine")
    bench.type("Bosch\rWAN28\rSN-4711\r\rfuit\rcordon\rrayures\r")
    assert bench.focus == "cap"
    bench.type("150\r")
    assert bench.value("quote_channel") == "sms" == bench.value("ready_channel")
    assert bench.focus == "intake_amount"
    bench.press("w")
    assert bench.value("amount") and bench.value("nature")
    bench.press("ctrl+s")
    order = orders(store)[0]
    made = party(store, "Marie Curie")
    assert (made.phone_e164, made.email) == ("+33699887766", "marie@example.org")
    assert (order.party_id, order.cap, order.quote_requested) == (made.id, 15000, True)
    assert order.ready_channel.value == "sms"
    assert (order.accessories, order.intake_condition) == ("cordon", "rayures")
    with store.read() as session:
        device = session.get_one(Device, order.device_id)
        assert (device.brand, device.model, device.serial) == ("Bosch", "WAN28", "SN-4711")
        payment = session.exec(select(Payment)).one()
        assert payment.amount > 0 and payment.means.value == "card"


def test_unpicked_name_is_a_new_customer_and_keeps_nothing_of_the_last_one(bench: IntakeBench) -> None:
    bench.type("helene\r")
    assert bench.value("phone") == "06 12 34 56 78"
    bench.press("f9", "ctrl+u")
    bench.type("Zoé Zed\r")
    assert (bench.value("name"), bench.value("phone"), bench.focus) == ("Zoé Zed", "", "phone")


def test_another_customer_takes_the_first_ones_device_away(bench: IntakeBench) -> None:
    bench.type("helene\r\r")
    assert bench.value("model") == "WCD320"
    bench.press("f9", "ctrl+u")
    bench.type("paul\r")
    assert (bench.value("phone"), bench.value("model"), bench.value("device")) == ("06 12 34 99 01", "", "")


def test_from_an_earlier_order_only_the_fault_is_typed(counter: Counter, store: Store) -> None:
    washer = repaired(store)
    bench = IntakeBench(counter, from_order=washer.number)
    assert (bench.focus, bench.value("customer"), bench.value("model")) == ("fault", "Hélène Lefèvre", "WCD320")
    bench.type("fuit")
    bench.press("ctrl+s")
    assert orders(store)[0].device_id == washer.device_id


def test_untouched_form_closes_without_a_draft(counter: Counter, store: Store) -> None:
    bench = IntakeBench(counter, from_order=orders(store)[0].number)
    bench.press("escape", "f5")
    assert "Nothing is parked" in bench.text()


def test_scan_of_an_old_label_brings_its_customer_and_device(bench: IntakeBench, store: Store) -> None:
    washer = repaired(store)
    bench.scan(washer.number)
    assert (bench.focus, bench.value("customer"), bench.value("model")) == ("fault", "Hélène Lefèvre", "WCD320")
    assert bench.scans == []


def test_scan_of_a_label_once_a_customer_is_chosen_is_the_programs(bench: IntakeBench, store: Store) -> None:
    number = orders(store)[0].number
    bench.type("paul\r")
    bench.press("pagedown")
    bench.scan(number)
    assert bench.scans == [number]
    assert bench.value("fault") == ""


def test_scan_of_a_known_imei_brings_device_and_owner(bench: IntakeBench) -> None:
    bench.press("pagedown")
    bench.scan(IMEI)
    assert (bench.value("customer"), bench.value("model")) == ("Hélène Lefèvre", "iPhone 12")


def test_scan_of_a_new_imei_proposes_its_model(bench: IntakeBench) -> None:
    bench.type("paul\r")
    bench.scan("353328111234561")
    assert (bench.value("brand"), bench.value("model")) == ("Samsung", "Galaxy S21")
    assert bench.value("serial") == "353328111234561"
    assert bench.intake.form.state["device_type"] == "phone"


def test_imei_with_a_wrong_digit_is_said_beside_the_field(bench: IntakeBench) -> None:
    bench.type("paul\rphone\r")
    bench.press("tab", "tab")
    assert bench.focus == "serial"
    bench.type("490154203237519\r")
    assert "Luhn" in bench.text()


def test_serial_of_another_customers_device_is_asked_about(bench: IntakeBench) -> None:
    bench.type("paul\rwash\r")
    bench.press("tab", "tab")
    bench.scan("12345678")
    assert "This is Miele WCD320 of Hélène Lefèvre: take both?" in bench.text()
    bench.answer("n")
    assert bench.value("customer") == "Paul Lefebvre"
    bench.press("shift+tab", "end", "backspace", "8", "enter")
    bench.answer("y")
    assert (bench.value("customer"), bench.value("model")) == ("Hélène Lefèvre", "WCD320")


def test_warranty_is_said_before_the_fault_and_forks_the_quote(bench: IntakeBench) -> None:
    bench.type("paul\rwash\r")
    assert bench.value("quote_requested")
    bench.press("tab", "tab", "tab")
    bench.type("12/03/2026\r")
    assert bench.focus == "fault"
    assert "parts and labour until 12/03/2028" in bench.text()
    assert not bench.value("quote_requested")
    bench.press("shift+tab", "right")
    assert bench.value("warranty") == "none"
    assert bench.value("quote_requested")


def test_out_of_warranty_is_said_and_asks_for_a_quote(bench: IntakeBench) -> None:
    bench.type("helene\r\r")
    assert "over since 12/03/2025" in bench.text()
    assert bench.value("quote_requested")


def test_deposit_presets_give_amount_and_nature_and_none_takes_them_back(bench: IntakeBench) -> None:
    bench.type("paul\rwash\r")
    bench.press("f7")
    assert bench.focus == "intake_amount"
    bench.press("right")
    assert bench.value("amount") and "down payment" in bench.text()
    bench.press("left")
    assert bench.value("amount") == ""
    assert "down payment" not in bench.text()


def test_unlock_code_is_dots_and_encrypted(bench: IntakeBench, store: Store) -> None:
    bench.type("helene\r")
    bench.press("down", "enter")
    assert "Code" in bench.text()
    bench.press(*["shift+tab"] * 2)
    assert bench.focus == "secret_kind"
    bench.press("p", "tab")
    assert bench.focus == "secret"
    bench.type("4711")
    assert "4711" not in bench.text() and "••••" in bench.text()
    bench.press("pagedown")
    bench.type("écran cassé")
    bench.press("ctrl+s")
    assert orders(store)[0].secret_state is SecretState.STORED
    with store.read() as session:
        assert "4711" not in session.exec(select(DeviceSecret)).one().ciphertext


def test_washing_machine_has_no_unlock_code(bench: IntakeBench) -> None:
    bench.type("helene\r\r")
    assert " Code " not in bench.text()


def test_suspected_comeback_is_said_and_taken_with_one_chord(bench: IntakeBench, store: Store) -> None:
    bench.type("helene\r\r")
    assert "⚠ repaired 01/11/2026" in bench.text() and "Ctrl+R" in bench.text()
    bench.type("ne vidange plus\r")
    assert "same fault" in bench.text()
    bench.press("ctrl+r")
    assert f"✓ comeback of {show(repaired(store).number)}" in bench.text()
    assert not bench.value("quote_requested")
    bench.press("ctrl+s")
    order = orders(store)[0]
    assert order.origin_order_id == repaired(store).id


def test_comeback_can_be_taken_back(bench: IntakeBench) -> None:
    bench.type("helene\r\r")
    bench.press("ctrl+r", "ctrl+r")
    assert bench.value("comeback_of") == "" and bench.value("quote_requested")


def test_earlier_orders_of_the_device_are_shown(bench: IntakeBench, store: Store) -> None:
    bench.type("helene\r")
    bench.press("down", "enter")
    earlier = next(order for order in orders(store) if order.id != repaired(store).id)
    assert "Earlier" in bench.text() and show(earlier.number) in bench.text()


def test_frequent_faults_are_offered_and_never_picked_by_enter_alone(bench: IntakeBench) -> None:
    bench.type("helene\r\r")
    assert len(bench.intake.form._panel.suggestions) > 2
    first = bench.intake.form._panel.suggestions[0].text
    bench.press("down", "enter")
    assert bench.value("fault") == first


def test_page_keys_go_from_part_to_part(bench: IntakeBench) -> None:
    visited = []
    for _ in range(7):
        bench.press("pagedown")
        visited.append(bench.focus)
    assert visited == ["device", "fault", "quote_requested", "intake_amount", "labels", "street", "customer"]
    bench.press("pageup")
    assert bench.focus == "street"


def test_second_intake_on_top_leaves_the_first_as_it_was(bench: IntakeBench, store: Store) -> None:
    bench.type("helene\r\r")
    bench.type("premier")
    bench.press("f2")
    assert bench.value("customer") == ""
    bench.type("paul\rwash\r")
    bench.press("pagedown")
    bench.type("second")
    bench.press("ctrl+s")
    assert bench.value("fault") == "premier"
    bench.press("ctrl+s")
    assert [order.reported_fault for order in orders(store)[:2]] == ["premier", "second"]


def test_f2_on_an_empty_form_opens_no_second_one(bench: IntakeBench) -> None:
    bench.press("f2")
    assert "still empty" in bench.status
    assert len(bench.desk.views) == 2
