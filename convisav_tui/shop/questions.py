"""What the steps ask: labels are message ids, translated when a step is offered."""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.shop.steps import TICKED, StepInput

QUOTE_TEXT_LENGTH = 4000

# Filled with the staff of the shop when the step is offered; left empty, whoever takes the step does the work.
TECHNICIAN = StepInput("technician", mark("Technician"), "choice")
ESTIMATE = StepInput("estimate", mark("Estimate incl. VAT"), "amount")
AMOUNT = StepInput("amount", mark("Amount incl. VAT"), "amount", required=True)
QUOTE_TEXT = StepInput("text", mark("Work and parts"), "text", required=True, longest=QUOTE_TEXT_LENGTH)
VALID_UNTIL = StepInput("valid_until", mark("Valid until"), "date", required=True)
SILENT = StepInput("silent", mark("Do not tell the customer"), "check")
DECIDED_BY = StepInput("decided_by", mark("Who answered"), "text", required=True, longest=120)
# How a customer says what he wants, with evidence of it or without (FR-Q3).
SPOKEN = (
    ("counter", mark("at the counter")),
    ("signature", mark("signature")),
    ("phone", mark("by phone")),
    ("sms", mark("by SMS")),
    ("email", mark("by e-mail")),
    ("letter", mark("by letter")),
    ("fax", mark("by fax")),
)
MEANS = StepInput(
    "means",
    mark("How"),
    "choice",
    choices=SPOKEN,
    required=True,
    default="counter",
)
REASON = StepInput("reason", mark("Reason"), "text", required=True)
WORK = StepInput("work", mark("Work done"), "text", longest=2000)
UNTESTED = StepInput("untested", mark("Why not tested"), "text")  # asked where final tests are open or failed
REPAIRED_AS = StepInput(
    "outcome",
    mark("Outcome"),
    "choice",
    choices=(
        ("repaired", mark("repaired")),
        ("partly_repaired", mark("partly repaired")),
        ("replaced", mark("replaced")),
    ),
    required=True,
    default="repaired",
)
STOPPED_AS = StepInput(
    "outcome",
    mark("Outcome"),
    "choice",
    choices=(
        ("refused_returned_as_is", mark("returned as it is")),
        ("partly_repaired", mark("partly repaired")),
    ),
    required=True,
    default="refused_returned_as_is",
)
PRICE = StepInput("price", mark("Price incl. VAT"), "amount", required=True)
PRESENT = StepInput("present", mark("The customer is at the counter"), "check")
REASSEMBLED = StepInput("reassembled", mark("Reassembled, or taken in parts by agreement"), "check", default=TICKED)
SAID = StepInput("note", mark("What was said"), "text", longest=200)
PROOF = StepInput(
    "proof",
    mark("Shown"),
    "choice",
    choices=(
        ("ticket", mark("ticket")),
        ("identity", mark("identity document")),
        ("known", mark("known to the shop")),
    ),
    required=True,
    default="ticket",
)
TAKEN_BY = StepInput("taken_by", mark("Taken by"), "text", required=True, longest=120)
SUBCONTRACTOR = StepInput("subcontractor", mark("Subcontractor"), "choice", required=True)
WORK_ASKED = StepInput("work", mark("Work asked for"), "text", required=True, longest=2000)
EXPECTED_ON = StepInput("expected_on", mark("Expected back on"), "date")
CARRIER = StepInput("carrier", mark("Carrier"), "text", longest=80)
TRACKING = StepInput("tracking", mark("Tracking no."), "text", longest=80)
SECRET_GOES = StepInput("secret", mark("The unlock code goes along"), "check")
DISPATCH = StepInput("dispatch", "", "text", longest=20, hidden=True)  # of the parcel that several orders share
CONDITION = StepInput("condition", mark("Condition at the return"), "text", required=True)
COST = StepInput("cost", mark("His price incl. VAT"), "amount", required=True)
COST_IF_KNOWN = StepInput("cost", mark("His price incl. VAT"), "amount")
THEIR_WORK = StepInput("work", mark("Work and parts"), "text", longest=QUOTE_TEXT_LENGTH)
THEIR_REFERENCE = StepInput("reference", mark("His reference"), "text", longest=60)
BACK = StepInput("back", mark("The device is back from the subcontractor"), "check")
PRINCIPAL_REFERENCE = StepInput("principal_reference", mark("The principal's reference"), "text", longest=60)
DISCOUNTED = StepInput("discounted", mark("Take the principal's discount off"), "check")
IMPOSED = StepInput("imposed", mark("The customer had asked for a repair instead"), "check")
RELEASE = StepInput("release", mark("Release unpaid (manager)"), "check")
RELEASE_REASON = StepInput("release_reason", mark("Why it goes unpaid"), "text")
GIVEN_BACK = StepInput("given_back", mark("The device is back with its owner"), "check", default=TICKED)
FEE = StepInput("fee", mark("Earned for the diagnosis"), "amount")
ADVANCE = StepInput(
    "advance",
    mark("Down payment"),
    "choice",
    choices=(("refund", mark("give back")), ("keep", mark("keep as damages"))),
)
ARRHES = StepInput(
    "arrhes",
    mark("Arrhes"),
    "choice",
    choices=(
        ("keep", mark("keep: the customer withdraws")),
        ("double", mark("give back double: the shop withdraws")),
        ("refund", mark("give back by agreement")),
    ),
)
ARRHES_REFUSED = StepInput(
    "arrhes",
    mark("Arrhes"),
    "choice",
    choices=(("keep", mark("keep: the customer withdraws")), ("refund", mark("give back by agreement"))),
)
SIGNED_BY = StepInput("signed_by", mark("Signed by"), "text", required=True, longest=120)
SIGNED = StepInput("signed", mark("The slip is signed (F4 prints it)"), "check")
DATA = StepInput(
    "data",
    mark("Data on it"),
    "choice",
    choices=(
        ("none", mark("nothing is stored on it")),
        ("erase", mark("to be erased by the shop")),
        ("returned", mark("storage given back to the owner")),
    ),
    required=True,
    default="erase",
)
DISPOSAL = StepInput(
    "disposal",
    mark("Goes to"),
    "choice",
    choices=(("recycling", mark("recycling")), ("parts", mark("stock of parts")), ("other", mark("elsewhere"))),
    required=True,
    default="recycling",
)
WAIVED = StepInput("waived", mark("Waive what is owed (manager)"), "check")
WHY = StepInput("reason", mark("Reason"), "text")
REMOVED_PARTS = StepInput(
    "removed_parts",
    mark("Removed parts"),
    "choice",
    choices=(("kept", mark("left to the shop by the customer")), ("given_back", mark("given back to the customer"))),
    required=True,
)
PART_SERIALS = StepInput("serials", mark("Serial nos. fitted"), "text", required=True)
VARIANT = StepInput("variant", mark("Variant"), "choice")  # asked where several were offered
CIRCULAR = StepInput(
    "circular",
    mark("Used part"),
    "choice",
    choices=(
        ("yes", mark("yes, where it was offered")),
        ("no", mark("no, a new one")),
        ("partial", mark("for some lines")),
    ),
)
# Ids of lines of the quote with commas between; empty is all. The screen lets people tick them.
ACCEPTED_LINES = StepInput("lines", "", "text", hidden=True)
CIRCULAR_LINES = StepInput("circular_lines", "", "text", hidden=True)
DRAFT_SEEN = StepInput("draft", "", "text", longest=20, hidden=True)  # version of the draft that was on the screen
AGREES = StepInput("agreed", mark("The customer agrees to the change"), "check")
EXTRA = StepInput("extra", mark("Its price incl. VAT"), "amount")
EXTRA_TEXT = StepInput("text", mark("Work and parts"), "text", longest=QUOTE_TEXT_LENGTH)
