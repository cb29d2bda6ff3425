"""A shop's own templates: used where they are there, never trusted, and their faults told with file and line."""

from __future__ import annotations

import io
import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image
from pypdf import PdfReader

from convisav_tui.i18n import set_language
from convisav_tui.printing import shop_templates
from convisav_tui.printing.samples import sample_pdf, sample_words
from convisav_tui.printing.shop_templates import SHIPPED, ShopTemplates
from convisav_tui.printing.template_check import check
from convisav_tui.printing.template_duty import look_after
from convisav_tui.printing.template_jail import Jail
from convisav_tui.shop.template_faults import template_faults
from tests.shop_builder import empty_store

LETTER = "letter"
WORDS = json.dumps(sample_words(LETTER) | {"logo": []})
SHIPPED_LINES = len((SHIPPED / "letter.typ").read_text().splitlines())


@pytest.fixture(scope="module")
def jail() -> Iterator[Jail]:
    """One process for all: what it survives it survives for the next."""
    jail = Jail(seconds=20.0)
    yield jail
    jail.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "own").mkdir()
    shutil.copy(SHIPPED / "letter.typ", tmp_path / "own")
    return tmp_path / "own"


@pytest.fixture
def templates(folder: Path, jail: Jail) -> Iterator[ShopTemplates]:
    templates = ShopTemplates(folder, jail)
    yield templates
    templates._forget()


def write(folder: Path, more: str) -> None:
    """The shipped letter with a line more."""
    (folder / "letter.typ").write_text((SHIPPED / "letter.typ").read_text() + more, encoding="utf-8")


def made(templates: ShopTemplates) -> bytes | None:
    return templates.set(LETTER, WORDS, "pdf", None, ("a-3b",))


def text_of(pdf: bytes | None) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf or b"")).pages)


def test_a_shops_copy_is_used_with_its_pictures_and_what_is_common(templates: ShopTemplates, folder: Path) -> None:
    (folder / "logo.png").write_bytes(typeset_picture())
    base = (SHIPPED / "base.typ").read_text()
    (folder / "base.typ").write_text(base + '\n#let added = "commun"\n')
    write(folder, '\n#image("logo.png", width: 2cm)\nMot de la maison #added\n')
    pdf = made(templates)
    assert "Mot de la maison commun" in text_of(pdf)
    assert len(PdfReader(io.BytesIO(pdf or b"")).pages[0].images) == 1
    assert templates.has("quote"), "what is common was changed, so every paper is the shop's"
    assert templates.faults() == ()


def typeset_picture() -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ("#nothing", "unknown variable"),
        ("#let x = (", "unclosed"),
        ('#read("/etc/passwd")', "file not found"),
        ('#read("../../../../etc/passwd")', "escape"),
        ('#read("link.txt")', "file not found"),
        ('#import "@preview/cetz:0.3.0"', "package"),
        ('#import "@local/nothing:0.1.0"', "package"),
        ("#while true {}", "always true"),
    ],
)
def test_a_fault_is_named_with_its_file_and_line(templates: ShopTemplates, folder: Path, more: str, said: str) -> None:
    (folder / "link.txt").symlink_to("/etc/passwd")
    write(folder, "\n" + more + "\n")
    assert made(templates) is None
    (fault,) = templates.faults()
    assert (fault.kind, fault.file, fault.line) == (LETTER, "letter.typ", SHIPPED_LINES + 2)
    assert said in fault.reason and "/tmp" not in fault.reason
    set_language("en")
    assert fault.sentence.startswith(f"The shop's template letter.typ is wrong in line {SHIPPED_LINES + 2}: ")


def test_a_fault_in_what_is_common_is_found_there(templates: ShopTemplates, folder: Path) -> None:
    (folder / "base.typ").write_text("#let w = 1\n#nothing\n", encoding="utf-8")
    assert made(templates) is None
    assert [(fault.file, fault.line) for fault in templates.faults()] == [("base.typ", 2)]


@pytest.mark.parametrize(
    "more",
    [
        "#for i in range(40000) { for j in range(40000) { let x = i * j } }",  # time
        '#let a = "x" * 3000\n#for i in range(60) { a = a + a }',  # memory
    ],
)
def test_what_never_ends_or_takes_all_memory_is_ended(folder: Path, more: str) -> None:
    templates = ShopTemplates(folder, Jail(seconds=1.5))
    try:
        write(folder, "\n" + more + "\n")
        assert made(templates) is None
        assert [fault.kind for fault in templates.faults()] == [LETTER]
        assert made(templates) is None, "it is not tried again as it is"
        write(folder, "\nCorrigé\n")
        slow = ShopTemplates(folder)
        try:
            assert "Corrigé" in text_of(made(slow)) and slow.faults() == ()
        finally:
            slow.close()
    finally:
        templates.close()


def test_a_jail_goes_on_after_its_process_was_killed(templates: ShopTemplates, jail: Jail) -> None:
    assert made(templates)
    assert jail._process is not None
    jail._process.kill()
    jail._process.wait()
    assert made(templates)


def test_a_letter_that_the_font_lacks_makes_a_plain_pdf(templates: ShopTemplates, folder: Path) -> None:
    write(folder, "\n日本 in the house's own words\n")
    assert "own words" in text_of(made(templates)) and templates.faults() == ()


def test_one_paper_that_it_stumbles_over_does_not_put_it_away(templates: ShopTemplates) -> None:
    assert made(templates)
    broken = json.dumps(sample_words(LETTER) | {"logo": list(typeset_picture()[:40])})
    assert templates.set(LETTER, broken, "pdf", None, ()) is None
    assert [fault.file for fault in templates.faults()] == ["base.typ"]
    assert made(templates) and templates.faults() == ()


def test_a_file_that_is_none_and_too_many_files_do_no_harm(templates: ShopTemplates, folder: Path) -> None:
    os.mkfifo(folder / "pipe.typ")
    (folder / "folder.typ").mkdir()
    for index in range(300):
        (folder / f"z{index}.txt").write_text("x")
    (folder / "large.bin").write_bytes(b"\0" * 11_000_000)
    assert made(templates)
    assert templates.faults() == ()


def test_the_shipped_template_takes_over_and_every_station_hears_of_it(folder: Path, tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    write(folder, "\n#nothing\n")

    def told() -> list[tuple[str, int]]:
        with store.read() as session:
            return [(fault.file, fault.line) for fault in template_faults(session)]

    try:
        look_after(store, folder)
        assert told() == [("letter.typ", SHIPPED_LINES + 2)], "before any letter was written"
        assert "atelier" in text_of(sample_pdf(LETTER)).casefold()
        (one,) = check(shop_templates.in_use(), only_own=True)
        assert (one.kind, one.own) == (LETTER, True) and "letter.typ" in one.trouble
        write(folder, "\nCorrigé\n")
        look_after(store, folder)
        assert told() == [] and "Corrigé" in text_of(sample_pdf(LETTER))
        look_after(store, tmp_path / "nowhere")
        assert [file for file, _line in told()] == [str(tmp_path / "nowhere")]
        look_after(store, None)
        assert told() == [] and "Corrigé" not in text_of(sample_pdf(LETTER))
    finally:
        shop_templates.use(None)
        store.close()
