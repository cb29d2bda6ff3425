"""What the doctor looks at of the shop: configuration, database, copies, worker, printers, mail account, SMS."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui import clock
from convisav_tui.commands import drill_record
from convisav_tui.commands.findings import Finding
from convisav_tui.commands.worker_start import worker_runs
from convisav_tui.config import Config, PrinterConfig
from convisav_tui.i18n import _
from convisav_tui.settings import without_password

if TYPE_CHECKING:
    from convisav_tui.store.engine import Store

OLD_COPY = timedelta(hours=26)
OLD_DRILL = timedelta(days=15)


def configuration(path: Path, environ: Mapping[str, str]) -> Iterator[Finding]:
    """Every fault of the file and of the environment."""
    from convisav_tui.config_reader import describe, read

    reading = read(path, environ)
    for problem in reading.problems:
        yield Finding("configuration", "wrong", describe(path, problem))
    if reading.problems:
        return
    if not reading.found:
        sentence = _("No configuration file {path}: the defaults stand.").format(path=path)
        yield Finding("configuration", "absent", sentence, _("Run convisav: it asks a few questions and writes it."))
    elif path.stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        sentence = _("Others may change the configuration {path}.").format(path=path)
        yield Finding("configuration", "warning", sentence, f"chmod 600 {path}")
    else:
        yield Finding("configuration", "good", _("Configuration: {path}.").format(path=path))


def sqlite() -> Iterator[Finding]:
    """The version of SQLite: older ones may damage a database that several programs write."""
    from convisav_tui.store.engine import SAFE_SQLITE, sqlite_driver

    driver = sqlite_driver()
    sentence = _("SQLite {version}.").format(version=driver.sqlite_version)
    if driver.sqlite_version_info < SAFE_SQLITE:
        remedy = _(
            "It has a known fault with several writers; the write lock covers it. Better: pip install pysqlite3."
        )
        yield Finding("sqlite", "warning", sentence, remedy)
    else:
        yield Finding("sqlite", "good", sentence)


def database(config: Config) -> Iterator[Finding]:
    """Whether the database can be read, and its version; nothing is created or upgraded."""
    from convisav_tui.store.migrate import HEAD, check_version, known_store

    url = without_password(config.database.url)
    store = known_store(config.database.url, lock_seconds=2)
    try:
        version = check_version(store)
        if version is None:
            yield Finding("database", "absent", _("The database {url} will be made.").format(url=url))
        elif version != HEAD:
            sentence = _("The database {url} is of version {version}.").format(url=url, version=version)
            yield Finding("database", "warning", sentence, _("It is upgraded at the next start, after a copy."))
        else:
            sentence = _("Database: {url}, version {version}.").format(url=url, version=version)
            yield Finding("database", "good", sentence)
            yield from _clock(store)
            yield from _owed(store)
    finally:
        store.close()


def _clock(store: Store) -> Iterator[Finding]:
    from convisav_tui.store.precautions import clock_trouble

    with store.read() as session:
        trouble = clock_trouble(session)
    if trouble:
        remedy = _("Set the clock; if it is right and ran ahead before: convisav clock --is-right.")
        yield Finding("clock", "wrong", trouble, remedy)


def _owed(store: Store) -> Iterator[Finding]:
    from convisav_tui.store.queries.outbox import job_counts, message_counts

    with store.read() as session:
        messages, jobs = message_counts(session), job_counts(session)
    calls = sum(messages.get(state, 0) for state in ("dead", "unknown", "to_call"))
    if calls:
        sentence = _("{count} messages could not be delivered: somebody has to call.").format(count=calls)
        yield Finding("messages", "warning", sentence, _("F6 in the program shows them."))
    if jobs.get("needs_attention"):
        sentence = _("{count} print jobs need somebody to look.").format(count=jobs["needs_attention"])
        yield Finding("prints", "warning", sentence, _("F4 in the program shows them."))


def copies(config: Config) -> Iterator[Finding]:
    """How old the newest copy is, and whether one was tried out lately."""
    newest = drill_record.newest_copy(config)
    if newest is None:
        yield Finding("backup", "absent", _("There is no copy of the database yet."), _("convisav backup makes one."))
        return
    age = timedelta(seconds=clock.now().timestamp() - newest.stat().st_mtime)
    sentence = _("The newest copy is {hours} hours old: {path}.").format(
        hours=int(age.total_seconds() // 3600), path=newest
    )
    if age > OLD_COPY:
        yield Finding("backup", "warning", sentence, _("The worker makes one every hour while it runs."))
    else:
        yield Finding("backup", "good", sentence)
    yield _last_drill(config)


def _last_drill(config: Config) -> Finding:
    last = drill_record.read(config)
    remedy = _("Run convisav restore --drill.")
    if last is None:
        return Finding("drill", "absent", _("No copy was tried out yet."), remedy)
    days = max(0, (clock.now() - last.at).days)
    if last.faults:
        sentence = _("The last drill, {days} days ago, found the copy {path} not good: {fault}").format(
            days=days, path=last.copy, fault=last.faults[0]
        )
        return Finding("drill", "wrong", sentence, _("Take another copy, and run convisav restore --drill."))
    sentence = _("The last drill, {days} days ago, found the copy {path} good.").format(days=days, path=last.copy)
    if clock.now() - last.at > OLD_DRILL:
        return Finding("drill", "warning", sentence, remedy)
    return Finding("drill", "good", sentence)


def worker(config: Config) -> Iterator[Finding]:
    """Whether somebody prints and sends."""
    if worker_runs(config):
        yield Finding("worker", "good", _("A worker prints and sends here."))
    else:
        sentence = _("No worker runs here now.")
        yield Finding("worker", "absent", sentence, _("The program starts one when it opens; or: convisav worker."))


def printers(config: Config) -> Iterator[Finding]:
    """Each printer: whether it can be reached, what it says of itself, whether its media hold a label."""
    if not config.printers:
        yield Finding("printer", "absent", _("No printer: labels cannot be printed."), _("Add [[printers]]."))
    for role in ("label", "receipt"):
        if config.printers and config.printer_for(role) is None:
            sentence = _("No printer has the role “{role}”.").format(role=role)
            yield Finding("printer", "warning" if role == "label" else "absent", sentence)
    for printer in config.printers:
        yield from _printer(printer)


def _printer(printer: PrinterConfig) -> Iterator[Finding]:
    from convisav_tui.printing.label import label
    from convisav_tui.printing.media import MediaRefused
    from convisav_tui.printing.present_state import state_of
    from convisav_tui.printing.sizes import media_of
    from convisav_tui.shop.paper import LabelPaper

    def found(state: str, sentence: str, remedy: str = "") -> Finding:
        named = _("Printer “{name}”: {sentence}").format(name=printer.name, sentence=sentence)
        return Finding("printer", state, named, remedy)  # type: ignore[arg-type]

    if "label" in printer.roles:
        try:
            label(LabelPaper(number="2600000014", device=""), media_of(printer, printer.media[0]))
        except MediaRefused as error:
            yield found("wrong", error.sentence, error.remedy)
    state = state_of(printer)
    if not state.reached:
        yield found("wrong", state.sentence, _("Check that it is switched on, and its address."))
    elif state.level != "good":
        yield found(state.level, state.sentence)
    else:
        reached = _("reached at {address}.").format(address=printer.address)
        yield found("good", f"{reached} {state.sentence}")


def mail(config: Config) -> Iterator[Finding]:
    """The mail account, logged in to without sending anything."""
    from convisav_tui.notifying.account_check import check_email_account

    answer = check_email_account(config, connect=True)
    yield Finding("mail", answer.state, answer.sentence, answer.remedy)


def sms(config: Config) -> Iterator[Finding]:
    """The SMS service's address; nothing is sent."""
    from convisav_tui.notifying.account_check import check_sms

    answer = check_sms(config)
    yield Finding("sms", answer.state, answer.sentence, answer.remedy)


def fax(config: Config) -> Iterator[Finding]:
    """The fax service; nothing is sent."""
    from convisav_tui.notifying.account_check import check_fax

    answer = check_fax(config)
    if config.notify.fax.url:
        yield Finding("fax", answer.state, answer.sentence, answer.remedy)
