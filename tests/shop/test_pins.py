"""PINs: what is good enough, how they are kept, whose one is."""

from __future__ import annotations

import subprocess
import sys

import pytest

from convisav_tui.shop import pins


@pytest.mark.parametrize("pin", ["8302", "58203", "719340", "48205913"])
def test_good_pins(pin: str) -> None:
    assert pins.is_well_formed(pin) and not pins.is_too_common(pin)


@pytest.mark.parametrize("pin", ["", "123", "123456789", "12a4", "12 4", "１２３４", "-123", "1234\n"])
def test_what_is_no_pin(pin: str) -> None:
    assert not pins.is_well_formed(pin)


@pytest.mark.parametrize(
    "pin", ["0000", "1111", "99999999", "1234", "4321", "7890", "9012", "123456", "1212", "454545", "1984", "2580"]
)
def test_pins_that_are_guessed_first(pin: str) -> None:
    assert pins.is_too_common(pin)


def test_the_upper_row_of_a_french_keyboard_types_digits() -> None:
    assert "".join(pins.digit_of(character) for character in "&é\"'(-è_çà") == "1234567890"
    assert [pins.digit_of(character) for character in ("7", "a", "٣", "²", " ")] == ["7", "", "", "", ""]


def test_whose_a_pin_is() -> None:
    kept: dict[int, str] = {}
    for person, pin in ((1, "8302"), (2, "5917"), (7, "719340")):
        kept[person] = pins.hash_of(pin, kept.values())
    assert [pins.whose(pin, kept) for pin in ("8302", "5917", "719340", "8303", "")] == [1, 2, 7, None, None]
    assert pins.whose("8302", {}) is None
    assert all(hashed.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for hashed in kept.values())
    assert not any(pin in hashed for hashed in kept.values() for pin in ("8302", "5917", "719340"))


def test_the_pins_of_a_shop_share_a_salt_that_no_other_shop_has() -> None:
    first = pins.hash_of("8302", [])
    assert pins.hash_of("8302", [first]) == first
    assert pins.hash_of("8302", []) != first
    salt = first.split("$")[4]
    assert pins.hash_of("5917", [first]).split("$")[4] == salt


def test_a_pin_kept_under_older_parameters_still_signs_in() -> None:
    older = pins._hashed("8302", "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$")
    new = pins.hash_of("5917", [older])
    assert "m=19456" in new
    assert [pins.whose(pin, {1: older, 2: new}) for pin in ("8302", "5917")] == [1, 2]


def test_the_library_is_not_loaded_before_it_is_needed() -> None:
    program = "import sys; import convisav_tui.shop.sign_in; print('argon2' in sys.modules)"
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
