"""French, English and Romanian are complete: messages, words of codes, wordings, and labels that fit their columns."""

from __future__ import annotations

import gettext
import importlib
import re
import shutil
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from pathlib import Path
from string import Template
from types import ModuleType
from typing import TYPE_CHECKING

import pytest

from convisav_tui import cli, i18n, words
from convisav_tui.i18n import LANGUAGES, LOCALES, format_day, set_language, translate
from convisav_tui.money import format_amount
from convisav_tui.printing.transport import DeliveryKind
from convisav_tui.screens import actions, intake_fields, messages, order_columns, principals, prints
from convisav_tui.screens.intake_fields import INTAKE, LABEL_WIDTH
from convisav_tui.screens.sheet_sections import LABEL_WIDTH as FACT_WIDTH
from convisav_tui.screens.theme import Theme
from convisav_tui.screens.widgets.bars import WORDS_WIDTH
from convisav_tui.screens.widgets.form_fields import FormState
from convisav_tui.screens.widgets.painting import cells
from convisav_tui.screens.widgets.record_list import ColumnSpec
from convisav_tui.shop.transitions import TRANSITIONS
from convisav_tui.store import models
from convisav_tui.store.board import LISTS

if TYPE_CHECKING:
    from babel.messages.catalog import Catalog, Message

PROGRAM = Path(i18n.__file__).parent
PLACEHOLDER = re.compile(r"\{[^{}]*\}|\$\w+|%(?:\(\w+\))?[srd]")
PLURAL_FORMS = {"fr": 2, "en": 2, "ro": 3}


@pytest.fixture(scope="module")
def tool() -> ModuleType:
    """tools/catalogues.py of the checkout."""
    return importlib.import_module("tools.catalogues")


@pytest.fixture(scope="module")
def found(tool: ModuleType) -> set[object]:
    """Every message of the source."""
    return set(tool.messages())


@pytest.fixture(autouse=True)
def _compiled(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The program speaks the catalogues of the tree as they are now, freshly compiled."""
    folder = tmp_path_factory.getbasetemp() / "locales"
    if not folder.exists():
        shutil.copytree(LOCALES, folder, ignore=shutil.ignore_patterns("*.mo"))
        importlib.import_module("hatch_build").compile_catalogues(folder)
    monkeypatch.setattr(i18n, "LOCALES", folder)
    monkeypatch.setattr(i18n, "_catalogues", {})
    yield folder


def ids_of(entry: Message) -> tuple[str, ...]:
    return (entry.id,) if isinstance(entry.id, str) else tuple(entry.id)


def strings_of(entry: Message) -> tuple[str, ...]:
    return (entry.string,) if isinstance(entry.string, str) else tuple(entry.string)


def entries(catalogue: Catalog) -> list[Message]:
    return [entry for entry in catalogue if entry.id]


# --- the catalogues -------------------------------------------------------------------------------------------------


def test_the_reader_finds_every_way_to_name_a_message(tool: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "code.py").write_text(
        '_("plain"); mark("marked"); ngettext("one", "many", n); translate("other", code)\n'
        "x = f\"in {_('braces')} and {_('a' if n else 'b')}\"; _(variable); other(\"not ours\"); _(\"\")\n"
    )
    assert list(tool.messages(tmp_path)) == ["plain", "marked", ("one", "many"), "other", "braces", "a", "b"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_of_the_source_is_in_the_catalogue_and_no_other(
    code: str, tool: ModuleType, found: set[object]
) -> None:
    known = {entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in entries(tool.catalogue_of(code))}
    update = "run `python tools/catalogues.py` and translate what is empty"
    assert not found - known, f"{update}: new messages"
    assert not known - found, f"{update}: messages that are gone"
    assert not tool.catalogue_of(code).obsolete, f"{update}: obsolete entries"


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_message_is_translated(code: str, tool: ModuleType) -> None:
    for entry in entries(tool.catalogue_of(code)):
        strings = strings_of(entry)
        assert not entry.fuzzy, f"{code}: {entry.id!r} is fuzzy"
        assert all(strings), f"{code}: {entry.id!r} has no translation"
        assert len(strings) == (1 if isinstance(entry.id, str) else PLURAL_FORMS[code]), f"{code}: {entry.id!r}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_translations_keep_the_names_to_be_filled_in(code: str, tool: ModuleType) -> None:
    for entry in entries(tool.catalogue_of(code)):
        wanted = {name for text in ids_of(entry) for name in PLACEHOLDER.findall(text)}
        for string in strings_of(entry):
            assert set(PLACEHOLDER.findall(string)) == wanted, f"{code}: {entry.id!r} became {string!r}"


def test_romanian_has_a_comma_below_and_no_cedilla(tool: ModuleType) -> None:
    texts = "".join(string for entry in entries(tool.catalogue_of("ro")) for string in strings_of(entry))
    assert "ș" in texts and "ț" in texts
    assert not set("şţŞŢ") & set(texts)


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_has_one_kind_of_apostrophe(code: str, tool: ModuleType) -> None:
    for entry in entries(tool.catalogue_of(code)):
        assert not any("’" in string for string in strings_of(entry)), entry.id


def test_romanian_has_one_word_for_a_repair_order_and_one_for_a_quote(tool: ModuleType) -> None:
    """An order is a "fișă", "comandă" what goes to a supplier; a quote is an "ofertă", "deviz de lucrări" what was
    done. French tells the two kinds of orders apart, the source does not."""
    french = {ids_of(entry): " ".join(strings_of(entry)).casefold() for entry in entries(tool.catalogue_of("fr"))}
    for entry in entries(tool.catalogue_of("ro")):
        said = " ".join(strings_of(entry)).casefold()
        if "command" not in french[ids_of(entry)]:
            assert not re.search(r"\bcom[ae]n[dz]", said), f"{entry.id!r} became {said!r}"
        assert not re.search(r"\bdeviz(?!(ul)? de lucrări)", said), f"{entry.id!r} became {said!r}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_catalogue_names_nobody_and_no_time(code: str, tool: ModuleType) -> None:
    heading = tool.path_of(code).read_text(encoding="utf-8").split("\n\n")[0]
    assert "The convisav-tui project" in heading and "@" not in heading and "Date" not in heading


def test_an_update_changes_nothing_when_nothing_is_new(tool: ModuleType) -> None:
    found = tool.messages()
    once = tool.text_of("ro", tool.catalogue_of("ro"), found)
    assert tool.text_of("ro", tool.catalogue_of("ro"), found) == once


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_program_speaks_the_compiled_catalogue(code: str, tool: ModuleType) -> None:
    set_language(code)
    for entry in entries(tool.catalogue_of(code)):
        if isinstance(entry.id, str):
            assert i18n._(entry.id) == entry.string
        else:
            said = {i18n.ngettext(*entry.id, count) for count in range(102)}
            assert said == set(entry.string), f"{code}: {entry.id!r}"
    assert i18n._("") == "" and translate("", code) == ""


@pytest.mark.parametrize("code", LANGUAGES)
def test_a_compiled_catalogue_in_the_tree_is_not_stale(code: str, _compiled: Path) -> None:
    """Whoever has installed the checkout hears what its .po says; a wheel compiles it anew."""
    beside = LOCALES / code / "LC_MESSAGES" / "convisav.mo"
    if beside.exists():
        fresh = _compiled / code / "LC_MESSAGES" / "convisav.mo"
        assert _messages_in(beside) == _messages_in(fresh), "run `python tools/catalogues.py`"


def _messages_in(path: Path) -> dict[object, str]:
    with path.open("rb") as file:
        return {key: text for key, text in gettext.GNUTranslations(file)._catalog.items() if key}  # type: ignore[attr-defined]


# --- the words of codes ---------------------------------------------------------------------------------------------

TABLES: tuple[tuple[dict[str, str], type[StrEnum]], ...] = (
    (words.STATES, models.OrderState),
    (words.KINDS, models.OrderKind),
    (words.OUTCOMES, models.Outcome),
    (words.CHANNELS, models.Channel),
    (words.HOLDERS, models.Holder),
    (words.NATURES, models.Nature),
    (words.MEANS, models.Means),
    (words.QUOTE_STATES, models.QuoteState),
    (words.SECRET_STATES, models.SecretState),
    (words.JOBS, models.JobKind),
    (words.JOB_STATES, models.JobState),
    (words.MESSAGES, models.MessageEvent),
    (words.MESSAGE_STATES, models.MessageState),
    (words.DELIVERIES, models.OutcomeKind),
    (words.PRINT_OUTCOMES, DeliveryKind),
    (words.FULL_STATES, models.OrderState),
    (words.ROLES, models.Role),
)


@pytest.mark.parametrize(("table", "kind"), TABLES, ids=lambda value: getattr(value, "__name__", ""))
def test_every_code_has_a_word_in_every_language(
    table: dict[str, str], kind: type[StrEnum], found: set[object]
) -> None:
    assert not {member.value for member in kind} - {str(code) for code in table}
    assert not set(table.values()) - found


def test_every_event_that_the_shop_writes_down_has_a_word() -> None:
    recorded = {row.event for row in TRANSITIONS} | {"undone"}
    call = re.compile(r'(?:event=|_tell_of_(?:job|message)\(session, \w+, |_record\([^"\n]*)"(\w+)"')
    for path in (PROGRAM / "shop").glob("*.py"):
        source = path.read_text(encoding="utf-8")
        recorded |= set(call.findall(source)) if "append_event" in source else set()
    assert {"printed_again", "payment_taken", "message_failed", "receive"} <= recorded
    assert not recorded - set(words.EVENTS)


# --- labels fit -----------------------------------------------------------------------------------------------------


COLUMN = re.compile(r'ColumnSpec\(\s*"\w+",\s*mark\("([^"]+)"\),\s*(\d+)')


def headings() -> Iterator[tuple[str, str, int]]:
    """Module, heading and width of every column of the screens, wherever it is written."""
    for path in sorted((PROGRAM / "screens").rglob("*.py")):
        for label, width in COLUMN.findall(path.read_text(encoding="utf-8")):
            yield path.stem, label, int(width)


def width_of(columns: Sequence[ColumnSpec], key: str) -> int:
    return next(column.width for column in columns if column.key == key)


@pytest.mark.parametrize("code", LANGUAGES)
def test_headings_fit_their_columns(code: str) -> None:
    found = list(headings())
    assert {"order_columns", "prints", "messages", "customer", "drafts", "loaners_view"} <= {
        module for module, *_ in found
    }
    for module, label, width in found:
        assert cells(translate(label, code)) <= width, f"{module}: {label}"


@pytest.mark.parametrize("code", LANGUAGES)
def test_who_decides_and_how_he_is_billed_fit_the_list_of_principals(code: str) -> None:
    for key, table in (("approver", words.APPROVERS), ("invoicing", words.INVOICING)):
        for word in table.values():
            assert cells(translate(word, code)) <= width_of(principals.COLUMNS, key), word


@pytest.mark.parametrize("code", LANGUAGES)
def test_who_pays_on_what_ground_fits_one_row_of_80_cells(code: str) -> None:
    def widest(texts: Iterable[str]) -> int:
        return max(cells(translate(text, code)) for text in texts)

    room = widest((*words.COVER_LINES.values(), "Reason")) + widest(words.GROUNDS.values()) + 1
    room += widest(words.PAYERS.values()) + 1 + widest(["for"]) + widest(["paid by"]) + 6
    assert room + 3 * 2 + 6 <= 80, "three fields in brackets, six spaces"


@pytest.mark.parametrize("code", LANGUAGES)
def test_states_fit_their_columns(code: str) -> None:
    for table, columns, mark in (
        (words.STATES, order_columns.ORDER_COLUMNS, ""),
        (words.MESSAGE_STATES, messages.COLUMNS, " !"),
        (words.JOB_STATES, prints.COLUMNS, " !"),
    ):
        for word in table.values():
            assert cells(translate(word, code) + mark) <= width_of(columns, "state"), word
    for word in words.MESSAGES.values():
        assert cells(translate(word, code)) <= width_of(messages.COLUMNS, "what"), word


@pytest.mark.parametrize("code", LANGUAGES)
def test_lists_are_named_in_full_beside_a_count_of_two_digits(code: str) -> None:
    for spec in LISTS:
        assert cells(translate(spec.label, code)) <= 15, spec.label


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_labels_of_the_intake_stand_in_line(code: str) -> None:
    first = {min((other.row, index) for index, other in enumerate(INTAKE) if other.row == spec.row) for spec in INTAKE}
    for index, spec in enumerate(INTAKE):
        if (spec.row, index) in first and spec.label:
            assert cells(translate(spec.label, code)) <= LABEL_WIDTH, spec.label


CHOICES = {
    "quote_channel": intake_fields.channels,
    "secret_kind": intake_fields.secret_kinds,
    "nature": intake_fields.natures,
    "means": intake_fields.means,
    "language": intake_fields.languages,
}


@pytest.mark.parametrize("code", LANGUAGES)
@pytest.mark.parametrize("key", CHOICES)
def test_what_is_chosen_in_the_intake_shows_in_full_beside_its_arrow(key: str, code: str) -> None:
    set_language(code)
    room = next(spec.width for spec in INTAKE if spec.key == key) - 1
    for _value, label in CHOICES[key](FormState(INTAKE)):
        assert cells(label) <= room, label


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_help_of_a_field_fits_one_row_of_80_cells(code: str) -> None:
    for spec in INTAKE:
        assert cells(translate(spec.help, code)) <= 78, spec.help


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_facts_of_a_sheet_stand_in_line(code: str, tool: ModuleType) -> None:
    source = (PROGRAM / "screens" / "sheet_sections.py").read_text(encoding="utf-8")
    labels = re.findall(r'^\s+\(?_\("([^"{]+)"\),', source, re.MULTILINE)
    assert len(labels) > 15
    for label in labels:
        assert cells(translate(label, code)) <= FACT_WIDTH, label
    for section in re.findall(r'Section\("\w+", mark\("([^"]+)"\)', source):
        assert cells(translate(section, code)) <= 15, section


@pytest.mark.parametrize("code", LANGUAGES)
def test_the_key_bar_and_the_help_show_actions_in_full(code: str) -> None:
    for action in actions.ACTIONS:
        assert cells(translate(action.label, code)) <= WORDS_WIDTH, action.label


# --- texts for customers --------------------------------------------------------------------------------------------


def leaves(value: object, path: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from leaves(inner, f"{path}.{key}")
    else:
        yield path, str(value)


def test_every_wording_is_there_in_every_language_with_the_same_names() -> None:
    shipped = {
        code: dict(leaves(tomllib.loads((PROGRAM / "shop" / "wordings" / f"{code}.toml").read_text("utf-8"))))
        for code in LANGUAGES
    }
    for code in LANGUAGES:
        assert shipped[code].keys() == shipped["en"].keys(), code
        for key, text in shipped[code].items():
            assert text.strip(), f"{code}: {key}"
            wanted = set(Template(shipped["en"][key]).get_identifiers())
            assert set(Template(text).get_identifiers()) == wanted, f"{code}: {key}"


def worded(value: object) -> Iterator[dict[str, object]]:
    """The tables that say something by language."""
    if isinstance(value, dict):
        if set(value) & set(LANGUAGES):
            yield value
        for inner in value.values():
            yield from worded(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from worded(inner)


@pytest.mark.parametrize(
    "path",
    sorted([*(PROGRAM / "country").glob("*.toml"), *(PROGRAM / "shop" / "catalogue").glob("*.toml")]),
    ids=lambda path: path.name,
)
def test_mentions_types_and_faults_are_said_in_every_language(path: Path) -> None:
    for table in worded(tomllib.loads(path.read_text(encoding="utf-8"))):
        assert set(LANGUAGES) <= set(table), table
        assert all(table[code] for code in LANGUAGES), table
        sizes = {len(table[code]) for code in LANGUAGES if isinstance(table[code], list)}  # type: ignore[arg-type]
        assert len(sizes) <= 1, table


def test_the_command_line_says_its_own_words_in_the_language_spoken(capsys: pytest.CaptureFixture[str]) -> None:
    said = {}
    for code, language in (("fr", "fr_FR.UTF-8"), ("ro", "ro_RO.UTF-8")):
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("LC_ALL", language)
            with pytest.raises(SystemExit):
                cli.main(["orders", "--limit", "x"])
        said[code] = capsys.readouterr().err
    assert "usage :" in said["fr"] and "erreur" in said["fr"]
    assert "utilizare:" in said["ro"] and "eroare" in said["ro"]


def test_amounts_and_days_follow_the_language() -> None:
    from datetime import date

    shown = {code: format_amount(123450, "EUR", code).replace("\xa0", " ").replace("\u202f", " ") for code in LANGUAGES}
    assert shown == {"fr": "1 234,50 €", "en": "€1,234.50", "ro": "1.234,50 EUR"}
    day = date(2026, 11, 27)
    assert [format_day(day, code) for code in LANGUAGES] == ["27/11/2026", "27/11/2026", "27.11.2026"]


@pytest.mark.parametrize("code", LANGUAGES)
def test_every_sign_of_a_translation_has_a_stand_in_on_a_terminal_without_accents(code: str, tool: ModuleType) -> None:
    plain = Theme(glyphs="ascii")
    for entry in entries(tool.catalogue_of(code)):
        for string in strings_of(entry):
            assert plain.show(string).count("?") == string.count("?"), string
