"""The benchmarks are kept alive: each is run as small as it gets. What they measure is not judged here."""

from __future__ import annotations

import importlib
import pkgutil
import re
from pathlib import Path

import pytest

import benchmarks
from benchmarks import all as every
from benchmarks import by_hand, figures, imports, intake, label, queries, shops, start
from benchmarks.command import Extent
from benchmarks.figures import Aim, Figure, Sample
from convisav_tui import clock

TINY = Extent(rounds=1, orders=(4,), terms=("xterm-256color",), keys=4, opens=2)


@pytest.fixture(scope="module")
def folder_of_shops(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("shops")


@pytest.fixture(autouse=True)
def _own_shops(folder_of_shops: Path, _own_surroundings: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """One small shop for all; nothing is left in the machine's temporary folder."""
    monkeypatch.setenv(shops.KEPT_IN, str(folder_of_shops))


def test_every_module_of_the_benchmarks_is_there_and_says_what_it_measures() -> None:
    names = [found.name for found in pkgutil.walk_packages(benchmarks.__path__, "benchmarks.")]
    assert len(names) > 10
    assert all(importlib.import_module(name).__doc__ for name in names)


def test_intake_is_compared_with_the_same_rows_by_hand() -> None:
    by_clock, cpu = intake.measure(TINY)
    assert (by_clock.unit, cpu.unit) == ("ms", "ms CPU")
    assert len(by_clock.ours.values) == 10 and by_clock.ratio is not None


def test_plain_intake_leaves_as_many_rows_as_ours() -> None:
    with shops.copied(4) as home, shops.opened(home) as store:
        program = intake.Intake(store, home)
        program.receive()
        rows = program.rows_of_one()
        store.close()
        assert {"party", "device", "repair_order", "order_event", "print_job", "party_search"} <= {
            table.name for table, _rows in rows
        }
        with shops.plain_connection(home) as connection:
            before = {table.name: _count(connection, table.name) for table, _rows in rows}
            intake.PlainIntake(connection, rows).insert()
            added = {table.name: _count(connection, table.name) - before[table.name] for table, _rows in rows}
            assert added == {table.name: len(found) for table, found in rows}
            found = connection.execute("SELECT count(*) FROM party_search_fts WHERE party_search_fts MATCH '\"odile\"'")
            assert found.fetchone()[0] >= 2


def test_queries_find_something_on_both_sides() -> None:
    with shops.database("SQLite", 4) as (store, connection):
        day = clock.today("Europe/Paris")
        ours, plain = queries.Layered(store, day), by_hand.Plain(connection, day, is_sqlite=True)
        rows = ours.board("open")[0]  # type: ignore[index]
        assert rows and len(rows) == len(plain.board("open", queries.LIMIT, queries.PERSON))
        number, name = connection.execute(
            "SELECT o.number, c.name_key FROM repair_order o JOIN party c ON c.id = o.party_id"
        ).fetchone()
        assert ours.first_screen() and ours.sheet(number) and plain.sheet(number)
        for text in (name.split()[0], number):
            assert ours.search(text) and plain.search(text, queries.HITS)


def test_heavy_libraries_come_after_the_first_paint() -> None:
    stages: dict[str, set[str]] = {}
    for figure in imports.measure(Extent(rounds=1)):
        stage, _colon, library = figure.what.partition(": ")
        stages.setdefault(stage, set()).add(library.split(" (")[0])
    heavy = {"textual", "rich", "asyncio", "sqlalchemy", "sqlmodel", "pydantic", "alembic", "apprise", "PIL", "typst"}
    assert list(stages) == list(imports.STAGES)
    assert not heavy & stages["first paint"]
    assert "textual" in stages["keys answered"] and not {"sqlalchemy", "pydantic"} & stages["keys answered"]
    assert "sqlmodel" in stages["store open"]
    assert not {"apprise", "PIL", "typst", "phonenumbers", "psycopg"} & stages["store open"]


def test_label_reaches_the_printer() -> None:
    (figure,) = label.rendered(1, 4)
    assert figure.ours.least > 0 and figure.reference is not None and figure.reference.least > 0


def test_start_is_watched_until_the_store_is_open() -> None:
    measured = start.measure(TINY)
    moments = {figure.what: figure.ours.least for figure in measured if figure.unit == "ms"}
    in_order = [moments[f"4 orders: {moment}"] for moment in (start.PAINT, start.LIST, start.ANSWER)]
    assert 0 < in_order[0] <= in_order[1] <= in_order[2]


def test_aims_are_judged_by_median_ratio_or_value() -> None:
    ours, reference = Sample((3.0, 1.0, 2.0)), Sample((1.0, 1.0, 4.0))
    assert (ours.median, ours.least) == (2.0, 1.0)
    assert Figure("a", "ms", ours, reference, "b", Aim(2)).met is True
    assert Figure("a", "ms", ours, reference, "b", Aim(1.9)).met is False
    assert Figure("a", "ms", ours, aim=Aim(2, is_ratio=False)).met is True
    assert Figure("a", "ms", ours, aim=Aim(2)).met is False  # nothing to compare with
    assert Figure("a", "ms", ours).met is None


def test_table_is_written_between_its_marks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    document = tmp_path / "performance.md"
    document.write_text("before\n<!-- keys -->\nold\n<!-- end of keys -->\nafter\n", encoding="utf-8")
    monkeypatch.setattr(every, "DOCUMENT", document)
    every.write("keys", figures.table([Figure("a key", "bytes", Sample((2.0,)))]))
    written = document.read_text(encoding="utf-8")
    assert "| a key | bytes | 2.00 |" in written and "old" not in written
    assert written.startswith("before") and written.endswith("after\n")
    with pytest.raises(ValueError, match="no place for start"):
        every.write("start", "")


def test_document_has_a_place_for_every_table() -> None:
    document = every.DOCUMENT.read_text(encoding="utf-8")
    for name in (*every.SUBJECTS, "surroundings"):
        assert len(re.findall(rf"<!-- {name} -->\n(?s:.*?)<!-- end of {name} -->", document)) == 1, name


def _count(connection: object, table: str) -> int:
    return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # type: ignore[attr-defined]
