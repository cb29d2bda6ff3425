"""A small shop with printers, for the tests of the spooler."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlmodel import col, select

from convisav_tui.config import Config, DatabaseConfig, PrinterConfig, ShopConfig
from convisav_tui.printing.spooler import Spooler
from convisav_tui.printing.status import StatusReader
from convisav_tui.printing.transport import Patience
from convisav_tui.shop.paper import LabelPaper
from convisav_tui.store.engine import Store
from convisav_tui.store.models import JobKind, JobState, PrintAttempt, PrintJob
from tests.printing.papers import LABEL, RECEIPT
from tests.shop_builder import empty_store
from tests.store.databases import server_shop

START = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
# For printers that work, however busy this machine is; and for those that never will.
PATIENT = Patience(connect=10.0, stall=30.0, job=60.0, goodbye=30.0)
HASTY = Patience(connect=1.0, stall=0.4, job=4.0, goodbye=0.4)


class Clock:
    """A clock that tests turn."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        return self.now

    def forward(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


class Shop:
    """Store, configuration, clock and spooler."""

    def __init__(
        self,
        folder: Path,
        *printers: PrinterConfig,
        patience: Patience = PATIENT,
        server_url: str = "",
        store: Store | None = None,
    ) -> None:
        """In a file, on that PostgreSQL server, or in a store that other tests used before."""
        nothing = lambda _store: None  # noqa: E731
        new = server_shop(server_url, folder, "empty", nothing) if server_url else store or empty_store(folder)
        self.store: Store = new
        self.config = Config(ShopConfig(), DatabaseConfig(self.store.url), folder, printers)
        self.clock = Clock()
        self.patience = patience
        self.spooler = self.new_spooler()
        self._keys = 0
        self._name = secrets.token_hex(4)

    def new_spooler(self) -> Spooler:
        return Spooler(
            self.store,
            self.config,
            clock=self.clock,
            patience=self.patience,
            status=StatusReader(silence=0.0),
            settle_seconds=1.0,
        )

    def print(self, seconds: float = 60.0) -> int:
        begun = self.spooler.dispatch()
        assert self.spooler.wait(seconds)
        return begun

    def add(
        self,
        kind: JobKind = JobKind.LABEL,
        content: Mapping[str, object] | None = None,
        *,
        copies: int = 1,
        printer: str = "",
        duplicate: bool = False,
    ) -> int:
        self._keys += 1
        usual = LABEL.as_content() if kind is JobKind.LABEL else RECEIPT.as_content()
        job = PrintJob(
            kind=kind, content=dict(usual if content is None else content), copies=copies, printer=printer,
            duplicate=duplicate, dedupe_key=f"test:{self._name}:{self._keys}", not_before=self.clock(),
        )  # fmt: skip

        def operation(session) -> int:  # type: ignore[no-untyped-def]
            session.add(job)
            session.flush()
            return int(job.id)  # type: ignore[arg-type]

        return self.store.write(operation)

    def add_label(self, number: str, **options: object) -> int:
        paper: LabelPaper = replace(LABEL, number=number)
        return self.add(content=paper.as_content(), **options)  # type: ignore[arg-type]

    def forget(self) -> None:
        """No job waits any more: the store is as new for the next test."""

        def operation(session) -> None:  # type: ignore[no-untyped-def]
            session.execute(sa.update(PrintJob).values(state=JobState.CANCELLED))

        self.store.write(operation)

    def job(self, job_id: int) -> PrintJob:
        with self.store.read() as session:
            return session.get_one(PrintJob, job_id)

    def state(self, job_id: int) -> JobState:
        return self.job(job_id).state

    def tries(self, job_id: int) -> list[PrintAttempt]:
        with self.store.read() as session:
            query = select(PrintAttempt).where(PrintAttempt.job_id == job_id).order_by(col(PrintAttempt.id))
            return list(session.exec(query))

    def outcomes(self, job_id: int) -> list[str]:
        return [attempt.outcome for attempt in self.tries(job_id)]


def brother(
    address: str, name: str = "counter", media: tuple[str, ...] = ("62",), roles: tuple[str, ...] = ("label", "receipt")
) -> PrinterConfig:
    return PrinterConfig(name, address, "brother_ql", "QL-820NWB", media, roles)
