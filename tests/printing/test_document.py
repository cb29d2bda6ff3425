"""Documents: asked for once, rendered once by the worker, printed again word for word, and never a program."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader
from sqlmodel import Session, select

from convisav_tui.clock import now
from convisav_tui.printing.document_pdf import document_pdf, document_png
from convisav_tui.printing.papers import render_due
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.context import shop_of
from convisav_tui.shop.document import Document, Table, ask_for
from convisav_tui.shop.outbox import reprint_job
from convisav_tui.store.engine import Store
from convisav_tui.store.models import JobState, Paper, PrintJob
from tests.fake_printer import scanned
from tests.printing.shop_with_printers import Shop
from tests.shop_builder import empty_store

SLIP = Document(
    kind="dispatch_slip",
    title="Bordereau d’envoi",
    language="fr",
    number="D2600012",
    dated="21/11/2026",
    sender=("Atelier Rivoli", "12 rue de Rivoli\n75004 Paris"),
    addressee=("Horlogerie Sud", "[bold]"),
    facts=(("Retour prévu", "05/12/2026"), ("Transporteur", "")),
    tables=(
        Table(("N°", "Appareil", "Panne"), (("26 0001234 5", "Omega 166.0", '#eval("1+1") $x$ \\ @ref'),)),
        Table(("Ligne", "Prix"), (("Pose", "12,00 €"),), caption="Prix", total="12,00 €"),
    ),
    paragraphs=("Merci.",),
    signatures=("Le sous-traitant",),
    footer=("RCS Paris 123",),
)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return empty_store(tmp_path)


def text_of(pdf: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages)


def test_everything_stands_on_it_and_nothing_is_executed() -> None:
    said = text_of(document_pdf(SLIP))
    for words in ("Bordereau d’envoi", "D2600012", "75004 Paris", "[bold]", "05/12/2026", "Omega 166.0", "RCS Paris"):
        assert words in said
    assert '#eval("1+1")' in said and "12,00 €" in said and "Le sous-traitant" in said
    assert "Transporteur" not in said  # nothing is known of it


def test_the_barcode_reads_back() -> None:
    assert scanned(Image.open(io.BytesIO(document_png(SLIP)))) == ["D2600012"]


def test_a_long_table_goes_on_over_pages() -> None:
    rows = tuple((f"26 {index:07d} 5", "Téléphone " + "x" * 60, "écran") for index in range(120))
    document = Document("dispatch_slip", "Envoi", "fr", tables=(Table(("N°", "A", "P"), rows),))
    reader = PdfReader(io.BytesIO(document_pdf(document)))
    assert len(reader.pages) > 2
    assert all("N°" in page.extract_text() for page in reader.pages)


def test_it_is_kept_as_asked_for_and_read_again() -> None:
    import json

    assert Document.from_content(json.loads(json.dumps(SLIP.as_content()))) == SLIP


def test_a_file_name_suits_every_mail_program_and_file_system() -> None:
    assert Document("quote", "Devis n° 12/../é", "fr").file_name == "Devis n° 12-..-é.pdf"
    assert Document("quote", "/", "fr").file_name == "quote.pdf"


def asked(store: Store, copies: int = 1) -> int:
    def operation(session: Session) -> int:
        paper = ask_for(session, SLIP, key="dispatch:1", order_id=None, party_id=None, actor=PROGRAM, copies=copies)
        assert paper.id is not None
        return paper.id

    return store.write(operation)


def test_asked_twice_it_is_one_paper_and_one_print(store: Store) -> None:
    assert asked(store) == asked(store)
    with store.read() as session:
        assert len(session.exec(select(Paper)).all()) == len(session.exec(select(PrintJob)).all()) == 1


def test_the_worker_renders_it_once(store: Store) -> None:
    asked(store, copies=0)
    assert render_due(store, now()) == 1
    assert render_due(store, now()) == 0
    with store.read() as session:
        paper = session.exec(select(Paper)).one()
        assert paper.pdf and "Horlogerie Sud" in text_of(paper.pdf) and len(paper.sha256) == 64
        assert session.exec(select(PrintJob)).all() == []


def test_what_cannot_be_set_says_why_and_is_not_tried_for_ever(store: Store) -> None:
    store.write(lambda session: session.add(Paper(kind="letter", dedupe_key="broken", content={"kind": "letter"})))
    asked(store, copies=0)
    assert render_due(store, now()) == 1
    with store.read() as session:
        broken = session.exec(select(Paper).where(Paper.dedupe_key == "broken")).one()
        assert "title" in broken.last_error and broken.rendered_at is None


def test_it_becomes_a_file_and_its_reprint_is_marked(tmp_path: Path) -> None:
    shop = Shop(tmp_path)
    asked(shop.store)
    shop.clock.now = now()
    shop.print()
    with shop.store.read() as session:
        job = session.exec(select(PrintJob)).one()
        assert job.state is JobState.SENT and job.id
    shop.store.write(lambda session: reprint_job(session, job.id, PROGRAM, shop_of(shop.config)))
    shop.clock.now = now()
    shop.print()
    first, again = sorted((tmp_path / "papers").glob("dispatch_slip-*.pdf"))
    assert "DUPLICATA" not in text_of(first.read_bytes())
    assert "DUPLICATA" in text_of(again.read_bytes())
