"""The intake (F2): a customer, his device, what is wrong with it and what was agreed, on one screen."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar

from convisav_tui import ticket_number
from convisav_tui.errors import ConvisavError, FieldErrors
from convisav_tui.i18n import _
from convisav_tui.screens import intake_loaner, intake_principal
from convisav_tui.screens import intake_said as said
from convisav_tui.screens import intake_suggestions as offers
from convisav_tui.screens.actions import find
from convisav_tui.screens.intake_draft import DraftKeeper, Drafts, ShopDrafts
from convisav_tui.screens.intake_drop_off import DropOffPart
from convisav_tui.screens.intake_fields import GROUPS, LABEL_WIDTH, NEW, customer_id, wired
from convisav_tui.screens.intake_filling import new_customer
from convisav_tui.screens.intake_knowledge import SUGGESTED, Knowledge
from convisav_tui.screens.intake_lookups import BroughtTogether, Catalogue, KnownCustomer, Lookups, TakenIn
from convisav_tui.screens.intake_page import inform, wirings
from convisav_tui.screens.intake_texts import TICKED, draft_fields, draft_title, form_of, raw_texts, shown_errors
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.passport import PassportView
from convisav_tui.screens.widgets.form_fields import Suggestion
from convisav_tui.screens.widgets.form_painting import choices_said
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span
from convisav_tui.screens.widgets.prompt import YesNo
from convisav_tui.screens.widgets.scanning import ticket_in

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter

ROUNDS = 5
"""How often Ctrl+S waits for answers that lead to further questions."""


class IntakeView(FormView):
    """Enter goes to what is still to be typed, PgDn to the next part, Ctrl+S saves; Esc sets the form aside."""

    name: ClassVar[str] = "intake"

    def __init__(
        self,
        counter: Counter,
        from_order: str = "",
        *,
        beside: str = "",
        receipt_owed: bool = False,
        draft: tuple[str, Mapping[str, str]] | None = None,
        lookups: Lookups | None = None,
        drafts: Drafts | None = None,
        received: Callable[[str], None] | None = None,
    ) -> None:
        """`from_order`: number of an earlier order whose customer and device come again. `draft`: key and fields of one
        that was taken up. `beside`: an order of the same drop-off; `receipt_owed`: its receipt waits for this one.
        `received` is told the number of the new order once the screen below is shown again."""
        super().__init__(wired(wirings(lambda: self._knowledge)), label_width=LABEL_WIDTH)
        self.counter = counter
        self._drop_off = DropOffPart(beside, receipt_owed)
        self.title = self._drop_off.title()
        self._knowledge = Knowledge(self.form, lookups or _lookups_of(counter))
        self._received = received
        self._from_order = from_order
        self._draft = draft
        self._keeper = DraftKeeper(
            drafts or ShopDrafts(counter),
            lambda: (draft_title(self.form.state), draft_fields(self.form.state, self.form.focus)),
            draft[0] if draft else "",
        )
        self._visited: set[str] = set()

    # --- the host ---------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """Ask what can be chosen from; keys typed meanwhile wait."""
        self._keeper.begin(self.host)
        self._knowledge.begin(self.host)
        self.host.when_loaded(self._begin)

    def closed(self) -> None:
        """Closed from elsewhere (F3): what was typed becomes a draft."""
        self._drop_off.leave(self.host, self._knowledge)
        if self._keeper.ended:
            return
        if self._touched:
            self._keeper.park()
            self.host.say(_("Set aside; F5 brings it back"), Role.WARNING)
        else:
            self._keeper.forget()
        self._keeper.end()

    def park(self) -> None:
        """See `View`."""
        if self._touched:
            self._keeper.park()

    @property
    def kept(self) -> bool:
        """See `View`."""
        return self._keeper.kept

    def _begin(self) -> None:
        number, party, beside = self._from_order, None, self._drop_off.number
        if self._draft is not None:
            self.form.load(form_of(self._draft[1]))
            party = customer_id(self.form.state)
        lookups = self._knowledge.lookups

        def ask() -> tuple[Catalogue, tuple[KnownCustomer, int] | None, KnownCustomer | None, BroughtTogether | None]:
            earlier = lookups.of_order(number) if number else None
            known = lookups.customer(party) if party is not None else None
            return lookups.catalogue(), earlier, known, lookups.beside(beside) if beside else None

        self.host.run(ask, lambda found: self._ready(*found), label=_("Opening"))

    def _ready(
        self,
        catalogue: Catalogue,
        earlier: tuple[KnownCustomer, int] | None,
        known: KnownCustomer | None,
        together: BroughtTogether | None,
    ) -> None:
        knowledge = self._knowledge
        knowledge.catalogue, knowledge.customer = catalogue, known
        intake_principal.known_to(self.form.state, catalogue.principals)
        intake_loaner.known_to(self.form.state, catalogue.loaners)
        if earlier is not None:
            knowledge.take(*earlier)
        elif together is not None:
            self._drop_off.begin(knowledge, together)
        elif self._draft is not None:
            knowledge.ask_device()
            self.form.go(self.form.focus)
        else:
            knowledge.ask_defaults()

    @property
    def _touched(self) -> bool:
        return any(value.typed for value in self.form.state.values.values())

    # --- the page -----------------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """The form, with what is said beside it."""
        station = self.counter.person.station_name if self.counter.person else ""
        self.title_right = self.counter.title_right(station)
        self._earlier_shown = inform(self.form, self._knowledge, self._earlier_shown, width, height)
        return super().render(width, height)

    _earlier_shown = 0
    _more = False  # whether another device of this customer follows

    def hint(self) -> Row:
        """What the field is for, or what can be chosen; else the keys that the key bar does not name."""
        spec, state = self.form.spec, self.form.state
        if spec.key == "intake_amount":
            priced = [(amount.code, f"{amount.name} {amount.text}") for amount in self._knowledge.amounts]
            return choices_said([("", "—"), *priced], state[spec.key])
        if spec.kind == "choice" and not spec.help:
            return choices_said(state.choices(spec.key), state[spec.key])
        return super().hint() or [Span(" " + _("PgDn next part   Esc sets the form aside"), Role.DIM)]

    # --- keys ---------------------------------------------------------------------------------------------------------

    def actions(self) -> Sequence[str]:
        """Most useful first."""
        may_come_back = self._knowledge.history.comeback or self.form.state["comeback_of"]
        own = ["save", "comeback"] if may_come_back else ["save"]
        return [
            *own,
            "another",
            "find",
            "new",
            "drafts",
            "help",
            "till",
            "customer",
            *(["passport"] if self._knowledge.history.device_id else []),
            "print",
            "messages",
            "menu",
            "quit",
        ]

    def act(self, action: str) -> bool:
        """What the form does itself: F9 and F7 lead to their parts of the form."""
        if action in ("save", "another"):
            self._more = action == "another"
            self._save()
        elif action == "comeback":
            self._turn_comeback()
        elif action == "customer" and self.form.focus == "customer" and self._knowledge.history.device_id:
            self.act("passport")
        elif action == "customer":
            self._go("customer")
        elif action == "passport" and self._knowledge.history.device_id is not None:
            self.host.open(PassportView(self.counter, self._knowledge.history.device_id))
        elif action == "till":
            self._go("intake_amount")
        elif action == "new" and not self._touched:
            self.host.say(_("This form is still empty: type here"))
        else:
            return False
        return True

    def waits(self, key: Key) -> bool:
        """Enter passes over fields that hold something: it waits for what is still to be proposed."""
        return super().waits(key) or (bool(self._knowledge.awaited) and key.name == "enter")

    def key(self, key: Key) -> None:
        """To the form; then what follows from leaving a field."""
        before = self.form.focus
        if key.name in ("pagedown", "pageup"):
            self._go(self._group(1 if key.name == "pagedown" else -1))
        elif not self.form.key(key) and key.name == "escape":
            self._put_aside()
        elif self.form.focus != before:
            self._left(before)

    def _go(self, field: str) -> None:
        before = self.form.focus
        self.form.go(field)
        self._left(before)

    def _group(self, by: int) -> str:
        """The first field of the next group, or of the one before."""
        keys = list(self.form.state.specs)
        at = keys.index(self.form.focus)
        groups = [group for group in GROUPS if self.form.state.visible(group)]
        begun = [group for group in groups if keys.index(group) <= at]
        if by < 0 and begun[-1] != self.form.focus:
            return begun[-1]
        return groups[(groups.index(begun[-1]) + by) % len(groups)]

    def scanned(self, text: str) -> bool:
        """An old label brings its customer and device; a serial number brings its device; else the program decides."""
        reading, knowledge = ticket_in(text), self._knowledge
        number = reading.number if reading is not None else ""
        in_device = self.form.focus == "device"
        if number and ticket_number.kind(number) == "loaner" and self.form.focus != "serial":
            knowledge.scan_loaner(number)
        elif number and self.form.focus != "serial" and customer_id(self.form.state) is None:
            knowledge.take_from_label(number, lambda: self._no_order(number, text if in_device else ""))
        elif in_device:
            knowledge.take_serial(text)
            self._keeper.changed()
        elif self.form.scanned(text):
            self._left("serial")
        else:
            return False
        return True

    def _no_order(self, number: str, serial: str) -> None:
        if serial:
            self._knowledge.take_serial(serial)
        else:
            told = _("There is no order {number}").format(number=offers.order_shown(number))
            self.host.say(told, Role.WARNING)

    # --- what a person does to the fields -----------------------------------------------------------------------------

    def field_changed(self, key: str) -> None:
        """See `FormView`."""
        self._keeper.changed()
        if key in SUGGESTED and self.form.state.picked(key) is None:
            self._knowledge.suggest(key)
        elif key == "type":
            self._knowledge.name_type()
        elif key == "intake_amount":
            self._knowledge.choose_amount()
        elif key == "warranty":
            self._knowledge.choose_warranty()

    def field_reached(self, key: str) -> None:
        """Offer what there is before anything is typed."""
        if key in SUGGESTED and key != "customer" and not self.form.state[key]:
            self._knowledge.suggest(key, marked=key == "device")

    def suggestion_picked(self, key: str, suggestion: Suggestion) -> None:
        """A customer or a device was chosen: what is known of them fills the form."""
        if key == "customer" and suggestion.key == NEW:
            self._knowledge.choose_new_customer(suggestion.text)
        elif key == "customer":
            self._knowledge.choose_customer(int(suggestion.key))
        elif key == "device":
            self._knowledge.choose_device(suggestion)
        elif key == "principal":
            self._knowledge.choose_principal()
        elif key == "loaner":
            self._knowledge.choose_loaner(suggestion.text)

    def end_reached(self) -> None:
        """Nothing more has to be typed."""
        self.host.say(_("{key} saves and prints").format(key=label(find("save").chord)), Role.SUCCESS)

    def _left(self, key: str) -> None:
        """What follows from leaving a field."""
        self._visited.add(key)
        state, knowledge = self.form.state, self._knowledge
        if key == "customer" and state[key].strip() and state.picked(key) is None:
            new_customer(state, state[key])
        elif key in ("phone", "email"):
            knowledge.ask_defaults()
        elif key == "purchased_on":
            knowledge.ask_warranty()
        elif key == "serial" and state[key].strip() and state.typed(key):
            knowledge.ask_serial()
        elif key == "fault":
            knowledge.ask_history()
        if self._touched:
            knowledge.ask_check(self._visited)
        self._keeper.save()  # after the questions: a slow disk must not delay their answers

    def _turn_comeback(self) -> None:
        """Make this a comeback of the earlier order, or take that back."""
        state, suspected = self.form.state, self._knowledge.history.comeback
        if state["comeback_of"] or suspected is None:
            state.put("comeback_of", "")
            self._knowledge.choose_warranty()
        else:
            state.put("comeback_of", suspected.number)
            state.preset("quote_requested", "")
        self._keeper.changed()

    # --- the end ------------------------------------------------------------------------------------------------------

    def _put_aside(self) -> None:
        if not self._touched:
            self._keeper.forget()
            self.host.back()
            return

        def done() -> None:
            self.host.back()
            self.host.say(_("Set aside; F5 brings it back"), Role.SUCCESS)

        def failed(error: Exception) -> None:
            reason = error.sentence if isinstance(error, ConvisavError) else _("It could not be kept.")
            question = _("{reason} Leave and lose it?").format(reason=reason)
            self.host.ask(YesNo(question, self._lose, default=False))

        self._keeper.put_aside(done, failed, _("Setting aside"))

    def _lose(self) -> None:
        """What was kept before stays: another station may have taken it up."""
        self._keeper.end()
        self.host.back()

    def _save(self) -> None:
        if self._knowledge.catalogue is None:
            self._begin()
            return
        self._left(self.form.focus)
        self._after_answers(ROUNDS)

    def _after_answers(self, rounds: int) -> None:
        """Answers come in the order of the questions: when this one has come, those before it have."""

        def came(_none: None) -> None:
            if self._knowledge.awaited and rounds:
                self._after_answers(rounds - 1)
            else:
                self._take_in()

        self.host.run(lambda: None, came, label=_("Saving"))

    def _take_in(self) -> None:
        raw, key, lookups = raw_texts(self.form.state), self._keeper.key, self._knowledge.lookups
        raw |= {"more": TICKED if self._more else ""}
        self.host.run(lambda: lookups.take_in(raw, key), self._taken_in, self._refused, label=_("Saving"))

    def _taken_in(self, taken: TakenIn) -> None:
        self._keeper.end()
        self._drop_off.receipt_owed = False
        owed = self._more and bool(self.form.state["receipt"])
        self.host.back()
        if self._received is not None:
            self._received(taken.number)
        if self._more:
            self.host.open(IntakeView(self.counter, beside=taken.number, receipt_owed=owed, received=self._received))
        self.host.say(said.taken_in_said(taken), Role.SUCCESS)

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, FieldErrors):
            self.host.say_error(error)
            return
        errors = shown_errors(error.errors, self.form.state)
        self.form.errors(errors)
        self.host.say(said.errors_said(list(errors.values())), Role.ERROR)


def _lookups_of(counter: Counter) -> Lookups:
    from convisav_tui.screens.intake_reading import ShopLookups

    return ShopLookups(counter)
