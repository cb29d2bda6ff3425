"""The intake form as data: which fields stand where, in which order, and what Enter passes over.

The table is all that the documentation, the help and the screen know of the form; `wired` adds what needs the shop.
Keys are those of `shop.intake_form.INTAKE_FIELDS`, except the boxes `customer`, `device` and `type`, which stand for
`customer_id`, `device_id` and `device_type`. The rows are laid out for 80x24.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from convisav_tui.i18n import _, mark
from convisav_tui.screens import intake_loaner, intake_principal
from convisav_tui.screens.widgets.form_fields import CHECKED, Choices, FieldSpec, FormState, Suggestion

LABEL_WIDTH = 11
NEW = "new"
COMPUTED = ""
CODES_TO_TYPE = ("pin", "pattern", "text")
# Rows of information between the fields.
GAPS = (2, 8, 12)
ROW_OF_HISTORY, ROW_AFTER_HISTORY = 19, 20


def customer_id(state: FormState) -> int | None:
    """The customer that was picked; None for a new one."""
    return _record(state.picked("customer"))


def device_id(state: FormState) -> int | None:
    """The known device that was picked; None for a new one."""
    return _record(state.picked("device"))


def _record(picked: Suggestion | None) -> int | None:
    return int(picked.key) if picked is not None and picked.key.isascii() and picked.key.isdigit() else None


def _is_new_customer(state: FormState) -> bool:
    return customer_id(state) is None


def _has_secret(state: FormState) -> bool:
    return bool(state["takes_secret"]) or bool(state["secret_kind"])


def _has_code(state: FormState) -> bool:
    return _has_secret(state) and state["secret_kind"] in CODES_TO_TYPE


def _has_amount(state: FormState) -> bool:
    return bool(state["amount"].strip())


def _never(state: FormState) -> bool:
    return False


# Hidden values that belong to what was typed, so that drafts keep them.
HIDDEN = ("device_type", "takes_secret", "comeback_of", "beside", "has_principals", "has_loaners")
_HIDDEN = tuple(FieldSpec(key, "", visible_when=_never) for key in HIDDEN)

INTAKE: tuple[FieldSpec, ...] = (
    FieldSpec(
        "customer",
        mark("Customer"),
        row=0,
        width=18,
        pick_first=True,
        help=mark("Phone digits, a name or an e-mail; an old label can be scanned here"),
    ),
    FieldSpec("name", mark("Name"), row=1, width=18, grow=2, visible_when=_is_new_customer, longest=120),
    FieldSpec("phone", mark("Tel."), row=1, width=14, grow=1, longest=40),
    FieldSpec("email", mark("E-mail"), row=1, width=15, grow=2, longest=254),
    FieldSpec(
        "device",
        mark("Device"),
        "scan",
        row=4,
        width=18,
        pick_first=True,
        suggest_empty=True,
        help=mark("One of his devices, the type of a new one, or a scan of its serial number"),
    ),
    FieldSpec("type", mark("Type"), row=5, width=18, grow=1, pick_first=True, suggest_empty=True),
    FieldSpec("brand", mark("Brand"), row=5, width=13, grow=1, pick_first=True, longest=80),
    FieldSpec("model", mark("Model"), row=5, width=13, grow=2, longest=120),
    FieldSpec(
        "serial",
        mark("Serial no."),
        "scan",
        row=6,
        width=17,
        grow=1,
        longest=80,
        help=mark("Type or scan; *#06# shows the IMEI of a phone"),
    ),
    FieldSpec(
        "purchased_on",
        mark("Bought"),
        "date",
        row=6,
        width=10,
        longest=20,
        help=mark("Day of purchase, as 12/03/2025 or 03/2025: the warranty follows from it"),
    ),
    FieldSpec(
        "secret_kind",
        mark("Code"),
        "choice",
        row=6,
        width=9,
        visible_when=_has_secret,
        help=mark("How the device is unlocked; better let the customer unlock it. Never an account password"),
    ),
    FieldSpec(
        "secret",
        "",
        "secret",
        row=6,
        width=8,
        visible_when=_has_code,
        help=mark("Kept encrypted, never printed, erased at the hand-over. Pattern: the points 1 to 9 in order"),
    ),
    FieldSpec(
        "warranty",
        mark("Warranty"),
        "choice",
        row=7,
        width=36,
        enter_stops=False,
        help=mark("Follows from the day of purchase; arrows or Space choose otherwise"),
    ),
    FieldSpec(
        "fault",
        mark("Fault"),
        "note",
        row=10,
        width=64,
        grow=1,
        height=2,
        suggest_empty=True,
        longest=10_000,
        help=mark("What the customer says is wrong; the arrows choose a frequent fault"),
    ),
    FieldSpec("accessories", mark("Accessories"), row=11, width=24, grow=1, longest=400),
    FieldSpec("condition", mark("Condition"), row=11, width=24, grow=1, longest=400),
    FieldSpec(
        "quote_requested", mark("Quote"), "check", row=14, width=1, help=mark("Space: a quote is asked for first")
    ),
    FieldSpec(
        "cap",
        mark("Cap"),
        "amount",
        row=14,
        width=9,
        longest=16,
        help=mark("The repair may cost this much without asking again"),
    ),
    FieldSpec(
        "promised_on",
        mark("For"),
        "date",
        row=14,
        width=13,
        longest=20,
        help=mark("The day promised: 27/11, fri 27, +5"),
    ),
    FieldSpec("quote_channel", mark("Tell: quote"), "choice", row=15, width=8),
    FieldSpec("ready_channel", mark("ready"), "choice", row=15, width=8),
    FieldSpec(
        "intake_message",
        mark("confirm"),
        "check",
        row=15,
        width=1,
        default=CHECKED,
        enter_stops=False,
        help=mark("Space: the customer is told in writing that the device was taken in"),
    ),
    FieldSpec(
        "intake_amount",
        mark("Deposit"),
        "choice",
        row=16,
        width=20,
    ),
    FieldSpec("amount", "", "amount", row=16, width=9, enter_stops=False, longest=16),
    FieldSpec("nature", "", "choice", row=16, width=13, visible_when=_has_amount),
    FieldSpec("means", mark("by"), "choice", row=16, width=9, visible_when=_has_amount),
    FieldSpec("labels", mark("Labels"), row=17, width=2, default="1", longest=2),
    intake_loaner.ACCESSORY_LABELS,
    FieldSpec("receipt", mark("Receipt"), "check", row=17, width=1, default=CHECKED),
    intake_loaner.LOANER,
    FieldSpec("note", mark("Note"), row=17, width=10, grow=1, enter_stops=False, longest=2000),
    *intake_loaner.TERMS,
    FieldSpec("street", mark("Address"), row=21, width=20, grow=1, enter_stops=False, longest=160),
    FieldSpec("postcode", mark("Postcode"), row=21, width=7, enter_stops=False, longest=16),
    FieldSpec("city", mark("City"), row=21, width=12, grow=1, enter_stops=False, longest=80),
    FieldSpec("depositor", mark("Brought by"), row=22, width=18, grow=1, enter_stops=False, longest=120),
    FieldSpec("seller", mark("Seller"), row=22, width=14, grow=1, enter_stops=False, longest=120),
    FieldSpec("language", mark("Speaks"), "choice", row=22, width=10, enter_stops=False),
    FieldSpec("fax", mark("Fax"), row=23, width=18, enter_stops=False, longest=40),
    *intake_principal.FIELDS,
    *_HIDDEN,
)

# The first field of each group: PgDn and PgUp go from one to the next.
GROUPS = ("customer", "device", "fault", "quote_requested", "intake_amount", "labels", "street", "principal")
# What a known device says of itself, and what is forgotten with it when another one is picked.
OF_DEVICE = ("type", "brand", "model", "serial", "purchased_on", "seller")
OF_CUSTOMER = ("phone", "email", "street", "postcode", "city", "language")


@dataclass(frozen=True, slots=True)
class Wiring:
    """What the shop adds to a field."""

    choices: Callable[[FormState], Choices] | None = None
    suggest: Callable[[str, FormState], list[Suggestion]] | None = None


def wired(wirings: Mapping[str, Wiring]) -> tuple[FieldSpec, ...]:
    """The fields with what the shop adds to them. Raises KeyError if a field is named that the form has not."""
    unknown = set(wirings) - {spec.key for spec in INTAKE}
    if unknown:
        raise KeyError(", ".join(sorted(unknown)))
    specs = []
    for spec in INTAKE:
        wiring = wirings.get(spec.key, Wiring())
        specs.append(replace(spec, choices=wiring.choices or spec.choices, suggest=wiring.suggest or spec.suggest))
    return tuple(specs)


def channels(state: FormState) -> Choices:
    """How a customer can be told something."""
    return (
        ("none", "—"),
        ("sms", _("SMS")),
        ("email", _("e-mail")),
        ("call", _("call")),
        ("fax", _("fax")),
        ("letter", _("post")),
    )


def secret_kinds(state: FormState) -> Choices:
    """How a device is unlocked: rules.md 4.5."""
    return (
        ("", "—"),
        ("pin", _("PIN")),
        ("pattern", _("pattern")),
        ("text", _("text")),
        ("none", _("no code")),
        ("refused", _("refused")),
    )


def natures(state: FormState) -> Choices:
    """What the sum is before the law: rules.md FR-A1."""
    return (
        ("acompte", _("down payment")),
        ("arrhes", _("earnest money")),
        ("diagnostic_fee", _("diagnostic fee")),
        ("guarantee_deposit", _("guarantee deposit")),
    )


def means(state: FormState) -> Choices:
    """How it is paid."""
    return (
        ("", "—"),
        ("card", _("card")),
        ("cash", _("cash")),
        ("cheque", _("cheque")),
        ("transfer", _("transfer")),
    )


def languages(state: FormState) -> Choices:
    """The language of the customer's papers and messages, each in itself."""
    return (("", "—"), ("fr", "français"), ("en", "English"), ("ro", "română"))
