"""What the environment says about the terminal."""

from __future__ import annotations

import pytest

from convisav_tui.screens.terminal import TerminalError, examine
from convisav_tui.screens.theme import Palette


@pytest.mark.parametrize("term", ["", "dumb", "unknown"])
def test_refused(term: str) -> None:
    with pytest.raises(TerminalError) as refused:
        examine({"TERM": term}, True, True)
    assert "TERM" in str(refused.value)
    assert refused.value.exit_code != 0


@pytest.mark.parametrize(("stdin", "stdout"), [(False, True), (True, False)])
def test_no_terminal(stdin: bool, stdout: bool) -> None:
    with pytest.raises(TerminalError):
        examine({"TERM": "xterm"}, stdin, stdout)


@pytest.mark.parametrize(
    ("environ", "palette", "glyphs", "encoding"),
    [
        ({"TERM": "xterm-256color", "LANG": "fr_FR.UTF-8"}, Palette.ANSI, "unicode", "utf-8"),
        ({"TERM": "xterm-256color", "LANG": "fr_FR.UTF-8", "NO_COLOR": "1"}, Palette.MONO, "unicode", "utf-8"),
        ({"TERM": "xterm", "LANG": "C.UTF-8", "NO_COLOR": ""}, Palette.ANSI, "unicode", "utf-8"),
        ({"TERM": "linux", "LANG": "fr_FR.UTF-8"}, Palette.ANSI, "console", "utf-8"),
        ({"TERM": "vt220", "LANG": "fr_FR.UTF-8"}, Palette.MONO, "console", "utf-8"),
        ({"TERM": "xterm", "LANG": "C"}, Palette.ANSI, "ascii", "ascii"),
        ({"TERM": "xterm", "LANG": "C", "LC_CTYPE": "C.UTF-8"}, Palette.ANSI, "ascii", "ascii"),
        ({"TERM": "xterm", "LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, Palette.ANSI, "ascii", "ascii"),
        ({"TERM": "xterm", "LANG": "fr_FR.ISO-8859-15@euro"}, Palette.ANSI, "latin", "iso8859-15"),
        ({"TERM": "xterm", "LANG": "fr_FR"}, Palette.ANSI, "latin", "iso-8859-1"),
        ({"TERM": "xterm"}, Palette.ANSI, "unicode", "utf-8"),
    ],
)
def test_capabilities(environ: dict[str, str], palette: Palette, glyphs: str, encoding: str) -> None:
    terminal = examine(environ, True, True)
    assert (terminal.theme.palette, terminal.theme.glyphs, terminal.encoding) == (palette, glyphs, encoding)
    assert bool(terminal.advice) == (encoding == "ascii")


def test_over_ssh_an_escape_may_take_longer() -> None:
    assert examine({"TERM": "xterm"}, True, True).escape_delay == 0.1
    assert examine({"TERM": "xterm", "SSH_CONNECTION": "x"}, True, True).escape_delay == 0.25
    assert examine({"TERM": "xterm", "SSH_CONNECTION": "x", "ESCDELAY": "50"}, True, True).escape_delay == 0.05
