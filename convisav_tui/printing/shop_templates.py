"""The shop's own templates of papers: a folder of copies that it edited, used where they are there and can be set.

The files are copied, links left behind, into a folder of our own together with the shipped ones; that folder is all
that the jail can read. A template that is wrong is not tried again until its files change; meanwhile the shipped one is
used. One that stumbles over a single paper, such as one with a broken logo, is told and goes on with the next.
"""

from __future__ import annotations

import atexit
import os
import shutil
import stat
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path

from convisav_tui.i18n import _
from convisav_tui.printer_kinds import PAPER_SIZES
from convisav_tui.printing.template_jail import Jail, TemplateWrong
from convisav_tui.shop.template_faults import TemplateFault

USUAL_SIZE = PAPER_SIZES[0]
SHIPPED = Path(__file__).parent / "templates"
BASE = "base"
SUFFIX = ".typ"
MOST_FILES = 200
MOST_BYTES = 10_000_000  # of all files together
Fingerprint = tuple[tuple[str, int, int, int], ...]


@dataclass
class _Copies:
    """A state of the shop's folder, copied."""

    fingerprint: Fingerprint
    folder: tempfile.TemporaryDirectory[str]
    wrong: dict[str, TemplateFault] = field(default_factory=dict)
    stumbled: dict[str, TemplateFault] = field(default_factory=dict)  # over one paper; others were set by it
    good: set[str] = field(default_factory=set)

    @property
    def names(self) -> set[str]:
        return {name for name, *_rest in self.fingerprint}


class ShopTemplates:
    """The templates of one folder. Safe to use from several threads."""

    def __init__(self, folder: Path | None = None, jail: Jail | None = None) -> None:
        """Use the templates of `folder`; None: only the shipped ones."""
        self.folder = folder
        self.paper_size = USUAL_SIZE
        self._jail = jail or Jail()
        self._copies: _Copies | None = None
        self._lock = threading.RLock()
        self.told: tuple[TemplateFault, ...] | None = None
        """What the shop was told to be wrong last; None before it was told anything."""

    def has(self, kind: str) -> bool:
        """Whether the shop has a say in how this kind of paper looks."""
        copies = self._fresh()
        return copies is not None and bool({kind + SUFFIX, BASE + SUFFIX} & copies.names)

    def set(
        self, kind: str, data: str, form: str, dots_per_inch: int | None, standards: tuple[str, ...]
    ) -> bytes | None:
        """The paper by the shop's template; None where it has none, or none that can be set."""
        with self._lock:
            copies = self._fresh()
            if copies is None or not self.has(kind) or kind in copies.wrong:
                return None
            try:
                made = self._made(Path(copies.folder.name), kind, data, form, dots_per_inch, standards)
            except TemplateWrong as error:
                file = error.file or kind + SUFFIX
                told = copies.stumbled if error.line and kind in copies.good else copies.wrong
                told[kind] = TemplateFault(kind, file, error.line, error.reason)
                return None
            copies.good.add(kind)
            copies.stumbled.pop(kind, None)
            return made

    def _made(
        self, folder: Path, kind: str, data: str, form: str, dots_per_inch: int | None, standards: tuple[str, ...]
    ) -> bytes:
        """By the jail; as a plain PDF where what people typed cannot be a PDF/A. Raises TemplateWrong."""
        try:
            return self._jail.set(folder, kind + SUFFIX, data, form, dots_per_inch, standards)
        except TemplateWrong as error:
            if "PDF/A" not in error.reason:
                raise
            return self._jail.set(folder, kind + SUFFIX, data, form, dots_per_inch)

    def untried(self) -> Iterator[str]:
        """The kinds whose template of the shop was not tried yet as it is now."""
        copies = self._fresh()
        if copies is not None:
            for kind in shipped_kinds():
                if self.has(kind) and kind not in copies.wrong and kind not in copies.good:
                    yield kind

    def faults(self) -> tuple[TemplateFault, ...]:
        """What is wrong now, by kind."""
        copies = self._fresh()
        if copies is None:
            return () if self.folder is None or self.folder.is_dir() else (self._no_folder(),)
        return tuple(fault for _kind, fault in sorted((copies.stumbled | copies.wrong).items()))

    def close(self) -> None:
        """End the jail's process and remove the copies."""
        with self._lock:
            self._jail.close()
            self._forget()

    def _no_folder(self) -> TemplateFault:
        return TemplateFault("", str(self.folder), 0, _("there is no such folder"))

    def _forget(self) -> None:
        if self._copies is not None:
            self._copies.folder.cleanup()
            self._copies = None

    def _fresh(self) -> _Copies | None:
        """The copies of what stands in the folder now; None without one."""
        with self._lock:
            found = _found(self.folder) if self.folder is not None else ()
            if not found:
                self._forget()
                return None
            if self._copies is None or self._copies.fingerprint != found:
                self._forget()
                self._copies = _Copies(found, tempfile.TemporaryDirectory(prefix="convisav-templates-"))
                self._copy(self._copies)
            return self._copies

    def _copy(self, copies: _Copies) -> None:
        target = Path(copies.folder.name)
        shutil.copytree(SHIPPED, target, dirs_exist_ok=True)
        assert self.folder is not None
        for name in sorted(copies.names):
            kind = name.removesuffix(SUFFIX)
            try:
                (target / name).write_bytes(_content(self.folder / name))
            except OSError as error:
                reason = _("it cannot be read: {reason}").format(reason=error.strerror or error)
                for touched in shipped_kinds() if kind == BASE else (kind,):
                    copies.wrong[touched] = TemplateFault(touched, name, 0, reason)


@lru_cache(maxsize=1)
def shipped_kinds() -> tuple[str, ...]:
    """The kinds of paper that have a template of their own, by the alphabet."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*" + SUFFIX) if path.stem != BASE))


def _found(folder: Path) -> Fingerprint:
    """The plain files of the folder, as far as they are few and small; links lead elsewhere and are left out."""
    found: list[tuple[str, int, int, int]] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False) and not entry.name.startswith("."):
                    facts = entry.stat(follow_symlinks=False)
                    found.append((entry.name, facts.st_mtime_ns, facts.st_size, facts.st_ino))
    except OSError:
        return ()
    found.sort(key=lambda row: (not row[0].endswith(SUFFIX), row[0]))
    room, kept = MOST_BYTES, []
    for row in found[:MOST_FILES]:
        room -= row[2]
        if room < 0:
            break
        kept.append(row)
    return tuple(kept)


def _content(path: Path) -> bytes:
    """A file's bytes, unless it became something else meanwhile. Raises OSError."""
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(0, "not a plain file")
        return file.read(MOST_BYTES)


_in_use = ShopTemplates()


def use(folder: Path | None, paper_size: str = USUAL_SIZE) -> ShopTemplates:
    """From now on papers are set by the templates of `folder` (None: by the shipped ones alone), for this paper."""
    global _in_use
    if _in_use.folder != folder:
        _in_use.close()
        _in_use = ShopTemplates(folder)
    _in_use.paper_size = paper_size
    return _in_use


@atexit.register
def _end() -> None:
    _in_use.close()


def in_use() -> ShopTemplates:
    """The templates that papers are set by now."""
    return _in_use
