"""Quotes at the keyboard: written from the diagnosis, issued, answered; the prices agreed to; keys counted."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlmodel import col, select

from convisav_tui.i18n import set_language
from convisav_tui.shop.setting_rows import keep_setting
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    OrderState,
    PartNeed,
    PriceConsent,
    PrintJob,
    Quote,
    QuoteDecision,
    QuoteDraftLine,
    QuoteLine,
    RepairOrder,
)
from tests.screens.shop_bench import LATE, QUOTED, ShopBench, assert_snapshot, counter_of
from tests.screens.test_loans import menu
from tests.screens.test_step import choose, elsewhere
from tests.shop.part_bench import part, receive

SIZES = [(80, 24), (120, 40)]
EAN = "4006381333931"


class Counted:
    """A desk whose keys that are no text are counted: F-keys, Enter, Tab, arrows, chords, letters that command."""

    def __init__(self, desk: ShopBench) -> None:
        self.desk, self.actions = desk, 0

    def press(self, *names: str) -> None:
        for name in names:
            self.actions += 1
            if len(name) == 1:
                self.desk.command(name)
            else:
                self.desk.press(name)


def rows(desk: ShopBench, table: type) -> list[object]:
    with desk.counter.store.read() as session:
        return list(session.exec(select(table).order_by(col(table.id))))  # type: ignore[attr-defined]


def order(desk: ShopBench, order_id: int) -> RepairOrder:
    with desk.counter.store.read() as session:
        return session.get_one(RepairOrder, order_id)


def quote(desk: ShopBench, order_id: int = LATE) -> None:
    """The quote of a washing machine that waits; nobody has diagnosed it."""
    desk.open_order(order_id)
    desk.command("q")
    assert desk.desk.view.name == "quote", desk.text()


def add(desk: ShopBench, *texts: str) -> None:
    """Lines by the entry, which is left open."""
    if not desk.desk.view.typing:
        desk.command("a")
    for text in texts:
        desk.type(text)
        desk.press("enter")


def lines(desk: ShopBench) -> list[QuoteDraftLine]:
    """The lines as they are kept, in their order."""
    found = [row for row in rows(desk, QuoteDraftLine) if isinstance(row, QuoteDraftLine)]
    return sorted(found, key=lambda line: (line.variant, line.position))


def issued(desk: ShopBench, *texts: str, variants: bool = False) -> None:
    """A quote of these lines, issued from the sheet; with `variants` B is cheaper by its last line."""
    quote(desk)
    add(desk, *texts)
    desk.press("escape")
    if variants:
        desk.command("w")
        desk.press("end")
        desk.command("x")
    desk.press("f8", "enter")
    assert desk.desk.view.name == "sheet", desk.text()


def test_a_known_fault_is_a_quote_in_twelve_actions_at_most(desk: ShopBench) -> None:
    desk.open_order(LATE)
    keys = Counted(desk)
    keys.press("f8", "down", "enter")  # start the diagnosis: its checklist opens
    assert desk.desk.view.name == "checklist", desk.text()
    keys.press("down", "down", "down", "f", "q")
    assert "Remplacement" in desk.body, desk.text()
    keys.press("f8", "enter")
    assert order(desk, LATE).state is OrderState.QUOTE_ISSUED and desk.desk.view.name == "sheet", desk.text()
    assert keys.actions <= 12
    assert [row.text for row in rows(desk, QuoteLine) if isinstance(row, QuoteLine) and row.work_id]


def test_consent_by_phone_is_four_actions_at_most(desk: ShopBench) -> None:
    desk.open_order(QUOTED)
    keys = Counted(desk)
    keys.press("f8", "tab")
    desk.type("b")  # by phone
    keys.press("enter")
    assert order(desk, QUOTED).state is OrderState.QUOTE_ACCEPTED, desk.text()
    assert keys.actions <= 4
    (said,) = (
        row
        for row in rows(desk, QuoteDecision)
        if isinstance(row, QuoteDecision) and row.accepted and row.means == "phone"
    )
    assert said.decided_by == "Hélène Lefèvre"
    desk.command("2")
    desk.press("pagedown")
    assert "agreed to · Hélène Lefèvre, by phone" in desk.body, desk.text()


def test_labour_without_a_price_says_so_and_how_it_gets_one(desk: ShopBench) -> None:
    quote(desk)
    desk.type("1:30")
    assert "no price yet: F10 Quote settings" in desk.body, desk.text()
    desk.press("enter", "escape")
    assert "price?" in desk.body and "Enter types it (0: free), b: not billed. F10" in desk.body, desk.text()
    desk.press("f8")
    assert desk.desk.view.name == "step" and "“Main-d'œuvre” has no price" in desk.text(), desk.text()
    desk.press("enter")
    assert desk.desk.view.name == "quote" and order(desk, LATE).state is not OrderState.QUOTE_ISSUED
    menu(desk, "quote settings")
    desk.type("72")
    desk.press("ctrl+s")
    assert desk.desk.view.name == "quote", desk.text()
    desk.press("enter", "ctrl+s")
    assert "price?" not in desk.body and lines(desk)[0].unit_price == 7200, desk.text()


def test_the_entry_finds_parts_works_time_and_discounts(desk: ShopBench) -> None:
    pump = part(desk.counter.store)
    receive(desk.counter.store, pump, 2)
    quote(desk)
    assert desk.desk.view.typing  # nothing is there yet: one types at once
    desk.type("2 x vidan")
    assert "2 × PUMP-1 Pompe de vidange Miele" in desk.body and "2 free" in desk.body, desk.text()
    desk.press("enter")
    add(desk, "1:30", "nettoyage 25", "-10%")
    desk.scan(EAN)
    desk.press("escape")
    kept = [(line.kind.value, line.quantity, line.unit_price, line.discount) for line in lines(desk)]
    assert kept[0] == ("part", 2000, 3990, 0) and kept[1][:2] == ("labour", 1500)
    assert kept[2] == ("other", 1000, 2500, 0) and kept[3][0] == "discount" and kept[3][3] == 1000
    assert kept[4] == ("part", 1000, 3990, 0)
    assert "Total" in desk.body and "margin" in desk.body


def test_keys_typed_ahead_wait_for_what_is_found(shop: Store, tmp_path: Path) -> None:
    desk = ShopBench(counter_of(shop, tmp_path))
    part(shop)
    quote(desk)
    desk.slow = True
    desk.type("PUMP\rseal 12\r", gap=0.05)
    desk.worker.finish()
    desk.slow = False
    desk.press("escape")
    assert [line.text for line in lines(desk)] == ["Pompe de vidange Miele", "seal"], desk.text()


def test_what_is_wrong_with_a_line_is_said_beside_its_field(desk: ShopBench) -> None:
    quote(desk)
    add(desk, "porte du hublot")  # no price yet: the form of a line asks for it
    assert desk.desk.view.name == "quote_line", desk.text()
    desk.type("abc")
    desk.press("ctrl+s")
    assert "Type an amount such as 12.50" in desk.body and "[abc" in desk.body
    desk.press("ctrl+u")
    desk.type("45")
    desk.press("ctrl+s")
    assert [(line.text, line.unit_price) for line in lines(desk)] == [("porte du hublot", 4500)]
    desk.press("escape", "enter", "ctrl+u")
    desk.type("3\r")
    desk.press("ctrl+s")
    assert lines(desk)[0].quantity == 3000 and "135.00" in desk.body, desk.text()


def test_lines_move_go_and_are_not_billed(desk: ShopBench) -> None:
    quote(desk)
    add(desk, "one 10", "two 20", "three 30")
    desk.press("escape")
    desk.command("-")
    assert [line.text for line in lines(desk)] == ["one", "three", "two"]
    desk.command("b")
    assert "not billed" in desk.body and "€30.00" in desk.body, desk.text()
    desk.press("delete")
    assert [line.text for line in lines(desk)] == ["one", "two"]
    desk.command("v")
    assert "prices without VAT" in desk.body and lines(desk)[0].unit_price == 833, desk.text()


def test_the_heading_keeps_what_was_typed(desk: ShopBench) -> None:
    quote(desk)
    add(desk, "one 10")
    desk.press("escape")
    desk.command("h")
    desk.type("01/01/2020")
    desk.press("ctrl+s")
    assert "This day is past" in desk.body
    desk.press("ctrl+u")
    desk.type("31/12/2026")
    desk.press("tab", "tab")
    desk.type("sous 8 jours")
    desk.press("ctrl+s")
    assert "until 31/12/2026 · sous 8 jours" in desk.body, desk.text()


def test_a_used_part_is_asked_for_beside_the_lines(desk: ShopBench) -> None:
    part(desk.counter.store)
    quote(desk)
    add(desk, "pump-1")
    desk.press("escape")
    assert "used part?" in desk.body and "o answers" in desk.body
    desk.press("f8")
    assert "say whether a used part was offered" in " ".join(desk.body.split()), desk.text()
    desk.press("enter")  # back to the quote, where it is answered
    assert desk.desk.view.name == "quote"
    desk.command("o")
    desk.press("enter")
    desk.type("20\r")
    assert "used part?" not in desk.body and lines(desk)[0].circular_price == 2000
    desk.press("f8", "enter")
    desk.press("f8", "alt+v")
    desk.command("o")
    assert "€20.00" in desk.body, desk.text()
    desk.press("enter", "enter")
    assert order(desk, LATE).state is OrderState.AWAITING_PARTS, desk.text()
    (said,) = (row for row in rows(desk, QuoteDecision) if isinstance(row, QuoteDecision) and row.amount == 2000)
    assert said.circular_choice is not None and said.circular_choice.value == "partial"


def test_a_variant_and_some_of_its_lines_are_taken(desk: ShopBench) -> None:
    issued(desk, "-10%", "pump 50", "seal 10", "cleaning 30", variants=True)
    assert [(row.variant, row.amount) for row in rows(desk, Quote) if isinstance(row, Quote) and row.variant] == [
        ("A", 8100),
        ("B", 5400),
    ]
    desk.press("f8", "tab", "tab")
    desk.type("b")
    desk.press("alt+v")
    assert desk.desk.view.name == "take_lines" and "cleaning" not in desk.body, desk.text()
    desk.command("space")
    assert "goes with the lines" in desk.status
    desk.press("end", "space", "enter")
    assert "Agreed: €45.00" in desk.body, desk.text()
    desk.press("enter")
    assert order(desk, LATE).state is OrderState.QUOTE_ACCEPTED, desk.text()
    desk.command("2")
    assert "accepted · €45.00" in desk.body, desk.text()
    desk.command("z")
    desk.press("down", "enter")
    assert "not taken" in desk.body, desk.text()


def test_a_refusal_has_its_reason_on_the_sheet(desk: ShopBench) -> None:
    issued(desk, "pump 150")
    desk.press("f8")
    choose(desk, "Quote refused")
    desk.press("tab", "tab")
    desk.type("too dear")
    desk.press("enter")
    assert order(desk, LATE).state is OrderState.QUOTE_REFUSED, desk.text()
    desk.command("2")
    assert "too dear" in desk.body


def test_a_price_said_on_the_phone_and_the_cap_are_written_down(desk: ShopBench) -> None:
    desk.open_order(LATE)
    keys = Counted(desk)
    keys.press("f", "a")
    desk.type("120")
    keys.press("enter")
    assert desk.desk.view.name == "consents", desk.text()
    assert keys.actions <= 4 and order(desk, LATE).cap == 12000
    assert "cap €120.00" in desk.body and "by phone" in desk.body, desk.text()
    desk.command("a")
    desk.press("enter")
    assert "This is needed" in desk.body
    desk.press("escape")
    desk.command("x")
    desk.press("enter")
    assert order(desk, LATE).cap is None
    assert [row.answer.value for row in rows(desk, PriceConsent) if isinstance(row, PriceConsent)][-2:] == [
        "agreed",
        "withdrawn",
    ]


def test_older_versions_open_and_their_paper_prints_again(desk: ShopBench) -> None:
    issued(desk, "pump 50")
    desk.command("q")
    add(desk, "seal 10")
    desk.press("escape", "f8", "enter")
    desk.command("z")
    assert desk.body.count("€") == 2 and "€60.00" in desk.body, desk.text()
    desk.press("down", "enter")
    assert "seal" not in desk.body and "pump" in desk.body, desk.text()
    before = len(rows(desk, PrintJob))
    desk.command("h")
    desk.command("h")
    jobs = [row for row in rows(desk, PrintJob) if isinstance(row, PrintJob)]
    assert len(jobs) == before + 2 and jobs[-1].duplicate and "sent to the printer" in desk.status


def test_two_stations_write_in_one_quote(desk: ShopBench) -> None:
    quote(desk)
    add(desk, "one 10")
    desk.press("escape", "enter")
    with desk.counter.store.read() as session:
        line = session.exec(select(QuoteDraftLine)).one()
    desk.counter.store.write(lambda session: setattr(session.get_one(QuoteDraftLine, line.id), "text", "other"))
    desk.type("2\r")
    desk.press("ctrl+s")
    assert "changed the line" in desk.status and "[2" in desk.body, desk.text()


def test_the_quick_quote_of_an_amount_stays(desk: ShopBench) -> None:
    elsewhere(desk.counter.store, LATE, "request_quote")
    desk.open_order(LATE)
    desk.press("f8")
    choose(desk, "Issue the quote")
    desk.type("126\rPompe")
    desk.press("enter")
    assert order(desk, LATE).state is OrderState.QUOTE_ISSUED and not rows(desk, PartNeed)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize(("width", "height"), SIZES)
def test_looks(shop: Store, tmp_path: Path, width: int, height: int, language: str) -> None:
    part(shop)
    desk = ShopBench(counter_of(shop, tmp_path), width, height)
    set_language(language)
    try:
        quote(desk)
        add(desk, "pump-1", "nettoyage du filtre 25", "1:30")
        desk.type("vid")
        _look(desk, "entry", language)
        desk.press("ctrl+u", "escape")
        _look(desk, "lines", language)
        shop.write(lambda session: keep_setting(session, "labour_price", 0))
        desk.press("home", "enter")
        _look(desk, "line", language)
        desk.press("escape")
        desk.command("o")
        desk.press("enter")
        desk.type("20\r")
        desk.command("w")
        desk.press("end")
        desk.command("x")
        _look(desk, "variant", language)
        desk.press("f8")
        _look(desk, "issue", language)
        desk.press("enter", "f8")
        _look(desk, "answer", language)
        desk.press("alt+v")
        _look(desk, "take", language)
        desk.press("escape", "escape")
        desk.command("2")
        _look(desk, "sheet", language)
        desk.command("z")
        _look(desk, "versions", language)
        desk.press("enter")
        _look(desk, "version", language)
        desk.press("escape", "escape")
        desk.command("f")
        _look(desk, "prices", language)
        desk.command("a")
        _look(desk, "price", language)
    finally:
        set_language("en")


def _look(desk: ShopBench, what: str, language: str) -> None:
    assert_snapshot(f"quote-{what}-{language}-{desk.width}x{desk.height}", desk.text())
