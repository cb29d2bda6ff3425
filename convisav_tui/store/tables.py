"""The tables as SQLAlchemy Core sees them: what queries select columns from, without loading rows as objects."""

from __future__ import annotations

from sqlalchemy import Table
from sqlmodel import SQLModel

# Importing the models fills the metadata.
from convisav_tui.store import models as _models

_TABLES = SQLModel.metadata.tables
assert _models

ORDER: Table = _TABLES["repair_order"]
ORDER_EVENT: Table = _TABLES["order_event"]
CUSTODY_EVENT: Table = _TABLES["custody_event"]
QUOTE: Table = _TABLES["quote"]
QUOTE_DECISION: Table = _TABLES["quote_decision"]
DEVICE_SECRET: Table = _TABLES["device_secret"]
PARTY: Table = _TABLES["party"]
PARTY_SEARCH: Table = _TABLES["party_search"]
DEVICE: Table = _TABLES["device"]
DEVICE_TYPE: Table = _TABLES["device_type"]
DEVICE_MODEL: Table = _TABLES["device_model"]
BRAND: Table = _TABLES["brand"]
FREQUENT_FAULT: Table = _TABLES["frequent_fault"]
TYPE_ALLOCATION: Table = _TABLES["type_allocation"]
PAYMENT: Table = _TABLES["payment"]
PRINT_JOB: Table = _TABLES["print_job"]
PRINT_ATTEMPT: Table = _TABLES["print_attempt"]
MESSAGE: Table = _TABLES["message"]
MESSAGE_ATTEMPT: Table = _TABLES["message_attempt"]
STAFF: Table = _TABLES["staff"]
STATION: Table = _TABLES["station"]
LEASE: Table = _TABLES["lease"]
