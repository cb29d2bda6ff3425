from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest
from PIL import Image
from zebrafy import ZebrafyZPL

from convisav_tui import ticket_number
from convisav_tui.config import PrinterConfig
from convisav_tui.printing import talking_lines, zpl
from convisav_tui.printing.line import Payload, Waits, line_to
from convisav_tui.printing.media import MediaRefused
from convisav_tui.printing.sizes import media_of
from convisav_tui.printing.status import Condition, StatusReader
from convisav_tui.printing.transport import DeliveryKind
from convisav_tui.store.models import JobKind, JobState
from tests.fake_printer import free_port, scanned
from tests.printing.papers import NUMBER
from tests.printing.shop_with_printers import PATIENT, Shop
from tests.talking_printers import Zebra, zebra

NUMBERS = [ticket_number.make(2026, counter) for counter in range(1, 4)]
QUICK = replace(PATIENT, stall=0.5, goodbye=0.5)


def config(address: str, media: str = "57x32", model: str = "203dpi") -> PrinterConfig:
    return PrinterConfig("shelf", address, "zebra", model, (media,), ("label",))


@pytest.fixture(autouse=True)
def _short_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(talking_lines, "ANSWER_SECONDS", 0.3)


@pytest.fixture
def printer() -> Iterator[Zebra]:
    with zebra() as working:
        yield working


@pytest.fixture
def shop(open_shop: Callable[..., Shop], printer: Zebra) -> Shop:
    return open_shop(config(printer.address), patience=QUICK)


def decoded(label: bytes) -> Image.Image:
    [picture] = ZebrafyZPL(label.decode()).to_images()
    return picture


@pytest.mark.parametrize(
    ("media", "model"),
    [("57x32", "203dpi"), ("38x25", "203dpi"), ("57x102", "203dpi"), ("57x32", "300dpi"), ("57x32", "600dpi")],
)
def test_labels_are_read_back_by_another_decoder(
    open_shop: Callable[..., Shop], printer: Zebra, media: str, model: str
) -> None:
    shop = open_shop(config(printer.address, media, model))
    job = shop.add()
    shop.print()
    assert shop.state(job) is JobState.SENT
    [label] = printer.wait_for(1)
    assert scanned(decoded(label)) == [NUMBER]
    whole = media_of(config("", media, model), media)
    assert decoded(label).size == ((whole.width + 7) // 8 * 8, whole.length)


def test_the_picture_is_the_same_dot_by_dot() -> None:
    media = media_of(config(""), "57x32")
    picture = Image.effect_noise((media.width, media.length), 90).point(lambda value: 255 * (value > 128), mode="1")
    back = decoded(zpl.encode([picture], media)).crop((0, 0, *picture.size))
    assert back.convert("1").tobytes() == picture.tobytes()


def test_a_page_of_another_size_is_refused() -> None:
    with pytest.raises(MediaRefused, match="57 × 32 mm labels"):
        zpl.encode([Image.new("1", (100, 100))], media_of(config(""), "57x32"))


def test_each_copy_is_a_label_and_their_order_is_kept(shop: Shop, printer: Zebra) -> None:
    shop.add_label(NUMBERS[0], copies=2)
    shop.add_label(NUMBERS[1])
    shop.print()
    assert [text for label in printer.wait_for(3) for text in scanned(decoded(label))] == [
        NUMBERS[0], NUMBERS[0], NUMBERS[1],
    ]  # fmt: skip


def test_receipts_are_no_business_of_a_label_printer(shop: Shop, printer: Zebra) -> None:
    job = shop.add(JobKind.RECEIPT)
    shop.print()
    assert (shop.state(job), printer.connections, shop.outcomes(job)) == (JobState.SENT, 0, ["filed"])


@pytest.mark.parametrize(
    ("flag", "condition", "sentence"),
    [
        ("paper", Condition.MEDIA_END, "roll is at its end"),
        ("head", Condition.HEAD_OPEN, "head is open"),
        ("ribbon", Condition.RIBBON_END, "ribbon is at its end"),
        ("pause", Condition.PAUSED, "paused"),
    ],
)
def test_a_zebra_that_stands_is_sent_nothing_until_it_is_ready(
    shop: Shop, printer: Zebra, flag: str, condition: Condition, sentence: str
) -> None:
    printer.flags = {flag}
    job = shop.add()
    shop.print()
    assert shop.state(job) is JobState.QUEUED and sentence in shop.job(job).last_error
    assert printer.labels == []
    printer.flags = set()
    shop.clock.forward(2)
    shop.print()
    assert shop.state(job) is JobState.SENT and len(printer.wait_for(1)) == 1


def test_silence_is_taken_for_being_out_of_labels(shop: Shop, printer: Zebra) -> None:
    printer.answers = False
    job = shop.add()
    shop.print()
    assert shop.state(job) is JobState.QUEUED
    assert "?status=off" in shop.job(job).last_error
    assert printer.zpl == b""


def test_a_printer_known_to_be_silent_prints(open_shop: Callable[..., Shop], printer: Zebra) -> None:
    printer.answers = False
    shop = open_shop(config(printer.address + "?status=off"))
    job = shop.add()
    shop.print()
    assert (shop.state(job), printer.asked) == (JobState.SENT, 0)
    assert len(printer.wait_for(1)) == 1


@pytest.mark.parametrize(("happens", "sentence"), [("paper", "at its end"), ("silent", "does not say how it is")])
def test_the_roll_ends_over_a_label(shop: Shop, printer: Zebra, happens: str, sentence: str) -> None:
    printer.goes_out_while_printing = happens
    jobs = [shop.add(), shop.add_label(NUMBERS[1])]
    shop.print()
    row = shop.job(jobs[0])
    assert row.state is JobState.NEEDS_ATTENTION
    assert sentence in row.last_error and "may have come out" in row.last_error
    assert shop.state(jobs[1]) is JobState.QUEUED
    assert len(printer.labels) == 1


def test_a_reset_in_the_middle_is_never_sent_again_by_itself(shop: Shop, printer: Zebra) -> None:
    printer.resets_after = 100
    job = shop.add(copies=20)
    shop.print()
    assert shop.state(job) is JobState.NEEDS_ATTENTION
    printer.resets_after = None
    shop.clock.forward(600)
    assert shop.print() == 0
    assert printer.labels == []


def test_a_job_larger_than_all_buffers_is_given_up_when_the_printer_reads_no_more(printer: Zebra) -> None:
    printer.stops_reading = True
    line = line_to(config(printer.address), Waits(QUICK), StatusReader())
    assert line.look().condition is Condition.READY
    delivery = line.send(Payload(b"^XA" + bytes(8_000_000)))
    line.close()
    assert delivery.kind is DeliveryKind.INTERRUPTED and 0 < delivery.bytes_sent < 8_000_000


def test_nobody_there_is_tried_again(open_shop: Callable[..., Shop]) -> None:
    shop = open_shop(config(f"tcp://127.0.0.1:{free_port()}"))
    job = shop.add()
    shop.print()
    assert (shop.state(job), shop.outcomes(job)) == (JobState.QUEUED, ["refused"])


@pytest.mark.parametrize("answer", [b"", b"\x02a\x03", b"\x02a\x03\x02b\x03\x02c\x03", b"~HS", b"\x02" * 50])
def test_what_is_no_answer_is_none(answer: bytes) -> None:
    assert zpl.decode(answer) is None


def test_labels_in_its_buffer_are_waited_for() -> None:
    strings = ("030,0,0,0256,002,0,0,0,000,0,0,0", "001,0,0,0,1,2,4,0,00000003,1,000", "1234,0")
    status = zpl.decode("".join(f"\x02{string}\x03\r\n" for string in strings).encode())
    assert status is not None and status.condition is Condition.PRINTING
