"""The toolkit in a real pseudo-terminal: what no test without one can see."""

from __future__ import annotations

import json
import os
import re
import signal
import sys
import termios
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from convisav_tui import ticket_number
from tests.terminal import Terminal
from tests.waiting import wait_until

APP = str(Path(__file__).with_name("toolkit_app.py"))
ROOT = str(Path(__file__).parents[2])
Start = Callable[..., Terminal]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "told.jsonl"


@pytest.fixture
def start(out: Path) -> Iterator[Start]:
    opened: list[Terminal] = []

    def begin(*, environ: dict[str, str] | None = None, shown: str = "ConviSAV", **options: object) -> Terminal:
        variables = {"TOOLKIT_OUT": str(out), "PYTHONPATH": ROOT, **(environ or {})}
        terminal = Terminal([sys.executable, APP], environ=variables, **options)  # type: ignore[arg-type]
        opened.append(terminal)
        if shown:
            terminal.wait(shown)
            terminal.quiet()
        return terminal

    yield begin
    for terminal in opened:
        terminal.__exit__(None, None, None)


def told(out: Path, what: str) -> list[object]:
    if not out.exists():
        return []
    return [data for kind, data in map(json.loads, out.read_text().splitlines()) if kind == what]


@pytest.mark.parametrize("term", ["xterm-256color", "linux", "vt220", "screen", "tmux-256color"])
@pytest.mark.parametrize("round_", range(2))
def test_text_typed_ahead_lands_in_its_fields(start: Start, term: str, round_: int) -> None:
    terminal = start(term=term)
    terminal.send(terminal.key_bytes("f2") + b"anna\tbob\tcarl\tdora")
    terminal.wait("[dora")
    assert "[anna " in terminal.line(1)
    assert "[bob " in terminal.line(2)
    assert re.search(r"\[carl +\] \w+ \[dora", terminal.line(3))


def test_text_typed_while_a_screen_loads_waits_for_it(start: Start) -> None:
    terminal = start()
    terminal.send(terminal.key_bytes("f6") + b"anna\tbob")
    terminal.wait("Loading")
    terminal.wait("[bob")
    assert "[anna " in terminal.line(1)


def test_escape_leaves_a_screen_that_does_not_come(start: Start) -> None:
    terminal = start()
    terminal.press("f6")
    terminal.wait("Loading")
    terminal.press("escape")
    terminal.wait("Not waited for")
    terminal.type("ab")
    terminal.wait("ab")
    assert "New intake" not in terminal.line(0)


def test_three_scans_in_one_packet(start: Start, out: Path) -> None:
    terminal = start()
    numbers = [ticket_number.make(26, counter) for counter in (1234, 5678, 9012)]
    terminal.send("".join(number + "\r" for number in numbers))
    terminal.wait(f"Scan {numbers[-1]}")
    assert told(out, "scan") == numbers


def test_a_byte_that_is_not_utf8_is_read_as_latin1(start: Start) -> None:
    terminal = start()
    terminal.send(b"M\xfcller")
    terminal.wait("Müller")


def test_hangup_parks_and_ends(start: Start, out: Path) -> None:
    terminal = start()
    terminal.press("f2")
    terminal.wait("New intake")
    terminal.type("half")
    terminal.wait("half")
    terminal.hang_up()
    assert terminal.wait_end(3) == 128 + signal.SIGHUP
    parked = told(out, "park")
    assert parked[-1] == "board"
    assert isinstance(parked[0], dict)
    assert parked[0]["customer"] == "half"


def test_end_of_input_ends_although_hangup_is_ignored(start: Start, out: Path) -> None:
    terminal = start(ignore_hangup=True)
    terminal.hang_up()
    assert terminal.wait_end(4) == 128 + signal.SIGHUP
    assert told(out, "park") == ["board"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP, signal.SIGINT])
def test_signals_restore_the_terminal(start: Start, number: int) -> None:
    terminal = start()
    terminal.signal(number)
    assert terminal.wait_end(3) == 128 + number
    assert terminal.raw.endswith(b"\x1b[?2004l\x1b[?7h\x1b[?1049l\x1b[?25h")


def test_leaving_restores_the_terminal(start: Start) -> None:
    terminal = start()
    before = termios.tcgetattr(terminal._fd)
    assert not before[3] & termios.ECHO
    terminal.press("ctrl+x")
    terminal.wait("Leave the program?")
    terminal.press("y")
    assert terminal.wait_end(3) == 0
    assert termios.tcgetattr(terminal._fd)[3] & termios.ECHO
    assert b"\x1b[?1000" not in terminal.raw
    assert b"\x1b[>" not in terminal.raw
    assert b"$p" not in terminal.raw


def test_a_crash_says_a_sentence_and_no_customer_data(start: Start, out: Path) -> None:
    terminal = start()
    terminal.press("f7")
    assert terminal.wait_end(5) == 1
    assert b"internal error" in terminal.raw
    assert b"0612345678" not in terminal.raw
    assert "RuntimeError" in (out.parent / (out.name + ".log")).read_text()
    assert told(out, "park") == ["board"]


def test_resize_to_60x20_and_back_keeps_everything(start: Start) -> None:
    terminal = start()
    terminal.press("f2")
    terminal.wait("New intake")
    terminal.send("anna\tbob\tcarl\tdora\tm1\tS1\tne vidange plus")
    terminal.wait("vidange")
    terminal.quiet()
    before = terminal.text()
    terminal.resize(60, 20)
    terminal.until(lambda: "vidange" in terminal.text() and "Ctrl+S" in terminal.line(19), "the form at 60x20")
    assert max(len(line) for line in terminal.text().split("\n")) <= 60
    terminal.resize(30, 5)
    terminal.wait("Window too small")
    terminal.resize(80, 24)
    terminal.until(lambda: terminal.text() == before, "the form as it was")


SIZES = ((60, 20), (200, 60))
SCANS = [ticket_number.make(26, counter) for counter in (4321, 8765)]


@pytest.mark.parametrize("sizes", [SIZES, SIZES[::-1], (*SIZES, (80, 24))], ids=["grown", "shrunk", "back"])
@pytest.mark.parametrize(
    ("opened", "first", "second", "shown"),
    [
        ("f2", "anna\tbo", "b\tcarl\tdora\tm1\tS1\tne vidange plus", "vidange plus"),
        ("f3", "lefe", "vre hélène", "lefevre hélène"),
        ("f3", "le\x1b[200~fe", "vre\x1b[201~ 12", "lefevre 12"),
        ("", SCANS[0] + "\r", SCANS[1] + "\r", f"Scan {SCANS[1]}"),
        ("f8", "", "\x1b[B", "Ask for parts"),
    ],
    ids=["form", "prompt", "paste", "scan", "choice"],
)
def test_two_resizes_at_once_lose_nothing(
    start: Start, out: Path, sizes: tuple[tuple[int, int], ...], opened: str, first: str, second: str, shown: str
) -> None:
    """The window shrinks and grows within one frame, in the middle of what comes: the last picture is that of a program
    that was begun at that size."""
    columns, rows = sizes[-1]
    changed, fresh = start(), start(columns=columns, rows=rows)
    for terminal in (changed, fresh):
        if opened:
            terminal.press(opened)
            terminal.quiet()
    fresh.send(first + second)
    fresh.wait(shown)
    changed.send(first)
    changed.resize(*sizes[0])
    changed.send(second)
    for size in sizes[1:]:
        changed.resize(*size)

    def alike() -> bool:
        fresh.read(0.05)
        return _picture(changed) == _picture(fresh)

    changed.until(alike, "the picture of a fresh program")
    if not opened:
        assert sorted(told(out, "scan")) == sorted(SCANS * 2)  # type: ignore[type-var]


def _picture(terminal: Terminal) -> tuple[object, ...]:
    """Every cell with its colours, and where the cursor stands."""
    cells = terminal.screen.buffer
    grid = [[cells[y][x] for x in range(terminal.screen.columns)] for y in range(terminal.screen.lines)]
    return grid, terminal.screen.cursor.x, terminal.screen.cursor.y


def test_no_color_sends_no_colour(start: Start) -> None:
    terminal = start(environ={"NO_COLOR": "1"})
    terminal.press("f2")
    terminal.wait("New intake")
    terminal.press("ctrl+s")
    terminal.wait("To be filled in")
    terminal.quiet()
    codes = {code for sgr in re.findall(rb"\x1b\[([0-9;]*)m", bytes(terminal.raw)) for code in sgr.split(b";")}
    assert codes <= {b"", b"0", b"1", b"4", b"7"}


def test_sixteen_colours_are_enough(start: Start) -> None:
    terminal = start(environ={"COLORTERM": "truecolor"})
    terminal.press("f2")
    terminal.wait("New intake")
    assert b"38;" not in terminal.raw
    assert b"48;" not in terminal.raw


def test_paste_with_line_ends_goes_into_one_field(start: Start) -> None:
    terminal = start()
    terminal.press("f2")
    terminal.wait("New intake")
    terminal.send("\x1b[200~Anna\nHaddad\r\n\tLyon\x1b[201~\tdrill")
    terminal.wait("drill")
    assert "[Anna Haddad Lyon" in terminal.line(1)


def test_paste_without_end_does_not_swallow_the_keys(start: Start) -> None:
    terminal = start()
    terminal.send("\x1b[200~abc")
    terminal.wait("abc")
    terminal.type("def")
    terminal.wait("abcdef")


def test_byte_budgets(start: Start) -> None:
    terminal = start()
    assert terminal.cost("down") <= 500
    assert terminal.cost("a") <= 250
    assert terminal.cost("b") <= 250
    assert terminal.cost("f2") <= 6000
    assert terminal.cost("x") <= 500
    terminal.press("backspace")
    assert terminal.cost("tab") <= 700
    assert terminal.cost("q") <= 250
    assert terminal.cost("tab") <= 700
    assert terminal.quiet(1.0) == 0  # at rest nothing is sent, although the feed is polled


def test_the_cursor_is_where_the_text_goes(start: Start) -> None:
    terminal = start()
    assert (terminal.screen.cursor.x, terminal.screen.cursor.y) == (0, 3)
    terminal.press("down")
    terminal.until(lambda: terminal.screen.cursor.y == 4, "the cursor in the second row")
    terminal.press("f2")
    terminal.wait("New intake")
    terminal.type("ann")
    terminal.until(lambda: (terminal.screen.cursor.x, terminal.screen.cursor.y) == (16, 1), "the cursor behind ann")
    assert not terminal.screen.cursor.hidden


@pytest.mark.parametrize(
    ("environ", "shown"), [({"LANG": "C"}, "26 0000000 0"), ({"LANG": "fr_FR.ISO-8859-1"}, "Number")]
)
def test_other_locales_draw_with_ascii(start: Start, environ: dict[str, str], shown: str) -> None:
    terminal = start(environ={**environ, "LC_ALL": environ["LANG"]}, shown=shown)
    terminal.press("f2")
    terminal.wait("New intake")
    assert b"\\u" not in terminal.raw
    assert "▾" not in terminal.text()


@pytest.mark.parametrize("term", ["dumb", "unknown", ""])
def test_a_terminal_without_a_screen_is_refused_in_words(start: Start, term: str) -> None:
    terminal = start(term=term, shown="")
    assert terminal.wait_end(10) not in (0, None)
    assert "\x1b[?1049h" not in terminal.raw.decode()
    assert "TERM" in terminal.text()


def test_a_stalled_line_loses_no_key_and_catches_up(start: Start) -> None:
    terminal = start()
    terminal.press("f2")
    terminal.wait("New intake")
    for round_ in range(40):  # nothing is read meanwhile
        terminal.send("abcdefghij")
        terminal.send(terminal.key_bytes("ctrl+u") if round_ < 39 else b"")
    terminal.send("\tdrill")
    terminal.wait("drill")
    assert "[abcdefghij " in terminal.line(1)


def test_a_program_whose_terminal_reads_nothing_ends_when_told(start: Start) -> None:
    terminal = start()
    for _round in range(300):
        terminal.send(terminal.key_bytes("pagedown"))
    terminal.signal(signal.SIGTERM)
    wait_until(lambda: ended(terminal), 8)


def ended(terminal: Terminal) -> bool:
    """Whether the process has ended, asked without reading from its terminal."""
    return os.waitid(os.P_PID, terminal.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
