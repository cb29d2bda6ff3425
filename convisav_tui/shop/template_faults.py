"""What is wrong with the shop's own templates of papers: told by the worker, shown to people on every station."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass

from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.i18n import _
from convisav_tui.shop.dated_rules import shop_setting
from convisav_tui.store.models import Setting
from convisav_tui.text import one_line

KEY = "papers.faults"
_ROOM = 200  # characters of what the typesetter says


@dataclass(frozen=True)
class TemplateFault:
    """A template that could not be set: of which kind of paper, in which file and line (0: nowhere in particular)."""

    kind: str
    file: str
    line: int
    reason: str

    @property
    def sentence(self) -> str:
        """What is wrong and where, in the language spoken now."""
        said = _("The shop's template {file} is wrong: {reason}.")
        if self.line:
            said = _("The shop's template {file} is wrong in line {line}: {reason}.")
        return said.format(file=self.file, line=self.line, reason=one_line(self.reason)[:_ROOM].rstrip("."))


def template_faults(session: Session) -> tuple[TemplateFault, ...]:
    """What the worker found wrong, by kind of paper; nothing when all templates can be set."""
    kept = shop_setting(session, KEY)
    rows = kept if isinstance(kept, list) else []
    return tuple(_fault(row) for row in rows if isinstance(row, Mapping))


def tell_faults(session: Session, faults: Iterable[TemplateFault]) -> None:
    """Keep what is wrong now, in place of what was."""
    row = session.get(Setting, KEY) or Setting(key=KEY)
    row.value, row.updated_at = [asdict(fault) for fault in faults], now()
    session.add(row)


def _fault(row: Mapping[str, object]) -> TemplateFault:
    line = row.get("line")
    return TemplateFault(
        str(row.get("kind", "")), str(row.get("file", "")), line if isinstance(line, int) else 0, str(row.get("reason"))
    )
