"""A fax through HylaFAX: its own client `sendfax` hands the PDF to the shop's fax server."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from convisav_tui.i18n import _
from convisav_tui.notifying import outcome
from convisav_tui.notifying.log_privacy import without_secrets
from convisav_tui.notifying.outcome import Outcome

PORT = 4559
SECONDS = 60.0
PROGRAM = "sendfax"
PLACES = "/usr/local/bin:/usr/bin:/bin"
_TAKEN = re.compile(r"request id is (\d+)")
# sendfax ends with 255 whatever happened: only its words tell what will never go through from what may later.
_NEVER = re.compile(
    r"no destination|cannot open|not accessible|unable to convert|can ?not determine file type|unknown file type"
    r"|permission denied|usage:|bad (?:phone|number)|could not convert|no such file",
    re.IGNORECASE,
)
_OUR_ACCOUNT = re.compile(r"login|password|not authorized|access denied|user .* unknown", re.IGNORECASE)
_DIGITS = re.compile(r"\+?[0-9]{6,15}")


@dataclass(frozen=True)
class FaxServer:
    """Where the fax server is, and to whom it mails what became of a fax."""

    host: str
    port: int = PORT
    sender: str = ""
    program: str = PROGRAM


def send_by_hylafax(number: str, pdf: bytes, identity: str, server: FaxServer, seconds: float = SECONDS) -> Outcome:
    """Queue one PDF for one number. "Accepted" means queued: the server mails the result, quoting `identity`.

    No shell, no environment of ours, and nothing that a person typed is an argument: the number is digits, the file
    and its name are ours. Never raises for what the program does.
    """
    if not _DIGITS.fullmatch(number):
        return outcome.permanent("number", _("This is not a fax number."))
    program = program_of(server)
    if program is None:
        return outcome.config("sendfax", _("The program sendfax is not installed here (package hylafax-client)."))
    with tempfile.TemporaryDirectory(prefix="convisav-fax-") as folder:
        page = Path(folder) / "fax.pdf"
        page.write_bytes(pdf)
        return _run(_command(program, number, identity, server, page), folder, seconds)


def program_of(server: FaxServer) -> str | None:
    """Where sendfax is, None when it is not installed."""
    return shutil.which(server.program, path=PLACES)


def _command(program: str, number: str, identity: str, server: FaxServer, page: Path) -> list[str]:
    sender = server.sender or "convisav"
    return [
        program, "-n", "-D", "-h", f"{server.host}:{server.port}", "-f", sender, "-i", identity,
        "-k", "now + 2 hours", "-t", "3", "-d", number, "--", str(page),
    ]  # fmt: skip


def _run(command: list[str], folder: str, seconds: float) -> Outcome:
    environment = {"PATH": PLACES, "LANG": "C.UTF-8", "HOME": folder, "TMPDIR": folder}
    try:
        ended = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=seconds,
            env=environment,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return outcome.unknown("timeout", _("The fax server did not answer in time: it may have taken the fax."))
    except OSError as error:
        return outcome.config(type(error).__name__, _("sendfax cannot be started: {why}").format(why=error.strerror))
    return _read(ended.returncode, ended.stdout, ended.stderr)


def _read(code: int, said: str, complained: str) -> Outcome:
    words = without_secrets(" ".join(f"{complained} {said}".split()))
    taken = _TAKEN.search(said)
    if taken is not None and code == 0:
        return outcome.accepted("queued", words, taken.group(1))
    if taken is not None or code == 0:
        return outcome.unknown(str(code), words or _("The fax server gave no number: it may have taken the fax."))
    if _OUR_ACCOUNT.search(words):
        return outcome.config(str(code), words)
    if _NEVER.search(words):
        return outcome.permanent(str(code), words)
    return outcome.transient(str(code), words or _("The fax server cannot be reached."))
