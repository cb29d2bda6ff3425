"""The checklists that the program brings: one file for each kind of device in `catalogue/checklists`."""

from __future__ import annotations

from functools import cache
from importlib import resources

from convisav_tui.shop.checklist_files import Checklist, read_checklist

FILES = ("phone", "computer", "washing_machine", "television", "watch", "hearing_aid", "bicycle", "tool")


@cache
def shipped_checklists() -> tuple[Checklist, ...]:
    """All of them, in the order of FILES."""
    folder = resources.files("convisav_tui.shop.catalogue").joinpath("checklists")
    return tuple(read_checklist(folder.joinpath(f"{name}.toml").read_text(encoding="utf-8")) for name in FILES)
