"""A customer's card: written as typed, never over somebody else's change, findable at once."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session

from convisav_tui import i18n
from convisav_tui.errors import Conflict, FieldErrors, NotFound
from convisav_tui.shop.people import card_texts, same_contact, save_customer
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Channel, Party, PartyKind, PartySearch
from tests.shop.counter import SHOP, counter_store, take_in

CARD = {"name": "Garage Müller & Fils", "phone": "01 42 00 00 00", "email": "o'neil@example.org", "kind": "company"}


@pytest.fixture
def store(server_url: str, tmp_path: Path) -> Iterator[Store]:
    opened = counter_store(tmp_path, server_url)
    yield opened
    opened.close()


def save(store: Store, party_id: int | None = None, version: int | None = None, **fields: str) -> Party:
    return store.write(
        lambda session: save_customer(session, CARD | fields, SHOP, party_id=party_id, expected_version=version)
    )


def test_a_card_is_written_and_found(store: Store) -> None:
    party = save(store, channel="email", note="fermé\nle lundi")
    assert (party.kind, party.channel, party.language) == (PartyKind.COMPANY, Channel.EMAIL, "fr")
    assert (party.phone_e164, party.phone_kind, party.note) == ("+33142000000", "fixed", "fermé\nle lundi")
    with store.read() as session:
        assert "garage muller fils" in session.get_one(PartySearch, party.id).body
        assert [found.id for found in same_contact(session, email="O'Neil@example.org")] == [party.id]
        assert same_contact(session) == []


def test_an_emptied_field_is_emptied(store: Store) -> None:
    party = save(store, street="1 rue X")
    changed = save(store, party.id, street="", email="", phone="06 12 34 56 78")
    assert (changed.street, changed.email, changed.email_key, changed.phone_kind) == ("", "", "", "mobile")
    with store.read() as session:
        assert "oneil" not in session.get_one(PartySearch, party.id).body


def test_a_lost_update_is_a_conflict(store: Store) -> None:
    party = save(store)
    save(store, party.id, party.version, city="Lyon")
    with pytest.raises(Conflict):
        save(store, party.id, party.version, city="Nice")
    with store.read() as session:
        assert session.get_one(Party, party.id).city == "Lyon"


@pytest.mark.parametrize(
    ("fields", "wrong"),
    [
        ({"name": "[]"}, {"name"}),
        ({"phone": "12"}, {"phone"}),
        ({"channel": "sms"}, {"channel"}),
        ({"channel": "fax"}, {"channel"}),
        ({"language": "xx", "kind": "club"}, {"language", "kind"}),
    ],
)
def test_what_cannot_be_is_said_beside_the_field(store: Store, fields: dict[str, str], wrong: set[str]) -> None:
    with pytest.raises(FieldErrors) as refused:
        save(store, **fields)
    assert set(refused.value.errors) == wrong


def test_nobody_is_written_over_who_is_not_there(store: Store) -> None:
    with pytest.raises(NotFound):
        save(store, 99)


def test_two_people_with_one_phone_are_both_offered(store: Store) -> None:
    take_in(store, key="a")
    take_in(store, key="b", name="Paul Lefèvre")

    def names(session: Session) -> list[str]:
        return [party.name for party in same_contact(session, phone_e164="+33612345678")]

    assert store.write(names) == ["Paul Lefèvre", "Hélène Lefèvre"]


def test_channels_are_typed_in_words_in_their_order(store: Store) -> None:
    party = save(store, fax="01 42 00 00 01", channel="fax", channels="e-mail; SMS,email", refused_channels="call")
    assert (party.fax, party.fax_e164) == ("01 42 00 00 01", "+33142000001")
    assert (party.channels, party.refused_channels) == (["email", "sms"], ["call"])
    assert card_texts(party)["channels"] == "e-mail, SMS"
    again = save(store, party.id, party.version, **card_texts(party))
    assert (again.channels, again.refused_channels, again.fax) == (["email", "sms"], ["call"], "01 42 00 00 01")
    i18n.set_language("fr")
    assert card_texts(party)["refused_channels"] == "appel"


@pytest.mark.parametrize(
    ("fields", "wrong", "told"),
    [
        ({"channels": "pigeon"}, "channels", "is no channel"),
        ({"channels": "sms", "refused_channels": "SMS"}, "refused_channels", "told by SMS above"),
        ({"fax": "12"}, "fax", "does not exist"),
        ({"channel": "fax"}, "channel", "needs a fax number"),
        ({"channel": "letter", "street": ""}, "channel", "needs street and city"),
    ],
)
def test_a_channel_that_cannot_be_is_refused(store: Store, fields: dict[str, str], wrong: str, told: str) -> None:
    with pytest.raises(FieldErrors) as refused:
        save(store, **fields)
    assert list(refused.value.errors) == [wrong] and told in refused.value.errors[wrong]
