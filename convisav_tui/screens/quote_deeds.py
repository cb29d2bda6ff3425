"""What the keys of a quote do: add, change, take out and move lines, answer for used parts, copy variants."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING
from uuid import uuid4

from convisav_tui.i18n import _, format_day, ngettext
from convisav_tui.screens.quote_painting import CIRCULAR_OFFERS, plain
from convisav_tui.screens.widgets.painting import Role
from convisav_tui.screens.widgets.prompt import ChoicePrompt, TextPrompt, YesNo

if TYPE_CHECKING:
    from sqlmodel import Session

    from convisav_tui.screens.counter import Counter
    from convisav_tui.screens.quote_view import QuoteView
    from convisav_tui.screens.view import Host, View
    from convisav_tui.shop.quote_reading import DraftRow, LineRow
    from convisav_tui.shop.quote_search import Proposal

TICKED = "x"
# From these states on the quote is not written any more: its versions are shown.
WRITABLE = frozenset(
    {"received", "diagnosing", "quote_requested", "quote_issued", "quote_expired", "awaiting_coverage"}
)


def open_quote(host: Host, counter: Counter, number: str, *, instead: bool = False) -> None:
    """Open the quote of an order: begun from its diagnosis where nobody has, its versions once it was answered."""

    def read() -> DraftRow | int:
        from convisav_tui.shop.quote_draft import open_draft
        from convisav_tui.shop.quote_reading import draft_of
        from convisav_tui.store.queries.sheet import order_id_and_version

        with counter.store.read() as session:
            order_id = order_id_and_version(session, number)[0]
            state = _state_of(session, order_id)
        if state not in WRITABLE:
            return order_id
        key = new_key()
        counter.store.write(lambda session: open_draft(session, order_id, counter.actor, counter.shop, key))
        with counter.store.read() as session:
            return draft_of(session, order_id, counter.actor, counter.shop)

    def show(found: DraftRow | int) -> None:
        from convisav_tui.screens.quote_versions_view import VersionsView
        from convisav_tui.screens.quote_view import QuoteView

        view = VersionsView(counter, found, number) if isinstance(found, int) else QuoteView(counter, number, found)
        if instead:
            host.replace(view)
        else:
            host.open(view)

    if number:
        host.run(read, show, label=_("Opening"), leave=True)


def open_consents(host: Host, counter: Counter, number: str) -> None:
    """Open the prices that were announced on an order."""
    from convisav_tui.screens.consents_view import ConsentsView

    _open_by_id(host, counter, number, lambda order_id: ConsentsView(counter, order_id, number))


def open_versions(host: Host, counter: Counter, number: str) -> None:
    """Open the issued versions of an order's quote."""
    from convisav_tui.screens.quote_versions_view import VersionsView

    _open_by_id(host, counter, number, lambda order_id: VersionsView(counter, order_id, number))


def _open_by_id(host: Host, counter: Counter, number: str, made: Callable[[int], View]) -> None:
    def read() -> int:
        from convisav_tui.store.queries.sheet import order_id_and_version

        with counter.store.read() as session:
            return order_id_and_version(session, number)[0]

    if number:
        host.run(read, lambda order_id: host.open(made(order_id)), label=_("Opening"), leave=True)


def new_key() -> str:
    """A key for one change."""
    return f"quote-{uuid4()}"


# --- new lines --------------------------------------------------------------------------------------------------------


def add_part(view: QuoteView, part_id: int, quantity: int = 1000) -> None:
    """A part of the catalogue."""
    from convisav_tui.shop import quote_draft

    counter, draft, letter, key = view.counter, view.draft, view.variant.letter, new_key()

    def operation(session: Session) -> int:
        return quote_draft.add_part(
            session, draft.order_id, part_id, counter.actor, counter.shop, key, quantity, letter
        )

    view.write(operation, view.added)


def add_proposal(view: QuoteView, one: Proposal) -> None:
    """What was found while typing; what has no price yet is asked for on a form."""
    from convisav_tui.shop import quote_draft

    counter, order_id, letter, key = view.counter, view.draft.order_id, view.variant.letter, new_key()
    actor, shop = counter.actor, counter.shop
    if one.kind == "part":
        add_part(view, int(one.ref), one.quantity)
    elif one.kind == "work":
        view.write(
            lambda session: quote_draft.add_work(session, order_id, one.ref, actor, shop, key, letter), view.added
        )
    elif one.kind == "labour":
        minutes = int(one.ref)
        view.write(
            lambda session: quote_draft.add_labour(session, order_id, minutes, actor, shop, key, letter), view.added
        )
    elif one.kind == "travel":
        trips = int(one.ref)
        view.write(
            lambda session: quote_draft.add_travel(session, order_id, trips, actor, shop, key, letter), view.added
        )
    elif one.kind == "discount":
        _write_line(view, _discount(view, one), None, view.added)
    else:
        _add_text(view, one)


def _discount(view: QuoteView, one: Proposal) -> dict[str, str]:
    from convisav_tui.shop.subcontractors import percent

    raw = {"kind": "discount", "variant": view.variant.letter}
    if one.ref:
        return raw | {"discount": percent(int(one.ref))}
    return raw | {"unit_price": plain(one.price or 0, view.counter)}


def _add_text(view: QuoteView, one: Proposal) -> None:
    """A line that is in no catalogue: at once with its price, else on the form of a line."""
    from convisav_tui.shop.stock import shown

    raw = {"kind": "other", "variant": view.variant.letter, "text": one.text, "quantity": shown(one.quantity)}
    if one.price is not None:
        _write_line(view, raw | {"unit_price": plain(one.price, view.counter)}, None, view.added)
        return
    from convisav_tui.screens.quote_forms import QuoteLineView

    view.host.open(QuoteLineView(view.counter, view.draft, raw | {"billed": TICKED}, None))
    view.added(None)


# --- the line under the cursor ----------------------------------------------------------------------------------------


def change_line(view: QuoteView, line: LineRow) -> None:
    """Enter: the form of the line."""
    from convisav_tui.screens.quote_forms import QuoteLineView
    from convisav_tui.shop.quote_lines import line_texts

    counter, host = view.counter, view.host

    def read() -> dict[str, str]:
        with counter.store.read() as session:
            return line_texts(session, line.id, counter.actor)

    host.run(read, lambda texts: host.open(QuoteLineView(counter, view.draft, texts, line)), label=_("Opening"))


def _drop(view: QuoteView, line: LineRow) -> None:
    from convisav_tui.shop.quote_lines import remove_line

    counter, key = view.counter, new_key()
    view.write(
        lambda session: remove_line(session, line.id, counter.shop, counter.actor, key, line.version),
        lambda _none: view.host.say(_("Taken out: {line}").format(line=line.text)),
    )


def _move(by: int) -> Callable[[QuoteView, LineRow], None]:
    def move(view: QuoteView, line: LineRow) -> None:
        from convisav_tui.shop.quote_lines import move_line

        counter, key = view.counter, new_key()
        view.write(lambda session: move_line(session, line.id, by, counter.shop, counter.actor, key))

    return move


def _billed(view: QuoteView, line: LineRow) -> None:
    _write_line(view, {"billed": "" if line.billed else TICKED}, line)


def _used_part(view: QuoteView, line: LineRow) -> None:
    """Whether a used part was offered, and at which price (FR-P1)."""
    if line.kind.value != "part":
        view.host.say(_("Only a part can be used"), Role.WARNING)
        return
    choices = [(code, _(word)) for code, word in CIRCULAR_OFFERS.items()] + [("", _("no answer yet"))]
    current = line.circular_offer.value if line.circular_offer is not None else "offered"

    def chosen(offer: str) -> None:
        if offer != "offered":
            _write_line(view, {"circular_offer": offer, "circular_price": ""}, line)
            return
        price = "" if line.circular_price is None else plain(line.circular_price, view.counter)
        said = lambda typed: _write_line(view, {"circular_offer": offer, "circular_price": typed}, line)  # noqa: E731
        view.host.ask(TextPrompt(_("Price of the used part:"), said, initial=price))

    view.host.ask(ChoicePrompt(_("A used part for “{line}”:").format(line=line.text), choices, chosen, current=current))


def _write_line(
    view: QuoteView, raw: Mapping[str, str], line: LineRow | None, done: Callable[[object], None] | None = None
) -> None:
    from convisav_tui.shop.quote_lines import save_line

    counter, order_id, key = view.counter, view.draft.order_id, new_key()

    def operation(session: Session) -> int:
        return save_line(
            session,
            order_id,
            raw,
            counter.shop,
            counter.actor,
            key,
            line_id=line.id if line is not None else None,
            expected_version=line.version if line is not None else None,
        )

    view.write(operation, done)


# --- the whole quote --------------------------------------------------------------------------------------------------


def _heading(view: QuoteView) -> None:
    from convisav_tui.screens.quote_forms import QuoteHeadingView
    from convisav_tui.shop.quote_heading import heading_texts

    counter, draft, host = view.counter, view.draft, view.host

    def read() -> dict[str, str]:
        with counter.store.read() as session:
            return heading_texts(session, draft.order_id, counter.shop)

    host.run(read, lambda texts: host.open(QuoteHeadingView(counter, draft, texts)), label=_("Opening"))


def _with_vat(view: QuoteView) -> None:
    from convisav_tui.shop.quote_heading import save_heading

    counter, draft = view.counter, view.draft
    raw = {"prices_with_vat": "" if draft.prices_with_vat else TICKED, "valid_until": format_day(draft.valid_until)}
    view.write(lambda session: save_heading(session, draft.order_id, raw, counter.actor, counter.shop, draft.version))


def _from_diagnosis(view: QuoteView) -> None:
    from convisav_tui.shop.quote_draft import fill_from_diagnosis

    counter, order_id, letter, key = view.counter, view.draft.order_id, view.variant.letter, new_key()

    def told(count: object) -> None:
        added = count if isinstance(count, int) else 0
        if added:
            said = ngettext("{count} line added", "{count} lines added", added).format(count=added)
            view.host.say(said, Role.SUCCESS)
        else:
            view.host.say(_("The diagnosis proposes nothing more"), Role.WARNING)

    view.write(lambda session: fill_from_diagnosis(session, order_id, counter.actor, counter.shop, key, letter), told)


def _copy_variant(view: QuoteView) -> None:
    from convisav_tui.shop.quote_variants import copy_variant

    counter, order_id, source, key = view.counter, view.draft.order_id, view.variant.letter, new_key()

    def told(letter: object) -> None:
        view.show_variant(str(letter))
        said = _("Variant {letter}: change its lines, Tab shows the other one").format(letter=letter)
        view.host.say(said, Role.SUCCESS)

    view.write(lambda session: copy_variant(session, order_id, counter.actor, counter.shop, key, source), told)


def _drop_variant(view: QuoteView) -> None:
    from convisav_tui.shop.quote_variants import drop_variant

    counter, order_id, letter, key = view.counter, view.draft.order_id, view.variant.letter, new_key()
    if not letter:
        view.host.say(_("There is only one variant"), Role.WARNING)
        return

    def drop() -> None:
        view.write(lambda session: drop_variant(session, order_id, letter, counter.actor, counter.shop, key))

    view.host.ask(YesNo(_("Take variant {letter} out?").format(letter=letter), drop, default=False))


def _consents(view: QuoteView) -> None:
    from convisav_tui.screens.consents_view import ConsentsView

    view.host.open(ConsentsView(view.counter, view.draft.order_id, view.number))


def _versions(view: QuoteView) -> None:
    from convisav_tui.screens.quote_versions_view import VersionsView

    view.host.open(VersionsView(view.counter, view.draft.order_id, view.number))


def _state_of(session: Session, order_id: int) -> str:
    from convisav_tui.store.models import RepairOrder

    return session.get_one(RepairOrder, order_id).state.value


ON_LINES: Mapping[str, Callable[[QuoteView, LineRow], None]] = {
    "line_drop": _drop,
    "line_billed": _billed,
    "used_part": _used_part,
    "earlier": _move(-1),
    "later": _move(1),
}
ON_QUOTE: Mapping[str, Callable[[QuoteView], None]] = {
    "heading": _heading,
    "with_vat": _with_vat,
    "from_diagnosis": _from_diagnosis,
    "variant_copy": _copy_variant,
    "variant_drop": _drop_variant,
    "consents": _consents,
    "versions": _versions,
}
