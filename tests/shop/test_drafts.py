"""Drafts: nothing typed is lost, one station at a time, no unlock code in clear."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.clock import now
from convisav_tui.errors import Conflict, NotFound
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.drafts import (
    INTAKE,
    discard_draft,
    discard_drafts_before,
    park_draft,
    parked_drafts,
    save_draft,
    take_draft,
)
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.store.engine import Store
from convisav_tui.store.keyring import keyring_of
from tests.shop.counter import CLERK, NOW, OTHER, SHOP, counter_store, everything_in, raw, take_in

FIELDS = raw(fault="ne vidange plus\n[b]depuis hier", secret="Zx9-Qw7!")


@pytest.fixture(autouse=True)
def _that_saturday(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CONVISAV_NOW", NOW)


@pytest.fixture
def store(server_url: str, tmp_path: Path) -> Iterator[Store]:
    opened = counter_store(tmp_path, server_url)
    yield opened
    opened.close()


def save(store: Store, key: str, fields: dict[str, str] = FIELDS, actor: Actor = CLERK, parked: bool = False) -> bool:
    return store.write(lambda s: save_draft(s, key, INTAKE, "Hélène · Miele", fields, actor, parked=parked))


def listed(store: Store, station: str) -> list[tuple[str, str]]:
    with store.read() as session:
        return [(draft.key, draft.typed_at) for draft in parked_drafts(session, station)]


def take(store: Store, key: str, actor: Actor) -> dict[str, str]:
    return store.write(lambda session: take_draft(session, key, actor))


def keys(store: Store) -> list[str]:
    with store.read() as session:
        return [name for name, _kept_at in keyring_of(session).names()]


def test_what_was_typed_comes_back_word_for_word(store: Store) -> None:
    save(store, "k")
    save(store, "k", FIELDS | {"cap": "15"})
    assert take(store, "k", CLERK) == FIELDS | {"cap": "15"}
    assert parse_intake(take(store, "k", CLERK), SHOP).name == "Hélène Lefèvre"


def test_another_station_sees_a_draft_once_it_is_parked(store: Store) -> None:
    save(store, "k")
    assert listed(store, OTHER.station_name) == []
    assert listed(store, CLERK.station_name) == [("k", "comptoir 1")]
    store.write(lambda session: park_draft(session, "k", CLERK))
    assert listed(store, OTHER.station_name) == [("k", "")]


def test_two_stations_cannot_take_the_same_draft(store: Store) -> None:
    save(store, "k", parked=True)
    take(store, "k", OTHER)
    with pytest.raises(Conflict, match="comptoir 2"):
        take(store, "k", CLERK)
    with pytest.raises(Conflict):
        save(store, "k")
    with pytest.raises(Conflict):
        store.write(lambda session: park_draft(session, "k", CLERK))
    assert listed(store, CLERK.station_name) == []
    assert take(store, "k", OTHER) == FIELDS


def test_a_draft_left_by_a_killed_station_is_free_after_a_while(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    save(store, "k")
    monkeypatch.setenv("CONVISAV_NOW", "2026-11-21T10:11:00+01:00")
    assert listed(store, OTHER.station_name) == [("k", "comptoir 1")]
    assert take(store, "k", OTHER) == FIELDS


def test_drafts_are_listed_newest_first(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    for minute, key in enumerate(("a", "b", "c")):
        monkeypatch.setenv("CONVISAV_NOW", f"2026-11-21T10:0{minute}:00+01:00")
        save(store, key, parked=True)
    monkeypatch.setenv("CONVISAV_NOW", "2026-11-21T10:05:00+01:00")
    save(store, "a", parked=True)
    assert [key for key, _station in listed(store, "x")] == ["a", "c", "b"]


def test_saving_the_intake_ends_its_draft_and_a_late_save_does_not_bring_it_back(store: Store) -> None:
    save(store, "k")
    assert len(keys(store)) == 1
    take_in(store, key="k", secret="1234")
    assert listed(store, CLERK.station_name) == []
    assert [name.split("-")[0] for name in keys(store)] == ["order"]
    assert save(store, "k") is False
    with pytest.raises(NotFound):
        take(store, "k", CLERK)


def test_a_draft_survives_an_intake_that_failed(store: Store) -> None:
    save(store, "k")

    def fail(session: object) -> None:
        discard_draft(session, "k")  # type: ignore[arg-type]
        raise OSError("the power went")

    with pytest.raises(OSError, match="the power went"):
        store.write(fail)
    assert take(store, "k", CLERK) == FIELDS


def test_the_unlock_code_of_a_draft_is_not_in_the_database(store: Store) -> None:
    save(store, "k")
    everything = everything_in(store)
    assert "Zx9-Qw7!" not in everything
    assert "Hélène Lefèvre" in everything
    store.write(lambda session: discard_draft(session, "k"))
    assert keys(store) == []


def test_a_draft_whose_key_is_gone_comes_back_without_its_code(store: Store, tmp_path: Path) -> None:
    save(store, "k")
    for key in (tmp_path / "keys").iterdir():
        key.unlink()
    assert take(store, "k", CLERK) == FIELDS | {"secret": ""}


def test_drafts_that_nobody_touched_are_discarded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    save(store, "old")
    monkeypatch.setenv("CONVISAV_NOW", "2026-11-23T10:00:00+01:00")
    save(store, "new")
    monkeypatch.setenv("CONVISAV_NOW", "2026-11-22T10:00:00+01:00")
    assert store.write(lambda session: discard_drafts_before(session, now())) == 1
    assert [key for key, _station in listed(store, CLERK.station_name)] == ["new"]


def test_bytes_that_are_no_text_do_not_stop_a_draft(store: Store) -> None:
    save(store, "k", {"name": "Paul\udcff\x00", "secret": "\udcff12"})
    assert take(store, "k", CLERK) == {"name": "Paul", "secret": "12"}
