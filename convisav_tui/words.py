"""The words for what the tables hold as codes, in the language spoken (rules.md 6).

The states of an order have two words: a short one for a column of ten cells, and a full one for sentences, papers and
previews. A word that must agree with what it is said of (a repair, a
message, a quote) in French or Romanian has a message of its own, even where English would say the same.
"""

from __future__ import annotations

from convisav_tui.i18n import _, mark
from convisav_tui.outbox_words import CALL_OUTCOMES as CALL_OUTCOMES
from convisav_tui.outbox_words import DELIVERIES as DELIVERIES
from convisav_tui.outbox_words import JOB_STATES as JOB_STATES
from convisav_tui.outbox_words import JOBS as JOBS
from convisav_tui.outbox_words import LADDERS as LADDERS
from convisav_tui.outbox_words import MESSAGE_STATES as MESSAGE_STATES
from convisav_tui.outbox_words import MESSAGES as MESSAGES
from convisav_tui.outbox_words import PAPERS as PAPERS
from convisav_tui.outbox_words import PRINT_OUTCOMES as PRINT_OUTCOMES

STATES = {
    "received": mark("waiting"),
    "diagnosing": mark("diagnosis"),
    "quote_requested": mark("to quote"),
    "quote_issued": mark("quote made"),
    "quote_accepted": mark("agreed"),
    "quote_refused": mark("turned down"),
    "quote_expired": mark("expired"),
    "awaiting_coverage": mark("decision"),
    "awaiting_parts": mark("parts"),
    "subcontracted": mark("sent out"),
    "in_repair": mark("in repair"),
    "testing": mark("testing"),
    "completed": mark("finished"),
    "to_notify": mark("to notify"),
    "notified": mark("notified"),
    "returned": mark("returned"),
    "closed": mark("closed"),
    "unclaimed": mark("unclaimed"),
    "disposal_procedure": mark("procedure"),
    "disposed": mark("sold"),
    "relinquished": mark("relinquished"),
    "cancelled": mark("cancelled"),
}
FULL_STATES = {
    "received": mark("waiting"),
    "diagnosing": mark("in diagnosis"),
    "quote_requested": mark("quote requested"),
    "quote_issued": mark("quote issued"),
    "quote_accepted": mark("quote accepted"),
    "quote_refused": mark("quote refused"),
    "quote_expired": mark("quote expired"),
    "awaiting_coverage": mark("awaiting coverage"),
    "awaiting_parts": mark("waiting for parts"),
    "subcontracted": mark("subcontracted"),
    "in_repair": mark("in repair"),
    "testing": mark("in test"),
    "completed": mark("completed"),
    "to_notify": mark("completed, to notify"),
    "notified": mark("customer notified"),
    "returned": mark("returned"),
    "closed": mark("closed"),
    "unclaimed": mark("unclaimed"),
    "disposal_procedure": mark("disposal procedure"),
    "disposed": mark("disposed of"),
    "relinquished": mark("relinquished"),
    "cancelled": mark("cancelled"),
}
KINDS = {
    "paid": mark("paid repair"),
    "legal_guarantee": mark("legal guarantee"),
    "manufacturer_guarantee": mark("manufacturer's guarantee"),
    "repair_guarantee": mark("comeback under repair guarantee"),
    "contract": mark("contract"),
    "goodwill": mark("goodwill"),
}
OUTCOMES = {
    "repaired": mark("repaired"),
    "partly_repaired": mark("partly repaired"),
    "no_fault_found": mark("no fault found"),
    "not_repairable": mark("not repairable"),
    "refused_returned_as_is": mark("refused, returned as it was"),
    "replaced": mark("replaced"),
    "coverage_refused_returned": mark("coverage refused, returned"),
}
CHANNELS = {
    "none": mark("not told"),
    "email": mark("e-mail"),
    "sms": mark("SMS"),
    "fax": mark("fax"),
    "letter": mark("post"),
    "call": mark("phone call"),
}
HOLDERS = {
    "with_owner": mark("with its owner"),
    "in_shop": mark("in the shop"),
    "with_technician": mark("with the technician"),
    "with_subcontractor": mark("with the subcontractor"),
    "with_manufacturer": mark("with the manufacturer"),
    "in_transit": mark("on its way"),
    "returned": mark("given back"),
    "disposed": mark("disposed of"),
}
NATURES = {
    "acompte": mark("down payment"),
    "arrhes": mark("earnest money"),
    "diagnostic_fee": mark("diagnostic fee"),
    "guarantee_deposit": mark("guarantee deposit"),
    "balance": mark("balance"),
    "refund": mark("refund"),
}
MEANS = {
    "cash": mark("cash"),
    "card": mark("card"),
    "cheque": mark("cheque"),
    "transfer": mark("transfer"),
}
LOANER_STATES = {
    "available": mark("free"),
    "lent": mark("lent"),
    "in_repair": mark("in repair"),
    "retired": mark("given up"),
}
LOAN_OUTCOMES = {
    "returned_ok": mark("back, as it was lent"),
    "returned_damaged": mark("back, damaged"),
    "lost": mark("lost"),
    "billed": mark("not back: billed"),
}
QUOTE_STATES = {
    "none": mark("no quote"),
    "issued": mark("issued"),
    "accepted": mark("agreed"),
    "refused": mark("turned down"),
    "expired": mark("expired"),
    "superseded": mark("superseded"),
}
SECRET_STATES = {
    "none": mark("no code"),
    "refused": mark("refused by the customer"),
    "stored": mark("kept encrypted"),
    "purged": mark("erased"),
}
ANSWERED = {
    "counter": mark("at the counter"),
    "signature": mark("signature"),
    "phone": mark("by phone"),
    "sms": mark("by SMS"),
    "email": mark("by e-mail"),
    "letter": mark("by letter"),
    "fax": mark("by fax"),
    "cap": mark("within the spending cap"),
}
STAGES = {"diagnosis": mark("diagnosis"), "final_test": mark("final test"), "intake": mark("intake")}
ANSWER_KINDS = {
    "check": mark("ok or faulty"),
    "choice": mark("choice"),
    "measure": mark("measure"),
    "text": mark("text"),
    "photo": mark("photo"),
}
PRIORITIES = {
    "0": mark("usual"),
    "1": mark("soon"),
    "2": mark("urgent"),
}
SUBCONTRACT_STATES = {
    "prepared": mark("prepared"),
    "sent": mark("out"),
    "quoted": mark("price named"),
    "approved": mark("may go on"),
    "rejected": mark("to send back"),
    "returned": mark("is back"),
}
FAMILIES = {
    "phone": mark("phones"),
    "computer": mark("computers"),
    "appliance": mark("appliances"),
    "image_sound": mark("image, sound"),
    "watch": mark("watches"),
    "medical": mark("medical"),
    "tool": mark("tools"),
    "other": mark("other kinds"),
}
PLACE_KINDS = {
    "bin": mark("bin"),
    "shelf": mark("shelf"),
    "bench": mark("bench"),
}
TOLD = {
    "customer": mark("the customer"),
    "principal": mark("the principal"),
    "both": mark("both"),
    "nobody": mark("nobody"),
}
APPROVERS = {
    "customer": mark("the customer"),
    "principal": mark("the principal"),
}
INVOICING = {
    "each": mark("one by one"),
    "monthly": mark("by the month"),
}
PAYERS = {
    "customer": mark("the customer"),
    "principal": mark("the principal"),
    "manufacturer": mark("the manufacturer"),
    "seller": mark("the seller"),
    "insurer": mark("the insurer"),
    "shop": mark("the shop"),
}
GROUNDS = {
    "none": mark("not covered"),
    "legal": mark("legal guarantee"),
    "commercial": mark("commercial guarantee"),
    "manufacturer": mark("manufacturer's guarantee"),
    "repair": mark("guarantee on the repair"),
    "goodwill": mark("goodwill"),
}
COVER_LINES = {
    "parts": mark("parts"),
    "labour": mark("labour"),
    "travel": mark("travel"),
}
ROLES = {
    "clerk": mark("clerk"),
    "technician": mark("technician"),
    "manager": mark("manager"),
    "billing": mark("billing"),
}
EVENTS = {
    "receive": mark("taken in"),
    "start_diagnosis": mark("diagnosis begun"),
    "request_quote": mark("quote asked for"),
    "authorise_direct": mark("repair authorised"),
    "discard": mark("cancelled"),
    "issue_quote": mark("quote issued"),
    "revise_quote": mark("quote revised"),
    "accept_quote": mark("quote accepted"),
    "accept_by_cap": mark("quote within the cap"),
    "refuse_quote": mark("quote refused"),
    "expire": mark("quote expired"),
    "give_up": mark("quote given up"),
    "reassemble_done": mark("put together again"),
    "start_repair": mark("repair begun"),
    "extra_work_found": mark("more work found"),
    "work_done": mark("work done"),
    "test_failed": mark("test failed"),
    "complete": mark("finished"),
    "not_repairable": mark("not repairable"),
    "no_fault_found": mark("no fault found"),
    "notice_due": mark("customer to be told"),
    "no_notice": mark("nobody to be told"),
    "message_sent": mark("customer told"),
    "called": mark("customer called"),
    "message_failed": mark("message failed"),
    "message_asked": mark("sending asked for"),
    "message_retried": mark("message sent again"),
    "message_cancelled": mark("message called off"),
    "message_spoken": mark("message told in person"),
    "unclaimed": mark("not collected"),
    "start_procedure": mark("court asked for a sale"),
    "record_sale": mark("sold by order of the court"),
    "owner_came": mark("the owner came"),
    "petition_rejected": mark("the court refused"),
    "message_call_tried": mark("customer called, not reached"),
    "message_posted": mark("letter posted"),
    "message_rerouted": mark("message sent another way"),
    "message_readdressed": mark("message sent to another address"),
    "payment_taken": mark("payment taken"),
    "coverage_decided": mark("who pays decided"),
    "on_statement": mark("on the principal's statement"),
    "invoice_noted": mark("subcontractor's invoice"),
    "advice_refused": mark("advice refused"),
    "payment_given_back": mark("payment given back"),
    "hand_over": mark("handed over"),
    "close": mark("closed"),
    "cancel": mark("cancelled"),
    "relinquish": mark("left to the shop"),
    "loan_out": mark("loaner lent"),
    "loan_back": mark("loaner ended"),
    "promise_moved": mark("another day promised"),
    "anonymised": mark("anonymised"),
    "stop_work": mark("work stopped"),
    "undone": mark("step taken back"),
    "open_return": mark("comeback opened"),
    "secret_revealed": mark("unlock code shown"),
    "secret_purged": mark("unlock code erased"),
    "printed_again": mark("printed again"),
    "print_retried": mark("print tried again"),
    "print_cancelled": mark("print called off"),
    "send_out": mark("sent to a subcontractor"),
    "subcontractor_goes_on": mark("subcontractor told to go on"),
    "subcontractor_quoted": mark("subcontractor's price"),
    "subcontractor_approved": mark("subcontractor's price agreed"),
    "receive_back": mark("back from the subcontractor"),
    "back_to_repair": mark("back from the subcontractor"),
    "back_to_quote": mark("back from the subcontractor"),
    "moved": mark("put elsewhere"),
    "assigned": mark("given to"),
    "prioritised": mark("priority changed"),
    "told_again": mark("told once more"),
    "works_chosen": mark("works chosen"),
    "form_read": mark("filled form read"),
    "quote_drafted": mark("quote prepared"),
    "price_consented": mark("price announced"),
    "repair_form_given": mark("repair form given"),
    "found_fault": mark("found fault written"),
    "wait_parts": mark("waits for parts"),
    "missing_part": mark("waits for parts"),
    "parts_received": mark("all parts here"),
    "part_unavailable": mark("part cannot be had"),
    "part_needed": mark("part asked for"),
    "part_dropped": mark("part no longer asked for"),
    "part_returned": mark("part put back into the stock"),
    "part_came": mark("part came"),
}


def stands(what: str, state: str) -> str:
    """What is said of something, with the colon as the language sets it."""
    return _("{what}: {state}").format(what=what, state=state)


def answered(code: str, text: str) -> str:
    """What a server answered, with its number, or how a call ended; our own codes for what no server answered are not
    for people."""
    if code in CALL_OUTCOMES or code == "registered":
        ended = _(CALL_OUTCOMES[code]) if code in CALL_OUTCOMES else _("registered letter")
        return f"{ended}: {text}" if text else ended
    return " ".join(part for part in (code if code[:1].isdigit() or not text else "", text) if part)


def noted(text: str) -> str:
    """What was noted of a deed: how a call ended or another channel in words, else as it was typed."""
    known = CALL_OUTCOMES | CHANNELS
    return _(known[text]) if text in known else text


def word(words: dict[str, str], code: str) -> str:
    """The word for a code of one of these tables; the code itself when it is not known."""
    return _(words[code]) if code in words else code.replace("_", " ")
