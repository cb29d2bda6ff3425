"""The one registry of actions: keys, key bar, F1 help, F10 menu and the table in the documentation all come from here.

Labels and help are message ids marked for translation and translated where they are shown. A key of `EVERYWHERE`
belongs to the same action on all screens. Each action has a second way: a letter on screens without text fields, a
Ctrl chord where text is typed.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from convisav_tui.i18n import _, mark
from convisav_tui.screens.action import EVERYWHERE, Action
from convisav_tui.screens.billing_actions import BILLING_ACTIONS
from convisav_tui.screens.keys import label
from convisav_tui.screens.quote_actions import QUOTE_ACTIONS

__all__ = [
    "ACTIONS",
    "ALWAYS",
    "EDITING_CHORDS",
    "EVERYWHERE",
    "FORBIDDEN_CHORDS",
    "Action",
    "RegistryError",
    "action_for",
    "check",
    "documentation",
    "find",
    "listed_for",
    "shown_key",
]
# Chords that a terminal sends as another key (H I J M [), that leave or stop programs (C Q Z), or that tmux and
# screen keep (A B).
FORBIDDEN_CHORDS = frozenset(f"ctrl+{letter}" for letter in "abcqzimhj[")
# Chords that edit a line of text (widgets/text_line.py).
EDITING_CHORDS = frozenset({"ctrl+u", "ctrl+k", "ctrl+w"})


ACTIONS: tuple[Action, ...] = (
    Action("help", mark("Help"), mark("What this screen is for and which keys work here"), "f1", "?", "ctrl+g"),
    Action("new", mark("New"), mark("Take in a device"), "f2", "n", "ctrl+n"),
    Action("find", mark("Find"), mark("Find an order by number, name, phone, serial or scan"), "f3", "/", "ctrl+f"),
    Action(
        "print", mark("Print"), mark("Labels and receipts: print again, state of the printers"), "f4", "p", "ctrl+p"
    ),
    Action(
        "drafts", mark("Parked"), mark("Intakes that were put aside, here or by a broken line"), "f5", "d", "ctrl+d"
    ),
    Action("messages", mark("Messages"), mark("Messages to customers: waiting, sent, refused"), "f6", "m", "ctrl+t"),
    Action("till", mark("Till"), mark("Deposits and payments of the day"), "f7", "c", "ctrl+l"),
    Action("step", mark("Next step"), mark("Move the order to its next step"), "f8", "s", "ctrl+o"),
    Action("customer", mark("Customer"), mark("The customer of this order and his history"), "f9", "k", "ctrl+y"),
    Action("menu", mark("Menu"), mark("All actions by name"), "f10", ":", "ctrl+e"),
    Action("person", mark("Other person"), mark("Lock this station; whoever signs in goes on"), "f12", "l", "ctrl+_"),
    Action("pin", mark("My PIN"), mark("Change the PIN you sign in with")),
    Action("staff", mark("Staff"), mark("The people of the shop: roles, PINs, who works here no more")),
    Action("scanner", mark("Scanner sheet"), mark("Print the sheet that helps to set a barcode scanner up")),
    Action("journal", mark("Journal"), mark("Who signed in, who was locked out, who saw an unlock code (managers)")),
    Action("principals", mark("Principals"), mark("Who brings devices for others: terms, prices, orders")),
    Action("batch", mark("Batch"), mark("Take in equal devices of a principal, serial by serial")),
    Action("import_orders", mark("Import orders"), mark("Take in a principal's devices from his file")),
    Action("loaners", mark("Loaners"), mark("What the shop lends: units, labels, who has them")),
    Action("loans", mark("Loaners out"), mark("The loaners that are out, those overdue first")),
    Action("amounts", mark("Intake amounts"), mark("The preset sums of an intake: names, amounts, order (managers)")),
    Action("quote_settings", mark("Quote settings"), mark("Price of an hour, VAT, what quotes name (managers)")),
    Action("wordings", mark("Wordings"), mark("How messages are worded, by language and principal (managers)")),
    Action("notices", mark("Notices"), mark("Who is told what, by which channel and when; quiet hours (managers)")),
    Action("reminders", mark("Reminders"), mark("After how long who is reminded of what (managers)")),
    Action("places", mark("Places"), mark("Bins, shelves and benches: what lies there, labels, evening check")),
    Action("subcontractors", mark("Subcontractors"), mark("Who repairs for the shop, and on which terms")),
    Action("parts", mark("Parts"), mark("Spare parts: catalogue, stock, what came and went")),
    Action("arrivals", mark("Receive parts"), mark("Scan what comes in; see which order waits for it")),
    Action("supplier_orders", mark("Supplier orders"), mark("What is to be ordered, what is on its way")),
    Action("suppliers", mark("Suppliers"), mark("Who sells parts to the shop")),
    Action("stock_count", mark("Stock count"), mark("Count parts by scan")),
    Action("away", mark("Subcontracted"), mark("What is with subcontractors, the longest overdue first")),
    Action("quit", mark("Leave"), mark("Leave the program; what was typed is kept"), "", "", "ctrl+x"),
    Action(
        "save",
        mark("Save and print"),
        mark("Save, and print what is asked for"),
        "",
        "",
        "ctrl+s",
        ("intake",),
    ),
    Action(
        "take", mark("Write it down"), mark("Write down what was paid or given back"), "", "", "ctrl+s", ("payment",)
    ),
    Action("take_all", mark("Take all in"), mark("Take the devices in and print"), "", "", "ctrl+s", ("batch",)),
    Action("take_rows", mark("Import"), mark("Take in what the file holds"), "", "", "ctrl+s", ("import_orders",)),
    Action(
        "terms", mark("Terms"), mark("What was agreed with him as a principal"), "", "t", "", ("customer", "principals")
    ),
    Action(
        "passport",
        mark("Passport"),
        mark("Guarantees, earlier repairs and refused advice of the device"),
        "",
        "i",
        "alt+i",
        ("sheet", "intake"),
    ),
    Action("coverage", mark("Who pays"), mark("Who pays parts, labour and travel"), "", "g", "", ("sheet",)),
    Action(
        "advice", mark("Refused advice"), mark("Write down advice that the customer declined"), "", "a", "", ("sheet",)
    ),
    Action("guarantee", mark("Guarantee"), mark("Write down a guarantee of the device"), "", "g", "", ("passport",)),
    Action(
        "record",
        mark("Save"),
        mark("Save what stands in the form"),
        "",
        "",
        "ctrl+s",
        (
            "loaner_form",
            "part_form",
            "supplier_form",
            "order_all",
            "order_off",
            "stock_count",
            "fix_form",
            "checkpoint_form",
            "work_form",
            "type_texts",
            "usual_part_form",
            "agreement",
            "place_form",
            "subcontractor",
            "invoice_form",
            "loan_form",
            "lend_form",
            "amount_form",
            "wording",
            "notice_form",
            "quiet_form",
            "reminder_form",
            "quote_line",
            "quote_heading",
            "consent_form",
        ),
    ),
    Action("shipped", mark("As shipped"), mark("Take the shipped wording again"), "", "", "ctrl+r", ("wording",)),
    Action("papers", mark("Papers"), mark("Print a paper of this order, again, or as a file"), "", "h", "", ("sheet",)),
    Action("paper_file", mark("As a file"), mark("Write the paper as a file (PDF)"), "", "x", "", ("papers",)),
    Action("needs", mark("Its parts"), mark("The parts that this order needs"), "", "r", "", ("sheet",)),
    Action("part_card", mark("Change"), mark("Change the part's card"), "", "e", "", ("parts", "part")),
    Action("sift", mark("Search"), mark("Show the parts with certain words"), "", "f", "", ("parts",)),
    Action("pieces_in", mark("Receive"), mark("Pieces of this part came"), "", "r", "", ("part",)),
    Action("pieces_counted", mark("Count"), mark("Write down how many there are"), "", "t", "", ("part",)),
    Action("pieces_moved", mark("Move"), mark("Put pieces at another place"), "", "v", "", ("part",)),
    Action("pieces_off", mark("Scrap"), mark("Write pieces off"), "", "x", "", ("part",)),
    Action("need_add", mark("Add"), mark("Add a part by name, code or EAN"), "", "a", "", ("needs",)),
    Action("need_drop", mark("Cross out"), mark("The order does not need it"), "delete", "x", "", ("needs",)),
    Action("need_back", mark("Put back"), mark("A fitted part goes back into the stock"), "", "b", "", ("needs",)),
    Action("by_hand", mark("Code by hand"), mark("Type the code of what came"), "", "b", "", ("arrivals",)),
    Action("count_place", mark("Place"), mark("Count at another place"), "", "o", "", ("stock_count",)),
    Action("count_again", mark("Anew"), mark("Forget what was counted"), "delete", "x", "", ("stock_count",)),
    Action("order_parts", mark("Order all"), mark("Order all that is missing"), "", "o", "", ("supplier_orders",)),
    Action(
        "send_order",
        mark("Send"),
        mark("Send the order to its supplier, or once more"),
        "",
        "e",
        "",
        ("supplier_orders", "supplier_order"),
    ),
    Action("order_file", mark("CSV file"), mark("Write the order into a file"), "", "x", "", ("supplier_order",)),
    Action("order_off", mark("Call off"), mark("The rest comes no more"), "delete", "", "", ("supplier_order",)),
    Action("unit", mark("Change"), mark("Change the loaner's card"), "", "e", "", ("loaners",)),
    Action(
        "earlier",
        mark("Up"),
        mark("Offer it earlier"),
        "",
        "-",
        "",
        (
            "amounts",
            "checkpoints",
            "works",
            "quote",
        ),
    ),
    Action(
        "later",
        mark("Down"),
        mark("Offer it later"),
        "",
        "+",
        "",
        (
            "amounts",
            "checkpoints",
            "works",
            "quote",
        ),
    ),
    Action("loaner", mark("Loaner"), mark("Lend a device meanwhile, or take it back"), "", "b", "alt+l", ("sheet",)),
    Action(
        "another",
        mark("One more device"),
        mark("Save, and take in another device of the same customer: one receipt for all"),
        "f11",
        "w",
        "alt+s",
        ("intake", "sheet"),
    ),
    Action("personal", mark("Personal data"), mark("What is kept of him: hand it out, erase it"), views=("customer",)),
    Action("export", mark("Hand out"), mark("Write all that is known of him into a file"), "", "x", "", ("person",)),
    Action("erase", mark("Erase"), mark("Erase who he was; issued papers stay"), "", "z", "", ("person",)),
    Action("keep", mark("Save"), mark("Save the customer's card"), "", "", "ctrl+s", ("card",)),
    Action("edit", mark("Change"), mark("Change the customer's card"), "", "e", "", ("customer",)),
    Action(
        "comeback", mark("Comeback"), mark("Make this a comeback of the earlier repair"), "", "", "ctrl+r", ("intake",)
    ),
    Action(
        "open",
        mark("Open"),
        mark("Open what the cursor is on"),
        "enter",
        "",
        "",
        ("board", "list", "drafts", "messages", "customer"),
    ),
    Action("paper", mark("Print"), mark("Print what the cursor is on"), "enter", "", "", ("prints",)),
    Action("mark", mark("Mark"), mark("Mark the row for an action on several"), "space", "", "", ("list", "board")),
    Action("invert", mark("Invert"), mark("Mark the rows on screen, unmark the marked"), "*", "", "", ("board",)),
    Action("bulk", mark("Several orders"), mark("A deed on the marked orders, or on this one"), views=("board",)),
    Action("send", mark("Send"), mark("Send the parcel and print its slip"), "", "", "ctrl+s", ("parcel",)),
    Action("change", mark("Change"), mark("Change the place under the cursor"), "", "e", "", ("places",)),
    Action("check", mark("Check"), mark("Scan all that lies here; see what is missing"), "", "v", "", ("place",)),
    Action("here", mark("Put here"), mark("Put a device here"), "", "h", "", ("place", "check")),
    Action("hand", mark("By hand"), mark("Type the number of a device"), "", "b", "", ("check",)),
    Action("receive", mark("Receive back"), mark("Receive a parcel back"), "", "b", "", ("away",)),
    Action("send_slip", mark("Send slip"), mark("Send the slip to the subcontractor"), "", "e", "", ("away",)),
    Action("takeback", mark("Undo"), mark("Take all these steps back"), "", "u", "", ("bulk",)),
    Action(
        "checklist",
        mark("Checklist"),
        mark("Diagnosis and final tests of the order"),
        "",
        "e",
        "alt+e",
        ("sheet", "step"),
    ),
    Action(
        "form_read", mark("Read a form"), mark("Take over a PDF form filled elsewhere"), "", "r", "", ("checklist",)
    ),
    Action("clock", mark("Clock"), mark("Start or stop your clock on this order"), "", "t", "", ("sheet",)),
    Action("correct_time", mark("Correct time"), mark("Say how long the last work was"), "", "y", "", ("sheet",)),
    Action("share", mark("Technicians"), mark("Who works on it too"), "", "j", "", ("sheet",)),
    Action("point", mark("Open point"), mark("Write down what is left open"), "", "o", "", ("sheet",)),
    Action("work", mark("Work lists"), mark("What is to be done, by technician, urgent first")),
    Action("radar", mark("Nobody touched"), mark("Orders that nobody touched for long")),
    Action("next_ten", mark("Next ten actions"), mark("What to do first in the whole shop")),
    Action("points", mark("Open points"), mark("What is left open on orders and devices, and leads")),
    Action("fixes", mark("Knowledge"), mark("Symptoms, causes and remedies of finished repairs")),
    Action("device_types", mark("Types of devices"), mark("Their checkpoints and predefined works (managers)")),
    Action(
        "undo", mark("Undo"), mark("Take back the last step, within a minute"), "", "u", "ctrl+r", ("board", "sheet")
    ),
    Action("promise", mark("Promised day"), mark("Promise another day, and tell the customer"), views=("sheet",)),
    Action("dossier", mark("Dossier"), mark("What a court is told of an unclaimed device"), "", "x", "", ("sheet",)),
    Action("secret", mark("Show the code"), mark("Show the unlock code for a minute"), "", "v", "", ("sheet",)),
    Action("retry", mark("Once more"), mark("Print or send the row once more"), "", "r", "", ("prints", "messages")),
    Action("called", mark("Called"), mark("Write down how a call ended"), "", "a", "", ("messages",)),
    Action("posted", mark("Posted"), mark("Write down that the letter was posted"), "", "t", "", ("messages",)),
    Action("reroute", mark("Other way"), mark("Send it by another channel"), "", "o", "", ("messages",)),
    Action("recipient", mark("Other address"), mark("Send it to another address"), "", "e", "", ("messages",)),
    Action("remove", mark("Cancel"), mark("Print or send the row no more"), "delete", "x", "", ("prints", "messages")),
    Action("album", mark("Pictures and mails"), mark("What the demo printed and sent"), views=("demo",)),
    *QUOTE_ACTIONS,
    *BILLING_ACTIONS,
)


# What works on every screen, besides what the screen names itself.
ALWAYS = (
    "person",
    "pin",
    "staff",
    "journal",
    "scanner",
    "principals",
    "batch",
    "import_orders",
    "statements",
    "loaners",
    "loans",
    "amounts",
    "quote_settings",
    "wordings",
    "notices",
    "reminders",
    "places",
    "subcontractors",
    "parts",
    "arrivals",
    "supplier_orders",
    "suppliers",
    "stock_count",
    "away",
    "work",
    "radar",
    "next_ten",
    "points",
    "fixes",
    "device_types",
)


class RegistryError(Exception):
    """The registry contradicts itself: a key twice in one view, or a key that must not be used."""


def check(actions: Iterable[Action]) -> None:
    """Raise RegistryError if an id or, in one view, a key is used twice, or a chord is forbidden."""
    table = tuple(actions)
    seen: set[str] = set()
    for action in table:
        if action.id in seen:
            raise RegistryError(f"action {action.id} is registered twice")
        seen.add(action.id)
        bad = (FORBIDDEN_CHORDS | EDITING_CHORDS).intersection(action.keys)
        if bad:
            raise RegistryError(f"action {action.id} uses {', '.join(sorted(bad))}")
    for view in {name for action in table for name in action.views}:
        _check_view(view, table)


def _check_view(view: str, table: tuple[Action, ...]) -> None:
    owner: dict[str, str] = {}
    for action in table:
        if view not in action.views and EVERYWHERE not in action.views:
            continue
        for key in action.keys:
            if key in owner:
                raise RegistryError(f"{key} is both {owner[key]} and {action.id} on {view}")
            owner[key] = action.id


def find(action_id: str) -> Action:
    """The action of this id. Raises KeyError if there is none."""
    return _by_id()[action_id]


@lru_cache(maxsize=1)
def _by_id() -> dict[str, Action]:
    check(ACTIONS)
    return {action.id: action for action in ACTIONS}


@lru_cache(maxsize=64)
def listed_for(view: str) -> tuple[Action, ...]:
    """The actions of a view: its own first, then those that work everywhere."""
    table = tuple(_by_id().values())
    own = tuple(action for action in table if view in action.views)
    return own + tuple(action for action in table if EVERYWHERE in action.views)


def action_for(key: str, actions: Iterable[str], typing: bool) -> Action | None:
    """The action among `actions` (ids) that `key` starts; where text is typed letters, Space and Enter are not
    actions."""
    for action_id in actions:
        action = find(action_id)
        if key in (action.key, action.chord) and not (typing and (len(key) == 1 or key in ("enter", "space"))):
            return action
        if not typing and key == action.letter:
            return action
    return None


def documentation() -> str:
    """The table of actions and keys as Markdown, in the language spoken now."""
    rows = [f"| {_('Action')} | {_('Keys')} | {_('What it does')} | {_('Screens')} |", "| --- | --- | --- | --- |"]
    for action in _by_id().values():
        keys = ", ".join(label(key) for key in action.keys)
        views = _("all") if EVERYWHERE in action.views else ", ".join(action.views)
        rows.append(f"| {_(action.label)} | {keys} | {_(action.help)} | {views} |")
    return "\n".join(rows) + "\n"


def shown_key(action: Action, typing: bool) -> str:
    """The key to show in the key bar for an action."""
    return action.key or (action.chord if typing or not action.letter else action.letter)
