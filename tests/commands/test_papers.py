"""`convisav papers` and `convisav paper`: copies to change, what is wrong with them, and a paper as a file."""

from __future__ import annotations

import io
import json
from pathlib import Path

import pytest
from pypdf import PdfReader
from sqlmodel import Session

from convisav_tui.clock import now
from convisav_tui.config_file import write_config
from convisav_tui.printing.papers import render_due
from convisav_tui.printing.samples import sampled_kinds
from convisav_tui.shop.order_papers import print_order_paper
from convisav_tui.store.engine import Store
from tests.commands.convisav import convisav
from tests.shop.counter import CLERK, SHOP, counter_store, take_in


def text_of(path: Path) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(path.read_bytes())).pages)


def configure(home: Path, **values: str) -> None:
    known = {"shop.name": "Rivoli", "shop.language": "fr", "station.language": "en"}
    write_config(home / "convisav.toml", known | {key.replace("__", "."): text for key, text in values.items()}, {})


def test_templates_are_exported_checked_and_told_by_the_doctor(tmp_path: Path) -> None:
    folder = tmp_path / "own"
    configure(tmp_path, papers__templates="own")
    done = convisav(tmp_path, "papers", "export", "quote", str(folder))
    assert done.code == 0 and [path.name for path in folder.iterdir()] == ["quote.typ"], done.err
    (folder / "quote.typ").write_text("changed")
    assert convisav(tmp_path, "papers", "export", "--all", str(folder)).code == 0
    assert {path.stem for path in folder.iterdir()} == {*sampled_kinds(), "base"}
    assert (folder / "quote.typ").read_text() == "changed", "a copy that is there is never written over"
    for path in folder.iterdir():
        if path.stem != "letter":
            path.unlink()
    done = convisav(tmp_path, "papers", "check")
    assert done.code == 0 and "letter" in done.out and "the shop's own" in done.out and "WRONG" not in done.out, done
    with (folder / "letter.typ").open("a", encoding="utf-8") as file:
        file.write("\n#nothing\n")
    line = len((folder / "letter.typ").read_text().splitlines())
    done = convisav(tmp_path, "papers", "check")
    assert done.code == 1 and f"letter.typ is wrong in line {line}: unknown variable: nothing" in done.out, done
    findings = json.loads(convisav(tmp_path, "doctor", "--json").out)["findings"]
    (finding,) = [one for one in findings if one["matter"] == "papers"]
    assert finding["state"] == "warning" and f"letter.typ is wrong in line {line}" in finding["sentence"]


@pytest.mark.parametrize("arguments", [("export", "nonsense", "x"), ("export", "x"), ("export", "--all", "quote", "x")])
def test_a_kind_that_there_is_not_is_refused_with_those_there_are(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    configure(tmp_path)
    done = convisav(tmp_path, "papers", *arguments)
    assert done.code == 2 and "job_sheet" in done.err and not (tmp_path / "x").exists()


def test_a_paper_is_written_as_it_was_handed_over_or_as_the_order_is_now(tmp_path: Path) -> None:
    configure(tmp_path)
    store: Store = counter_store(tmp_path)
    received = take_in(store)
    target = tmp_path / "sheet.pdf"

    def written(*arguments: str) -> str:
        done = convisav(tmp_path, "paper", received.number, *arguments, "--out", str(target))
        assert done.code == 0, done.err
        return text_of(target)

    def printed(session: Session) -> None:
        print_order_paper(session, received.order_id, "job_sheet", CLERK, SHOP)

    assert "ne vidange plus" in written("job_sheet") and "Lef" in written("intake_receipt")
    store.write(printed)
    render_due(store, now())
    store.write(lambda session: _fault(session, received.order_id))
    assert "ne vidange plus" in written("job_sheet") and "fuit" in written("job_sheet", "--now")
    done = convisav(tmp_path, "paper", received.number, "supplier_order", "--out", str(tmp_path / "none.pdf"))
    assert done.code == 4 and not (tmp_path / "none.pdf").exists()
    store.close()


def _fault(session: Session, order_id: int) -> None:
    from convisav_tui.store.models import RepairOrder

    order = session.get_one(RepairOrder, order_id)
    order.reported_fault = "fuit"
    session.add(order)
