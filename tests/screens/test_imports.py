"""What an import drags in: the first page must not wait for Textual, nor the screens for the store's libraries."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("sqlmodel", "sqlalchemy", "pydantic", "alembic", "apprise", "PIL", "typst", "babel", "phonenumbers", "logging")


def loaded(module: str) -> set[str]:
    code = f"import sys, {module}; print(*sorted({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.split())


def test_the_first_page_needs_no_textual() -> None:
    modules = loaded(
        "convisav_tui.app, convisav_tui.screens.widgets.form_view, convisav_tui.screens.widgets.record_list"
    )
    assert not modules.intersection({"textual", "rich", "asyncio", *HEAVY})


@pytest.mark.parametrize("module", ["convisav_tui.screens.textual_app"])
def test_the_screens_need_no_store(module: str) -> None:
    assert not loaded(module).intersection(HEAVY[:-1])


def test_the_store_opens_without_the_rules_of_messages_and_papers() -> None:
    """Every key that needs the store waits for it: what only the worker and later screens ask comes after it."""
    code = "import sys, convisav_tui.screens.loading; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    room = "convisav_tui.shop."
    rules = {name.removeprefix(room) for name in done.stdout.split() if name.startswith(room)}
    assert "setup" in rules
    assert not rules & {"reactions", "reminders", "document", "filled_papers", "partner_messages", "loans", "outbox"}
