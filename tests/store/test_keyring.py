from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlmodel import Session

from convisav_tui.errors import StoreReadOnly
from convisav_tui.store.backup import backup
from convisav_tui.store.engine import Store
from convisav_tui.store.keyring import Keyring, after_end, keyring_of
from convisav_tui.store.models import Counter


def test_a_key_is_kept_for_this_account_alone_until_it_is_destroyed(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path / "keys")
    assert list(keyring.names()) == []
    keyring.put("order-2600000014", b"k" * 44)
    assert keyring.get("order-2600000014") == b"k" * 44
    assert [name for name, _kept_at in keyring.names()] == ["order-2600000014"]
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert [path.stat().st_mode & 0o777 for path in (tmp_path / "keys").iterdir()] == [0o600]
    keyring.destroy("order-2600000014")
    keyring.destroy("order-2600000014")
    assert keyring.get("order-2600000014") is None
    assert list((tmp_path / "keys").iterdir()) == []


def test_a_destroyed_key_is_overwritten_where_it_lay(tmp_path: Path) -> None:
    keyring = Keyring(tmp_path)
    keyring.put("order-1", b"secret key")
    also_there = tmp_path / "same bytes on the disk"
    also_there.hardlink_to(tmp_path / "order-1")
    keyring.destroy("order-1")
    assert b"secret" not in also_there.read_bytes()


@pytest.mark.parametrize("name", ["", "../order-1", "order-1/x", "order-", "order-\n", "/etc/passwd", "order-é"])
def test_names_lead_nowhere_else(tmp_path: Path, name: str) -> None:
    keyring = Keyring(tmp_path)
    for act in (keyring.get, keyring.destroy, lambda name: keyring.put(name, b"k")):
        with pytest.raises(ValueError, match="no name of a key"):
            act(name)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "keys").write_text("a file in the way")
    with pytest.raises(StoreReadOnly):
        Keyring(tmp_path / "keys").put("order-1", b"k")


def test_keys_lie_beside_the_database_and_in_none_of_its_copies(store: Store, tmp_path: Path) -> None:
    with store.read() as session:
        keyring = keyring_of(session)
    keyring.put("order-1", b"a key of its own")
    copy = backup(store, tmp_path / "backups", datetime(2026, 11, 21, tzinfo=UTC))
    assert keyring.folder == tmp_path / "keys"
    assert b"a key of its own" not in copy.read_bytes()


def test_files_follow_the_end_of_the_transaction(store: Store) -> None:
    done: list[str] = []

    def operation(session: Session) -> None:
        after_end(session, committed=lambda: done.append("committed"), rolled_back=lambda: done.append("rolled back"))
        session.add(Counter(name="x"))
        session.flush()
        assert done == []

    store.write(operation)
    assert done == ["committed"]
    done.clear()

    def broken(session: Session) -> None:
        after_end(session, committed=lambda: done.append("committed"), rolled_back=lambda: done.append("rolled back"))
        session.add(Counter(name="y"))
        session.flush()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(broken)
    assert done == ["rolled back"]
