"""Setting papers: each kind by its shipped template in the worker's process, and by a shop's own one in the jail."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path
from time import perf_counter, process_time

from benchmarks.command import Extent, main
from benchmarks.figures import Aim, Figure, Spell, cpus, interleaved, walls
from convisav_tui.printing import shop_templates
from convisav_tui.printing.document_pdf import document_pdf
from convisav_tui.printing.receipt import words_of
from convisav_tui.printing.receipt_pdf import receipt_pdf
from convisav_tui.printing.samples import RECEIPT, sample_document, sample_receipt, sampled_kinds
from convisav_tui.printing.shop_templates import SHIPPED
from convisav_tui.shop.document import Table

WARM = Aim(60, is_ratio=False)
LONG_ROWS = 70
_other = count(1)


def measure(extent: Extent) -> list[Figure]:
    """Words differ from one paper to the next, so that Typst remembers the template and the fonts alone."""
    shop_templates.use(None)
    first = _timed(lambda: _set("quote"))
    kinds = sampled_kinds()
    shipped = interleaved({kind: lambda kind=kind: _timed(lambda: _set(kind)) for kind in kinds}, extent.rounds)  # type: ignore[misc]
    slowest = max(kinds, key=lambda kind: cpus(shipped[kind]).median)
    long = [_timed(lambda: _set("quote", LONG_ROWS)) for _round in range(extent.rounds)]
    own_first, own = _of_the_shop(extent.rounds)
    figures = [Figure("first paper after the start: quote", "ms", walls([first]))]
    for kind in ("quote", RECEIPT, "job_sheet", "work_statement", "letter"):
        figures += _both(f"{kind}, one page, warm", shipped[kind])
    figures += _both(f"{slowest}, the slowest of {len(kinds)} kinds", shipped[slowest])
    figures.append(Figure(f"quote of {LONG_ROWS} lines, warm", "ms", walls(long)))
    figures.append(Figure("a shop's own template, its process started: quote", "ms", walls([own_first])))
    figures.append(Figure("a shop's own template, one page, warm: quote", "ms", walls(own), aim=WARM))
    return figures


def _both(what: str, spells: list[Spell]) -> list[Figure]:
    return [Figure(what, "ms", walls(spells), aim=WARM), Figure(what, "ms CPU", cpus(spells))]


def _of_the_shop(rounds: int) -> tuple[Spell, list[Spell]]:
    with tempfile.TemporaryDirectory() as folder:
        shutil.copy(SHIPPED / "quote.typ", folder)
        shop_templates.use(Path(folder))
        try:
            first = _timed(lambda: _set("quote"))
            warm = [_timed(lambda: _set("quote")) for _round in range(rounds)]
            assert shop_templates.in_use().faults() == ()
        finally:
            shop_templates.use(None)
    return first, warm


def _set(kind: str, rows: int = 0) -> None:
    told = f"C{next(_other):05d}"
    if kind == RECEIPT:
        receipt_pdf(words_of(replace(sample_receipt(), customer_code=told)))
        return
    document = replace(sample_document(kind), dated=told)
    if rows:
        many = tuple((f"Pièce {row} {told}", "1", "59,90 €") for row in range(rows))
        document = replace(document, tables=(Table(("Travaux", "Quantité", "Prix"), many),))
    document_pdf(document)


def _timed(work: Callable[[], None]) -> Spell:
    """By the clock, and the CPU of all threads: Typst has some of its own."""
    begun, cpu = perf_counter(), process_time()
    work()
    return Spell((perf_counter() - begun) * 1000, (process_time() - cpu) * 1000)


if __name__ == "__main__":
    main(measure, __doc__)
