"""The set-up sheet of a scanner: on every medium a scanner reads its codes, and it comes out like every other paper."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui import ticket_number
from convisav_tui.config import Config, PrinterConfig, ShopConfig
from convisav_tui.i18n import LANGUAGES
from convisav_tui.printing.media import MEDIA, Media
from convisav_tui.printing.receipt_roll import suits
from convisav_tui.printing.scanner_sheet import MOVING_LETTERS, sheet_pages
from convisav_tui.printing.spooler import run_due
from convisav_tui.shop.paper import ScannerSheet
from convisav_tui.shop.scanner_sheet import print_scanner_sheet
from convisav_tui.shop.staff import person_at_station
from convisav_tui.store.engine import Store
from convisav_tui.store.models import JobState, PrintJob
from tests.fake_printer import fake_printer, scanned
from tests.printing.test_label import HOLDING
from tests.shop_builder import empty_store

CODES = {ticket_number.SHEET, MOVING_LETTERS}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("media", HOLDING, ids=lambda media: media.name)
def test_every_medium_holds_codes_that_scanners_read(media: Media, language: str) -> None:
    pages = sheet_pages(ScannerSheet(language), media)
    assert len(pages) == (1 if suits(media) else 3)
    read = [text for page in pages for text in scanned(page)]
    assert set(read) == CODES and len(read) == len(CODES)


def test_the_number_of_the_sheet_has_every_digit_and_no_order_gets_it() -> None:
    assert ticket_number.is_valid(ticket_number.SHEET)
    assert sorted(ticket_number.SHEET) == list("0123456789")
    assert ticket_number.SHEET[:2] == "96"


@pytest.mark.parametrize("media", ["62", "29x90"])
def test_it_comes_out_of_the_printer_once(media: str, tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    try:
        with fake_printer() as printer:
            config = _config(tmp_path, printer.address, media)
            _ask(store, "one")
            _ask(store, "one")
            run_due(store, config)
            read = [text for page in printer.printed() for text in scanned(page.image)]
        with store.read() as session:
            (job,) = session.exec(select(PrintJob)).all()
            assert (job.state, job.order_id) == (JobState.SENT, None)
    finally:
        store.close()
    assert set(read) == CODES and len(read) == len(CODES)
    assert MEDIA[media].endless == (len(printer.printed()) == 1)


def _ask(store: Store, key: str) -> None:
    actor = store.write(lambda session: person_at_station(session, "anna", "counter 1"))
    store.write(lambda session: print_scanner_sheet(session, actor, "fr", key))


def _config(folder: Path, address: str, media: str) -> Config:
    from convisav_tui.config import DatabaseConfig

    printers = (PrinterConfig("counter", f"{address}?snmp=off" if "?" not in address else address, media=(media,)),)
    return Config(ShopConfig(), DatabaseConfig(f"sqlite:///{folder / 'shop.db'}"), folder, printers)
