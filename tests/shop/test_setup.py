"""The first rows of a shop: complete, given once, never given back."""

from __future__ import annotations

from pathlib import Path

from sqlmodel import Session, col, func, select

from convisav_tui.config import Config, DatabaseConfig, ShopConfig, StaffConfig
from convisav_tui.shop.catalogue import shipped_amounts, shipped_types
from convisav_tui.shop.setup import first_rows
from convisav_tui.store.models import CountryRule, DeviceType, FrequentFault, IntakeAmountType, Nature, Staff
from tests.shop_builder import empty_store


def config(folder: Path, **shop: str) -> Config:
    staff = (StaffConfig("anna", "Anna", role="manager"), StaffConfig("bob", "Bob"))
    return Config(ShopConfig(**shop), DatabaseConfig(f"sqlite:///{folder / 'shop.db'}"), folder, staff=staff)


def test_the_catalogue_speaks_three_languages() -> None:
    codes = [shipped.code for shipped in shipped_types()]
    assert len(codes) == len(set(codes)) >= 23
    for shipped in shipped_types():
        assert set(shipped.names) == set(shipped.faults) == {"fr", "en", "ro"}
        assert len({len(faults) for faults in shipped.faults.values()}) == 1
        for faults in shipped.faults.values():
            assert 5 <= len(faults) == len(set(faults)) <= 10
    natures = {shipped.code: shipped.nature for shipped in shipped_amounts()}
    assert natures["workshop"] is Nature.ACOMPTE
    assert natures["diagnostic"] is Nature.DIAGNOSTIC_FEE
    assert next(s for s in shipped_amounts() if s.code == "workshop").amount("TND") == 30_000


def test_first_rows_twice_are_the_same_rows(tmp_path: Path) -> None:
    store = empty_store(tmp_path)

    def count(session: Session) -> list[int]:
        tables = (DeviceType, FrequentFault, IntakeAmountType, CountryRule, Staff)
        return [session.exec(select(func.count()).select_from(table)).one() for table in tables]

    store.write(lambda session: first_rows(session, config(tmp_path)))
    before = store.write(count)
    store.write(lambda session: first_rows(session, config(tmp_path)))
    assert store.write(count) == before
    assert before[0] == len(shipped_types())
    assert before[4] == 2


def test_what_the_shop_removed_or_changed_stays_so(tmp_path: Path) -> None:
    store = empty_store(tmp_path)
    store.write(lambda session: first_rows(session, config(tmp_path)))

    def change(session: Session) -> None:
        session.delete(session.exec(select(IntakeAmountType).where(IntakeAmountType.code == "home")).one())
        fault = session.exec(select(FrequentFault).order_by(col(FrequentFault.id))).first()
        assert fault is not None
        fault.text = "changed"

    store.write(change)
    store.write(lambda session: first_rows(session, config(tmp_path, country="RO", currency="RON")))
    with store.read() as session:
        codes = set(session.exec(select(IntakeAmountType.code)))
        texts = set(session.exec(select(FrequentFault.text)))
        countries = set(session.exec(select(CountryRule.country)))
    assert "home" not in codes
    assert "changed" in texts
    assert countries == {"FR", "RO"}
