"""The one queue of keys: handled in the order of arrival, held while something must be waited for, scans told from
typing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Protocol

from convisav_tui.screens.keys import GROUP_SEPARATOR, Key
from convisav_tui.screens.view import View
from convisav_tui.screens.widgets.prompt import Prompt
from convisav_tui.screens.widgets.scanning import AVERAGE_GAP, COMMAND_DELAY, Arrival, Burst, is_serial, ticket_in


class Receiver(Protocol):
    """Who handles the keys: the desk."""

    @property
    def view(self) -> View:
        """The view on screen."""

    @property
    def prompt(self) -> Prompt | None:
        """The prompt that takes the keys, if there is one."""

    def blocked(self, arrival: Arrival | str) -> bool:
        """Whether this must wait."""

    def dispatch(self, key: Key) -> None:
        """Handle a key on the view."""

    def answer(self, key: Key) -> None:
        """Give a key to the prompt."""

    def refuse_scan(self) -> None:
        """A scan came while a question is open."""

    def scanned(self, number: str) -> bool:
        """A ticket number was scanned and the view did not want it."""

    def scanner_set_wrongly(self) -> None:
        """The scanner types as on another keyboard; what it meant was proven by the check digit."""

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back after a time."""

    def now(self) -> float:
        """Monotonic seconds."""


class KeyQueue:
    """Keys and pastes come in by `put`; `pump` handles what may be handled now."""

    def __init__(self, receiver: Receiver) -> None:
        self._receiver = receiver
        self._queue: deque[Arrival | str] = deque()
        self._burst = Burst()
        self._delayed: list[Arrival] = []
        self._last_return = -1.0
        self._pumping = False
        self._closed = False

    def put(self, arrival: Arrival | str) -> None:
        """A key with its time of arrival, or a pasted text."""
        self._queue.append(arrival)
        self.pump()

    def pump(self) -> None:
        """Handle what has arrived, in order, until something must be waited for."""
        if self._pumping:
            return
        self._pumping = True
        try:
            while self._queue and not self._closed and not self._receiver.blocked(self._queue[0]):
                self._handle(self._queue.popleft())
        finally:
            self._pumping = False

    def clear(self) -> None:
        """Forget what has not been handled."""
        self._queue.clear()

    def give_up(self) -> list[Arrival | str]:
        """What has not been handled, which somebody else handles now."""
        left = list(self._queue)
        self._queue.clear()
        self._delayed = []
        self._burst.forget()
        return left

    def close(self) -> None:
        """Handle nothing any more."""
        self._closed = True

    def forget_burst(self) -> None:
        """Another view or prompt takes the keys: what came before is no part of a scan there."""
        self._burst.forget()

    def _handle(self, arrival: Arrival | str) -> None:
        receiver = self._receiver
        if isinstance(arrival, str):
            self._type_delayed()
            self._burst.forget()
            (receiver.prompt or receiver.view).pasted(arrival)
            return
        key, time = arrival
        if key.name == "enter" and self._is_second_half(key, time):
            return
        if key.types or key.character == GROUP_SEPARATOR:
            self._character(key, time)
        elif key.name in ("enter", "tab"):
            self._end_of_burst(key, time)
        else:
            self._type_delayed()
            self._burst.forget()
            self._deliver(key)

    def _deliver(self, key: Key) -> None:
        """To the prompt if there is one, else to the view."""
        if self._receiver.prompt is not None:
            self._receiver.answer(key)
        else:
            self._receiver.dispatch(key)

    def _is_command(self, key: Key) -> bool:
        return key.types and (self._receiver.prompt or self._receiver.view).is_command(key)

    def _is_second_half(self, key: Key, time: float) -> bool:
        """Whether this is the LF of a scanner's CR LF."""
        second = key.character == "\n" and 0 <= time - self._last_return <= AVERAGE_GAP
        self._last_return = time if key.character == "\r" else -1.0
        return second

    def _character(self, key: Key, time: float) -> None:
        if self._burst.begins(time):
            self._type_delayed()
            self._burst.start(self._receiver.view.mark())
        self._burst.add(key, time)
        if self._delayed or self._is_command(key):
            self._delayed.append(Arrival(key, time))
            self._receiver.later(COMMAND_DELAY, self._delay_over)
        elif key.types:
            self._deliver(key)

    def _delay_over(self) -> None:
        if self._delayed and self._receiver.now() - self._delayed[-1].time >= COMMAND_DELAY * 0.9:
            self._type_delayed()

    def _type_delayed(self) -> None:
        """No scan came of them: they are what they are."""
        delayed, self._delayed = self._delayed, []
        for key, _time in delayed:
            if key.types:
                self._deliver(key)

    def _end_of_burst(self, key: Key, time: float) -> None:
        text = self._burst.scan(time)
        if text and self._scan(text):
            self._burst.forget()
            return
        self._type_delayed()
        self._burst.forget()
        self._deliver(key)

    def _scan_into(self, prompt: Prompt) -> bool:
        """The Enter of a scanner must not answer a question; where text is asked for, the scan is the text."""
        if prompt.typing:
            return False
        self._delayed = []
        self._receiver.refuse_scan()
        return True

    def _scan(self, text: str) -> bool:
        """Offer a scan to whoever wants it; what it typed is taken back first, and typed again if nobody wants it."""
        view, prompt = self._receiver.view, self._receiver.prompt
        if prompt is not None:
            return self._scan_into(prompt)
        wanted = view.wants_scan()
        reading = None if wanted else ticket_in(text)
        scan = reading.number if reading is not None else text if wanted and is_serial(text) else ""
        if not scan:
            return False
        delayed, self._delayed = self._delayed, []
        typed = view.mark()
        if not delayed:
            view.restore(self._burst.mark)
        if view.scanned(scan) or (not wanted and self._receiver.scanned(scan)):
            if reading is not None and reading.repaired:
                self._receiver.scanner_set_wrongly()
            return True
        self._delayed = delayed
        if not delayed:
            view.restore(typed)
        return False
