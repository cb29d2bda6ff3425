"""A real office printer without hardware: ippeveprinter, and cupsd with a queue to it, on a D-Bus and an Avahi of their
own. All of it listens on this machine only and keeps its files in one folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path

from convisav_tui.printing.ipp_line import IppLine
from convisav_tui.printing.line import Waits
from convisav_tui.printing.status import PrinterStatus
from convisav_tui.printing.transport import Patience, Unreachable
from tests.fake_printer import free_port
from tests.waiting import wait_until

_FOLDERS = "/usr/sbin:/usr/bin:/sbin:/bin"
# What each program is called in Debian.
_PACKAGES = {
    "dbus-daemon": "dbus",
    "avahi-daemon": "avahi-daemon",
    "ippeveprinter": "cups-ipp-utils",
    "cupsd": "cups",
    "lpadmin": "cups-client",
}
_BUS = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig><type>system</type><listen>unix:path={bus}</listen><auth>EXTERNAL</auth><policy context="default">
<allow user="*"/><allow own="*"/><allow send_type="method_call"/><allow send_type="signal"/>
<allow send_requested_reply="true" send_type="method_return"/><allow send_requested_reply="true" send_type="error"/>
<allow receive_type="method_call"/><allow receive_type="method_return"/><allow receive_type="error"/>
<allow receive_type="signal"/></policy></busconfig>
"""
_AVAHI = "[server]\nuse-ipv4=yes\nuse-ipv6=no\nallow-interfaces=lo\n"
_PATIENCE = Patience(connect=2.0, stall=20.0, job=40.0, goodbye=10.0)


def missing() -> str:
    """Which of the programs are not here, and in which Debian packages they are; "" when all are."""
    absent = [name for name in _PACKAGES if shutil.which(name, path=_FOLDERS) is None]
    packages = " ".join(sorted({_PACKAGES[name] for name in absent}))
    return f"no {', '.join(absent)} here (apt-get install {packages})" if absent else ""


class RealOfficePrinter:
    """Started on `start`; `documents` is the folder where the printer keeps what it printed."""

    def __init__(self) -> None:
        # What cupsd runs for root runs as another user, who must be able to come here.
        self.folder = folder = Path(tempfile.mkdtemp(prefix="convisav-office-"))
        folder.chmod(0o755)
        self.documents = folder / "documents"
        self.documents.mkdir()
        self._running: list[subprocess.Popen[bytes]] = []
        self._environment = {
            "PATH": _FOLDERS,
            "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={folder / 'bus'}",
            "HOME": str(folder),
        }
        self.address = self.holding_letter = ""
        self._printers = 0
        self.queue = ""

    def start(self) -> None:
        """The bus, Avahi, and a printer whose print command reads the reasons to report from the file `reasons`."""
        (self.folder / "bus.conf").write_text(_BUS.format(bus=self.folder / "bus"))
        (self.folder / "avahi.conf").write_text(_AVAHI)
        self._run("dbus-daemon", f"--config-file={self.folder / 'bus.conf'}", "--nofork", "--nopidfile")
        wait_until((self.folder / "bus").exists, 10.0, "the bus")
        # Another Avahi on this machine is no hindrance: each has its own bus.
        self._run(
            "avahi-daemon", "--no-rlimits", "--no-drop-root", "--no-chroot", "-f", str(self.folder / "avahi.conf")
        )
        # It says that letter paper is loaded.
        self.holding_letter = self.start_printer("application/pdf", self.documents)
        self.address = f"{self.holding_letter}?media=any"

    def start_printer(self, formats: str, documents: Path, *options: str) -> str:
        """One more printer, which takes these media types and keeps what it prints in that folder: its address."""
        self._printers += 1
        own = self.folder / f"printer-{self._printers}"
        own.mkdir()
        documents.mkdir(exist_ok=True)
        port = free_port()
        address = f"ipp://127.0.0.1:{port}/ipp/print"
        command = own / "print.sh"
        command.write_text(
            f'#!/bin/sh\ncp "$1" "{documents}/"\n[ -e "{self.folder}/reasons" ] || exit 0\n'
            f'sed "s/^/STATE: /" "{self.folder}/reasons" >&2\n'
        )
        command.chmod(0o755)
        usual = ["-p", str(port), "-r", "off", "-n", "localhost", "-f", formats, *options]
        arguments = [*usual, "-c", str(command), "-d", str(own), f"Bureau {self._printers}"]
        self._run("ippeveprinter", *arguments)
        wait_until(lambda: self._starts(address, arguments), 30.0, "ippeveprinter")
        return address

    def _starts(self, address: str, arguments: Sequence[str]) -> bool:
        """Whether the printer answers; it gives up while Avahi is not there yet, and is then started again."""
        if self._running[-1].poll() is not None:
            self._run("ippeveprinter", *arguments)
        return self.state(address) is not None

    def start_queue(self) -> None:
        """cupsd with the queue `bureau` to this printer."""
        port = free_port()
        for name in ("spool", "cache", "state", "root", "logs"):
            (self.folder / name).mkdir()
        (self.folder / "cupsd.conf").write_text(
            f"Listen 127.0.0.1:{port}\nBrowsing Off\nWebInterface No\nDefaultAuthType None\nMaxLogSize 0\n"
            "<Location />\nOrder allow,deny\nAllow all\n</Location>\n<Policy default>\n<Limit All>\nOrder allow,deny\n"
            "Allow all\n</Limit>\n</Policy>\n"
        )
        owner = "User lp\nGroup lp\n" if os.geteuid() == 0 else ""
        files = {
            "ServerRoot": "root", "RequestRoot": "spool", "CacheDir": "cache", "StateDir": "state", "TempDir": "spool",
            "AccessLog": "logs/access", "ErrorLog": "logs/error", "PageLog": "logs/page",
        }  # fmt: skip
        places = "".join(f"{key} {self.folder / place}\n" for key, place in files.items())
        (self.folder / "cups-files.conf").write_text(owner + places)
        self._run("cupsd", "-f", "-c", str(self.folder / "cupsd.conf"), "-s", str(self.folder / "cups-files.conf"))
        server = ["-h", f"127.0.0.1:{port}"]
        everywhere = ["-p", "bureau", "-E", "-v", self.holding_letter, "-m", "everywhere", "-o", "PageSize=A4"]
        wait_until(lambda: self._told("lpadmin", *server, *everywhere), 30.0, "cupsd")
        self.queue = f"ipp://127.0.0.1:{port}/printers/bureau?media=any"

    def stop(self) -> None:
        """End what was started, the last first."""
        for process in reversed(self._running):
            process.terminate()
        for process in reversed(self._running):
            process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def state(self, address: str = "") -> PrinterStatus | None:
        """What the printer says of itself, None while it does not answer."""
        try:
            return IppLine(address or self.address, Waits(_PATIENCE)).look()
        except Unreachable:
            return None

    def _run(self, name: str, *arguments: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running.append(
                subprocess.Popen([name, *arguments], env=self._environment, stdout=log, stderr=log, cwd=self.folder)
            )

    def _told(self, *command: str) -> bool:
        done = subprocess.run(command, env=self._environment, capture_output=True, timeout=30)
        return done.returncode == 0
