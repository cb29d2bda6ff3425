"""What the terminal can do, found out before the screen is taken: refuse, colours, glyphs, encoding, Esc delay."""

from __future__ import annotations

import codecs
from collections.abc import Mapping
from dataclasses import dataclass

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.screens.theme import Palette, Theme

ESCAPE_DELAY = 0.1
ESCAPE_DELAY_REMOTE = 0.25
_NO_SCREEN = frozenset({"", "dumb", "unknown", "network", "emacs"})
_NO_COLOUR = ("vt1", "vt2", "vt3", "vt4", "vt5", "wyse", "xterm-mono", "screen.vt")


class TerminalError(ConvisavError):
    """This terminal cannot show a full screen."""

    exit_code = 8


@dataclass(frozen=True, slots=True)
class Terminal:
    """How to talk to the terminal: its look, the encoding of its bytes, how long an Esc may be the start of a longer
    key."""

    theme: Theme
    encoding: str
    escape_delay: float
    slow: bool = False
    """Whether the line is thin: nothing is sent that can be spared."""
    advice: str = ""
    """A sentence to say once, such as how to get accents."""


def examine(environ: Mapping[str, str], stdin_is_tty: bool, stdout_is_tty: bool, *, slow: bool = False) -> Terminal:
    """What the environment says about the terminal; `slow`: the line to it is thin.

    Raises TerminalError if no screen can be shown on it."""
    term = environ.get("TERM", "")
    if not (stdin_is_tty and stdout_is_tty):
        raise TerminalError(
            _("This program needs a terminal for its screen and keys, and there is none here."),
            _("For scripts use the commands that print: see `convisav --help`."),
        )
    if term in _NO_SCREEN:
        raise TerminalError(
            _("The terminal type TERM={term} cannot show a full screen.").format(term=term or '""'),
            _(
                "Set TERM to what your terminal is, for example TERM=xterm-256color, "
                "or use the commands that print: convisav --help"
            ),
        )
    encoding = _encoding(environ)
    mono = bool(environ.get("NO_COLOR")) or term.startswith(_NO_COLOUR)
    palette = Palette.SPARE if slow else Palette.MONO if mono else Palette.ANSI
    advice = ""
    if encoding == "ascii":
        advice = _("No accents: the locale is not UTF-8. For accents: export LANG=C.UTF-8")
    return Terminal(
        theme=Theme(palette, _glyphs(term, encoding, environ, slow)),
        encoding=encoding,
        escape_delay=_escape_delay(environ),
        slow=slow,
        advice=advice,
    )


def _encoding(environ: Mapping[str, str]) -> str:
    """The encoding of the locale: utf-8, an 8-bit one, or ascii for C and POSIX."""
    name = environ.get("LC_ALL") or environ.get("LC_CTYPE") or environ.get("LANG") or ""
    # Python itself sets LC_CTYPE=C.UTF-8 when the locale was C, or one that this machine lacks, as that of an SSH
    # client often is (PEP 538): what the person set is in LANG.
    if not environ.get("LC_ALL") and name == "C.UTF-8" and environ.get("LANG"):
        name = environ["LANG"]
    if name in ("C", "POSIX"):
        return "ascii"
    codeset = name.partition(".")[2].partition("@")[0]
    if not codeset:
        return "utf-8" if name == "" else "iso-8859-1" if "_" in name else "utf-8"
    try:
        return codecs.lookup(codeset).name
    except LookupError:
        return "utf-8"


def _glyphs(term: str, encoding: str, environ: Mapping[str, str], slow: bool) -> str:
    if environ.get("CONVISAV_ASCII") == "1" or encoding == "ascii":
        return "ascii"
    if not encoding.startswith("utf"):
        return "latin"
    # The signs that consoles lack take three bytes each.
    return "console" if slow or term == "linux" or term.startswith("vt") else "unicode"


def _escape_delay(environ: Mapping[str, str]) -> float:
    """Seconds to wait whether an Esc begins a longer key: ESCDELAY in ms if set, longer over SSH, where packets are
    apart."""
    asked = environ.get("ESCDELAY", "")
    if asked.isdigit() and int(asked) > 0:
        return int(asked) / 1000
    return ESCAPE_DELAY_REMOTE if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY") else ESCAPE_DELAY
