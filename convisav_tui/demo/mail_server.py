"""A mail server that delivers into files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from convisav_tui.demo.numbered import NumberedFolder


class FileMailServer:
    """Listens on 127.0.0.1; every message becomes an `.eml` file in `folder`, with its envelope on top."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Listen on `port`, 0 for a free one, once started."""
        from aiosmtpd.controller import Controller

        letters = NumberedFolder(folder, ".eml")

        class Delivery:
            async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
                marked = [f"X-Envelope-From: {envelope.mail_from}"]
                marked += [f"X-Envelope-To: {recipient}" for recipient in envelope.rcpt_tos]
                head = "".join(line + "\r\n" for line in marked).encode("utf-8", "surrogateescape")
                path = letters.add(lambda place: place.write_bytes(head + envelope.original_content))
                return f"250 kept as {path.stem}"

        class Listening(Controller):
            def _trigger_server(self) -> None:
                # The controller would connect to port 0 to wake its loop; it is up when `start` returns.
                listening: Any = self.server
                self.port = listening.sockets[0].getsockname()[1]
                super()._trigger_server()  # type: ignore[no-untyped-call]

        self._controller: Any = Listening(
            Delivery(), hostname="127.0.0.1", port=port, enable_SMTPUTF8=True, ident="ConviSAV demo"
        )

    @property
    def port(self) -> int:
        """The port in use, once started."""
        return int(self._controller.port)

    def start(self) -> None:
        """Serve in a thread; OSError when the port is taken."""
        self._controller.start()

    def stop(self) -> None:
        """Close the socket."""
        self._controller.stop()
