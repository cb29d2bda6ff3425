"""The terminal behind Textual: tolerant input, own output, no queries, an orderly end when the line drops."""

from __future__ import annotations

import os
import selectors
import signal
import threading
from collections.abc import Callable
from queue import SimpleQueue
from time import monotonic
from typing import Any, Protocol

from textual import events
from textual.driver import Driver
from textual.geometry import Size

from convisav_tui.screens.decoding import Decoder, Paste
from convisav_tui.screens.keys import Key
from convisav_tui.screens.raw_screen import LEAVE, RawScreen
from convisav_tui.screens.terminal import Terminal

READ_SIZE = 65536
BUSY_WRITES = 4


class Listener(Protocol):
    """Who is told what comes from the terminal; called on the screen's thread."""

    terminal: Terminal
    raw_screen: RawScreen

    def key_came(self, key: Key, time: float) -> None:
        """A key, and when it arrived (monotonic seconds)."""

    def paste_came(self, text: str) -> None:
        """A bracketed paste."""

    def line_dropped(self) -> None:
        """The terminal is gone: end of input."""

    def window_changed(self) -> None:
        """The window has another size, or had one for a moment: what it shows is not known."""

    def writer_free(self) -> None:
        """The terminal has taken what was written, after `busy` had said that it had not."""


class Writer(threading.Thread):
    """Writes in its own thread, so that a stalled line stops no key; forgets everything once the line is gone."""

    def __init__(self, screen: RawScreen, free: Callable[[], None]) -> None:
        super().__init__(daemon=True, name="terminal-output")
        self._screen = screen
        self._free = free
        self._queue: SimpleQueue[str | None] = SimpleQueue()
        self.waited_for = False

    def write(self, text: str) -> None:
        """Queue text."""
        if text:
            self._queue.put(text)

    def busy(self) -> bool:
        """Whether so much waits that painting more would only lengthen the queue."""
        return self._queue.qsize() >= BUSY_WRITES

    def stop(self, seconds: float) -> None:
        """Write what is queued, for at most so long."""
        self._queue.put(None)
        self.join(seconds)

    def run(self) -> None:
        """Write until told to stop."""
        while (text := self._queue.get()) is not None:
            self._screen.write(text)
            if self.waited_for and self._queue.empty():
                self.waited_for = False
                self._free()


class TerminalDriver(Driver):
    """Reads keys in a thread of its own and posts them with their time of arrival."""

    def __init__(
        self, app: Any, *, debug: bool = False, mouse: bool = False, size: tuple[int, int] | None = None
    ) -> None:
        super().__init__(app, debug=debug, mouse=False, size=size)
        self._listener: Listener = app
        self._screen = self._listener.raw_screen
        self._writer: Writer | None = None
        self._reader: threading.Thread | None = None
        self._wake_read, self._wake_write = os.pipe()
        self._stopping = threading.Event()

    def write(self, data: str) -> None:
        """Queue escape sequences and text for the terminal."""
        if self._writer is not None:
            self._writer.write(data)

    def busy(self) -> bool:
        """Whether the terminal is behind; if so `writer_free` follows when it has caught up."""
        if self._writer is None or not self._writer.busy():
            return False
        self._writer.waited_for = True
        return self._writer.busy()

    def start_application_mode(self) -> None:
        """Take the terminal, if it was not taken before Textual was there, and read its keys."""
        self._writer = Writer(self._screen, lambda: self._call(self._listener.writer_free))
        self._writer.start()
        signal.signal(signal.SIGWINCH, lambda _signal, _frame: self._resized())
        if not self._screen.taken:
            self._screen.take()
        self._send_size()
        self._reader = threading.Thread(target=self._read, name="terminal-input", daemon=True)
        self._reader.start()

    def disable_input(self) -> None:
        """Stop reading keys."""
        if not self._stopping.is_set():
            self._stopping.set()
            signal.signal(signal.SIGWINCH, signal.SIG_DFL)
            os.write(self._wake_write, b"x")
            if self._reader is not None:
                self._reader.join(1.0)

    def stop_application_mode(self) -> None:
        """Give the terminal back as it was."""
        self.disable_input()
        if self._screen.taken:
            self._screen.taken = False
            self.write(LEAVE)
            self._screen.restore_keys()

    def close(self) -> None:
        """Wait, but not for ever, until the terminal has taken the last bytes."""
        if self._writer is not None:
            self._writer.stop(1.0)

    def _resized(self) -> None:
        self._call(self._listener.window_changed)
        self._send_size()

    def _send_size(self) -> None:
        size = Size(*self._screen.size())
        self._call(lambda: self._app.post_message(events.Resize(size, size)))

    def _call(self, callback: Callable[[], object]) -> None:
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(callback)

    def _read(self) -> None:
        decoder = Decoder(self._listener.terminal.encoding, self._listener.terminal.escape_delay)
        with selectors.DefaultSelector() as selector:
            selector.register(self._screen.input, selectors.EVENT_READ)
            selector.register(self._wake_read, selectors.EVENT_READ)
            while not self._stopping.is_set():
                due = decoder.deadline()
                ready = selector.select(None if due is None else max(0.0, due - monotonic()))
                if any(key.fd == self._wake_read for key, _events in ready):
                    return
                if ready:
                    data = self._read_bytes()
                    if not data:
                        self._call(self._listener.line_dropped)
                        return
                    self._post(decoder.feed(data, monotonic()), monotonic())
                else:
                    self._post(decoder.tick(monotonic()), monotonic())

    def _read_bytes(self) -> bytes:
        """What the terminal sent; nothing at its end, also when it vanished (EIO)."""
        try:
            return os.read(self._screen.input, READ_SIZE)
        except OSError:
            return b""

    def _post(self, found: list[Key | Paste], time: float) -> None:
        if found:
            self._call(lambda: self._tell(found, time))

    def _tell(self, found: list[Key | Paste], time: float) -> None:
        for item in found:
            if isinstance(item, Paste):
                self._listener.paste_came(item.text)
            else:
                self._listener.key_came(item, time)
