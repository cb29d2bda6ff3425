"""The actions of statements and of what subcontractors bill, as the registry (`actions.py`) lists them."""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.screens.action import Action

BILLING_ACTIONS: tuple[Action, ...] = (
    Action("statements", mark("Statements"), mark("What principals billed by the month owe, month by month")),
    Action("his_statements", mark("Statements"), mark("What he owes, month by month"), "", "r", "", ("principals",)),
    Action(
        "issue_statement",
        mark("Issue"),
        mark("Issue the statement of this month: its paper is printed"),
        "",
        "i",
        "",
        ("statement",),
    ),
    Action("send_statement", mark("Send"), mark("Send the statement, or once more"), "", "e", "", ("statement",)),
    Action("statement_file", mark("CSV file"), mark("Write the lines into a file"), "", "x", "", ("statement",)),
    Action(
        "invoices",
        mark("Invoices"),
        mark("What subcontractors billed, and what is still to come"),
        "",
        "i",
        "",
        ("away",),
    ),
)
