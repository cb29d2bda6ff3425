from __future__ import annotations

import random

import packbits
import pytest
from brother_ql.conversion import convert
from brother_ql.raster import BrotherQLRaster
from PIL import Image, ImageChops

from convisav_tui.printer_kinds import KINDS
from convisav_tui.printing import brother, brother_decoder
from convisav_tui.printing.label import Printing, label
from convisav_tui.printing.media import MEDIA, Media, MediaKind, MediaRefused
from convisav_tui.printing.transport import DeliveryKind, connect, deliver, parse_address
from tests.fake_printer import fake_printer, scanned
from tests.printing.papers import LABEL, NUMBER
from tests.waiting import wait_until

MODELS = ("QL-570", "QL-700", "QL-710W", "QL-800", "QL-820NWB", "QL-1110NWB")


def taken(model: str, media: Media) -> bool:
    try:
        brother.check(model, media)
        label(LABEL, media)
    except MediaRefused:
        return False
    return True


PAIRS = [(model, media) for model in MODELS for media in MEDIA.values() if taken(model, media)]
IDS = [f"{model}-{media.name}" for model, media in PAIRS]


@pytest.mark.parametrize(("model", "media"), PAIRS, ids=IDS)
def test_what_goes_over_the_socket_comes_out_as_the_same_label(model: str, media: Media) -> None:
    images = [label(LABEL, media, Printing(copy, 2)) for copy in (1, 2)]
    job = brother.encode(images, model, media)
    with fake_printer() as printer:
        address = parse_address(printer.address)
        assert deliver(connect(address), job).kind is DeliveryKind.SENT
        wait_until(lambda: printer.jobs)
        assert printer.jobs == [job]
        printed = printer.printed()
    assert [page.last for page in printed] == [False, True]
    for image, page in zip(images, printed, strict=True):
        assert page.media is media
        assert (page.width_mm, page.length_mm) == (media.width_mm, media.length_mm)
        assert page.rows == page.image.height
        assert page.cut
        assert scanned(page.image) == [NUMBER]
        assert page.label.size == image.size
        assert ImageChops.difference(page.label.convert("L"), image.convert("L")).getbbox() is None


@pytest.mark.parametrize("name", ["62", "62x29", "29x90", "17x54", "12", "d58"])
def test_one_page_is_what_the_library_itself_would_send(name: str) -> None:
    media = MEDIA[name]
    image = label(LABEL, media)
    fed = image if image.width == media.width else image.transpose(Image.Transpose.ROTATE_90)
    theirs = convert(BrotherQLRaster("QL-570"), [fed.convert("L")], name, rotate=0, cut=True, compress=False)
    assert brother.encode([image], "QL-570", media) == bytes(theirs)


def test_black_and_red_rolls_are_told_so_and_nothing_is_red() -> None:
    media = MEDIA["62red"]
    [page] = brother_decoder.pages(brother.encode([label(LABEL, media)], "QL-820NWB", media))
    assert page.two_colours
    assert page.red_dots == 0
    assert scanned(page.image) == [NUMBER]


@pytest.mark.parametrize(
    ("model", "name", "sentence"),
    [
        ("QL-820NWB", "102", "too narrow"),
        ("QL-700", "62red", "black and red"),
        ("QL-9000", "62", "not known"),
    ],
)
def test_what_a_printer_cannot_take_is_refused(model: str, name: str, sentence: str) -> None:
    with pytest.raises(MediaRefused, match=sentence):
        brother.encode([Image.new("1", (MEDIA[name].width, 400), 255)], model, MEDIA[name])


def test_pages_are_never_resized() -> None:
    with pytest.raises(MediaRefused, match="does not fit"):
        brother.encode([Image.new("1", (695, 300), 255)], "QL-820NWB", MEDIA["62"])
    with pytest.raises(MediaRefused, match="does not fit"):
        brother.encode([Image.new("1", (696, 270), 255)], "QL-820NWB", MEDIA["62x29"])
    with pytest.raises(MediaRefused, match="mm does not fit this printer"):
        brother.encode([Image.new("1", (696, 12_000), 255)], "QL-820NWB", MEDIA["62"])


def test_every_model_that_may_be_configured_encodes_a_label() -> None:
    for model in KINDS["brother_ql"].models:
        [page] = brother_decoder.pages(brother.encode([label(LABEL, MEDIA["62"])], model, MEDIA["62"]))
        assert scanned(page.image) == [NUMBER]
    assert set(KINDS["brother_ql"].media) == set(MEDIA)
    assert {media.kind for media in MEDIA.values()} == set(MediaKind) - {MediaKind.SHEET}


def test_packed_rows_unpack_to_themselves() -> None:
    dice = random.Random(7)
    rows = [bytes(90), b"\xff" * 162, bytes(range(162))]
    rows += [bytes(dice.choice((0, 0, 255, 3)) for _ in range(162)) for _ in range(300)]
    for row in rows:
        assert packbits.decode(brother.packed(row)) == row
        assert len(brother.packed(row)) <= len(row) + 2


def test_a_torn_job_prints_only_its_whole_pages() -> None:
    job = brother.encode([label(LABEL, MEDIA["62"])] * 2, "QL-700", MEDIA["62"])
    assert len(brother_decoder.pages(job[: len(job) * 3 // 4])) == 1
    with pytest.raises(ValueError, match="unknown opcode"):
        brother_decoder.pages(b"GET / HTTP/1.1\r\n\r\n")
