"""Secrets and people stay where they belong: files for their owner alone, nothing of them in logs, outputs, crashes."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from convisav_tui import __version__
from convisav_tui.config_file import write_config
from tests.commands.convisav import beside, command, convisav, surroundings
from tests.e2e.shop import Shop, make_template, running_shop
from tests.e2e.steps import Case, begin_intake, take_in, type_customer_and_device
from tests.terminal import Terminal
from tests.waiting import wait_until

PASSWORD = "geheim-7391"
PERSON = "Hélène Lefèvre"
# The program with a fault put into one screen: its message and its variables hold a customer.
BROKEN = """
import sys
from convisav_tui.screens import sheet

def render(self, width, height):
    customer = "Hélène Lefèvre 06 12 34 56 78"
    raise ValueError(f"cannot draw {customer}")

sheet.SheetView.render = render
from convisav_tui.cli import main
sys.exit(main())
"""


@pytest.mark.e2e
def test_a_crash_in_a_terminal_tells_nobody_anything(tmp_path: Path) -> None:
    make_template(tmp_path / "template")
    with running_shop(tmp_path / "shop", tmp_path / "template") as shop:
        terminal = Terminal([sys.executable, "-c", BROKEN], environ=surroundings(shop.home), folder=shop.home)
        shop.terminals.append(terminal)
        terminal.wait("All open", 40)
        number = take_in(terminal, Case())
        terminal.send(f"{number}\r")
        assert terminal.wait_end(20) == 1
        told = bytes(terminal.raw).rpartition(b"?1049l")[2].decode()
        assert "internal error" in told and "screen.log" in told and len(told.strip().splitlines()) == 2
        assert PERSON not in told and "Traceback" not in told
        log = shop.home / "logs" / "screen.log"
        written = log.read_text()
        assert "ValueError" in written and "in render" not in written and "render:" in written
        assert PERSON not in written and "06 12" not in written
        assert log.stat().st_mode & 0o077 == 0
        _nobody_else_may_read(shop)


@pytest.mark.e2e
def test_every_file_of_a_shop_is_its_owners_alone(tmp_path: Path) -> None:
    make_template(tmp_path / "template")
    with running_shop(tmp_path / "shop", tmp_path / "template") as shop:
        previous = os.umask(0o022)
        try:
            terminal = shop.open()
            number = take_in(terminal, Case(phone="", email="helene@example.org"))
            begin_intake(terminal)
            type_customer_and_device(terminal, Case())
            wait_until(lambda: number in shop.labels() and shop.mail.received, 40, "label and mail")
            wait_until(lambda: list((shop.home / "backups").glob("*.db")), 20, "the first copy")
            assert convisav(shop.home, "restore", "--drill").code == 0
        finally:
            os.umask(previous)
        _nobody_else_may_read(shop)
        log = (shop.home / "logs" / "worker.log").read_text()
        assert PERSON not in log and "helene@example.org" not in log


def _nobody_else_may_read(shop: Shop) -> None:
    files = [path for path in shop.home.rglob("*") if path.is_file()]
    open_to_others = {str(path) for path in files if stat.S_IMODE(path.stat().st_mode) & 0o077}
    assert open_to_others == set()


# --- configuration ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"notify.email.url": f"mailtos://shop:{PASSWORD}@mail.example.org"},
        {"notify.sms.url": f"clicksend://user:{PASSWORD}@{{number}}"},
        {"database.url": f"postgresql+psycopg://shop:{PASSWORD}@db.example.org/shop"},
    ],
    ids=["mail", "sms", "database"],
)
def test_a_configuration_with_a_secret_that_others_can_read_is_refused(values: dict[str, str], tmp_path: Path) -> None:
    path = tmp_path / "convisav.toml"
    write_config(path, values, {})
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    for mode in (0o644, 0o640, 0o604):
        path.chmod(mode)
        for arguments in (("orders",), ("worker",), ()):
            done = convisav(tmp_path, *arguments) if arguments else _in_terminal(tmp_path)
            assert done.code == 3 if arguments else True
            assert f"chmod 600 {path}" in done.out + done.err
            assert PASSWORD not in done.out + done.err
            if mode != 0o644:
                break
    doctor = convisav(tmp_path, "doctor")
    assert doctor.code == 1 and f"chmod 600 {path}" in doctor.out and PASSWORD not in doctor.out


def _in_terminal(home: Path) -> object:
    from tests.commands.convisav import Done

    with Terminal(command(), environ=surroundings(home), columns=400, ready=True) as terminal:
        terminal.until(lambda: "chmod 600" in terminal.text(), "the sentence", 30)
        terminal.wait_end(10)
        return Done(0, terminal.text(), "")


@pytest.mark.parametrize(
    "half",
    [
        '[shop]\nname = "Riv',
        "[shop",
        "\x00\x00\x00",
        '[notify.email]\nurl = "mailtos://shop:geheim-7391@',
        "=",
        "\ufeff[]",
    ],
)
def test_a_half_written_configuration_is_told_with_its_line(half: str, tmp_path: Path) -> None:
    path = tmp_path / "convisav.toml"
    path.write_text(half)
    path.chmod(0o600)
    done = convisav(tmp_path, "orders")
    assert done.code == 3 and f"{path}, line " in done.err and len(done.err.splitlines()) == 1
    assert PASSWORD not in done.err
    assert not (tmp_path / "shop.db").exists()


def test_no_output_and_no_log_holds_a_secret(tmp_path: Path) -> None:
    values = {
        "notify.email.url": f"mailto://shop:{PASSWORD}@127.0.0.1:1",
        "notify.sms.url": f"json://user:{PASSWORD}@127.0.0.1:1/{{number}}",
        "database.url": f"postgresql+psycopg://shop:{PASSWORD}@127.0.0.1:1/shop",
    }
    write_config(tmp_path / "convisav.toml", values, {})
    outputs = [
        convisav(tmp_path, *arguments)
        for arguments in (
            ("--version",),
            ("doctor",),
            ("doctor", "--json"),
            ("orders",),
            ("backup",),
            ("restore", "--drill"),
        )
    ]
    assert outputs[0].out.strip() == f"convisav {__version__}"
    for done in outputs:
        assert PASSWORD not in done.out + done.err
    for path in tmp_path.rglob("*.log"):
        assert PASSWORD not in path.read_text()


def test_no_list_of_processes_shows_a_password(tmp_path: Path) -> None:
    """The worker is started by its configuration; pg_dump gets the password by its environment."""
    write_config(tmp_path / "convisav.toml", {"notify.email.url": f"mailto://shop:{PASSWORD}@127.0.0.1:1"}, {})
    with beside(tmp_path, "worker") as worker:
        wait_until(lambda: (tmp_path / "logs" / "worker.log").exists(), 40)
        shown = Path(f"/proc/{worker.pid}/cmdline").read_bytes()
        worker.terminate()
    assert PASSWORD.encode() not in shown
