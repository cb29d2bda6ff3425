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
    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.view import Host

KINDS = (("person", mark("person")), ("company", mark("company")))
LANGUAGE_NAMES = {"fr": "français", "en": "English", "ro": "română"}


class Card(NamedTuple):
    """A card as it was read: its texts by field, and the version that is changed."""

    texts: Mapping[str, str]
    version: int


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
    from convisav_tui.shop.people import CUSTOMER_FIELDS
    from convisav_tui.store.models import Party

    with counter.store.read() as session:
        party = session.get(Party, party_id)
        if party is None:
            raise NotFound(_("This customer was removed."))
        return Card({key: str(getattr(party, key) or "") for key in CUSTOMER_FIELDS}, party.version)


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
        from convisav_tui.shop.people import save_customer

        self.counter.store.write(
            lambda session: save_customer(
                session, typed, self.counter.shop, party_id=self._party_id, expected_version=version
            )
        )

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
        """Somebody else was faster: his changes come in where nothing was typed here, and saving again is safe."""
        mine = {key: text for key, text in self.form.state.texts().items() if text != self._card.texts[key]}
        self._card = card
        for key, text in card.texts.items():
            if key not in mine:
                self.form.state.preset(key, text, again=True)
        self.host.say(_("Somebody else changed this card meanwhile: look at it, then save again."), Role.WARNING)


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
        FieldSpec("street", mark("Street"), row=5, width=40, grow=1, default=texts["street"], longest=160),
        FieldSpec("postcode", mark("Postcode"), row=6, width=8, default=texts["postcode"], longest=16),
        FieldSpec("city", mark("City"), row=6, width=20, grow=1, default=texts["city"], longest=80),
        FieldSpec(
            "language",
            mark("Language"),
            "choice",
            row=7,
            width=20,
            default=texts["language"],
            choices=choices["language"],
        ),
        FieldSpec("note", mark("Note"), "note", row=8, width=40, grow=1, height=3, default=texts["note"]),
    )
