"""From bitmaps to the raster language of Brother QL printers, by brother-ql-next.

We drive its `BrotherQLRaster` ourselves, because its `convert` resizes what does not fit (which blurs bars), ends every
page as if it were the last one, and takes a tenth of a second to find that nothing is red. We pack rows ourselves,
several times faster. For one black page that is not packed the bytes are the same; a test compares them.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from convisav_tui.i18n import _
from convisav_tui.printing.media import Media, MediaKind, MediaRefused, in_words

if TYPE_CHECKING:
    from PIL.Image import Image

_DIE_CUT = 0x0B
_CONTINUOUS = 0x0A
_WHITE = 0  # in the raster language a set dot is ink
_PACKED_AT_MOST = 128
_RUN = re.compile(rb"(.)\1{2,127}", re.DOTALL)


def encode(pages: Sequence[Image], model: str, media: Media) -> bytes:
    """One job of several pages, each cut off, for printer `model` ("QL-820NWB") loaded with `media`.

    Pages are black on white (mode "1") at exactly the media's dots, upright or turned by a quarter. Raises MediaRefused
    when the printer cannot take the media or the page.
    """
    raster = _raster(model)
    _check(raster, model, media)
    if raster.model.mode_setting:
        raster.add_switch_mode()
    raster.add_invalidate()
    raster.add_initialize()
    if raster.model.mode_setting:
        raster.add_switch_mode()
    raster.add_status_information()
    for number, page in enumerate(pages):
        raster.page_number = number
        _add_page(raster, _as_fed(page, media), media)
        raster.add_print(last_page=number == len(pages) - 1)
    return bytes(raster.data)


def check(model: str, media: Media) -> None:
    """Raises MediaRefused when this model is not known, or cannot take the media."""
    _check(_raster(model), model, media)


def _raster(model: str) -> Any:
    from brother_ql.exceptions import BrotherQLUnknownModel
    from brother_ql.raster import BrotherQLRaster

    try:
        raster = BrotherQLRaster(model)
    except BrotherQLUnknownModel as error:
        raise MediaRefused(
            _("The printer model “{model}” is not known.").format(model=model), _("Correct it in the configuration.")
        ) from error
    raster.exception_on_warning = True
    return raster


def _head(raster: Any) -> int:
    return int(raster.get_pixel_width()) - int(raster.model.additional_offset_r)


def _check(raster: Any, model: str, media: Media) -> None:
    if _head(raster) < media.width + media.right_margin:
        raise MediaRefused(
            _("The {model} is too narrow for the {media}.").format(model=model, media=in_words(media)),
            _("Correct the media of this printer in the configuration."),
        )
    if media.red and not raster.two_color_support:
        raise MediaRefused(
            _("The {model} does not print on black and red rolls.").format(model=model),
            _("Load a black roll, and name it in the configuration."),
        )


def _as_fed(page: Image, media: Media) -> Image:
    """The page as the media runs through the printer: its width is the media's."""
    fits_length = media.endless or page.height == media.length
    if page.width == media.width and fits_length:
        return page
    turned_fits = media.endless or page.width == media.length
    if page.height == media.width and turned_fits:
        from PIL import Image as Images

        return page.transpose(Images.Transpose.ROTATE_90)
    raise MediaRefused(
        _("A page of {width} × {height} dots does not fit the {media}.").format(
            width=page.width, height=page.height, media=in_words(media)
        )
    )


def _add_page(raster: Any, page: Image, media: Media) -> None:
    shortest, longest = raster.model.min_max_length_dots
    if media.endless and not shortest <= page.height <= longest:
        raise MediaRefused(
            _("A page of {length} mm does not fit this printer.").format(length=round(page.height * 25.4 / 300))
        )
    raster.mtype = _CONTINUOUS if media.kind is MediaKind.ENDLESS else _DIE_CUT
    raster.mwidth, raster.mlength = media.width_mm, media.length_mm
    raster.pquality = 1
    raster.add_media_and_quality(page.height)
    if raster.model.cutting:
        raster.add_autocut(True)
        raster.add_cut_every(1)
    if raster.model.expanded_mode:
        raster.dpi_600 = False
        raster.cut_at_end = True
        raster.two_color_printing = media.red
        raster.add_expanded_mode()
    raster.add_margins(media.feed_margin)
    if raster.model.compression:
        raster.add_compression(True)
    _add_rows(raster, _on_head(page, raster, media), media.red)


def _on_head(page: Image, raster: Any, media: Media) -> Image:
    """The page at its place under the print head, set dots where there is ink."""
    from PIL import Image as Images
    from PIL import ImageChops

    head = int(raster.get_pixel_width())
    whole = Images.new("1", (head, page.height), _WHITE)
    place = head - page.width - media.right_margin - int(raster.model.additional_offset_r)
    whole.paste(ImageChops.invert(page.convert("1")), (place, 0))
    return whole


def _add_rows(raster: Any, page: Image, two_colours: bool) -> None:
    """The dots, row by row; on two-colour rolls each row is followed by an empty one in red."""
    from PIL import Image as Images

    dots = page.transpose(Images.Transpose.FLIP_LEFT_RIGHT).tobytes()
    length = page.width // 8
    compressed = bool(raster.model.compression)
    red = b"w\x02" + _sized(bytes(length), compressed) if two_colours else b""
    head = b"w\x01" if two_colours else b"g\x00"
    rows = (dots[start : start + length] for start in range(0, len(dots), length))
    raster.data += b"".join(head + _sized(row, compressed) + red for row in rows)


def _sized(row: bytes, compressed: bool) -> bytes:
    sent = packed(row) if compressed else row
    return bytes((len(sent),)) + sent


@lru_cache(maxsize=8192)
def packed(row: bytes) -> bytes:
    """A row by the PackBits method: runs as (257 - length, byte), the rest as (length - 1, bytes)."""
    out = bytearray()
    place = 0
    for run in _RUN.finditer(row):
        _add_literal(out, row[place : run.start()])
        out += bytes((257 - len(run[0]), run[0][0]))
        place = run.end()
    _add_literal(out, row[place:])
    return bytes(out)


def _add_literal(out: bytearray, piece: bytes) -> None:
    for start in range(0, len(piece), _PACKED_AT_MOST):
        part = piece[start : start + _PACKED_AT_MOST]
        out += bytes((len(part) - 1,)) + part
