from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.errors import StoreError
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Device, Party, RepairOrder
from convisav_tui.store.search import Hit, find, rebuild, refresh_party, search
from convisav_tui.text import fold
from tests.shop_builder import OPENED, add_device, add_order, add_party
from tests.store.databases import shop_on


def fill(session: Session) -> None:
    """Customers whose names try folding, each with a device and an order; the later ones newer."""
    people = (
        ("Hélène Lefèvre", "06 12 34 56 78", "helene.lefevre@example.org", "SN-001122AB"),
        ("Paul Lefebvre", "06 12 34 99 01", "", "356938035643809"),
        ("Jean-Pierre O'Neil", "01 44 55 66 77", "jp.o'neil@example.com", "WCD/320-77"),
        ("Łukasz Størø", "04 91 00 11 22", "", ""),
        ("Le Goff", "02 98 76 54 32", "", "ZX81"),
        ("MARTIN Ève", "", "eve@martin.example", ""),
        ("Œuvre Groß & Fils", "03 20 12 00 00", "", ""),
        ("Ștefan Țepeș", "05 61 00 00 00", "", ""),
    )
    for place, (name, phone, email, serial) in enumerate(people):
        party = add_party(session, name, phone=phone, email=email)
        device = add_device(session, party, serial=serial)
        add_order(session, device, opened_at=OPENED + timedelta(hours=place))
    martin = session.get(Device, 6)
    assert martin is not None
    for day in range(1, 4):
        add_order(session, martin, opened_at=OPENED + timedelta(days=day))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shop(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Some customers on each kind of database, only read by the tests."""
    store = shop_on(request, tmp_path_factory.mktemp("search"))
    store.write(fill)
    yield store
    store.close()


def hits(store: Store, text: str, limit: int = 20) -> list[Hit]:
    with store.read() as session:
        return find(session, text, limit)


def names(store: Store, text: str) -> set[str]:
    return {hit.title for hit in hits(store, text)}


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("lefevre", {"Hélène Lefèvre"}),
        ("LEFÈVRE", {"Hélène Lefèvre"}),
        ("Lefe\u0300vre", {"Hélène Lefèvre"}),
        ("lef", {"Hélène Lefèvre", "Paul Lefebvre"}),
        ("le", {"Hélène Lefèvre", "Paul Lefebvre", "Le Goff"}),
        ("l", {"Łukasz Størø", "Le Goff"}),
        ("fevr", {"Hélène Lefèvre"}),
        ("lefevre helene", {"Hélène Lefèvre"}),
        ("hel lef", {"Hélène Lefèvre"}),
        ("l goff", {"Le Goff"}),
        ("le goff", {"Le Goff"}),
        ("oneil", {"Jean-Pierre O'Neil"}),
        ("o'neil", {"Jean-Pierre O'Neil"}),
        ("o’neil", {"Jean-Pierre O'Neil"}),
        ("jean-pierre", {"Jean-Pierre O'Neil"}),
        ("pierre jean", {"Jean-Pierre O'Neil"}),
        ("lukasz storo", {"Łukasz Størø"}),
        ("Łuk", {"Łukasz Størø"}),
        ("oeuvre", {"Œuvre Groß & Fils"}),
        ("gross fils", {"Œuvre Groß & Fils"}),
        ("groß", {"Œuvre Groß & Fils"}),
        ("stefan tepes", {"Ștefan Țepeș"}),
        ("helene.lefevre@example.org", {"Hélène Lefèvre"}),
        ("eve@martin", {"MARTIN Ève"}),
        ("0612345678", {"Hélène Lefèvre"}),
        ("06 12 34 56 78", {"Hélène Lefèvre"}),
        ("06.12.34.56.78", {"Hélène Lefèvre"}),
        ("+33 6 12 34 56 78", {"Hélène Lefèvre"}),
        ("+33 (0)6 12 34 56 78", {"Hélène Lefèvre"}),
        ("0033612345678", {"Hélène Lefèvre"}),
        ("33612345678", {"Hélène Lefèvre"}),
        ("06 12 34", {"Hélène Lefèvre", "Paul Lefebvre"}),
        ("5678", {"Hélène Lefèvre"}),
        ("SN-001122AB", {"Hélène Lefèvre"}),
        ("sn001122", {"Hélène Lefèvre"}),
        ("1122ab", {"Hélène Lefèvre"}),
        ("356938035643809", {"Paul Lefebvre"}),
        ("35 693803 564380 9", {"Paul Lefebvre"}),
        ("35693803", {"Paul Lefebvre"}),
        ("wcd/320-77", {"Jean-Pierre O'Neil"}),
        ("zx81", {"Le Goff"}),
        ("C00005", {"Le Goff"}),
        ("nobody", set()),
        ("lefevre nobody", set()),
        ("", set()),
        ("   ", set()),
    ],
)
def test_what_people_type_finds_whom_they_mean(shop: Store, typed: str, expected: set[str]) -> None:
    assert names(shop, typed) == expected


def test_a_ticket_number_finds_its_order_alone(shop: Store) -> None:
    number = ticket_number.make(2026, 5)
    for typed in (number, ticket_number.show(number), f"  {number}\n"):
        (hit,) = hits(shop, typed)
        assert (hit.kind, hit.number, hit.title, hit.state) == ("order", number, "Le Goff", "received")
        assert search(shop, typed) == [hit]


@pytest.mark.parametrize("typed", ["lefevre", "2600", ticket_number.make(2026, 4_000), ""])
def test_what_is_no_known_number_is_searched_alike_without_a_session(shop: Store, typed: str) -> None:
    assert search(shop, typed) == hits(shop, typed)


def test_a_look_without_a_session_says_trouble_in_words(any_store: Store) -> None:
    any_store.write(lambda session: session.execute(sa.text("ALTER TABLE repair_order RENAME TO gone")))
    with pytest.raises(StoreError):
        search(any_store, ticket_number.make(2026, 5))
    with any_store.read() as session:
        assert session.execute(sa.text("SELECT count(*) FROM party")).scalar_one() == 0


def test_a_number_scanned_with_the_wrong_keyboard_is_read(shop: Store) -> None:
    number = ticket_number.make(2026, 5)
    french = number.translate(str.maketrans("0123456789", "à&é\"'(-è_ç"))
    assert french != number
    assert [hit.number for hit in hits(shop, french)] == [number]


def test_part_of_a_number_finds_the_order(shop: Store) -> None:
    number = ticket_number.make(2026, 5)
    assert number in {hit.number for hit in hits(shop, number[:9])}
    assert number in {hit.number for hit in hits(shop, "26 00")}
    assert hits(shop, "5")[0].number == number
    assert hits(shop, number[2:].lstrip("0"))[0].number == number


def test_orders_come_newest_first_and_before_customers(shop: Store) -> None:
    found = hits(shop, "martin")
    assert [hit.kind for hit in found] == ["order"] * 4 + ["customer"]
    instants = [hit.at for hit in found if hit.at]
    assert instants == sorted(instants, reverse=True)
    assert len(hits(shop, "martin", limit=3)) == 3
    assert hits(shop, "martin", limit=3)[-1].kind == "customer"


def test_an_unknown_but_right_number_is_searched_as_text(shop: Store) -> None:
    assert hits(shop, ticket_number.make(2031, 77)) == []


def test_a_device_without_orders_is_found(store: Store) -> None:
    def device(session: Session) -> None:
        add_device(session, add_party(session, "Anna"), serial="NEW-55")

    store.write(device)
    assert [(hit.kind, hit.device_id) for hit in hits(store, "new55")] == [("device", 1), ("customer", None)]


def test_a_principal_finds_what_he_brought(any_store: Store) -> None:
    def brought(session: Session) -> None:
        principal = add_party(session, "Nord Assurances")
        add_order(session, add_device(session, add_party(session, "Owner")), principal_id=principal.id)

    any_store.write(brought)
    assert [(hit.kind, hit.title) for hit in hits(any_store, "nord")] == [
        ("order", "Owner"),
        ("customer", "Nord Assurances"),
    ]


NASTY = [
    '"',
    "''",
    "%",
    "_",
    "%_'\"",
    "lef* OR goff",
    'NEAR("le" "goff", 3)',
    "body:lefevre",
    "lefevre) AND (goff",
    "^lefevre",
    "-lefevre",
    "\\",
    "'; DROP TABLE party; --",
    ":phrases",
    "\x00",
    "\ud800",
    "[bold]O'Neil & Fils [/]",
    "l" * 5000,
    "a b c d e f g h i j k l m",
    "１２３",
    "²³",
    "٠١٢٣",
    "İı",
    "C99999999999999999999",
    "c٣",
    "+",
    "00",
    "(0)",
]


@pytest.mark.parametrize("typed", NASTY)
def test_signs_of_query_languages_are_only_text(shop: Store, typed: str) -> None:
    hits(shop, typed)
    assert names(shop, "lefevre") == {"Hélène Lefèvre"}


def test_wildcards_do_not_match_everything(shop: Store) -> None:
    for typed in ("%", "_", "%%%", "___", '"*"', "*"):
        assert hits(shop, typed) == []


@given(text=st.text(max_size=60))
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(text="\ud800\x00 %_\"'")
def test_any_text_is_harmless(shop: Store, text: str) -> None:
    for hit in hits(shop, text):
        assert hit.title


# --- what is kept in step ---

NAMES = st.text(
    st.characters(categories=("Lu", "Ll", "Lo", "Nd", "Zs", "Pd"), include_characters="'’łøß"), min_size=1, max_size=25
).filter(lambda name: len(fold(name)) >= 3)


@given(text=st.text(max_size=40))
@example(text="00𝓐 ǿ İ ŉ ﬁ ẞ")
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(name=NAMES, data=st.data())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_every_piece_of_a_name_finds_it(store: Store, name: str, data: st.DataObject) -> None:
    with Session(store.engine.execution_options(write=True)) as session:
        party = add_party(session, name, phone="")
        # One letter alone is looked for at the begin of names only.
        words = fold(name).split()
        word = data.draw(st.sampled_from([each for each in words if len(each) > 1 or each is words[0]]))
        begin = data.draw(st.integers(0, max(0, len(word) - 3)))
        end = data.draw(st.integers(min(begin + 3, len(word)), len(word)))
        piece = word[begin:end] if end - begin >= 3 else word
        found = {hit.party_id for hit in find(session, piece, limit=200) if hit.kind == "customer"}
        session.rollback()
    assert party.id in found


def test_a_changed_customer_is_found_by_the_new_name_alone(any_store: Store) -> None:
    any_store.write(lambda session: add_party(session, "Before Wedding"))

    def rename(session: Session) -> None:
        party = session.get(Party, 1)
        assert party is not None
        party.name, party.name_key = "After", "after"
        refresh_party(session, 1)

    any_store.write(rename)
    assert names(any_store, "wedding") == set()
    assert names(any_store, "after") == {"After"}


def test_the_index_stays_sound_through_changes_rollbacks_and_rebuild(store: Store) -> None:
    store.write(fill)

    def broken(session: Session) -> None:
        party = session.get(Party, 1)
        assert party is not None
        party.name_key = "somebody else"
        refresh_party(session, 1)
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.write(broken)
    assert names(store, "lefevre") == {"Hélène Lefèvre"}
    assert names(store, "somebody") == set()
    check = sa.text("INSERT INTO party_search_fts (party_search_fts, rank) VALUES ('integrity-check', 1)")
    store.write(lambda session: session.execute(check))
    assert store.write(rebuild) == 8
    store.write(lambda session: session.execute(check))
    assert names(store, "lefevre") == {"Hélène Lefèvre"}


def test_rebuild_mends_an_index_that_was_lost(any_store: Store) -> None:
    any_store.write(fill)
    any_store.write(lambda session: session.execute(sa.text("DELETE FROM party_search")))
    any_store.write(rebuild)
    assert names(any_store, "lefevre") == {"Hélène Lefèvre"}
    assert names(any_store, "sn001122") == {"Hélène Lefèvre"}


def test_pieces_of_words_are_found_in_the_index(store: Store) -> None:
    store.write(fill)  # on SQLite alone: plans of small tables say nothing on PostgreSQL
    with store.read() as session:
        plan = session.execute(
            sa.text(
                "EXPLAIN QUERY PLAN SELECT rowid FROM party_search_fts WHERE party_search_fts MATCH '\"lef\"'"
                " ORDER BY rowid DESC LIMIT 20"
            )
        ).all()
    assert "VIRTUAL TABLE INDEX" in plan[0][3]
    assert not any("TEMP B-TREE" in step[3] for step in plan)


def test_orders_of_a_customer_with_many_repairs_stay_newest_first(store: Store) -> None:
    def many(session: Session) -> None:
        device = add_device(session, add_party(session, "Atelier Rivoli"))
        for day in range(60):
            add_order(session, device, opened_at=OPENED - timedelta(days=day))

    store.write(many)
    found = [hit for hit in hits(store, "rivoli", limit=10) if hit.kind == "order"]
    with store.read() as session:
        newest = session.execute(sa.select(sa.func.max(RepairOrder.opened_at))).scalar_one()  # type: ignore[arg-type]
    assert found[0].at == newest
    assert len(found) == 9


def test_a_principals_own_reference_finds_its_order(any_store: Store) -> None:
    def fill_in(session: Session) -> None:
        store_chain, customer = add_party(session, "Grands Magasins Rivoli"), add_party(session, "Ana Pop")
        for reference, closed in (("bc-778", None), ("BC-779", OPENED)):
            values = {"principal_id": store_chain.id, "principal_reference": reference, "closed_at": closed}
            add_order(session, add_device(session, customer), **values)

    def orders(text: str) -> int:
        return sum(hit.kind == "order" for hit in hits(any_store, text))

    any_store.write(fill_in)
    assert orders("BC-778") == orders("BC-77") == 1  # begun ones are looked for among the open orders
    assert orders("bc-779") == 1  # of a closed one it must be all of it
    assert orders("BC-7_9") == 0


def test_a_closed_reference_is_looked_up_in_its_index(store: Store) -> None:
    with store.read() as session:
        plan = session.execute(
            sa.text(
                "EXPLAIN QUERY PLAN SELECT id FROM repair_order"
                " WHERE principal_id IS NOT NULL AND upper(principal_reference) = 'BC-779'"
            )
        ).all()
    assert "ix_repair_order__principal_reference" in plan[0][3]
