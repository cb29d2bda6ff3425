"""How messages are worded (F10, managers): each event in writing, its preview in three languages, what it costs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convisav_tui import words
from convisav_tui.errors import ConvisavError, FieldErrors
from convisav_tui.i18n import LANGUAGES, _, mark, ngettext
from convisav_tui.screens.customer_card import LANGUAGE_NAMES
from convisav_tui.screens.listing import ListingView
from convisav_tui.screens.record_form import RecordFormView
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, wrap
from convisav_tui.screens.widgets.record_list import ColumnSpec, Record

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.wording import Wording

EVERYBODY = ""
WRITTEN = ("email", "sms")
BODY_ROWS = 7
PREVIEW_ROWS = 9


class Place(NamedTuple):
    """A wording: its language, and the principal for whose orders it is ("" for everybody)."""

    language: str
    principal: str


class WordingsView(ListingView):
    """Enter opens a wording; those that the shop has written itself say in which languages."""

    name: ClassVar[str] = "wordings"
    columns = (
        ColumnSpec("event", mark("About"), 26, grow=2),
        ColumnSpec("channel", mark("By"), 10),
        ColumnSpec("own", mark("Written by the shop"), 20, grow=1),
    )

    def __init__(self, counter: Counter) -> None:
        super().__init__(counter)
        self.title = _("Wordings of messages")

    def actions(self) -> Sequence[str]:
        """Enter opens one."""
        return ("menu", "help", "quit")

    def keys(self) -> Sequence[tuple[str, str]]:
        """What the keys do."""
        return (("enter", _("Change")), ("escape", _("Back")))

    def records(self, session: Session) -> list[Record]:
        """Each event by e-mail and by SMS."""
        from convisav_tui.shop.wording import kept_wording
        from convisav_tui.store.models import Channel, MessageEvent

        rows: list[Record] = []
        for event in MessageEvent:
            for channel in WRITTEN:
                own = [code for code in LANGUAGES if kept_wording(session, event, Channel(channel), code) is not None]
                cells = {
                    "event": words.word(words.MESSAGES, event.value),
                    "channel": words.word(words.CHANNELS, channel),
                    "own": ", ".join(LANGUAGE_NAMES[code] for code in own),
                }
                rows.append(Record(len(rows), (event.value, channel), cells))
        return rows

    def chosen(self, record: Record) -> None:
        """Read the wording in every language, and open it."""
        identity = record.identity
        assert isinstance(identity, tuple)
        event, channel = identity
        self.host.run(
            lambda: _read(self.counter, event, channel),
            lambda found: self.host.open(WordingView(self.counter, event, channel, found)),
            label=_("Opening"),
            leave=True,
        )


class Found(NamedTuple):
    """The wordings as they were read by place, and the principals by id."""

    texts: Mapping[Place, Wording]
    principals: Sequence[tuple[str, str]]


class WordingView(RecordFormView):
    """One wording: language and principal choose which; below, what a customer would read. Ctrl+S saves what was
    changed in any language."""

    name: ClassVar[str] = "wording"

    def __init__(self, counter: Counter, event: str, channel: str, found: Found) -> None:
        self._event, self._channel, self._found = event, channel, found
        self._typed: dict[Place, tuple[str, str]] = {}
        self._shown = Place(counter.config.shop.language, EVERYBODY)
        self._top = 0
        super().__init__(counter, _fields(channel, self._shown.language, found), label_width=12)
        what = f"{words.word(words.MESSAGES, event)} · {words.word(words.CHANNELS, channel)}"
        self.title = _("Wording: {what}").format(what=what)
        self._show()

    def actions(self) -> Sequence[str]:
        """Saving, the shipped wording again, help."""
        return ("record", "shipped", "help")

    def act(self, action: str) -> bool:
        """Ctrl+S saves, Ctrl+R takes the shipped wording."""
        if action == "shipped":
            self._restore()
            return True
        return super().act(action)

    def field_changed(self, key: str) -> None:
        """Another language or principal shows another text; what was typed is kept."""
        super().field_changed(key)
        if key in ("language", "principal"):
            self._shown = Place(self.form.state["language"], self.form.state["principal"])
            self._show()
        else:
            self._typed[self._shown] = (self.form.state["subject"], self.form.state["body"])
            self._check()

    def changed(self) -> bool:
        """Whether a text was changed in any language; to look at another one changes nothing."""
        return bool(self._typed)

    def end_reached(self) -> None:
        """Enter in the last field is a new line of the text: Ctrl+S saves."""

    def write(self, session: Session, raw: Mapping[str, str]) -> str:
        """Save every text that was changed. Raises FieldErrors for one that cannot be used."""
        from convisav_tui.shop.wording import Wording, save_wording
        from convisav_tui.store.models import Channel, MessageEvent

        counter = self.counter
        for place, (subject, body) in self._typed.items():
            try:
                save_wording(
                    session,
                    MessageEvent(self._event),
                    Channel(self._channel),
                    place.language,
                    Wording(subject, body),
                    counter.actor,
                    counter.shop,
                    principal_id=int(place.principal) if place.principal else None,
                )
            except FieldErrors as error:
                if place == self._shown:
                    raise
                sentence = f"{LANGUAGE_NAMES[place.language]}: {next(iter(error.errors.values()))}"
                raise FieldErrors({"language": sentence}) from error
        return _("Saved; the next message is worded so")

    # --- texts ----------------------------------------------------------------------------------------------

    def _text(self, place: Place) -> tuple[str, str]:
        """What stands in a place: typed here, else kept, else what serves instead."""
        if place in self._typed:
            return self._typed[place]
        found = self._found.texts.get(place) or self._found.texts[Place(place.language, EVERYBODY)]
        return found.subject, found.body

    def _show(self) -> None:
        subject, body = self._text(self._shown)
        # As if typed: what is typed next goes into the text, not in its place.
        self.form.state.put("subject", subject)
        self.form.state.put("body", body)
        self._check()

    def _check(self) -> None:
        """Say beside the field what is wrong while it is typed."""
        from convisav_tui.shop.wording import Wording, check_wording
        from convisav_tui.store.models import Channel, MessageEvent

        wording = Wording(*self._text(self._shown))
        try:
            check_wording(MessageEvent(self._event), Channel(self._channel), wording, self.counter.shop)
            errors: Mapping[str, str] = {}
        except FieldErrors as error:
            errors = error.errors
        for key in ("subject", "body"):
            self.form.error(key, errors.get(key, ""))

    def _restore(self) -> None:
        from convisav_tui.shop.wording import default_wording, restore_wording
        from convisav_tui.store.models import Channel, MessageEvent

        event, channel, place, counter = MessageEvent(self._event), Channel(self._channel), self._shown, self.counter
        principal_id = int(place.principal) if place.principal else None

        def operation(session: Session) -> None:
            restore_wording(session, event, channel, place.language, counter.actor, principal_id)

        def done(_none: None) -> None:
            self._typed.pop(place, None)
            texts = dict(self._found.texts)
            texts.pop(place, None)
            if not place.principal:
                texts[place] = default_wording(event, channel, place.language)
            self._found = self._found._replace(texts=texts)
            self._show()
            self.host.say(_("The shipped wording serves again"), Role.SUCCESS)

        self.host.run(lambda: counter.store.write(operation), done, label=_("Saving"))

    # --- looks ----------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """The form, and below it the text with invented values."""
        below = self._preview(width)[: max(3, min(PREVIEW_ROWS, height - BODY_ROWS - 4))]
        page = super().render(width, height - len(below))
        rows = [*page.rows, *([[]] * (height - len(below) - len(page.rows)))]
        return Page([*rows[: height - len(below)], *below], page.cursor)

    def _preview(self, width: int) -> list[Row]:
        rows: list[Row] = [self._costs(width)]
        rendered = _rendered(self._channel, self._shown.language, self._text(self._shown), self.counter)
        if rendered is None:
            return rows
        if rendered[0]:
            rows.append([Span(" " + rendered[0], Role.VALUE)])
        return rows + [[Span(" " + line, Role.DIM)] for line in wrap(rendered[1], width - 2)]

    def _costs(self, width: int) -> Row:
        """What the text costs in each language, as it stands here."""
        parts = []
        for code in LANGUAGES:
            rendered = _rendered(self._channel, code, self._text(Place(code, self._shown.principal)), self.counter)
            if rendered is not None and self._channel == "sms":
                count = ngettext("{count} SMS", "{count} SMS", rendered[2]).format(count=rendered[2])
                parts.append(f"{LANGUAGE_NAMES[code]} {count} ({len(rendered[1])})")
        heading = _("Preview in {language}").format(language=LANGUAGE_NAMES[self._shown.language])
        text = f"── {heading} " + (f"── {' · '.join(parts)} " if parts else "")
        return [Span(text + "─" * max(0, width - len(text)), Role.RULE)]


def _rendered(channel: str, code: str, text: tuple[str, str], counter: Counter) -> tuple[str, str, int] | None:
    """Subject, body and segments with invented values; None while the text cannot be used."""
    from convisav_tui.shop.wording import Wording, preview
    from convisav_tui.store.models import Channel

    try:
        rendered = preview(Wording(*text), Channel(channel), code, counter.shop)
    except ConvisavError:
        return None
    return rendered.subject, rendered.body, rendered.segments


def _read(counter: Counter, event: str, channel: str) -> Found:
    from convisav_tui.shop.principals import all_principals
    from convisav_tui.shop.wording import Wording, default_wording, kept_wording
    from convisav_tui.store.models import Channel, MessageEvent

    about, by = MessageEvent(event), Channel(channel)
    texts: dict[Place, Wording] = {}
    with counter.store.read() as session:
        principals = [(str(found.party_id), found.name) for found in all_principals(session)]
        for code in LANGUAGES:
            for key in (EVERYBODY, *(key for key, _name in principals)):
                kept = kept_wording(session, about, by, code, int(key) if key else None)
                if kept is not None:
                    texts[Place(code, key)] = Wording(kept.subject, kept.body)
            texts.setdefault(Place(code, EVERYBODY), default_wording(about, by, code))
    return Found(texts, principals)


def _fields(channel: str, language: str, found: Found) -> tuple[FieldSpec, ...]:
    from convisav_tui.shop.wording import NAMES

    names = mark("A name after $ stands for what the order says: {names}")
    help_ = _(names).format(names=" ".join(f"${name}" for name in NAMES))
    return (
        FieldSpec(
            "language",
            mark("Language"),
            "choice",
            row=0,
            width=12,
            default=language,
            choices=tuple((code, LANGUAGE_NAMES[code]) for code in LANGUAGES),
        ),
        FieldSpec(
            "principal",
            mark("For"),
            "choice",
            row=0,
            width=24,
            grow=1,
            default=EVERYBODY,
            choices=((EVERYBODY, _("everybody")), *found.principals),
            help=mark("The wording of a principal goes before the shop's for his orders"),
        ),
        FieldSpec(
            "subject",
            mark("Subject"),
            row=1,
            width=50,
            grow=1,
            longest=200,
            visible_when=None if channel == "email" else lambda _state: False,
        ),
        FieldSpec("body", mark("Text"), "note", row=2, width=60, grow=1, height=BODY_ROWS, longest=4000, help=help_),
    )
