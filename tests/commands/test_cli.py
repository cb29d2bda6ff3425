"""The command line: quick help, errors in words, exit codes, pipes."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from convisav_tui import __version__, cli
from convisav_tui.commands import crash_log
from tests.commands.convisav import command, convisav, surroundings


def test_version(tmp_path: Path) -> None:
    done = convisav(tmp_path, "--version")
    assert (done.code, done.out.strip()) == (0, f"convisav {__version__}")


def test_help_names_every_command_and_exit_codes(tmp_path: Path) -> None:
    done = convisav(tmp_path, "--help")
    assert done.code == 0
    assert all(re.search(rf"^    {name}\s", done.out, re.MULTILINE) for name in cli.COMMANDS)
    assert "Exit codes: 0 done" in done.out


@pytest.mark.parametrize("name", list(cli.COMMANDS))
def test_every_command_explains_itself(name: str, tmp_path: Path) -> None:
    done = convisav(tmp_path, name, "--help")
    assert done.code == 0 and name in done.out, done.err


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys; from convisav_tui.cli import main\n"
        "try: main(['--help'])\n"
        "except SystemExit: pass\n"
        "heavy = ('sqlmodel', 'sqlalchemy', 'pydantic', 'textual', 'rich', 'babel', 'apprise', 'PIL', 'alembic')\n"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_an_unknown_command_is_not_understood(tmp_path: Path) -> None:
    done = convisav(tmp_path, "ordres")
    assert done.code == 2 and "orders" in done.err and "Traceback" not in done.err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (("order", "123"), 2, "“123” is not a ticket number."),
        (("order", "26 0000001 4"), 4, "There is no order 26 0000001 4."),
        (("label", "2600000014", "--out", "x.png"), 4, "There is no order 2600000014."),
        (("label", "2600000014", "--out", "x.png", "--media", "63"), 6, "63"),
        (("orders", "--list", "wating"), 2, "There is no list “wating”. Did you mean waiting?"),
        (("--config", "/nowhere/x.toml", "orders"), 3, "There is no configuration file /nowhere/x.toml."),
        (("import", "open-repair", "/nowhere.csv"), 2, "/nowhere.csv cannot be read"),
        (("restore", "/nowhere.db"), 5, "There is no file /nowhere.db."),
        ((), 8, "This program needs a terminal"),
    ],
)
def test_errors_are_one_sentence_and_a_code(arguments: tuple[str, ...], code: int, told: str, tmp_path: Path) -> None:
    done = convisav(tmp_path, *arguments)
    assert done.code == code, done.err
    assert told in done.err
    assert done.err.startswith("convisav: ") and len(done.err.splitlines()) == 1 and done.out == ""


def test_a_wrong_configuration_names_file_line_and_key(tmp_path: Path) -> None:
    (tmp_path / "convisav.toml").write_text('[shop]\ncountry = "XX"\n')
    done = convisav(tmp_path, "orders")
    assert done.code == 3
    assert f"{tmp_path}/convisav.toml, line 2, shop.country" in done.err


def test_a_newer_database_is_refused(tmp_path: Path) -> None:
    import sqlite3

    assert convisav(tmp_path, "migrate").code == 0
    with sqlite3.connect(tmp_path / "shop.db") as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    connection.close()
    done = convisav(tmp_path, "orders")
    assert done.code == 5 and "newer version of the program (9999)" in done.err


def test_a_corrupt_database_is_told(tmp_path: Path) -> None:
    (tmp_path / "shop.db").write_bytes(b"this is not a database" * 500)
    done = convisav(tmp_path, "orders")
    assert done.code == 5 and "is not a database" in done.err


@pytest.mark.parametrize(("language", "word"), [("C", "usage"), ("fr_FR.ISO-8859-1", "usage")])
def test_odd_locales_do_not_crash(language: str, word: str, tmp_path: Path) -> None:
    done = convisav(tmp_path, "--help", LANG=language, PYTHONUTF8="0", PYTHONIOENCODING="ascii")
    assert done.code == 0 and word in done.out


def test_a_reader_that_goes_away_is_no_fault(tmp_path: Path) -> None:
    assert convisav(tmp_path, "migrate").code == 0
    line = " ".join([*command(), "orders", "--lists", "--json"])
    script = f"set -o pipefail; {line} | true; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", script], env=surroundings(tmp_path), capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() in ("0", str(cli.BROKEN_PIPE)) and done.stderr == ""


def test_a_broken_pipe_has_its_own_code(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    code = "import sys; from convisav_tui.cli import main; sys.exit(main(['orders', '--lists', '--json']))"
    process = subprocess.Popen(
        [sys.executable, "-c", f"import os; os.read(0, 1)\n{code}"],
        env=surroundings(tmp_path), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdin and process.stdout and process.stderr
    process.stdout.close()  # nobody reads any more, before a byte is written
    process.stdin.write(b"x")
    process.stdin.close()
    told = process.stderr.read()
    process.stderr.close()
    assert (process.wait(30), told) == (cli.BROKEN_PIPE, b"")


def test_ctrl_c_is_130(monkeypatch: pytest.MonkeyPatch) -> None:
    from convisav_tui.commands import migrate

    def interrupted(_arguments: object) -> int:
        raise KeyboardInterrupt

    monkeypatch.setattr(migrate, "run", interrupted)
    assert cli.main(["migrate"]) == 130


def test_a_fault_of_the_program_is_logged_without_what_people_typed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    from convisav_tui.commands import migrate

    def broken(_arguments: object) -> int:
        customer = "Hélène" + " Lefèvre"
        raise RuntimeError(f"cannot write {customer}")

    monkeypatch.setattr(migrate, "run", broken)
    monkeypatch.setenv("CONVISAV_HOME", str(tmp_path))
    assert cli.main(["migrate"]) == cli.CRASHED
    told = capsys.readouterr().err
    log = tmp_path / "logs" / crash_log.LOG_NAME
    assert str(log) in told and "Traceback" not in told and "Hélène" not in told
    written = log.read_text()
    assert "RuntimeError" in written and "test_cli.py" in written and "broken" in written
    assert "cannot write Hélène" not in written
    assert log.stat().st_mode & 0o077 == 0


def test_a_fault_is_told_even_when_its_log_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "logs").write_text("a file where the folder should be")
    assert "cannot be written" in crash_log.record(ValueError("x"), tmp_path / "logs")
