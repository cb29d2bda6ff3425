"""The words for papers, prints and messages: what they are, how they stand, what became of an attempt. See `words`."""

from __future__ import annotations

from convisav_tui.i18n import mark

JOBS = {
    "label": mark("label"),
    "receipt": mark("receipt"),
    "paper": mark("document"),
}
PAPERS = {
    "dispatch_slip": mark("dispatch slip"),
    "loan_agreement": mark("loan agreement"),
    "return_receipt": mark("return receipt"),
    "drop_off_receipt": mark("receipt for several devices"),
    "left_behind": mark("statement of what stays"),
    "relinquishment": mark("relinquishment slip"),
    "letter": mark("letter"),
    "check_form": mark("checklist form"),
    "quote": mark("quote"),
    "supplier_order": mark("supplier order"),
    "principal_statement": mark("monthly statement"),
    "unclaimed_dossier": mark("dossier of an unclaimed device"),
    "setup_sheet": mark("scanner set-up sheet"),
    "payment_receipt": mark("receipt of a payment"),
    "intake_receipt": mark("intake receipt"),
    "job_sheet": mark("job sheet"),
    "work_statement": mark("statement of work done"),
    "returned_unrepaired": mark("slip of what goes back unrepaired"),
    "repair_information_form": mark("repair information form"),
    "fax": mark("fax page"),
}
JOB_STATES = {
    "queued": mark("waiting"),
    "sending": mark("printing"),
    "sent": mark("printed"),
    "needs_attention": mark("look at it"),
    "cancelled": mark("called off"),
}
PRINT_OUTCOMES = {
    "not_connected": mark("not reached"),
    "not_ready": mark("not ready"),
    "refused": mark("connection refused"),
    "sent": mark("printed"),
    "filed": mark("written as a file"),
    "unconfirmed": mark("perhaps printed"),
    "interrupted": mark("broken off"),
    "unknown": mark("perhaps printed"),
}
MESSAGES = {
    "intake": mark("taken in"),
    "quote_ready": mark("quote ready"),
    "repair_ready": mark("repair ready"),
    "quote_reminder": mark("reminder of the quote"),
    "quote_accepted": mark("quote accepted"),
    "quote_expired": mark("quote expired"),
    "delay": mark("delay"),
    "sent_out": mark("sent to a subcontractor"),
    "collect_reminder": mark("reminder to collect"),
    "unclaimed_notice": mark("unclaimed device notice"),
    "loan_overdue": mark("loan overdue"),
    "cancelled": mark("order cancelled"),
    "supplier_order": mark("order to a supplier"),
    "subcontract": mark("news to a subcontractor"),
    "statement": mark("statement to a principal"),
    "other": mark("other message"),
}
MESSAGE_STATES = {
    "queued": mark("waiting"),
    "leased": mark("leaving"),
    "sent": mark("sent"),
    "dead": mark("failed"),
    "unknown": mark("perhaps sent"),
    "to_call": mark("to call"),
    "called": mark("called"),
    "to_post": mark("to post"),
    "posted": mark("posted"),
    "cancelled": mark("called off"),
}
LADDERS = {
    "quote_unanswered": mark("unanswered quote"),
    "not_collected": mark("not collected"),
    "loan_overdue": mark("loan overdue"),
}
CALL_OUTCOMES = {
    "reached": mark("reached"),
    "voicemail": mark("voicemail"),
    "no_answer": mark("no answer"),
    "wrong_number": mark("wrong number"),
}
DELIVERIES = {
    "accepted": mark("accepted for delivery"),
    "transient": mark("refused for now"),
    "permanent": mark("refused"),
    "config": mark("our account is refused"),
    "unknown": mark("perhaps sent"),
}
