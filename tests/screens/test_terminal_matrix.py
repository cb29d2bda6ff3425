"""The toolkit under every kind of terminal we name, and whatever lines, scanners and pastes deliver to it."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from convisav_tui import ticket_number
from tests.terminal import Terminal

APP = str(Path(__file__).with_name("toolkit_app.py"))
ROOT = str(Path(__file__).parents[2])
TERMS = ("linux", "xterm", "xterm-256color", "screen", "tmux-256color", "vt220")
NUMBERS = [ticket_number.make(26, counter) for counter in (1234, 5678, 9012)]
PASTE, PASTED = b"\x1b[200~", b"\x1b[201~"
SGR = re.compile(rb"\x1b\[([0-9;]*)m")
COLOURS = {*range(30, 38), *range(40, 48), *range(90, 98), *range(100, 108)}
Start = Callable[..., Terminal]
Told = Callable[[str], list[object]]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    opened: list[Terminal] = []

    def begin(*, environ: dict[str, str] | None = None, shown: str = "ConviSAV", **options: object) -> Terminal:
        variables = {"TOOLKIT_OUT": str(tmp_path / "told.jsonl"), "PYTHONPATH": ROOT, **(environ or {})}
        terminal = Terminal([sys.executable, APP], environ=variables, **options)  # type: ignore[arg-type]
        opened.append(terminal)
        terminal.wait(shown)
        terminal.quiet()
        return terminal

    yield begin
    for terminal in opened:
        terminal.__exit__(None, None, None)


@pytest.fixture
def told(tmp_path: Path) -> Told:
    def read(what: str) -> list[object]:
        path = tmp_path / "told.jsonl"
        lines = path.read_text().splitlines() if path.exists() else []
        return [data for kind, data in map(json.loads, lines) if kind == what]

    return read


def looks(terminal: Terminal) -> set[int]:
    """The numbers of all attributes and colours that were sent."""
    return {int(code or 0) for sgr in SGR.findall(bytes(terminal.raw)) for code in sgr.split(b";")}


# --- terminals --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("term", TERMS)
def test_every_terminal_from_60x20_to_200x60(start: Start, term: str) -> None:
    terminal = start(term=term, columns=200, rows=60)
    assert "F1 Help" in terminal.line(59) and "Toolkit" in terminal.line(0)
    assert terminal.line(0).rstrip().endswith("14:32") and len(terminal.line(0)) > 190, "the title fills the row"
    assert "Fault" in terminal.line(2) and "ne vidange plus" in terminal.line(3), "more room shows more columns"
    for columns, rows in ((80, 24), (60, 20)):
        terminal.resize(columns, rows)
        terminal.until(lambda rows=rows: "F1 Help" in terminal.line(rows - 1), f"{columns}x{rows}")  # type: ignore[misc]
        terminal.quiet(0.1)
        assert max(len(line) for line in terminal.text().split("\n")) <= columns
    sent = looks(terminal)
    assert sent <= COLOURS | {0, 1, 4, 7}
    assert bool(sent & COLOURS) == (term != "vt220"), "sixteen colours, and none where there are none"
    assert b"\x1b[?2026" not in terminal.raw and b"\x1b[?1000" not in terminal.raw


WAYS = (
    ("f1", "ctrl+g", "Help: "),
    ("f2", "ctrl+n", "New intake"),
    ("f8", "ctrl+o", "Next step"),
    ("f10", "ctrl+e", "Menu"),
)


@pytest.mark.parametrize("term", TERMS)
def test_f_keys_and_their_second_ways(start: Start, term: str) -> None:
    terminal = start(term=term)
    for key, chord, title in WAYS:
        for way in (key, chord):
            terminal.press(way)
            terminal.wait(title)
            terminal.press("escape")
            terminal.wait_gone(title)
    for way in ("\x1b[24~", "ctrl+_"):
        terminal.press(way) if way.startswith("ctrl") else terminal.send(way)
        terminal.wait("Not possible here: Other person")  # understood; the toolkit's program has no people
        terminal.press("down")
        terminal.wait_gone("Not possible here")


@pytest.mark.parametrize("locale", [{"LANG": "C"}, {"LANG": "POSIX"}, {"LC_ALL": "C"}])
def test_without_a_locale_everything_is_ascii_and_it_is_said_once_what_helps(
    start: Start, locale: dict[str, str]
) -> None:
    terminal = start(environ=locale)
    terminal.wait("No accents: the locale is not UTF-8. For accents: export LANG=C.UTF-8")
    terminal.press("down")
    terminal.wait_gone("No accents")
    terminal.press("f2")
    terminal.wait("New intake")
    terminal.press("escape", "down")
    terminal.wait("Toolkit")
    terminal.quiet()
    assert "No accents" not in terminal.text()
    assert bytes(terminal.raw).isascii()
    assert "Lefevre H." in terminal.text()


@pytest.mark.parametrize("name", ["LANG", "LC_ALL"])
def test_a_latin1_terminal_gets_latin1_although_the_machine_lacks_its_locale(start: Start, name: str) -> None:
    terminal = start(environ={name: "fr_FR.ISO-8859-1"}, shown="Number")
    terminal.send("né".encode("latin-1"))
    terminal.until(lambda: b"n\xe9" in terminal.raw or b"\xe9" in terminal.raw[-40:], "the letter as it was typed")
    assert b"\xc3\xa8" not in terminal.raw and b"Lef\xe8vre" in terminal.raw


# --- what is sent to it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [b"\r", b"\n", b"\r\n", b"\t"], ids=["CR", "LF", "CR LF", "Tab"])
def test_scans_back_to_back_by_every_set_up(start: Start, told: Told, end: bytes) -> None:
    terminal = start()
    terminal.send(b"".join(number.encode() + end for number in NUMBERS))
    terminal.wait(f"Scan {NUMBERS[-1]}")
    half = NUMBERS[0].encode() + end
    terminal.send(half[:4])
    terminal.send(half[4:])  # in two packets
    terminal.wait(f"Scan {NUMBERS[0]}")
    terminal.quiet()
    assert told("scan") == [*NUMBERS, NUMBERS[0]]
    assert told("search") == [] and told("list") == [], "its digits and its end pressed nothing"
    assert NUMBERS[0] not in terminal.line(1), "nothing of it is left in the box"


def test_scans_of_several_scanners_with_different_ends(start: Start, told: Told) -> None:
    terminal = start()
    ends = [b"\r\n", b"\t", b"\n"]
    terminal.send(b"".join(number.encode() + end for number, end in zip(NUMBERS, ends, strict=True)))
    terminal.wait(f"Scan {NUMBERS[-1]}")
    terminal.quiet()
    assert told("scan") == NUMBERS and told("search") == []


def test_a_scan_during_a_change_of_screen_is_done_once_afterwards(start: Start, told: Told) -> None:
    terminal = start()
    terminal.send(terminal.key_bytes("f6") + NUMBERS[1].encode() + b"\r\n")
    terminal.wait(f"Scan {NUMBERS[1]}")
    terminal.quiet()
    assert told("scan") == [NUMBERS[1]]
    assert "New intake" in terminal.line(0) and NUMBERS[1] not in "\n".join(terminal.text().split("\n")[1:-2])


def test_typing_and_a_paste_ahead_of_a_screen_that_loads_keep_their_order(start: Start) -> None:
    terminal = start()
    pasted = PASTE + "bob\r\nbôb".encode() + PASTED
    terminal.send(terminal.key_bytes("f6") + b"anna\t" + pasted + b"y\tdrill")
    terminal.wait("[drill")
    assert "[anna " in terminal.line(1) and "[bob bôby " in terminal.line(2)


def test_a_pasted_number_presses_nothing(start: Start, told: Told) -> None:
    terminal = start()
    terminal.send(PASTE + f"{NUMBERS[0]}\r\n".encode() + PASTED)
    terminal.wait(NUMBERS[0])
    terminal.quiet()
    assert told("scan") == [] and told("search") == []
    terminal.press("enter")
    terminal.wait(f"Search {NUMBERS[0]}")


@pytest.mark.parametrize(
    ("packets", "shown"),
    [
        ((b"M\xfcller",), "Müller"),
        ((b"caf\xe9\xc3\xa9t\xe9s",), "caféétés"),
        ((b"\xc3", b"\xa9t\xc3", b"\xa9"), "été"),
        ((b"a\xf0\x9f", b"b"), "b"),
        ((b"\x1b", b"[99;99X", b"ab"), "ab"),
        ((b"\x1b]11;rgb:1/1/1\x07ab",), "ab"),
        ((b"\x1b[<0;10;10Mab",), "ab"),
        ((b"\x1b[12;40Rab",), "ab"),
        ((b"a\x1c\x1fb",), "ab"),
    ],
)
def test_bytes_that_are_no_text_harm_none(start: Start, packets: tuple[bytes, ...], shown: str) -> None:
    terminal = start()
    for packet in packets:
        terminal.send(packet)
    terminal.until(lambda: shown in terminal.line(1), shown)
    terminal.quiet()
    assert not re.search(r"99|rgb|40R|<0", terminal.line(1)), terminal.line(1)
    terminal.send(f"\x15{NUMBERS[2]}\r")
    terminal.wait(f"Scan {NUMBERS[2]}")


def test_an_arrow_in_two_packets_is_an_arrow(start: Start) -> None:
    terminal = start(environ={"ESCDELAY": "400"})
    row = terminal.screen.cursor.y
    terminal.send(b"\x1b[")
    terminal.send(b"B")
    terminal.until(lambda: terminal.screen.cursor.y == row + 1, "the cursor one row below")
