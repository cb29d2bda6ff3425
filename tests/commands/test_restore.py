"""`convisav restore` from the shell: the drill and its verdict, what the doctor says of it, and what is refused."""

from __future__ import annotations

import json
import os
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from convisav_tui import clock
from convisav_tui.commands import drill_record
from convisav_tui.config import Config, load
from convisav_tui.store.backup import raw
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Device
from tests.commands.convisav import Done, convisav
from tests.shop_builder import add_order, small_shop
from tests.store.test_evidence_copies import photo


@pytest.fixture
def home(tmp_path: Path) -> Path:
    small_shop(tmp_path).close()
    assert convisav(tmp_path, "backup").code == 0
    return tmp_path


def the_copy(home: Path) -> Path:
    (path,) = (home / "backups").glob("*.db")
    return path


def config_of(home: Path) -> Config:
    return load(environ={"CONVISAV_HOME": str(home), "CONVISAV_CONFIG": str(home / "none")})


def drill_finding(done: Done) -> dict[str, str]:
    (found,) = (finding for finding in json.loads(done.out)["findings"] if finding["matter"] == "drill")
    return dict(found)


def test_a_drill_reports_and_the_doctor_knows(home: Path) -> None:
    assert drill_finding(convisav(home, "doctor", "--json"))["state"] == "absent"
    done = convisav(home, "restore", "--drill")
    assert done.code == 0 and "GOOD: this copy can be relied on" in done.out, done.err + done.out
    assert "repair_order" in done.out and "3 orders replayed from 3 events" in done.out
    assert (home / "backups" / drill_record.RECORD).stat().st_mode & 0o077 == 0
    assert drill_finding(convisav(home, "doctor", "--json"))["state"] == "good"


def test_a_drill_that_finds_something_is_one_and_wrong(home: Path) -> None:
    with closing(raw(the_copy(home))) as copy:
        copy.execute("UPDATE repair_order SET state = 'returned' WHERE id = 2")
    done = convisav(home, "restore", "--drill", "--json")
    assert done.code == 1
    assert json.loads(done.out)["verdict"] == "not good" and "in the state" in json.loads(done.out)["faults"][0]
    told = convisav(home, "doctor", "--json")
    assert told.code == 1 and drill_finding(told)["state"] == "wrong"
    assert "NOT GOOD" in convisav(home, "restore", "--drill", str(the_copy(home))).out


def test_a_shop_that_is_newer_stays(home: Path) -> None:
    store = Store(f"sqlite:///{home / 'shop.db'}")
    store.write(lambda session: add_order(session, session.get(Device, 1)))  # type: ignore[arg-type]
    store.close()
    copy = str(the_copy(home))
    refused = convisav(home, "restore", copy, "--yes")
    assert refused.code == 6 and "1 order, 1 step of an order" in refused.err and "--lose-newer" in refused.err
    done = convisav(home, "restore", copy, "--yes", "--lose-newer")
    assert done.code == 0 and "Gone from the shop: 1 order" in done.out and "1 ticket number" in done.out, done.err
    assert len(list((home / "backups" / "replaced").glob("*.db"))) == 1


def test_which_copy_must_be_said(tmp_path: Path) -> None:
    done = convisav(tmp_path, "restore", "--yes")
    assert done.code == 2 and str(tmp_path / "backups") in done.err
    assert convisav(tmp_path, "restore", "--drill").code == 4


def test_a_drill_is_due_a_week_after_the_first_copy_and_after_the_last_drill(home: Path) -> None:
    config = config_of(home)
    assert not drill_record.is_due(config)
    old = the_copy(home)
    stamp = (clock.now() - timedelta(days=8)).strftime("%Y%m%dT%H%M%SZ")
    old.rename(old.with_name(f"convisav-{stamp}.db"))
    assert drill_record.is_due(config)
    assert convisav(home, "restore", "--drill").code == 0
    assert not drill_record.is_due(config)
    path = config.backups / drill_record.RECORD
    found = json.loads(path.read_text())
    path.write_text(json.dumps(found | {"at": (clock.now() - timedelta(days=8)).isoformat()}))
    assert drill_record.is_due(config)
    path.write_text("{half")
    assert drill_record.read(config) is None


def test_the_worker_copies_every_hour_and_holds_the_drill(home: Path) -> None:
    from convisav_tui.commands.worker_duties import Duties

    config = config_of(home)
    store = Store(config.database.url)
    duties = Duties(store, config)
    duties._copy()
    assert drill_record.read(config) is None and len(list(config.backups.glob("*.db"))) == 1
    copy = the_copy(home)
    old = copy.rename(copy.with_name("convisav-20200101T120000Z.db"))
    os.utime(old, (0, 0))
    duties._copy()
    assert drill_record.newest_copy(config) != old
    found = drill_record.read(config)
    assert found is not None and found.faults == () and found.copy != str(old)
    store.close()


def test_photos_go_along_and_come_back(home: Path) -> None:
    name = photo(Store(f"sqlite:///{home / 'shop.db'}"), home, b"photo")
    done = convisav(home, "backup")
    assert done.code == 0 and "1 photo kept, 1 new" in done.out
    assert "1 photo is as it was." in convisav(home, "restore", "--drill").out
    (home / name).unlink()
    lacking = convisav(home, "backup", "--json")
    assert lacking.code == 0 and name in json.loads(lacking.out)["photo_faults"][0]
    newest = drill_record.newest_copy(config_of(home))
    done = convisav(home, "restore", str(newest), "--yes", "--lose-newer")
    assert done.code == 0 and "1 photo was put back." in done.out, done.err + done.out
    assert (home / name).read_bytes() == b"photo"
