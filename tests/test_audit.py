"""The question for known vulnerabilities: a found one fails, an unreachable service is told and does not."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent.parent / ".ci" / "audit.py"
SOUND = {"name": "rich", "version": "15.0.0", "vulns": []}
UNKNOWN = {"name": "typst", "skip_reason": "Dependency not found"}
WRONG = {"name": "pillow", "version": "1.0", "vulns": [{"id": "CVE-2099-1"}]}


def audited(folder: Path, answer: str) -> subprocess.CompletedProcess[str]:
    """What the script says when pip-audit prints that."""
    (folder / "pip_audit.py").write_text(f"import sys\nsys.stdout.write({answer!r})\n")
    command = [sys.executable, str(SCRIPT), sys.executable]
    environ = {**os.environ, "PYTHONPATH": str(folder)}
    return subprocess.run(command, env=environ, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("answers", "code", "told"),
    [
        ([SOUND, UNKNOWN], 0, "1 of 2 packages looked up, 0 vulnerable"),
        ([SOUND, WRONG], 1, "pillow 1.0: CVE-2099-1"),
        ([UNKNOWN, UNKNOWN], 0, "not reached"),
        (None, 0, "not reached"),
    ],
    ids=["sound", "vulnerable", "unknown", "no answer"],
)
def test_a_vulnerability_fails_and_silence_is_told(
    answers: list[dict[str, object]] | None, code: int, told: str, tmp_path: Path
) -> None:
    done = audited(tmp_path, json.dumps({"dependencies": answers, "fixes": []}) if answers else "no connection")
    assert done.returncode == code, done.stderr
    assert told in done.stdout
