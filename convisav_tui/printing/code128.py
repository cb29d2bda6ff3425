"""Code 128 at whole dots: the printer's own resolution, so that every bar is exactly as wide as it should be."""

from __future__ import annotations

from functools import lru_cache

from convisav_tui.i18n import _
from convisav_tui.printing.media import MediaRefused

# Below three dots (0.254 mm) at 300 dpi readers fail on paper (printing.md 1.2).
FEWEST_DOTS = 3
# Wider modules than this read no better and cost paper.
MOST_DOTS = 5
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


def dots_a_module(text: str, room: int) -> int:
    """The widest module in dots whose symbol, quiet zones included, fits in `room` dots.

    Raises MediaRefused when that would be fewer than three.
    """
    dots = min(MOST_DOTS, room // width_in_modules(text))
    if dots < FEWEST_DOTS:
        raise MediaRefused(
            _("A barcode that scanners read needs {needed} mm here, and this label has {room} mm.").format(
                needed=_millimetres(FEWEST_DOTS * width_in_modules(text)), room=_millimetres(room)
            ),
            _("Load wider labels, such as 29x90 or 62, and name them in the configuration."),
        )
    return dots


def _millimetres(dots: int) -> int:
    return round(dots * 25.4 / 300)
