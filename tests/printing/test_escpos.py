from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PIL import Image

from convisav_tui import ticket_number
from convisav_tui.config import PrinterConfig
from convisav_tui.printing import escpos
from convisav_tui.printing.line import Payload, Waits, line_to
from convisav_tui.printing.media import MediaRefused
from convisav_tui.printing.sizes import media_of
from convisav_tui.printing.status import Condition, StatusReader
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import free_port, scanned
from tests.printing.papers import NUMBER
from tests.printing.shop_with_printers import HASTY, PATIENT, Shop
from tests.talking_printers import COVER_OPEN, NEAR_END, READY, ROLL_END, ReceiptPrinter, receipt_printer

NUMBERS = [ticket_number.make(2026, counter) for counter in range(1, 4)]
QUICK = replace(PATIENT, stall=2.0, goodbye=0.5)


def config(address: str, media: str = "80mm", model: str = "203dpi") -> PrinterConfig:
    return PrinterConfig("till", address, "escpos", model, (media,), ("receipt", "label"))


@pytest.fixture
def printer() -> Iterator[ReceiptPrinter]:
    with receipt_printer() as working:
        yield working
        assert working.fault == b""


@pytest.fixture
def shop(open_shop: Callable[..., Shop], printer: ReceiptPrinter) -> Shop:
    return open_shop(config(printer.address))


@pytest.mark.parametrize(
    ("media", "model", "dots"), [("80mm", "203dpi", 576), ("58mm", "203dpi", 384), ("80mm", "180dpi", 512)]
)
def test_receipts_and_labels_come_out_and_can_be_scanned(
    open_shop: Callable[..., Shop], printer: ReceiptPrinter, media: str, model: str, dots: int
) -> None:
    shop = open_shop(config(printer.address, media, model))
    jobs = [shop.add(JobKind.RECEIPT), shop.add(JobKind.LABEL)]
    shop.print()
    assert [shop.state(job) for job in jobs] == [JobState.SENT] * 2
    assert [scanned(picture) for picture in printer.receipts] == [[NUMBER]] * 2
    assert {picture.width for picture in printer.receipts} == {dots}


def test_copies_are_cut_off_one_by_one(shop: Shop, printer: ReceiptPrinter) -> None:
    shop.add(copies=3)
    shop.print()
    assert [scanned(picture) for picture in printer.receipts] == [[NUMBER]] * 3
    assert printer.connections == 1


def test_a_long_picture_arrives_dot_by_dot_in_bands(printer: ReceiptPrinter) -> None:
    picture = Image.effect_noise((576, 700), 90).point(lambda value: 255 * (value > 128), mode="1")
    job = escpos.encode([picture], media_of(config(""), "80mm"))
    assert job.count(b"\x1dv0\x00\x48\x00") >= 3
    line = line_to(config(printer.address), Waits(PATIENT), StatusReader())
    line.look()
    assert line.send(Payload(job)).kind.value == "sent"
    line.close()
    assert printer.receipts[0].tobytes() == picture.tobytes()


def test_a_page_that_is_not_as_wide_as_the_roll_is_refused() -> None:
    with pytest.raises(MediaRefused, match="80 mm roll"):
        escpos.encode([Image.new("1", (500, 300))], media_of(config(""), "80mm"))


@pytest.mark.parametrize(
    ("answers", "condition", "warned"),
    [
        (READY, Condition.READY, False),
        (NEAR_END, Condition.READY, True),
        (ROLL_END, Condition.MEDIA_END, False),
        (COVER_OPEN, Condition.COVER_OPEN, False),
        (b"\x1e\x12\x1a\x12", Condition.CUTTER_JAM, False),
        (b"\x1e\x12\x52\x12", Condition.TOO_HOT, False),
        (b"\x1e\x12\x32\x12", Condition.ERROR, False),
        (b"\x1e\x12\x12\x12", Condition.OFFLINE, False),
        (b"\x16\x12", Condition.UNKNOWN, False),
        (b"abcd", Condition.UNKNOWN, False),
    ],
)
def test_what_it_says_is_understood(answers: bytes, condition: Condition, warned: bool) -> None:
    status = escpos.decode(answers)
    assert status.condition is condition
    assert status.warnings == ((Condition.MEDIA_LOW,) if warned else ())


@pytest.mark.parametrize(
    ("state", "sentence"), [(ROLL_END, "at its end"), (COVER_OPEN, "cover is open")], ids=["roll end", "cover open"]
)
def test_nothing_is_sent_to_a_printer_that_stands_and_it_comes_out_afterwards(
    shop: Shop, printer: ReceiptPrinter, state: bytes, sentence: str
) -> None:
    printer.state = state
    jobs = [shop.add_label(number) for number in NUMBERS]
    shop.print()
    assert {shop.state(job) for job in jobs} == {JobState.QUEUED}
    assert sentence in shop.job(jobs[0]).last_error
    assert (printer.receipts, printer.rows) == ([], 0)
    printer.state = READY
    shop.clock.forward(2)
    shop.print()
    assert [text for picture in printer.receipts for text in scanned(picture)] == NUMBERS


def test_the_roll_ends_in_the_middle(open_shop: Callable[..., Shop], printer: ReceiptPrinter) -> None:
    """It answers questions still, reads no more: the job needs a person, those behind it wait, and nothing is sent
    again by itself."""
    shop = open_shop(config(printer.address), patience=QUICK)
    printer.roll_ends_after = 100
    jobs = [shop.add(JobKind.RECEIPT), shop.add(JobKind.RECEIPT)]
    shop.print()
    row = shop.job(jobs[0])
    assert row.state is JobState.NEEDS_ATTENTION
    assert "roll is at its end" in row.last_error and "may have come out" in row.last_error
    assert shop.state(jobs[1]) is JobState.QUEUED
    connections = printer.connections
    shop.clock.forward(1)
    shop.print()
    assert (printer.connections, shop.state(jobs[0])) == (connections, JobState.NEEDS_ATTENTION)


def test_the_roll_is_at_its_end_behind_the_last_row(shop: Shop, printer: ReceiptPrinter) -> None:
    printer.end_of_roll_when_done = True
    job = shop.add()
    shop.print()
    assert shop.state(job) is JobState.NEEDS_ATTENTION
    assert "roll is at its end" in shop.job(job).last_error


def test_a_reset_in_the_middle_leaves_the_job_in_doubt(shop: Shop, printer: ReceiptPrinter) -> None:
    printer.resets_after = 60
    jobs = [shop.add(JobKind.RECEIPT), shop.add()]
    shop.print()
    assert [shop.state(job) for job in jobs] == [JobState.NEEDS_ATTENTION, JobState.QUEUED]
    assert printer.receipts == []


def test_nobody_there_is_tried_again(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(config(f"tcp://127.0.0.1:{free_port()}"))
    job = shop.add()
    shop.print()
    assert (shop.state(job), shop.outcomes(job)) == (JobState.QUEUED, ["refused"])


def test_a_printer_that_never_answers_prints_and_is_not_asked_each_time(
    open_shop: Callable[..., Shop], printer: ReceiptPrinter, monkeypatch: pytest.MonkeyPatch
) -> None:
    from convisav_tui.printing import talking_lines

    monkeypatch.setattr(talking_lines, "ANSWER_SECONDS", 0.05)
    printer.state = b""
    reader = StatusReader(silence=60)
    for _time in range(2):
        line = line_to(config(printer.address), Waits(HASTY), reader)
        assert not line.look().known
        line.close()
    assert reader.leaves_alone(line._address)  # type: ignore[attr-defined]
    shop = open_shop(config(printer.address + "?status=off"))
    job = shop.add()
    shop.print()
    assert (shop.state(job), len(printer.receipts)) == (JobState.SENT, 1)


def test_a_printer_that_says_how_it_is_but_not_when_it_is_done(
    open_shop: Callable[..., Shop], printer: ReceiptPrinter
) -> None:
    printer.answers_when_done = False
    shop = open_shop(config(printer.address), patience=QUICK)
    job = shop.add()
    shop.print()
    assert (shop.state(job), len(printer.receipts)) == (JobState.SENT, 1)
