"""An SMS gateway over HTTP that delivers into files."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from convisav_tui.demo.numbered import NumberedFolder

LARGEST = 100_000


class FileSmsGateway:
    """Listens on 127.0.0.1; what Apprise's json:// posts becomes a `.json` file in `folder`."""

    def __init__(self, folder: Path, port: int = 0) -> None:
        """Bind to `port`, 0 for a free one; OSError when it is taken."""
        kept = NumberedFolder(folder, ".json")

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                try:
                    length = min(int(self.headers.get("Content-Length", "0")), LARGEST)
                    posted = json.loads(self.rfile.read(length))
                    path = kept.add(lambda place: place.write_text(_pretty(posted), encoding="utf-8"))
                except (ValueError, OSError) as error:
                    self._answer(400, {"error": type(error).__name__})
                    return
                self._answer(200, {"id": path.stem})

            def _answer(self, status: int, data: dict[str, str]) -> None:
                body = json.dumps(data).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: Any) -> None:
                """Say nothing on the terminal that belongs to the screen."""

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self.port = int(self._server.server_address[1])

    def start(self) -> None:
        """Serve in a thread."""
        threading.Thread(target=self._server.serve_forever, name="sms", daemon=True).start()

    def stop(self) -> None:
        """Close the socket."""
        self._server.shutdown()
        self._server.server_close()


def _pretty(posted: object) -> str:
    return json.dumps(posted, ensure_ascii=False, indent=2) + "\n"
