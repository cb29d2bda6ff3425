"""What keeps the way open to databases that speak PostgreSQL's language and lack some of its parts (store.md 5.1)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import sqlalchemy as sa

import convisav_tui
from convisav_tui.store.schema_version import HEAD

ROOT = Path(convisav_tui.__file__).parent
# Several programs open an empty server at once, and the lock that would queue them up does nothing.
OPEN_WITHOUT_LOCK = """
import sys
from pathlib import Path
from convisav_tui.store import migrate
run = migrate._run
migrate._run = lambda store, lock=False: run(store)
migrate.open_store(sys.argv[1], Path(sys.argv[2])).close()
"""


def sources() -> dict[str, str]:
    return {str(path.relative_to(ROOT)): path.read_text(encoding="utf-8") for path in ROOT.rglob("*.py")}


def test_no_trigger_and_no_function_in_the_database() -> None:
    for name, text in sources().items():
        assert "CREATE TRIGGER" not in text.upper() and "CREATE FUNCTION" not in text.upper(), name
        assert "LOCK TABLE" not in text.upper(), name


def test_the_one_advisory_lock_is_a_convenience(postgresql_url: str, tmp_path: Path) -> None:
    assert [name for name, text in sources().items() if "pg_advisory" in text] == ["store/migrate.py"]
    command = [sys.executable, "-c", OPEN_WITHOUT_LOCK, postgresql_url, str(tmp_path)]
    programs = [subprocess.Popen(command, stderr=subprocess.PIPE, text=True) for _ in range(4)]
    ended = [(program.communicate(timeout=120)[1], program.returncode) for program in programs]
    assert [code for _said, code in ended] == [0] * 4, ended
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
