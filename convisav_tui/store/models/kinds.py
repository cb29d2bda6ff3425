"""The closed lists of words that the tables use."""

from __future__ import annotations

import enum


class OrderState(enum.StrEnum):
    """Main (work) state of a repair order: rules.md 7.2."""

    RECEIVED = "received"
    DIAGNOSING = "diagnosing"
    QUOTE_REQUESTED = "quote_requested"
    QUOTE_ISSUED = "quote_issued"
    QUOTE_ACCEPTED = "quote_accepted"
    QUOTE_REFUSED = "quote_refused"
    QUOTE_EXPIRED = "quote_expired"
    AWAITING_COVERAGE = "awaiting_coverage"
    AWAITING_PARTS = "awaiting_parts"
    SUBCONTRACTED = "subcontracted"
    IN_REPAIR = "in_repair"
    TESTING = "testing"
    COMPLETED = "completed"
    TO_NOTIFY = "to_notify"
    NOTIFIED = "notified"
    RETURNED = "returned"
    CLOSED = "closed"
    UNCLAIMED = "unclaimed"
    DISPOSAL_PROCEDURE = "disposal_procedure"
    DISPOSED = "disposed"
    RELINQUISHED = "relinquished"
    CANCELLED = "cancelled"


class OrderKind(enum.StrEnum):
    """Why the work is done, and so who pays: rules.md 7.1."""

    PAID = "paid"
    LEGAL_GUARANTEE = "legal_guarantee"
    MANUFACTURER_GUARANTEE = "manufacturer_guarantee"
    REPAIR_GUARANTEE = "repair_guarantee"
    CONTRACT = "contract"
    GOODWILL = "goodwill"


class Outcome(enum.StrEnum):
    """How the work ended: rules.md 7.2."""

    REPAIRED = "repaired"
    PARTLY_REPAIRED = "partly_repaired"
    NO_FAULT_FOUND = "no_fault_found"
    NOT_REPAIRABLE = "not_repairable"
    REFUSED_RETURNED_AS_IS = "refused_returned_as_is"
    REPLACED = "replaced"
    COVERAGE_REFUSED_RETURNED = "coverage_refused_returned"


class QuoteState(enum.StrEnum):
    """Region Q: rules.md 7.5."""

    NONE = "none"
    ISSUED = "issued"
    ACCEPTED = "accepted"
    REFUSED = "refused"
    EXPIRED = "expired"
    SUPERSEDED = "superseded"


class BillingState(enum.StrEnum):
    """Region B, as far as it goes without invoices: rules.md 7.5."""

    NONE = "none"
    ADVANCE_PAID = "advance_paid"
    TO_INVOICE = "to_invoice"
    PART_PAID = "part_paid"
    PAID = "paid"
    NOT_BILLABLE = "not_billable"
    ON_STATEMENT = "on_statement"


class Holder(enum.StrEnum):
    """Region K: exactly one holder at a time (rules.md 7.5)."""

    WITH_OWNER = "with_owner"
    IN_SHOP = "in_shop"
    WITH_TECHNICIAN = "with_technician"
    WITH_SUBCONTRACTOR = "with_subcontractor"
    WITH_MANUFACTURER = "with_manufacturer"
    IN_TRANSIT = "in_transit"
    RETURNED = "returned"
    DISPOSED = "disposed"


class SecretState(enum.StrEnum):
    """Region S: rules.md 7.5."""

    NONE = "none"
    REFUSED = "refused"
    STORED = "stored"
    PURGED = "purged"


class SecretKind(enum.StrEnum):
    """How a device is unlocked: rules.md 4.5."""

    PIN = "pin"
    PATTERN = "pattern"
    TEXT = "text"


class Channel(enum.StrEnum):
    """How a customer is told; `none` is "do not tell"."""

    NONE = "none"
    EMAIL = "email"
    SMS = "sms"
    FAX = "fax"
    LETTER = "letter"
    CALL = "call"


class Nature(enum.StrEnum):
    """What a sum paid is, word for word on the receipt: rules.md FR-A1."""

    ACOMPTE = "acompte"
    ARRHES = "arrhes"
    DIAGNOSTIC_FEE = "diagnostic_fee"
    GUARANTEE_DEPOSIT = "guarantee_deposit"
    BALANCE = "balance"
    REFUND = "refund"


class Means(enum.StrEnum):
    """How a sum is paid."""

    CASH = "cash"
    CARD = "card"
    CHEQUE = "cheque"
    TRANSFER = "transfer"


class PartyKind(enum.StrEnum):
    """Who somebody is before the law."""

    PERSON = "person"
    COMPANY = "company"


class DeviceFamily(enum.StrEnum):
    """Families that share rules: secret policy, serial or IMEI, guarantee."""

    PHONE = "phone"
    COMPUTER = "computer"
    APPLIANCE = "appliance"
    IMAGE_SOUND = "image_sound"
    WATCH = "watch"
    MEDICAL = "medical"
    TOOL = "tool"
    OTHER = "other"


class JobKind(enum.StrEnum):
    """What a print job prints."""

    LABEL = "label"
    RECEIPT = "receipt"
    PAPER = "paper"


class JobState(enum.StrEnum):
    """Where a print job is; printing.md 1.4: never sent twice without saying so."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    NEEDS_ATTENTION = "needs_attention"
    CANCELLED = "cancelled"


class MessageState(enum.StrEnum):
    """Where a message is: owed until accepted by a channel or spoken (rules.md 7.5 N)."""

    QUEUED = "queued"
    LEASED = "leased"
    SENT = "sent"
    DEAD = "dead"
    UNKNOWN = "unknown"
    TO_CALL = "to_call"
    CALLED = "called"
    TO_POST = "to_post"
    POSTED = "posted"
    CANCELLED = "cancelled"


class OutcomeKind(enum.StrEnum):
    """How an attempt to deliver ended: notifying.md 4."""

    ACCEPTED = "accepted"
    TRANSIENT = "transient"
    PERMANENT = "permanent"
    CONFIG = "config"
    UNKNOWN = "unknown"


class MessageEvent(enum.StrEnum):
    """What a message tells."""

    INTAKE = "intake"
    QUOTE_READY = "quote_ready"
    REPAIR_READY = "repair_ready"
    QUOTE_REMINDER = "quote_reminder"
    QUOTE_ACCEPTED = "quote_accepted"
    QUOTE_EXPIRED = "quote_expired"
    DELAY = "delay"
    SENT_OUT = "sent_out"
    COLLECT_REMINDER = "collect_reminder"
    UNCLAIMED_NOTICE = "unclaimed_notice"
    LOAN_OVERDUE = "loan_overdue"
    CANCELLED = "cancelled"
    SUPPLIER_ORDER = "supplier_order"
    SUBCONTRACT = "subcontract"
    STATEMENT = "statement"
    OTHER = "other"


class Role(enum.StrEnum):
    """What a person of the staff does."""

    CLERK = "clerk"
    TECHNICIAN = "technician"
    MANAGER = "manager"
    BILLING = "billing"


class Payer(enum.StrEnum):
    """Who pays for an order or for a part of it: rules.md 7.1."""

    CUSTOMER = "customer"
    PRINCIPAL = "principal"
    MANUFACTURER = "manufacturer"
    SELLER = "seller"
    INSURER = "insurer"
    SHOP = "shop"


class Approver(enum.StrEnum):
    """Who decides about a quote: rules.md 0.3, 4."""

    CUSTOMER = "customer"
    PRINCIPAL = "principal"


class Told(enum.StrEnum):
    """Who is told of an event of an order under a principal: rules.md 7.8."""

    CUSTOMER = "customer"
    PRINCIPAL = "principal"
    BOTH = "both"
    NOBODY = "nobody"


class Invoicing(enum.StrEnum):
    """How a principal is invoiced: rules.md 7.8."""

    EACH = "each"
    MONTHLY = "monthly"


class SubcontractState(enum.StrEnum):
    """Region X: rules.md 7.5."""

    PREPARED = "prepared"
    SENT = "sent"
    QUOTED = "quoted"
    APPROVED = "approved"
    REJECTED = "rejected"
    RETURNED = "returned"


class LoanerState(enum.StrEnum):
    """Where a loaner unit is."""

    AVAILABLE = "available"
    LENT = "lent"
    IN_REPAIR = "in_repair"
    RETIRED = "retired"


class LoanOutcome(enum.StrEnum):
    """How a loan ended: region L of rules.md 7.5."""

    RETURNED_OK = "returned_ok"
    RETURNED_DAMAGED = "returned_damaged"
    LOST = "lost"
    BILLED = "billed"


class CoverageLine(enum.StrEnum):
    """What a guarantee covers apart from the rest: FR-G11."""

    PARTS = "parts"
    LABOUR = "labour"
    TRAVEL = "travel"


class GuaranteeKind(enum.StrEnum):
    """On what ground a device is covered: rules.md 1.6."""

    LEGAL = "legal"
    COMMERCIAL = "commercial"
    MANUFACTURER = "manufacturer"
    REPAIR = "repair"
    GOODWILL = "goodwill"
    NONE = "none"


class PartCondition(enum.StrEnum):
    """What a spare part was before: FR-Q6."""

    NEW = "new"
    RECONDITIONED = "reconditioned"
    CIRCULAR = "circular"
    SECOND_HAND = "second_hand"
    CUSTOMER_SUPPLIED = "customer_supplied"


class NeedState(enum.StrEnum):
    """Region P: rules.md 7.5."""

    TO_ORDER = "to_order"
    ORDERED = "ordered"
    BACKORDERED = "backordered"
    RECEIVED = "received"
    ALLOCATED = "allocated"
    CONSUMED = "consumed"
    RETURNED = "returned"
    CANCELLED = "cancelled"


class StockReason(enum.StrEnum):
    """Why pieces came or went."""

    RECEIVED = "received"
    CONSUMED = "consumed"
    RETURNED = "returned"
    COUNTED = "counted"
    MOVED = "moved"
    SCRAPPED = "scrapped"
    CORRECTED = "corrected"


class SupplierOrderState(enum.StrEnum):
    """Where a supplier order is."""

    DRAFT = "draft"
    SENT = "sent"
    PART_RECEIVED = "part_received"
    RECEIVED = "received"
    CANCELLED = "cancelled"


class CheckStage(enum.StrEnum):
    """When a checklist is gone through."""

    INTAKE = "intake"
    DIAGNOSIS = "diagnosis"
    FINAL_TEST = "final_test"


class AnswerKind(enum.StrEnum):
    """How a checkpoint is answered."""

    CHECK = "check"
    CHOICE = "choice"
    MEASURE = "measure"
    TEXT = "text"
    PHOTO = "photo"


class QuoteLineKind(enum.StrEnum):
    """What a line of a quote sells: FR-Q2."""

    PART = "part"
    LABOUR = "labour"
    WORK = "work"
    TRAVEL = "travel"
    DISCOUNT = "discount"
    OTHER = "other"


class CircularOffer(enum.StrEnum):
    """What was answered to the duty of offering a part of the circular economy: FR-P1."""

    OFFERED = "offered"
    NOT_IN_TIME = "not_in_time"
    UNSAFE = "unsafe"


class CircularChoice(enum.StrEnum):
    """What the customer chose before he accepted: FR-P2."""

    YES = "yes"
    NO = "no"
    PARTIAL = "partial"


class ConsentBasis(enum.StrEnum):
    """What a price was announced for."""

    CAP = "cap"
    QUOTE = "quote"
    FEE = "fee"
    EXTRA = "extra"
    TERMS = "terms"
    COVERAGE_REFUSED = "coverage_refused"


class ConsentAnswer(enum.StrEnum):
    """What came of an announced price."""

    ANNOUNCED = "announced"
    AGREED = "agreed"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
