"""`convisav doctor`: says in words what is missing or misconfigured; changes nothing."""

from __future__ import annotations

import argparse
import contextlib
import dataclasses
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path

from convisav_tui import __version__
from convisav_tui.commands import doctor_machine, doctor_papers, doctor_shop, output
from convisav_tui.commands.findings import Finding, careful
from convisav_tui.config import config_path, load
from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import _, set_language


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav doctor`."""
    parser.add_argument("--json", action="store_true", help=_("as JSON"))


def run(arguments: argparse.Namespace) -> int:
    """Print the findings as they come; 1 when something is wrong, else 0."""
    findings = []
    for finding in examine(Path(arguments.config) if arguments.config else None):
        findings.append(finding)
        if not arguments.json:
            _print(finding)
    if arguments.json:
        listed = [dataclasses.asdict(finding) for finding in findings]
        output.print_json({"version": __version__, "findings": listed})
    return 1 if any(finding.state == "wrong" for finding in findings) else 0


def examine(path: Path | None) -> Iterator[Finding]:
    """Look at everything; without a usable configuration, at what needs none."""
    config = None
    with contextlib.suppress(ConfigurationError):  # its faults are told one by one below
        config = load(path)
        set_language(config.interface_language)
    yield from careful("python", doctor_machine.python)
    yield from careful("terminal", doctor_machine.terminal)
    yield from careful("languages", doctor_machine.languages)
    place = path.expanduser().absolute() if path else config_path()
    yield from careful("configuration", partial(doctor_shop.configuration, place, os.environ))
    yield from careful("sqlite", doctor_shop.sqlite)
    yield from careful("fonts", doctor_machine.fonts)
    if config is None:
        return
    for matter, check in (
        ("time", doctor_machine.time_zone),
        ("folder", doctor_machine.folder),
        ("database", doctor_shop.database),
        ("backup", doctor_shop.copies),
        ("worker", doctor_shop.worker),
        ("printer", doctor_shop.printers),
        ("papers", doctor_papers.papers),
        ("mail", doctor_shop.mail),
        ("sms", doctor_shop.sms),
        ("fax", doctor_shop.fax),
    ):
        yield from careful(matter, partial(check, config))


def _print(finding: Finding) -> None:
    words = {"good": _("good"), "absent": _("absent"), "warning": _("look"), "wrong": _("WRONG")}
    width = max(len(word) for word in words.values())
    output.print_line(f"{words[finding.state]:<{width}}  {finding.sentence}")
    if finding.remedy:
        output.print_line(" " * (width + 2) + f"→ {finding.remedy}")
