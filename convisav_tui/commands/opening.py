"""What most commands begin with: the configuration, and the database opened."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui import ticket_number
from convisav_tui.config import Config, load
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, set_language

if TYPE_CHECKING:
    from convisav_tui.store.engine import Store


def configuration(arguments: argparse.Namespace) -> Config:
    """The configuration that the command line names, else this machine's; its language is spoken from now on."""
    config = load(Path(arguments.config) if arguments.config else None)
    set_language(config.interface_language)
    return on_this_line(config, arguments)


def on_this_line(config: Config, arguments: argparse.Namespace) -> Config:
    """The configuration with what the command line says of the line to the terminal."""
    return replace(config, station=replace(config.station, slow=True)) if arguments.slow else config


def opened(config: Config) -> Store:
    """The database, brought to this version. Raises StoreError when it cannot be used."""
    from convisav_tui.store.migrate import open_store

    return open_store(config.database.url, config.home)


def typed_number(text: str) -> str:
    """The ten digits of a ticket number that was typed or scanned, spaces allowed. UsageError when it is none."""
    reading = ticket_number.read(text)
    if reading is None:
        raise UsageError(
            _("“{text}” is not a ticket number.").format(text=text), _("It has ten digits, such as 26 0000001 4.")
        )
    return reading.number
