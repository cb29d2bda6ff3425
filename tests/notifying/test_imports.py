"""What an import of this room drags in: screens and the idle worker must not pay for Apprise."""

from __future__ import annotations

import subprocess
import sys

MODULES = (
    "notifying",
    "notifying.holds",
    "notifying.account_check",
    "notifying.sms",
    "notifying.smtp",
    "notifying.sender",
)
HEAVY = ("apprise", "requests", "phonenumbers")
# In one process: what one of them drags in is there after the others, too, and the first is named.
CODE = f"""
import importlib, sys
for module in {MODULES}:
    importlib.import_module(f"convisav_tui.{{module}}")
    for name in {HEAVY}:
        if name in sys.modules:
            sys.exit(f"{{module}} imports {{name}}")
"""


def test_apprise_is_imported_by_the_first_send_only() -> None:
    run = subprocess.run([sys.executable, "-c", CODE], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
