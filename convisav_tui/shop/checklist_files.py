"""Checklists as files: read, checked and written as TOML, so that a shop can copy, share and edit them."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from convisav_tui.errors import UsageError
from convisav_tui.i18n import LANGUAGES, _
from convisav_tui.money import parse_amount, plain_amount
from convisav_tui.store.models import AnswerKind, CheckStage

LARGEST_FILE = 1_000_000  # bytes
_CODE = re.compile("[a-z0-9_.-]{1,40}")


@dataclass(frozen=True)
class Question:
    """A checkpoint as a file tells it: `opens_when` is code of a question → answers, `suggests` are codes of works."""

    code: str
    texts: Mapping[str, str]
    stage: CheckStage = CheckStage.DIAGNOSIS
    kind: AnswerKind = AnswerKind.CHECK
    unit: str = ""
    choices: tuple[Mapping[str, str], ...] = ()
    opens_when: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    suggests: tuple[str, ...] = ()
    required: bool = False
    active: bool = True


@dataclass(frozen=True)
class Work:
    """A predefined work: amounts by currency, as they are written; cost excl. VAT, price incl. VAT."""

    code: str
    names: Mapping[str, str]
    minutes: int = 0
    costs: Mapping[str, str] = field(default_factory=dict)
    prices: Mapping[str, str] = field(default_factory=dict)
    vat_rate: int = 2000  # basis points
    active: bool = True

    def price(self, currency: str) -> int:
        """Minor units; 0 where the file names none of that currency."""
        return parse_amount(self.prices.get(currency, "0"), currency)

    def cost(self, currency: str) -> int:
        """Minor units; 0 where the file names none of that currency."""
        return parse_amount(self.costs.get(currency, "0"), currency)


@dataclass(frozen=True)
class Spare:
    """A part that a type of device usually needs, by name."""

    code: str
    names: Mapping[str, str]


@dataclass(frozen=True)
class Checklist:
    """All that is known beforehand of the work on some types of devices."""

    device_types: tuple[str, ...]
    questions: tuple[Question, ...] = ()
    works: tuple[Work, ...] = ()
    parts: tuple[Spare, ...] = ()
    procedure: Mapping[str, str] = field(default_factory=dict)
    faults: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def checklist_in(path: Path) -> Checklist:
    """The checklist in a file. Raises UsageError, also for a file that cannot be read."""
    try:
        if path.stat().st_size > LARGEST_FILE:
            raise UsageError(_("{path} is too large.").format(path=path), "")
        return read_checklist(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(_("{path} cannot be read: {reason}.").format(path=path, reason=reason), "") from error


def read_checklist(text: str) -> Checklist:
    """A file's checklist. Raises UsageError with the place of what cannot be accepted."""
    try:
        rows = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(_("This is no checklist: {reason}.").format(reason=error), "") from error
    types = rows.get("device_types")
    if not isinstance(types, list) or not types or not all(isinstance(code, str) for code in types):
        raise UsageError(_("This is no checklist: {reason}.").format(reason="device_types"), "")
    found = Checklist(
        device_types=tuple(types),
        questions=tuple(_question(row, at) for at, row in enumerate(_tables(rows, "checkpoint"), 1)),
        works=tuple(_work(row, at) for at, row in enumerate(_tables(rows, "work"), 1)),
        parts=tuple(_spare(row, at) for at, row in enumerate(_tables(rows, "part"), 1)),
        procedure=_texts(rows.get("procedure", {}), "procedure", required=False),
        faults={code: tuple(str(one)[:200] for one in texts) for code, texts in rows.get("faults", {}).items()},
    )
    _refuse_dangling(found)
    return found


def write_checklist(checklist: Checklist) -> str:
    """The file of a checklist; reading it gives the same checklist."""
    lines = [f"device_types = {_value(list(checklist.device_types))}", ""]
    for name, texts in (("procedure", checklist.procedure), ("faults", checklist.faults)):
        if texts:
            lines += [f"[{name}]", *(f"{code} = {_value(text)}" for code, text in texts.items()), ""]
    for question in checklist.questions:
        lines += ["[[checkpoint]]", *_lines(_question_row(question)), ""]
    for work in checklist.works:
        lines += ["[[work]]", *_lines(_work_row(work)), ""]
    for part in checklist.parts:
        lines += ["[[part]]", *_lines({"code": part.code, "names": dict(part.names)}), ""]
    return "\n".join(lines)


def written_amount(minor: int, currency: str) -> dict[str, str]:
    """An amount as a file holds it; nothing for nothing."""
    return {currency: plain_amount(minor, currency).replace(",", ".")} if minor else {}


def _question(row: Mapping[str, Any], at: int) -> Question:
    place = f"checkpoint {at}"
    try:
        return Question(
            code=_code(row, place),
            texts=_texts(row.get("texts"), place),
            stage=CheckStage(row.get("stage", "diagnosis")),
            kind=AnswerKind(row.get("kind", "check")),
            unit=str(row.get("unit", ""))[:16],
            choices=tuple(_choice(choice, place) for choice in row.get("choices", ())),
            opens_when={str(code): tuple(map(str, answers)) for code, answers in row.get("opens_when", {}).items()},
            suggests=tuple(map(str, row.get("suggests", ()))),
            required=bool(row.get("required", False)),
            active=bool(row.get("active", True)),
        )
    except (ValueError, TypeError, AttributeError) as error:
        raise _wrong(place, error) from error


def _work(row: Mapping[str, Any], at: int) -> Work:
    place = f"work {at}"
    try:
        work = Work(
            code=_code(row, place),
            names=_texts(row.get("names"), place),
            minutes=max(0, int(row.get("minutes", 0))),
            costs={str(code): str(amount) for code, amount in row.get("costs", {}).items()},
            prices={str(code): str(amount) for code, amount in row.get("prices", {}).items()},
            vat_rate=int(row.get("vat_rate", 2000)),
            active=bool(row.get("active", True)),
        )
        for currency in {*work.prices, *work.costs}:
            if work.price(currency) < 0 or work.cost(currency) < 0:
                raise ValueError(currency)
        return work
    except (ValueError, TypeError, AttributeError) as error:
        raise _wrong(place, error) from error


def _spare(row: Mapping[str, Any], at: int) -> Spare:
    place = f"part {at}"
    return Spare(_code(row, place), _texts(row.get("names"), place))


def _choice(choice: Mapping[str, Any], place: str) -> dict[str, str]:
    return {"code": _code(choice, place), **_texts(choice, place)}


def _code(row: Mapping[str, Any], place: str) -> str:
    code = row.get("code")
    if not isinstance(code, str) or not _CODE.fullmatch(code):
        raise UsageError(_("{place}: a code is made of small letters, digits and _.").format(place=place), "")
    return code


def _texts(found: object, place: str, *, required: bool = True) -> dict[str, str]:
    texts = found if isinstance(found, Mapping) else {}
    kept = {code: str(texts[code]).strip() for code in LANGUAGES if str(texts.get(code, "")).strip()}
    if required and not kept:
        raise UsageError(_("{place}: it says nothing in any language of the program.").format(place=place), "")
    return kept


def _refuse_dangling(checklist: Checklist) -> None:
    """What a question refers to is in the file, and no code stands twice in a stage."""
    codes = [(question.stage, question.code) for question in checklist.questions]
    works = [work.code for work in checklist.works]
    twice = [code for code in {*codes, *works} if codes.count(code) + works.count(code) > 1]  # type: ignore[arg-type]
    if twice:
        raise UsageError(_("{code} stands in it twice.").format(code=twice[0]), "")
    for question in checklist.questions:
        asked = [(question.stage, code) in codes for code in question.opens_when]
        if not all(asked) or not all(code in works for code in question.suggests):
            sentence = _("{place}: it names a question or work that the file does not hold.")
            raise UsageError(sentence.format(place=question.code), "")


def _wrong(place: str, error: Exception) -> UsageError:
    return UsageError(_("{place} cannot be read: {reason}.").format(place=place, reason=error), "")


def _tables(rows: Mapping[str, Any], name: str) -> Iterable[Mapping[str, Any]]:
    found = rows.get(name, [])
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []


def _question_row(question: Question) -> dict[str, Any]:
    return {
        "code": question.code,
        "stage": question.stage.value if question.stage is not CheckStage.DIAGNOSIS else None,
        "kind": question.kind.value if question.kind is not AnswerKind.CHECK else None,
        "texts": dict(question.texts),
        "unit": question.unit,
        "choices": [dict(choice) for choice in question.choices],
        "opens_when": {code: list(answers) for code, answers in question.opens_when.items()},
        "suggests": list(question.suggests),
        "required": question.required,
        "active": None if question.active else False,
    }


def _work_row(work: Work) -> dict[str, Any]:
    return {
        "code": work.code,
        "names": dict(work.names),
        "minutes": work.minutes,
        "costs": dict(work.costs),
        "prices": dict(work.prices),
        "vat_rate": work.vat_rate if work.vat_rate != 2000 else None,
        "active": None if work.active else False,
    }


def _lines(row: Mapping[str, Any]) -> Iterable[str]:
    return (f"{key} = {_value(value)}" for key, value in row.items() if value or (value is False and key == "active"))


def _value(value: object) -> str:
    """A value as TOML writes it, on one line."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_key(key)} = {_value(one)}" for key, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(_value(one) for one in value) + "]"
    escaped = str(value).replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + "".join(one if one.isprintable() else f"\\u{ord(one):04X}" for one in escaped) + '"'


def _key(key: object) -> str:
    return str(key) if re.fullmatch("[A-Za-z0-9_-]+", str(key)) else _value(str(key))
