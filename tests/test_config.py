"""The configuration: defaults, file, environment, and faults told with file, line and key."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from convisav_tui.config import PrinterConfig, StaffConfig, config_path, load
from convisav_tui.config_file import render, write_config
from convisav_tui.config_reader import holds_secret, lines_of
from convisav_tui.errors import ConfigurationError
from convisav_tui.printer_kinds import KINDS
from convisav_tui.settings import BY_KEY, SETTINGS, without_password

COMPLETE = """\
[data]
folder = "data"

[shop]
name = "Atelier “Rivoli”"
address = "1 rue de Rivoli\\n75001 Paris"
country = "ch"
timezone = "Europe/Paris"

[database]
url = "sqlite:////srv/shop.db"

[station]
name = "counter 1"
staff = "anna"

[[printers]]
name = "counter"
model = "ql-820nwb"
address = "tcp://192.168.1.20:9100"
media = ["62", "29x90"]

[[printers]]
name = "workshop"
address = "tcp://[fd00::1]:9100"
roles = ["receipt"]

[notify.email]
url = "mailtos://shop:${MAIL_PASSWORD}@mail.example:587"
from_address = "atelier@example.fr"

[notify.sms]
url = "seven://${SMS_KEY}/{number}?from={sender}"
sender = "Rivoli"

[[staff]]
login = "anna"
name = "Anna"
language = "ro"
"""
VARIABLES = {"MAIL_PASSWORD": "p@ss", "SMS_KEY": "k"}


def _file(folder: Path, text: str | bytes, mode: int = 0o600) -> Path:
    path = folder / "convisav.toml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    path.chmod(mode)
    return path


def _fault(folder: Path, text: str | bytes, mode: int = 0o600, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigurationError) as caught:
        load(_file(folder, text, mode), environ or {})
    return str(caught.value)


def test_everything_is_read(tmp_path: Path) -> None:
    config = load(_file(tmp_path, COMPLETE), VARIABLES)
    assert config.home == tmp_path / "data"
    assert config.shop.name == "Atelier “Rivoli”"
    assert config.shop.address == "1 rue de Rivoli\n75001 Paris"
    assert (config.shop.country, config.shop.currency, config.shop.timezone) == ("CH", "CHF", "Europe/Paris")
    assert config.database.url == "sqlite:////srv/shop.db"
    counter, workshop = config.printers
    assert counter == PrinterConfig(
        "counter", "tcp://192.168.1.20:9100", "brother_ql", "QL-820NWB", ("62", "29x90"), ("label", "receipt")
    )
    assert (workshop.host, workshop.port, workshop.roles) == ("fd00::1", 9100, ("receipt",))
    assert config.printer_for("label") == counter and config.printer("workshop") == workshop
    assert config.notify.email.url == "mailtos://shop:p@ss@mail.example:587"
    assert config.notify.email.from_name == "Atelier “Rivoli”"
    assert config.notify.sms.url == "seven://k/{number}?from={sender}"
    assert config.staff == (StaffConfig("anna", "Anna", "clerk", "ro"),)
    assert config.interface_language == "ro"
    assert (config.station_name, config.path) == ("counter 1", tmp_path / "convisav.toml")


def test_without_a_file_the_defaults_stand(tmp_path: Path) -> None:
    config = load(environ={"CONVISAV_CONFIG": str(tmp_path / "none.toml"), "CONVISAV_HOME": str(tmp_path)})
    assert config.path is None
    assert config.database.url == f"sqlite:///{tmp_path}/shop.db"
    assert (config.shop.country, config.shop.currency, config.shop.timezone) == ("FR", "EUR", "Europe/Paris")
    assert config.printers == () and config.staff == () and config.notify.email.url == ""


def test_a_named_file_must_exist(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="no configuration file"):
        load(tmp_path / "none.toml", {})


@pytest.mark.parametrize("setting", [s for s in SETTINGS if s.environment], ids=lambda setting: setting.environment)
def test_environment_overrides_the_file(setting: object, tmp_path: Path) -> None:
    from convisav_tui.settings import Setting

    assert isinstance(setting, Setting)
    values = {
        "data.folder": str(tmp_path / "elsewhere"),
        "shop.country": "RO",
        "shop.timezone": "Africa/Tunis",
        "database.url": "sqlite:////elsewhere/shop.db",
        "station.language": "en",
        "station.lock_minutes": "2.5",
        "station.slow": "yes",
        "notify.email.url": "mailto://mail.example",
        "notify.email.from_address": "other@example.fr",
        "notify.sms.url": "octopush://x/{to}",
        "notify.fax.url": "faxmail://fax.example",
        "papers.templates": "/elsewhere/papers",
    }
    value = values.get(setting.key, "other")
    config = load(_file(tmp_path, COMPLETE), VARIABLES | {setting.environment: value})
    found = {
        "data.folder": str(config.home),
        "shop.name": config.shop.name,
        "shop.country": config.shop.country,
        "shop.timezone": config.shop.timezone,
        "database.url": config.database.url,
        "station.name": config.station.name,
        "station.staff": config.station.staff,
        "station.language": config.station.language,
        "station.lock_minutes": f"{config.station.lock_minutes:g}",
        "station.slow": "yes" if config.station.slow else "no",
        "notify.email.url": config.notify.email.url,
        "notify.email.from_address": config.notify.email.from_address,
        "notify.sms.url": config.notify.sms.url,
        "notify.sms.sender": config.notify.sms.sender,
        "notify.fax.url": config.notify.fax.url,
        "papers.templates": str(config.templates),
    }
    assert found[setting.key] == value


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('[shop]\nname = "x"\ncuntry = "FR"\n', 3, "shop.cuntry: There is no such setting; did you mean shop.country?"),
        ('[shop]\n\ncountry = "FX"\n', 3, "shop.country: “FX” is unknown; did you mean “FR”?"),
        (
            '[shop]\ntimezone = "Europe/Pari"\n',
            2,
            "shop.timezone: “Europe/Pari” is unknown; did you mean “Europe/Paris”?",
        ),
        ('[shop]\nlanguage = "de"\n', 2, "shop.language: “de” is unknown"),
        ("[shop]\nname = 12\n", 2, "shop.name: Text in quotation marks is wanted here."),
        ('[shop]\nname = ["a"]\n', 2, "shop.name: One value is wanted here, not a list."),
        ('[shop]\nname = "a\\nBcc: b@x.fr"\n', 2, "shop.name: This must stand on one line"),
        ('[shop]\nemail = "a@x.fr, b@x.fr"\n', 2, "shop.email: “a@x.fr, b@x.fr” is not one e-mail address."),
        ('[database]\nurl = "mysql://u:geheim@h/d"\n', 2, "“mysql://u:…@h/d” is no database address"),
        ('[[printers]]\nname = "a"\naddress = "192.168.1.2"\n', 3, "printers[0].address: “192.168.1.2” is no printer"),
        ('[[printers]]\nname = "a"\naddress = "tcp://h"\n', 3, "printers[0].address: “tcp://h” is no printer address"),
        (
            '[[printers]]\nname = "a"\naddress = "tcp://h:1"\n'
            '[[printers]]\nname = "b"\naddress = "tcp://h:2"\nmedia = ["63"]\n',
            7,
            "printers[1].media: “63” is unknown",
        ),
        ('[[printers]]\nname = "a"\n', 1, "printers[0].address: This is missing."),
        ('[printers]\nname = "a"\n', 1, "printers: This repeats: write [[printers]] above each."),
        ('[[staff]]\nlogin = "a"\n[[staff]]\nlogin = "a"\n', 4, "staff[1].login: “a” stands here twice."),
        ('[[staff]]\nlogin = ""\n', 2, "staff[0].login: This is empty."),
        ('[notify.email]\nurl = "http://u:geheim@h"\n', 2, "notify.email.url: “http” is no mail account"),
        ('[notify]\nemail = { url = "http://h" }\n', 2, "notify.email.url: “http” is no mail account"),
        ('[notify.email]\nurl = "mailto://u:${NOPE}@h"\n', 2, "The environment variable NOPE is not set."),
        (
            '[notify.sms]\nurl = "seven://k/33612345678"\n',
            2,
            "notify.sms.url: The address of the SMS service must hold",
        ),
        ('[notify.sms]\nsender = "Atelier de Rivoli"\n', 2, "A sender of SMS has at most 11"),
        ("[shop]\nname = x\n", 2, "This is not TOML"),
        ('[shop]\nname = "a"\n[shop]\n', 3, "This is not TOML"),
        ('[shop\nname = "a"\n', 1, "This is not TOML"),
        (b"[shop]\nname = 'Caf\xe9'\n", 2, "This is not UTF-8 text."),
    ],
)
def test_faults_name_file_line_and_key(text: str | bytes, line: int, told: str, tmp_path: Path) -> None:
    fault = _fault(tmp_path, text)
    assert f"{tmp_path / 'convisav.toml'}, line {line}" in fault
    assert told in fault
    assert "geheim" not in fault


def test_a_byte_order_mark_and_windows_lines_are_taken(tmp_path: Path) -> None:
    path = _file(tmp_path, b'\xef\xbb\xbf[shop]\r\nname = "Rivoli"\r\n')
    assert load(path, {}).shop.name == "Rivoli"


def test_several_faults_are_counted(tmp_path: Path) -> None:
    assert "2 more: convisav doctor" in _fault(tmp_path, '[shop]\ncountry = "XX"\nnane = "a"\nlanguage = "xx"\n')


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_secret_that_others_can_read_is_refused(mode: int, tmp_path: Path) -> None:
    text = '[shop]\nname = "a"\n[notify.email]\nurl = "mailtos://u:geheim@h:587"\n'
    fault = _fault(tmp_path, text, mode)
    assert "line 4, notify.email.url" in fault and "chmod 600" in fault and "geheim" not in fault
    assert load(_file(tmp_path, text, 0o600), {}).notify.email.url


def test_without_a_secret_others_may_read_the_file(tmp_path: Path) -> None:
    assert load(_file(tmp_path, COMPLETE, 0o644), VARIABLES).shop.country == "CH"


@pytest.mark.parametrize(
    ("url", "secret"),
    [
        ("mailtos://u:p@h", True),
        ("mailtos://u:${P}@h", False),
        ("mailto://127.0.0.1:2525", False),
        ("mailtos://h?user=u&pass=p", True),
        ("postgresql+psycopg://u:p@h/d", True),
        ("postgresql+psycopg://u@h/d", False),
        ("sqlite:////srv/shop.db", False),
        ("seven://KEY/{number}", True),
        ("seven://${KEY}/{number}?from=x", False),
        ("json://127.0.0.1:80/sms?:to={number}", False),
        ("json://u:p@127.0.0.1/{to}", True),
    ],
)
def test_what_holds_a_secret(url: str, secret: bool) -> None:
    assert holds_secret(url) is secret


def test_secrets_do_not_show_in_a_traceback(tmp_path: Path) -> None:
    config = load(_file(tmp_path, COMPLETE), VARIABLES)
    assert "p@ss" not in repr(config) and "seven" not in repr(config)


def test_a_password_is_hidden() -> None:
    assert without_password("mailtos://u:p@q@h:587/x") == "mailtos://u:…@h:587/x"
    assert without_password("tcp://h:9100") == "tcp://h:9100"


def test_lines_are_found_in_an_odd_layout() -> None:
    text = '# c\n[ shop ]\n  "name"="a"\n\n[[printers]]\n[[ printers ]]\naddress="x"\n[notify.email]\nurl="y"\n'
    lines = lines_of(text)
    assert (lines["shop.name"], lines["printers[1].address"], lines["notify.email.url"]) == (3, 7, 9)


def test_a_written_file_reads_back(tmp_path: Path) -> None:
    path = tmp_path / "new" / "convisav.toml"
    write_config(
        path,
        {"shop.name": 'A "quoted" \\ name', "shop.address": "1 rue\n75001", "data.folder": ".", "shop.language": "ro"},
        {
            "printers": [{"name": "é", "address": "tcp://h:9100", "media": ("62", "29x90")}],
            "staff": [{"login": "anna", "name": "Anna"}],
        },
    )
    assert path.stat().st_mode & 0o777 == 0o600
    config = load(path, {})
    assert (config.shop.name, config.shop.address, config.shop.language) == ('A "quoted" \\ name', "1 rue\n75001", "ro")
    assert config.printers[0].media == ("62", "29x90") and config.staff[0].name == "Anna"
    assert config.home == path.parent
    assert list(path.parent.iterdir()) == [path]


def test_a_file_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_config(tmp_path / "convisav.toml", {}, {})
    assert list(tmp_path.iterdir()) == []


def test_every_setting_can_be_uncommented(tmp_path: Path) -> None:
    """The commented lines of a new file are valid settings: uncommenting one changes nothing."""
    text = render({}, {"printers": [{"name": "a", "address": "tcp://h:9100"}], "staff": [{"login": "a"}]})
    uncommented = "\n".join(line[2:] if line.startswith("# ") and " = " in line else line for line in text.splitlines())
    config = load(_file(tmp_path, uncommented), {})
    assert config.printers[0].model == "QL-820NWB"
    assert all(setting.name in text for setting in SETTINGS)


def test_media_are_those_of_the_printing_room() -> None:
    from convisav_tui.printing.media import MEDIA

    assert set(KINDS["brother_ql"].media) == set(MEDIA)


def test_roles_are_those_of_the_store() -> None:
    from convisav_tui.store.models import Role

    assert set(BY_KEY["staff.role"].choices) == {role.value for role in Role}


def test_countries_are_those_with_rules() -> None:
    from convisav_tui import country

    packs = {path.stem.upper() for path in Path(country.__file__).parent.glob("??.toml")}
    assert set(BY_KEY["shop.country"].choices) == packs


def test_the_file_is_looked_for_where_the_platform_keeps_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert config_path({}) == tmp_path / "convisav" / "convisav.toml"
    assert config_path({"CONVISAV_CONFIG": "/x/y.toml"}) == Path("/x/y.toml")


def test_reading_it_needs_no_heavy_import() -> None:
    code = (
        "import sys; from convisav_tui.config import load;"
        "load(environ={'CONVISAV_CONFIG': '/none', 'CONVISAV_HOME': '/tmp'});"
        "heavy = ('sqlmodel', 'pydantic', 'babel', 'apprise', 'textual', 'PIL', 'platformdirs');"
        "print([name for name in heavy if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_the_documentation_names_every_setting_and_variable() -> None:
    from convisav_tui.config_table import markdown

    text = markdown()
    for setting in SETTINGS:
        assert f"| `{setting.name}` |" in text and setting.help.replace("|", "\\|") in text
        assert not setting.environment or f"| `{setting.environment}` | `{setting.key}` |" in text


@pytest.mark.parametrize(("written", "minutes"), [("", 10.0), ("0", 0.0), ("2,5", 2.5), ("0.05", 0.05), ("90", 90.0)])
def test_minutes_until_a_station_is_locked(written: str, minutes: float, tmp_path: Path) -> None:
    file = _file(tmp_path, f'[station]\nlock_minutes = "{written}"\n')
    assert load(file, {}).station.lock_minutes == minutes


@pytest.mark.parametrize("written", ["ten", "-1", "nan", "inf", "100000"])
def test_minutes_that_are_none(written: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError, match="minutes"):
        load(_file(tmp_path, f'[station]\nlock_minutes = "{written}"\n'), {})


@pytest.mark.parametrize(
    ("kind", "address", "model", "media", "roles"),
    [
        ("escpos", "tcp://h:9100", "203dpi", ("80mm",), ("receipt", "label")),
        ("zebra", "tcp://h:9100?status=off", "203dpi", ("57x32",), ("label",)),
        ("ipp", "ipp://h/printers/Bureau", "any", ("A4",), ("paper", "receipt")),
        ("ipp", "ipps://h:443/ipp/print?certificate=any&media=any", "any", ("A4",), ("paper", "receipt")),
    ],
)
def test_each_kind_of_printer_has_its_own_usual_values(
    tmp_path: Path, kind: str, address: str, model: str, media: tuple[str, ...], roles: tuple[str, ...]
) -> None:
    text = f'[[printers]]\nname = "p"\nkind = "{kind}"\naddress = "{address}"\n'
    [printer] = load(_file(tmp_path, text), {}).printers
    assert printer == PrinterConfig("p", address, kind, model, media, roles)
    assert printer.host == "h" and printer.port in (9100, 631, 443)


@pytest.mark.parametrize(
    ("lines", "where", "sentence"),
    [
        ('kind = "zebra"\nmedia = ["62"]', "line 4", "“62” is no label size for the kind zebra"),
        ('kind = "escpos"\nmedia = ["80mm", "57x32"]', "line 4", "“57x32” is not for a printer of the kind escpos"),
        ('kind = "zebra"\nmodel = "QL-700"', "line 4", "use one of 203dpi, 300dpi, 600dpi"),
        ('kind = "zebra"\nroles = ["receipt"]', "line 4", "“receipt” is not for a printer of the kind zebra"),
        ('kind = "brother_ql"\nroles = ["paper"]', "line 4", "“paper” is not for a printer of the kind brother_ql"),
        ('kind = "ipp"', "line 2", "A printer of the kind ipp is not reached at"),
        ('kind = "zebr"', "line 3", "did you mean “zebra”?"),
        ('kind = "zebra"\nmedia = ["5x3"]', "line 4", "“5x3” is unknown"),
    ],
)
def test_values_of_another_kind_of_printer_are_refused(tmp_path: Path, lines: str, where: str, sentence: str) -> None:
    text = f'[[printers]]\naddress = "tcp://h:9100"\n{lines}\nname = "p"\n'
    fault = _fault(tmp_path, text)
    assert where in fault and sentence in fault


@pytest.mark.parametrize(
    "address",
    ["usb://1", "tcp://h", "ipp://", "ipp://user:secret@h/ipp", "tcp://h:9100?snmp=x", "tcp://h:9100?status=perhaps"],
)
def test_addresses_that_no_printer_has_are_refused(tmp_path: Path, address: str) -> None:
    fault = _fault(tmp_path, f'[[printers]]\nname = "p"\naddress = "{address}"\n')
    assert "is no printer address" in fault


@pytest.mark.parametrize(
    ("kind", "address", "option"),
    [("brother_ql", "tcp://h:9100?status=off", "status"), ("ipp", "ipp://h?status=off", "status")],
)
def test_options_of_another_kind_are_refused(tmp_path: Path, kind: str, address: str, option: str) -> None:
    fault = _fault(tmp_path, f'[[printers]]\nname = "p"\nkind = "{kind}"\naddress = "{address}"\n')
    assert f"The option “{option}” is not for a printer of the kind {kind}" in fault
