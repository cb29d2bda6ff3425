"""Erasing a person: nothing of him is left but documents, which are intact; refused while anything is open (4.4)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlmodel import Session, col, select

from convisav_tui.errors import Refusal
from convisav_tui.shop.anonymise import anonymise, foresee
from convisav_tui.shop.document import print_again
from convisav_tui.shop.drafts import save_draft
from convisav_tui.shop.evidence import delete_erased_photos, keep_photo
from convisav_tui.shop.person_export import export_person
from convisav_tui.shop.person_paper import person_paper
from convisav_tui.shop.retention import due_for_erasure
from convisav_tui.store.engine import Store
from convisav_tui.store.models import (
    AnswerKind,
    CheckAnswer,
    Checkpoint,
    Device,
    Fix,
    OpenPoint,
    OrderState,
    Paper,
    Party,
    PrintJob,
    StaffEvent,
)
from convisav_tui.store.queries.workshop import workshop_of
from convisav_tui.store.suggest import customers
from tests.invariants import check
from tests.shop.bench import Bench, replayed
from tests.shop.counter import CLERK, SHOP, counter_store, everything_in

PERSON = {
    "name": "Zoé Quidelle",
    "phone": "06 99 88 77 66",
    "email": "zoe@quidelle.example",
    "street": "3 rue Quidelle",
    "postcode": "29000",
    "city": "Quimper",
    "serial": "QUID-4711",
    "note": "amie de Quidelle",
    "depositor": "Jean Quidelle",
    "fault": "écran de Quidelle cassé",
}
DAY = 86400


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    store = counter_store(tmp_path)
    made = Bench(store, monkeypatch)
    yield made
    check(store)
    store.close()


def closed(bench: Bench) -> int:
    """An order of that person, all the way to its end; her id."""
    bench.reach(OrderState.CLOSED, **PERSON, receipt="x")
    return bench.order.party_id


def erase(bench: Bench, party_id: int) -> None:
    boss = bench.manager()
    bench.write(lambda session: anonymise(session, party_id, boss, SHOP))


def test_nothing_of_the_person_is_left_but_documents(bench: Bench) -> None:
    party_id = closed(bench)
    bench.write(lambda session: save_draft(session, "d-1", "intake", "x", {"form": f'["{party_id}"]'}, CLERK))
    with bench.store.read() as session:
        before = {row.id: dict(row.content) for row in session.exec(select(PrintJob))}
        state = replayed(bench.events)
    erase(bench, party_id)
    with bench.store.read() as session:
        assert {row.id: dict(row.content) for row in session.exec(select(PrintJob))} == before
        assert "Quidelle" in str(before) and not customers(session, "quidelle") and not customers(session, "0699887766")
        party = session.get_one(Party, party_id)
        assert (party.name, party.phone, party.anonymised_at is not None) == (party.code, "", True)
    everything = everything_in(bench.store).splitlines()
    left = [line for line in everything if "uidelle" in line or "699887766" in line]
    documents = ("taken_in_at", "'returned_unrepaired'")  # what she was handed still knows her, nothing else
    assert all(any(kind in line for kind in documents) for line in left), left
    assert replayed(bench.events) == state and bench.events[-1].event == "anonymised"
    with bench.store.read() as session:
        (event,) = session.exec(select(StaffEvent).where(StaffEvent.event == "anonymised")).all()
        assert event.detail == {"customer": party.code, "orders": 1}


def test_what_the_workshop_wrote_says_no_more_whose_it_was(bench: Bench) -> None:
    party_id = closed(bench)

    def write(session: Session) -> None:
        order = bench.order
        place = session.exec(select(Checkpoint).where(Checkpoint.kind == AnswerKind.TEXT)).first()
        place = place or session.exec(select(Checkpoint)).first()
        assert place is not None
        session.add(
            CheckAnswer(
                order_id=order.id,
                checkpoint_id=place.id,
                answer="ok",
                note="Quidelle appuie trop fort",
                evidence="/photos/quidelle.jpg",
            )
        )
        session.add(OpenPoint(order_id=order.id, text="rappeler Mme Quidelle"))
        session.add(OpenPoint(device_id=order.device_id, text="vendre une coque à Zoé Quidelle"))
        kind = session.get_one(Device, order.device_id).device_type_id
        session.add(
            Fix(
                device_type_id=kind,
                symptom="Écran de Quidelle cassé",
                cause="chute chez Zoé Quidelle",
                remedy="changer l'écran, prévenir zoe@quidelle.example",
                order_id=order.id,
            )
        )

    bench.write(write)
    erase(bench, party_id)
    with bench.store.read() as session:
        (fix,) = session.exec(select(Fix).where(col(Fix.cause).contains("chute")))
        assert fix.order_id is None and fix.symptom == "—" and fix.remedy.startswith("changer l'écran")
        texts = [fix.cause, fix.remedy, *(point.text for point in session.exec(select(OpenPoint)))]
        texts += [answer.note + answer.evidence for answer in session.exec(select(CheckAnswer))]
    assert "quidelle" not in " ".join(texts).casefold()


def photo(bench: Bench, home: Path, content: bytes, order_id: int) -> str:
    """A photo that an answer of an order names; its name from the data folder on."""
    (home / "quidelle.png").write_bytes(b"\x89PNG\r\n\x1a\n" + content)
    kept = keep_photo(home, str(home / "quidelle.png"))

    def answer(session: Session) -> None:
        place = session.exec(select(Checkpoint).where(Checkpoint.kind == AnswerKind.PHOTO)).first()
        assert place is not None
        session.add(CheckAnswer(order_id=order_id, checkpoint_id=place.id, answer=kept.name, evidence=kept.path))

    bench.write(answer)
    return kept.path


def answers_of(bench: Bench, order_id: int) -> set[tuple[str, str]]:
    with bench.store.read() as session:
        rows = session.exec(select(CheckAnswer).where(CheckAnswer.order_id == order_id)).all()
        shown = {(one.answer, one.evidence) for one in workshop_of(session, order_id).answers}
    assert {answer for answer, _evidence in shown} <= {row.answer for row in rows}
    return {(row.answer, row.evidence) for row in rows} | shown


def test_photos_go_once_the_erasure_is_committed_and_the_rows_say_so(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench.take_in()
    other = bench.order_id
    party_id = closed(bench)
    own, shared = (photo(bench, tmp_path, content, bench.order_id) for content in (b"own", b"shared"))
    assert photo(bench, tmp_path, b"shared", other) == shared
    with bench.store.read() as session:
        assert any("2 photos, deleted" in line for line in foresee(session, party_id, SHOP).goes)
    erase(bench, party_id)
    assert (tmp_path / own).exists()
    with monkeypatch.context() as patch:  # killed when the file had gone, and the rows did not say so yet
        patch.setattr(Store, "write", lambda *_nothing: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            delete_erased_photos(bench.store, tmp_path)
    assert not (tmp_path / own).exists()
    assert answers_of(bench, bench.order_id) >= {("—", f"erased:{own}"), ("—", "photo erased")}
    delete_erased_photos(bench.store, tmp_path)
    assert answers_of(bench, bench.order_id) == {("—", "erased"), ("—", "photo erased")}
    assert (tmp_path / shared).exists() and ("quidelle.png", shared) in answers_of(bench, other)
    assert delete_erased_photos(bench.store, tmp_path).files == 0


def test_a_photo_that_cannot_be_deleted_is_told_and_tried_again(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    party_id = closed(bench)
    name = photo(bench, tmp_path, b"own", bench.order_id)
    erase(bench, party_id)
    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", _refused)
        (told,) = delete_erased_photos(bench.store, tmp_path).faults
    assert f"{name} cannot be deleted: Permission denied." in told
    assert delete_erased_photos(bench.store, tmp_path).files == 1 and not (tmp_path / name).exists()


def _refused(_path: Path, missing_ok: bool = False) -> None:
    raise PermissionError(13, "Permission denied")


def test_what_was_noted_of_a_message_without_an_order_goes(bench: Bench) -> None:
    party_id = closed(bench)
    detail = {"message": 1, "party": party_id, "reason": "Zoé Quidelle a rappelé"}
    bench.write(lambda session: session.add(StaffEvent(event="message_cancelled", detail=detail)))
    erase(bench, party_id)
    with bench.store.read() as session:
        (event,) = session.exec(select(StaffEvent).where(StaffEvent.event == "message_cancelled")).all()
    assert event.detail == {"message": 1, "party": party_id}


def test_papers_stay_word_for_word(bench: Bench) -> None:
    bench.take_in(**PERSON)
    bench.step("relinquish")
    party_id = bench.order.party_id
    with bench.store.read() as session:
        before = [dict(paper.content) for paper in session.exec(select(Paper))]
    erase(bench, party_id)
    with bench.store.read() as session:
        assert [dict(paper.content) for paper in session.exec(select(Paper))] == before
        (paper,) = session.exec(select(Paper)).all()
    assert "Quidelle" in str(before)
    with pytest.raises(Refusal):  # the restricted store
        bench.write(lambda session: print_again(session, paper.id or 0, CLERK))
    boss = bench.manager()
    assert bench.write(lambda session: print_again(session, paper.id or 0, boss)).duplicate


@pytest.mark.parametrize("state", [OrderState.RECEIVED, OrderState.NOTIFIED, OrderState.RETURNED])
def test_refused_while_anything_is_open(bench: Bench, state: OrderState) -> None:
    bench.reach(state, **PERSON)
    with pytest.raises(Refusal) as refused:
        erase(bench, bench.order.party_id)
    assert refused.value.guard == "nothing_open"
    with bench.store.read() as session:
        told = foresee(session, bench.order.party_id, SHOP)
        assert told.refusal and session.get_one(Party, bench.order.party_id).name == PERSON["name"]


def test_for_a_manager_alone_and_once(bench: Bench) -> None:
    party_id = closed(bench)
    boss = bench.manager()
    for operation in (anonymise,):
        with pytest.raises(Refusal) as refused:
            bench.write(lambda session, operation=operation: operation(session, party_id, CLERK, SHOP))
        assert refused.value.guard == "permission"
    for _time in range(2):
        bench.write(lambda session: anonymise(session, party_id, boss, SHOP))
    with bench.store.read() as session:
        assert len(session.exec(select(StaffEvent).where(StaffEvent.event == "anonymised")).all()) == 1


def test_the_clock_runs_from_the_end_of_the_guarantee_by_the_countrys_years(bench: Bench) -> None:
    party_id = closed(bench)

    def due() -> list[int]:
        with bench.store.read() as session:
            return [clock.party_id for clock in due_for_erasure(session, SHOP)]

    with bench.store.read() as session:
        told = foresee(session, party_id, SHOP)
    assert due() == [] and told.clock.due_on.year == 2031 and str(told.clock.papers_until) == "2036-11-21"
    bench.wait(4 * 366 * DAY)
    assert due() == []
    bench.wait(2 * 366 * DAY)
    assert due() == [party_id]
    erase(bench, party_id)
    assert due() == []


def test_the_export_holds_what_is_known_and_never_the_code(bench: Bench) -> None:
    phone = {"serial": "", "device_type": "phone", "secret_kind": "pin", "secret": "4711"}
    bench.take_in(**PERSON | phone, amount="30", means="card")
    party_id = bench.order.party_id
    boss = bench.manager()
    with pytest.raises(Refusal):
        bench.write(lambda session: export_person(session, party_id, CLERK))
    text = bench.write(lambda session: export_person(session, party_id, boss))
    data = json.loads(text)
    assert data["person"]["name"] == PERSON["name"] and data["devices"][0]["brand"] == "Miele"
    (order,) = data["orders"]
    assert order["payments"][0]["amount"] == 3000 and order["events"][0]["event"] == "receive"
    assert order["secret_state"] == "stored" and "4711" not in text
    with bench.store.read() as session:
        assert session.exec(select(StaffEvent).where(StaffEvent.event == "person_exported")).one()
    paper = person_paper(text, SHOP)
    read = str(paper.as_content())
    for known in (PERSON["name"], PERSON["phone"], PERSON["fault"], "Miele", "30,00", "Ce que nous savons de vous"):
        assert known in read, known
    assert "4711" not in read.replace(PERSON["serial"], "")
