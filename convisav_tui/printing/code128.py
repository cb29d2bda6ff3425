"""Code 128 at whole dots: the printer's own resolution, so that every bar is exactly as wide as it should be."""

from __future__ import annotations

import math
from functools import lru_cache

from convisav_tui.i18n import _
from convisav_tui.printing.media import DOTS_PER_INCH, MediaRefused

# Below three dots (0.254 mm) at 300 dpi readers fail on paper (printing.md 1.2).
FEWEST_DOTS = 3
# Wider modules than this read no better and cost paper.
MOST_DOTS = 5
_NARROWEST_INCHES = 0.0098
QUIET_MODULES = 10


@lru_cache(maxsize=256)
def modules(text: str) -> str:
    """The modules of `text` as "1" (bar) and "0" (space), without quiet zones; ten digits make 90 of them."""
    from barcode.codex import Code128

    return str(Code128(text).build()[0])


def bars(text: str) -> tuple[tuple[int, int], ...]:
    """The bars as (first module, width in modules): neighbouring modules merged, so that nothing draws a seam."""
    merged: list[tuple[int, int]] = []
    for position, module in enumerate(modules(text)):
        if module != "1":
            continue
        if merged and sum(merged[-1]) == position:
            merged[-1] = (merged[-1][0], merged[-1][1] + 1)
        else:
            merged.append((position, 1))
    return tuple(merged)


def width_in_modules(text: str) -> int:
    """Modules of the symbol with its two quiet zones."""
    return len(modules(text)) + 2 * QUIET_MODULES


def fewest_dots(dpi: int) -> int:
    """Dots of the narrowest module that readers see on paper: three at 300 dots an inch, two at 203."""
    return max(2, math.ceil(_NARROWEST_INCHES * dpi))


def most_dots(dpi: int) -> int:
    """Dots of the widest module that is of any use."""
    return max(fewest_dots(dpi) + 1, round(MOST_DOTS * dpi / DOTS_PER_INCH))


def dots_a_module(text: str, room: int, dpi: int = DOTS_PER_INCH) -> int:
    """The widest module in dots whose symbol, quiet zones included, fits in `room` dots.

    Raises MediaRefused when that would be too few for readers (0.25 mm).
    """
    fewest = fewest_dots(dpi)
    dots = min(most_dots(dpi), room // width_in_modules(text))
    if dots < fewest:
        raise MediaRefused(
            _("A barcode that scanners read needs {needed} mm here, and this label has {room} mm.").format(
                needed=_millimetres(fewest * width_in_modules(text), dpi), room=_millimetres(room, dpi)
            ),
            _("Load wider labels, such as 29x90 or 62, and name them in the configuration."),
        )
    return dots


def _millimetres(dots: int, dpi: int) -> int:
    return round(dots * 25.4 / dpi)
