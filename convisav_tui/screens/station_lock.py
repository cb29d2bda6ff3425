"""Who works at this station: the lock after some minutes, the sign-in, the change of person (features H2).

Behind the cover everything stays as it is: views, questions, jobs. Whoever locked the station finds it so; when
somebody else signs in, what was half typed is set aside under the name of whoever typed it, and the board is shown.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar, cast

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _
from convisav_tui.screens.desk import Desk, log_error
from convisav_tui.screens.sign_in_cover import SignInCover
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.actor import Actor
    from convisav_tui.shop.sign_in import Attempt

Result = TypeVar("Result")


def seconds_passed() -> float:
    """Monotonic seconds that also run while the machine sleeps."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class StationLock:
    """One a program. Where nobody has a PIN it never locks, and a change of person is a choice of a name."""

    def __init__(self, counter: Counter, desk: Desk, seconds: Callable[[], float] = seconds_passed) -> None:
        self._counter = counter
        self._desk = desk
        self._seconds = seconds
        self._arrivals = desk.arrivals
        self._used_at = seconds()
        self._cover: SignInCover | None = None
        self._settled = False
        self._waiting: Callable[[], None] | None = None  # a PIN that was typed before the store was there

    # --- the program --------------------------------------------------------------------------------------------------

    def begin(self) -> None:
        """Before the first paint: nothing of the shop is shown where somebody has to sign in first."""
        from convisav_tui.store.fastpath import first_person

        config = self._counter.config
        try:
            self._counter.asks_pin = first_person(config.database.url, config.station.staff).asks
        except ConvisavError:
            # A server, a new database or an older one: the board shows no rows before it is loaded either.
            self._counter.asks_pin = False
        if self._counter.asks_pin and self._counter.person is None:
            self.lock()
        self._desk.when_loaded(self._settle, hold=False)

    def tick(self, changed: bool) -> None:
        """Four times a second; `changed`: something was committed, perhaps about the staff."""
        if self._waiting is not None and self._desk.loaded:
            self._try_waiting()
        if self._counter.opened is None:
            return
        if not self._settled:
            self._settle()
        if changed:
            self._look()
        if self._is_locked():
            assert self._cover is not None
            self._cover.tick()
        elif self._is_idle():
            self.lock()

    def _settle(self) -> None:
        """The store is loaded: now it is known whether somebody has to sign in."""
        if self._counter.opened is None or self._settled:
            return
        self._settled = True
        if self._waiting is not None:
            self._try_waiting()
        elif self._counter.person is None and not self._is_locked():
            self.lock()
        elif self._counter.person is not None and self._is_locked():
            self._desk.unlock()

    def _is_locked(self) -> bool:
        return self._desk.cover is not None

    def _is_idle(self) -> bool:
        if self._desk.arrivals != self._arrivals:
            self._used()
        limit = self._counter.config.station.lock_minutes * 60
        return self._counter.asks_pin and 0 < limit <= self._seconds() - self._used_at

    def _used(self) -> None:
        self._arrivals, self._used_at = self._desk.arrivals, self._seconds()

    # --- the lock -----------------------------------------------------------------------------------------------------

    def lock(self) -> None:
        """Hide the screen until somebody signs in."""
        if self._is_locked():
            return
        person = self._counter.person
        self._cover = SignInCover(
            self._counter, self, name=person.name if person is not None else "", may_leave=person is None
        )
        self._desk.lock(self._cover)

    def change_person(self) -> None:
        """Somebody else wants to work here, or nobody for a while."""
        if self._counter.asks_pin:
            self.lock()
        else:
            self._ask_name()

    def now(self) -> float:
        """See `sign_in_cover.Door`."""
        return self._desk.now()

    def leave(self) -> None:
        """See `sign_in_cover.Door`."""
        self._desk.leave()

    def repaint(self) -> None:
        """See `sign_in_cover.Door`."""
        self._desk.repaint()

    def try_pin(self, pin: str, done: Callable[[Attempt], None], failed: Callable[[str], None]) -> None:
        """See `sign_in_cover.Door`."""

        def attempt() -> Attempt:
            from convisav_tui.screens.loading import station_name
            from convisav_tui.shop.sign_in import sign_in

            person = self._counter.person
            known = person.staff_id if person is not None else None
            return sign_in(self._counter.store, pin, station_name(self._counter), known)

        def tried(found: Attempt) -> None:
            if found.person is not None:
                self._signed_in(found.person)
            else:
                done(found)

        def ask() -> None:
            if self._counter.opened is None:
                failed(self._counter.trouble)
                self._desk.views[0].act("open")  # it tries to open the store again
            else:
                self._in_background(attempt, tried, failed)

        self._waiting = ask
        if self._desk.loaded:
            self._try_waiting()

    def _try_waiting(self) -> None:
        """The store is there, or could not be opened: then that is said."""
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            waiting()

    def _signed_in(self, person: Actor) -> None:
        before = self._counter.person
        if before is None or before.staff_id == person.staff_id:
            self._open_for(person, before)
            return
        for view in reversed(self._desk.views):
            try:
                view.park()
            except Exception as error:  # noqa: BLE001 - the other views must still be parked
                log_error(f"parking {view.name}", error)
        self._after_jobs(lambda: self._hand_over(before, person))

    def _hand_over(self, before: Actor, person: Actor) -> None:
        """The work of one is set aside, under his name, before the other begins."""
        if not all(view.kept for view in self._desk.views):
            self._refuse(
                _("What {name} typed could not be set aside: only {name} can go on here.").format(name=before.name)
            )
            return
        self._desk.prompt = None
        self._desk.home()
        self._after_jobs(lambda: self._open_for(person, before))

    def _open_for(self, person: Actor, before: Actor | None) -> None:
        self._counter.work_as(person)
        self._counter.proven = True
        self._used()
        held = list(self._cover.held) if self._cover is not None else []
        if before is not None and before.staff_id != person.staff_id:
            self._greet(person)
        if before is None or before.staff_id != person.staff_id:
            self._desk.views[0].person_changed()
        self._desk.unlock()
        for arrival in held:
            self._desk.arrive(*arrival)

    def _greet(self, person: Actor) -> None:
        """Said before the board counts what waits for him, which is then said beside it."""
        self._counter.greeting = _("{name} works here now").format(name=person.name)
        self._desk.say(self._counter.greeting, Role.SUCCESS)

    def _refuse(self, sentence: str) -> None:
        if self._cover is not None:
            self._cover.refuse(sentence)

    # --- what others change about the staff ---------------------------------------------------------------------------

    def _look(self) -> None:
        """Somebody may have got or lost a PIN, changed his role, or works here no more."""
        person = self._counter.person

        def read() -> tuple[bool, Actor | None]:
            from convisav_tui.shop.permissions import pins_in_use
            from convisav_tui.shop.sign_in import still_here

            with self._counter.store.read() as session:
                return pins_in_use(session), still_here(session, person) if person is not None else None

        def known(found: tuple[bool, Actor | None]) -> None:
            if self._counter.person is person:
                self._known(*found)

        # What cannot be read now is read again after the next change.
        self._in_background(read, known, lambda _sentence: None)

    def _known(self, asks: bool, person: Actor | None) -> None:
        self._counter.asks_pin = asks
        if not asks:
            self._counter.proven = False
            if self._is_locked():
                self._in_background(self._person_here, lambda found: self._open_unproven(found), self._refuse)
            elif person is not None:
                self._counter.work_as(person)
        elif person is None or not self._counter.proven:
            self.lock()
        elif person != self._counter.person:
            self._counter.work_as(person)
            self._desk.repaint()

    def _person_here(self) -> Actor:
        from convisav_tui.screens.loading import station_name
        from convisav_tui.shop.staff import person_at_station

        login, name = self._counter.config.station.staff, station_name(self._counter)
        return self._counter.store.write(lambda session: person_at_station(session, login, name))

    def _open_unproven(self, person: Actor) -> None:
        """Nobody has a PIN any more: the station is whose the configuration says."""
        self._counter.work_as(self._counter.person or person)
        self._desk.unlock()

    # --- without PINs -------------------------------------------------------------------------------------------------

    def _ask_name(self) -> None:
        from convisav_tui.screens.widgets.prompt import ChoicePrompt

        def people() -> list[tuple[str, str]]:
            from convisav_tui.shop.staff import people

            with self._counter.store.read() as session:
                return people(session)

        def ask(known: list[tuple[str, str]]) -> None:
            if len(known) < 2:
                self._desk.say(_("Nobody else is on the staff"), Role.WARNING)
            else:
                self._desk.ask(ChoicePrompt(_("Who works here now?"), known, self._work_as))

        self._desk.run(people, ask, label=_("Opening"), leave=True)

    def _work_as(self, login: str) -> None:
        def person() -> Actor:
            from convisav_tui.screens.loading import station_name
            from convisav_tui.shop.staff import person_at_station

            name = station_name(self._counter)
            return self._counter.store.write(lambda session: person_at_station(session, login, name))

        def here(found: Actor) -> None:
            self._counter.work_as(found)
            self._greet(found)
            if len(self._desk.views) == 1:
                self._desk.views[0].person_changed()

        self._desk.run(person, here, label=_("Saving"))

    # --- jobs ---------------------------------------------------------------------------------------------------------

    def _after_jobs(self, then: Callable[[], None]) -> None:
        """Once all that is on its way to the store has arrived there."""
        self._desk.worker.submit(lambda: None, lambda _result, _error: then())

    def _in_background(
        self, job: Callable[[], Result], done: Callable[[Result], None], failed: Callable[[str], None]
    ) -> None:
        """As `Host.run`, but belonging to no view: whatever is closed behind the cover, the answer comes."""

        def deliver(result: object, error: Exception | None) -> None:
            if error is None:
                done(cast("Result", result))
            elif isinstance(error, ConvisavError):
                failed(str(error))
            else:
                log_error("station lock", error)
                failed(_("This did not work because of an internal error; it is in the log."))
            self._desk.repaint()

        self._desk.worker.submit(job, deliver)
