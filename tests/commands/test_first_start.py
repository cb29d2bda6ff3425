"""The questions of the first start: skippable, checked at once, nothing half written."""

from __future__ import annotations

from pathlib import Path

import pytest

from convisav_tui.commands.first_start import ask_and_write
from convisav_tui.config import PrinterConfig, StaffConfig, load
from convisav_tui.settings import SETTINGS

ASKED = [setting for setting in SETTINGS if setting.question]


class Person:
    """Answers by the beginning of the question; what has no answer is skipped."""

    def __init__(self, answers: dict[str, list[str]], ends_at: str = "") -> None:
        self.answers = answers
        self.ends_at = ends_at
        self.heard: list[str] = []
        self.told: list[str] = []

    def ask(self, question: str) -> str:
        self.heard.append(question)
        if self.ends_at and question.startswith(self.ends_at):
            raise EOFError
        for beginning, answers in self.answers.items():
            if question.startswith(beginning) and answers:
                return answers.pop(0)
        return ""

    def tell(self, sentence: str) -> None:
        self.told.append(sentence)


def test_everything_can_be_skipped(tmp_path: Path) -> None:
    person, path = Person({}), tmp_path / "c" / "convisav.toml"
    ask_and_write(path, person.ask, person.tell)
    config = load(path, {})
    assert len(person.heard) == len(ASKED)
    assert config.shop.country == "FR" and config.printers == () and config.staff == ()
    assert path.stat().st_mode & 0o777 == 0o600


def test_answers_are_checked_and_written(tmp_path: Path) -> None:
    person = Person(
        {
            "Name of the shop": ["Atelier d'Été"],
            "Country": ["XX", "ch"],
            "Language": ["fr"],
            "Adresse": ["tcp://192.168.1.9:9100"],
            "Address of the label printer": ["192.168.1.9", "tcp://192.168.1.9:9100"],
            "Mail account": ["mailtos://a:b@mail.example:587"],
            "Compte": ["mailtos://a:b@mail.example:587"],
            "Your name": ["Zoé Müller"],
            "Votre nom": ["Zoé Müller"],
        }
    )
    path = tmp_path / "convisav.toml"
    ask_and_write(path, person.ask, person.tell)
    config = load(path, {})
    assert any("“XX” is unknown" in sentence for sentence in person.told)
    assert (config.shop.name, config.shop.country, config.shop.currency) == ("Atelier d'Été", "CH", "CHF")
    assert config.shop.language == "fr"
    (printer,) = config.printers
    assert (printer.address, printer.roles) == ("tcp://192.168.1.9:9100", PrinterConfig("", "").roles)
    assert config.notify.email.url == "mailtos://a:b@mail.example:587"
    assert config.staff == (StaffConfig("zoe", "Zoé Müller", "manager", ""),)


def test_the_end_of_input_skips_the_rest(tmp_path: Path) -> None:
    person = Person({"Name of the shop": ["Rivoli"]}, ends_at="Country")
    ask_and_write(tmp_path / "convisav.toml", person.ask, person.tell)
    assert load(tmp_path / "convisav.toml", {}).shop.name == "Rivoli"


def test_ctrl_c_writes_nothing(tmp_path: Path) -> None:
    def interrupted(_question: str) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        ask_and_write(tmp_path / "convisav.toml", interrupted, lambda sentence: None)
    assert list(tmp_path.iterdir()) == []


def test_a_hostile_name_stays_a_name(tmp_path: Path) -> None:
    name = '[bold]"O\'Neil" & Fils \\ [/]'
    person = Person({"Name of the shop": [name]})
    ask_and_write(tmp_path / "convisav.toml", person.ask, person.tell)
    assert load(tmp_path / "convisav.toml", {}).shop.name == name


def test_an_office_printer_gets_the_papers(tmp_path: Path) -> None:
    from convisav_tui.commands.first_start import _as_file
    from convisav_tui.config_file import write_config

    path = tmp_path / "convisav.toml"
    write_config(path, *_as_file({"printers.address": "ipp://192.168.1.9/ipp/print"}))
    [printer] = load(path, {}).printers
    assert (printer.kind, printer.media, printer.roles) == ("ipp", ("A4",), ("paper", "receipt"))
