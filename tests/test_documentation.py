"""The documentation tells of the program that is there: tables, pictures, links, commands, dependencies."""

from __future__ import annotations

import ast
import importlib.util
import re
import subprocess
import tomllib
from pathlib import Path
from types import ModuleType

import pytest

from convisav_tui import __version__
from convisav_tui.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
DOCUMENTS = (ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").glob("*.md")))
LINK = re.compile(r"\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def script(name: str) -> ModuleType:
    """A script of the documentation, as a module."""
    spec = importlib.util.spec_from_file_location(name, ROOT / "docs" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def anchors(document: Path) -> set[str]:
    """The headings as links name them."""
    return {anchor_of(heading) for heading in HEADING.findall(document.read_text(encoding="utf-8"))}


def anchor_of(heading: str) -> str:
    """A heading as links name it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_tables_are_those_of_the_program(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert script("make_tables").rewritten(text) == text, "run: python docs/make_tables.py"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_and_pictures_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(document.read_text(encoding="utf-8")):
        if target.startswith("https://"):
            continue
        name, _sign, anchor = target.partition("#")
        found = (document.parent / name).resolve() if name else document
        assert found.exists(), f"{document.name}: {target}"
        assert not anchor or anchor in anchors(found), f"{document.name}: {target}"


def test_every_picture_is_shown_and_made() -> None:
    shown = "".join(document.read_text(encoding="utf-8") for document in DOCUMENTS)
    made = (ROOT / "docs" / "make_screens.py").read_text(encoding="utf-8")
    for picture in sorted((ROOT / "docs" / "screens").iterdir()):
        assert f"screens/{picture.name}" in shown, picture.name
        assert f'"{picture.stem}"' in made or picture.suffix == ".png", picture.name
        assert "url(http" not in picture.read_text(encoding="utf-8", errors="replace").replace('"', "")


def test_every_kind_of_paper_is_described_with_a_small_picture() -> None:
    from convisav_tui.printing.samples import sampled_kinds

    described = (ROOT / "docs" / "papers.md").read_text(encoding="utf-8")
    pictures = {path.stem: path for path in (ROOT / "docs" / "papers").glob("*.png")}
    assert set(pictures) == set(sampled_kinds())
    for kind, path in pictures.items():
        assert f"`{kind}`" in described and f"papers/{kind}.png" in described, kind
        assert path.stat().st_size < 40_000, path.name


def test_the_readme_has_one_test_command_that_ci_finds() -> None:
    extraction = next(line for line in (ROOT / ".ci" / "run").read_text().splitlines() if line.startswith("test_com"))
    told = subprocess.run(
        ["bash", "-c", f'{extraction}\necho "$test_command"'], cwd=ROOT, capture_output=True, text=True
    )
    (line,) = told.stdout.splitlines()
    assert line.startswith("python3 -m venv ") and "pytest" in line


def _chapter(guide: str, anchor: str) -> str:
    """The text under the heading that a link leads to, up to the next heading as high as it or higher."""
    found = next(head for head in re.finditer(r"^(#+) (.+)$", guide, re.MULTILINE) if anchor == anchor_of(head[2]))
    rest = guide[found.end() :]
    end = re.search(rf"^#{{1,{len(found[1])}}} ", rest, re.MULTILINE)
    return rest[: end.start()] if end else rest


def test_each_line_of_the_closing_list_has_a_test_and_a_chapter_with_a_screen() -> None:
    guide = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (.+) \| (.+) \|$", guide.partition("## Line by line")[2], re.MULTILINE)[2:]
    tree = ast.parse((ROOT / "tests" / "e2e" / "test_closing_list.py").read_text(encoding="utf-8"))
    tests = [node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name.startswith("test_")]
    quoted = [" ".join((ast.get_docstring(node) or "").split()) for node in tests]
    assert [line for line, _chapters in rows] == quoted and len(rows) == 25
    for line, chapters in rows:
        shown = "".join(_chapter(guide, anchor) for anchor in re.findall(r"\(#([\w-]+)\)", chapters))
        assert "](screens/" in shown, line


def test_every_command_and_dependency_is_described() -> None:
    guide = (ROOT / "docs" / "user-guide.md").read_text(encoding="utf-8")
    architecture = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert all(f"`convisav {name}`" in guide for name in COMMANDS)
    for requirement in project["dependencies"]:
        name = re.split(r"[^A-Za-z0-9_.-]", requirement)[0]
        row = next((line for line in architecture.splitlines() if line.startswith(f"| {name} ")), "")
        pinned = requirement.partition("==")[2]
        assert row and pinned in row, f"docs/architecture.md, dependencies: {requirement}"


def test_the_changes_name_this_version() -> None:
    assert f"## [{__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
