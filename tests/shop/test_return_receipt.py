"""The receipt of a device that goes back, and what a principal changes on papers and in the search."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlmodel import select

from convisav_tui.clock import now
from convisav_tui.errors import FieldErrors
from convisav_tui.shop.filled_papers import label_of, receipt_of
from convisav_tui.shop.passport import note_refused_advice, passport_of, write_guarantee
from convisav_tui.store.models import Paper, RefusedAdvice, Setting
from convisav_tui.store.search import find
from tests.shop.bench import Bench
from tests.shop.counter import CLERK, SHOP, counter_store
from tests.shop.principals import principal


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    yield Bench(store, monkeypatch)
    store.close()


def hand_over_under_guarantee(bench: Bench, **fields: str) -> None:
    usual = {"purchased_on": "01/03/2025", "quote_requested": "", "ready_channel": "call", "email": ""}
    bench.take_in(**(usual | fields))
    for event in ("start_diagnosis", "authorise_direct", "complete", "called"):
        answers = {"authorise_direct": {"estimate": "0"}, "complete": {"work": "Pompe changée"}}.get(event, {})
        bench.step(event, **answers)
    bench.wait(10 * 86400)
    bench.step("hand_over")


def papers(bench: Bench) -> list[dict[str, object]]:
    with bench.store.read() as session:
        return [paper.content for paper in session.exec(select(Paper).where(Paper.kind == "return_receipt"))]


def test_it_tells_the_work_the_refused_advice_and_the_guarantees_to_the_day(bench: Bench) -> None:
    bench.take_in()
    advice = "changer le filtre"
    bench.write(lambda s: note_refused_advice(s, bench.order_id, advice, CLERK, "advice-1", now()))
    bench.write(lambda s: note_refused_advice(s, bench.order_id, advice, CLERK, "advice-2", now()))
    assert len(bench.rows(RefusedAdvice)) == 1
    first = bench.order_id
    hand_over_under_guarantee(bench)
    bench.write(lambda s: note_refused_advice(s, bench.order_id, "détartrer", CLERK, "advice-3", now()))
    (paper,) = papers(bench)
    text = str(paper)
    assert "Pompe changée" in text and "11/09/2027" in text  # six months and ten days more
    assert "Garantie légale" in text and str(10) in text
    with bench.store.read() as session:
        passport = passport_of(session, bench.order.device_id, SHOP)
    assert [(one.text, one.number == bench.order.number) for one in passport.refused] == [
        ("détartrer", True),
        ("changer le filtre", False),
    ]
    assert passport.guarantees[0].ends_on == date(2027, 9, 11) and first != bench.order_id


def test_a_shop_may_print_none(bench: Bench) -> None:
    bench.write(lambda session: session.add(Setting(key="reaction.return_receipt", value=False)))
    hand_over_under_guarantee(bench)
    assert papers(bench) == []


def test_a_principal_has_his_name_reference_and_heading_on_papers(bench: Bench) -> None:
    party = principal(bench.store, heading="SAV Darty\nQuai 3", cap="100")
    hand_over_under_guarantee(bench, principal_id=str(party), principal_reference="BC-778", cap="100")
    with bench.store.read() as session:
        label, receipt = label_of(session, bench.order, SHOP), receipt_of(session, bench.order, SHOP)
        found = find(session, "bc-77")
    assert label.principal == "Darty Rivoli BC-778"
    assert (receipt.shop_name, receipt.shop_address.split("\n")[0]) == ("SAV Darty", "Quai 3")
    assert (receipt.principal, receipt.principal_reference) == ("Darty Rivoli", "BC-778")
    (paper,) = papers(bench)
    assert paper["sender"][:2] == ["SAV Darty", "Quai 3"] and "Darty Rivoli" in str(paper["paragraphs"])  # type: ignore[index]
    assert [hit.number for hit in found] == [bench.order.number]


def test_a_manufacturers_guarantee_is_written_down_and_covers(bench: Bench) -> None:
    bench.take_in(purchased_on="01/03/2023")
    device = bench.order.device_id
    wrong: dict[str, str] = {"kind": "legal", "until": ""}
    with pytest.raises(FieldErrors) as refused:
        bench.write(lambda s: write_guarantee(s, device, wrong, CLERK, SHOP, now()))
    assert set(refused.value.errors) == {"kind", "until", "parts"}
    typed = {"kind": "manufacturer", "until": "01/03/2028", "parts": "x", "labour": "x", "note": "extension 5 ans"}
    bench.write(lambda s: write_guarantee(s, device, typed, CLERK, SHOP, now()))
    bench.take_in(purchased_on="01/03/2023")
    assert (bench.order.kind.value, bench.order.payer.value) == ("manufacturer_guarantee", "manufacturer")
