"""The command `convisav`: reads the command line, runs one module of `commands`, tells errors in words."""

from __future__ import annotations

import argparse
import importlib
import os
import sys
from collections.abc import Sequence

from convisav_tui import __version__
from convisav_tui.commands.argument_words import speak
from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import LANGUAGES, _, language_of_environment, mark, set_language

CRASHED = 70  # EX_SOFTWARE
INTERRUPTED = 130
BROKEN_PIPE = 141
# How sshd calls a login shell, before what was asked for: whoever has this program as his shell gets its screens only.
SHELL_COMMAND = "-c"

# Name → (module of `commands`, what it does); in the order of the help.
COMMANDS = {
    "demo": ("demo", mark("open a shop to try, with invented customers, a printer and a mail server inside it")),
    "orders": ("orders", mark("list repair orders")),
    "order": ("order", mark("show one repair order")),
    "label": ("label", mark("draw the label of a repair order as a picture")),
    "paper": ("paper", mark("write a paper of a repair order as a PDF file")),
    "papers": ("papers", mark("copy the templates of papers to change them, and check them")),
    "staff": ("staff", mark("people, roles and PINs, for whoever may use this machine's configuration")),
    "import": ("import_files", mark("import repairs or device models from files")),
    "import-orders": ("import_orders", mark("take in the devices of a principal from his file")),
    "retention": ("retention", mark("list whose personal data are due for erasure")),
    "checklists": ("checklists", mark("take checklists over from a file, or write them into files")),
    "doctor": ("doctor", mark("say what is missing or misconfigured")),
    "clock": ("clock", mark("compare the clock of this machine with the last step that was written")),
    "worker": ("worker", mark("print and send what is due (started by the program itself when needed)")),
    "backup": ("backup", mark("make a checked copy of the database")),
    "restore": ("restore", mark("put a copy in place of the database")),
    "bench": ("bench", mark("fill an empty database with invented orders, to measure on")),
    "migrate": ("migrate", mark("bring the database to this version, after a backup")),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run `convisav` with these arguments; the exit code. People see a sentence, never a traceback."""
    given = list(sys.argv[1:] if argv is None else argv)
    if given[:1] == [SHELL_COMMAND]:
        given = []
    _make_output_safe()
    chosen = os.environ.get("CONVISAV_LANGUAGE", "")
    set_language(chosen if chosen in LANGUAGES else language_of_environment())
    speak()
    try:
        arguments = _parser(given).parse_args(given)
        module = COMMANDS[arguments.command][0] if arguments.command else "run"
        code: int = importlib.import_module(f"convisav_tui.commands.{module}").run(arguments)
        sys.stdout.flush()
        return code
    except ConvisavError as error:
        _tell(str(error))
        return error.exit_code
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # What remains in the buffer must not raise again when the interpreter flushes it at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the last resort: logged without what people typed, told in words
        from convisav_tui.commands.crash_log import record

        _tell(record(error))
        return CRASHED


def _parser(given: Sequence[str]) -> argparse.ArgumentParser:
    """The command line; only the command that is named is imported for its arguments."""
    parser = argparse.ArgumentParser(
        prog="convisav",
        description=_("The repair counter and workshop at the keyboard. Without a command it opens the shop."),
        epilog=_(
            "Exit codes: 0 done, 1 failed, 2 not understood, 3 configuration, 4 not found, 5 database, "
            "6 refused by a rule, 7 changed meanwhile, 8 no screen here, 70 fault of the program, 130 interrupted."
        ),
    )
    parser.add_argument("--version", action="version", version=f"convisav {__version__}")
    parser.add_argument("--config", metavar=_("FILE"), help=_("the configuration file to use"))
    parser.add_argument("--slow", action="store_true", help=_("the line to this terminal is thin: send little"))
    commands = parser.add_subparsers(dest="command", title=_("commands"), metavar="")
    for name, (module, summary) in COMMANDS.items():
        command = commands.add_parser(name, help=_(summary), description=_(summary))
        if name in given:
            importlib.import_module(f"convisav_tui.commands.{module}").add_arguments(command)
    return parser


def _make_output_safe() -> None:
    """A terminal that cannot show a letter gets an escape instead of an error."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def _tell(text: str) -> None:
    from convisav_tui.commands.output import harmless

    print(f"convisav: {harmless(text)}", file=sys.stderr)


if __name__ == "__main__":
    raise SystemExit(main())
