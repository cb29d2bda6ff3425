"""The shop, its people, its devices and what it knows about them."""

from __future__ import annotations

import logging

import sqlalchemy as sa
from alembic import op

from convisav_tui.store.migrations.ddl import BIG, INSTANT, is_sqlite, one_of

revision = "0001"
down_revision = None

_log = logging.getLogger(__name__)


def upgrade() -> None:
    """Create the tables, those that others refer to first."""
    _create_brand()
    _create_counter()
    _create_country_rule()
    _create_device_type()
    _create_intake_amount_type()
    _create_lease()
    _create_message_template()
    _create_party()
    _create_setting()
    _create_staff()
    _create_station()
    _create_type_allocation()
    _create_device()
    _create_device_model()
    _create_draft()
    _create_frequent_fault()
    _create_imported_repair()
    _create_party_search()
    _create_search_index()


def _create_search_index() -> None:
    """Pieces of words are found by FTS5 trigrams on SQLite, by pg_trgm on PostgreSQL where that may be installed."""
    if is_sqlite():
        op.execute(
            "CREATE VIRTUAL TABLE party_search_fts USING fts5"
            "(body, content='party_search', content_rowid='party_id', tokenize='trigram case_sensitive 1')"
        )
        return
    try:
        with op.get_bind().begin_nested():
            op.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            op.execute("CREATE INDEX ix_party_search__body_trigrams ON party_search USING gin (body gin_trgm_ops)")
    except sa.exc.DBAPIError as error:
        _log.warning("Search will be slower: pg_trgm cannot be installed (%s)", error.orig)


def _create_brand() -> None:
    op.create_table(
        "brand",
        sa.Column("id", BIG),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_brand"),
        sa.UniqueConstraint("key", name="uq_brand__key"),
        sqlite_strict=True,
    )


def _create_counter() -> None:
    op.create_table(
        "counter",
        sa.Column("name", sa.String(40)),
        sa.Column("value", sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_counter"),
        sqlite_strict=True,
    )


def _create_country_rule() -> None:
    op.create_table(
        "country_rule",
        sa.Column("id", BIG),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_country_rule"),
        sa.UniqueConstraint("country", "key", "valid_from", name="uq_country_rule__country_key_valid_from"),
        sqlite_strict=True,
    )


def _create_device_type() -> None:
    op.create_table(
        "device_type",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("family", sa.String(32), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("has_imei", sa.Boolean(), nullable=False),
        sa.Column("has_secret", sa.Boolean(), nullable=False),
        sa.Column("promised_days", sa.Integer(), nullable=False),
        sa.Column("default_cap", sa.BigInteger(), nullable=True),
        sa.Column("intake_amount_code", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device_type"),
        sa.UniqueConstraint("code", name="uq_device_type__code"),
        one_of("device_type", "family", "phone computer appliance image_sound watch medical tool other"),
        sqlite_strict=True,
    )


def _create_intake_amount_type() -> None:
    op.create_table(
        "intake_amount_type",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("code", sa.String(32), nullable=False),
        sa.Column("names", sa.JSON(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("nature", sa.String(32), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_intake_amount_type"),
        sa.UniqueConstraint("code", name="uq_intake_amount_type__code"),
        one_of("intake_amount_type", "nature", "acompte arrhes diagnostic_fee guarantee_deposit balance refund"),
        sqlite_strict=True,
    )


def _create_lease() -> None:
    op.create_table(
        "lease",
        sa.Column("name", sa.String(40)),
        sa.Column("token", sa.String(36), nullable=False),
        sa.Column("holder", sa.String(120), nullable=False),
        sa.Column("until", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("name", name="pk_lease"),
        sqlite_strict=True,
    )


def _create_message_template() -> None:
    op.create_table(
        "message_template",
        sa.Column("id", BIG),
        sa.Column("event", sa.String(32), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("subject", sa.String(200), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_message_template"),
        sa.UniqueConstraint("event", "channel", "language", name="uq_message_template__event_channel_language"),
        one_of("message_template", "event", "intake quote_ready repair_ready"),
        one_of("message_template", "channel", "none email sms call"),
        sqlite_strict=True,
    )


def _create_party() -> None:
    op.create_table(
        "party",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("name_key", sa.String(160), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("phone_e164", sa.String(20), nullable=False),
        sa.Column("phone_kind", sa.String(8), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("email_key", sa.String(254), nullable=False),
        sa.Column("street", sa.String(160), nullable=False),
        sa.Column("postcode", sa.String(16), nullable=False),
        sa.Column("city", sa.String(80), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_party"),
        one_of("party", "kind", "person company"),
        one_of("party", "channel", "none email sms call"),
        sa.CheckConstraint("length(name) > 0", name=op.f("ck_party__name_not_empty")),
        sqlite_strict=True,
    )
    op.create_index("ix_party__email_key", "party", ["email_key"])
    op.create_index("ix_party__name_key", "party", ["name_key"])
    op.create_index("ix_party__phone_e164", "party", ["phone_e164"])


def _create_setting() -> None:
    op.create_table(
        "setting",
        sa.Column("key", sa.String(80)),
        sa.Column("value", sa.JSON(), nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
        sqlite_strict=True,
    )


def _create_staff() -> None:
    op.create_table(
        "staff",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("login", sa.String(40), nullable=False),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("role", sa.String(32), nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_staff"),
        sa.UniqueConstraint("login", name="uq_staff__login"),
        one_of("staff", "role", "clerk technician manager billing"),
        sqlite_strict=True,
    )


def _create_station() -> None:
    op.create_table(
        "station",
        sa.Column("id", BIG),
        sa.Column("name", sa.String(80), nullable=False),
        sa.Column("last_seen_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_station"),
        sa.UniqueConstraint("name", name="uq_station__name"),
        sqlite_strict=True,
    )


def _create_type_allocation() -> None:
    op.create_table(
        "type_allocation",
        sa.Column("tac", sa.String(8)),
        sa.Column("brand", sa.String(80), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("tac", name="pk_type_allocation"),
        sqlite_strict=True,
    )


def _create_device() -> None:
    op.create_table(
        "device",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("party_id", BIG, nullable=False),
        sa.Column("device_type_id", BIG, nullable=False),
        sa.Column("brand", sa.String(80), nullable=False),
        sa.Column("model", sa.String(120), nullable=False),
        sa.Column("serial", sa.String(80), nullable=False),
        sa.Column("serial_key", sa.String(80), nullable=False),
        sa.Column("purchased_on", sa.Date(), nullable=True),
        sa.Column("seller", sa.String(120), nullable=False),
        sa.Column("parts_warranty_until", sa.Date(), nullable=True),
        sa.Column("labour_warranty_until", sa.Date(), nullable=True),
        sa.Column("note", sa.String(2000), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_device__party_id__party"),
        sa.ForeignKeyConstraint(["device_type_id"], ["device_type.id"], name="fk_device__device_type_id__device_type"),
        sqlite_strict=True,
    )
    op.create_index("ix_device__party_id", "device", ["party_id"])
    op.create_index("ix_device__serial_key", "device", ["serial_key"])


def _create_device_model() -> None:
    op.create_table(
        "device_model",
        sa.Column("id", BIG),
        sa.Column("brand_id", BIG, nullable=False),
        sa.Column("device_type_id", BIG, nullable=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("key", sa.String(120), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_device_model"),
        sa.UniqueConstraint("brand_id", "key", name="uq_device_model__brand_id_key"),
        sa.ForeignKeyConstraint(["brand_id"], ["brand.id"], name="fk_device_model__brand_id__brand"),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_device_model__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )


def _create_draft() -> None:
    op.create_table(
        "draft",
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", BIG),
        sa.Column("key", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("title", sa.String(120), nullable=False),
        sa.Column("fields", sa.JSON(), nullable=False),
        sa.Column("station_name", sa.String(80), nullable=False),
        sa.Column("staff_id", BIG, nullable=True),
        sa.Column("parked", sa.Boolean(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("updated_at", INSTANT, nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_draft"),
        sa.UniqueConstraint("key", name="uq_draft__key"),
        sa.ForeignKeyConstraint(["staff_id"], ["staff.id"], name="fk_draft__staff_id__staff"),
        sqlite_strict=True,
    )
    op.create_index("ix_draft__updated_at", "draft", ["updated_at"])


def _create_frequent_fault() -> None:
    op.create_table(
        "frequent_fault",
        sa.Column("id", BIG),
        sa.Column("device_type_id", BIG, nullable=False),
        sa.Column("language", sa.String(2), nullable=False),
        sa.Column("text", sa.String(200), nullable=False),
        sa.Column("uses", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_frequent_fault"),
        sa.UniqueConstraint(
            "device_type_id", "language", "text", name="uq_frequent_fault__device_type_id_language_text"
        ),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_frequent_fault__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )


def _create_imported_repair() -> None:
    op.create_table(
        "imported_repair",
        sa.Column("id", BIG),
        sa.Column("source", sa.String(80), nullable=False),
        sa.Column("source_id", sa.String(80), nullable=False),
        sa.Column("device_type_id", BIG, nullable=True),
        sa.Column("category", sa.String(80), nullable=False),
        sa.Column("brand", sa.String(80), nullable=False),
        sa.Column("brand_key", sa.String(80), nullable=False),
        sa.Column("fault", sa.Text(), nullable=False),
        sa.Column("outcome", sa.String(32), nullable=False),
        sa.Column("barrier", sa.String(120), nullable=False),
        sa.Column("year_of_manufacture", sa.Integer(), nullable=True),
        sa.Column("repaired_on", sa.Date(), nullable=True),
        sa.Column("country", sa.String(3), nullable=False),
        sa.Column("place", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imported_repair"),
        sa.UniqueConstraint("source", "source_id", name="uq_imported_repair__source_source_id"),
        sa.ForeignKeyConstraint(
            ["device_type_id"], ["device_type.id"], name="fk_imported_repair__device_type_id__device_type"
        ),
        sqlite_strict=True,
    )
    op.create_index("ix_imported_repair__device_type_id", "imported_repair", ["device_type_id", "brand_key"])


def _create_party_search() -> None:
    op.create_table(
        "party_search",
        sa.Column("party_id", BIG),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("party_id", name="pk_party_search"),
        sa.ForeignKeyConstraint(["party_id"], ["party.id"], name="fk_party_search__party_id__party"),
        sqlite_strict=True,
    )
