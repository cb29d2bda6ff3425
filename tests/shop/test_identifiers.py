"""Serial numbers and IMEIs, typed and scanned."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from convisav_tui.shop.identifiers import (
    checked_serial,
    clean_serial,
    looks_like_imei,
    luhn_digit,
    parse_imei,
    serial_key,
    type_allocation_code,
)


@pytest.mark.parametrize(
    ("scanned", "serial"),
    [
        ("WCD\x1d320", "WCD320"),
        ("\x1d12345678\x1d", "12345678"),
        ("]C10109506000134352215ABC77\x1d10LOT9", "5ABC77"),
        ("]d201095060001343521727123110LOT9\x1d215ABC77", "5ABC77"),
        ("]A0XYZ-1", "XYZ-1"),
        ("S/N: 12 34\x0056\r\n", "12 3456"),
        ("IMEI: 490154203237518", "490154203237518"),
        ("  AB   12 ", "AB 12"),
        ("AB\ud80012", "AB12"),
        ("", ""),
    ],
)
def test_a_scan_is_cleaned_of_what_the_barcode_adds(scanned: str, serial: str) -> None:
    assert clean_serial(scanned) == serial


def test_an_imei_is_written_in_many_ways_and_kept_in_one() -> None:
    for typed in ("490154203237518", "49-015420-323751-8", "49 015420 323751 8", "49.015420.323751.8"):
        assert parse_imei(typed) == "490154203237518"
        assert type_allocation_code(typed) == "49015420"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("490154203237519", "must be 8 by the Luhn rule, not 9"),
        ("49015420323751", "has 15 digits, this has 14"),
        ("4901542032375180", "has 15 digits, this has 16"),
        ("49015420323751A", "digits only"),
        ("000000000000000", "zeros"),
    ],
)
def test_a_wrong_imei_says_which_rule_of_its_digits_is_broken(typed: str, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        parse_imei(typed)


@settings(deadline=None)
@given(st.from_regex(r"\A[1-9][0-9]{13}\Z"), st.integers(0, 14), st.integers(1, 9))
def test_luhn_finds_each_single_wrong_digit(payload: str, place: int, shift: int) -> None:
    imei = payload + luhn_digit(payload)
    assert parse_imei(imei) == imei
    wrong = imei[:place] + str((int(imei[place]) + shift) % 10) + imei[place + 1 :]
    with pytest.raises(ValueError, match="Luhn"):
        parse_imei(wrong)


def test_a_serial_with_letters_is_no_imei_even_on_a_phone() -> None:
    assert not looks_like_imei("F2LXK0ABCDE12")
    assert checked_serial("F2LXK0ABCDE12", has_imei=True) == "F2LXK0ABCDE12"
    assert checked_serial("490154203237519", has_imei=False) == "490154203237519"


@pytest.mark.parametrize("serial", ["", "0000", "n/a", "xxx", "illisible", "---", "123"])
def test_what_identifies_nothing_finds_no_device(serial: str) -> None:
    assert serial_key(serial) == ""


@settings(deadline=None)
@given(st.text(max_size=200))
def test_any_scan_is_one_line_without_control_characters(scanned: str) -> None:
    serial = clean_serial(scanned)
    assert serial.isprintable() or serial == ""
    try:
        assert len(checked_serial(serial, has_imei=True)) <= 80
    except ValueError as error:
        assert str(error)
