"""`convisav checklists form`: a form taken, mapped, written for an order and read back."""

from __future__ import annotations

import argparse
from pathlib import Path

import pytest

from convisav_tui.commands import check_forms
from convisav_tui.errors import UsageError
from convisav_tui.shop import pdf_form_child
from convisav_tui.store.engine import Store
from convisav_tui.store.models import OrderState
from tests import pdf_forms
from tests.screens.intake_bench import config_of
from tests.shop.bench import Bench
from tests.shop.counter import counter_store

FORM = pdf_forms.form(pdf_forms.text("Ref"), pdf_forms.box("joint", "Joint"), pdf_forms.text("avis", "Avis"))


def test_a_form_is_added_mapped_written_and_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    bench = Bench(counter_store(tmp_path), monkeypatch)
    bench.reach(OrderState.DIAGNOSING)
    monkeypatch.setattr("convisav_tui.shop.pdf_forms._run", pdf_form_child.answer)
    monkeypatch.setattr(check_forms, "opened", lambda _config: Store(f"sqlite:///{tmp_path / 'shop.db'}"))
    with bench.store.read() as session:
        from convisav_tui.store.models import RepairOrder

        number = session.get_one(RepairOrder, bench.order_id).number
    (tmp_path / "form.pdf").write_bytes(FORM)
    parser = argparse.ArgumentParser()
    check_forms.add_form_arguments(parser)

    def run(*words: str) -> int:
        return check_forms.run_form(parser.parse_args(words), config_of(tmp_path))

    of_type = ("washing_machine", "diagnosis")
    assert run("add", *of_type, str(tmp_path / "form.pdf")) == 0
    assert run("map", *of_type, "avis=fact:serial") == 0
    assert "avis=fact:serial" in capsys.readouterr().out
    with pytest.raises(UsageError):
        run("map", *of_type, "avis=fact:shoe_size")
    assert run("write", number, str(tmp_path / "filled.pdf")) == 0
    (tmp_path / "back.pdf").write_bytes(pdf_form_child.fill((tmp_path / "filled.pdf").read_bytes(), {"joint": "x"}))
    assert run("read", number, str(tmp_path / "back.pdf")) == 0
    assert "new answers: 1" in capsys.readouterr().out
    assert run("drop", *of_type) == 0
