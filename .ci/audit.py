"""Ask pip-audit whether an installed package has a published vulnerability: `python .ci/audit.py PYTHON`.

PYTHON is the environment whose packages are asked about; pip-audit is one of this interpreter's own. A vulnerability
fails (exit code 1). A service that does not answer, or knows none of the packages, is reported as "not reached": that
says nothing about the packages, and does not keep a change from being made where there is no way to the service.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

SERVICES = ("pypi", "osv")
SECONDS = 120


def main() -> int:
    """Ask one service after the other until one has answered."""
    wanted = subprocess.run(
        [sys.argv[1], "-m", "pip", "freeze", "--exclude-editable"], check=True, capture_output=True, text=True
    ).stdout
    pinned = "\n".join(line for line in wanted.splitlines() if "==" in line and not line.startswith("convisav"))
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "packages.txt"
        listed.write_text(pinned + "\n")
        for service in SERVICES:
            found = _ask(service, listed)
            if found is not None:
                return _tell(service, found)
    sys.stdout.write(f"pip-audit: not reached: no service answered for any of {pinned.count('==')} packages." + "\n")
    return 0


def _ask(service: str, listed: Path) -> list[dict[str, object]] | None:
    """What the service says of each package; None when it does not answer, or knows none of them."""
    command = [
        sys.executable, "-m", "pip_audit", "--requirement", str(listed), "--no-deps", "--disable-pip",
        "--vulnerability-service", service, "--format", "json", "--progress-spinner", "off", "--timeout", "10",
    ]  # fmt: skip
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
        answers = json.loads(done.stdout)["dependencies"]
    except (subprocess.TimeoutExpired, ValueError, KeyError):
        return None
    return answers if any("skip_reason" not in answer for answer in answers) else None


def _tell(service: str, answers: list[dict[str, object]]) -> int:
    asked = [answer for answer in answers if "skip_reason" not in answer]
    wrong = [answer for answer in asked if answer.get("vulns")]
    sys.stdout.write(
        f"pip-audit ({service}): {len(asked)} of {len(answers)} packages looked up, {len(wrong)} vulnerable." + "\n"
    )
    for answer in wrong:
        ids = ", ".join(str(vulnerability["id"]) for vulnerability in answer["vulns"])  # type: ignore[index, attr-defined]
        sys.stdout.write(f"  {answer['name']} {answer['version']}: {ids}" + "\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
