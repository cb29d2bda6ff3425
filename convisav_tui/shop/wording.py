"""How messages are worded: string.Template with a closed list of names, in the customer's language (rules.md 4.2).

What a person may put into a text is a closed list of strings made ready elsewhere (`message_facts`): no expression, no
attribute, no format specification, so a wording can neither read more than it should nor stop the program, and a
customer called `$name {x}` stays data. The unlock code, the serial number and free fault text have no name here.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from string import Template

from sqlmodel import Session, select

from convisav_tui.errors import FieldErrors
from convisav_tui.gsm import segments, to_gsm
from convisav_tui.i18n import DEFAULT_LANGUAGE, LANGUAGES, _, mark
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.permissions import Permission, asks, require
from convisav_tui.store.models import Channel, MessageEvent, MessageTemplate, Nature, PrincipalWording
from convisav_tui.text import clean_line, clean_text

# The names that a wording may use, with what stands for them.
NAMES: Mapping[str, str] = {
    "shop": mark("name of the shop"),
    "address": mark("address of the shop"),
    "phone": mark("phone of the shop"),
    "email": mark("e-mail of the shop"),
    "customer": mark("name of the customer"),
    "number": mark("ticket number"),
    "device": mark("brand and model, or type"),
    "fault": mark("declared fault, when it is one of the usual faults"),
    "promised": mark("promised day"),
    "deposit": mark("paid so far"),
    "amount": mark("amount of the quote, or price of the work"),
    "due": mark("left to pay"),
    "valid_until": mark("last day of the quote"),
    "quote_text": mark("text of the quote"),
    "answer": mark("what the customer is asked to answer"),
    "result": mark("how the work ended"),
    "guarantee": mark("last day of the guarantee on the repair"),
    "reference": mark("the principal's own reference"),
    "taken_in": mark("day when the device was taken in"),
    "ready_since": mark("day since when it can be collected"),
    "news": mark("what a subcontractor is told"),
}
SUBJECT_LENGTH = 200
SMS_VALUE_LENGTH = 60
SMS_SEGMENTS = 3
# Tunisia: joined messages are reported unsupported (notifying.md 6, D3b).
SMS_SEGMENTS_OF_COUNTRY = {"TN": 1}

Values = Callable[[str], Mapping[str, str]]  # language code → name → text


@dataclass(frozen=True)
class Wording:
    """A template: the subject is empty for an SMS."""

    subject: str
    body: str


@dataclass(frozen=True)
class Rendered:
    """A message ready to be sent: language, subject on one line, body, and SMS segments (0 for an e-mail)."""

    language: str
    subject: str
    body: str
    segments: int


@dataclass(frozen=True)
class _Shipped:
    """What the program brings in one language."""

    wordings: Mapping[tuple[MessageEvent, Channel], Wording]
    sentences: Mapping[str, str]
    natures: Mapping[str, str]
    terms: Mapping[str, str]


def default_wording(event: MessageEvent, channel: Channel, language: str) -> Wording:
    """The shipped wording; see `written_channel`. Raises KeyError for another language or channel."""
    return _shipped(language).wordings[event, written_channel(channel)]


def sentence(key: str, language: str) -> str:
    """One of the shipped sentences that values are made of ("ask", "repaired" …)."""
    return _shipped(language if language in LANGUAGES else DEFAULT_LANGUAGE).sentences[key]


def shipped_news(key: str, language: str) -> Wording:
    """A wording that a shop does not change, of the shipped sentences KEY_subject and KEY_body."""
    return Wording(sentence(f"{key}_subject", language), sentence(f"{key}_body", language).strip())


def nature_word(nature: Nature, language: str) -> str:
    """What the law calls a sum of this nature, word for word on the receipt (FR-A1)."""
    return _shipped(language if language in LANGUAGES else DEFAULT_LANGUAGE).natures[nature.value]


def shipped_terms(language: str) -> str:
    """The first lines at the foot of the receipt of a shop that has not written its own."""
    return _shipped(language if language in LANGUAGES else DEFAULT_LANGUAGE).terms["general"].strip()


def wording_for(
    session: Session,
    event: MessageEvent,
    channel: Channel,
    languages: Iterable[str],
    principal_id: int | None = None,
) -> tuple[str, Wording]:
    """The first language of `languages` that has a wording: the principal's before the shop's own before the shipped
    one; else English."""
    for language in (*languages, DEFAULT_LANGUAGE):
        own = _of_principal(session, event, channel, language, principal_id) or _own(session, event, channel, language)
        if own is not None:
            return language, Wording(own.subject, own.body)
        if language in LANGUAGES:
            return language, default_wording(event, channel, language)
    raise AssertionError("the default language has a wording")


def render(
    session: Session,
    event: MessageEvent,
    channel: Channel,
    values: Values,
    customer_language: str,
    shop: ShopContext,
    principal_id: int | None = None,
) -> Rendered:
    """The message in the customer's language, else the shop's, else English; an SMS is put into GSM-7 and cut to its
    limit of segments."""
    language, wording = wording_for(session, event, channel, (customer_language, shop.language), principal_id)
    return filled(wording, channel, language, values(language), shop.country)


def filled(wording: Wording, channel: Channel, language: str, values: Mapping[str, str], country: str) -> Rendered:
    """A wording with its values; an SMS is put into GSM-7 and cut to the country's limit of segments.

    A subject begins with the order's number in brackets: the answer of a customer finds its order by it."""
    if written_channel(channel) is Channel.EMAIL:
        subject = clean_line(_filled_lines(wording.subject, _on_one_line(values), join=" "))
        reference = f"[{values['number']}]" if values.get("number") else ""
        if reference and reference not in subject:
            subject = f"{reference} {subject}"
        return Rendered(language, subject[:SUBJECT_LENGTH], _filled_lines(wording.body, values, join="\n"), 0)
    short = {name: text[:SMS_VALUE_LENGTH].rstrip() for name, text in _on_one_line(values).items()}
    body = _cut(to_gsm(_filled_lines(wording.body, short, join=" ")), segment_limit(country))
    return Rendered(language, "", body, segments(body).count)


def check_wording(event: MessageEvent, channel: Channel, wording: Wording, shop: ShopContext) -> None:
    """Raise FieldErrors when a name is unknown, a dollar sign stands alone, or an SMS would be too long."""
    errors: dict[str, str] = {}
    for field, text in (("subject", wording.subject), ("body", wording.body)):
        problem = _problem(text)
        if problem:
            errors[field] = problem
    if not clean_text(wording.body):
        errors["body"] = _("A message needs a text")
    if written_channel(channel) is Channel.EMAIL and not clean_line(wording.subject):
        errors["subject"] = _("An e-mail needs a subject")
    if not errors and written_channel(channel) is Channel.SMS:
        limit = segment_limit(shop.country)
        count = segments(to_gsm(_filled_lines(wording.body, sample_values(shop), join=" "))).count
        if count > limit:
            errors["body"] = _("This text costs {count} SMS; the limit is {limit}").format(count=count, limit=limit)
    if errors:
        raise FieldErrors(errors)


@asks(Permission.EDIT_WORDING)
def save_wording(
    session: Session,
    event: MessageEvent,
    channel: Channel,
    language: str,
    wording: Wording,
    actor: Actor,
    shop: ShopContext,
    principal_id: int | None = None,
) -> MessageTemplate | PrincipalWording:
    """Keep the shop's own wording, or that for the orders of a principal. Raises FieldErrors when it cannot be used
    (see `check_wording`), Refusal to those who may not change it."""
    require(session, actor, Permission.EDIT_WORDING)
    check_wording(event, channel, wording, shop)
    row = kept_wording(session, event, channel, language, principal_id)
    subject, body = clean_line(wording.subject)[:SUBJECT_LENGTH], clean_text(wording.body)
    if row is None:
        key = {"event": event, "channel": written_channel(channel), "language": language}
        text = {"subject": subject, "body": body}
        if principal_id is None:
            row = MessageTemplate.model_validate(key | text)
        else:
            row = PrincipalWording.model_validate(key | text | {"principal_id": principal_id})
    else:
        row.subject, row.body = subject, body
    session.add(row)
    session.flush()
    return row


@asks(Permission.EDIT_WORDING)
def restore_wording(
    session: Session,
    event: MessageEvent,
    channel: Channel,
    language: str,
    actor: Actor,
    principal_id: int | None = None,
) -> None:
    """Forget the shop's own wording, or that of a principal: the one behind it serves again. Raises Refusal to those
    who may not."""
    require(session, actor, Permission.EDIT_WORDING)
    row = kept_wording(session, event, channel, language, principal_id)
    if row is not None:
        session.delete(row)
        session.flush()


def kept_wording(
    session: Session, event: MessageEvent, channel: Channel, language: str, principal_id: int | None = None
) -> MessageTemplate | PrincipalWording | None:
    """What the shop has written itself, for everybody or for one principal; None where the shipped wording serves."""
    if principal_id is None:
        return _own(session, event, channel, language)
    return _of_principal(session, event, channel, language, principal_id)


def preview(wording: Wording, channel: Channel, language: str, shop: ShopContext) -> Rendered:
    """The wording with invented values, for the screen where it is written. Raises FieldErrors if a name is unknown."""
    problems = {key: problem for key, text in vars(wording).items() if (problem := _problem(text))}
    if problems:
        raise FieldErrors(problems)
    return filled(wording, channel, language, sample_values(shop, language), shop.country)


def sample_values(shop: ShopContext, language: str = "") -> dict[str, str]:
    """Invented values of usual length, one a name; sentences in `language`, by default the shop's."""
    spoken = language or shop.language
    return {
        "shop": "Atelier Rivoli", "address": "12 rue de Rivoli\n75004 Paris", "phone": "01 42 00 00 00",
        "email": "contact@atelier.example", "customer": "Hélène Lefèvre", "number": "26 0001234 5",
        "device": "Miele WCD320", "fault": "ne vidange plus", "promised": "27/11/2026", "deposit": "30,00 €",
        "amount": "126,00 €", "due": "96,00 €", "valid_until": "21/12/2026", "quote_text": "Pompe de vidange",
        "answer": sentence("ask", spoken), "result": sentence("repaired", spoken),
        "guarantee": "27/02/2027", "reference": "PO-4711", "taken_in": "14/11/2026", "ready_since": "20/11/2026",
        "news": sentence("approved", spoken),
    }  # fmt: skip


def segment_limit(country: str) -> int:
    """How many segments one SMS may cost in this country."""
    return SMS_SEGMENTS_OF_COUNTRY.get(country, SMS_SEGMENTS)


def _filled_lines(text: str, values: Mapping[str, str], join: str) -> str:
    """The text filled in; a line whose names are all empty is left out, and so are blank lines left in a row."""
    kept: list[str] = []
    for line in text.strip("\n").split("\n"):
        names = Template(line).get_identifiers()
        if names and not any(values[name] for name in names):
            continue
        filled = Template(line).substitute(values).rstrip()
        if filled or (kept and kept[-1]):
            kept.append(filled)
    return join.join(kept).strip() if join == "\n" else join.join(line for line in kept if line)


def _problem(text: str) -> str:
    """What is wrong with the text of a template, "" if nothing is."""
    template = Template(text)
    if not template.is_valid():
        return _("A dollar sign stands alone: write $$ for the sign itself")
    unknown = [name for name in template.get_identifiers() if name not in NAMES]
    return _("${name} is unknown").replace("{name}", unknown[0]) if unknown else ""


def _cut(text: str, limit: int) -> str:
    """The text shortened until it costs no more than `limit` segments."""
    if segments(text).count <= limit:
        return text
    kept = text[: limit * 153]
    while segments(kept + "...").count > limit:
        kept = kept[:-1]
    return kept.rstrip() + "..."


def _on_one_line(values: Mapping[str, str]) -> dict[str, str]:
    return {name: clean_line(text) for name, text in values.items()}


def written_channel(channel: Channel) -> Channel:
    """Under which channel a wording is written: a call uses that of an SMS as its cue, a fax and a letter that of an
    e-mail."""
    if channel is Channel.CALL:
        return Channel.SMS
    return Channel.EMAIL if channel in (Channel.FAX, Channel.LETTER) else channel


def _own(session: Session, event: MessageEvent, channel: Channel, language: str) -> MessageTemplate | None:
    return session.exec(
        select(MessageTemplate).where(
            MessageTemplate.event == event,
            MessageTemplate.channel == written_channel(channel),
            MessageTemplate.language == language,
        )
    ).first()


def _of_principal(
    session: Session, event: MessageEvent, channel: Channel, language: str, principal_id: int | None
) -> PrincipalWording | None:
    if principal_id is None:
        return None
    return session.exec(
        select(PrincipalWording).where(
            PrincipalWording.principal_id == principal_id,
            PrincipalWording.event == event,
            PrincipalWording.channel == written_channel(channel),
            PrincipalWording.language == language,
        )
    ).first()


@lru_cache(maxsize=len(LANGUAGES))
def _shipped(language: str) -> _Shipped:
    if language not in LANGUAGES:
        raise KeyError(language)
    text = resources.files("convisav_tui.shop").joinpath("wordings", f"{language}.toml").read_text("utf-8")
    written = tomllib.loads(text)
    wordings = {
        (event, channel): Wording(
            written[event.value][channel.value].get("subject", ""), written[event.value][channel.value]["body"].strip()
        )
        for event in MessageEvent
        if event.value in written
        for channel in (Channel.EMAIL, Channel.SMS)
    }
    return _Shipped(wordings, dict(written["sentences"]), dict(written["natures"]), dict(written["terms"]))
