"""`convisav label`: the label of an order as a picture, exactly as the printer would print it."""

from __future__ import annotations

import argparse
from pathlib import Path

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration, opened, typed_number
from convisav_tui.config import PrinterConfig
from convisav_tui.errors import ConvisavError, NotFound
from convisav_tui.i18n import _

USUAL_MEDIA = "62"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav label`."""
    parser.add_argument("number", metavar=_("NUMBER"), help=_("ticket number, spaces allowed"))
    parser.add_argument("--out", required=True, type=Path, metavar=_("FILE"), help=_("the picture to write (PNG)"))
    parser.add_argument("--media", default="", metavar=_("MEDIA"), help=_("label or roll: 62, 29x90 …"))


def run(arguments: argparse.Namespace) -> int:
    """Write the picture. NotFound for an unknown order, MediaRefused when the barcode does not fit."""
    from convisav_tui.printing.label import label
    from convisav_tui.printing.sizes import media_of
    from convisav_tui.shop.context import shop_of
    from convisav_tui.shop.filled_papers import label_of
    from convisav_tui.store.queries.by_number import order_by_number

    config = configuration(arguments)
    printer = config.printer_for("label") or PrinterConfig("", "", media=(USUAL_MEDIA,))
    media = media_of(printer, arguments.media or next(iter(printer.media), USUAL_MEDIA))
    number = typed_number(arguments.number)
    store = opened(config)
    try:
        with store.read() as session:
            order = order_by_number(session, number)
            if order is None:
                raise NotFound(_("There is no order {number}.").format(number=arguments.number))
            paper = label_of(session, order, shop_of(config))
    finally:
        store.close()
    try:
        label(paper, media).save(arguments.out, "PNG", dpi=(media.dpi, media.dpi))
    except OSError as error:
        raise ConvisavError(
            _("{path} cannot be written: {reason}.").format(path=arguments.out, reason=error.strerror or error)
        ) from error
    output.print_line(str(arguments.out))
    return 0
