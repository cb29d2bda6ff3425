"""Finished orders of a principal for the tests of statements and their screens."""

from __future__ import annotations

from tests.shop.bench import Bench


def finished(bench: Bench, party: int, price: str = "90", *, reference: str = "BC-778", closed: bool = False) -> str:
    """An order of this principal whose work is done; its number."""
    bench.take_in(
        quote_requested="",
        cap="100",
        principal_id=str(party),
        principal_reference=reference,
        ready_channel="none",
    )
    for event in ("start_diagnosis", "authorise_direct", "work_done"):
        bench.step(event, **({"estimate": price} if event == "authorise_direct" else {}))
    bench.step("complete", price=price)
    if closed:
        bench.step("hand_over", taken_by="Darty")
        bench.step("close")
    return bench.order.number
