from __future__ import annotations

import socket
import threading
from collections.abc import Iterator

import pytest

from convisav_tui.printing import snmp
from convisav_tui.printing.media import MEDIA
from convisav_tui.printing.status import (
    STATUS_OBJECT,
    UNKNOWN,
    Condition,
    StatusReader,
    decode,
    in_sentence,
    wrong_roll,
)
from convisav_tui.printing.transport import Address
from tests.fake_printer import StatusAgent, free_port, status_octets


@pytest.fixture
def agent() -> Iterator[StatusAgent]:
    answering = StatusAgent()
    yield answering
    answering.close()


def place(port: int) -> Address:
    return Address("127.0.0.1", 9100, port)


@pytest.mark.parametrize(
    ("octets", "condition"),
    [
        (status_octets(), Condition.READY),
        (status_octets(phase=1), Condition.PRINTING),
        (status_octets(width=0, error_1=0x01, kind=0), Condition.NO_MEDIA),
        (status_octets(error_1=0x02), Condition.MEDIA_END),
        (status_octets(error_2=0x10), Condition.COVER_OPEN),
        (status_octets(error_2=0x11, error_1=0x01), Condition.COVER_OPEN),
        (status_octets(error_1=0x04), Condition.CUTTER_JAM),
        (status_octets(error_2=0x40), Condition.CANNOT_FEED),
        (status_octets(error_1=0x80), Condition.ERROR),
        (b"", Condition.UNKNOWN),
        (b"x" * 32, Condition.UNKNOWN),
    ],
)
def test_the_status_is_read(octets: bytes, condition: Condition, agent: StatusAgent) -> None:
    assert decode(octets).condition is condition
    if octets:
        agent.octets = octets
        assert StatusReader().ask(place(agent.port)).condition is condition
    assert in_sentence(decode(octets)).endswith(".")


def test_a_wrong_roll_is_told_by_what_is_loaded_and_what_is_needed() -> None:
    status = decode(status_octets(width=29, length=90))
    assert status.holds(MEDIA["29x90"])
    assert not status.holds(MEDIA["62"])
    assert wrong_roll(status, MEDIA["62"]) == (
        "The printer holds the 29 × 90 mm labels; this needs the 62 mm roll: change the roll."
    )
    assert decode(status_octets()).holds(MEDIA["62red"])
    assert UNKNOWN.holds(MEDIA["62"])


def test_no_agent_is_unknown_and_not_asked_again() -> None:
    reader = StatusReader()
    assert reader.ask(place(free_port())) == UNKNOWN
    assert reader.ask(place(0)) == UNKNOWN


def test_a_silent_agent_is_left_alone_for_a_while(agent: StatusAgent) -> None:
    reader = StatusReader(seconds=0.05)
    assert reader.ask(place(agent.port)) == UNKNOWN
    assert reader.ask(place(agent.port)) == UNKNOWN
    assert agent.asked == 1


def test_settling_waits_until_the_printer_no_longer_prints(agent: StatusAgent) -> None:
    agent.octets = status_octets(phase=1)
    agent.later = [status_octets(phase=1), status_octets(error_1=0x02)]
    status = StatusReader().settle(place(agent.port), 5.0, threading.Event())
    assert status.condition is Condition.MEDIA_END
    assert agent.asked == 3


@pytest.mark.parametrize("datagram", [b"", b"\x30", b"\x30\x05abc", b"\xff" * 40, b"\x30\x82\xff\xff\x02"])
def test_garbage_from_the_network_is_no_answer(datagram: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        snmp.read_answer(datagram)


def test_requests_are_well_formed_for_large_numbers() -> None:
    for number in (0, 1, 127, 128, 255, 256, 2**31 - 1):
        datagram = snmp.request(number, STATUS_OBJECT)
        assert datagram[0] == 0x30 and datagram[1] == len(datagram) - 2
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM):
        assert snmp._object("1.3.6.1.4.1.2435.3")[:6] == bytes((0x2B, 6, 1, 4, 1, 0x93))
