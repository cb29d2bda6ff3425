"""The words of the command line itself (usage, options, errors) in the language spoken: argparse takes them from the
global gettext domain, which has none of ours."""

from __future__ import annotations

import argparse

from convisav_tui.i18n import _, mark

# Word for word as argparse says them; what it says otherwise in a later Python stays English.
SAID = (
    mark("usage: "),
    mark("options"),
    mark("positional arguments"),
    mark("show this help message and exit"),
    mark("show program's version number and exit"),
    mark("%(prog)s: error: %(message)s\n"),
    mark("argument %(argument_name)s: %(message)s"),
    mark("the following arguments are required: %s"),
    mark("unrecognized arguments: %s"),
    mark("ambiguous option: %(option)s could match %(matches)s"),
    mark("ignored explicit argument %r"),
    mark("expected one argument"),
    mark("expected at least one argument"),
    mark("expected at most one argument"),
    mark("invalid choice: %(value)r (choose from %(choices)s)"),
    mark("invalid %(type)s value: %(value)r"),
    mark("unknown parser %(parser_name)r (choices: %(choices)s)"),
    mark("not allowed with argument %s"),
    mark("one of the arguments %s is required"),
)


def speak() -> None:
    """Let argparse say its own words as the catalogues have them, in the language spoken when it says them."""
    vars(argparse)["_"] = _
