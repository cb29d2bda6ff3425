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
PAPER: Table = _TABLES["paper"]
CALL_ATTEMPT: Table = _TABLES["call_attempt"]
PRINCIPAL_WORDING: Table = _TABLES["principal_wording"]
NOTIFICATION_RULE: Table = _TABLES["notification_rule"]
REMINDER_STEP: Table = _TABLES["reminder_step"]
PRINCIPAL_TERMS: Table = _TABLES["principal_terms"]
PRINCIPAL_PRICE: Table = _TABLES["principal_price"]
SUBCONTRACTOR_TERMS: Table = _TABLES["subcontractor_terms"]
DISPATCH: Table = _TABLES["dispatch"]
SUBCONTRACT_JOB: Table = _TABLES["subcontract_job"]
IMPORTED_ROW: Table = _TABLES["imported_row"]
DROP_OFF: Table = _TABLES["drop_off"]
STORAGE_LOCATION: Table = _TABLES["storage_location"]
SHELF_CHECK: Table = _TABLES["shelf_check"]
LOANER_UNIT: Table = _TABLES["loaner_unit"]
LOAN: Table = _TABLES["loan"]
GUARANTEE: Table = _TABLES["guarantee"]
COVERAGE: Table = _TABLES["coverage"]
REFUSED_ADVICE: Table = _TABLES["refused_advice"]
CONSENT: Table = _TABLES["consent"]
MESSAGE_TEMPLATE: Table = _TABLES["message_template"]
INTAKE_AMOUNT_TYPE: Table = _TABLES["intake_amount_type"]
