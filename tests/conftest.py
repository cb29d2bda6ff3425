"""What every test of the project may use; with CONVISAV_TESTS_SKIP_NOTHING set, a skipped test is a failed one."""

from __future__ import annotations

import os
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from convisav_tui import i18n
from tests.compiled_once import share_compiled_statements
from tests.store.postgresql_server import Server, missing

share_compiled_statements()
ROOT = Path(__file__).parent.parent
SKIP_NOTHING = bool(os.environ.get("CONVISAV_TESTS_SKIP_NOTHING"))
Report = TypeVar("Report", pytest.TestReport, pytest.CollectReport)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A test that was skipped for want of something fails where nothing may be skipped."""
    return _not_skipped((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module."""
    return _not_skipped((yield))


def _not_skipped(report: Report) -> Report:
    if SKIP_NOTHING and report.skipped and not hasattr(report, "wasxfail"):
        why = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        report.outcome = "failed"
        report.longrepr = f"Nothing may be skipped here (CONVISAV_TESTS_SKIP_NOTHING). {why}"
    return report


@pytest.fixture(autouse=True)
def _own_surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """No test reads or writes the configuration of the machine it runs on; each starts in English."""
    for name in [name for name in os.environ if name.startswith("CONVISAV_")]:
        if name not in ("CONVISAV_COMMAND", "CONVISAV_SHARED_DATA", "CONVISAV_TESTS_SKIP_NOTHING"):
            monkeypatch.delenv(name)
    own = tmp_path_factory.mktemp("own")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(own / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(own / "data"))
    spoken = i18n.language()
    i18n.set_language("en")
    yield
    i18n.set_language(spoken)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data beside the checkout; the test is skipped, loudly, where it is absent."""
    folder = Path(os.environ.get("CONVISAV_SHARED_DATA") or ROOT.parent / "shared" / "data")
    if not folder.is_dir():
        pytest.skip(f"the real data are not here: no folder {folder} (set CONVISAV_SHARED_DATA)")
    return folder


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[Server]:
    """The PostgreSQL server of this run; the test is skipped where none can be had, and it is said why."""
    if missing():
        pytest.skip(missing())
    server = Server()
    yield server
    server.remove()


@pytest.fixture(scope="session")
def postgresql_server_url(postgresql_server: Server) -> str:
    """Its address, with {database} in place of the database's name."""
    return postgresql_server.url


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def server_url(request: pytest.FixtureRequest) -> str:
    """For tests that run on both kinds of databases: "" for a file, else the address of the server."""
    return "" if request.param == "sqlite" else str(request.getfixturevalue("postgresql_server_url"))
