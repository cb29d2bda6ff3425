"""`convisav doctor`: what is missing or misconfigured, in words, without changing anything."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from convisav_tui.commands.findings import Finding, careful
from convisav_tui.config_file import write_config
from convisav_tui.demo.mail_server import FileMailServer
from convisav_tui.demo.printer import PicturePrinter
from tests.commands.convisav import Done, convisav


def _findings(done: Done) -> dict[str, list[dict[str, str]]]:
    found: dict[str, list[dict[str, str]]] = {}
    for finding in json.loads(done.out)["findings"]:
        found.setdefault(finding["matter"], []).append(finding)
    return found


def _one(done: Done, matter: str) -> dict[str, str]:
    (finding,) = _findings(done)[matter]
    return finding


def _configure(home: Path, address: str = "", mail: str = "", sms: str = "", media: tuple[str, ...] = ("62",)) -> None:
    rows = [{"name": "counter", "address": address, "media": media}] if address else []
    values = {"shop.name": "Rivoli", "notify.email.from_address": "atelier@example.fr"}
    values |= {"notify.email.url": mail} if mail else {}
    values |= {"notify.sms.url": sms} if sms else {}
    write_config(home / "convisav.toml", dict(values), {"printers": [dict(row) for row in rows]})


@pytest.fixture
def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@pytest.fixture
def refusing_mail() -> Iterator[int]:
    """A mail server that knows no password."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    connection, _peer = server.accept()
                except OSError:
                    return
                with connection, connection.makefile("rwb", buffering=0) as line:
                    line.write(b"220 here\r\n")
                    while said := line.readline():
                        verb = said[:4].upper()
                        if verb in (b"EHLO", b"HELO"):
                            line.write(b"250-here\r\n250 AUTH PLAIN LOGIN\r\n")
                        elif verb == b"AUTH":
                            line.write(b"535 5.7.8 wrong password\r\n")
                        else:
                            line.write(b"221 bye\r\n")

        threading.Thread(target=serve, daemon=True).start()
        yield server.getsockname()[1]


def test_an_empty_machine_lacks_things_but_nothing_is_wrong(tmp_path: Path) -> None:
    home = tmp_path / "not yet"
    done = convisav(home, "doctor", "--json")
    assert done.code == 0, done.out
    found = _findings(done)
    for matter in ("configuration", "folder", "database", "backup", "worker", "printer", "mail", "sms"):
        assert found[matter][0]["state"] == "absent", matter
    for matter in ("python", "sqlite", "fonts", "time", "disk"):
        assert found[matter][0]["state"] == "good", matter
    assert not home.exists(), "it changes nothing"


def test_a_shop_in_order_is_told_in_words(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    printer, mail = PicturePrinter(tmp_path / "labels"), FileMailServer(tmp_path / "mails")
    printer.start()
    mail.start()
    try:
        _configure(tmp_path, f"tcp://127.0.0.1:{printer.port}?snmp=off", f"mailto://127.0.0.1:{mail.port}")
        assert convisav(tmp_path, "migrate").code == 0 and convisav(tmp_path, "backup").code == 0
        done = convisav(tmp_path, "doctor")
    finally:
        printer.stop()
        mail.stop()
    assert done.code == 0 and done.err == ""
    for words in (
        "Configuration: ",
        "Database: sqlite:///",
        "Printer “counter”: reached",
        "The mail account works",
        "0 hours",
    ):
        assert words in done.out, words
    assert "WRONG" not in done.out and "\x1b" not in done.out
    assert not list((tmp_path / "mails").iterdir()), "nothing is sent"


def test_every_fault_of_the_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "convisav.toml").write_text('[shop]\ncountry = "XX"\nnane = "a"\n[[printers]]\nname = "p"\n')
    done = convisav(tmp_path, "doctor", "--json")
    assert done.code == 1
    sentences = [finding["sentence"] for finding in _findings(done)["configuration"]]
    assert len(sentences) == 3 and all(f"{tmp_path}/convisav.toml, line " in sentence for sentence in sentences)


def test_a_printer_that_is_off(tmp_path: Path, closed_port: int) -> None:
    _configure(tmp_path, f"tcp://127.0.0.1:{closed_port}")
    done = convisav(tmp_path, "doctor", "--json")
    finding = _one(done, "printer")
    assert done.code == 1 and finding["state"] == "wrong" and "counter" in finding["sentence"] and finding["remedy"]


def test_media_that_hold_no_label(tmp_path: Path, closed_port: int) -> None:
    _configure(tmp_path, f"tcp://127.0.0.1:{closed_port}", media=("23x23",))
    found = _findings(convisav(tmp_path, "doctor", "--json"))["printer"]
    assert len(found) == 2 and found[0]["state"] == "wrong"


def test_a_mail_server_that_refuses(tmp_path: Path, refusing_mail: int) -> None:
    _configure(tmp_path, mail=f"mailto://shop:geheim@127.0.0.1:{refusing_mail}")
    done = convisav(tmp_path, "doctor", "--json")
    finding = _one(done, "mail")
    assert done.code == 1 and finding["state"] == "wrong" and "535" in finding["sentence"]
    assert "geheim" not in done.out


def test_a_mail_server_that_is_not_there(tmp_path: Path, closed_port: int) -> None:
    _configure(tmp_path, mail=f"mailto://127.0.0.1:{closed_port}")
    done = convisav(tmp_path, "doctor", "--json")
    assert done.code == 1 and _one(done, "mail")["state"] == "wrong"


def test_an_sms_address_that_leads_nowhere(tmp_path: Path) -> None:
    _configure(tmp_path, sms="nosuchservice://key/{number}")
    done = convisav(tmp_path, "doctor", "--json")
    assert done.code == 1 and _one(done, "sms")["state"] == "wrong"


def test_a_newer_and_a_corrupt_database(tmp_path: Path) -> None:
    convisav(tmp_path, "migrate")
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    newer = convisav(tmp_path, "doctor", "--json")
    assert newer.code == 1 and "9999" in _one(newer, "database")["sentence"]
    for path in tmp_path.glob("shop.db*"):
        path.unlink()
    (tmp_path / "shop.db").write_bytes(b"nonsense" * 1000)
    corrupt = convisav(tmp_path, "doctor", "--json")
    assert corrupt.code == 1 and "not a database" in _one(corrupt, "database")["sentence"]


def test_a_folder_that_others_can_read(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = convisav(tmp_path, "doctor", "--json")
    assert done.code == 0 and _one(done, "folder")["remedy"] == f"chmod 700 {tmp_path}"


def test_an_old_copy(tmp_path: Path) -> None:
    convisav(tmp_path, "migrate")
    convisav(tmp_path, "backup")
    (copy,) = (tmp_path / "backups").glob("*.db")
    long_ago = time.time() - 3 * 86_400
    os.utime(copy, (long_ago, long_ago))
    finding = _one(convisav(tmp_path, "doctor", "--json"), "backup")
    assert finding["state"] == "warning" and "72 hours" in finding["sentence"]


def test_a_check_that_fails_stops_no_other() -> None:
    def broken() -> list[Finding]:
        raise RuntimeError("no such thing")

    (finding,) = careful("fonts", broken)
    assert (finding.matter, finding.state) == ("fonts", "wrong") and "no such thing" in finding.sentence
