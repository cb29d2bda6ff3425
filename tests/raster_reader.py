"""Reads PWG raster (PWG 5102.4) and Apple raster dot by dot, independently of what writes them."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from PIL import Image

_HEAD = 1796


@dataclass(frozen=True)
class RasterPage:
    """One page: its picture as it is sent, and what its head says."""

    image: Image.Image
    dpi: int
    sides: str
    transform: tuple[int, int] = (1, 1)
    pages: int = 0
    size: tuple[int, int] = (0, 0)
    name: str = ""


def read_raster(document: bytes) -> list[RasterPage]:
    """All pages. Raises AssertionError for whatever is not as the standards say."""
    return _pwg(document) if document[:4] == b"RaS2" else _urf(document)


def _pwg(document: bytes) -> list[RasterPage]:
    pages, place = [], 4
    while place < len(document):
        head = document[place : place + _HEAD]
        assert head[:10] == b"PwgRaster\0" and len(head) == _HEAD

        def number(at: int, head: bytes = head) -> int:
            return int(struct.unpack_from(">i", head, at)[0])

        width, height, bits, line = number(372), number(376), number(388), number(392)
        assert number(276) == number(280) and number(384) == 8 and number(396) == 0
        assert {8: (18, 1), 24: (19, 3)}[bits] == (number(400), number(420)) and line == width * bits // 8
        dots, place = _dots(document, place + _HEAD, width, height, bits // 8)
        sides = ("two-sided-short-edge" if number(368) else "two-sided-long-edge") if number(272) else "one-sided"
        pages.append(
            RasterPage(
                _image(dots, width, height, bits // 8), number(276), sides, (number(456), number(460)), number(452),
                (number(352), number(356)), head[1732:].rstrip(b"\0").decode(),
            )
        )  # fmt: skip
    assert all(page.pages == len(pages) for page in pages)
    return pages


def _urf(document: bytes) -> list[RasterPage]:
    assert document[:8] == b"UNIRAST\0"
    pages, place = [], 12
    count = int.from_bytes(document[8:12], "big")
    for _page in range(count):
        bits, space, duplex, _quality = document[place : place + 4]
        width, height, dpi = struct.unpack_from(">3I", document, place + 12)
        assert (bits, space) in ((8, 0), (24, 1))
        dots, place = _dots(document, place + 32, width, height, bits // 8)
        sides = {1: "one-sided", 2: "two-sided-short-edge", 3: "two-sided-long-edge"}[duplex]
        pages.append(RasterPage(_image(dots, width, height, bits // 8), dpi, sides, pages=count))
    assert place == len(document)
    return pages


def _dots(document: bytes, place: int, width: int, height: int, size: int) -> tuple[bytes, int]:
    """The lines of a page, each as often as it says, and where they end."""
    lines = bytearray()
    while len(lines) < width * height * size:
        again = document[place] + 1
        place += 1
        line = bytearray()
        while len(line) < width * size:
            code = document[place]
            place += 1
            assert code != 128
            if code < 128:
                line += document[place : place + size] * (code + 1)
                place += size
            else:
                line += document[place : place + (257 - code) * size]
                place += (257 - code) * size
        assert len(line) == width * size
        lines += line * again
    assert len(lines) == width * height * size
    return bytes(lines), place


def _image(dots: bytes, width: int, height: int, size: int) -> Image.Image:
    return Image.frombytes("L" if size == 1 else "RGB", (width, height), dots)
