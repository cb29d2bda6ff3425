"""A large past: cast from what the shop's own operations wrote, alike on every database, and read through indexes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from convisav_tui import clock, ticket_number
from convisav_tui.commands.bench_pool import real_pool
from convisav_tui.config import Config, load
from convisav_tui.contact import parse_email, parse_phone
from convisav_tui.demo import bulk, casting
from convisav_tui.demo.moulds import Moulds, moulds_of
from convisav_tui.demo.pool import Draw, invented
from convisav_tui.errors import StoreError
from convisav_tui.shop.identifiers import parse_imei
from convisav_tui.shop.outbox import messages_owed
from convisav_tui.shop.quoting import sealed
from convisav_tui.shop.setup import first_rows
from convisav_tui.shop.staff import person_at_station
from convisav_tui.store import carrying
from convisav_tui.store.engine import Store
from convisav_tui.store.migrate import open_store
from convisav_tui.store.models import JobState, MessageState
from convisav_tui.store.moving import sum_up
from convisav_tui.store.queries import outbox
from convisav_tui.store.queries.lists import LISTS, counts, fetch_list
from convisav_tui.store.search import find, rebuild
from convisav_tui.store.tables import DEVICE, ORDER, ORDER_EVENT, PARTY, PARTY_SEARCH, QUOTE, QUOTE_LINE
from tests.store.databases import new_database

ORDERS = 2_000
GROWING = ("repair_order", "o", "party", "customer", "device", "message", "order_event", "payment", "print_job")
SMALL = ("ix_repair_order__open", "ix_message__owed", "ix_message__due", "ix_message__to_post", "ix_print_job__")
WAITING = tuple(MessageState(state) for state in ("queued", "leased", "dead", "unknown", "to_call", "to_post"))
NOW = "2026-11-21T15:00:00+00:00"
CONFIGURATION = """
[shop]
name = "Atelier"
country = "FR"
language = "fr"
[[staff]]
login = "anna"
name = "Anna"
role = "manager"
[[staff]]
login = "karim"
name = "Karim"
role = "technician"
"""


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Config:
    path = tmp_path_factory.mktemp("bulk") / "convisav.toml"
    path.write_text(CONFIGURATION, encoding="utf-8")
    path.chmod(0o600)
    return load(path, {"CONVISAV_HOME": str(path.parent)})


@pytest.fixture(scope="module")
def moulds(config: Config) -> Moulds:
    """Made once for all shops of this module, at one instant."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv(clock.PRETENDED_NOW, NOW)
        return moulds_of(config)


@pytest.fixture(autouse=True)
def _then(monkeypatch: pytest.MonkeyPatch, _own_surroundings: None) -> None:
    monkeypatch.setenv(clock.PRETENDED_NOW, NOW)


def filled(url: str, folder: Path, config: Config, moulds: Moulds, orders: int = ORDERS, **more: Any) -> Store:
    store = open_store(url, folder)
    store.write(lambda session: first_rows(session, config))
    actor = store.write(lambda session: person_at_station(session, "anna", "bench"))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(clock.PRETENDED_NOW, NOW)
        patch.setattr(bulk, "moulds_of", lambda config: moulds)
        bulk.write_many(store, config, actor, orders, **more)
    return store


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory, config: Config, moulds: Moulds) -> Iterator[Store]:
    folder = tmp_path_factory.mktemp("shop")
    store = filled(f"sqlite:///{folder / 'shop.db'}", folder, config, moulds)
    yield store
    store.close()


@pytest.fixture(scope="module")
def server_shop(
    tmp_path_factory: pytest.TempPathFactory, config: Config, moulds: Moulds, postgresql_server_url: str
) -> Iterator[Store]:
    store = filled(new_database(postgresql_server_url), tmp_path_factory.mktemp("server"), config, moulds)
    yield store
    store.close()


def _rows(store: Store, chosen: sa.Select[Any]) -> list[Any]:
    with store.read() as session:
        return list(session.execute(chosen).all())


def test_the_past_replays_to_the_present(shop: Store) -> None:
    present: dict[int, str] = {}
    events = sa.select(ORDER_EVENT.c.order_id, ORDER_EVENT.c.from_state, ORDER_EVENT.c.to_state)
    for order, before, after in _rows(shop, events.where(ORDER_EVENT.c.to_state != "").order_by(ORDER_EVENT.c.id)):
        assert present.get(order, "") == before
        present[order] = after
    assert present == {row.id: row.state.value for row in _rows(shop, sa.select(ORDER.c.id, ORDER.c.state))}
    states = Counter(present.values())
    assert states["closed"] == ORDERS - ORDERS // bulk.OPEN_SHARE and len(states) > 10


def test_what_is_written_holds_together(shop: Store) -> None:
    orders = _rows(shop, sa.select(ORDER).order_by(ORDER.c.opened_at, ORDER.c.id))
    numbers = [order.number for order in orders]
    assert len(orders) == len(set(numbers)) == ORDERS and all(map(ticket_number.is_valid, numbers))
    assert numbers == sorted(numbers), "numbered in the order in which they came"
    assert all(order.updated_at <= clock.now() for order in orders)
    home: dict[int, Any] = {}
    for order in orders:
        assert home.get(order.device_id, order.opened_at) <= order.opened_at, "no device is in the shop twice"
        home[order.device_id] = order.closed_at or clock.now()
    quoted = sa.select(QUOTE, ORDER.c.number).join(ORDER, ORDER.c.id == QUOTE.c.order_id)
    for quote in _rows(shop, quoted):
        until = str(quote.valid_until or "")
        of_quote = sa.select(QUOTE_LINE).where(QUOTE_LINE.c.quote_id == quote.id).order_by(QUOTE_LINE.c.position)
        lines = [line._asdict() for line in _rows(shop, of_quote)]
        assert lines and sealed(quote.number, quote._asdict(), lines, until) == quote.sha256
    with shop.read() as session:
        connection = session.connection()
        assert connection.exec_driver_sql("PRAGMA foreign_key_check").all() == []
        assert connection.exec_driver_sql("PRAGMA integrity_check").scalar() == "ok"
        counted = connection.exec_driver_sql("SELECT sum(value) FROM counter WHERE name LIKE 'ticket:%'").scalar()
        assert counted == ORDERS, "the next number follows"
        marks = "SELECT count(*) FROM {0} WHERE instr({1}, '@@') OR instr({1}, '%(')"
        for table, column in (("order_event", "detail"), ("print_job", "content"), ("message", "body")):
            assert connection.exec_driver_sql(marks.format(table, column)).scalar() == 0


def test_an_order_speaks_of_its_own_people(shop: Store) -> None:
    with shop.read() as session:
        connection = session.connection()
        for order, event in (("number", "detail ->> 'number'"), ("promised_on", "detail ->> 'promised_on'")):
            other = (
                f"SELECT count(*) FROM repair_order o JOIN order_event e ON e.order_id = o.id AND e.event = 'receive'"
                f" WHERE o.{order} <> {event}"
            )
            assert connection.exec_driver_sql(other).scalar() == 0
        misled = (
            "SELECT count(*) FROM message m JOIN repair_order o ON o.id = m.order_id JOIN party p ON p.id = o.party_id"
            " WHERE m.recipient NOT IN (p.phone, p.phone_e164, p.email, '')"
        )
        assert connection.exec_driver_sql(misled).scalar() == 0
        assert connection.exec_driver_sql("SELECT count(*) FROM message").scalar() > ORDERS
        printed = (
            "SELECT count(*) FROM print_job j JOIN repair_order o ON o.id = j.order_id"
            " JOIN party p ON p.id = o.party_id JOIN device d ON d.id = o.device_id"
            " WHERE j.kind = 'receipt' AND (j.content ->> 'customer' <> p.name"
            " OR j.content ->> 'serial' <> d.serial OR j.content ->> 'number' <> o.number)"
        )
        assert connection.exec_driver_sql(printed).scalar() == 0


def test_the_same_seed_gives_the_same_shop_on_every_database(
    shop: Store, server_shop: Store, tmp_path: Path, config: Config, moulds: Moulds
) -> None:
    with shop.engine.connect() as here, server_shop.engine.connect() as there:
        for table in (PARTY, DEVICE, ORDER, ORDER_EVENT, QUOTE):
            assert sum_up(here, table) == sum_up(there, table), table.name
    other = filled(f"sqlite:///{tmp_path / 'shop.db'}", tmp_path, config, moulds, 200, seed=7)
    again = filled(f"sqlite:///{tmp_path / 'again.db'}", tmp_path, config, moulds, 200, seed=7)
    chosen = sa.select(ORDER.c.number, ORDER.c.opened_at, PARTY.c.name).join(PARTY, PARTY.c.id == ORDER.c.party_id)
    assert _rows(other, chosen) == _rows(again, chosen)
    assert {row.name for row in _rows(other, chosen)} != {row.name for row in _rows(shop, chosen.limit(200))}
    other.close()
    again.close()


@pytest.mark.parametrize("kind", ["shop", "server_shop"])
def test_paging_both_ways_shows_every_row_once(kind: str, request: pytest.FixtureRequest) -> None:
    store, today = request.getfixturevalue(kind), clock.today("Europe/Paris")
    with store.read() as session:
        lengths = counts(session, today, 2)
        assert lengths["open"] == ORDERS // bulk.OPEN_SHARE and lengths["mine"] > 10 and lengths["comebacks"]
        for spec in LISTS:
            forward, backward = [], []
            page = fetch_list(session, spec.key, today, limit=37, person=2)
            while page:
                forward += page
                page = fetch_list(session, spec.key, today, after=page[-1], limit=37, person=2)
            page = fetch_list(session, spec.key, today, limit=37, from_end=True, person=2)
            while page:
                backward = page + backward
                page = fetch_list(session, spec.key, today, before=page[0], limit=37, person=2)
            assert forward == backward and len({row.id for row in forward}) == len(forward) == lengths[spec.key]


@pytest.mark.parametrize("kind", ["shop", "server_shop"])
def test_an_order_is_found_by_whatever_is_known_of_it(kind: str, request: pytest.FixtureRequest) -> None:
    store = request.getfixturevalue(kind)
    chosen = sa.select(ORDER, PARTY.c.name, PARTY.c.phone, DEVICE.c.brand, DEVICE.c.model, DEVICE.c.serial)
    joined = chosen.join(PARTY, PARTY.c.id == ORDER.c.party_id).join(DEVICE, DEVICE.c.id == ORDER.c.device_id)
    for order in _rows(store, joined.where(ORDER.c.id.in_((7, 900, ORDERS)))):
        plain = order.name.split()[-1][:5].lower()
        words = (
            order.number, order.serial, order.phone, f"+33 {order.phone[1:]}", order.phone.replace(" ", "")[-9:],
            f"{order.brand} {order.model} {order.serial[-9:]}", f"{plain} {order.serial[:9]}",
        )  # fmt: skip
        with store.read() as session:
            for text in words:
                assert order.id in {hit.order_id for hit in find(session, text, 30)}, text
            hits = find(session, f"{order.brand} {order.model}", 30)
            assert hits[0].kind == "order" and hits[0].detail == f"{order.brand} {order.model}".strip()


def test_what_is_found_is_what_a_rebuild_writes(shop: Store) -> None:
    before = _rows(shop, sa.select(PARTY_SEARCH).order_by(PARTY_SEARCH.c.party_id))
    assert len(before) == len(_rows(shop, sa.select(PARTY.c.id)))
    shop.write(rebuild)
    assert _rows(shop, sa.select(PARTY_SEARCH).order_by(PARTY_SEARCH.c.party_id)) == before


def test_no_question_reads_all_orders(shop: Store) -> None:
    """Whatever the screens ask of a shop with this past, SQLite finds through an index."""
    asked: set[tuple[str, Any]] = set()

    def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        if statement.lstrip().upper().startswith("SELECT"):
            asked.add((statement, tuple(parameters)))

    today = clock.today("Europe/Paris")
    order = _rows(shop, sa.select(ORDER.c.number, ORDER.c.device_id).limit(1))[0]
    sa.event.listen(shop.engine, "before_cursor_execute", note)
    try:
        with shop.read() as session:
            from convisav_tui.store.queries.sheet import sheet

            counts(session, today, 2)
            for spec in LISTS:
                fetch_list(session, spec.key, today, person=2)
            for text in ("lefevre", "le mar", "06 00 00", "12345", "00101012", order.number, "mu", "c00012"):
                find(session, text)
            sheet(session, order.number)
            for state in WAITING:
                outbox.messages(session, [state.value])
            for job_state in (JobState.QUEUED, JobState.SENDING, JobState.NEEDS_ATTENTION):
                outbox.print_jobs(session, [job_state.value])
            outbox.message_counts(session)
            outbox.job_counts(session)
            messages_owed(session)
            carrying.due_before(session, clock.now())
            carrying.next_print(session)
    finally:
        sa.event.remove(shop.engine, "before_cursor_execute", note)
    assert len(asked) > 30
    with shop.read() as session:
        for statement, parameters in asked:
            plan = session.connection().exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            for line in plan:
                step = line[3]
                whole = step.startswith("SCAN") and step.split()[1] in GROWING
                # A page in the order of the numbers stops after its last row.
                paged = "LIMIT" in statement and "USING" not in step and ".state IN" not in statement
                assert not whole or paged or any(index in step for index in SMALL), (statement, step)


def test_a_shop_in_use_is_left_alone(shop: Store, config: Config) -> None:
    actor = shop.write(lambda session: person_at_station(session, "anna", "bench"))
    with pytest.raises(StoreError, match="not empty"):
        bulk.write_many(shop, config, actor, 10)
    assert len(_rows(shop, sa.select(ORDER.c.id))) == ORDERS


def test_invented_people_can_be_written_to() -> None:
    draw = Draw(invented("fr"), 3)
    for number in range(1, 300):
        person = draw.person(number)
        phone = parse_phone(person.phone, "FR")
        assert (phone.national, phone.e164) == (person.phone, casting.e164(person.phone)) and phone.kind == "mobile"
        assert not person.email or parse_email(person.email)
        device = draw.device(number)
        if device.type_code == "phone":
            assert parse_imei(device.serial)
    shares = Counter(draw.device(number).type_code for number in range(1, 3000))
    assert shares["phone"] > shares["hifi"] > 0


def test_real_names_and_brands_are_taken_where_they_are(shared_data: Path) -> None:
    pool, made = real_pool(shared_data, "fr"), invented("fr")
    assert "Marie" in pool.first_names[:5] and len(pool.towns) > 30_000
    assert len(pool.models["phone"]) > 15_000 and all(len(model.allocation) == 8 for model in pool.models["phone"])
    assert "Philips" in {model.brand for model in pool.models["coffee_machine"]}
    assert set(pool.models) == set(made.models) and all(pool.faults.values())
    draw = Draw(pool, 1)
    for number in range(1, 500):
        assert len(draw.person(number).name) <= 120 and len(draw.device(number).model) <= 120


def test_without_real_data_all_is_invented(tmp_path: Path) -> None:
    assert real_pool(tmp_path, "fr").models == invented("fr").models
