"""The programs of the terminal tests: they get nothing of the test process, and their server outlives its askers."""

from __future__ import annotations

import json
import os
import socket
import sys
from dataclasses import asdict
from pathlib import Path

import pytest

from convisav_tui.clock import PRETENDED_NOW
from tests import ready_program
from tests.commands.convisav import convisav, surroundings
from tests.fork_server import Start
from tests.terminal import Terminal

TOLD = f"import os; print('time', os.environ.get({PRETENDED_NOW!r}), 'told', os.environ.get('CONVISAV_HOME'))"


def test_a_clock_of_the_test_process_is_not_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A fixture that left its clock behind once kept a whole day of another test from passing."""
    monkeypatch.setenv(PRETENDED_NOW, "2026-11-21T15:00:00+00:00")
    with Terminal([sys.executable, "-c", TOLD], environ={"CONVISAV_HOME": "here"}) as terminal:
        terminal.wait("time None told here")


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="programs are forked on Linux only")
def test_the_server_outlives_who_asks_and_is_killed(tmp_path: Path) -> None:
    wanted = Start(["--version"], surroundings(tmp_path), str(tmp_path))
    nothing = os.open(os.devnull, os.O_RDWR)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line:
        line.connect(ready_program._address())
        server = ready_program._server
        socket.send_fds(line, [json.dumps(asdict(wanted)).encode() + b"\n"], [nothing] * 3)
    os.close(nothing)
    assert convisav(tmp_path, "--version").code == 0
    assert ready_program._server is server and server is not None and server[0].poll() is None
