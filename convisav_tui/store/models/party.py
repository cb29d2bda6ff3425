"""Who somebody is: customers, depositors, principals."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlmodel import Field

from convisav_tui.store.base import (
    STRICT,
    AppendOnly,
    Record,
    Versioned,
    foreign_key,
    moment,
    primary_key,
    text_enum,
)
from convisav_tui.store.models.kinds import Channel, PartyKind


class Party(Record, Versioned, table=True):
    """A person or company; what was agreed with it in a role stands in tables of their own."""

    __table_args__ = (
        sa.CheckConstraint("length(name) > 0", name="name_not_empty"),
        sa.Index("ix_party__name_key", "name_key"),
        sa.Index("ix_party__phone_e164", "phone_e164"),
        sa.Index("ix_party__email_key", "email_key"),
        STRICT,
    )

    id: int | None = primary_key()
    kind: PartyKind = Field(default=PartyKind.PERSON, sa_type=text_enum(PartyKind, "kind"))
    name: str = Field(max_length=120)
    name_key: str = Field(max_length=160)  # text.fold(name): sorting and prefix search
    phone: str = Field(default="", max_length=40)  # as people of the country write it
    phone_e164: str = Field(default="", max_length=20)
    phone_kind: str = Field(default="", max_length=8)  # contact.PhoneKind or ""
    email: str = Field(default="", max_length=254)
    email_key: str = Field(default="", max_length=254)  # casefolded
    street: str = Field(default="", max_length=160)
    postcode: str = Field(default="", max_length=16)
    city: str = Field(default="", max_length=80)
    language: str = Field(default="fr", max_length=2)
    channel: Channel = Field(default=Channel.NONE, sa_type=text_enum(Channel, "channel"))
    note: str = Field(default="", max_length=2000)
    created_at: datetime = moment()
    updated_at: datetime = moment()
    fax: str = Field(default="", max_length=40, sa_column_kwargs={"server_default": ""})
    fax_e164: str = Field(default="", max_length=20, sa_column_kwargs={"server_default": ""})
    # Values of Channel: those to try in this order, and those never to use.
    channels: list[str] = Field(default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"})
    refused_channels: list[str] = Field(
        default_factory=list, sa_type=sa.JSON, sa_column_kwargs={"server_default": "[]"}
    )
    anonymised_at: datetime | None = None

    @property
    def code(self) -> str:
        """The short customer code that stands on labels instead of the name (rules.md 1.3)."""
        return f"C{self.id or 0:05d}"


class Consent(Record, AppendOnly, table=True):
    """What a person allowed or withdrew apart from service messages (GD-3): the newest row of a purpose holds."""

    __table_args__ = (sa.Index("ix_consent__party_id", "party_id", "id"), STRICT)

    id: int | None = primary_key()
    party_id: int = foreign_key("party.id")
    purpose: str = Field(max_length=40)  # marketing, review
    channel: Channel = Field(default=Channel.NONE, sa_type=text_enum(Channel, "channel"))  # none: every channel
    given: bool
    wording: str = Field(default="", max_length=400)  # the sentence that was agreed to
    source: str = Field(default="", max_length=80)
    at: datetime = moment()
    staff_id: int | None = foreign_key("staff.id", default=None, nullable=True)


class PartySearch(Record, table=True):
    """One folded row a party: name, phone digits, e-mail, brand, model and serial of each device; the trigram index
    reads it."""

    __tablename__ = "party_search"
    __table_args__ = (STRICT,)

    party_id: int = Field(
        primary_key=True, foreign_key="party.id", sa_type=sa.BigInteger().with_variant(sa.Integer(), "sqlite")
    )
    body: str = Field(sa_type=sa.Text)


# What finds pieces of words on SQLite: it reads the folded bodies by reference. Kept in step by `search_index`
# with explicit statements, because triggers are lost when a migration rebuilds a table.
CREATE_SEARCH_INDEX = (
    "CREATE VIRTUAL TABLE party_search_fts USING fts5"
    "(body, content='party_search', content_rowid='party_id', tokenize='trigram case_sensitive 1')"
)
_SEARCH_TABLE = PartySearch.__table__  # type: ignore[attr-defined]
sa.event.listen(_SEARCH_TABLE, "after_create", sa.DDL(CREATE_SEARCH_INDEX).execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
sa.event.listen(_SEARCH_TABLE, "before_drop", sa.DDL("DROP TABLE party_search_fts").execute_if(dialect="sqlite"))  # type: ignore[no-untyped-call]
