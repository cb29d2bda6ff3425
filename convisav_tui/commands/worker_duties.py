"""What a worker does and when: labels at once, messages, quotes that expire, copies, its lease, and when to end."""

from __future__ import annotations

import dataclasses
import logging
import math
import os
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui import clock
from convisav_tui.commands import drill_record
from convisav_tui.commands.restore import hold_drill
from convisav_tui.commands.worker_lease import WorkerLease, lives
from convisav_tui.commands.worker_loop import WATCH, Chore, Loop
from convisav_tui.config import Config, load
from convisav_tui.errors import ConvisavError, StoreError
from convisav_tui.store.carrying import due_before, next_print, station_seen_since

if TYPE_CHECKING:
    from convisav_tui.store.engine import Store

log = logging.getLogger("convisav.worker")

COPY_EVERY = timedelta(hours=1)
DAILY = timedelta(days=1)
SHOP_EVERY = 60.0
CODES_EVERY = 3600.0
REMINDERS_EVERY = 900.0
LEASE_EVERY = 20.0
LOOK_AROUND = 5.0
# Somebody holds a device and waits for its label; its messages are read later anyway.
LABELS_FIRST = 0.3
# A worker whose parent has gone stays for what is due so soon, and while a station was seen so lately.
DUE_SOON = timedelta(minutes=5)
SEEN_LATELY = timedelta(minutes=2)
END_SECONDS = 40.0


class Duties:
    """The work of one process. `run` returns when it was stopped, lost its lease, or is needed no more."""

    def __init__(self, store: Store, config: Config, parent: int = 0) -> None:
        """Work for `store` as `config` says; end with process `parent` when that is given."""
        from convisav_tui.printing.spooler import Spooler

        self._store = store
        self._config = config
        self._parent = parent
        self._written = _written_at(config)
        self._spooler = Spooler(store, config)
        self._lease = WorkerLease(store)
        self._loop = Loop(
            (
                Chore("printing", self._spooler.dispatch, next_due=self._next_print),
                Chore("papers", self._render_papers, gives_way=LABELS_FIRST),
                Chore("sending", self._send, next_due=self._next_message, gives_way=LABELS_FIRST),
                Chore("lease", self._renew, every=LEASE_EVERY, woken=False),
                Chore("shop", self._keep_shop, every=SHOP_EVERY, woken=False),
                Chore("reminders", self._remind, every=REMINDERS_EVERY, woken=False),
                Chore("codes", self._destroy_codes, every=CODES_EVERY, woken=False),
                Chore("copies", self._copy, every=SHOP_EVERY, woken=False),
            )
        )

    def stop(self) -> None:
        """Begin nothing new; safe in a signal handler."""
        self._loop.stop()

    def run(self) -> int:
        """Wait for the lease, then work; the exit code."""
        from convisav_tui.store.feed import Ticker

        if not self._wait_for_lease():
            return 0
        log.info("working, process %d", os.getpid())
        _warm_up()
        ticker = Ticker(self._store)
        self._loop.start()
        looked = time.monotonic()
        while not self._loop.stopping.wait(WATCH):
            if ticker.changed():
                self._loop.wake()
            if time.monotonic() - looked >= LOOK_AROUND:
                looked = time.monotonic()
                self._read_config_again()
                if self._needed_no_more():
                    log.info("needed no more")
                    break
        return self._end()

    def _end(self) -> int:
        self._loop.stop()
        finished = self._loop.join(END_SECONDS) and self._spooler.close(END_SECONDS)
        self._lease.release()
        log.info("ended%s", "" if finished else ", with something under way")
        return 0

    def _wait_for_lease(self) -> bool:
        """Stand by while another machine's worker has the lease; False when stopped or needed no more meanwhile."""
        looked = time.monotonic()
        while not self._loop.stopping.is_set():
            if self._lease.acquire():
                return True
            self._loop.stopping.wait(1.0)
            if time.monotonic() - looked >= LOOK_AROUND:
                looked = time.monotonic()
                if self._parent_is_gone():
                    return False
        return False

    def _renew(self) -> int:
        if not self._lease.renew():
            log.warning("another worker took the lease")
            self._loop.stop()
        return 0

    def _send(self) -> int:
        from convisav_tui.notifying.sender import run_due

        return run_due(self._store, self._config, stop=self._loop.stopping.is_set)

    def _render_papers(self) -> int:
        from convisav_tui.printing.papers import render_due
        from convisav_tui.printing.template_duty import look_after

        look_after(self._store, self._config.templates, self._config.paper_size)
        return render_due(self._store, clock.now())

    def _next_print(self) -> datetime | None:
        with self._store.read() as session:
            return next_print(session)

    def _next_message(self) -> datetime | None:
        from convisav_tui.notifying.sender import next_due

        return next_due(self._store)

    def _keep_shop(self) -> int:
        """What time alone brings: quotes run out."""
        from convisav_tui.shop.context import shop_of
        from convisav_tui.shop.workflow import expire_quotes

        shop = shop_of(self._config)
        expired = self._store.write(lambda session: expire_quotes(session, clock.now(), shop))
        if expired:
            log.info("%d quotes expired", expired)
        return 0

    def _remind(self) -> int:
        """Quotes that nobody answers, devices that nobody collects: the next rung of each ladder, and T33."""
        from convisav_tui.shop.context import shop_of
        from convisav_tui.shop.reminders import remind
        from convisav_tui.shop.workflow import mark_unclaimed

        shop, instant = shop_of(self._config), clock.now()
        unclaimed = self._store.write(lambda session: mark_unclaimed(session, instant, shop))
        reminded = self._store.write(lambda session: remind(session, instant, shop))
        if unclaimed or reminded:
            log.info("%d devices unclaimed, %d reminders", unclaimed, reminded)
        return 0

    def _copy(self) -> int:
        """A copy every hour, and once a week one is tried out."""
        newest = drill_record.newest_copy(self._config)
        age = clock.now().timestamp() - newest.stat().st_mtime if newest else math.inf
        if age >= COPY_EVERY.total_seconds() and (self._store.path is not None or self._server_copy_due(age)):
            made = self._made_copy()
            log.info("copied to %s", made.name)
            self._copy_photos(made)
        if drill_record.is_due(self._config):
            found = hold_drill(self._config)
            log.log(
                logging.INFO if found.passed else logging.ERROR, "drill: %s", "good" if found.passed else "not good"
            )
        return 0

    def _made_copy(self) -> Path:
        if self._store.path is None:
            from convisav_tui.store.server_backup import dump

            return dump(self._store, self._config.backups).path
        from convisav_tui.store.backup import backup

        return backup(self._store, self._config.backups)

    def _copy_photos(self, copy: Path) -> None:
        from convisav_tui.store.evidence_copies import copy_evidence

        photos = copy_evidence(self._store, self._config.home, copy)
        if photos.added:
            log.info("%d new photos copied, %d in all", photos.added, photos.files)
        for fault in photos.faults:
            log.warning("%s", fault)

    def _server_copy_due(self, age: float) -> bool:
        """Without pg_dump the program copies row by row: once a day is enough."""
        from convisav_tui.store.server_backup import has_programs

        return age >= DAILY.total_seconds() or has_programs(self._store)

    def _destroy_codes(self) -> int:
        """Unlock codes that outlived their use, keys that open nothing, texts of old messages (rules.md 4.3, 4.5)."""
        from convisav_tui.shop.context import shop_of
        from convisav_tui.shop.message_retention import clear_old_texts
        from convisav_tui.shop.secrets import destroy_orphan_keys, purge_due

        shop, instant = shop_of(self._config), clock.now()
        purged = self._store.write(lambda session: purge_due(session, shop, instant))
        with self._store.read() as session:
            orphans = destroy_orphan_keys(session, instant)
        cleared = self._store.write(lambda session: clear_old_texts(session, shop, instant))
        self._delete_photos()
        if cleared:
            log.info("texts of %d old messages cleared", cleared)
        if purged or orphans:
            log.info("%d unlock codes and %d keys without a code destroyed", purged, orphans)
        return 0

    def _delete_photos(self) -> None:
        """Files of persons who were erased (rules.md 4.4)."""
        from convisav_tui.shop.evidence import delete_erased_photos

        photos = delete_erased_photos(self._store, self._config.home)
        if photos.files:
            log.info("%d photos of erased persons deleted", photos.files)
        for fault in photos.faults:
            log.warning("%s", fault)

    def _read_config_again(self) -> None:
        """A printer or mail account that was corrected in the file is used at once; a wrong file changes nothing."""
        written = _written_at(self._config)
        if written == self._written:
            return
        self._written = written
        try:
            fresh = load(self._config.path)
        except ConvisavError as error:
            log.warning("the configuration stays as it was: %s", error)
            return
        if fresh.database != self._config.database:
            log.warning("another database is configured: ending")
            self._loop.stop()
            return
        self._config = dataclasses.replace(fresh, home=self._config.home)
        self._spooler.config = self._config
        self._loop.wake()
        log.info("read the configuration again")

    def _needed_no_more(self) -> bool:
        if not self._parent_is_gone():
            return False
        now = clock.now()
        try:
            with self._store.read() as session:
                return not station_seen_since(session, now - SEEN_LATELY) and not due_before(session, now + DUE_SOON)
        except StoreError:
            return True

    def _parent_is_gone(self) -> bool:
        return bool(self._parent) and not lives(self._parent)


def _written_at(config: Config) -> float:
    try:
        return config.path.stat().st_mtime if config.path else 0.0
    except OSError:
        return 0.0


def _warm_up() -> None:
    """Import now what the first label would otherwise wait for."""
