"""What the intake form offers to choose from, and what is said beside and between its fields."""

from __future__ import annotations

from collections.abc import Callable

from convisav_tui.i18n import _
from convisav_tui.screens import intake_fields as fields
from convisav_tui.screens import intake_principal
from convisav_tui.screens import intake_said as said
from convisav_tui.screens import intake_suggestions as offers
from convisav_tui.screens.actions import find
from convisav_tui.screens.intake_fields import NEW, Wiring, customer_id
from convisav_tui.screens.intake_knowledge import Knowledge
from convisav_tui.screens.keys import label
from convisav_tui.screens.widgets.form import Form
from convisav_tui.screens.widgets.form_fields import Choices
from convisav_tui.screens.widgets.painting import Role, Row, Span

TALL = 21
"""Rows of the body from which the groups are set apart by empty rows (80x24)."""


def wirings(knowledge: Callable[[], Knowledge]) -> dict[str, Wiring]:
    """What the shop adds to the fields; `knowledge` is asked only while somebody types."""
    return {
        "type": Wiring(suggest=lambda typed, _state: offers.types_offered(knowledge().types, typed)),
        "secret_kind": Wiring(choices=fields.secret_kinds),
        "warranty": Wiring(choices=lambda _state: _warranty_choices(knowledge())),
        "quote_channel": Wiring(choices=fields.channels),
        "ready_channel": Wiring(choices=fields.channels),
        "intake_amount": Wiring(choices=lambda _state: _amount_choices(knowledge())),
        "nature": Wiring(choices=fields.natures),
        "means": Wiring(choices=fields.means),
        "loan_means": Wiring(choices=fields.means),
        "language": Wiring(choices=fields.languages),
    }


def _warranty_choices(knowledge: Knowledge) -> Choices:
    return (
        (fields.COMPUTED, knowledge.warranty.words or "—"),
        ("none", _("not covered")),
        ("parts", _("parts covered")),
        ("labour", _("labour covered")),
        ("both", _("parts and labour covered")),
    )


def _amount_choices(knowledge: Knowledge) -> Choices:
    return (("", "—"), *((amount.code, amount.name) for amount in knowledge.amounts))


def inform(form: Form, knowledge: Knowledge, shown_before: int, width: int, height: int) -> int:
    """Put what is known beside and between the fields; how many earlier orders are shown, which were `shown_before`."""
    state = form.state
    picked = state.picked("customer")
    known = knowledge.customer if customer_id(state) is not None else None
    is_new = (picked is not None and picked.key == NEW) or (picked is None and bool(state["name"]))
    form.beside("customer", *said.customer_said(known, is_new))
    device = knowledge.device()
    form.beside("principal", *intake_principal.beside(state))
    form.beside("device", f"✓ {offers.device_detail(device)}" if device else "", Role.SUCCESS)
    chord = label(find("comeback").chord)
    comeback = said.comeback_row(knowledge.history.comeback, state["comeback_of"], chord, width)
    earlier = said.earlier_rows(knowledge.history, max(2, height - TALL + 2))
    blank: Row = [Span(" ")] if height >= TALL else []
    for row in fields.GAPS:
        form.inform(row, f"gap {row}", blank)
    form.inform(fields.ROW_OF_HISTORY, "comeback", comeback)
    for index in range(max(len(earlier), shown_before)):
        form.inform(fields.ROW_OF_HISTORY, f"earlier {index}", earlier[index] if index < len(earlier) else [])
    crowded = height - TALL < len(earlier) + bool(comeback) - 2
    form.inform(fields.ROW_AFTER_HISTORY, "gap", [] if crowded else blank)
    return len(earlier)
