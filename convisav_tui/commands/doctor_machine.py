"""What the doctor looks at on this machine: Python, terminal, locale, time zone, fonts, catalogues, disk, rights."""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Iterator
from pathlib import Path

from convisav_tui import __version__, clock
from convisav_tui.commands.findings import Finding
from convisav_tui.config import Config
from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import LANGUAGES, LOCALES, _

LITTLE_SPACE = 1_000_000_000
NO_SPACE = 100_000_000
SMALLEST_SCREEN = (80, 24)


def python() -> Iterator[Finding]:
    """The program and the Python that runs it."""
    version = ".".join(str(part) for part in sys.version_info[:3])
    yield Finding("python", "good", _("convisav {ours}, Python {version}.").format(ours=__version__, version=version))


def terminal() -> Iterator[Finding]:
    """Whether the screens can be shown here, and how."""
    from convisav_tui.screens.terminal import examine

    if not sys.stdin.isatty() or not sys.stdout.isatty():
        yield Finding("terminal", "absent", _("Not asked from a terminal: its screen was not looked at."))
        return
    try:
        found = examine(os.environ, True, True)
    except ConvisavError as error:
        yield Finding("terminal", "wrong", error.sentence, error.remedy)
        return
    columns, rows = shutil.get_terminal_size()
    sentence = _("Terminal {term}, {columns}×{rows}, {encoding}.").format(
        term=os.environ.get("TERM", ""), columns=columns, rows=rows, encoding=found.encoding
    )
    if columns < SMALLEST_SCREEN[0] or rows < SMALLEST_SCREEN[1]:
        yield Finding("terminal", "warning", sentence, _("80×24 is the size the screens are drawn for."))
    elif found.advice:
        yield Finding("terminal", "warning", sentence, found.advice)
    else:
        yield Finding("terminal", "good", sentence)


def languages() -> Iterator[Finding]:
    """Whether the catalogues are there."""
    missing = [code for code in LANGUAGES if code != "en" and not any((LOCALES / code).rglob("*.mo"))]
    if missing:
        sentence = _("The translations are missing: {languages}.").format(languages=", ".join(missing))
        yield Finding("languages", "warning", sentence, _("Install the program again."))
    else:
        yield Finding("languages", "good", _("Languages: {languages}.").format(languages=", ".join(LANGUAGES)))


def time_zone(config: Config) -> Iterator[Finding]:
    """The shop's zone and what time it is there."""
    now = clock.local(clock.now(), config.shop.timezone)
    sentence = _("It is {time} in {zone}.").format(time=f"{now:%Y-%m-%d %H:%M}", zone=config.shop.timezone)
    if os.environ.get(clock.PRETENDED_NOW):
        yield Finding("time", "warning", sentence, _("CONVISAV_NOW is set: the program does not see the real time."))
    else:
        yield Finding("time", "good", sentence)


def fonts() -> Iterator[Finding]:
    """Whether labels can be drawn."""
    from convisav_tui.printing.label import label
    from convisav_tui.printing.media import media_named
    from convisav_tui.shop.paper import LabelPaper

    label(LabelPaper(number="2600000014", device="Ąé"), media_named("62"))
    yield Finding("fonts", "good", _("Labels can be drawn."))


def folder(config: Config) -> Iterator[Finding]:
    """The data folder: who may read it, and how much room is left."""
    home = config.home
    place = next(folder for folder in (home, *home.parents) if folder.exists())
    if not os.access(place, os.W_OK):
        sentence = _("The data folder {path} cannot be written.").format(path=home)
        yield Finding("folder", "wrong", sentence, _("Give this account the right to write there."))
    elif not home.exists():
        yield Finding("folder", "absent", _("The data folder {path} will be made.").format(path=home))
    elif home.stat().st_mode & (stat.S_IRWXG | stat.S_IRWXO):
        sentence = _("Others may look into the data folder {path}.").format(path=home)
        yield Finding("folder", "warning", sentence, f"chmod 700 {home}")
    else:
        yield Finding("folder", "good", _("Data folder: {path}.").format(path=home))
    yield _space(place)


def _space(place: Path) -> Finding:
    free = shutil.disk_usage(place).free
    sentence = _("{megabytes} MB are free on the disk of {path}.").format(megabytes=free // 1_000_000, path=place)
    if free < NO_SPACE:
        return Finding("disk", "wrong", sentence, _("Free some space: nothing can be saved on a full disk."))
    if free < LITTLE_SPACE:
        return Finding("disk", "warning", sentence, _("Free some space."))
    return Finding("disk", "good", sentence)
