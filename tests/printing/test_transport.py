from __future__ import annotations

import socket

import pytest

from convisav_tui.printing.transport import (
    Delivery,
    DeliveryKind,
    Patience,
    Unreachable,
    connect,
    deliver,
    parse_address,
)
from tests.fake_printer import FakePrinter, Mood, fake_printer, free_port
from tests.waiting import wait_until

SMALL = b"\x00" * 20_000
LARGE = b"\x00" * 8_000_000
SHORT = Patience(connect=1.0, stall=0.4, job=5.0, goodbye=0.4)
LONG = Patience(connect=10.0, stall=30.0, job=60.0, goodbye=30.0)
NEVER_END = (Mood.HANG, Mood.FULL, Mood.MUTE)


def send(printer: FakePrinter, job: bytes) -> Delivery:
    patience = SHORT if printer.mood in NEVER_END else LONG
    return deliver(connect(parse_address(printer.address), patience), job, patience)


def test_a_printer_that_reads_all_and_closes_has_it() -> None:
    with fake_printer() as printer:
        assert send(printer, SMALL) == Delivery(DeliveryKind.SENT, len(SMALL))
        assert printer.jobs == [SMALL]


def test_a_slow_printer_is_given_its_time() -> None:
    with fake_printer(Mood.SLOW) as printer:
        assert send(printer, SMALL).kind is DeliveryKind.SENT
        assert printer.jobs == [SMALL]


def test_ipv6() -> None:
    with fake_printer(host="::1") as printer:
        assert send(printer, SMALL).kind is DeliveryKind.SENT


def test_nobody_there_is_refused_at_once() -> None:
    with pytest.raises(Unreachable) as caught:
        connect(parse_address(f"tcp://127.0.0.1:{free_port()}"), SHORT)
    assert caught.value.delivery.kind is DeliveryKind.REFUSED
    assert caught.value.delivery.bytes_sent == 0


def test_a_dead_host_is_given_up_after_the_connect_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float | None] = []

    def swallow(self: socket.socket, _target: object) -> None:
        waited.append(self.gettimeout())
        raise TimeoutError

    monkeypatch.setattr(socket.socket, "connect", swallow)
    with pytest.raises(Unreachable) as caught:
        connect(parse_address("tcp://192.0.2.1:9100"), SHORT)
    assert caught.value.delivery.kind is DeliveryKind.NOT_CONNECTED
    assert waited and all(seconds is not None and seconds <= SHORT.connect for seconds in waited)


def test_an_unknown_name_says_so() -> None:
    with pytest.raises(Unreachable, match="not known on this network"):
        connect(parse_address("tcp://no-such-printer.invalid:9100"), SHORT)


@pytest.mark.parametrize("mood", [Mood.HANG, Mood.FULL])
def test_a_printer_that_stops_reading_leaves_the_job_in_doubt(mood: Mood) -> None:
    with fake_printer(mood) as printer:
        small = send(printer, SMALL)
        large = send(printer, LARGE)
    assert small.kind in (DeliveryKind.UNCONFIRMED, DeliveryKind.INTERRUPTED)
    assert large.kind is DeliveryKind.INTERRUPTED
    assert 0 < large.bytes_sent < len(LARGE)
    assert f"after {large.bytes_sent} of {len(LARGE)} bytes" in large.reason


@pytest.mark.parametrize("mood", [Mood.RESET, Mood.CLOSE_EARLY])
def test_a_broken_connection_is_never_sent(mood: Mood) -> None:
    with fake_printer(mood) as printer:
        delivery = send(printer, LARGE)
    assert delivery.kind is DeliveryKind.INTERRUPTED
    assert delivery.bytes_sent > 0


def test_all_read_but_never_closed_is_not_confirmed() -> None:
    with fake_printer(Mood.MUTE) as printer:
        assert send(printer, SMALL).kind is DeliveryKind.UNCONFIRMED
        assert printer.jobs == [SMALL]


def test_a_job_that_was_given_up_is_not_delivered_later() -> None:
    """What the kernel still holds is thrown away: a printer that wakes up finds a broken job, not one more label."""
    with fake_printer(Mood.HANG) as printer:
        send(printer, LARGE)
        [connection] = printer._held
        with pytest.raises(ConnectionResetError):
            while connection.recv(1 << 20):
                pass


@pytest.mark.parametrize(
    ("text", "host", "port", "snmp_port"),
    [
        ("tcp://192.168.1.40:9100", "192.168.1.40", 9100, 161),
        ("tcp://printer", "printer", 9100, 161),
        ("printer:9101", "printer", 9101, 161),
        ("tcp://[fe80::1]:9100", "fe80::1", 9100, 161),
        ("tcp://printer:9100?snmp=off", "printer", 9100, 0),
        ("tcp://printer:9100?snmp=1161", "printer", 9100, 1161),
    ],
)
def test_addresses(text: str, host: str, port: int, snmp_port: int) -> None:
    address = parse_address(text)
    assert (address.host, address.port, address.snmp_port) == (host, port, snmp_port)


@pytest.mark.parametrize("text", ["", "usb://0x04f9:0x209b", "tcp://", "tcp://host:99999", "tcp://h:9100?snmp=x"])
def test_wrong_addresses_are_named(text: str) -> None:
    with pytest.raises(ValueError, match="is no printer address"):
        parse_address(text)


def test_the_fake_printer_prints_nothing_of_a_reset_job() -> None:
    with fake_printer(Mood.RESET) as printer:
        send(printer, LARGE)
        wait_until(lambda: printer.torn)
        assert printer.jobs == []
