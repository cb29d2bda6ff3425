"""The worker starts fast: drawing and setting libraries are imported when something is drawn."""

from __future__ import annotations

import subprocess
import sys

WATCHED = ("PIL", "barcode", "brother_ql", "typst", "textual", "pypdf")
TOLD = f"print(*[name for name in {WATCHED} if name in sys.modules])"
PROGRAM = f"""
import sys
import convisav_tui.printing.spooler, convisav_tui.printing.preview
{TOLD}
from convisav_tui.printing.rendering import warm_up
warm_up()
{TOLD}
"""


def test_the_spooler_draws_nothing_at_import_and_warming_up_loads_what_labels_need_and_no_more() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    imported, warm = (set(line.split()) for line in done.stdout.splitlines())
    assert imported == set()
    assert warm == {"PIL", "barcode", "brother_ql"}
