"""`convisav staff`: the way back in for whoever owns the machine."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convisav_tui.config_file import write_config
from convisav_tui.shop.sign_in import sign_in
from convisav_tui.store.engine import Store
from tests.commands.convisav import Done, command, convisav, surroundings
from tests.terminal import Terminal

PIN, OTHER = "719340", "8302"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    staff = (
        {"login": "mia", "name": "Mia", "role": "manager"},
        {"login": "theo", "name": "Théo", "role": "technician"},
    )
    write_config(tmp_path / "convisav.toml", {"shop.language": "en"}, {"staff": staff})
    return tmp_path


def typing(home: Path, *arguments: str, lines: tuple[str, ...] = ()) -> Done:
    """Run it with these lines on its standard input."""
    return convisav(home, "staff", *arguments, typed="".join(line + "\n" for line in lines))


def who_signs_in(home: Path, pin: str) -> str:
    store = Store(f"sqlite:///{home / 'shop.db'}")
    person = sign_in(store, pin, "test").person
    store.close()
    return person.name if person is not None else ""


def listed(home: Path) -> dict[str, dict[str, object]]:
    done = convisav(home, "staff", "list", "--json")
    assert done.code == 0, done.err
    return {row["login"]: row for row in json.loads(done.out)["staff"]}


def test_people_are_added_and_listed(home: Path) -> None:
    assert typing(home, "add", lines=("paul", "Paul Petit", "billing")).code == 0
    assert typing(home, "add", "zoe", "--name", "Zoé", "--role", "clerk").code == 0
    assert typing(home, "add", "zoe", "--name", "Zoé", "--role", "clerk").code == 6
    assert {login: row["role"] for login, row in listed(home).items()} == {
        "mia": "manager",
        "theo": "technician",
        "paul": "billing",
        "zoe": "clerk",
    }
    shown = convisav(home, "staff", "list").out
    assert "Paul Petit" in shown and "technician" in shown


def test_a_pin_is_given_and_taken_away(home: Path) -> None:
    done = typing(home, "pin", "mia", lines=(PIN, PIN))
    assert done.code == 0, done.err
    assert PIN not in done.out + done.err
    assert who_signs_in(home, PIN) == "Mia"
    assert typing(home, "pin", "theo", lines=(OTHER, OTHER)).code == 0
    assert typing(home, "pin", "mia", lines=("",)).code == 6  # the last manager
    assert typing(home, "pin", "theo", lines=("",)).code == 0
    assert {login: row["pin"] for login, row in listed(home).items()} == {"mia": True, "theo": False}


@pytest.mark.parametrize(
    ("arguments", "lines", "code"),
    [
        (("pin", "mia"), (PIN, OTHER), 2),
        (("pin", "mia"), ("1234", "1234"), 6),
        (("pin", "mia"), (), 2),
        (("pin", "theo"), (OTHER, OTHER), 6),
        (("pin", "nobody"), (PIN, PIN), 2),
        (("role", "mia"), ("chief",), 2),
        (("add",), (), 2),
    ],
)
def test_what_cannot_be(home: Path, arguments: tuple[str, ...], lines: tuple[str, ...], code: int) -> None:
    done = typing(home, *arguments, lines=lines)
    assert done.code == code, done.err
    assert done.err.startswith("convisav: ") and "Traceback" not in done.err
    assert not any(row["pin"] for row in listed(home).values())


def test_a_pin_is_no_argument(home: Path) -> None:
    assert convisav(home, "staff", "pin", "mia", PIN).code == 2


def test_roles_change_and_people_leave(home: Path) -> None:
    assert typing(home, "role", "theo", "manager").code == 0
    assert typing(home, "disable", "mia").code == 0
    people = listed(home)
    assert people["theo"]["role"] == "manager" and people["mia"]["active"] is False
    assert typing(home, "enable", "mia").code == 0
    assert listed(home)["mia"]["active"] is True


def test_what_is_typed_on_a_terminal_is_not_shown(home: Path) -> None:
    with Terminal([*command(), "staff", "pin", "mia"], environ=surroundings(home), folder=home, ready=True) as terminal:
        for question in ("PIN of Mia", "Once more"):
            terminal.wait(question, 40)
            terminal.type(PIN)
            terminal.press("enter")
        assert terminal.wait_end(20) == 0
        assert "Mia signs in" in terminal.text() and PIN not in terminal.text()
    assert who_signs_in(home, PIN) == "Mia"
    written = [path for path in home.rglob("*") if path.is_file()]
    assert written and not any(PIN.encode() in path.read_bytes() for path in written)
