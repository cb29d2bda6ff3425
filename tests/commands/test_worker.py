"""The worker as a process of its own: one a database, labels at once, messages apart, a clean end."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from convisav_tui import clock
from convisav_tui.commands.worker_lease import NAME, WorkerLease, holder_here, is_dead
from convisav_tui.commands.worker_loop import Chore, Loop
from convisav_tui.commands.worker_start import ensure_worker, lock_path, worker_runs
from convisav_tui.config import Config, DatabaseConfig, ShopConfig, load
from convisav_tui.config_file import write_config
from convisav_tui.demo.album import label_pictures, mails
from convisav_tui.demo.companion import LABELS, MAILS
from convisav_tui.demo.mail_server import FileMailServer
from convisav_tui.demo.printer import PicturePrinter
from convisav_tui.store.engine import Store
from convisav_tui.store.lease import holder_of
from convisav_tui.store.models import (
    Channel,
    Device,
    DeviceType,
    JobKind,
    JobState,
    Message,
    MessageEvent,
    MessageState,
    OrderState,
    Party,
    PrintJob,
    RepairOrder,
    Station,
)
from tests.commands.convisav import beside, convisav
from tests.waiting import wait_until

NUMBER = "2600000014"


@contextmanager
def _hanging_server() -> Iterator[int]:
    """Accepts and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        kept: list[socket.socket] = []

        def accept() -> None:
            while True:
                try:
                    kept.append(server.accept()[0])
                except OSError:
                    return

        threading.Thread(target=accept, daemon=True).start()
        yield server.getsockname()[1]
        for connection in kept:
            connection.close()


def _configured(home: Path, printer: int, mail: int) -> Config:
    path = home / "convisav.toml"
    write_config(
        path,
        {
            "data.folder": ".",
            "shop.name": "Atelier Rivoli",
            "notify.email.url": f"mailto://127.0.0.1:{mail}",
            "notify.email.from_address": "atelier@example.fr",
        },
        {"printers": [{"name": "counter", "address": f"tcp://127.0.0.1:{printer}", "media": ("62",)}]},
    )
    return load(path)


def _opened(config: Config) -> Store:
    from convisav_tui.store.migrate import open_store

    return open_store(config.database.url, config.home)


def _with_order(store: Store) -> int:
    def build(session: object) -> int:
        from sqlmodel import Session

        assert isinstance(session, Session)
        kind = DeviceType(code="kettle", names={"fr": "Bouilloire"})
        party = Party(name="Hélène Lefèvre", name_key="helene lefevre", email="h@example.fr", email_key="h@example.fr")
        session.add_all([kind, party])
        session.flush()
        device = Device(party_id=party.id, device_type_id=kind.id, brand="Miele", model="WK")
        session.add(device)
        session.flush()
        order = RepairOrder(
            number=NUMBER,
            idempotency_key="t",
            party_id=party.id,
            device_id=device.id,
            reported_fault="ne chauffe plus",
            state=OrderState.TO_NOTIFY,
        )
        session.add(order)
        session.flush()
        assert order.id is not None
        return order.id

    return store.write(build)


def _label(store: Store, order_id: int, key: str) -> None:
    content = {"number": NUMBER, "device": "Miele WK", "customer_code": "C00001", "shop_name": "Rivoli"}
    store.write(
        lambda session: session.add(
            PrintJob(order_id=order_id, kind=JobKind.LABEL, content=dict(content), dedupe_key=key)
        )
    )


def _message(store: Store, order_id: int, key: str) -> None:
    store.write(
        lambda session: session.add(
            Message(
                order_id=order_id,
                event=MessageEvent.REPAIR_READY,
                channel=Channel.EMAIL,
                recipient="h@example.fr",
                subject="Prêt",
                body="Votre appareil est réparé.",
                dedupe_key=key,
            )
        )
    )


def _state(store: Store, table: type[PrintJob] | type[Message], key: str) -> str:
    from sqlmodel import select

    with store.read() as session:
        return str(session.exec(select(table.state).where(table.dedupe_key == key)).one())


def _holder(store: Store) -> str:
    with store.read() as session:
        return holder_of(session, NAME)


@pytest.fixture
def peers(tmp_path: Path) -> Iterator[tuple[PicturePrinter, FileMailServer]]:
    printer, mail = PicturePrinter(tmp_path / LABELS), FileMailServer(tmp_path / MAILS)
    printer.start()
    mail.start()
    yield printer, mail
    printer.stop()
    mail.stop()


def test_it_prints_and_sends_what_is_due_and_ends_cleanly(
    tmp_path: Path, peers: tuple[PicturePrinter, FileMailServer]
) -> None:
    config = _configured(tmp_path, peers[0].port, peers[1].port)
    store = _opened(config)
    order = _with_order(store)
    _label(store, order, "before")
    with beside(tmp_path, "worker") as process:
        wait_until(lambda: label_pictures(tmp_path), 30, "the label that was due before it started")
        assert worker_runs(config) and str(process.pid) in _holder(store)
        _label(store, order, "while")
        _message(store, order, "mail")
        wait_until(lambda: len(label_pictures(tmp_path)) == 2, 10, "the label asked for while it works")
        (letter,) = wait_until(lambda: mails(tmp_path), 20, "the mail")
        assert (letter.recipient, letter.subject) == ("h@example.fr", "Prêt") and "réparé" in letter.text
        wait_until(lambda: _state(store, Message, "mail") == "sent", 10)
        wait_until(lambda: _state(store, PrintJob, "while") == "sent", 10)
        process.send_signal(signal.SIGTERM)
        assert process.wait(20) == 0
    assert _holder(store) == "" and not worker_runs(config)
    log = (config.logs / "worker.log").read_text()
    assert "ended" in log and "h@example.fr" not in log and "Lefèvre" not in log
    assert (config.logs / "worker.log").stat().st_mode & 0o077 == 0
    assert list(config.backups.glob("convisav-*.db")), "the first copy of the hour"
    store.close()


def test_a_label_decodes_to_its_number(tmp_path: Path, peers: tuple[PicturePrinter, FileMailServer]) -> None:
    zxingcpp = pytest.importorskip("zxingcpp", reason="zxing-cpp reads the barcode back")
    from PIL import Image

    config = _configured(tmp_path, peers[0].port, peers[1].port)
    store = _opened(config)
    _label(store, _with_order(store), "one")
    with beside(tmp_path, "worker"):
        (picture,) = wait_until(lambda: label_pictures(tmp_path), 30)
    with Image.open(picture.path) as image:
        assert image.size == (picture.width, picture.height)
        assert [found.text for found in zxingcpp.read_barcodes(image.convert("L"))] == [NUMBER]
    store.close()


def test_a_mail_server_that_hangs_delays_no_label(tmp_path: Path, peers: tuple[PicturePrinter, FileMailServer]) -> None:
    with _hanging_server() as hanging:
        config = _configured(tmp_path, peers[0].port, hanging)
        store = _opened(config)
        order = _with_order(store)
        with beside(tmp_path, "worker"):
            wait_until(lambda: _holder(store), 30)
            _message(store, order, "mail")
            wait_until(lambda: _state(store, Message, "mail") == MessageState.LEASED, 20, "the mail is under way")
            _label(store, order, "one")
            wait_until(lambda: label_pictures(tmp_path), 10, "the label")
            assert _state(store, Message, "mail") == MessageState.LEASED
        store.close()


def test_a_printer_that_hangs_delays_no_mail(tmp_path: Path, peers: tuple[PicturePrinter, FileMailServer]) -> None:
    with _hanging_server() as hanging:
        config = _configured(tmp_path, hanging, peers[1].port)
        store = _opened(config)
        order = _with_order(store)
        with beside(tmp_path, "worker"):
            _label(store, order, "one")
            wait_until(lambda: _state(store, PrintJob, "one") == JobState.SENDING, 30, "the label is under way")
            _message(store, order, "mail")
            wait_until(lambda: mails(tmp_path), 20, "the mail")
        store.close()


def test_there_is_one_worker(tmp_path: Path, peers: tuple[PicturePrinter, FileMailServer]) -> None:
    config = _configured(tmp_path, peers[0].port, peers[1].port)
    store = _opened(config)
    with beside(tmp_path, "worker"):
        wait_until(lambda: worker_runs(config), 30)
        second = convisav(tmp_path, "worker")
        assert (second.code, second.out.strip()) == (0, "A worker runs here already.")
        assert ensure_worker(config) is False
    store.close()


def test_the_next_worker_does_not_wait_for_a_dead_one(
    tmp_path: Path, peers: tuple[PicturePrinter, FileMailServer]
) -> None:
    config = _configured(tmp_path, peers[0].port, peers[1].port)
    store = _opened(config)
    with beside(tmp_path, "worker") as first:
        wait_until(lambda: _holder(store), 30)
        first.kill()
        first.wait(10)
        assert str(first.pid) in _holder(store) and not worker_runs(config)
        _label(store, _with_order(store), "one")
        with beside(tmp_path, "worker"):
            wait_until(lambda: label_pictures(tmp_path), 20, "within less than the lease")
    store.close()


def test_another_machine_is_waited_for(tmp_path: Path) -> None:
    from convisav_tui.store import lease

    config = _configured(tmp_path, 9, 9)
    store = _opened(config)
    theirs = lease.acquire(store, NAME, "elsewhere:1", 60)
    assert theirs is not None
    with beside(tmp_path, "worker") as standby:
        wait_until(lambda: worker_runs(config), 30)
        assert not WorkerLease(store).acquire()
        lease.release(store, theirs)
        wait_until(lambda: str(standby.pid) in _holder(store), 20)
    store.close()


def test_it_ends_with_its_parent_when_nothing_is_due(tmp_path: Path) -> None:
    config = _configured(tmp_path, 9, 9)
    store = _opened(config)
    parent = subprocess.Popen(["sleep", "60"])
    with beside(tmp_path, "worker", "--parent", str(parent.pid)) as process:
        wait_until(lambda: str(process.pid) in _holder(store), 30)
        parent.kill()
        parent.wait()
        assert process.wait(30) == 0
    assert "needed no more" in (config.logs / "worker.log").read_text()
    store.close()


@pytest.mark.parametrize("reason", ["a station", "a message"])
def test_without_its_parent_it_stays_while_it_is_needed(reason: str, tmp_path: Path) -> None:
    from convisav_tui.commands.worker_duties import Duties

    config = _configured(tmp_path, 9, 9)
    store = _opened(config)
    gone = subprocess.Popen(["true"])
    gone.wait()
    duties = Duties(store, config, gone.pid)
    assert duties._needed_no_more()
    if reason == "a station":
        store.write(lambda session: session.add(Station(name="counter 2")))
    else:
        order = _with_order(store)
        store.write(
            lambda session: session.add(
                Message(
                    order_id=order,
                    event=MessageEvent.REPAIR_READY,
                    channel=Channel.EMAIL,
                    recipient="h@example.fr",
                    body="x",
                    dedupe_key="later",
                    not_before=clock.now() + timedelta(seconds=60),
                )
            )
        )
    assert not duties._needed_no_more()
    assert not Duties(store, config, 0)._needed_no_more(), "started by hand it stays"
    store.close()


def test_a_corrected_configuration_is_used_at_once(
    tmp_path: Path, peers: tuple[PicturePrinter, FileMailServer]
) -> None:
    closed = socket.create_server(("127.0.0.1", 0))
    port = closed.getsockname()[1]
    closed.close()
    config = _configured(tmp_path, port, peers[1].port)
    store = _opened(config)
    order = _with_order(store)
    _label(store, order, "one")
    with beside(tmp_path, "worker"):
        wait_until(lambda: _holder(store), 30)
        os.utime(_configured(tmp_path, peers[0].port, peers[1].port).path or tmp_path, (1, 1))
        wait_until(lambda: label_pictures(tmp_path), 40, "the label on the corrected address")
    store.close()


def test_the_program_starts_one_that_outlives_the_call(tmp_path: Path) -> None:
    config = _configured(tmp_path, 9, 9)
    store = _opened(config)
    assert not worker_runs(config)
    assert ensure_worker(config) is True
    holder = wait_until(lambda: _holder(store), 30)
    assert worker_runs(config) and ensure_worker(config) is False
    os.kill(int(holder.rpartition(":")[2]), signal.SIGTERM)
    wait_until(lambda: not worker_runs(config), 20)
    store.close()


def test_starting_one_needs_no_heavy_import() -> None:
    import sys

    code = (
        "import sys, convisav_tui.commands.worker_start;"
        "print([name for name in ('sqlmodel', 'sqlalchemy', 'pydantic', 'PIL', 'apprise') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_who_is_dead() -> None:
    gone = subprocess.Popen(["true"])
    gone.wait()
    machine = os.uname().nodename
    assert is_dead(f"{machine}:{gone.pid}")
    assert not is_dead(holder_here()) and not is_dead(f"elsewhere:{gone.pid}") and not is_dead("")


def test_a_chore_that_fails_is_tried_again_and_harms_no_other(caplog: pytest.LogCaptureFixture) -> None:
    done = {"bad": 0, "good": 0}

    def bad() -> int:
        done["bad"] += 1
        raise RuntimeError("Hélène")

    def good() -> int:
        done["good"] += 1
        return 0

    loop = Loop((Chore("bad", bad), Chore("good", good, every=60)))
    loop.start()
    wait_until(lambda: done["bad"] >= 2, 20)
    before = done["good"]
    loop.wake()
    wait_until(lambda: done["good"] > before, 5, "a wake-up is not lost")
    loop.stop()
    assert loop.join(10)
    assert "RuntimeError" in caplog.text and "Hélène" not in caplog.text.replace('RuntimeError("Hélène")', "")


def test_a_chore_that_gives_way_lets_the_others_go_first_and_keeps_nobody_waiting_at_the_end() -> None:
    done = {"labels": 0, "messages": 0}

    def counts(name: str) -> Callable[[], int]:
        def due() -> int:
            done[name] += 1
            return 0

        return due

    loop = Loop((Chore("messages", counts("messages"), every=60, gives_way=60), Chore("labels", counts("labels"))))
    loop.start()
    wait_until(lambda: done == {"labels": 1, "messages": 1}, 10)
    loop.wake()
    wait_until(lambda: done["labels"] == 2, 10)
    assert done["messages"] == 1
    loop.stop()
    assert loop.join(10)


def test_the_lock_is_beside_the_data(tmp_path: Path) -> None:
    assert lock_path(_configured(tmp_path, 9, 9)) == tmp_path / "worker.lock"


def test_codes_that_outlived_their_use_are_destroyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from convisav_tui.commands.worker_duties import CODES_EVERY, Duties
    from convisav_tui.store.keyring import keyring_of
    from tests.shop.counter import NOW, counter_store, order_of, take_in

    monkeypatch.setenv("CONVISAV_NOW", NOW)
    store = counter_store(tmp_path)
    received = take_in(store, secret_kind="text", secret="Zx9-Qw7!")
    config = Config(ShopConfig(), DatabaseConfig(store.url), tmp_path)
    chore = next(chore for chore in Duties(store, config)._loop._chores if chore.name == "codes")
    chore.due()
    assert order_of(store, received).secret_state == "stored"
    monkeypatch.setenv("CONVISAV_NOW", "2027-11-21T10:00:00+01:00")
    chore.due()
    assert order_of(store, received).secret_state == "purged"
    with store.read() as session:
        assert list(keyring_of(session).names()) == []
    assert chore.every == CODES_EVERY == 3600
