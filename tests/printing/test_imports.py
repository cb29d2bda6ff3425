"""The worker starts fast: drawing and setting libraries are imported when something is drawn."""

from __future__ import annotations

import subprocess
import sys


def loaded_after(statement: str) -> set[str]:
    watched = ("PIL", "barcode", "brother_ql", "typst", "textual")
    code = f"import sys\n{statement}\nprint(*[name for name in {watched} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_spooler_draws_nothing_at_import() -> None:
    assert loaded_after("import convisav_tui.printing.spooler, convisav_tui.printing.preview") == set()


def test_warming_up_loads_what_labels_need_and_no_more() -> None:
    warm = "from convisav_tui.printing.rendering import warm_up; warm_up()"
    assert loaded_after(warm) == {"PIL", "barcode", "brother_ql"}
