"""Principals for the tests of the shop: made once a store, found again by their name."""

from __future__ import annotations

from sqlmodel import Session, select

from convisav_tui.shop.actor import PROGRAM
from convisav_tui.shop.principals import save_terms
from convisav_tui.store.engine import Store
from convisav_tui.store.models import Party, PartyKind
from convisav_tui.store.search_index import refresh_party
from convisav_tui.text import fold
from tests.shop.counter import SHOP

TERMS = {"active": "x", "approver": "principal", "invoicing": "each", "payment_days": "30"}


def principal(store: Store, name: str = "Darty Rivoli", **terms: str) -> int:
    """The party id of a principal with these terms (keys of TERMS_FIELDS) and otherwise usual ones."""

    def make(session: Session) -> int:
        party = session.exec(select(Party).where(Party.name == name)).first()
        party = party or Party(
            kind=PartyKind.COMPANY, name=name, name_key=fold(name), phone="01 44 00 00 00", email="sav@darty.example"
        )
        session.add(party)
        session.flush()
        assert party.id is not None
        refresh_party(session, party.id)
        save_terms(session, party.id, TERMS | terms, PROGRAM, SHOP)
        return party.id

    return store.write(make)
