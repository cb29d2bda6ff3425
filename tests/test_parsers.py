"""Whatever is typed, scanned, pasted or read from a file: a value, or one of the errors that are said in words."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from convisav_tui import ticket_number
from convisav_tui.commands.allocations import Allocation, allocations
from convisav_tui.commands.open_repair import REQUIRED, Notes, Record, Refused, count_lines, records
from convisav_tui.config import Config, load
from convisav_tui.contact import parse_email, parse_phone
from convisav_tui.errors import ConfigurationError, FieldErrors, UsageError
from convisav_tui.money import LARGEST, format_amount, parse_amount, plain_amount
from convisav_tui.settings import SETTINGS
from convisav_tui.shop.dates import EARLIEST_YEAR, LATEST_YEAR, parse_date
from convisav_tui.shop.identifiers import clean_serial
from convisav_tui.shop.intake_form import INTAKE_FIELDS, parse_intake
from convisav_tui.text import typed_path
from tests.shop.counter import SHOP, raw

TODAY = date(2026, 11, 21)
# What a terminal, a scanner and a clipboard can bring: any character, lone surrogates and controls too.
ANYTHING = st.text(st.characters(codec=None), max_size=60)
HUGE = "9" * 5000
often = settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))


def near(*alphabets: str) -> st.SearchStrategy[str]:
    """Texts that look like what is wanted, and are not always."""
    return st.text(st.sampled_from("".join(alphabets)), max_size=24) | ANYTHING


@often
@given(near("0123456789 +().-/"), st.sampled_from(["FR", "BE", "CH", "RO", "DE", "TN"]))
@example("+" + HUGE, "FR")
@example("٠٦١٢٣٤٥٦٧٨", "FR")
def test_phones(text: str, country: str) -> None:
    try:
        phone = parse_phone(text, country)
    except ValueError as error:
        assert type(error) is ValueError and str(error)
        return
    assert phone.e164.startswith("+") and phone.e164[1:].isdigit() and phone.e164.isascii()
    assert parse_phone(phone.e164, country) == phone
    assert parse_phone(phone.national, country).e164 == phone.e164


@often
@given(near("abcé.@-_'\" ;,"))
@example("a" * 70 + "@b.fr")
@example("a@" + "b." * 200 + "fr")
def test_addresses(text: str) -> None:
    try:
        address = parse_email(text)
    except ValueError as error:
        assert type(error) is ValueError and str(error)
        return
    assert address.count("@") == 1 and "\n" not in address and "," not in address
    assert parse_email(address) == address


@often
@given(near("0123456789,. -+€'"), st.sampled_from(["EUR", "TND", "RON"]))
@example(HUGE, "EUR")
@example("0." + "0" * 5000 + "1", "EUR")
@example("١٢", "EUR")
def test_amounts(text: str, currency: str) -> None:
    try:
        amount = parse_amount(text, currency)
    except ValueError as error:
        assert type(error) is ValueError and str(error)
        return
    assert 0 <= amount < LARGEST
    assert parse_amount(plain_amount(amount, currency), currency) == amount
    assert parse_amount(format_amount(amount, currency), currency) == amount


@often
@given(near("0123456789/.- +venlundmaijoi"), st.dates(date(1990, 1, 1), date(2090, 12, 31)), st.booleans())
@example("29", date(2099, 2, 28), True)
@example(HUGE, TODAY, False)
def test_dates(text: str, today: date, ahead: bool) -> None:
    try:
        day = parse_date(text, today, "future" if ahead else "past")
    except ValueError as error:
        assert type(error) is ValueError and str(error)
        return
    assert EARLIEST_YEAR <= day.year <= LATEST_YEAR
    assert parse_date(f"{day:%d/%m/%Y}", today) == day


@often
@given(near("0123456789", "à&é\"'(-è_ç", ")!@#$%^&*( \r\n\t"))
@example(HUGE)
def test_scans_of_labels(text: str) -> None:
    reading = ticket_number.read(text)
    if reading is not None:
        assert ticket_number.is_valid(reading.number) and len(reading.number) == ticket_number.LENGTH
        again = ticket_number.read(ticket_number.show(reading.number))
        assert again is not None and (again.number, again.repaired) == (reading.number, False)


@often
@given(
    st.integers(2000, 2099), st.integers(1, 9_999_999), st.sampled_from(["à&é\"'(-è_ç", "À&É\"'(-È_Ç", ")!@#$%^&*("])
)
def test_what_a_wrongly_set_scanner_sends_is_read_or_refused_never_another_order(
    year: int, counter: int, keys: str
) -> None:
    number = ticket_number.make(year, counter)
    reading = ticket_number.read("".join(keys[int(digit)] for digit in number))
    assert reading is not None and (reading.number, reading.repaired) == (number, True)


@often
@given(ANYTHING | near("0123456789]C1\x1d ABC-"))
@example(HUGE)
def test_scans_of_serial_numbers(text: str) -> None:
    serial = clean_serial(text)
    assert "\x1d" not in serial and "\x1b" not in serial


@often
@given(st.dictionaries(st.sampled_from(INTAKE_FIELDS), ANYTHING | st.sampled_from([HUGE, "x", "-1", "31/02"])))
def test_intakes(typed: dict[str, str]) -> None:
    try:
        form = parse_intake(raw(**typed), SHOP)
    except FieldErrors as refused:
        assert refused.errors and all(refused.errors.values())
        return
    assert form.fault and form.name


# --- files ------------------------------------------------------------------------------------------------------------

CELL = st.text(st.sampled_from("aé1\"',;\t\n\r\x00 -0&amp;"), max_size=12) | st.sampled_from(
    [HUGE, "2025-04-01", "Fixed", "9999-99-99", "x" * 140_000, "\ufeff", "'\"\"'", "=1+1"]
)


def _in_file(content: bytes, read: Callable[[Path], object]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file.csv"
        path.write_bytes(content)
        read(path)


def _import(path: Path) -> None:
    """As `convisav import` does: every file is counted before any is read."""
    try:
        count_lines(path)
        for item in records(path, Notes(), TODAY):
            assert isinstance(item, Record | Refused) and item.line >= 1
    except UsageError as error:
        assert path.name in str(error)


def _import_codes(path: Path) -> None:
    try:
        count_lines(path)
        for item in allocations(path):
            assert isinstance(item, Allocation | Refused) and item.line >= 1
    except UsageError as error:
        assert path.name in str(error)


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(st.lists(CELL, min_size=1, max_size=len(REQUIRED) + 1), max_size=4), st.sampled_from(",;\t"), st.booleans()
)
@example([["x" * 1_100_000]], ",", True)
def test_files_of_repairs(rows: list[list[str]], mark: str, marked: bool) -> None:
    lines = [mark.join(REQUIRED), *(mark.join(row) for row in rows)]
    _in_file(b"\xef\xbb\xbf" * marked + "\n".join(lines).encode(), _import)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=300), st.integers(0, 60))
@example(("x" * 1_100_000).encode(), 0)
@example(b'"', 0)
@example(b'"' + b"a\n" * 700_000, 0)
def test_files_with_broken_bytes(noise: bytes, at: int) -> None:
    head = ",".join(REQUIRED).encode() + b"\nx_1,Atelier,FRA,Kettle,Miele,2015,Fixed,,Cafe,2025-04-01,panne\n"
    _in_file(head[:at] + noise + head[at:], _import)
    _in_file(noise, _import)
    codes = b"tac,name,name\n35332811,Samsung,Galaxy S21\n"
    _in_file(codes[: at // 2] + noise + codes[at // 2 :], _import_codes)
    _in_file(codes + noise, _import_codes)


@often
@given(st.lists(CELL, min_size=1, max_size=4))
@example(["35332811", "x" * 1_100_000, "b"])
@example([HUGE, "a", "b"])
def test_files_of_type_allocation_codes(row: list[str]) -> None:
    _in_file(("tac,name,name\n" + ",".join(row) + "\n").encode(), _import_codes)


TOML = st.sampled_from(
    ["[", "]", "=", '"', "'", "\n", "#", ".", "{", "}", ",", " ", "\\", "1", "true", "[[printers]]", "[shop]", "name",
     "1979-05-27", HUGE, "\x00", "[" * 2000, '"""']
)  # fmt: skip
VALUE = st.sampled_from(
    ['"x"', "1", "true", '["a"]', "{}", '"', "", HUGE, "1e999", '"' + "x" * 4000 + '"', '"${NONE}"']
)


def _load(content: bytes) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "convisav.toml"
        path.write_bytes(content)
        path.chmod(0o600)
        try:
            assert isinstance(load(path, {}), Config)
        except ConfigurationError as error:
            assert "convisav.toml" in str(error)


@often
@given(st.lists(TOML, max_size=12).map("".join) | ANYTHING.map(lambda text: text.encode("utf-8", "replace").decode()))
@example("a = " + HUGE)
@example("a = " + "[" * 5000)
@example("[shop]\nname = 1979-05-27T07:32:00Z")
def test_configuration_files(text: str) -> None:
    _load(text.encode())


@often
@given(st.dictionaries(st.sampled_from([setting.key for setting in SETTINGS]), VALUE, max_size=5))
def test_configuration_values(values: dict[str, str]) -> None:
    _load("\n".join(f"{key} = {value}" for key, value in values.items()).encode())


@often
@given(st.binary(max_size=200))
def test_configuration_bytes(content: bytes) -> None:
    _load(content)


@pytest.mark.parametrize("year", [HUGE, "٢٠١٥", "2015.0", "-1"])
def test_a_year_that_is_none_is_left_out(year: str) -> None:
    head = ",".join(REQUIRED)
    row = f"x_1,Atelier,FRA,Kettle,Miele,{year},Fixed,,Cafe,2025-04-01,panne"

    def read(path: Path) -> None:
        (record,) = records(path, Notes(), TODAY)
        assert isinstance(record, Record) and record.year_of_manufacture is None

    _in_file(f"{head}\n{row}\n".encode(), read)


@pytest.mark.parametrize("typed", ["a\0b.toml", "~nobody-of-that-name/a", "\udce9.csv", "\0", "", "~", "x" * 5000])
def test_a_typed_path_never_raises_before_it_is_read(typed: str) -> None:
    path = typed_path(typed)
    assert "\0" not in str(path)
    try:
        path.stat()
    except OSError as error:
        assert error.strerror


@often
@given(ANYTHING)
def test_any_text_is_a_path_or_none(typed: str) -> None:
    path = typed_path(typed)
    try:
        path.stat()
    except OSError as error:
        assert error.strerror
