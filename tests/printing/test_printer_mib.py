"""Printers of any make that tell their state by SNMP, through a real agent; and agents that tell nonsense."""

from __future__ import annotations

import random
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from convisav_tui.config import PrinterConfig
from convisav_tui.printing import printer_mib, snmp
from convisav_tui.printing.line import Waits, line_to
from convisav_tui.printing.media import MediaKind
from convisav_tui.printing.present_state import state_of
from convisav_tui.printing.sizes import A4
from convisav_tui.printing.status import STATUS_OBJECT, UNKNOWN, Condition, PrinterStatus, StatusReader, in_sentence
from convisav_tui.printing.transport import Address
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import status_octets
from tests.office_printer import PRINT_JOB, OfficePrinter, office_printer
from tests.printer_agent import PRINTER, PrinterAgent, missing, printer, printer_agent
from tests.printing.shop_with_printers import Shop
from tests.talking_printers import receipt_printer
from tests.waiting import wait_until

A4_TRAY = (500, 250, "iso-a4", (297000, 210000))
EMPTY_TRAY = (500, 0, "iso-a4", (297000, 210000))
A5_TRAY = (250, 250, "", (210000, 148000))


@pytest.fixture(scope="module")
def agent(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrinterAgent]:
    if missing():
        pytest.skip(missing())
    with printer_agent(tmp_path_factory.mktemp("agent")) as answering:
        answering.tell(printer())
        wait_until(lambda: ask(answering).known, 10.0, "snmpd answers")
        yield answering


def reader() -> StatusReader:
    return StatusReader(seconds=5.0, silence=0.0)


def ask(agent: PrinterAgent) -> PrinterStatus:
    return reader().ask_any_make(Address("127.0.0.1", 9100, agent.port))


@pytest.mark.parametrize(
    ("rows", "condition", "warnings", "words"),
    [
        (printer(), Condition.READY, (), "ready"),
        (printer(status=4), Condition.PRINTING, (), "printing"),
        (printer("40", device=5, status=1), Condition.NO_PAPER, (), "out of paper"),
        (printer("08", device=5, status=1), Condition.COVER_OPEN, (), "cover is open"),
        (printer("00", device=5, status=1, covers=(4, 5)), Condition.COVER_OPEN, (), "cover is open"),
        (printer("04", device=5, status=1), Condition.PAPER_JAM, (), "jammed"),
        (printer("10", device=5, status=1), Condition.NO_TONER, (), "no more toner"),
        (printer("02", device=5, status=1), Condition.OFFLINE, (), "off line"),
        (printer("01", device=5, status=1), Condition.ERROR, (), "reports an error"),
        (printer("00 04", device=5, status=1), Condition.NO_PAPER, (), "out of paper"),
        (printer("00", device=5, status=1, alerts=((3, 809, "Load A5"),)), Condition.OTHER_PAPER, (), "“Load A5”"),
        (printer("20", device=3), Condition.READY, (Condition.TONER_LOW,), "running low"),
        (printer("40", device=3, trays=(A4_TRAY, EMPTY_TRAY)), Condition.READY, (Condition.TRAY_EMPTY,), "is empty"),
        (printer(trays=((500, 40, "", (0, 0)),)), Condition.READY, (Condition.PAPER_LOW,), "Paper is running low"),
        (printer(trays=((500, -3, "", (0, 0)),)), Condition.READY, (), "ready"),
        (printer("08", device=None, status=1), Condition.COVER_OPEN, (), "cover is open"),
        (printer("20", device=None, status=3), Condition.READY, (Condition.TONER_LOW,), "running low"),
        (
            printer("20", device=3, alerts=((4, 1104, "Toner\x07 low"), (3, 8, "x"))),
            Condition.READY,
            (Condition.TONER_LOW, Condition.PAPER_JAM),
            "“Toner low / x”",
        ),
    ],
)
def test_what_a_printer_of_any_make_tells_becomes_words(
    agent: PrinterAgent,
    rows: dict[str, tuple[str, str]],
    condition: Condition,
    warnings: tuple[Condition, ...],
    words: str,
) -> None:
    agent.tell(rows)
    status = ask(agent)
    assert (status.condition, status.warnings) == (condition, warnings)
    assert words in in_sentence(status)


def test_the_paper_in_its_trays_is_told(agent: PrinterAgent) -> None:
    a5 = replace(A4, name="A5", width_mm=148, length_mm=210, kind=MediaKind.SHEET)
    agent.tell(printer(trays=(A5_TRAY, A4_TRAY)))
    both = ask(agent)
    assert both.loaded_mm == (210, 297) and both.holds(A4) and both.holds(a5)
    agent.tell(printer(trays=(A5_TRAY, EMPTY_TRAY, (100, 50, "na-letter-white", (-2, -2)))))
    small = ask(agent)
    assert small.trays_mm == {(148, 210), (216, 279)} and not small.holds(A4)


def test_a_print_server_and_another_device_are_no_printer(agent: PrinterAgent) -> None:
    agent.tell(printer() | {f"{PRINTER}.1.1.2": ("integer", "3")})
    assert ask(agent) == UNKNOWN
    agent.tell({})
    assert ask(agent) == UNKNOWN


def test_a_label_printer_without_brothers_object_tells_what_others_do(agent: PrinterAgent) -> None:
    place = Address("127.0.0.1", 9100, agent.port)
    agent.tell(printer("08", device=5, status=1))
    assert reader().ask(place).condition is Condition.COVER_OPEN
    agent.tell({STATUS_OBJECT: ("octet", status_octets(error_1=1).hex(" "))})
    assert reader().ask(place).condition is Condition.NO_MEDIA


# --- beside what the printer says on its own line ---


@pytest.fixture
def office() -> Iterator[OfficePrinter]:
    with office_printer() as working:
        yield working


def config(office: OfficePrinter, agent: PrinterAgent) -> PrinterConfig:
    return PrinterConfig("office", f"{office.address}?snmp={agent.port}", "ipp", "any", ("A4",), ("paper", "receipt"))


def test_an_office_printer_with_an_open_cover_gets_nothing_until_it_is_closed(
    open_shop: Callable[..., Shop], office: OfficePrinter, agent: PrinterAgent
) -> None:
    shop = open_shop(config(office, agent))
    agent.tell(printer("08", device=5, status=1, alerts=((3, 3, "Close door B"),)))
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.QUEUED
    assert shop.job(job).last_error == "The printer's cover is open: close it. It says: “Close door B”."
    assert PRINT_JOB not in office.asked
    agent.tell(printer("20", device=3))
    shop.clock.forward(2)
    shop.print()
    assert shop.state(job) is JobState.SENT
    assert state_of(config(office, agent)).sentence == "The printer is ready. Toner or ink is running low."


def test_a_jam_over_the_job_asks_for_a_person(
    open_shop: Callable[..., Shop], office: OfficePrinter, agent: PrinterAgent, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop = open_shop(config(office, agent))
    agent.tell(printer())
    office.job_state = 6
    real = office._print

    def jams(*arguments: object) -> None:
        agent.tell(printer("04", device=5, status=1))
        real(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(office, "_print", jams)
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.NEEDS_ATTENTION and "Paper is jammed" in shop.job(job).last_error


def test_wrong_paper_is_told_where_ipp_says_nothing_of_it(office: OfficePrinter, agent: PrinterAgent) -> None:
    office.media = []
    agent.tell(printer(trays=(A5_TRAY,)))
    assert "paper of 148 × 210 mm; this needs A4 paper" in state_of(config(office, agent)).sentence


def test_a_receipt_printer_that_says_nothing_on_its_line_is_asked_by_snmp(agent: PrinterAgent) -> None:
    with receipt_printer() as till:
        address = f"{till.address}?status=off&snmp={agent.port}"
        printing = PrinterConfig("till", address, "escpos", "203dpi", ("80mm",), ("receipt",))
        agent.tell(printer("40", device=5, status=1))
        assert "out of paper" in state_of(printing).sentence
        agent.tell({})
        line = line_to(printing, Waits(), reader())
        assert line.look() == UNKNOWN
        line.close()


@pytest.mark.parametrize(
    ("told", "mib", "expected"),
    [
        (Condition.ERROR, Condition.PAPER_JAM, Condition.PAPER_JAM),
        (Condition.SILENT, Condition.COVER_OPEN, Condition.COVER_OPEN),
        (Condition.SILENT, Condition.READY, Condition.SILENT),
        (Condition.NO_PAPER, Condition.PAPER_JAM, Condition.NO_PAPER),
        (Condition.READY, Condition.OFFLINE, Condition.READY),
        (Condition.READY, Condition.UNKNOWN, Condition.READY),
        (Condition.UNKNOWN, Condition.OFFLINE, Condition.OFFLINE),
    ],
)
def test_the_more_telling_word_counts(told: Condition, mib: Condition, expected: Condition) -> None:
    assert printer_mib.joined(PrinterStatus(told), PrinterStatus(mib)).condition is expected


# --- nonsense ---


class Nonsense:
    """Answers every datagram with what `answer` makes of it."""

    def __init__(self, answer: Callable[[bytes], bytes]) -> None:
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self._answer = answer
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                datagram, peer = self._socket.recvfrom(65535)
                self._socket.sendto(self._answer(datagram), peer)
            except OSError:
                return


def echoed(question: bytes) -> bytes:
    """The same names again, without end, as a good answer."""
    place = question.index(b"\xa1") if b"\xa1" in question else question.index(b"\xa0")
    return question[:place] + b"\xa2" + question[place + 1 :]


@pytest.mark.parametrize("answer", [echoed, lambda _question: b"", lambda question: question, lambda _q: b"\x30\x84"])
def test_an_agent_that_answers_nonsense_is_unknown(answer: Callable[[bytes], bytes]) -> None:
    agent = Nonsense(answer)
    try:
        assert StatusReader(0.2).ask_any_make(Address("127.0.0.1", 9100, agent.port)) == UNKNOWN
    finally:
        agent.close()


def test_an_agent_that_gives_the_same_row_for_ever_is_asked_no_more() -> None:
    asked: list[bytes] = []

    def stuck(question: bytes) -> bytes:
        asked.append(question)
        number = snmp.read_answer(echoed(question))[0]
        return echoed(snmp.request(number, f"{PRINTER}.1.1.1", f"{PRINTER}.1.2.1", kind=0xA1))

    agent = Nonsense(stuck)
    try:
        assert reader().ask_any_make(Address("127.0.0.1", 9100, agent.port)).condition is Condition.READY
        assert len(asked) < 10
    finally:
        agent.close()


def test_no_octets_end_the_program() -> None:
    """Good answers with octets changed, cut and added: read, or refused as what they are."""
    dice = random.Random(5)
    good = echoed(snmp.request(7, f"{PRINTER}.1.1", f"{PRINTER}.1.2", kind=0xA1))
    assert [name for name, _value in snmp.read_answer(good)[3]] == [f"{PRINTER}.1.1", f"{PRINTER}.1.2"]
    refused = 0
    for _try in range(3000):
        octets = bytearray(good)
        for _change in range(dice.randint(1, 6)):
            octets[dice.randrange(len(octets))] = dice.randrange(256)
        try:
            snmp.read_answer(bytes(octets[: dice.choice([len(octets), dice.randrange(len(octets))])]))
        except ValueError:
            refused += 1
    assert refused > 1000


def test_no_row_ends_the_program() -> None:
    dice = random.Random(6)

    def anything() -> snmp.Value:
        return dice.choice([None, -2, 0, 1, 3, 5, 8, 2**40, -(2**40), b"", b"\xff" * 9, "é\x1b".encode() * 200])

    names = (printer_mib._UNIT, printer_mib._FED, printer_mib._ACROSS, printer_mib._MOST, printer_mib._LEVEL)
    for _try in range(2000):
        rows = {str(row): {name: anything() for name in (*names, printer_mib._MEDIA_NAME)} for row in range(2)}
        alerts = {"1": {name: anything() for name in (printer_mib._SEVERITY, printer_mib._CODE, printer_mib._WORDS)}}
        own = {printer_mib._PRINTER_STATUS: anything(), printer_mib._ERRORS: anything()}
        status = printer_mib.read(own, anything(), {"1": {printer_mib._COVER: anything()}}, rows, alerts)
        assert status.known and in_sentence(status).endswith((".", "”.")) and len(status.said) <= 120
