"""A Brother label printer that prints into pictures: it takes the bytes that a real one would, on a TCP socket."""

from __future__ import annotations

import socketserver
import threading
from pathlib import Path

from convisav_tui.demo.numbered import NumberedFolder

SILENCE = 10.0


class PicturePrinter:
    """Listens on 127.0.0.1; every page that arrives becomes a picture in `folder`."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Bind to `port`, 0 for a free one; OSError when it is taken."""
        pictures = NumberedFolder(folder, ".png")

        class Job(socketserver.BaseRequestHandler):
            def handle(self) -> None:
                print_pages(_received(self.request), pictures)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

        self._server = Server(("127.0.0.1", port), Job)
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, name="printer", daemon=True).start()

    def stop(self) -> None:
        """Close the socket."""
        self._server.shutdown()
        self._server.server_close()


def print_pages(job: bytes, pictures: NumberedFolder) -> list[Path]:
    """The pages of a job as pictures; a job that no printer would understand is kept as `.job` beside them."""
    from convisav_tui.printing.brother_decoder import pages

    if not job:
        return []
    try:
        printed = pages(job)
    except ValueError:
        return [NumberedFolder(pictures.folder, ".job").add(lambda path: path.write_bytes(job))]
    return [pictures.add(lambda path, page=page: page.label.save(path, "PNG")) for page in printed]  # type: ignore[misc]


def _received(connection: object) -> bytes:
    """All that the other side sends until it closes, or falls silent."""
    import socket

    assert isinstance(connection, socket.socket)
    connection.settimeout(SILENCE)
    parts: list[bytes] = []
    try:
        while part := connection.recv(65536):
            parts.append(part)
    except OSError:
        # The line broke: what a printer had received it would have printed.
        return b"".join(parts)
    return b"".join(parts)
