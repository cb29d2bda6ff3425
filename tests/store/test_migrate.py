from __future__ import annotations

import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import Session, SQLModel, select

from convisav_tui.errors import StoreError, StoreNewer
from convisav_tui.store.backup import backups, verify
from convisav_tui.store.engine import Store, sqlite_driver
from convisav_tui.store.migrate import HEAD, MIGRATIONS, check_version, open_store, replay
from convisav_tui.store.models import Channel, Party
from convisav_tui.store.schema_version import REVISIONS
from tests.forked import opened_at_once
from tests.shop_builder import small_shop


def url_of(path: Path) -> str:
    return f"sqlite:///{path}"


def catalogue(store: Store, but: str = "alembic_version") -> dict[str, str]:
    """Every table and index of a SQLite file but that one with its definition, blanks apart."""
    query = "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name <> ?"
    with store.engine.connect() as connection:
        return {name: normal(sql) for name, sql in connection.exec_driver_sql(query, (but,))}


def normal(sql: str) -> str:
    """A definition whose constraints stand in one order, since no database cares about theirs."""
    flat = re.sub(r"\s+", " ", sql).replace("( ", "(").replace(" )", ")").strip()
    parts = re.split(r", (?=CONSTRAINT )", flat.removesuffix(" STRICT").removesuffix(")"))
    return ", ".join([parts[0].rstrip(), *sorted(part.rstrip() for part in parts[1:])])


def test_the_constants_are_the_history() -> None:
    script = ScriptDirectory(str(MIGRATIONS))
    assert tuple(reversed([revision.revision for revision in script.walk_revisions()])) == REVISIONS
    assert script.get_current_head() == HEAD


def test_a_new_database_has_the_tables_of_the_models(tmp_path: Path) -> None:
    migrated = Store(url_of(tmp_path / "migrated.db"))
    replay(migrated)
    created = open_store(url_of(tmp_path / "created.db"), tmp_path)
    assert catalogue(migrated, "") == catalogue(created, "")
    assert len(catalogue(migrated)) > 60
    with migrated.engine.connect() as connection:
        strict = connection.exec_driver_sql(
            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND strict"
        ).scalar_one()
        context = MigrationContext.configure(connection, opts={"include_object": _ours, "compare_type": False})
        assert compare_metadata(context, SQLModel.metadata) == []
    assert strict == len(SQLModel.metadata.tables)


def _ours(_thing: Any, name: str | None, _kind: str, _reflected: bool, _other: Any) -> bool:
    return not (name or "").startswith(("party_search_fts", "ix_party_search__body_trigrams"))


def test_postgresql_has_the_tables_of_the_models(postgresql_url: str, tmp_path: Path) -> None:
    store = Store(postgresql_url)
    replay(store)
    with store.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"include_object": _ours})
        assert compare_metadata(context, SQLModel.metadata) == []
        migrated = _postgresql_definitions(connection)
    with store.engine.begin() as connection:
        connection.execute(sa.text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
    store.close()
    store = open_store(postgresql_url, tmp_path)
    with store.engine.connect() as connection:
        assert _postgresql_definitions(connection) == migrated
    assert len(migrated) > 100
    store.close()


def _postgresql_definitions(connection: sa.Connection) -> set[str]:
    constraints = sa.text(
        "SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid) FROM pg_constraint"
        " WHERE connamespace = 'public'::regnamespace"
    )
    indexes = sa.text("SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'")
    return set(connection.execute(constraints).scalars()) | set(connection.execute(indexes).scalars())


def test_opening_again_changes_nothing_and_imports_no_alembic(tmp_path: Path) -> None:
    url = url_of(tmp_path / "shop.db")
    open_store(url, tmp_path).close()
    program = (
        "import sys; from pathlib import Path; from convisav_tui.store.migrate import open_store;"
        f" open_store({url!r}, Path({str(tmp_path)!r})); print(any(m.startswith('alembic') for m in sys.modules))"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"
    assert not (tmp_path / "backups").exists()


def test_the_file_is_readable_by_this_account_alone(tmp_path: Path) -> None:
    store = open_store(url_of(tmp_path / "data" / "shop.db"), tmp_path)
    assert store.path is not None
    for path in store.path.parent.iterdir():
        assert path.stat().st_mode & 0o077 == 0, path


def test_an_older_database_is_copied_then_upgraded(tmp_path: Path) -> None:
    store = _of_the_version("0001", tmp_path)
    upgraded = open_store(store.url, tmp_path)
    assert check_version(upgraded) == HEAD
    with upgraded.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT name FROM staff").scalar_one() == "Anna"
        assert connection.exec_driver_sql("PRAGMA foreign_keys").scalar_one() == 1
        assert connection.exec_driver_sql("SELECT count(*) FROM repair_order").scalar_one() == 0
    (copy,) = backups(tmp_path / "backups")
    with sqlite_driver().connect(copy) as raw:
        assert raw.execute("SELECT version_num FROM alembic_version").fetchone() == ("0001",)
        assert raw.execute("SELECT name FROM staff").fetchone() == ("Anna",)


def _of_the_version(revision: str, tmp_path: Path, statements: tuple[str, ...] = ()) -> Store:
    """A shop as the program of that version made it, closed again."""
    store = Store(url_of(tmp_path / "shop.db"))
    replay(store, revision)
    with store.engine.begin() as connection:
        for statement in (_STAFF_OF_0001, *statements):
            connection.exec_driver_sql(statement)
    store.close()
    return store


_STAFF_OF_0001 = (
    "INSERT INTO staff (version, login, name, role, language, active) VALUES (1, 'anna', 'Anna', 'clerk', '', 1)"
)
_PARTY_OF_0001 = (
    "INSERT INTO party (version, kind, name, name_key, phone, phone_e164, phone_kind, email, email_key, street,"
    " postcode, city, language, channel, note, created_at, updated_at) VALUES (1, 'person', 'Durand', 'durand', '', '',"
    " '', '', '', '', '', '', 'fr', 'sms', '', '2026-01-02 10:00:00', '2026-01-02 10:00:00')"
)


def test_words_and_columns_are_added_without_touching_the_rows(tmp_path: Path) -> None:
    store = open_store(_of_the_version("0003", tmp_path, (_PARTY_OF_0001,)).url, tmp_path)
    with Session(store.engine) as session:
        (party,) = session.exec(select(Party)).all()
        assert (party.name, party.channel, party.channels, party.fax) == ("Durand", Channel.SMS, [], "")
    store.write(lambda session: setattr(session.exec(select(Party)).one(), "channel", Channel.FAX))
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT channel FROM party").scalar_one() == "fax"
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar_one() == "ok"
        with pytest.raises(StoreError, match="ck_party__channel"):
            connection.exec_driver_sql("UPDATE party SET channel = 'pigeon'")


def test_a_failed_upgrade_leaves_the_database_as_it_was(tmp_path: Path) -> None:
    store = _of_the_version("0001", tmp_path)
    with store.engine.begin() as connection:
        # In the way of a table that 0002 makes late, after others were made.
        connection.exec_driver_sql("CREATE TABLE message_attempt (id INTEGER) STRICT")
    before = catalogue(store)
    with pytest.raises(StoreError):
        open_store(store.url, tmp_path)
    assert catalogue(store) == before
    assert check_version(store) == "0001"


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    store = small_shop(tmp_path)
    with store.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    before = (tmp_path / "shop.db").read_bytes()
    with pytest.raises(StoreNewer, match="9999"):
        open_store(store.url, tmp_path)
    assert (tmp_path / "shop.db").read_bytes() == before


@pytest.mark.parametrize("content", [b"this is a letter, not a database" * 200, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_file_that_is_no_database_is_refused_and_left_alone(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "shop.db"
    path.write_bytes(content)
    with pytest.raises(StoreError, match=r"shop\.db"):
        open_store(url_of(path), tmp_path)
    assert path.read_bytes() == content


def test_a_damaged_database_is_told(tmp_path: Path) -> None:
    store = small_shop(tmp_path, orders=200)
    copy = sqlite3.connect(tmp_path / "copy.db")
    with sqlite_driver().connect(tmp_path / "shop.db") as raw:
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    store.close()
    copy.close()
    content = bytearray((tmp_path / "shop.db").read_bytes())
    content[4096:] = b"\x07" * (len(content) - 4096)
    (tmp_path / "shop.db").write_bytes(bytes(content))
    with pytest.raises(StoreError):
        open_store(store.url, tmp_path)
    with pytest.raises(StoreError):
        verify(tmp_path / "shop.db")


def test_the_tables_of_another_program_are_refused(tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "shop.db") as raw:
        raw.execute("CREATE TABLE recipes (name TEXT)")
    with pytest.raises(StoreError, match="another program"):
        open_store(url_of(tmp_path / "shop.db"), tmp_path)


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/shop.db", "nonsense", "postgresql+nodriver://x/y"])
def test_an_address_that_leads_nowhere_is_told_in_words(tmp_path: Path, url: str) -> None:
    with pytest.raises(StoreError):
        open_store(url, tmp_path)


def test_programs_that_start_at_once_on_an_empty_file_all_succeed(tmp_path: Path) -> None:
    _start_at_once(url_of(tmp_path / "shop.db"), tmp_path)


def test_programs_that_start_at_once_on_an_empty_server_all_succeed(postgresql_url: str, tmp_path: Path) -> None:
    _start_at_once(postgresql_url, tmp_path)


def _start_at_once(url: str, home: Path) -> None:
    assert opened_at_once(url, home) == [HEAD] * 4
