"""Inside tmux, which translates keys and draws for itself: an intake to its label, and every F-key's second way."""

from __future__ import annotations

import shlex
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.commands.convisav import command, surroundings
from tests.e2e.shop import FIRST_SCREEN, Shop, shown
from tests.e2e.steps import Case, open_by_scan, take_in, take_step
from tests.terminal import Terminal
from tests.waiting import wait_until

pytestmark = pytest.mark.e2e

# F-key, chord where text is typed, letter on a sheet, and what shows that its screen is there.
WAYS = (
    ("f1", "ctrl+g", "?", "Help: "),
    ("f4", "ctrl+p", "p", "Printing"),
    ("f5", "ctrl+d", "d", "Parked intakes"),
    ("f6", "ctrl+t", "m", "Messages"),
    ("f10", "ctrl+e", ":", "Menu"),
)


@pytest.fixture(params=["tmux-256color", "screen"])
def terminal(shop: Shop, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Terminal]:
    """The program in a window of a tmux server of its own, and that in a terminal."""
    if shutil.which("tmux") is None:
        pytest.skip("there is no tmux on this machine: install the package tmux")
    conf, socket = tmp_path / "tmux.conf", str(tmp_path / "tmux.sock")
    conf.write_text(f"set -g default-terminal {request.param}\nset -g status off\n")
    line = ["tmux", "-u", "-S", socket, "-f", str(conf), "new-session", shlex.join(command())]
    with Terminal(line, environ=surroundings(shop.home), folder=shop.home) as running:
        try:
            running.wait(FIRST_SCREEN, 40)
            running.until(lambda: "Anna" in running.line(0), "the store", 40)
            yield running
        finally:
            subprocess.run(["tmux", "-S", socket, "kill-server"], capture_output=True, timeout=10, check=False)


def test_from_the_intake_to_the_label_and_second_ways(shop: Shop, terminal: Terminal) -> None:
    number = take_in(terminal, Case())
    wait_until(lambda: shop.labels() == [number], 20, "the label")
    open_by_scan(terminal, number)
    terminal.wait("Hélène Lefèvre")
    take_step(terminal, "Ask for a quote")
    terminal.wait("quote asked")
    for key, _chord, letter, title in WAYS:
        for way in (key, letter):
            terminal.press(way)
            terminal.until(lambda title=title: title in terminal.line(0), f"{way}: {title}")  # type: ignore[misc]
            terminal.press("escape")
            terminal.wait(f"Order {shown(number)}")
    terminal.press("f3")
    terminal.wait(FIRST_SCREEN)
    for _key, chord, _letter, title in WAYS:
        terminal.press(chord)
        terminal.until(lambda title=title: title in terminal.line(0), f"{chord}: {title}")  # type: ignore[misc]
        terminal.press("escape")
        terminal.wait(FIRST_SCREEN)
    terminal.resize(200, 60)
    terminal.until(lambda: "Ctrl+X" in terminal.line(59), "the key bar in the last row of a large window")
    terminal.press("ctrl+x")
    terminal.wait("Leave the program?")
    terminal.press("y")
    assert terminal.wait_end(20) == 0
