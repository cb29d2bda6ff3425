"""Who plays a part for the shop: principals, subcontractors and suppliers, each with what was agreed with him."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol, TypeVar

from sqlmodel import Session, col, select

from convisav_tui.store.models import Party


class Agreed(Protocol):
    """What was agreed with a party in one part."""

    @property
    def party_id(self) -> int:
        """With whom."""


Terms = TypeVar("Terms", bound=Agreed)


def with_names(session: Session, agreed: Iterable[Terms]) -> list[tuple[Party, Terms]]:
    """Each with his card, by name. Two questions, not one that joins: whatever SQLite knows of the tables, it may walk
    through all customers to find these few, which at 300,000 takes 25 ms for every sheet that opens."""
    by_party = {terms.party_id: terms for terms in agreed}
    parties = session.exec(select(Party).where(col(Party.id).in_(by_party))).all() if by_party else []
    named = [(party, by_party[party.id]) for party in parties if party.id is not None]
    return sorted(named, key=lambda pair: (pair[0].name_key, pair[1].party_id))
