"""From the terminal's bytes to keys and pastes: tolerant, bounded, and never typing an escape sequence as text."""

from __future__ import annotations

import codecs
import re
from collections.abc import Callable
from dataclasses import dataclass

from convisav_tui.screens.keys import Key, from_textual
from convisav_tui.text import is_typed

ESC = "\x1b"
PASTE_START, PASTE_END = ESC + "[200~", ESC + "[201~"
PASTE_TIMEOUT = 1.0
LONGEST_SEQUENCE = 64
# A whole control sequence (ECMA-48), the linux console's F1–F5, SS3 keys, strings (OSC, DCS …) with their end.
_SEQUENCE = re.compile(r"\x1b(?:\[\[[A-E]|\[[0-?]*[ -/]*[@-~]|O[ -~]|[\]P_^X][^\x07\x1b]*(?:\x07|\x1b\\))", re.DOTALL)
_UNFINISHED = re.compile(r"\x1b(?:\[\[?|\[[0-?]*[ -/]*|O|[\]P_^X][^\x07\x1b]*\x1b?)?\Z", re.DOTALL)
_OTHER_KEY = re.compile(r"\x1b\[(?:27;(\d+);(\d+)~|(\d+)(?:;(\d+))?u)")


@dataclass(frozen=True, slots=True)
class Paste:
    """Text pasted between the marks of bracketed paste, with its line ends."""

    text: str


def register_fallback() -> str:
    """The name of a decoding error handler that reads a byte which is not UTF-8 as Latin-1, as old terminals mean
    it."""

    def latin(error: UnicodeError) -> tuple[str, int]:
        if not isinstance(error, UnicodeDecodeError):
            raise error
        wrong = error.object[error.start : error.end]
        return "".join(chr(byte) if byte >= 0xA0 else "\ufffd" for byte in wrong), error.end

    codecs.register_error("convisav_latin", latin)
    return "convisav_latin"


class Decoder:
    """Feed it bytes and the time; it gives keys and pastes. `tick` ends what the terminal left unfinished."""

    def __init__(self, encoding: str = "utf-8", escape_delay: float = 0.1) -> None:
        chosen = "utf-8" if encoding == "ascii" else encoding
        self._decode: Callable[[bytes], str] = codecs.getincrementaldecoder(chosen)(register_fallback()).decode
        self._escape_delay = escape_delay
        self._text = ""
        self._paste: list[str] | None = None
        self._last = 0.0

    def feed(self, data: bytes, now: float) -> list[Key | Paste]:
        """What these bytes mean, with what was left of those before."""
        self._last = now
        self._text += self._decode(data)
        return self._take(final=False)

    def deadline(self) -> float | None:
        """When `tick` must be called if nothing comes, in the time of `feed`; None if nothing is unfinished."""
        if self._paste is not None:
            return self._last + PASTE_TIMEOUT
        return self._last + self._escape_delay if self._text else None

    def tick(self, now: float) -> list[Key | Paste]:
        """Nothing more came: an Esc was the Esc key, a paste without end is over."""
        due = self.deadline()
        if due is None or now < due:
            return []
        if self._paste is not None:
            pasted = "".join([*self._paste, self._text])
            self._paste, self._text = None, ""
            return [Paste(pasted)]
        return self._take(final=True)

    def _take(self, final: bool) -> list[Key | Paste]:
        found: list[Key | Paste] = []
        while self._text:
            if self._paste is not None:
                if not self._take_paste(found):
                    break
            elif self._text[0] == ESC:
                if not self._take_escape(found, final):
                    break
            else:
                self._take_text(found)
        return found

    def _take_paste(self, found: list[Key | Paste]) -> bool:
        """Collect pasted text up to its end mark; False if the mark is still to come."""
        assert self._paste is not None
        before, mark, after = self._text.partition(PASTE_END)
        if mark:
            found.append(Paste("".join([*self._paste, before])))
            self._paste, self._text = None, after
            return True
        keep = next((n for n in range(min(5, len(before)), 0, -1) if PASTE_END.startswith(before[-n:])), 0)
        self._paste.append(before[: len(before) - keep])
        self._text = before[len(before) - keep :]
        return False

    def _take_escape(self, found: list[Key | Paste], final: bool) -> bool:
        """One escape sequence, Alt with a key, or Esc; False if more must come first."""
        match = _SEQUENCE.match(self._text)
        if match is not None:
            self._text = self._text[match.end() :]
            if match.group() == PASTE_START:
                self._paste = []
            else:
                found.extend(keys_of_sequence(match.group()))
            return True
        unfinished = _UNFINISHED.match(self._text) is not None
        if unfinished and not final and len(self._text) < LONGEST_SEQUENCE:
            return False
        if self._text == ESC or self._text.startswith(ESC + ESC):
            found.append(Key("escape"))
            self._text = self._text[1:]
        elif unfinished and len(self._text) > 2:
            self._text = ""  # the start of a sequence that never ended is no text
        else:
            found.append(Key("alt+enter" if self._text[1] in "\r\n" else "alt+" + self._text[1]))
            self._text = self._text[2:]
        return True

    def _take_text(self, found: list[Key | Paste]) -> None:
        text, _escape, _rest = self._text.partition(ESC)
        self._text = self._text[len(text) :]
        for character in text:
            key = key_of_character(character)
            if key is not None:
                found.append(key)


def key_of_character(character: str) -> Key | None:
    """The key that types a character, or the control key that sends it."""
    if is_typed(character):
        return Key("space" if character == " " else character, character)
    names = sequences().get(character)
    return from_textual(names[0], character) if names else None


def keys_of_sequence(sequence: str) -> list[Key]:
    """The keys that an escape sequence stands for; none for what is unknown, a reply or a report."""
    names = sequences().get(sequence)
    if names:
        return [key for name in names if (key := from_textual(name, None)) is not None]
    match = _OTHER_KEY.fullmatch(sequence)
    if match is None:
        return []
    modifiers, code = match.group(1) or match.group(4) or "1", match.group(2) or match.group(3)
    key = _other_key(int(modifiers) - 1, int(code))
    return [key] if key is not None else []


def _other_key(modifiers: int, code: int) -> Key | None:
    """A key as xterm's modifyOtherKeys and the kitty protocol send it: bits 1 Shift, 2 Alt, 4 Ctrl, and a code
    point."""
    if not 0 < code < 0x110000 or 0xD800 <= code < 0xE000:
        return None
    character = chr(code)
    if code in (13, 9, 27, 127, 8):
        shifted_tab = code == 9 and modifiers & 1
        return Key("shift+tab") if shifted_tab else key_of_character(character) or Key("escape")
    if modifiers & 4:
        low = character.lower()
        has_code = "a" <= low <= "z" or low == "_"
        return key_of_character(chr(ord(low) & 0x1F) if has_code else character)
    return Key("alt+" + character) if modifiers & 2 else key_of_character(character)


_table: dict[str, tuple[str, ...]] = {}


def sequences() -> dict[str, tuple[str, ...]]:
    """What terminals send, to key names: Textual's table, read once, and what it lacks."""
    if not _table:
        from textual._ansi_sequences import ANSI_SEQUENCES_KEYS

        for sequence, keys in ANSI_SEQUENCES_KEYS.items():
            if isinstance(keys, tuple):
                _table[sequence] = tuple(key.value for key in keys)
        _table.update({"\x1b": ("escape",), "\r": ("enter",), "\t": ("tab",), "\x7f": ("backspace",)})
        _table["\x1bOM"] = ("enter",)
        _table.update({f"\x1bO{chr(ord('p') + n)}": (str(n),) for n in range(10)})
        _table.update({"\x1bOn": (".",), "\x1bOk": ("+",), "\x1bOm": ("-",), "\x1bOj": ("*",), "\x1bOo": ("/",)})
    return _table
