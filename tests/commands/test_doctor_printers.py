"""What the doctor says of printers that are no Brother's, asked as it asks them."""

from __future__ import annotations

from pathlib import Path

from convisav_tui.commands.doctor_shop import printers
from convisav_tui.config import Config, DatabaseConfig, PrinterConfig, ShopConfig
from tests.office_printer import office_printer
from tests.talking_printers import receipt_printer, zebra


def said(folder: Path, *configured: PrinterConfig) -> list[tuple[str, str]]:
    config = Config(ShopConfig(), DatabaseConfig(""), folder, configured)
    return [(finding.state, finding.sentence) for finding in printers(config)]


def test_each_kind_of_printer_is_asked_in_its_own_way(tmp_path: Path) -> None:
    with office_printer() as office, receipt_printer() as till, zebra() as shelf:
        configured = (
            PrinterConfig("shelf", shelf.address, "zebra", "203dpi", ("57x32",), ("label",)),
            PrinterConfig("till", till.address, "escpos", "203dpi", ("80mm",), ("receipt",)),
            PrinterConfig("office", office.address, "ipp", "any", ("A4",), ("paper",)),
        )
        good = said(tmp_path, *configured)
        assert [state for state, _sentence in good] == ["good"] * 3
        assert all("reached at" in sentence and "ready" in sentence for _state, sentence in good)
        shelf.flags, till.state = {"ribbon"}, b"\x1e\x16\x12\x12"
        office.media, office.reasons = ["iso_a5_148x210mm"], ["none"]
        bad = said(tmp_path, *configured)
        office.media, office.formats = [], ["image/jpeg"]
        takes_no_pdf = said(tmp_path, configured[2])[-1]
    assert [state for state, _sentence in bad] == ["wrong", "wrong", "warning"]
    for (_state, sentence), words in zip(bad, ("ribbon is at its end", "cover is open", "148 × 210 mm"), strict=True):
        assert words in sentence
    assert takes_no_pdf[0] == "warning" and "CUPS queue" in takes_no_pdf[1]


def test_labels_too_narrow_for_a_barcode_are_found_before_anybody_prints(tmp_path: Path) -> None:
    with zebra() as shelf:
        narrow = PrinterConfig("shelf", shelf.address, "zebra", "203dpi", ("20x20",), ("label",))
        [fault, state] = said(tmp_path, narrow)[-2:]
    assert fault[0] == "wrong" and "barcode" in fault[1] and state[0] == "good"
