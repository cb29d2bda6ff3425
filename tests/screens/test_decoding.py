"""From the terminal's bytes to keys: all the terminals we work under, and all they send by mistake."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from convisav_tui.screens.decoding import Decoder, Paste
from convisav_tui.screens.keys import Key


def names(data: bytes, encoding: str = "utf-8") -> list[str]:
    decoder = Decoder(encoding)
    found = [*decoder.feed(data, 0.0), *decoder.tick(10.0), *decoder.tick(20.0)]
    return [f"paste:{item.text}" if isinstance(item, Paste) else item.name for item in found]


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"a\xc3\xa9 ", ["a", "é", "space"]),
        (b"40\xc2\xa0000\xe2\x80\xaf\xe2\x82\xac", ["4", "0", "\xa0", "0", "0", "0", "\u202f", "€"]),
        (b"\r\n\t\x7f\x08", ["enter", "enter", "tab", "backspace", "backspace"]),
        (b"\x1bOP\x1b[11~\x1b[[A\x1b[21~", ["f1", "f1", "f1", "f10"]),
        (b"\x1b[A\x1bOA\x1b[5~\x1b[1~\x1b[H\x1bOH", ["up", "up", "pageup", "home", "home", "home"]),
        (b"\x1b[Z", ["shift+tab"]),
        (b"\x1b[25~\x1b[28~", ["shift+f1", "shift+f3"]),
        (
            b"\x1b[27;5;115~\x1b[27;2;83~\x1b[115;5u\x1b[27;5;13~\x1b[9;2u",
            ["ctrl+s", "S", "ctrl+s", "enter", "shift+tab"],
        ),
        (b"\x1d", ["group_separator"]),
        (b"\x13\x18\x07", ["ctrl+s", "ctrl+x", "ctrl+g"]),
        (b"\x1b", ["escape"]),
        (b"\x1bx\x1b\r", ["alt+x", "alt+enter"]),
        (b"\x1b\x1b[A", ["escape", "up"]),
        (b"M\xfcller", ["M", "ü", "l", "l", "e", "r"]),
        (b"\xff\xc3", ["ÿ"]),
        (b"\x1b[?62;22c\x1b]11;rgb:0/0/0\x07\x1b[I\x1b[12;40Ra", ["a"]),
        (b"\x1b[200~one\r\ntwo\x1b[31m\x1b[201~b", ["paste:one\r\ntwo\x1b[31m", "b"]),
        (b"\x1b[200~open", ["paste:open"]),
        (b"\x1b[99", []),
        (b"\x1bOM\x1bOq", ["enter", "1"]),
        (b"\x00", ["space"]),
    ],
)
def test_keys(data: bytes, expected: list[str]) -> None:
    assert names(data) == expected


def test_latin1_terminal() -> None:
    assert names("é€".encode("iso-8859-15"), "iso-8859-15") == ["é", "€"]


@given(st.lists(st.sampled_from([b"\x1b[A", b"a", b"\xc3\xa9", b"\x1bOP", b"\x1b[200~x\x1b[201~", b"\r"])), st.data())
def test_packets_may_be_cut_anywhere(pieces: list[bytes], data: st.DataObject) -> None:
    whole = b"".join(pieces)
    at = data.draw(st.integers(0, len(whole)))
    decoder = Decoder()
    found = [*decoder.feed(whole[:at], 0.0), *decoder.feed(whole[at:], 0.05)]
    assert found == Decoder().feed(whole, 0.0)


@given(st.binary(max_size=200))
def test_any_bytes_are_survived(data: bytes) -> None:
    decoder = Decoder()
    for item in [*decoder.feed(data, 0.0), *decoder.tick(10.0), *decoder.tick(20.0)]:
        assert isinstance(item, Key | Paste)


def test_a_slow_line_keeps_an_arrow_whole() -> None:
    decoder = Decoder(escape_delay=0.25)
    assert decoder.feed(b"\x1b", 0.0) == []
    assert decoder.tick(0.2) == []
    assert decoder.feed(b"[D", 0.24) == [Key("left")]
    assert decoder.deadline() is None
