"""The log of the screens: made when it is needed, its owner's alone, silent where it cannot be written."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.screens.desk import log_error
from convisav_tui.screens.log_file import log_into


@pytest.fixture(autouse=True)
def _logged_no_more() -> Iterator[None]:
    logger = logging.getLogger("convisav")
    before, propagated = list(logger.handlers), logger.propagate
    yield
    logger.handlers[:] = before
    logger.propagate = propagated


def test_the_folder_is_made_with_the_first_line(tmp_path: Path) -> None:
    path = tmp_path / "logs" / "screen.log"
    log_into(path)
    assert not path.parent.exists()
    log_error("job failed", ValueError("no such thing"))
    log_error("job failed\nERROR forged", ValueError("no such thing"))
    written = path.read_text()
    assert "job failed" in written and "ValueError" in written and "no such thing" not in written
    assert not any(line.startswith("ERROR") for line in written.splitlines())
    assert path.stat().st_mode & 0o077 == 0


def test_a_log_that_cannot_be_written_says_nothing_on_the_screen(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    log_into(tmp_path / "logs" / "screen.log")
    log_error("job failed", ValueError("no such thing"))
    assert capsys.readouterr() == ("", "")
