"""`convisav` alone: opens the shop of this machine, and asks the few things it needs the first time."""

from __future__ import annotations

import argparse
import os
import sys

from convisav_tui.commands.opening import configuration
from convisav_tui.commands.worker_start import ensure_worker
from convisav_tui.config import Config, config_path
from convisav_tui.screens.terminal import examine


def run(arguments: argparse.Namespace) -> int:
    """Show the screens until they are left; the exit code. TerminalError where no screen can be shown."""
    examine(os.environ, sys.stdin.isatty(), sys.stdout.isatty())
    if not arguments.config and not config_path().exists():
        from convisav_tui.commands.first_start import ask_and_write

        ask_and_write(config_path())
    return open_screens(configuration(arguments))


def open_screens(config: Config) -> int:
    """Show the screens of that shop; a worker is started when nobody prints and sends."""
    from convisav_tui.main_screen import run as run_screens

    return run_screens(config, lambda: _keep_worker(config))


def _keep_worker(config: Config) -> None:
    ensure_worker(config)
