"""A paper that is neither label nor intake receipt: what stands on it, asked for once, rendered later by the worker.

Every text is already in the paper's language. A `Paper` keeps what was asked for and, once rendered, the PDF that was
attached or handed over; `printing.document_pdf` sets it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlmodel import Session, select

from convisav_tui.shop.actor import Actor
from convisav_tui.shop.paper import Content
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import JobKind, Paper, Party, PrintJob
from convisav_tui.text import clean_line

_LONGEST_NAME = 80
# What a file name may hold besides letters and digits, wherever it arrives.
_IN_NAMES = " -_.°"


@dataclass(frozen=True)
class Table:
    """Rows of text under columns; the last column is set to the right when `total` stands below it."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    caption: str = ""
    total: str = ""


@dataclass(frozen=True)
class Document:
    """What stands on a paper, from top to bottom; empty parts are left out."""

    kind: str  # words.PAPERS
    title: str
    language: str
    number: str = ""  # in clear and as Code 128: a ticket number, or a code of letters, digits and dashes
    dated: str = ""
    sender: tuple[str, ...] = ()
    addressee: tuple[str, ...] = ()
    facts: tuple[tuple[str, str], ...] = ()  # caption, value
    tables: tuple[Table, ...] = ()
    paragraphs: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()  # captions of the boxes to sign in
    footer: tuple[str, ...] = ()
    logo_of: int | None = None  # party id of the principal whose logo stands on it

    def as_content(self) -> Content:
        """The JSON that a paper keeps."""
        return asdict(self)

    @classmethod
    def from_content(cls, content: Mapping[str, object]) -> Document:
        """The document of a paper; unknown keys belong to another version. Raises KeyError without kind or title."""
        logo_of = content.get("logo_of")
        return cls(
            kind=str(content["kind"]),
            title=str(content["title"]),
            language=str(content.get("language", "fr")),
            number=str(content.get("number", "")),
            dated=str(content.get("dated", "")),
            sender=_lines(content.get("sender")),
            addressee=_lines(content.get("addressee")),
            facts=tuple((pair[0], pair[1]) for pair in map(_lines, _items(content.get("facts"))) if len(pair) == 2),
            tables=tuple(_table(item) for item in _items(content.get("tables")) if isinstance(item, Mapping)),
            paragraphs=_lines(content.get("paragraphs")),
            signatures=_lines(content.get("signatures")),
            footer=_lines(content.get("footer")),
            logo_of=logo_of if isinstance(logo_of, int) else None,
        )

    @property
    def file_name(self) -> str:
        """A name for the PDF that every mail program and file system takes: "Devis n° 26 0000012 4.pdf"."""
        name = clean_line(" ".join(part for part in (self.title, self.number) if part))
        kept = "".join(letter if letter.isalnum() or letter in _IN_NAMES else "-" for letter in name)
        return f"{kept[:_LONGEST_NAME].strip(' .-') or self.kind}.pdf"


def ask_for(
    session: Session,
    document: Document,
    *,
    key: str,
    order_id: int | None,
    party_id: int | None,
    actor: Actor | None,
    copies: int = 1,
) -> Paper:
    """Ask for a paper, and `copies` prints of it (0: it is only attached). The same `key` again gives the same paper
    back and prints nothing."""
    paper = session.exec(select(Paper).where(Paper.dedupe_key == key)).first()
    if paper is not None:
        return paper
    staff_id = actor.staff_id if actor is not None else None
    paper = Paper(
        order_id=order_id,
        party_id=party_id,
        kind=document.kind,
        language=document.language,
        content=document.as_content(),
        file_name=document.file_name,
        dedupe_key=key,
        created_by_id=staff_id,
    )
    session.add(paper)
    session.flush()
    if copies:
        _print(session, paper, copies, staff_id, f"paper:{paper.id}:0")
    return paper


@asks(Permission.ANONYMISE)
def print_again(session: Session, paper_id: int, actor: Actor, copies: int = 1) -> PrintJob:
    """Print a paper once more, word for word as it was, marked as a duplicate. Raises Refusal to all but a manager for
    the papers of somebody whose data were erased: they are kept for the law alone (rules.md 4.4)."""
    paper = session.get_one(Paper, paper_id)
    party = session.get(Party, paper.party_id) if paper.party_id is not None else None
    if party is not None and party.anonymised_at is not None:
        require(session, actor, Permission.ANONYMISE)
    earlier = session.exec(select(PrintJob).where(PrintJob.paper_id == paper_id)).all()
    key = f"paper:{paper_id}:{len(earlier)}"
    return _print(session, paper, copies, actor.staff_id, key, duplicate=bool(earlier))


def _print(
    session: Session, paper: Paper, copies: int, staff_id: int | None, key: str, duplicate: bool = False
) -> PrintJob:
    job = PrintJob(
        order_id=paper.order_id,
        paper_id=paper.id,
        kind=JobKind.PAPER,
        copies=copies,
        content=dict(paper.content),
        duplicate=duplicate,
        dedupe_key=key,
        created_by_id=staff_id,
    )
    session.add(job)
    session.flush()
    return job


def _items(value: object) -> Sequence[object]:
    return value if isinstance(value, list | tuple) else ()


def _lines(value: object) -> tuple[str, ...]:
    return tuple(str(item) for item in _items(value))


def _table(value: Mapping[str, object]) -> Table:
    return Table(
        columns=_lines(value.get("columns")),
        rows=tuple(_lines(row) for row in _items(value.get("rows"))),
        caption=str(value.get("caption", "")),
        total=str(value.get("total", "")),
    )
