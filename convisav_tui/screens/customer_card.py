"""Changing a customer's card: what is typed is checked by the shop, and never lost to somebody else's change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convisav_tui import words
from convisav_tui.errors import Conflict, FieldErrors, NotFound
from convisav_tui.i18n import LANGUAGES, _, mark
from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.form_fields import FieldSpec
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role
from convisav_tui.screens.widgets.prompt import ChoicePrompt

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host
    from convisav_tui.shop.card_history import CardChange

KINDS = (("person", mark("person")), ("company", mark("company")))
LANGUAGE_NAMES = {"fr": "français", "en": "English", "ro": "română"}


# What the fields are called where one has to be named in a sentence.
FIELD_NAMES = {
    "name": mark("Name"),
    "kind": mark("Kind"),
    "phone": mark("Phone"),
    "email": mark("E-mail"),
    "channel": mark("Told by"),
    "street": mark("Street"),
    "postcode": mark("Postcode"),
    "city": mark("City"),
    "language": mark("Language"),
    "note": mark("Note"),
}


class Card(NamedTuple):
    """A card as it was read: its texts by field, the version that is changed, and who changed it last."""

    texts: Mapping[str, str]
    version: int
    changed: CardChange


def open_card(host: Host, counter: Counter, party_id: int) -> None:
    """Read the card and open it."""
    host.run(
        lambda: read_card(counter, party_id),
        lambda card: host.open(CustomerCardView(counter, party_id, card)),
        label=_("Opening"),
        leave=True,
    )


def read_card(counter: Counter, party_id: int) -> Card:
    """The card of a customer. Raises NotFound when he was removed."""
    from convisav_tui.shop.card_history import last_card_change
    from convisav_tui.shop.people import card_texts
    from convisav_tui.store.models import Party

    with counter.store.read() as session:
        party = session.get(Party, party_id)
        if party is None:
            raise NotFound(_("This customer was removed."))
        return Card(card_texts(party), party.version, last_card_change(session, party))


class CustomerCardView(FormView):
    """Ctrl+S saves; Esc goes back and asks first when something was changed."""

    name: ClassVar[str] = "card"

    def __init__(self, counter: Counter, party_id: int, card: Card) -> None:
        self.counter = counter
        self._party_id = party_id
        self._card = card
        super().__init__(_fields(card.texts), label_width=14)
        self.title = _("Card of {customer}").format(customer=card.texts["name"])

    def actions(self) -> Sequence[str]:
        """Saving, and help."""
        return ("keep", "help")

    def act(self, action: str) -> bool:
        """Ctrl+S saves."""
        if action == "keep":
            self._save()
        return action == "keep"

    def key(self, key: Key) -> None:
        """Esc asks before it gives up what was typed."""
        if self.form.key(key):
            return
        if key.name == "escape" and self._changed():
            choices = [("save", _("Save")), ("drop", _("Do not save"))]
            deeds = {"save": self._save, "drop": self.host.back}
            self.host.ask(ChoicePrompt(_("Save what was changed?"), choices, lambda chosen: deeds[chosen]()))
        elif key.name == "escape":
            self.host.back()

    def field_changed(self, key: str) -> None:
        """What was wrong with it may be mended now."""
        self.form.error(key, "")

    def end_reached(self) -> None:
        """Enter after the last field saves."""
        self._save()

    def render(self, width: int, height: int) -> Page:
        """The form."""
        self.title_right = self.counter.title_right()
        return super().render(width, height)

    def _changed(self) -> bool:
        return dict(self.form.state.texts()) != dict(self._card.texts)

    # --- saving -----------------------------------------------------------------------------------------------

    def _save(self) -> None:
        typed, version = self.form.state.texts(), self._card.version
        self.host.run(lambda: self._keep(typed, version), self._kept, self._refused, label=_("Saving"))

    def _keep(self, typed: Mapping[str, str], version: int) -> None:
        from convisav_tui.shop.card_history import note_card_change
        from convisav_tui.shop.people import save_customer

        before, counter = self._card.texts, self.counter

        def keep(session: Session) -> None:
            save_customer(session, typed, counter.shop, party_id=self._party_id, expected_version=version)
            note_card_change(session, self._party_id, before, typed, counter.actor)

        counter.store.write(keep)

    def _kept(self, _nothing: None) -> None:
        self.host.back()
        self.host.say(_("Saved"), Role.SUCCESS)

    def _refused(self, error: Exception) -> None:
        if isinstance(error, FieldErrors):
            self.form.errors(error.errors)
        elif isinstance(error, Conflict):
            self.host.run(lambda: read_card(self.counter, self._party_id), self._met, label=_("Opening"))
        else:
            self.host.say_error(error)

    def _met(self, card: Card) -> None:
        """Somebody else was faster: his changes come in where nothing was typed here; where both changed a field, both
        values are shown and one is chosen. Saving again is safe."""
        typed, before = self.form.state.texts(), self._card.texts
        mine = {key for key, text in typed.items() if text != before[key]}
        both = [key for key in typed if key in mine and card.texts[key] not in (before[key], typed[key])]
        self._card = card
        for key, text in card.texts.items():
            if key not in mine:
                self.form.state.preset(key, text, again=True)
        self._choose(both, self._who(card))

    def _who(self, card: Card) -> str:
        """Who changed it when, as far as anybody knows."""
        who, when = card.changed.by or _("Somebody else"), self.counter.short_moment(card.changed.at)
        return _("{who} changed this card on {when}").format(who=who, when=when)

    def _choose(self, fields: Sequence[str], who: str) -> None:
        """Ask about each field that both changed; then say that saving again keeps all that is seen."""
        if not fields:
            self.host.say(_("{who}: look at it, then save again.").format(who=who), Role.WARNING)
            return
        key, *rest = fields
        theirs = self._card.texts[key]
        choices = [
            ("mine", _("keep mine: {value}").format(value=self._shown(key, self.form.state.texts()[key]))),
            ("theirs", _("take theirs: {value}").format(value=self._shown(key, theirs))),
        ]

        def chosen(which: str) -> None:
            if which == "theirs":
                self.form.state.preset(key, theirs, again=True)
            self._choose(rest, who)

        question = _("{who}. {field}: which one?").format(who=who, field=_(FIELD_NAMES[key]))
        self.host.ask(ChoicePrompt(question, choices, chosen, lambda: self._choose(rest, who)))

    def _shown(self, key: str, value: str) -> str:
        """A value as the field shows it, on one line."""
        words_of = dict(self.form.state.choices(key)) if key in ("kind", "language", "channel") else {}
        return " ".join(words_of.get(value, value).split()) or "—"


def _fields(texts: Mapping[str, str]) -> tuple[FieldSpec, ...]:
    choices = {
        "kind": tuple((code, _(text)) for code, text in KINDS),
        "language": tuple((code, LANGUAGE_NAMES[code]) for code in LANGUAGES),
        "channel": tuple((code, _(text)) for code, text in words.CHANNELS.items()),
    }
    return (
        FieldSpec("name", mark("Name"), row=0, width=40, grow=1, default=texts["name"], longest=120),
        FieldSpec("kind", mark("Kind"), "choice", row=1, width=20, default=texts["kind"], choices=choices["kind"]),
        FieldSpec("phone", mark("Phone"), row=2, width=20, default=texts["phone"], longest=40),
        FieldSpec("fax", mark("Fax"), row=2, width=20, default=texts["fax"], longest=40),
        FieldSpec("email", mark("E-mail"), row=3, width=40, grow=1, default=texts["email"], longest=200),
        FieldSpec(
            "channel",
            mark("Told by"),
            "choice",
            row=4,
            width=20,
            default=texts["channel"],
            choices=choices["channel"],
        ),
        FieldSpec(
            "channels",
            mark("Then by"),
            row=5,
            width=40,
            grow=1,
            default=texts["channels"],
            longest=80,
            help=mark("Channels to try after it, in this order, with commas: e-mail, SMS, fax, letter"),
        ),
        FieldSpec(
            "refused_channels",
            mark("Never by"),
            row=6,
            width=40,
            grow=1,
            default=texts["refused_channels"],
            longest=80,
            help=mark("Channels that the customer refuses, with commas"),
        ),
        FieldSpec("street", mark("Street"), row=7, width=40, grow=1, default=texts["street"], longest=160),
        FieldSpec("postcode", mark("Postcode"), row=8, width=8, default=texts["postcode"], longest=16),
        FieldSpec("city", mark("City"), row=8, width=20, grow=1, default=texts["city"], longest=80),
        FieldSpec(
            "language",
            mark("Language"),
            "choice",
            row=9,
            width=20,
            default=texts["language"],
            choices=choices["language"],
        ),
        FieldSpec("note", mark("Note"), "note", row=10, width=40, grow=1, height=3, default=texts["note"]),
    )
