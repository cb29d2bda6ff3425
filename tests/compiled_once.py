"""Statements are compiled once a process instead of once a test: each test's store has an engine of its own, and an
engine's memory of compiled statements ends with it. What a dialect compiles does not depend on the file or the server
that its engine is connected to."""

from __future__ import annotations

from typing import Any

from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

STATEMENTS = 4000


def share_compiled_statements() -> None:
    """One memory a kind of database for all engines of this process."""
    compiled: dict[type, LRUCache[Any, Any]] = {}

    def shared(engine: Engine) -> LRUCache[Any, Any]:
        kind = type(engine.dialect)
        if kind not in compiled:
            compiled[kind] = LRUCache(STATEMENTS)
        return compiled[kind]

    Engine._compiled_cache = property(shared, lambda _engine, _own: None)  # type: ignore[assignment]
    DefaultDialect.__eq__ = lambda one, other: type(one) is type(other)  # type: ignore[assignment,method-assign]
    DefaultDialect.__hash__ = lambda dialect: hash(type(dialect))  # type: ignore[assignment,method-assign]
