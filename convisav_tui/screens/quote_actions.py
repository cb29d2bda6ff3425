"""The actions of quotes and announced prices, as the registry (`actions.py`) lists them."""

from __future__ import annotations

from convisav_tui.i18n import mark
from convisav_tui.screens.action import Action

QUOTE_ACTIONS: tuple[Action, ...] = (
    Action(
        "quote",
        mark("Quote"),
        mark("Write the quote: lines, variants, prices; from the diagnosis"),
        "",
        "q",
        "alt+q",
        ("sheet", "board", "checklist", "step", "versions"),
    ),
    Action(
        "consents",
        mark("Prices"),
        mark("Prices announced and agreed to; record one, raise or withdraw the cap"),
        "",
        "f",
        "alt+f",
        ("sheet", "quote", "step"),
    ),
    Action(
        "versions", mark("Versions"), mark("Issued versions, their lines and papers"), "", "z", "", ("sheet", "quote")
    ),
    Action("line_add", mark("Add"), mark("Add a part, a work, time or a discount: type what"), "", "a", "", ("quote",)),
    Action("line_drop", mark("Take out"), mark("Take the line out"), "delete", "x", "", ("quote",)),
    Action("line_billed", mark("Billed"), mark("The line is billed or not"), "", "b", "", ("quote",)),
    Action("used_part", mark("Used part"), mark("Answer whether a used part was offered"), "", "o", "", ("quote",)),
    Action(
        "heading",
        mark("Heading"),
        mark("Last day, fee, day of the work, text above the lines"),
        "",
        "h",
        "",
        ("quote",),
    ),
    Action("with_vat", mark("VAT"), mark("Show prices with or without VAT"), "", "v", "", ("quote",)),
    Action("from_diagnosis", mark("Diagnosis"), mark("Add what the diagnosis proposes"), "", "r", "", ("quote",)),
    Action(
        "variant_copy",
        mark("Variant"),
        mark("Copy the lines to a further variant (Tab switches)"),
        "",
        "w",
        "",
        ("quote",),
    ),
    Action("variant_drop", mark("Drop variant"), mark("Take the variant on screen out"), "", "j", "", ("quote",)),
    Action(
        "paper_again",
        mark("Print again"),
        mark("Print the paper of the version again, as a duplicate"),
        "",
        "h",
        "",
        ("versions",),
    ),
    Action(
        "repair_form",
        mark("Repair form"),
        mark("Print the European repair information form"),
        "",
        "e",
        "",
        ("versions",),
    ),
    Action("consent_new", mark("Record"), mark("Write down a price and its answer"), "", "a", "", ("consents",)),
    Action(
        "cap_off", mark("Withdraw cap"), mark("The customer takes his spending cap back"), "", "x", "", ("consents",)
    ),
    Action(
        "take_lines", mark("Some lines"), mark("Tick the lines that the customer takes"), "", "", "alt+v", ("step",)
    ),
    Action("take_used", mark("Used part"), mark("He takes the used part on this line"), "", "o", "", ("take_lines",)),
)
