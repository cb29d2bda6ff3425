from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlmodel import Session

from convisav_tui.store import suggest
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Brand, DeviceModel, DeviceType, FrequentFault, TypeAllocation
from convisav_tui.text import fold
from tests.shop_builder import OPENED, add_device, add_order, add_party


def fill(session: Session) -> None:
    helene = add_party(session, "Hélène Lefèvre", email="helene@example.org")
    add_party(session, "Paul Lefebvre", phone="06 12 34 99 01")
    old = add_device(session, helene, serial="OLD 1")
    new = add_device(session, helene, "smartphone", brand="Apple", model="iPhone 12", serial="356938035643809")
    add_device(session, helene, brand="Bosch", model="never here", serial="")
    add_order(session, old, opened_at=OPENED + timedelta(days=9))
    add_order(session, old, opened_at=OPENED)
    add_order(session, new, opened_at=OPENED + timedelta(days=5))


def test_customers_with_their_number_of_repairs(any_store: Store) -> None:
    any_store.write(fill)
    with any_store.read() as session:
        for typed in ("06 12 34", "lef"):
            found = suggest.customers(session, typed)
            assert [(found.name, found.repairs) for found in found] == [("Paul Lefebvre", 0), ("Hélène Lefèvre", 3)]
        (helene,) = suggest.customers(session, "helene@ex")
        assert helene.email == "helene@example.org"
        assert suggest.customer(session, helene.party_id) == helene
        assert suggest.customer(session, 99) is None
        assert suggest.customers(session, "") == []
        assert suggest.customers(session, "%_\"'") == []
        assert len(suggest.customers(session, "lef", limit=1)) == 1


def test_devices_the_last_taken_in_first(any_store: Store) -> None:
    any_store.write(fill)
    with any_store.read() as session:
        devices = suggest.devices_of(session, 1)
        assert [(device.serial, device.repairs) for device in devices] == [
            ("OLD 1", 2),
            ("356938035643809", 1),
            ("", 0),
        ]
        assert devices[1].type_code == "smartphone"
        ((owner, device),) = suggest.devices_by_serial(session, "35 693803-564380.9")
        assert (owner, device.model, device.repairs) == (1, "iPhone 12", 1)
        assert suggest.devices_by_serial(session, " -") == []
        assert suggest.devices_by_serial(session, "356938") == []


def catalogue(session: Session) -> None:
    types = {code: id_ for code, id_ in session.execute(sa.text("SELECT code, id FROM device_type"))}
    for name, uses in (("Miele", 3), ("Moulinex", 9), ("Électrolux", 1), ("Apple", 20)):
        session.add(Brand(name=name, key=fold(name), uses=uses))
    session.flush()
    brands = {name: id_ for name, id_ in session.execute(sa.text("SELECT name, id FROM brand"))}
    for brand, name, code, uses in (
        ("Apple", "iPhone 12", "smartphone", 1),
        ("Apple", "iPhone 12 Pro", "smartphone", 5),
        ("Apple", "Unknown type", None, 0),
        ("Miele", "WCD 320", "washing_machine", 2),
        ("Miele", "W1 100%", "washing_machine", 2),
    ):
        session.add(
            DeviceModel(brand_id=brands[brand], device_type_id=types.get(code), name=name, key=fold(name), uses=uses)
        )
    for text, uses in (("ne vidange plus", 1), ("n'essore pas", 8), ("fuit", 1)):
        session.add(FrequentFault(device_type_id=types["washing_machine"], language="fr", text=text, uses=uses))
    session.add(FrequentFault(device_type_id=types["washing_machine"], language="en", text="leaks"))
    session.add(TypeAllocation(tac="35693803", brand="Apple", model="iPhone 3G"))


def test_brands_and_models_the_most_used_first(any_store: Store) -> None:
    any_store.write(catalogue)
    with any_store.read() as session:
        assert suggest.brands(session, "") == ["Apple", "Moulinex", "Miele", "Électrolux"]
        assert suggest.brands(session, "m") == ["Moulinex", "Miele"]
        assert suggest.brands(session, "ÉLEC") == ["Électrolux"]
        assert suggest.brands(session, "iele") == []
        assert [found.model for found in suggest.models(session, "APPLE", "iph")] == ["iPhone 12 Pro", "iPhone 12"]
        assert [found.model for found in suggest.models(session, "apple", "12")] == ["iPhone 12 Pro", "iPhone 12"]
        assert suggest.models(session, "", "wcd") == [suggest.ModelSuggestion("Miele", "WCD 320", "washing_machine")]
        assert suggest.models(session, "Miele", "", "smartphone") == []
        assert [found.model for found in suggest.models(session, "Apple", "unk", "smartphone")] == ["Unknown type"]


@pytest.mark.parametrize("typed", ["%", "_", "%%", "\"'", "\ud800"])
def test_wildcards_suggest_no_more_than_nothing_typed(any_store: Store, typed: str) -> None:
    any_store.write(catalogue)
    with any_store.read() as session:
        assert suggest.brands(session, typed) == suggest.brands(session, "")
        assert suggest.models(session, "Miele", typed) == suggest.models(session, "Miele", "")


def test_faults_of_the_type_in_the_language(any_store: Store) -> None:
    any_store.write(catalogue)
    with any_store.read() as session:
        assert suggest.faults(session, "washing_machine", "fr") == ["n'essore pas", "fuit", "ne vidange plus"]
        assert suggest.faults(session, "washing_machine", "fr", "NESS") == ["n'essore pas"]
        assert suggest.faults(session, "washing_machine", "fr", "vidange") == ["ne vidange plus"]
        assert suggest.faults(session, "washing_machine", "en", "") == ["leaks"]
        assert suggest.faults(session, "nothing", "fr", "") == []


def test_the_model_of_an_imei(any_store: Store) -> None:
    any_store.write(catalogue)
    with any_store.read() as session:
        assert suggest.tac(session, "35 693803 564380 9") == suggest.Allocation("Apple", "iPhone 3G")
        assert suggest.tac(session, "3569380") is None
        assert suggest.tac(session, "99999999") is None


def test_types_have_names(any_store: Store) -> None:
    with any_store.read() as session:
        names = session.execute(sa.select(DeviceType.names).where(DeviceType.code == "smartphone")).scalar_one()  # type: ignore[call-overload,arg-type]
    assert names["ro"] == "Telefon"
