"""Between the form on screen and the shop: the raw texts of an intake, its errors, its draft, its title."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping

from convisav_tui.screens.intake_fields import INTAKE, customer_id, device_id
from convisav_tui.screens.intake_loaner import loaner_id
from convisav_tui.screens.intake_principal import principal_id
from convisav_tui.screens.widgets.form_fields import CHECKED, FormState

TICKED = "x"
_BOXES = ("customer", "device", "type", "principal", "loaner")
_HIDDEN = ("device_type", "comeback_of", "beside")
_CHECKS = tuple(spec.key for spec in INTAKE if spec.kind == "check")
# The texts of a draft are flat; how they came there (typed, picked, the focus) stands in one of them.
_MANNER = "form"
_PHONE = re.compile(r"[\d\s.()/+-]+")
# Where an error is shown when its own field is not on the form.
_SHOWN_AT = {
    "customer_id": "customer",
    "device_id": "device",
    "device_type": "type",
    "name": "customer",
    "secret": "secret_kind",
    "means": "amount",
    "nature": "amount",
    "comeback_of": "fault",
    "loan_means": "loan_deposit",
    "loan_deposit": "loaner",
    "beside": "customer",
    "principal_id": "principal",
}


def raw_texts(state: FormState) -> dict[str, str]:
    """What was typed, as `shop.intake_form.parse_intake` reads it."""
    raw = {key: text for key, text in state.texts().items() if key not in _BOXES}
    raw |= {key: TICKED if state[key] else "" for key in _CHECKS}
    raw |= {key: state[key] for key in _HIDDEN}
    del raw["takes_secret"], raw["has_principals"], raw["has_loaners"]
    customer = customer_id(state)
    device = device_id(state) if customer is not None else None
    raw["customer_id"] = "" if customer is None else str(customer)
    raw["device_id"] = "" if device is None else str(device)
    principal = principal_id(state)
    # What was typed and not picked is no id: the shop says so beside the box.
    loaner = loaner_id(state)
    raw["loaner"] = state["loaner"].strip() if loaner is None else str(loaner)
    raw["principal_id"] = state["principal"].strip() if principal is None else str(principal)
    return raw


def shown_errors(errors: Mapping[str, str], state: FormState) -> dict[str, str]:
    """The errors of the shop by the field that shows them, in the order of the form."""
    placed: dict[str, str] = {}
    for key, sentence in errors.items():
        at = key if key in state.specs and state.visible(key) else _SHOWN_AT.get(key, "customer")
        at = at if state.visible(at) else "customer"
        placed[at] = f"{placed[at]}; {sentence}" if at in placed else sentence
    return {key: placed[key] for key in state.specs if key in placed}


def preset_texts(proposed: Mapping[str, str], state: FormState) -> None:
    """Put what the shop proposes where nobody has typed."""
    for key, text in proposed.items():
        if key in state.specs and key not in _BOXES and key not in _HIDDEN:
            state.preset(key, (CHECKED if text else "") if key in _CHECKS else text)


def goes_to(typed: str) -> str:
    """The field of a new customer that something typed into the box belongs to."""
    if "@" in typed:
        return "email"
    return "phone" if _PHONE.fullmatch(typed) and any(c.isdigit() for c in typed) else "name"


def draft_fields(state: FormState, focus: str) -> dict[str, str]:
    """All that was typed as flat texts; the unlock code stands under its own key, where the shop encrypts it."""
    values = state.values
    texts = {key: value.text for key, value in values.items() if value.text or value.typed}
    manner = {
        "focus": focus,
        "typed": [key for key, value in values.items() if value.typed],
        "picked": {key: [v.picked.text, v.picked.key] for key, v in values.items() if v.picked is not None},
    }
    return texts | {_MANNER: json.dumps(manner)}


def form_of(fields: Mapping[str, str]) -> dict[str, object]:
    """What `Form.load` takes, from the texts of a draft; what is malformed is passed over."""
    try:
        manner = json.loads(fields.get(_MANNER, "{}"))
    except ValueError:
        manner = {}
    if not isinstance(manner, dict):
        manner = {}
    typed, picked = manner.get("typed"), manner.get("picked")
    typed = typed if isinstance(typed, list) else list(fields)
    picked = picked if isinstance(picked, dict) else {}
    values = {
        key: {"text": text, "typed": key in typed, "picked": picked.get(key)}
        for key, text in fields.items()
        if key != _MANNER
    }
    return {"focus": manner.get("focus"), "values": values}


def draft_title(state: FormState) -> str:
    """What a draft is called in the list: the customer and the device, as far as they are known."""
    who = state["name"] if customer_id(state) is None else ""
    who = who or state["customer"] or state["phone"]
    what = " ".join(part for part in (state["brand"], state["model"]) if part) or state["type"] or state["device"]
    parts = [part.strip() for part in (who, what, state["fault"].split("\n")[0][:40]) if part.strip()]
    return " · ".join(parts)[:120]
