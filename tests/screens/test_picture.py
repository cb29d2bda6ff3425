"""Pictures for the documentation."""

from __future__ import annotations

from convisav_tui.screens.picture import svg
from tests.screens.bench import Bench
from tests.screens.toolkit_app import Intake


def test_a_page_becomes_a_picture() -> None:
    bench = Bench(Intake())
    bench.type("[bold]&")
    picture = svg(bench.desk.page(80, 24), 80, "Intake")
    assert picture.startswith("<svg")
    assert "[bold]&amp;" in picture
    assert "Customer" in picture
    assert "url(" not in picture.replace("url(#", ""), "a picture asks no other machine for anything"
