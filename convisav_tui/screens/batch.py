"""A batch: thirty equal devices of a principal, what they share typed once, their serial numbers scanned."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, ClassVar, NamedTuple

from convisav_tui import ticket_number
from convisav_tui.errors import FieldErrors
from convisav_tui.i18n import _, ngettext
from convisav_tui.screens import intake_suggestions as offers
from convisav_tui.screens.actions import find
from convisav_tui.screens.batch_fields import (
    BOXES,
    LABEL_WIDTH,
    LINES,
    ROW_OF_LINES,
    Line,
    fields,
    lines_of,
    lines_text,
)
from convisav_tui.screens.intake_draft import BATCH, DraftKeeper, ShopDrafts
from convisav_tui.screens.intake_lookups import Catalogue, TypeChoice
from convisav_tui.screens.intake_principal import offered, principal_id
from convisav_tui.screens.intake_texts import form_of
from convisav_tui.screens.keys import Key, label
from convisav_tui.screens.widgets.form_fields import Suggestion
from convisav_tui.screens.widgets.form_view import FormView
from convisav_tui.screens.widgets.painting import Page, Role, Row, Span, pad
from convisav_tui.screens.widgets.prompt import YesNo

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.intake import Received

TICKED = "x"
_CHECKS = ("quote_requested",)


class Opening(NamedTuple):
    """What the form asks when it opens."""

    catalogue: Catalogue
    principal: Suggestion | None


class BatchView(FormView):
    """Serial numbers are scanned from any field; Ctrl+S takes all in; Esc sets the batch aside."""

    name: ClassVar[str] = "batch"

    def __init__(
        self, counter: Counter, *, party_id: int = 0, draft: tuple[str, Mapping[str, str]] | None = None
    ) -> None:
        from convisav_tui.screens.intake_reading import ShopLookups

        super().__init__(
            fields(lambda typed, _state: offers.types_offered(self._types, typed)), label_width=LABEL_WIDTH
        )
        self.counter = counter
        self.title = _("Batch intake")
        self._party_id = party_id
        self._draft = draft
        self._lookups = ShopLookups(counter)
        self._catalogue = Catalogue()
        self._lines: list[Line] = lines_of(draft[1]) if draft else []
        drafts = ShopDrafts(counter, BATCH)
        self._keeper = DraftKeeper(
            drafts, lambda: (self._draft_title(), self._draft_fields()), draft[0] if draft else ""
        )

    # --- the host ---------------------------------------------------------------------------------------------------

    def opened(self) -> None:
        """Ask what can be chosen from."""
        self._keeper.begin(self.host)
        self.host.when_loaded(self._begin)

    def closed(self) -> None:
        """Closed from elsewhere: what was typed becomes a draft."""
        if not self._keeper.ended:
            if self._touched:
                self._keeper.park()
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

    def actions(self) -> Sequence[str]:
        """Most useful first."""
        return ("take_all", "help", "find", "drafts", "menu", "quit")

    def act(self, action: str) -> bool:
        """Ctrl+S takes them in."""
        if action == "take_all":
            self._take_all()
        return action == "take_all"

    def key(self, key: Key) -> None:
        """To the form; Enter in the serial field adds it, Del in an empty one takes the last away."""
        state, focus = self.form.state, self.form.focus
        if focus == "serial" and key.name == "enter" and state["serial"].strip():
            self._add(state["serial"])
        elif focus == "serial" and key.name == "delete" and not state["serial"] and self._lines:
            gone = self._lines.pop()
            self._keeper.changed()
            self.host.say(_("{serial} taken out").format(serial=gone.serial), Role.WARNING)
        elif not self.form.key(key) and key.name == "escape":
            self._put_aside()

    def wants_scan(self) -> bool:
        """Once the devices are named, every scan is a serial number, whatever field has the focus."""
        return bool(self.form.state["device_type"]) or super().wants_scan()

    def scanned(self, text: str) -> bool:
        """A serial number."""
        self._add(text)
        return True

    # --- opening ----------------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        if self._draft is not None:
            self.form.load(form_of(self._draft[1]))

        def ask() -> Opening:
            found = self._lookups.principals("")
            chosen = next((one for one in offered(found) if one.key == str(self._party_id)), None)
            return Opening(self._lookups.catalogue(), chosen)

        self.host.run(ask, self._ready, label=_("Opening"))

    def _ready(self, opening: Opening) -> None:
        self._catalogue = opening.catalogue
        if not opening.catalogue.principals:
            self.host.say(_("There is no principal yet: F10, Principals makes one"), Role.WARNING)
        if opening.principal is not None:
            self.form.state.put("principal", opening.principal.text, opening.principal)
            self.form.go("what")
            self._ask_defaults()
        elif self._draft is None:
            self.field_reached("principal")

    @property
    def _types(self) -> tuple[TypeChoice, ...]:
        return self._catalogue.types

    @property
    def _touched(self) -> bool:
        return bool(self._lines) or any(value.typed for value in self.form.state.values.values())

    # --- fields -----------------------------------------------------------------------------------------------------

    def field_reached(self, key: str) -> None:
        """Offer the principals before anything is typed."""
        if key == "principal" and not self.form.state[key]:
            self._suggest(key)

    def field_changed(self, key: str) -> None:
        """Suggestions follow what is typed; errors go once it changes."""
        self._keeper.changed()
        self.form.error(key, "")
        if key in ("principal", "what") and self.form.state.picked(key) is None:
            self._suggest(key)
        elif key == "type":
            self._name_type()

    def _suggest(self, key: str) -> None:
        text, lookups = self.form.state[key], self._lookups
        self.form.expect(key)

        def found() -> list[Suggestion]:
            if key == "principal":
                return offered(lookups.principals(text))
            models = lookups.any_models(text) if text.strip() else []
            return [
                Suggestion(f"{one.brand} {one.model}", json.dumps([one.brand, one.model, one.type_code]))
                for one in models
            ]

        self.host.run(found, lambda got: self.form.offer(key, text, got), hold=False, group=f"suggest {key}")

    def suggestion_picked(self, key: str, suggestion: Suggestion) -> None:
        """The principal: on to the devices. A model: it fills its three fields, on to the fault."""
        state = self.form.state
        if key == "principal":
            self.form.go("what")
            self._ask_defaults()
        elif key == "what":
            brand, model, code = json.loads(suggestion.key)
            kind = next((one for one in self._types if one.code == code), None)
            state.preset("brand", brand, again=True)
            state.preset("model", model, again=True)
            state.preset("type", kind.name if kind else "", again=True)
            self._name_type()
            self.form.go("fault" if kind else "type")

    def _name_type(self) -> None:
        kind = offers.type_named(self._types, self.form.state["type"])
        if self.form.state["device_type"] != (kind.code if kind else ""):
            self.form.state.preset("device_type", kind.code if kind else "", again=True)
            self._ask_defaults()

    def _ask_defaults(self) -> None:
        """Cap, day and quote as his terms say."""
        raw = {"device_type": self.form.state["device_type"], "principal_id": str(principal_id(self.form.state) or "")}

        def came(found: Mapping[str, str]) -> None:
            for key in ("cap", "promised_on"):
                self.form.state.preset(key, found.get(key, ""))
            self.form.state.preset("quote_requested", TICKED if found.get("quote_requested") else "")

        self.host.run(lambda: self._lookups.defaults(raw), came, hold=False, group="defaults")

    # --- serial numbers ---------------------------------------------------------------------------------------------

    def _add(self, serial: str) -> None:
        """Check a serial number and put it on the list; what is wrong with it stands beside the field."""
        state = self.form.state
        code, others = state["device_type"], [line.serial for line in self._lines]
        line = Line(" ".join(serial.split()), state["name"].strip(), state["phone"].strip())

        def check() -> str:
            from convisav_tui.shop.batch import serial_trouble

            with self.counter.store.read() as session:
                return serial_trouble(session, line.serial, code, others)

        self.host.run(check, lambda trouble: self._checked(line, trouble), label=_("Reading"))

    def _checked(self, line: Line, trouble: str) -> None:
        state = self.form.state
        if self.form.focus != "serial":
            self.form.go("serial")
        if trouble:
            state.put("serial", line.serial)
            self.form.error("serial", trouble)
            return
        self._lines.append(line)
        for key in ("serial", "name", "phone"):
            state.preset(key, "", again=True)
        self.form.error("serial", "")
        self._keeper.changed()

    # --- the page ---------------------------------------------------------------------------------------------------

    def render(self, width: int, height: int) -> Page:
        """The form, then the serial numbers, the newest first."""
        self.title_right = self.counter.title_right()
        self._mark_principal()
        room = max(3, height - 11)
        for index in range(room + 1):
            self.form.inform(ROW_OF_LINES, f"line {index}", [])
        for index, row in enumerate(self._line_rows(width, room)):
            self.form.inform(ROW_OF_LINES, f"line {index}", row)
        return super().render(width, height)

    def _mark_principal(self) -> None:
        known = principal_id(self.form.state) is not None
        self.form.beside("principal", "✓" if known else "", Role.SUCCESS)

    def _line_rows(self, width: int, room: int) -> list[Row]:
        count = ngettext("{count} device", "{count} devices", len(self._lines)).format(count=len(self._lines))
        done = sum(bool(line.number) for line in self._lines)
        if done:
            count += " · " + _("{done} taken in").format(done=done)
        rule = f" {'─' * LABEL_WIDTH} {count} "
        rows: list[Row] = [[Span(rule + "─" * max(0, width - len(rule) - 1), Role.RULE)]]
        for place in range(len(self._lines), max(0, len(self._lines) - room + 1), -1):
            line = self._lines[place - 1]
            number = ticket_number.show(line.number) if line.number else ""
            role = Role.SUCCESS if line.number else Role.NORMAL
            text = f" {place:>10}  {pad(line.serial, 24)} {pad(number, 13)} {line.name} {line.phone}".rstrip()
            rows.append([Span(text, role)])
        return rows

    # --- the end ----------------------------------------------------------------------------------------------------

    def _put_aside(self) -> None:
        if not self._touched:
            self._keeper.forget()
            self.host.back()
            return

        def done() -> None:
            self.host.back()
            self.host.say(_("Set aside; F5 brings it back"), Role.SUCCESS)

        def failed(error: Exception) -> None:
            self.host.say_error(error)
            question = _("It could not be kept. Leave and lose it?")
            self.host.ask(YesNo(question, self._lose, default=False))

        self._keeper.put_aside(done, failed, _("Setting aside"))

    def _lose(self) -> None:
        self._keeper.end()
        self.host.back()

    def _take_all(self) -> None:
        typed = self.form.state["serial"].strip()
        if principal_id(self.form.state) is None:
            self.form.errors({"principal": _("Choose the principal who brings them")})
        elif not self._lines and not typed:
            self.form.errors({"serial": _("Scan or type a serial number")})
        elif typed:
            self.host.say(_("{serial}: Enter takes it on the list first").format(serial=typed), Role.WARNING)
        else:
            # What crashes from here on is found again in the drafts, and taken up where it broke off.
            self._keeper.changed()
            self._keeper.save()
            self._take_next()

    def _take_next(self) -> None:
        at = next((index for index, line in enumerate(self._lines) if not line.number), None)
        if at is None:
            self._finish()
            return
        shared, line = self._shared(), self._lines[at]
        told = _("Taking in {place} of {count}").format(place=at + 1, count=len(self._lines))

        def take() -> Received:
            from convisav_tui.shop.batch import BatchLine, take_line

            one, counter = BatchLine(line.serial, line.name, line.phone), self.counter
            return counter.store.write(
                lambda session: take_line(session, shared, one, counter.actor, counter.shop, self._keeper.key),
                repeatable=True,
            )

        def taken(received: Received) -> None:
            self._lines[at] = Line(line.serial, line.name, line.phone, received.number)
            self._take_next()

        self.host.run(take, taken, self._refused, label=told)

    def _finish(self) -> None:
        slip, numbers = bool(self.form.state["slip"]), [line.number for line in self._lines]

        def finish() -> None:
            from convisav_tui.shop.batch import finish_batch

            counter, key = self.counter, self._keeper.key
            counter.store.write(
                lambda session: finish_batch(session, key, numbers, counter.actor, counter.shop, slip=slip)
            )

        def finished(_none: None) -> None:
            self._keeper.end()
            self.host.back()
            count = len(numbers)
            said = ngettext("{count} device taken in", "{count} devices taken in", count).format(count=count)
            which = f"{ticket_number.show(numbers[0])} … {ticket_number.show(numbers[-1])}"
            self.host.say(_("{what}: {state}").format(what=said, state=which), Role.SUCCESS)

        self.host.run(finish, finished, label=_("Saving"))

    def _refused(self, error: Exception) -> None:
        if not isinstance(error, FieldErrors):
            self.host.say_error(error)
            return
        at = {"principal_id": "principal", "device_type": "type"}
        shown = {at.get(key, key): text for key, text in error.errors.items()}
        state = self.form.state
        placed = {(key if key in state.specs and state.visible(key) else "serial"): text for key, text in shown.items()}
        self.form.errors(placed)
        again = _("{key} goes on with what is left").format(key=label(find("take_all").chord))
        self.host.say(next(iter(placed.values())) + " · " + again, Role.ERROR)

    def _shared(self) -> dict[str, str]:
        state = self.form.state
        raw = {key: text for key, text in state.texts().items() if key not in BOXES}
        raw |= {key: TICKED if state[key] else "" for key in _CHECKS}
        return raw | {"device_type": state["device_type"], "principal_id": str(principal_id(state) or "")}

    # --- drafts -----------------------------------------------------------------------------------------------------

    def _draft_title(self) -> str:
        state = self.form.state
        count = ngettext("{count} device", "{count} devices", len(self._lines)).format(count=len(self._lines))
        what = " ".join(part for part in (state["brand"], state["model"]) if part) or state["type"]
        return " · ".join(part for part in (count, state["principal"], what) if part)[:120]

    def _draft_fields(self) -> dict[str, str]:
        from convisav_tui.screens.intake_texts import draft_fields

        return draft_fields(self.form.state, self.form.focus) | {LINES: lines_text(self._lines)}
