"""`convisav import-orders`: a principal's file from the shell, tried and taken in, never twice, never a crash."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from convisav_tui.store.engine import Store
from tests.commands.convisav import convisav
from tests.shop.principals import principal
from tests.shop_builder import small_store

ROWS = "Ref;Kind;IMEI;Defect\nA1;smartphone;356938035643809;no sound\nA2;smartphone;356938035643808;no sound\n"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    store: Store = small_store(tmp_path)
    principal(store, "Darty Rivoli")
    store.close()
    (tmp_path / "darty.csv").write_text(ROWS, encoding="utf-8")
    return tmp_path


def orders(home: Path) -> list[dict[str, str]]:
    return json.loads(convisav(home, "orders", "--json").out)["orders"]  # type: ignore[no-any-return]


def test_a_file_is_tried_then_taken_in_once(home: Path) -> None:
    arguments = ("import-orders", "--principal", "darty", "--map", "device_type=Kind", str(home / "darty.csv"))
    tried = convisav(home, *arguments, "--dry-run")
    assert (tried.code, orders(home)) == (1, []) and "line 3: Serial no.:" in tried.out
    done = convisav(home, *arguments)
    assert done.code == 1 and "1 taken in, 0 were there already, 1 refused" in done.out
    # The columns are remembered: nothing is mapped the second time.
    again = convisav(home, "import-orders", "--principal", "Darty Rivoli", "--json", str(home / "darty.csv"))
    assert json.loads(again.out)["known"] == 1 and len(orders(home)) == 1
    assert orders(home)[0]["principal"] == "Darty Rivoli"


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("--principal", "Boulanger"), 4, "Darty Rivoli"),
        (("--principal", "darty", "--map", "colour=Kind"), 2, "serial"),
        (("--principal", "darty", "--map", "serial=Nope"), 2, "IMEI"),
    ],
)
def test_what_is_not_understood_is_said_with_what_there_is(
    home: Path, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = convisav(home, "import-orders", *arguments, str(home / "darty.csv"))
    assert done.code == code and said in done.err and "Traceback" not in done.err


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01", b"\xff\xfe\x00", b'"' * 400_000])
def test_a_bad_file_ends_in_a_sentence(home: Path, content: bytes | None) -> None:
    path = home / "bad.csv"
    if content is not None:
        path.write_bytes(content)
    done = convisav(home, "import-orders", "--principal", "darty", str(path))
    assert done.code == 2 and done.err.startswith("convisav: ") and "Traceback" not in done.err
