from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from pypdf import PdfReader

from convisav_tui import ticket_number
from convisav_tui.config import PrinterConfig
from convisav_tui.printing import ipp
from convisav_tui.printing.ipp_line import IppLine
from convisav_tui.printing.ipp_status import read_status
from convisav_tui.printing.line import Payload, Waits
from convisav_tui.printing.status import Condition, in_sentence
from convisav_tui.printing.transport import DeliveryKind, Unreachable
from convisav_tui.shop.document import Document
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import free_port
from tests.office_printer import PRINT_JOB, OfficePrinter, office_printer
from tests.printing.papers import NUMBER
from tests.printing.shop_with_printers import HASTY, PATIENT, Shop

QUICK = replace(PATIENT, stall=0.5, job=1.0, goodbye=0.5)
LARGE = bytes(8_000_000)
LETTER = Document(
    kind="letter",
    title="Lettre à Élodie",
    number=ticket_number.make(2026, 5),
    dated="22/11/2026",
    language="fr",
    paragraphs=("Bonjour.",),
)


def config(address: str, roles: tuple[str, ...] = ("paper", "receipt")) -> PrinterConfig:
    return PrinterConfig("office", address, "ipp", "any", ("A4",), roles)


@pytest.fixture
def printer() -> Iterator[OfficePrinter]:
    with office_printer() as working:
        yield working


@pytest.fixture
def shop(open_shop: Callable[..., Shop], printer: OfficePrinter) -> Shop:
    return open_shop(config(printer.address))


def line(printer: OfficePrinter, hasty: bool = False) -> IppLine:
    return IppLine(printer.address, Waits(HASTY if hasty else PATIENT, settle=0.3))


def send(printer: OfficePrinter, octets: bytes, hasty: bool = False) -> DeliveryKind:
    over = line(printer, hasty)
    over.open()
    try:
        return over.send(Payload(octets, "one of a kind")).kind
    finally:
        over.close()


def test_receipts_and_documents_arrive_as_pdf(shop: Shop, printer: OfficePrinter) -> None:
    jobs = [shop.add(JobKind.RECEIPT, copies=2), shop.add(JobKind.PAPER, LETTER.as_content())]
    shop.print()
    assert [shop.state(job) for job in jobs] == [JobState.SENT] * 2
    texts = [PdfReader(io.BytesIO(document)).pages[0].extract_text() for document in printer.documents]
    assert ticket_number.show(NUMBER) in texts[0] and "Lettre à Élodie" in texts[1]
    assert [job.get("copies", "1") for job in printer.jobs] == ["2", "1"]
    assert {job["media"] for job in printer.jobs} == {"iso_a4_210x297mm"}
    assert len({job["job-name"] for job in printer.jobs}) == 2
    assert "Müller" not in str(printer.jobs)


def test_labels_are_no_business_of_an_office_printer(shop: Shop, printer: OfficePrinter) -> None:
    job = shop.add(JobKind.LABEL)
    shop.print()
    assert shop.state(job) is JobState.QUEUED and "No printer prints labels" in shop.job(job).last_error
    named = shop.add(JobKind.LABEL, printer="office")
    shop.print()
    assert shop.state(named) is JobState.NEEDS_ATTENTION
    assert printer.documents == []


@pytest.mark.parametrize(
    ("state", "reasons", "condition", "sentence"),
    [
        (5, ["media-empty-error"], Condition.NO_PAPER, "out of paper"),
        (5, ["media-empty"], Condition.NO_PAPER, "out of paper"),
        (3, ["media-needed-error"], Condition.OTHER_PAPER, "other paper"),
        (5, ["toner-low-warning", "cover-open"], Condition.COVER_OPEN, "cover is open"),
        (5, ["media-jam-error"], Condition.PAPER_JAM, "jammed"),
        (5, ["marker-supply-empty-error"], Condition.NO_TONER, "no more toner"),
        (5, ["paused"], Condition.PAUSED, "paused"),
        (5, ["other-error"], Condition.ERROR, "error"),
    ],
)
def test_nothing_is_sent_to_a_printer_that_stands(
    shop: Shop, printer: OfficePrinter, state: int, reasons: list[str], condition: Condition, sentence: str
) -> None:
    printer.state, printer.reasons, printer.message = state, reasons, "Tray 1\x1b[31m"
    assert line(printer).look().condition is condition
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.QUEUED and sentence in shop.job(job).last_error
    assert "\x1b" not in shop.job(job).last_error and "Tray 1" in shop.job(job).last_error
    assert PRINT_JOB not in printer.asked
    printer.state, printer.reasons = 3, ["none"]
    shop.clock.forward(2)
    shop.print()
    assert shop.state(job) is JobState.SENT and len(printer.documents) == 1


@pytest.mark.parametrize(
    ("reasons", "warnings"),
    [
        (["toner-low-warning", "media-low-report"], (Condition.TONER_LOW, Condition.PAPER_LOW)),
        (["media-empty-warning"], (Condition.TRAY_EMPTY,)),
        (["connecting-to-device"], (Condition.UNREACHED,)),
    ],
)
def test_what_does_not_stop_it_is_only_told(
    shop: Shop, printer: OfficePrinter, reasons: list[str], warnings: tuple[Condition, ...]
) -> None:
    printer.reasons = reasons
    status = line(printer).look()
    assert (status.condition, status.warnings) == (Condition.READY, warnings)
    assert in_sentence(status).startswith("The printer is ready. ")
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.SENT


def test_wrong_paper_keeps_the_job_back(shop: Shop, printer: OfficePrinter) -> None:
    printer.media = ["na_letter_8.5x11in"]
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.QUEUED
    assert "paper of 216 × 279 mm; this needs A4 paper" in shop.job(job).last_error
    assert IppLine(printer.address + "?media=any", Waits()).look().loaded_mm is None
    printer.media = ["na_letter_8.5x11in", "iso_a4_210x297mm"]
    shop.clock.forward(2)
    shop.print()
    assert shop.state(job) is JobState.SENT


def test_a_printer_that_takes_no_jobs_or_no_pdf_says_so(shop: Shop, printer: OfficePrinter) -> None:
    printer.accepting = False
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert "takes no jobs" in shop.job(job).last_error
    printer.accepting, printer.formats = True, ["image/jpeg"]
    shop.clock.forward(2)
    shop.print()
    assert "takes neither PDF nor PWG" in shop.job(job).last_error and shop.state(job) is JobState.QUEUED
    assert printer.documents == []


def test_a_busy_printer_is_tried_again_and_prints_once(shop: Shop, printer: OfficePrinter) -> None:
    printer.code = 0x0507
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert (shop.state(job), shop.outcomes(job)) == (JobState.QUEUED, ["refused"])
    assert "busy" in shop.job(job).last_error
    printer.code = 0
    shop.clock.forward(5)
    shop.print()
    assert (shop.state(job), len(printer.documents)) == (JobState.SENT, 1)


@pytest.mark.parametrize("mood", ["", "early"])
@pytest.mark.parametrize("code", [0x0400, 0x040A, 0x0500])
def test_a_refusal_is_one_also_when_it_comes_before_all_was_read(printer: OfficePrinter, mood: str, code: int) -> None:
    printer.mood, printer.code = mood, code
    assert send(printer, b"%PDF") is DeliveryKind.REFUSED
    assert printer.documents == []


@pytest.mark.parametrize("mood", ["reset", "full"])
def test_a_line_that_breaks_in_the_middle_leaves_the_job_in_doubt(printer: OfficePrinter, mood: str) -> None:
    printer.mood = mood
    assert send(printer, LARGE, hasty=True) is DeliveryKind.INTERRUPTED
    assert printer.documents == []


def test_an_answer_that_was_lost_is_asked_for(printer: OfficePrinter) -> None:
    printer.mood = "answer lost"
    assert send(printer, b"%PDF") is DeliveryKind.SENT
    assert len(printer.documents) == 1


@pytest.mark.parametrize("mood", ["lost"])
def test_a_job_that_the_printer_does_not_list_is_not_confirmed(shop: Shop, printer: OfficePrinter, mood: str) -> None:
    printer.mood = mood
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert shop.state(job) is JobState.NEEDS_ATTENTION
    assert "may have come out" in shop.job(job).last_error
    printer.mood = ""
    shop.clock.forward(600)
    assert shop.print() == 0


def test_a_server_error_behind_a_job_that_is_listed_is_no_loss(printer: OfficePrinter) -> None:
    printer.mood = "broken"
    assert send(printer, b"%PDF") is DeliveryKind.SENT


def test_a_job_cancelled_at_the_panel_asks_for_a_person(shop: Shop, printer: OfficePrinter) -> None:
    printer.job_state = 7
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    row = shop.job(job)
    assert row.state is JobState.NEEDS_ATTENTION and "\x1b" not in row.last_error
    assert "gave the job up" in row.last_error and "Cancelled at the panel" in row.last_error


def test_paper_that_ends_over_the_job_is_told(shop: Shop, printer: OfficePrinter) -> None:
    printer.job_state = 6
    job = shop.add(JobKind.RECEIPT)
    reasons = iter([["none"]])
    real = printer._attributes

    def later() -> object:
        printer.state, printer.reasons = (3, next(reasons)) if PRINT_JOB not in printer.asked else (5, ["media-empty"])
        return real()

    printer._attributes = later  # type: ignore[assignment,method-assign]
    shop.print()
    assert shop.state(job) is JobState.NEEDS_ATTENTION and "out of paper" in shop.job(job).last_error


@pytest.mark.parametrize(
    ("mood", "sentence"),
    [("mute", "does not answer"), ("web server", "HTTP 404"), ("garbage", "no printer")],
)
def test_what_does_not_answer_as_a_printer_is_sent_nothing(printer: OfficePrinter, mood: str, sentence: str) -> None:
    printer.mood = mood
    with pytest.raises(Unreachable, match=sentence):
        IppLine(printer.address, Waits(QUICK)).look()
    assert PRINT_JOB not in printer.asked


def test_nobody_there_is_tried_again(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(config(f"ipp://127.0.0.1:{free_port()}/ipp/print"))
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert (shop.state(job), shop.outcomes(job)) == (JobState.QUEUED, ["refused"])


def test_a_slow_office_printer_keeps_no_label_waiting(open_shop: Callable[..., Shop], printer: OfficePrinter) -> None:
    from tests.fake_printer import fake_printer
    from tests.printing.shop_with_printers import brother
    from tests.waiting import wait_until

    printer.mood = "mute"
    with fake_printer() as labels:
        shop = open_shop(config(printer.address), brother(labels.address, roles=("label",)), patience=QUICK)
        shop.add(JobKind.RECEIPT)
        shop.add(JobKind.LABEL)
        shop.spooler.dispatch()
        wait_until(lambda: labels.numbers() == [NUMBER], 10.0, "the label")
        printer.close()
        assert shop.spooler.wait(30.0)


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("ipp://printer", "ipp://printer/ipp/print"),
        ("ipp://[fd00::1]:8631/ipp/print", "ipp://[fd00::1]:8631/ipp/print"),
        ("ipps://cups.example/printers/Bureau?certificate=any", "ipps://cups.example/printers/Bureau"),
    ],
)
def test_addresses(text: str, uri: str) -> None:
    assert ipp.parse_place(text).uri == uri
    assert ipp.parse_place(text).any_certificate == ("certificate" in text)


@pytest.mark.parametrize(
    "octets", [b"", b"\x02\x00\x00\x00", bytes(9), b"\x02\x00\x00\x00\x00\x00\x00\x01\x04\x44\x00"]
)
def test_garbage_is_no_answer(octets: bytes) -> None:
    with pytest.raises(ValueError, match=r"short|cut"):
        ipp.read_answer(octets)


def test_values_inside_collections_are_left_alone() -> None:
    def item(tag: int, name: bytes, value: bytes) -> bytes:
        return bytes([tag, 0, len(name)]) + name + bytes([0, len(value)]) + value

    octets = b"\x02\x00\x00\x00\x00\x00\x00\x01\x04" + item(0x34, b"media-col-ready", b"")
    octets += item(0x4A, b"", b"media-size") + item(0x34, b"", b"") + item(0x4A, b"", b"x-dimension")
    octets += item(0x21, b"", bytes(4)) + item(0x37, b"", b"") + item(0x37, b"", b"")
    octets += item(0x23, b"printer-state", b"\x00\x00\x00\x05") + b"\x03"
    answer = ipp.read_answer(octets)
    assert answer.groups == ({"printer-state": (5,)},)
    assert read_status(answer).condition is Condition.ERROR
