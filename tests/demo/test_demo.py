"""`convisav demo`: a whole shop, reopened as it was left, with peers that really receive."""

from __future__ import annotations

import json
import signal
import smtplib
import socket
import sqlite3
import subprocess
import urllib.request
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from convisav_tui.config import load
from convisav_tui.contact import parse_email, parse_phone
from convisav_tui.demo import album, people, stories
from convisav_tui.demo.companion import Companion, Ports
from convisav_tui.demo.shop import config_file, ports_of
from convisav_tui.shop.identifiers import parse_imei
from tests.commands.convisav import command, convisav, surroundings
from tests.waiting import wait_until


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A demo of the usual size, prepared once."""
    folder = tmp_path_factory.mktemp("demo") / "shop"
    done = convisav(folder.parent, "demo", "--home", str(folder), "--no-screen", "--language", "fr", timeout=240)
    assert done.code == 0, done.err
    assert str(folder / "convisav.toml") in done.out and done.err == ""
    return folder


def _rows(home: Path, query: str) -> list[tuple[Any, ...]]:
    with sqlite3.connect(home / "shop.db") as connection:
        found = connection.execute(query).fetchall()
    connection.close()
    return found


def _counts(home: Path) -> dict[str, int]:
    done = convisav(home, "orders", "--lists", "--json")
    assert done.code == 0, done.err
    return {row["key"]: row["count"] for row in json.loads(done.out)["lists"]}


def test_every_list_of_the_work_has_something(home: Path) -> None:
    counts = _counts(home)
    for key in (
        "waiting", "quote_requested", "quote_issued", "quote_accepted", "in_repair", "finished", "to_notify", "open",
        "late", "comebacks", "to_call", "quote_refused", "quote_expired", "returned",
    ):  # fmt: skip
        assert counts[key] > 0, key
    assert _rows(home, "SELECT count(*) FROM repair_order") == [(61,)], "and the one that came back"
    assert _rows(home, "SELECT count(*) FROM repair_order WHERE state = 'closed'")[0][0] >= 2


def test_a_loaner_is_late_and_somebody_is_reached_by_fax_alone(home: Path) -> None:
    assert _rows(home, "SELECT count(*) FROM loan WHERE ended_at IS NULL AND due_on < date('now', '-1 day')") == [(1,)]
    faxed = _rows(home, "SELECT email, phone_kind, channels FROM party WHERE fax_e164 <> ''")
    assert faxed == [("", "fixed", '["fax"]')]


def test_the_past_replays_to_the_present(home: Path) -> None:
    events = _rows(home, "SELECT order_id, from_state, to_state FROM order_event WHERE to_state <> '' ORDER BY id")
    present: dict[int, str] = {}
    for order, before, after in events:
        assert present.get(order, "") == before
        present[order] = after
    assert present == dict(_rows(home, "SELECT id, state FROM repair_order"))


def test_times_go_forward_and_nothing_is_in_the_future(home: Path) -> None:
    times = _rows(home, "SELECT order_id, at FROM order_event ORDER BY order_id, id")
    assert times == sorted(times)
    assert _rows(home, "SELECT count(*) FROM order_event WHERE at > datetime('now', '+1 minute')") == [(0,)]
    opened = _rows(home, "SELECT number FROM repair_order WHERE substr(number, 1, 2) = '26' ORDER BY opened_at, id")
    assert opened == sorted(opened)


def test_only_the_newest_papers_are_still_to_be_printed(home: Path) -> None:
    assert 0 < _rows(home, "SELECT count(*) FROM print_job WHERE state = 'queued'")[0][0] <= 6
    assert _rows(home, "SELECT count(*) FROM message WHERE state = 'queued'")[0][0] <= 4
    assert _rows(home, "SELECT count(*) FROM message_attempt")[0][0] > 20


def test_the_configuration_stays_on_this_machine(home: Path) -> None:
    path = config_file(home)
    config = load(path, {})
    assert path.stat().st_mode & 0o077 == 0 and home.stat().st_mode & 0o077 == 0
    assert config.home == home and config.shop.language == "fr"
    assert config.printer_for("label") and config.printer_for("receipt")
    assert all(
        "127.0.0.1" in url for url in (config.printers[0].address, config.notify.email.url, config.notify.sms.url)
    )


def test_opened_again_it_is_as_it_was_left(home: Path) -> None:
    before = _counts(home), ports_of(load(config_file(home), {}))
    with socket.create_server(("127.0.0.1", before[1].mail)):
        again = convisav(home, "demo", "--home", str(home), "--no-screen", "--orders", "5", timeout=60)
    assert again.code == 0, again.err
    ports = ports_of(load(config_file(home), {}))
    assert _counts(home) == before[0]
    assert ports.mail != before[1].mail and (ports.printer, ports.sms) == (before[1].printer, before[1].sms)
    assert config_file(home).stat().st_mode & 0o077 == 0


def test_served_it_prints_and_sends(home: Path) -> None:
    process = subprocess.Popen(
        [*command(), "demo", "--home", str(home), "--serve"], env=surroundings(home), stdout=subprocess.PIPE
    )
    try:
        wait_until(lambda: album.label_pictures(home), 60, "a label as a picture")
        wait_until(lambda: album.mails(home) or album.texts(home), 60, "a message as a file")
        worker = int((home / "worker.lock").read_text())
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        wait_until(lambda: not Path(f"/proc/{worker}").exists(), 20, "the worker ends with the demo")
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()
    port = ports_of(load(config_file(home), {})).printer
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", port), timeout=2)


def test_its_label_is_read_by_a_scanner(home: Path) -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp reads the barcode back")
    from PIL import Image

    number = _rows(home, "SELECT number FROM repair_order ORDER BY id LIMIT 1")[0][0]
    out = home / "one.png"
    assert convisav(home, "label", number, "--out", str(out)).code == 0
    with Image.open(out) as image:
        assert [found.text for found in zxingcpp.read_barcodes(image.convert("L"))] == [number]


def test_a_folder_with_something_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    done = convisav(tmp_path, "demo", "--home", str(tmp_path), "--no-screen")
    assert done.code == 2 and "is no demo and not empty" in done.err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_without_a_terminal_nothing_is_prepared(tmp_path: Path) -> None:
    done = convisav(tmp_path, "demo", "--home", str(tmp_path / "shop"))
    assert done.code == 8 and not (tmp_path / "shop").exists()


@pytest.mark.parametrize("count", ["0", "-3", "99999999"])
def test_an_absurd_number_of_orders(count: str, tmp_path: Path) -> None:
    done = convisav(tmp_path, "demo", "--home", str(tmp_path / "shop"), "--no-screen", "--orders", count)
    assert done.code == 2 and not (tmp_path / "shop").exists()


def test_stories_hold_their_shares() -> None:
    assert sum(story.share for story in stories.STORIES) == 100
    assert {story.name for story in stories.planned(20)} == {story.name for story in stories.STORIES}
    many = Counter(story.name for story in stories.planned(len(stories.STORIES) + 1000))
    assert all(many[story.name] == story.share * 10 + 1 for story in stories.STORIES)


def test_people_can_be_written_to() -> None:
    from random import Random

    from convisav_tui.shop.catalogue import shipped_type

    random = Random(1)
    for number in range(200):
        person = people.person(random, number)
        assert parse_phone(person.phone, "FR").national == person.phone
        assert not person.email or parse_email(person.email)
    for model in people.MODELS:
        kind = shipped_type(model.type_code)
        assert kind is not None
        if kind.has_imei and model.serial_digits == 15:
            assert parse_imei(people.serial(random, model))


def test_the_companion_keeps_what_it_receives(tmp_path: Path) -> None:
    companion = Companion(tmp_path, Ports())
    ports = companion.ports
    try:
        with smtplib.SMTP("127.0.0.1", ports.mail, timeout=10) as client:
            body = "Subject: =?utf-8?q?Pr=C3=AAt?=\r\nContent-Type: text/plain; charset=utf-8\r\n\r\nVenez à 10 h"
            client.sendmail("atelier@rivoli.example", ["o'neil@courriel.example"], body.encode())
        posted = json.dumps({"to": "33600000001", "message": "Prêt"}).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{ports.sms}/sms", data=posted)
        with urllib.request.urlopen(request, timeout=10) as answer:
            assert answer.status == 200
        with pytest.raises(urllib.error.HTTPError, match="400"):
            urllib.request.urlopen(
                urllib.request.Request(f"http://127.0.0.1:{ports.sms}/sms", data=b"{not json"), timeout=10
            )
        with socket.create_connection(("127.0.0.1", ports.printer), timeout=10) as job:
            job.sendall(b"no raster at all")
        wait_until(lambda: list((tmp_path / "labels").glob("*.job")), 10, "what no printer understands is kept aside")
    finally:
        companion.stop()
    (letter,) = album.mails(tmp_path)
    assert (letter.recipient, letter.subject, letter.text.strip()) == (
        "o'neil@courriel.example",
        "Prêt",
        "Venez à 10 h",
    )
    (text,) = album.texts(tmp_path)
    assert (text.recipient, text.text) == ("33600000001", "Prêt")
    assert album.is_demo(tmp_path) and not album.label_pictures(tmp_path)
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", ports.mail), timeout=2)


def test_the_newest_come_first(tmp_path: Path) -> None:
    folder = tmp_path / "mails"
    folder.mkdir()
    for number in (2, 10, 1):
        (folder / f"{number:04d}.eml").write_text(f"Subject: {number}\n\nx")
    (folder / ".writing.eml").write_text("half")
    assert [letter.subject for letter in album.mails(tmp_path)] == ["10", "2", "1"]
    assert [letter.subject for letter in album.mails(tmp_path, limit=1)] == ["10"]
