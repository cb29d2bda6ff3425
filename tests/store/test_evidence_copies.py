"""Photos beside the copies: each lies there once, comes back, is compared by the drill, and goes with the last copy."""

from __future__ import annotations

import errno
import hashlib
import os
import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from convisav_tui.store.backup import backup
from convisav_tui.store.drill import drill
from convisav_tui.store.engine import Store
from convisav_tui.store.evidence_copies import copy_evidence, restore_evidence
from convisav_tui.store.models import AnswerKind, CheckAnswer, Checkpoint, CheckStage
from tests.shop_builder import small_shop

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


@pytest.fixture
def shop(tmp_path: Path) -> Store:
    return small_shop(tmp_path)


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    return tmp_path / "backups"


def photo(store: Store, home: Path, content: bytes) -> str:
    """A photo that an answer names; its name from the data folder on."""
    digest = hashlib.sha256(content).hexdigest()
    name = f"evidence/{digest[:2]}/{digest}.jpg"
    (home / name).parent.mkdir(parents=True, exist_ok=True)
    (home / name).write_bytes(content)

    def answer(session: sa.orm.Session) -> None:
        point = Checkpoint(
            device_type_id=1, stage=CheckStage.DIAGNOSIS, code=digest[:9], kind=AnswerKind.PHOTO, position=1
        )
        session.add(point)
        session.flush()
        session.add(CheckAnswer(order_id=1, checkpoint_id=point.id, answer="dos.jpg", evidence=name))

    store.write(answer)
    return name


def copied(store: Store, home: Path, hours: int = 0) -> Path:
    copy = backup(store, home / "backups", NOON + timedelta(hours=hours))
    assert copy_evidence(store, home, copy).faults == ()
    return copy


def test_an_unchanged_photo_lies_there_once_however_many_copies(shop: Store, tmp_path: Path, copies: Path) -> None:
    first = photo(shop, tmp_path, b"first")
    copied(shop, tmp_path)
    stored = (copies / first).stat()
    second = photo(shop, tmp_path, b"second")
    copy = backup(shop, copies, NOON + timedelta(hours=1))
    report = copy_evidence(shop, tmp_path, copy)
    assert (report.files, report.added, report.faults) == (2, 1, ())
    assert (copies / first).stat().st_ino == stored.st_ino == (tmp_path / first).stat().st_ino
    assert (copies / first).stat().st_mode & 0o777 == 0o400 and (copies / "evidence").stat().st_mode & 0o077 == 0
    found = subprocess.run(["sha256sum", "--check", copy.with_suffix(".sha256").name], cwd=copies, capture_output=True)
    assert found.returncode == 0 and second in found.stdout.decode()


def test_on_another_disk_they_are_copied(
    shop: Store, tmp_path: Path, copies: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def other_disk(*_paths: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", other_disk)
    name = photo(shop, tmp_path, b"photo")
    copied(shop, tmp_path)
    assert (copies / name).read_bytes() == b"photo"
    assert (copies / name).stat().st_ino != (tmp_path / name).stat().st_ino


def test_a_photo_goes_with_the_last_copy_that_needs_it(shop: Store, tmp_path: Path, copies: Path) -> None:
    kept, gone = photo(shop, tmp_path, b"kept"), photo(shop, tmp_path, b"gone")
    old = copied(shop, tmp_path)
    (tmp_path / gone).unlink()
    shop.write(lambda session: session.execute(sa.text("UPDATE check_answer SET evidence = 'erased'")))
    newer = copied(shop, tmp_path, hours=1)
    assert (copies / gone).exists()
    old.unlink()
    copied(shop, tmp_path, hours=2)
    assert not (copies / gone).exists() and (copies / kept).exists() and newer.with_suffix(".sha256").exists()
    assert not old.with_suffix(".sha256").exists()


def test_a_photo_that_the_shop_lost_stays_in_the_copies(shop: Store, tmp_path: Path, copies: Path) -> None:
    name = photo(shop, tmp_path, b"photo")
    old = copied(shop, tmp_path)
    (tmp_path / name).unlink()
    newer = backup(shop, copies, NOON + timedelta(hours=1))
    old.unlink()
    report = copy_evidence(shop, tmp_path, newer)
    assert report.files == 1 and f"1 photo that an answer names is missing: {name}" in report.faults[0]
    assert (copies / name).exists() and drill(newer, tmp_path, shop).photos == 1


def test_what_is_missing_damaged_or_strange_is_said_and_stops_nothing(
    shop: Store, tmp_path: Path, copies: Path
) -> None:
    good, lost, bad = (photo(shop, tmp_path, content) for content in (b"good", b"lost", b"bad"))
    (tmp_path / lost).unlink()
    (tmp_path / bad).write_bytes(b"something else")
    (tmp_path / "evidence" / "letter.txt").write_text("Dear Sir")
    copy = backup(shop, copies, NOON)
    report = copy_evidence(shop, tmp_path, copy)
    told = "\n".join(report.faults)
    assert (report.files, report.added) == (1, 1) and (copies / good).exists() and not (copies / bad).exists()
    assert f"1 photo that an answer names is missing: {lost}" in told
    assert f"{bad} cannot be read: it is damaged." in told and "letter.txt" in told
    found = drill(copy, tmp_path, shop)
    assert found.photos == 1 and lost in found.notes[0]
    assert found.faults == (f"The copy lacks the photo {bad}.",)


def test_a_folder_that_cannot_be_written_fails_no_copy(shop: Store, tmp_path: Path, copies: Path) -> None:
    name = photo(shop, tmp_path, b"photo")
    copy = backup(shop, copies, NOON)
    (copies / "evidence").write_text("in the way")
    report = copy_evidence(shop, tmp_path, copy)
    assert report.files == 0 and "The photos could not be copied: " in report.faults[0]
    (copies / "evidence").unlink()
    (copies / "evidence").mkdir()
    (copies / "evidence" / Path(name).parent.name).write_text("in the way")
    report = copy_evidence(shop, tmp_path, copy)
    assert report.files == 0 and f"{name} cannot be read: " in report.faults[0]
    assert copy.exists()


def test_the_drill_counts_the_photos_and_finds_a_damaged_one(shop: Store, tmp_path: Path, copies: Path) -> None:
    names = [photo(shop, tmp_path, content) for content in (b"one", b"two", b"three")]
    without = backup(shop, copies, NOON)
    assert "made without photos" in drill(without, tmp_path, shop).notes[0]
    copy = copied(shop, tmp_path, hours=1)
    assert drill(copy, tmp_path, shop).photos == 3
    (copies / names[0]).unlink()
    (copies / names[1]).chmod(0o600)
    (copies / names[1]).write_bytes(b"twO")
    found = drill(copy, tmp_path, shop)
    assert not found.passed and found.photos == 1
    assert set(found.faults) == {
        f"The copy lacks the photo {names[0]}.",
        f"The photo {names[1]} is damaged in the copy.",
    }


def test_photos_come_back_and_none_is_overwritten(shop: Store, tmp_path: Path, copies: Path) -> None:
    names = [photo(shop, tmp_path, content) for content in (b"one", b"two", b"three", b"four")]
    copy = copied(shop, tmp_path)
    for name in names[1:]:
        (tmp_path / name).unlink()
    (copies / names[2]).unlink()
    (copies / names[3]).write_bytes(b"damaged")
    found = restore_evidence(shop, tmp_path, copy, copies)
    assert found.files == 1 and (tmp_path / names[1]).read_bytes() == b"two"
    assert f"{names[3]} cannot be read: it is damaged." in found.faults[0] and names[2] in found.faults[1]
    assert not (tmp_path / names[3]).exists()


def test_a_name_that_leads_elsewhere_is_none(shop: Store, tmp_path: Path, copies: Path) -> None:
    photo(shop, tmp_path, b"one")
    (tmp_path / "letter.txt").write_text("Dear Sir")
    shop.write(lambda session: session.execute(sa.text("UPDATE check_answer SET evidence = 'evidence/../letter.txt'")))
    assert restore_evidence(shop, tmp_path, copies / "x.db", copies).faults == ()
