"""How a quote looks while it is written, and once it was issued: heading, lines, sums a rate, margin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from convisav_tui import part_words, words
from convisav_tui.i18n import _, format_day, mark
from convisav_tui.screens.widgets.painting import Align, Role, Row, Span, cells, cut, pad, row_cells, wrap

if TYPE_CHECKING:
    from convisav_tui.screens.counter import Counter
    from convisav_tui.shop.quote_reading import DraftRow, LineRow, VariantRow
    from convisav_tui.shop.quote_totals import RateGroup
    from convisav_tui.store.models import QuoteLine

LINE_KINDS = {
    "part": mark("part"),
    "labour": mark("labour"),
    "work": mark("work"),
    "travel": mark("travel"),
    "discount": mark("discount"),
    "other": mark("other"),
}
CIRCULAR_OFFERS = {
    "offered": mark("offered"),
    "not_in_time": mark("cannot be had in time"),
    "unsafe": mark("would not be safe"),
}
_MARGIN_FROM = 100  # columns: from here on each line shows its cost


@dataclass(frozen=True)
class ShownLine:
    """A line as it is painted, of a draft or of an issued version; texts of its cells."""

    what: str
    quantity: str
    price: str
    discount: str
    rate: str
    amount: str
    cost: str = ""
    doubt: str = ""  # what is still to be answered on it


def draft_head(draft: DraftRow, letter: str, width: int) -> list[Row]:
    """Variants, the basis of the prices, the last day, the fee, when the work is done."""
    row: Row = [Span(" ")]
    for one in draft.letters:
        row += [Span(f" {one} ", Role.SELECTED if one == letter else Role.DIM), Span(" ")]
    basis = _("prices with VAT") if draft.prices_with_vat else _("prices without VAT")
    if draft.franchise:
        basis = _("no VAT is charged")
    facts = [basis, _("until {day}").format(day=format_day(draft.valid_until))]
    facts += [draft.execution] if draft.execution else []
    row.append(Span(cut(" · ".join(facts), max(10, width - row_cells(row) - 1))))
    text = " ".join(draft.text.split())
    return [row, [Span("  " + cut(text, width - 3), Role.DIM)]] if text else [row]


def line_header(width: int, *, costs: bool) -> Row:
    """The names of the columns."""
    shown = ShownLine(_("Line"), _("Qty"), _("Price"), _("Disc."), _("VAT"), _("Amount"), _("Cost"))
    return [Span(_joined("   ", shown, width, costs), Role.HEADING)]


def line_row(place: int, line: ShownLine, here: bool, width: int, *, costs: bool) -> Row:
    """A line; what is still to be answered stands behind its text."""
    sign = f"{'▸' if here else ' '}{place:>2} "
    if line.doubt and not here:
        plain = _joined(sign, line, width, costs)
        start = plain.find(line.doubt)
        if start >= 0:
            end = start + len(line.doubt)
            return [Span(plain[:start]), Span(plain[start:end], Role.WARNING), Span(plain[end:])]
    return [Span(pad(_joined(sign, line, width, costs), width), Role.SELECTED if here else Role.NORMAL)]


def shown_line(line: LineRow, counter: Counter) -> ShownLine:
    """A line of the draft."""
    from convisav_tui.shop.stock import shown
    from convisav_tui.shop.subcontractors import percent

    more = [condition_word(line.condition)] if line.condition not in (None, "new") else []
    if line.circular_offer is not None and line.circular_price is not None:
        more.append(_("used: {price}").format(price=plain(line.circular_price, counter)))
    doubt = _("price?") if line.price_due else _("used part?") if line.circular_due else ""
    text = line.text + (f" ({', '.join(more)})" if more else "")
    return ShownLine(
        what=text,
        quantity=f"{shown(line.quantity)} {line.unit}".strip(),
        price="" if line.kind.value == "discount" and line.discount else plain(line.unit_price, counter),
        discount=f"{percent(line.discount)} %" if line.discount else "",
        rate="" if line.kind.value == "discount" else f"{percent(line.vat_rate)} %",
        amount=plain(line.amount, counter) if line.billed else _("not billed"),
        cost="" if line.cost is None else plain(line.cost, counter),
        doubt=doubt,
    )


def issued_line(line: QuoteLine, counter: Counter, *, before: str = "", behind: str = "") -> ShownLine:
    """A line of an issued version, with a sign before its text and a word behind it."""
    from convisav_tui.shop.stock import shown
    from convisav_tui.shop.subcontractors import percent

    more = [condition_word(line.condition)] if line.condition not in (None, "new") else []
    if line.circular_price is not None:
        more.append(_("used: {price}").format(price=plain(line.circular_price, counter)))
    return ShownLine(
        what=before + line.text + (f" ({', '.join(more)})" if more else "") + behind,
        quantity=f"{shown(line.quantity)} {line.unit}".strip(),
        price="" if line.kind.value == "discount" and line.discount else plain(line.unit_price, counter),
        discount=f"{percent(line.discount)} %" if line.discount else "",
        rate="" if line.kind.value == "discount" else f"{percent(line.vat_rate)} %",
        amount=plain(line.amount, counter) if line.billed else _("not billed"),
        cost=plain(line.cost, counter),
    )


def condition_word(condition: str | None) -> str:
    """What a part was before; "new" goes without saying."""
    return words.word(part_words.PART_CONDITIONS, str(condition)) if condition else ""


def plain(minor: int, counter: Counter) -> str:
    """A sum without its currency, for a column."""
    from convisav_tui.money import plain_amount

    return plain_amount(minor, counter.config.shop.currency)


def sums_rows(variant: VariantRow, draft: DraftRow, counter: Counter, width: int) -> list[Row]:
    """A row a rate, the total, the margin for who may see it, what the cap says."""
    rows = group_rows(variant.totals.groups, counter, width)
    total: Row = total_row(variant.totals.net, variant.totals.vat, variant.totals.gross, counter)
    if variant.margin is not None and variant.totals.net:
        share = round(100 * variant.margin / variant.totals.net)
        said = _("margin {amount} ({share} %)").format(amount=counter.amount(variant.margin), share=share)
        total.append(Span("   " + said, Role.WARNING if variant.margin < 0 else Role.DIM))
    rows.append(total)
    if draft.agreed is not None:
        within = max(one.totals.gross for one in draft.variants) <= draft.agreed
        said = _("within the cap of {cap}") if within else _("above the cap of {cap}")
        role = Role.SUCCESS if within else Role.WARNING
        rows.append([Span(" " + said.format(cap=counter.amount(draft.agreed)), role)])
    return rows


def group_rows(groups: Sequence[RateGroup], counter: Counter, width: int) -> list[Row]:
    """What the lines of each rate come to; nothing where there is one rate only."""
    from convisav_tui.shop.subcontractors import percent

    if len(groups) < 2:
        return []
    return [
        [Span(_sums(f"{percent(group.rate)} %", group.net, group.vat, group.gross, counter), Role.DIM)]
        for group in groups
    ]


def total_row(net: int, vat: int, gross: int, counter: Counter) -> Row:
    """Net, VAT, total."""
    return [Span(_sums(_("Total"), net, vat, gross, counter), Role.VALUE)]


def due_rows(lines: Sequence[LineRow], width: int) -> list[Row]:
    """Which lines still want an answer: a price, or whether a used part was offered; with the key that gives it."""
    told = (
        (
            [line.text for line in lines if line.price_due],
            _("“{lines}”: no price yet. Enter types it (0: free), b: not billed. F10 Quote settings: an hour, a trip."),
        ),
        (
            [line.text for line in lines if line.circular_due],
            _("Was a used part offered for “{lines}”? o answers."),
        ),
    )
    said = [sentence.format(lines="”, “".join(dict.fromkeys(due))) for due, sentence in told if due]
    return [[Span(" ! " + row, Role.WARNING)] for one in said for row in wrap(one, max(10, width - 4))[:2]]


def _sums(name: str, net: int, vat: int, gross: int, counter: Counter) -> str:
    told = _("net {net}   VAT {vat}   total {gross}").format(
        net=counter.amount(net), vat=counter.amount(vat), gross=counter.amount(gross)
    )
    return f" {pad(name, 8)} {told}"


def _joined(sign: str, line: ShownLine, width: int, costs: bool) -> str:
    """A row as one text: what grows, the rest stands right."""
    shows_cost = costs and width >= _MARGIN_FROM
    columns: list[tuple[str, int, Align]] = [
        (line.quantity, 7, "right"),
        (line.price, 9, "right"),
        (line.discount, 6, "right"),
        (line.rate, 6, "right"),
        *([(line.cost, 9, "right")] if shows_cost else []),  # type: ignore[list-item]
        (line.amount, 10, "right"),
    ]
    room = max(8, width - cells(sign) - sum(size + 1 for _text, size, _align in columns) - 1)
    what = line.what
    if line.doubt:
        what = f"{cut(what, max(4, room - cells(line.doubt) - 1))} {line.doubt}"
    return sign + pad(cut(what, room), room) + "".join(" " + pad(cut(t, s), s, a) for t, s, a in columns)
