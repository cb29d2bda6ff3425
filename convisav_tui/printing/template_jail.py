"""Sets a shop's own template in a process of its own, with a limit of time and of memory.

Whatever such a template does, this process and its papers go on: the other one is ended and started anew.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import selectors
import struct
import subprocess
import sys
import threading
import time
from pathlib import Path

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.printing.typography import FONTS

SECONDS = 10.0
MEMORY = 1 << 30  # bytes of address space, of which Python and Typst take a third
LARGEST_FILE = 40_000_000
_PLACE = re.compile(r"┌─ (.+?):(\d+):\d+")
# Typst asks for packages through the proxy of its environment: this one is not there.
_NO_PROXY_THERE = "http://127.0.0.1:9"
_ENVIRONMENT = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy"), _NO_PROXY_THERE)


class TemplateWrong(ConvisavError):
    """A template cannot be set: `file` and `line` say where ("" and 0: nowhere in particular), `reason` why."""

    def __init__(self, reason: str, file: str = "", line: int = 0) -> None:
        super().__init__(reason)
        self.reason, self.file, self.line = reason, file, line


class Jail:
    """The other process: started when it is first needed, kept warm, ended when it does not answer in time."""

    def __init__(self, seconds: float = SECONDS, memory: int = MEMORY) -> None:
        """Wait so long for each paper; give the process so much memory."""
        self._seconds, self._memory = seconds, memory
        self._process: subprocess.Popen[bytes] | None = None
        self._one_at_a_time = threading.Lock()

    def set(
        self,
        root: Path,
        main: str,
        data: str,
        form: str = "pdf",
        dots_per_inch: int | None = None,
        standards: tuple[str, ...] = (),
    ) -> bytes:
        """The template `main` of the folder `root`, filled with `data` (JSON). Raises TemplateWrong."""
        asked = {"root": str(root), "main": str(root / main), "data": data, "form": form}
        asked_for = asked | {"dots_per_inch": dots_per_inch, "standards": list(standards)}
        with self._one_at_a_time:
            answer = self._ask(json.dumps(asked_for).encode(), root)
        if answer[:1] == b"+":
            return answer[1:]
        told = json.loads(answer[1:])
        reason, place = told["message"].replace(str(root), ""), _PLACE.search(told["diagnostic"])
        raise TemplateWrong(reason, Path(place[1]).name, int(place[2])) if place else TemplateWrong(reason)

    def close(self) -> None:
        """End the process; the next paper starts another."""
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout):
                if pipe is not None:
                    with contextlib.suppress(OSError):
                        pipe.close()
            process.wait()

    def _ask(self, piece: bytes, root: Path) -> bytes:
        process = self._running(root)
        assert process.stdin is not None and process.stdout is not None
        deadline = time.monotonic() + self._seconds
        try:
            process.stdin.write(struct.pack(">I", len(piece)) + piece)
            process.stdin.flush()
            (length,) = struct.unpack(">I", self._read(process, 4, deadline))
            if length > LARGEST_FILE:
                raise TemplateWrong(_("it makes a file of {megabytes} MB").format(megabytes=length // 1_000_000))
            return self._read(process, length, deadline)
        except TemplateWrong:
            self.close()
            raise
        except OSError as error:
            self.close()
            raise TemplateWrong(_("it takes too much memory, or stops the typesetter")) from error

    def _read(self, process: subprocess.Popen[bytes], length: int, deadline: float) -> bytes:
        assert process.stdout is not None
        got = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while len(got) < length:
                if not selector.select(max(0.0, deadline - time.monotonic())):
                    raise TemplateWrong(
                        _("it takes longer than {seconds} seconds").format(seconds=f"{self._seconds:g}")
                    )
                piece = os.read(process.stdout.fileno(), length - len(got))
                if not piece:
                    raise TemplateWrong(_("it takes too much memory, or stops the typesetter"))
                got += piece
        return bytes(got)

    def _running(self, root: Path) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            self.close()
            script, nowhere = Path(__file__).with_name("jailed_setter.py"), root / "no packages"
            self._process = subprocess.Popen(
                [sys.executable, "-I", str(script), str(FONTS), str(nowhere), str(self._memory)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=root,
                env=_ENVIRONMENT | {"LANG": "C.UTF-8"},
                bufsize=0,
            )
        return self._process
