"""A principal's file: read whatever its encoding, tried in words, taken in once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlmodel import select

from convisav_tui.errors import UsageError
from convisav_tui.shop.order_files import OrderFile, guess_mapping, read_order_file
from convisav_tui.shop.order_import import Import, ImportReport, remember_mapping, remembered, take_all, try_rows
from convisav_tui.store.models import RepairOrder
from tests.invariants import check
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.principals import principal

HEADING = "N° dossier;Type;Marque;Modèle;IMEI;Panne;Nom client;Téléphone"
ROWS = (
    "D-1;Téléphone;Apple;iPhone 12;356938035643809;écran cassé;Hélène Lefèvre;06 12 34 56 78",
    "D-2;lave-linge;Miele;WCD320;77001;ne vidange plus;;",
    "D-3;Téléphone;Apple;iPhone 12;356938035643808;ne charge plus;;",
    "D-4;soucoupe;X;Y;;vole mal;;",
    "D-1;Téléphone;Apple;iPhone 12;356938035643809;écran cassé;Hélène Lefèvre;06 12 34 56 78",
)
TEXT = "\r\n".join((HEADING, *ROWS, ""))


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    store.close()


def plan_of(bench: Bench, file: OrderFile, **terms: str) -> Import:
    return Import(principal(bench.store, **terms), guess_mapping(file.columns), {})


def take(bench: Bench, file: OrderFile, plan: Import) -> ImportReport:
    return take_all(bench.store.write, file, plan, CLERK, SHOP)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
def test_encodings_and_separators_are_recognised(encoding: str, separator: str) -> None:
    file = read_order_file(TEXT.replace(";", separator).encode(encoding))
    assert (file.separator, len(file.rows)) == (separator, 5)
    assert file.rows[0].texts["Modèle"] == "iPhone 12" and file.rows[0].texts["Panne"] == "écran cassé"
    assert guess_mapping(file.columns) == {
        "principal_reference": "N° dossier",
        "device_type": "Type",
        "brand": "Marque",
        "model": "Modèle",
        "serial": "IMEI",
        "fault": "Panne",
        "name": "Nom client",
        "phone": "Téléphone",
    }


@pytest.mark.parametrize("content", [b"", b"  \n \n", b"\x00\x01\x02PNG", b"\xff\xfe\x00", b'"never closed' * 20_000])
def test_what_is_no_table_is_said_in_a_sentence(content: bytes) -> None:
    with pytest.raises(UsageError) as refused:
        read_order_file(content)
    assert str(refused.value)


@given(st.binary(max_size=400) | st.text(alphabet=';,\t|"\n\r éa1\x00', max_size=400).map(str.encode))
def test_no_file_ends_the_program(content: bytes) -> None:
    try:
        file = read_order_file(content)
    except UsageError:
        return
    assert all(set(row.texts) == set(file.columns) for row in file.rows)


def test_a_dry_run_says_what_is_wrong_and_writes_nothing(bench: Bench) -> None:
    file = read_order_file(TEXT.encode())
    plan = plan_of(bench, file)
    with bench.store.read() as session:
        report = try_rows(session, file, plan, SHOP)
        assert session.exec(select(RepairOrder)).all() == []
    assert report.new == 2 and [row.line for row in report.refused] == [4, 5, 6]
    told = [row.trouble for row in report.refused]
    assert "Serial no.:" in told[0] and "soucoupe" in told[1] and "line 2" in told[2]


def test_the_same_rows_again_make_no_second_order(bench: Bench) -> None:
    file = read_order_file(TEXT.encode())
    plan = plan_of(bench, file, cap="80")
    first, again = take(bench, file, plan), take(bench, file, plan)
    assert (first.new, first.known, len(first.refused)) == (2, 1, 2)
    assert (again.new, again.known, len(again.refused)) == (0, 3, 2)
    with bench.store.read() as session:
        orders = session.exec(select(RepairOrder)).all()
    assert [order.principal_reference for order in orders] == ["D-1", "D-2"]
    assert {order.cap for order in orders} == {8000}
    more = read_order_file((TEXT + "D-5;phone;Apple;iPhone 13;;casse;;\n").encode())
    assert take(bench, more, plan).new == 1
    check(bench.store)


def test_rows_without_a_reference_are_known_by_what_they_say(bench: Bench) -> None:
    text = "Type;Serie;Panne\nphone;;casse\nphone;;casse\nphone;;charge\n"
    file = read_order_file(text.encode())
    report = take(bench, file, plan_of(bench, file))
    assert (report.new, report.known) == (2, 1)


def test_columns_and_usual_values_are_remembered(bench: Bench) -> None:
    file = read_order_file(b"A;B\n356938035643809;\n")
    party = principal(bench.store)
    plan = Import(party, {"serial": "A", "fault": "B"}, {"device_type": "phone", "fault": "retour client"})
    bench.write(lambda session: remember_mapping(session, plan))
    with bench.store.read() as session:
        mapping, usual = remembered(session, party)
    assert (mapping, usual) == (dict(plan.mapping), dict(plan.usual))
    assert guess_mapping(file.columns, mapping) == {"serial": "A", "fault": "B"}
    report = take(bench, file, plan)
    assert report.new == 1, report.refused
    with bench.store.read() as session:
        assert session.exec(select(RepairOrder.reported_fault)).all() == ["retour client"]


def test_more_values_than_columns_are_refused_not_shifted(bench: Bench) -> None:
    file = read_order_file(b"Type;Panne\nphone;casse;et tombe\n")
    report = take(bench, file, plan_of(bench, file))
    assert (report.new, len(report.refused)) == (0, 1)
