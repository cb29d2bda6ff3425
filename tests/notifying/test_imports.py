"""What an import of this room drags in: screens and the idle worker must not pay for Apprise."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize(
    "module",
    ["notifying", "notifying.sender", "notifying.holds", "notifying.account_check", "notifying.sms", "notifying.smtp"],
)
def test_apprise_is_imported_by_the_first_send_only(module: str) -> None:
    heavy = ("apprise", "requests", "phonenumbers")
    code = f"import sys, convisav_tui.{module}; print([name for name in {heavy!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"
