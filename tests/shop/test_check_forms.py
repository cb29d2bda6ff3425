"""PDF forms as checklists: read whatever comes, filled from the order, shown by every reader, read back."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlmodel import Session, select

from convisav_tui import ticket_number
from convisav_tui.errors import FieldErrors, UsageError
from convisav_tui.i18n import format_day
from convisav_tui.printing.form_papers import form_of_job, kept_form
from convisav_tui.printing.papers import render_due
from convisav_tui.shop import pdf_form_child, pdf_forms
from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.check_form_fields import recognised
from convisav_tui.shop.check_forms import FormTaken, add_form, ask_for_form, keep_forms, map_field, take_form
from convisav_tui.shop.checklist_store import checkpoints_of, type_named
from convisav_tui.shop.checklists import answer_checks, checks_of
from convisav_tui.shop.pdf_form_child import answer
from convisav_tui.shop.pdf_forms import FormField, fill_form, read_form
from convisav_tui.store.models import (
    CheckAnswer,
    CheckForm,
    CheckStage,
    Device,
    OrderState,
    Paper,
    Party,
    PrintJob,
    RepairOrder,
)
from tests import pdf_forms as pdfs
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store

STAGE = CheckStage.DIAGNOSIS
FORM = pdfs.form(
    pdfs.text("N° dossier"),
    pdfs.text("client"),
    pdfs.text("champ7", "Numéro de série"),
    pdfs.text("Panne déclarée"),
    pdfs.box("joint", "Joint de porte propre"),
    pdfs.choice("usure", "Faible", "Moyenne", "Forte", label="Usure des charbons"),
    pdfs.text("remarques", "Remarques"),
    radio=("bruit", "Oui", "Non"),
)


@pytest.fixture(autouse=True)
def reading_here(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The other process costs each test its start; one test waits for it."""
    if "alone" not in request.node.name:
        monkeypatch.setattr(pdf_forms, "_run", answer)


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bench:
    bench = Bench(counter_store(tmp_path), monkeypatch)
    bench.reach(OrderState.DIAGNOSING)
    bench.write(lambda session: add(session))
    return bench


def add(session: Session, content: bytes = FORM, only: bool = False) -> None:
    kind = type_named(session, "washing_machine")
    add_form(session, kind.id or 0, STAGE, read_form(content), "controle.pdf", SHOP, PROGRAM, only=only)


def form_row(bench: Bench) -> CheckForm:
    with bench.store.read() as session:
        return session.exec(select(CheckForm)).one()


def points(bench: Bench) -> dict[str, int]:
    with bench.store.read() as session:
        return {check.code: check.checkpoint_id for check in checks_of(session, bench.order_id, STAGE, "fr")}


def said(bench: Bench, **answers: str) -> None:
    ids = points(bench)
    by_id = {ids[code]: text for code, text in answers.items()}
    bench.write(lambda session: answer_checks(session, bench.order_id, by_id, CLERK))


def take(bench: Bench, content: bytes, name: str = "rendu.pdf") -> FormTaken:
    form = read_form(content)
    return bench.store.write(lambda session: take_form(session, bench.order_id, form, content, name, SHOP, CLERK))


def values(content: bytes) -> dict[str, str]:
    return {field.name: field.value for field in read_form(content).fields}


def told(content: bytes) -> str:
    """What the child says of a file, without starting it."""
    found, _pdf = answer({"job": "read"}, content)
    return str(found.get("wrong", "fine"))


def test_fields_become_questions_and_facts(bench: Bench) -> None:
    assert form_row(bench).fields == {
        "N° dossier": "fact:number",
        "client": "fact:customer",
        "champ7": "fact:serial",
        "Panne déclarée": "fact:fault",
        "joint": "check:joint",
        "usure": "check:usure",
        "remarques": "check:remarques",
        "bruit": "check:bruit",
    }
    with bench.store.read() as session:
        kind = type_named(session, "washing_machine")
        rows = {row.code: row for row in checkpoints_of(session, kind.id or 0) if row.stage is STAGE}
    assert rows["joint"].texts == {"fr": "Joint de porte propre"} and rows["joint"].kind.value == "check"
    assert rows["remarques"].kind.value == "text"
    assert [choice["code"] for choice in rows["usure"].choices] == ["faible", "moyenne", "forte"]
    assert [choice["fr"] for choice in rows["bruit"].choices] == ["Oui", "Non"]
    assert "drains" in rows and rows["drains"].active  # what the shop asked before it asks still


def test_added_again_keeps_what_was_mapped_by_hand_and_may_silence_the_rest(bench: Bench) -> None:
    bench.write(lambda session: map_field(session, form_row(bench).id or 0, "remarques", "fact:found_fault", PROGRAM))
    with pytest.raises(FieldErrors, match="fact:number"):
        bench.write(lambda session: map_field(session, form_row(bench).id or 0, "client", "fact:shoe_size", PROGRAM))
    bench.write(lambda session: add(session, only=True))
    assert form_row(bench).fields["remarques"] == "fact:found_fault"
    assert set(points(bench)) == {"joint", "usure", "bruit"}


@pytest.mark.parametrize(
    "name, fact",
    [
        ("Numéro de dossier", "number"),
        ("NrFisa", "number"),
        ("serial_number", "serial"),
        ("Nume client", "customer"),
        ("Date d'achat", "purchased_on"),
        ("écran", ""),
    ],
)
def test_fields_are_recognised_in_three_languages(name: str, fact: str) -> None:
    assert recognised(FormField(name, "text")) == fact
    assert recognised(FormField(name, "check")) == ""
    assert recognised(FormField("champ1", "text", label=name)) == fact
    assert recognised(FormField(f"page1.{name}", "text")) == fact


def test_the_form_is_filled_from_the_order_and_the_answers(bench: Bench) -> None:
    said(bench, joint="ok", usure="moyenne", bruit="non", remarques="sèche à Iași")
    paper = bench.store.write(lambda session: ask_for_form(session, bench.order_id, None, SHOP, CLERK))
    assert paper is not None and paper.id is not None and paper.pdf is None
    assert render_due(bench.store, bench.instant) >= 1
    pdf = kept_form(bench.store, paper.id)
    with bench.store.read() as session:
        order = session.get_one(RepairOrder, bench.order_id)
        party, device = session.get_one(Party, order.party_id), session.get_one(Device, order.device_id)
    assert values(pdf) == {
        "N° dossier": ticket_number.show(order.number),
        "client": party.name,
        "champ7": device.serial,
        "Panne déclarée": order.reported_fault,
        "joint": "x",
        "usure": "moyenne",
        "remarques": "sèche à Iași",
        "bruit": "non",
    }
    with bench.store.read() as session:
        job = session.exec(select(PrintJob).where(PrintJob.paper_id == paper.id)).one()
    assert form_of_job(bench.store, job.id or 0, job.content) == pdf


@pytest.mark.parametrize(
    ("written_in", "customer", "expected"),
    [("/Lang (ro-RO)", "fr", "ro"), ("", "ro", "ro"), ("/Lang (de)", "ro", "ro"), ("/Lang <FEFF00660072>", "en", "fr")],
)
def test_words_in_a_form_are_in_its_language_else_the_customers(
    bench: Bench, written_in: str, customer: str, expected: str
) -> None:
    """The kind of device and the days are not in the shop's language beside a form in another."""

    def ask(session: Session) -> Paper | None:
        session.get_one(Party, session.get_one(RepairOrder, bench.order_id).party_id).language = customer
        add(session, pdfs.form(pdfs.text("type"), pdfs.text("date"), catalog=written_in))
        return ask_for_form(session, bench.order_id, STAGE, SHOP, CLERK, copies=0)

    paper = bench.store.write(ask)
    assert paper is not None and (paper.language, paper.content["language"]) == (expected, expected)
    today, kind = paper.content["values"]["date"], paper.content["values"]["type"]
    assert kind == {"ro": "Mașină de spălat rufe", "fr": "Lave-linge"}[expected]
    assert today == format_day(SHOP.today(), expected)


def test_the_same_answers_give_the_same_paper_and_a_step_keeps_it(bench: Bench) -> None:
    said(bench, joint="ok")
    bench.write(lambda session: keep_forms(session, bench.order_id, SHOP, CLERK))
    bench.write(lambda session: keep_forms(session, bench.order_id, SHOP, CLERK))
    with bench.store.read() as session:
        assert len(session.exec(select(Paper).where(Paper.kind == "check_form")).all()) == 1
        assert not session.exec(select(PrintJob).where(PrintJob.kind == "paper")).all()


def test_every_reader_shows_the_values() -> None:
    filled = fill_form(FORM, {"remarques": "réparé", "joint": "x", "client": "Moussa"})
    looks = [widget["/AP"]["/N"] for widget in PdfReader(BytesIO(filled)).pages[0]["/Annots"] if "/AP" in widget]
    drawn = b" ".join(look.get_data() for look in looks if hasattr(look, "get_data"))
    assert "réparé".encode("latin-1") in drawn and b"Moussa" in drawn
    assert b"/NeedAppearances true" in filled
    romanian = fill_form(FORM, {"remarques": "ștergere"})
    assert b"/NeedAppearances false" in romanian  # the form's font would drop the letter: the picture of it stands


def test_a_form_filled_elsewhere_is_read_back_once(bench: Bench) -> None:
    said(bench, usure="faible")
    filled = fill_form(FORM, {"joint": "x", "usure": "faible", "remarques": "courroie usée", "bruit": "oui"})
    assert take(bench, filled) == FormTaken(new=3, known=1, errors={})
    assert take(bench, filled) == FormTaken(new=0, known=4, errors={})
    with bench.store.read() as session:
        rows = session.exec(select(CheckAnswer).where(CheckAnswer.evidence == "rendu.pdf")).all()
        kept = session.exec(select(Paper).where(Paper.file_name == "rendu.pdf")).one()
    assert sorted(row.answer for row in rows) == ["courroie usée", "ok", "oui"]
    assert kept.pdf == filled


def test_what_cannot_be_taken_is_told_by_field_and_the_rest_is_taken(bench: Bench) -> None:
    filled = fill_form(FORM, {"joint": "x", "remarques": "x" * 500})
    taken = take(bench, filled)
    assert taken.new == 1 and list(taken.errors) == ["Remarques"] and "400" in taken.errors["Remarques"]


def test_a_form_of_another_order_or_another_kind_is_refused(bench: Bench) -> None:
    with pytest.raises(UsageError, match="26 0000099"):
        take(bench, fill_form(FORM, {"N° dossier": other_number(), "joint": "x"}))
    with pytest.raises(UsageError, match="none of its fields"):
        take(bench, pdfs.form(pdfs.text("x1"), pdfs.box("x2")))
    with bench.store.read() as session:
        assert not session.exec(select(CheckAnswer)).all()


def other_number() -> str:
    return ticket_number.show(ticket_number.make(2026, 99))


def test_a_replaced_form_keeps_the_papers_of_the_one_before(bench: Bench) -> None:
    said(bench, joint="ok")
    paper = bench.store.write(lambda session: ask_for_form(session, bench.order_id, STAGE, SHOP, CLERK, copies=0))
    assert paper is not None and paper.id is not None
    kept = kept_form(bench.store, paper.id)
    later = bench.store.write(
        lambda session: (
            said_more(session, bench),
            ask_for_form(session, bench.order_id, STAGE, SHOP, CLERK, copies=0),
        )[1]
    )
    bench.write(lambda session: add(session, pdfs.form(pdfs.box("joint"))))
    assert kept_form(bench.store, paper.id) == kept
    assert later is not None and later.id is not None
    with pytest.raises(UsageError, match="replaced"):
        kept_form(bench.store, later.id)


def said_more(session: Session, bench: Bench) -> None:
    kind = type_named(session, "washing_machine")
    row = next(row for row in checkpoints_of(session, kind.id or 0) if row.code == "usure")
    answer_checks(session, bench.order_id, {row.id or 0: "forte"}, CLERK)


LOCKED = pdfs.pdf(["<< /Type /Catalog >>"], trailer="/Encrypt << /Filter /Standard /V 1 /R 2 >> /ID [<00> <00>]")
XFA = pdfs.form(acroform="/XFA (x)")
LOOP = pdfs.pdf(
    [
        "<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [ 4 0 R ] >> >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 9 9] >>",
        "<< /T (a) /Kids [ 4 0 R ] >>",
    ]
)


@pytest.mark.parametrize(
    "content, wrong",
    [
        (b"", "no_pdf"),
        (b"MZ\x90\x00" * 100, "no_pdf"),
        (b"%PDF-1.7\n" + b"\xff" * 5000, "damaged"),
        (FORM[: len(FORM) // 3], "damaged"),
        (LOCKED, "locked"),
        (pdfs.pdf(["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] /Count 0 >>"]), "no_fields"),
        (XFA, "xfa"),
        (LOOP, "no_fields"),
        (pdfs.form(*(pdfs.text(f"f{number}") for number in range(501))), "too_many"),
        (pdfs.form(pdfs.choice("c", *(f"o{number}" for number in range(80)))), "too_many"),
    ],
    ids=["empty", "program", "noise", "cut", "locked", "no form", "xfa", "loop", "fields", "options"],
)
def test_whatever_is_no_form_is_said_in_words(content: bytes, wrong: str) -> None:
    assert told(content) == wrong
    assert wrong in pdf_forms._WRONG


def test_a_broken_table_of_places_is_mended() -> None:
    assert told(FORM.replace(b"startxref\n", b"startxref\n99")) == "fine"


def test_scripts_are_left_out() -> None:
    script = "/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >> /Names << /JavaScript << /Names [] >> >>"
    form = read_form(pdfs.form(pdfs.text("a") + "/AA << /K << /S /JavaScript /JS (x) >> >>", catalog=script))
    assert form.scripts and b"JavaScript" not in form.pdf
    assert read_form(form.pdf).fields == form.fields


def test_a_reader_that_takes_too_long_or_too_much_ends_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    assert read_form(FORM).fields[0].name == "N° dossier"
    monkeypatch.setattr(pdf_forms, "SECONDS", 0.01)
    with pytest.raises(UsageError, match="too long"):
        read_form(FORM)
    monkeypatch.setattr(pdf_forms, "SECONDS", 20.0)
    monkeypatch.setattr(pdf_forms, "MEMORY", 1 << 24)
    with pytest.raises(UsageError, match="memory"):
        read_form(FORM)
    with pytest.raises(UsageError, match="larger than"):
        read_form(b"%PDF-" + b"0" * pdf_forms.LARGEST_FILE)


def test_letters_that_the_fonts_of_readers_have_not_are_shown_as_near_as_may_be() -> None:
    assert pdf_form_child.shown_text("déjà") == "déjà"
    assert pdf_form_child.shown_text("ștampilă") == "ştampilă"
    assert pdf_form_child.shown_text("à Iași") == "à Iasi"
