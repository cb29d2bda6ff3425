"""`convisav` and `convisav demo` at a terminal: questions once, the board, a worker, a clean end."""

from __future__ import annotations

from pathlib import Path

import pytest

from convisav_tui.commands.worker_start import stop_worker, worker_runs
from convisav_tui.config import load
from tests.commands.convisav import command, convisav, surroundings
from tests.commands.pseudo_terminal import Seat, seat
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

LEAVE = "\x18"  # Ctrl+X


def _leave(person: Seat) -> int:
    person.types(LEAVE)
    person.sees("Leave the program?")
    person.types("\n")
    return person.ends(60)


def test_the_first_start_asks_then_opens_the_shop(tmp_path: Path) -> None:
    surrounding = surroundings(tmp_path, TERM="xterm-256color")
    with seat(command(), surrounding) as person:
        person.sees("Name of the shop")
        person.types("Atelier O'Neil\n")
        person.sees("Where the shop is")
        person.types("1 rue du Banc, 1000 Bruxelles\n")
        person.sees("Telephone of the shop")
        person.types("\n")
        person.sees("Country")
        person.types("XX\n")
        person.sees("is unknown")
        person.types("be\n")
        for _question in range(5):
            person.types("\n")
        person.sees("F2", 60)
        config = load(tmp_path / "convisav.toml", {"CONVISAV_HOME": str(tmp_path)})
        assert (config.shop.name, config.shop.country) == ("Atelier O'Neil", "BE")
        assert config.shop.address == "1 rue du Banc, 1000 Bruxelles"
        wait_until(lambda: worker_runs(config), 60, "a worker was started")
        assert _leave(person) == 0
    with seat(command(), surrounding) as person:
        person.sees("F2", 60)
        assert "Name of the shop" not in person.shown, "asked once"
        assert _leave(person) == 0
    assert stop_worker(config, 30)


def test_ctrl_c_at_the_questions(tmp_path: Path) -> None:
    with seat(command(), surroundings(tmp_path, TERM="xterm")) as person:
        person.sees("Name of the shop")
        person.types("\x03")
        assert person.ends() == 130
    assert not (tmp_path / "convisav.toml").exists()


def test_a_terminal_that_cannot_show_screens(tmp_path: Path) -> None:
    with seat(command(), surroundings(tmp_path, TERM="dumb")) as person:
        assert person.ends() == 8
        assert "cannot show a full screen" in person.shown and "Traceback" not in person.shown


def test_the_demo_opens_on_its_board_and_takes_everything_with_it(tmp_path: Path) -> None:
    home = tmp_path / "shop"
    assert convisav(tmp_path, "demo", "--home", str(home), "--no-screen", "--orders", "8", timeout=120).code == 0
    surrounding = surroundings(tmp_path, TERM="linux")
    with seat([*command(), "demo", "--home", str(home)], surrounding) as person:
        person.sees("Rivoli", 60)
        person.sees("F2", 60)
        config = load(home / "convisav.toml", {})
        wait_until(lambda: worker_runs(config), 60, "a worker was started")
        assert _leave(person) == 0
    assert not worker_runs(config)
