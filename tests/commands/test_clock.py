"""`convisav clock`, and what the doctor says of a clock that was put back."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from convisav_tui.store.models import Device
from tests.commands.convisav import convisav
from tests.shop_builder import add_order, small_shop


def test_a_clock_that_is_behind_is_told_and_can_be_said_to_be_right(tmp_path: Path) -> None:
    ahead = datetime.now(UTC) + timedelta(days=3)
    store = small_shop(tmp_path)
    assert convisav(tmp_path, "clock").code == 0
    store.write(lambda session: add_order(session, session.get(Device, 1), opened_at=ahead))  # type: ignore[arg-type]
    store.close()
    told = convisav(tmp_path, "clock")
    assert told.code == 1 and f"{ahead:%Y-%m-%d %H:%M}" in told.out
    findings = json.loads(convisav(tmp_path, "doctor", "--json").out)["findings"]
    (clock,) = (finding for finding in findings if finding["matter"] == "clock")
    assert clock["state"] == "wrong" and "--is-right" in clock["remedy"]
    assert convisav(tmp_path, "clock", "--is-right").code == 0
    assert convisav(tmp_path, "clock").code == 0
