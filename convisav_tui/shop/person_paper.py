"""What is known of a person as a paper to be read (rules.md 4.4): the same data as the JSON, in sentences and tables.

The paper is made for the person and kept nowhere: a copy in the store would outlive an anonymisation.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from convisav_tui import ticket_number, words
from convisav_tui.clock import local
from convisav_tui.i18n import LANGUAGES, format_day, mark, translate
from convisav_tui.money import format_amount
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.document import Document, Table
from convisav_tui.shop.letters import sender_lines

KIND = "person_export"
_TITLE = mark("What we know of you")
_CARD = (
    ("name", mark("Name")),
    ("phone", mark("Phone")),
    ("email", mark("E-mail")),
    ("fax", mark("Fax")),
    ("street", mark("Street")),
    ("postcode", mark("Postcode")),
    ("city", mark("City")),
    ("note", mark("Note")),
)
_ORDER = (
    ("reported_fault", mark("Fault")),
    ("found_fault", mark("Fault found")),
    ("accessories", mark("Accessories")),
    ("intake_condition", mark("Condition")),
    ("depositor", mark("Brought by")),
    ("note", mark("Note")),
)
_SECRET = mark("An unlock code is kept for this device; it is not printed.")
_FILE = mark("The file that comes with this paper holds the same and every further detail, for other programs.")


def person_paper(exported: str, shop: ShopContext) -> Document:
    """The paper for an export (`export_person`), in the person's language."""
    data = json.loads(exported)
    person = data["person"]
    language = person["language"] if person["language"] in LANGUAGES else shop.language
    speak = _Speaker(language, shop)
    tables = [table for order in data["orders"] for table in _order_tables(order, speak)]
    return Document(
        kind=KIND,
        title=translate(_TITLE, language),
        language=language,
        number=str(person["code"]),
        dated=speak.day(data["exported_at"]),
        sender=sender_lines(shop),
        addressee=tuple(part for part in (person["name"], person["street"], person["city"]) if part),
        facts=tuple((translate(caption, language), str(person[key])) for key, caption in _CARD if person.get(key)),
        tables=(_devices(data["devices"], speak), *_consents(data["consents"], speak), *tables),
        paragraphs=(translate(_FILE, language),),
    )


class _Speaker:
    """Words, days and amounts in the person's language."""

    def __init__(self, language: str, shop: ShopContext) -> None:
        self.language, self._shop = language, shop

    def say(self, msgid: str) -> str:
        return translate(msgid, self.language)

    def word(self, known: Mapping[str, str], code: object) -> str:
        return self.say(known[str(code)]) if str(code) in known else str(code or "")

    def day(self, value: object) -> str:
        if not isinstance(value, str) or not value:
            return ""
        moment = datetime.fromisoformat(value)
        day = local(moment, self._shop.timezone).date() if moment.tzinfo is not None else moment.date()
        return format_day(day, self.language)

    def amount(self, value: object, currency: str) -> str:
        return format_amount(value, currency, self.language) if isinstance(value, int) else ""


def _devices(rows: Sequence[Mapping[str, Any]], speak: _Speaker) -> Table:
    columns = tuple(map(speak.say, (mark("Device"), mark("Serial no."), mark("Bought on"))))
    return Table(
        columns,
        tuple(
            (f"{row['brand']} {row['model']}".strip(), row["serial"], speak.day(row["purchased_on"])) for row in rows
        ),
        caption=speak.say(mark("Devices")),
    )


def _consents(rows: Sequence[Mapping[str, Any]], speak: _Speaker) -> list[Table]:
    columns = tuple(map(speak.say, (mark("When"), mark("Consent"), mark("By"), mark("Given"))))
    given = {True: speak.say(mark("yes")), False: speak.say(mark("no"))}
    found = tuple(
        (
            speak.day(row["at"]),
            str(row["purpose"]),
            speak.word(words.CHANNELS, row["channel"]),
            given[bool(row["given"])],
        )
        for row in rows
    )
    return [Table(columns, found, caption=speak.say(mark("Consents")))] if found else []


def _order_tables(order: Mapping[str, Any], speak: _Speaker) -> list[Table]:
    """What was written down of an order, what happened, what was paid, what was told."""
    head = f"{speak.say(mark('Order'))} {ticket_number.show(order['number'])}"
    state = speak.word(words.STATES, order["state"])
    said = [(speak.say(mark("State")), state), (speak.say(mark("Taken in")), speak.day(order["opened_at"]))]
    said += [(speak.say(caption), str(order[key])) for key, caption in _ORDER if order.get(key)]
    if order.get("secret_state") == "stored":
        said.append((speak.say(mark("Unlock code")), speak.say(_SECRET)))
    tables = [Table(("", ""), tuple(said), caption=head)]
    when = speak.say(mark("When"))
    events = tuple((speak.day(row["at"]), speak.word(words.EVENTS, row["event"])) for row in order["events"])
    tables.append(Table((when, speak.say(mark("What happened"))), events))
    paid = tuple(
        (
            speak.day(row["at"]),
            speak.word(words.NATURES, row["nature"]),
            speak.word(words.MEANS, row["means"]),
            speak.amount(row["amount"], row["currency"]),
        )
        for row in order["payments"]
    )
    if paid:
        columns = (when, *map(speak.say, (mark("Paid"), mark("By"), mark("Amount"))))
        tables.append(Table(columns, paid))
    told = tuple(
        (
            speak.day(row["created_at"]),
            speak.word(words.MESSAGES, row["event"]),
            f"{speak.word(words.CHANNELS, row['channel'])} {row['recipient']}".strip(),
        )
        for row in order["messages"]
    )
    if told:
        tables.append(Table((when, *map(speak.say, (mark("Message"), mark("To")))), told))
    return tables
