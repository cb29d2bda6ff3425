"""The process beside the demo: printer, mail server and SMS gateway in one, ending with whoever started it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _

LABELS, MAILS, TEXTS = "labels", "mails", "sms"


@dataclass(frozen=True)
class Ports:
    """Where the three listen on 127.0.0.1; 0 asks for a free one."""

    printer: int = 0
    mail: int = 0
    sms: int = 0


class Companion:
    """A running companion; `stop` or the end of this process ends it."""

    def __init__(self, home: Path, wanted: Ports) -> None:
        """Start it; it takes free ports where the wanted ones are taken. ConvisavError when it cannot start."""
        command = [sys.executable, "-m", "convisav_tui.demo.companion", str(home), json.dumps(asdict(wanted))]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        assert self._process.stdout is not None
        answer = self._process.stdout.readline()
        if not answer:
            raise ConvisavError(_("The demo's printer and mail server did not start."))
        self.ports = Ports(**json.loads(answer))

    def stop(self) -> None:
        """End it and wait."""
        assert self._process.stdin is not None and self._process.stdout is not None
        self._process.stdin.close()
        self._process.stdout.close()
        self._process.wait(timeout=10)


def serve(home: Path, wanted: Mapping[str, int]) -> None:
    """Serve until standard input ends, which it does when the demo dies in whatever way."""
    from convisav_tui.demo.mail_server import FileMailServer
    from convisav_tui.demo.printer import PicturePrinter
    from convisav_tui.demo.sms_gateway import FileSmsGateway

    running: dict[str, PicturePrinter | FileMailServer | FileSmsGateway] = {}
    for name, kind, folder in (
        ("printer", PicturePrinter, LABELS),
        ("mail", FileMailServer, MAILS),
        ("sms", FileSmsGateway, TEXTS),
    ):
        try:
            server = kind(home / folder, wanted.get(name, 0))
            server.start()
        except OSError:
            server = kind(home / folder, 0)
            server.start()
        running[name] = server
    sys.stdout.write(json.dumps({name: server.port for name, server in running.items()}) + "\n")
    sys.stdout.flush()
    sys.stdin.read()
    for server in running.values():
        server.stop()


if __name__ == "__main__":
    serve(Path(sys.argv[1]), json.loads(sys.argv[2]))
