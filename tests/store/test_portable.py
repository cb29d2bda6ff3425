"""What keeps the way open to databases that speak PostgreSQL's language and lack some of its parts (store.md 5.1)."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy as sa

import convisav_tui
from convisav_tui.store.schema_version import HEAD
from tests.forked import opened_at_once

ROOT = Path(convisav_tui.__file__).parent


def sources() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")}


def test_no_trigger_and_no_function_in_the_database() -> None:
    for name, text in sources().items():
        assert "CREATE TRIGGER" not in text.upper() and "CREATE FUNCTION" not in text.upper(), name
        assert "LOCK TABLE" not in text.upper(), name


def test_the_one_advisory_lock_is_a_convenience(postgresql_url: str, tmp_path: Path) -> None:
    assert [name for name, text in sources().items() if "pg_advisory" in text] == ["store/migrate.py"]
    assert opened_at_once(postgresql_url, tmp_path, with_lock=False) == [HEAD] * 4
    engine = sa.create_engine(postgresql_url)
    with engine.connect() as connection:
        assert connection.execute(sa.text("SELECT version_num FROM alembic_version")).scalars().all() == [HEAD]
    engine.dispose()


def test_no_type_or_serial_that_others_lack(postgresql_url: str, tmp_path: Path) -> None:
    from convisav_tui.store.migrate import open_store

    open_store(postgresql_url, tmp_path).close()
    engine = sa.create_engine(postgresql_url)
    found = sa.inspect(engine)
    assert found.get_enums() == []  # type: ignore[attr-defined]
    kinds = {type(column["type"]).__name__ for table in found.get_table_names() for column in found.get_columns(table)}
    engine.dispose()
    assert kinds <= {"BIGINT", "INTEGER", "VARCHAR", "TEXT", "BOOLEAN", "DATE", "TIMESTAMP", "JSONB", "BYTEA"}, kinds
