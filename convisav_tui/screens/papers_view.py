"""The papers of an order: what can be printed of it now, and what was printed, once more by Enter or as a file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number, words
from convisav_tui.i18n import _, mark
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.prints import fault_rows
from convisav_tui.screens.widgets.painting import Role, Row
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.template_faults import TemplateFault
    from convisav_tui.store.models import Paper

LABEL, RECEIPT = "label", "receipt"


@dataclass(frozen=True)
class _Offer:
    """A row: a kind of paper as the order is now, or (with its id) one that was asked for."""

    kind: str
    paper_id: int = 0
    file_name: str = ""
    has_file: bool = False


class PapersView(ListingView):
    """Enter prints the row under the cursor; `x` writes one that was made as a file into the data folder."""

    name: ClassVar[str] = "papers"
    columns = (
        ColumnSpec("what", mark("Paper"), 44, grow=2),
        ColumnSpec("when", mark("When"), 16),
        ColumnSpec("state", mark("State"), 12, grow=1),
    )

    def __init__(self, counter: Counter, order_id: int, number: str) -> None:
        super().__init__(counter)
        self._order_id, self._number = order_id, number
        self._offers: dict[object, _Offer] = {}
        self._faults: tuple[TemplateFault, ...] = ()
        self.title = _("Papers of {number}").format(number=ticket_number.show(number))

    def order_number(self) -> str:
        """The order whose papers these are."""
        return self._number

    def actions(self) -> Sequence[str]:
        """What can be done here."""
        return ("paper_file", "print", "step", "find", "menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """The deeds."""
        return (("enter", _("Print")), ("x", _("As a file")), ("f4", _("Printers")), ("escape", _("Back")))

    def head(self, width: int) -> list[Row]:
        """Which template of the shop is wrong, where one is."""
        return fault_rows(self._faults, width)

    def act(self, action: str) -> bool:
        """Write a file."""
        current = self._list.current
        offer = self._offers.get(current.identity) if current is not None else None
        if action != "paper_file":
            return False
        if offer is None or not offer.has_file:
            self.host.say(_("Print it first: what was printed can be written as a file"), Role.WARNING)
        else:
            self._write_file(offer)
        return True

    def chosen(self, record: Record) -> None:
        """Print the row: as the order is now, or once more as a duplicate."""
        offer = self._offers.get(record.identity)
        if offer is not None:
            said = _("{paper} sent to the printer").format(paper=_named(offer.kind))
            self._do(lambda session: self._print(session, offer), said)

    def records(self, session: Session) -> list[Record]:
        """What can be made now, then what was made, newest first."""
        from convisav_tui.shop.order_papers import makeable, papers_of
        from convisav_tui.shop.template_faults import template_faults
        from convisav_tui.store.models import RepairOrder

        self._faults = template_faults(session)
        kinds = (LABEL, RECEIPT, *makeable(session.get_one(RepairOrder, self._order_id)))
        made = papers_of(session, self._order_id)
        self._offers = {kind: _Offer(kind) for kind in kinds}
        self._offers |= {
            paper.id: _Offer(paper.kind, paper.id or 0, paper.file_name, paper.rendered_at is not None)
            for paper in made
        }
        rows = [_now(kind, len(made) + len(kinds) - place) for place, kind in enumerate(kinds)]
        return rows + [self._made(paper, len(made) - place) for place, paper in enumerate(made)]

    # --- deeds --------------------------------------------------------------------------------------------------------

    def _print(self, session: Session, offer: _Offer) -> None:
        from convisav_tui.shop.document import print_again
        from convisav_tui.shop.order_papers import print_order_paper
        from convisav_tui.shop.outbox import reprint
        from convisav_tui.store.models import JobKind

        actor, shop = self.counter.actor, self.counter.shop
        if offer.paper_id:
            print_again(session, offer.paper_id, actor)
        elif offer.kind in (LABEL, RECEIPT):
            reprint(session, self._order_id, JobKind(offer.kind), actor, shop)
        else:
            print_order_paper(session, self._order_id, offer.kind, actor, shop)

    def _do(self, operation: Callable[[Session], None], said: str) -> None:
        def done(_nothing: None) -> None:
            self.host.say(said, Role.SUCCESS)
            self._list.refresh()

        self.host.run(lambda: self.counter.store.write(operation), done, label=_("Saving"))

    def _write_file(self, offer: _Offer) -> None:
        folder = self.counter.config.home / "papers"

        def write() -> Path:
            from convisav_tui.printing.receipt_pdf import write_whole
            from convisav_tui.store.models import Paper

            with self.counter.store.read() as session:
                pdf = session.get_one(Paper, offer.paper_id).pdf or b""
            path = folder / f"{offer.paper_id}-{offer.file_name}"
            write_whole(pdf, path)
            return path

        def tell(path: Path) -> None:
            self.host.say(_("Written to {path}").format(path=path), Role.SUCCESS)

        self.host.run(write, tell, label=_("Saving"))

    # --- looks --------------------------------------------------------------------------------------------------------

    def _made(self, paper: Paper, position: int) -> Record:
        state, role = _("to be made"), Role.DIM
        if paper.rendered_at is not None:
            state, role = "PDF", Role.NORMAL
        elif paper.last_error:
            state, role = paper.last_error, Role.WARNING
        cells = {"what": _named(paper.kind), "when": self.counter.moment(paper.created_at), "state": state}
        return Record(position, paper.id, cells, roles={"state": role})


def _now(kind: str, position: int) -> Record:
    said = _("{paper} (now)").format(paper=_named(kind))
    return Record(position, kind, {"what": said, "when": "", "state": ""})


def _named(kind: str) -> str:
    return words.word(words.JOBS, kind) if kind in (LABEL, RECEIPT) else words.word(words.PAPERS, kind)


def open_papers(host: Host, counter: Counter, number: str) -> None:
    """Open the papers of the order with this number."""

    def read() -> int:
        from convisav_tui.store.queries.sheet import order_id_and_version

        with counter.store.read() as session:
            return order_id_and_version(session, number)[0]

    if number:
        host.run(
            read, lambda order_id: host.open(PapersView(counter, order_id, number)), label=_("Opening"), leave=True
        )
