"""From a print job to the bytes that a printer takes, or to the page that becomes a file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui import ticket_number
from convisav_tui.config import Config, PrinterConfig
from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.printer_kinds import BROTHER, OFFICE, RECEIPT_PRINTER, ZEBRA
from convisav_tui.printing import brother, receipt_roll, sizes
from convisav_tui.printing.document_pdf import document_pdf
from convisav_tui.printing.label import Printing, label
from convisav_tui.printing.media import MEDIA, Media, MediaRefused
from convisav_tui.printing.receipt import words_of
from convisav_tui.printing.receipt_pdf import NotSet, receipt_pdf
from convisav_tui.printing.scanner_sheet import sheet_pages
from convisav_tui.printing.status import UNKNOWN, PrinterStatus
from convisav_tui.shop.document import Document
from convisav_tui.shop.paper import LabelPaper, ReceiptPaper, ScannerSheet

if TYPE_CHECKING:
    from PIL.Image import Image

LABEL, RECEIPT, PAPER = "label", "receipt", "paper"
PAPERS = "papers"
MOST_COPIES = 20


class Unprintable(ConvisavError):
    """What a job holds cannot become paper: no retry helps."""


@dataclass(frozen=True)
class Task:
    """A print job as it was read: what to print, how often, and whether it is printed again."""

    job_id: int
    kind: str
    printer: str
    copies: int
    content: Mapping[str, object]
    duplicate: bool


def label_pages(content: Mapping[str, object], media: Media, copies: int = 1, duplicate: bool = False) -> list[Image]:
    """The labels of a job, one a copy. Raises Unprintable for a content without a number, MediaRefused."""
    sheet = ScannerSheet.from_content(content)
    if sheet is not None:
        return sheet_pages(sheet, media) * copies
    paper = _label_paper(content)
    return [label(paper, media, Printing(copy, copies, duplicate)) for copy in range(1, copies + 1)]


def receipt_pages(
    content: Mapping[str, object], media: Media, copies: int = 1, duplicate: bool = False, logo: bytes = b""
) -> list[Image]:
    """The receipts of a job on a roll, one a copy; `logo` (PNG) at their head. Raises Unprintable, MediaRefused."""
    paper = _receipt_paper(content)
    marks = [f"{copy}/{copies}" if copies > 1 else "" for copy in range(1, copies + 1)]
    return [receipt_roll.receipt_strip(words_of(paper, duplicate, mark), media, logo) for mark in marks]


def picture_of(kind: str, content: Mapping[str, object], printer: PrinterConfig | None = None) -> Image:
    """What a job would look like on `printer`, or on a 62 mm roll without one: to look at before or after it prints.

    Raises Unprintable, MediaRefused.
    """
    media = choose_media(kind, printer) if printer and printer.kind != OFFICE else MEDIA["62"]
    return (receipt_pages if kind == RECEIPT else label_pages)(content, media)[0]


def raster(task: Task, printer: PrinterConfig, media: Media, logo: bytes = b"") -> bytes:
    """The whole job, all copies, in the language of a label or receipt printer; `logo` (PNG) at the head of receipts.
    Raises Unprintable, MediaRefused."""
    if task.kind == RECEIPT:
        pages = receipt_pages(task.content, media, copies_of(task), task.duplicate, logo)
    else:
        pages = label_pages(task.content, media, copies_of(task), task.duplicate)
    if printer.kind == RECEIPT_PRINTER:
        from convisav_tui.printing import escpos

        return escpos.encode(pages, media)
    if printer.kind == ZEBRA:
        from convisav_tui.printing import zpl

        return zpl.encode(pages, media)
    return brother.encode(pages, printer.model, media)


def copies_of(task: Task) -> int:
    """How many copies of a job are printed: at least one, and never a whole roll by a slip of the finger."""
    return max(1, min(task.copies, MOST_COPIES))


def named(task: Task) -> str:
    """What a printer that lists its jobs calls this one; nothing that tells whose it is."""
    number = task.content.get("number")
    word = number if isinstance(number, str) and ticket_number.is_valid(number) else task.kind
    return f"{word} {task.job_id}"


def file_of(task: Task, logo: bytes = b"") -> bytes:
    """The receipt or document of a job as PDF; `logo` (PNG) stands at its head. Raises Unprintable, NotSet."""
    try:
        return _set(task, logo)
    except NotSet:
        if not logo:
            raise
        return _set(task, b"")  # a picture that cannot be drawn keeps no paper back


def _set(task: Task, logo: bytes) -> bytes:
    if task.kind == PAPER:
        return document_pdf(_document(task.content), task.duplicate, logo)
    return receipt_pdf(words_of(_receipt_paper(task.content), task.duplicate), logo)


def file_path(home: Path, task: Task) -> Path:
    """Where the PDF of a job is kept: HOME/papers/2600012345-17.pdf, or HOME/papers/dispatch_slip-18.pdf.

    Raises Unprintable for a receipt with a wrong number and a document without kind."""
    if task.kind != PAPER:
        return receipt_path(home, task)
    kind = "".join(letter for letter in _document(task.content).kind if letter.isalnum() or letter == "_")
    return home / PAPERS / f"{kind or PAPER}-{task.job_id}.pdf"


def receipt_path(home: Path, task_or_number: Task | str, job_id: int = 0) -> Path:
    """Where the PDF of a receipt job is kept: HOME/papers/2600012345-17.pdf. Raises Unprintable for a wrong number."""
    if isinstance(task_or_number, Task):
        number, job_id = _number(task_or_number.content), task_or_number.job_id
    else:
        number = _number({"number": task_or_number})
    return home / PAPERS / f"{number}-{job_id}.pdf"


def choose_media(kind: str, printer: PrinterConfig, status: PrinterStatus = UNKNOWN) -> Media:
    """The medium of the printer for this kind of paper: the one that is loaded if it will do, else the usual one.

    Raises MediaRefused when none of the configured media can hold it.
    """
    fitting, refusal = [], None
    for name in printer.media:
        media = sizes.media_of(printer, name)
        try:
            _check(kind, printer, media)
        except MediaRefused as error:
            refusal = refusal or error
            continue
        fitting.append(media)
    if not fitting:
        raise refusal or MediaRefused(
            _("No label or roll is named for the printer {name}.").format(name=printer.name),
            _("Name its media in the configuration."),
        )
    return next((media for media in fitting if status.holds(media)), fitting[0])


def receipt_printer(config: Config) -> PrinterConfig | None:
    """The printer that prints receipts, on a roll or as a page; None when they become PDF files."""
    return next((p for p in config.printers if RECEIPT in p.roles and prints_receipts(p)), None)


def prints_receipts(printer: PrinterConfig) -> bool:
    """Whether it prints whole pages, or one of its media is a roll wide enough for a receipt."""
    return printer.kind == OFFICE or any(_suits_receipts(printer, name) for name in printer.media)


def _suits_receipts(printer: PrinterConfig, name: str) -> bool:
    try:
        return receipt_roll.suits(sizes.media_of(printer, name))
    except MediaRefused:
        return False


def document_printer(config: Config) -> PrinterConfig | None:
    """The printer that prints documents; None when they become PDF files."""
    return next((p for p in config.printers if PAPER in p.roles and p.kind == OFFICE), None)


def warm_up() -> None:
    """Import what drawing needs and open the fonts, so that the first label is not the slow one."""
    media = MEDIA["62"]
    pages = label_pages({"number": ticket_number.make(0, 1), "device": "·", "shop_name": "É"}, media, 1)
    brother.encode(pages, "QL-820NWB", media)


def _check(kind: str, printer: PrinterConfig, media: Media) -> None:
    """Whether the paper fits, tried on an empty one: layouts depend on the media alone."""
    if (printer.kind == OFFICE and kind == LABEL) or (printer.kind != OFFICE and kind == PAPER):
        raise MediaRefused(
            _("The printer {name} does not print this kind of paper.").format(name=printer.name),
            _("Print it on another one."),
        )
    if printer.kind == OFFICE:
        return
    if kind == RECEIPT:
        receipt_roll.check(media)
    else:
        label_room(media)
    if printer.kind == BROTHER:
        brother.check(printer.model, media)


def label_room(media: Media) -> None:
    """Raises MediaRefused when a ticket number's barcode does not fit the media."""
    from convisav_tui.printing.code128 import dots_a_module
    from convisav_tui.printing.label import page_size

    dots_a_module("0" * ticket_number.LENGTH, page_size(media)[0], media.dpi)


def _label_paper(content: Mapping[str, object]) -> LabelPaper:
    _number(content)
    try:
        return LabelPaper.from_content(content)
    except KeyError as error:
        raise _incomplete(error) from error


def _receipt_paper(content: Mapping[str, object]) -> ReceiptPaper:
    _number(content)
    try:
        return ReceiptPaper.from_content(content)
    except KeyError as error:
        raise _incomplete(error) from error


def _document(content: Mapping[str, object]) -> Document:
    try:
        return Document.from_content(content)
    except KeyError as error:
        raise _incomplete(error) from error


def _number(content: Mapping[str, object]) -> str:
    number = content.get("number")
    if not isinstance(number, str) or not ticket_number.is_valid(number):
        raise Unprintable(_("This job has no valid ticket number, so it cannot be printed."))
    return number


def _incomplete(error: KeyError) -> Unprintable:
    return Unprintable(_("This job cannot be printed: “{field}” is missing.").format(field=error.args[0]))
