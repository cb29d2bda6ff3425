"""`convisav import`: the standard's columns, odd rows, and all the real partner files."""

from __future__ import annotations

import csv
import json
import os
import pty
import select
import sqlite3
import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from convisav_tui.commands.allocations import Allocation, allocations
from convisav_tui.commands.open_repair import BAD_DATE, BAD_YEAR, UNKNOWN_OUTCOME, Notes, Record, Refused, records
from convisav_tui.commands.open_repair_categories import DEVICE_TYPES
from tests.commands.convisav import command, convisav, surroundings

NEW = (
    "id,data_provider,country,partner_product_category,product_category,product_category_id,brand,"
    "year_of_manufacture,product_age,repair_status,repair_barrier_if_end_of_life,group_identifier,event_date,problem"
)
OLD = (
    "id,data_provider,country,partner_product_category,product_category,brand,"
    "year_of_manufacture,repair_status,repair_barrier_if_end_of_life,group_identifier,event_date,problem"
)
TODAY = date(2026, 11, 21)


def _new(
    id_: str = "a_1",
    brand: str = "Miele",
    year: str = "2015",
    status: str = "Fixed",
    barrier: str = "",
    day: str = "2025-04-01",
    problem: str = "ne chauffe plus",
    category: str = "Kettle",
) -> str:
    return f"{id_},Atelier,FRA,Home ~ Kettle,{category},14,{brand},{year},,{status},{barrier},Cafe,{day},{problem}"


def _read(folder: Path, *lines: str, encoding: str = "utf-8") -> tuple[list[Record | Refused], Notes]:
    path = folder / "file.csv"
    path.write_bytes("\n".join(lines).encode(encoding))
    notes = Notes()
    return list(records(path, notes, TODAY)), notes


def _one(folder: Path, line: str) -> Record:
    (record,), _notes = _read(folder, NEW, line)
    assert isinstance(record, Record)
    return record


def test_both_versions_of_the_columns(tmp_path: Path) -> None:
    new = _one(tmp_path, _new())
    (old,), _notes = _read(
        tmp_path, OLD, "a_1,Atelier,FRA,Home ~ Kettle,Kettle,Miele,2015,Fixed,,Cafe,2025-04-01,ne chauffe plus"
    )
    assert new == old
    assert new == Record(
        line=2, source="Atelier", source_id="a_1", category="Kettle", brand="Miele", brand_key="miele",
        fault="ne chauffe plus", outcome="fixed", barrier="", year_of_manufacture=2015,
        repaired_on=date(2025, 4, 1), country="FRA", place="Cafe",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("written", "brand", "key"),
    [
        ("Black & Decker", "Black & Decker", "blackdecker"),
        ("Black&amp;Decker", "Black&Decker", "blackdecker"),
        ("black  & decker ", "black & decker", "blackdecker"),
        ("Kärcher", "Kärcher", "karcher"),
        ("Unknown", "", ""),
        ("ukendt", "", ""),
        ("onbekend", "", ""),
    ],
)
def test_brands_fold(written: str, brand: str, key: str, tmp_path: Path) -> None:
    record = _one(tmp_path, _new(brand=written))
    assert (record.brand, record.brand_key) == (brand, key)


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("it&#39;s &quot;dead&quot; &amp; cold", 'it\'s "dead" & cold'),
        ("<b>[bold]hot[/]</b>", "<b>[bold]hot[/]</b>"),
        ("=1+1", "=1+1"),
        ('"two\nlines, ""quoted"""', 'two\nlines, "quoted"'),
        ("bell\x07 and \x1b[31mred", "bell and [31mred"),
        ("literal \\n stays", "literal \\n stays"),
        ("", ""),
        ("x" * 3000, "x" * 3000),
    ],
)
def test_texts_stay_data(written: str, kept: str, tmp_path: Path) -> None:
    assert _one(tmp_path, _new(problem=written)).fault == kept


def test_the_line_after_a_real_line_break_is_right(tmp_path: Path) -> None:
    found, _notes = _read(tmp_path, NEW, _new(problem='"two\nlines"'), _new("a_2"), "too,short")
    assert [item.line for item in found] == [2, 4, 5]
    assert found[2] == Refused(5, "wrong number of columns")


@pytest.mark.parametrize(
    ("year", "kept"), [("????", None), ("1015", None), ("1717", None), ("2030", None), ("1869", 1869)]
)
def test_years(year: str, kept: int | None, tmp_path: Path) -> None:
    found, notes = _read(tmp_path, NEW, _new(year=year))
    assert isinstance(found[0], Record) and found[0].year_of_manufacture == kept
    assert notes.counts[BAD_YEAR] == (kept is None)


def test_an_empty_year_is_nothing_to_tell(tmp_path: Path) -> None:
    found, notes = _read(tmp_path, NEW, _new(year=""))
    assert isinstance(found[0], Record) and found[0].year_of_manufacture is None and not notes.counts


@pytest.mark.parametrize("day", ["2025-02-31", "31/02/2025", "2031-01-01", "yesterday"])
def test_days_that_are_none(day: str, tmp_path: Path) -> None:
    found, notes = _read(tmp_path, NEW, _new(day=day))
    assert isinstance(found[0], Record) and found[0].repaired_on is None and notes.counts[BAD_DATE] == 1


def test_outcomes_and_barriers(tmp_path: Path) -> None:
    found, notes = _read(
        tmp_path, NEW,
        _new("1", status="End of life", barrier="No way to open the product"),
        _new("2", status="End of life", barrier="No way to open product"),
        _new("3", status="Unknown"),
        _new("4", status="Exploded"),
    )  # fmt: skip
    assert [(item.outcome, item.barrier) for item in found if isinstance(item, Record)] == [
        ("end_of_life", "No way to open product"), ("end_of_life", "No way to open product"), ("", ""), ("", ""),
    ]  # fmt: skip
    assert notes.counts == {UNKNOWN_OUTCOME: 1}


def test_rows_that_are_no_records(tmp_path: Path) -> None:
    found, _notes = _read(tmp_path, NEW, _new(""), _new("a_1"), _new("a_1", brand="Other"), _new("a_2") + ",extra")
    assert [item.reason for item in found if isinstance(item, Refused)] == [
        "no identifier or no provider", "identifier stands twice in the file", "wrong number of columns",
    ]  # fmt: skip
    assert len([item for item in found if isinstance(item, Record)]) == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_marks_and_delimiters(encoding: str, delimiter: str, tmp_path: Path) -> None:
    found, _notes = _read(tmp_path, NEW.replace(",", delimiter), _new().replace(",", delimiter), encoding=encoding)
    assert isinstance(found[0], Record) and found[0].brand == "Miele"


def test_every_category_of_the_standard_has_a_type_that_exists() -> None:
    from convisav_tui.shop.catalogue import shipped_types

    assert set(DEVICE_TYPES.values()) <= {shipped.code for shipped in shipped_types()}
    assert len(DEVICE_TYPES) == 40


# --- on the installed program


def _file(folder: Path, *lines: str, name: str = "file.csv", encoding: str = "utf-8") -> str:
    path = folder / name
    path.write_bytes("\n".join(lines).encode(encoding))
    return str(path)


def _rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(home / "shop.db") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def test_summary_and_second_import(tmp_path: Path) -> None:
    path = _file(tmp_path, NEW, _new("a_1"), _new("a_2", year="????"), "bad", _new("a_3", category="Laptop"))
    first = convisav(tmp_path, "import", "open-repair", path, "--json")
    assert first.code == 0, first.err
    assert json.loads(first.out) == {
        "files": [
            {
                "file": "file.csv",
                "rows": 4,
                "imported": 3,
                "changed": 0,
                "unchanged": 0,
                "refused": [{"line": 4, "reason": "wrong number of columns"}],
                "left_out": {"year of manufacture not plausible": 1},
            }
        ]
    }
    before = _rows(tmp_path, "SELECT * FROM imported_repair ORDER BY id")
    again = json.loads(convisav(tmp_path, "import", "open-repair", path, "--json").out)["files"][0]
    assert (again["imported"], again["changed"], again["unchanged"]) == (0, 0, 3)
    assert _rows(tmp_path, "SELECT * FROM imported_repair ORDER BY id") == before
    types = _rows(tmp_path, "SELECT t.code FROM imported_repair r JOIN device_type t ON t.id = r.device_type_id")
    assert sorted(types) == [("laptop",), ("other",), ("other",)]


def test_a_corrected_record_is_changed(tmp_path: Path) -> None:
    convisav(tmp_path, "import", "open-repair", _file(tmp_path, NEW, _new("a_1"), _new("a_2")))
    path = _file(tmp_path, NEW, _new("a_1"), _new("a_2", brand="Bosch"))
    done = convisav(tmp_path, "import", "open-repair", path)
    assert "2 rows, 0 imported, 1 changed, 1 unchanged, 0 refused" in done.out
    assert _rows(tmp_path, "SELECT brand FROM imported_repair ORDER BY id") == [("Miele",), ("Bosch",)]


@pytest.mark.parametrize("encoding", ["latin-1", "utf-16"])
def test_another_encoding_imports_nothing(encoding: str, tmp_path: Path) -> None:
    good = _file(tmp_path, NEW, _new(), name="good.csv")
    bad = _file(tmp_path, NEW, _new(), _new("a_2", brand="Kärcher"), name="bad.csv", encoding=encoding)
    done = convisav(tmp_path, "import", "open-repair", good, bad)
    line = 3 if encoding == "latin-1" else 1
    assert done.code == 2 and f"bad.csv, line {line}: this is not UTF-8 text" in done.err
    assert not (tmp_path / "shop.db").exists()


def test_another_kind_of_file_is_told(tmp_path: Path) -> None:
    done = convisav(tmp_path, "import", "open-repair", _file(tmp_path, "name,phone", "Anna,06"))
    assert done.code == 2 and "line 1: these columns are missing: id, data_provider" in done.err


def test_without_a_terminal_there_is_no_progress(tmp_path: Path) -> None:
    done = convisav(tmp_path, "import", "open-repair", _file(tmp_path, NEW, _new()))
    assert done.err == "" and "\x1b" not in done.out


def test_on_a_terminal_there_is_progress(tmp_path: Path) -> None:
    path = _file(tmp_path, NEW, *(_new(f"a_{number}") for number in range(200)))
    leader, follower = pty.openpty()
    process = subprocess.Popen(
        [*command(), "import", "open-repair", path], env=surroundings(tmp_path, TERM="xterm"),
        stdin=follower, stdout=subprocess.PIPE, stderr=follower,
    )  # fmt: skip
    os.close(follower)
    assert process.stdout
    seen = b""
    while select.select([leader], [], [], 30)[0]:
        try:
            part = os.read(leader, 65536)
        except OSError:
            break
        if not part:
            break
        seen += part
    assert "200 imported" in process.stdout.read().decode()
    process.stdout.close()
    os.close(leader)
    assert process.wait(30) == 0 and b"\x1b" in seen


def _beginning(path: Path, folder: Path, rows: int) -> Path:
    """The first rows of a file under the same name, as they stand in it."""
    part = folder / path.name
    with path.open(encoding="utf-8", newline="") as file, part.open("w", encoding="utf-8", newline="") as written:
        reader, writer = csv.reader(file), csv.writer(written)
        writer.writerows(row for row, _count in zip(reader, range(rows + 1), strict=False))
    return part


def test_real_partner_files_rows_in_are_rows_out(shared_data: Path, tmp_path: Path) -> None:
    """`benchmarks` carries all 106,074 rows; here each file gives its first ones."""
    found = sorted((shared_data / "open-repair").glob("OpenRepairData_v*_*_20????.csv"))
    files = [_beginning(path, tmp_path, 1500) for path in found]
    assert len(files) == 6
    for expected in ("imported", "unchanged"):
        done = convisav(tmp_path, "import", "open-repair", *map(str, files), "--json", timeout=300)
        assert done.code == 0, done.err
        summaries = json.loads(done.out)["files"]
        assert all(summary["rows"] > 500 for summary in summaries)
        assert all(summary[expected] == summary["rows"] and not summary["refused"] for summary in summaries)
    rows = sum(summary["rows"] for summary in summaries)
    assert _rows(tmp_path, "SELECT count(*) FROM imported_repair") == [(rows,)]
    assert _rows(tmp_path, "SELECT count(*) FROM imported_repair WHERE fault LIKE '%&amp;%'") == [(0,)]
    assert _rows(tmp_path, "SELECT count(*) FROM imported_repair WHERE device_type_id IS NULL") == [(0,)]
    assert _rows(tmp_path, "SELECT min(year_of_manufacture) FROM imported_repair")[0][0] > 1850
    left_out = {summary["file"]: summary["left_out"] for summary in summaries}
    assert left_out["OpenRepairData_v0.2.1_RepairCafeInternational_202009.csv"][BAD_YEAR] > 100


def test_type_allocation_codes(tmp_path: Path) -> None:
    path = tmp_path / "tac.csv"
    path.write_text(
        "Osmocom TAC database\ntac,name,name,contributor\n35675904,Oppo,N1,x\n1234567,Nokia,1610,x\n"
        "35675904,Oppo,N2,x\nabc,Nokia,1,x\n123456789,Nokia,1,x\n35675905,,N1,x\n"
    )
    found = list(allocations(path))
    assert found[:2] == [Allocation(3, "35675904", "Oppo", "N1"), Allocation(4, "01234567", "Nokia", "1610")]
    assert [item.reason for item in found if isinstance(item, Refused)] == [
        "identifier stands twice in the file", "no code of eight digits", "no code of eight digits",
        "no brand or no model",
    ]  # fmt: skip


def test_the_real_tac_table(shared_data: Path, tmp_path: Path) -> None:
    path = str(shared_data / "devices" / "osmocom_tacdb_2016.csv")
    first = json.loads(convisav(tmp_path, "import", "tac", path, "--json", timeout=120).out)["files"][0]
    assert first["rows"] == first["imported"] + len(first["refused"]) and first["imported"] > 20_000
    again = json.loads(convisav(tmp_path, "import", "tac", path, "--json", timeout=120).out)["files"][0]
    assert (again["imported"], again["changed"], again["unchanged"]) == (0, 0, first["imported"])
    assert _rows(tmp_path, "SELECT count(*) FROM type_allocation WHERE length(tac) <> 8") == [(0,)]
