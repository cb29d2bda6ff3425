"""`convisav` alone: opens the shop of this machine, and asks the few things it needs the first time."""

from __future__ import annotations

import argparse
import sys

from convisav_tui.commands.opening import configuration
from convisav_tui.commands.worker_start import ensure_worker
from convisav_tui.config import Config, config_path
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _


def run(arguments: argparse.Namespace) -> int:
    """Show the screens until they are left; the exit code."""
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        raise UsageError(
            _("The screens need a terminal."), _("From a script use a command: convisav --help lists them.")
        )
    if not arguments.config and not config_path().exists():
        from convisav_tui.commands.first_start import ask_and_write

        ask_and_write(config_path())
    return open_screens(configuration(arguments), slow=arguments.slow)


def open_screens(config: Config, slow: bool = False) -> int:
    """Show the screens of that shop; a worker is started when nobody prints and sends."""
    from convisav_tui.main_screen import run as run_screens

    if slow:
        import os

        os.environ["CONVISAV_SLOW"] = "1"
    return run_screens(config, lambda: _keep_worker(config))


def _keep_worker(config: Config) -> None:
    ensure_worker(config)
