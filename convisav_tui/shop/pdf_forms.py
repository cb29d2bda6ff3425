"""PDF forms as data: which fields one has, and the same form with values. A file that is none ends in one sentence.

The work is done in processes of their own (`pdf_form_child`, `pdf_form_print_child`) with a limit of time and memory:
pypdf is never imported here, and no file can end the program.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from convisav_tui.errors import UsageError
from convisav_tui.i18n import _, mark

LARGEST_FILE = 10_000_000  # bytes
SECONDS = 20.0
MEMORY = 1 << 30  # bytes of address space
# /Lang (fr-FR) of the catalog, or the same in hexadecimal; plain letters or UTF-16.
_LANGUAGE = re.compile(rb"/Lang\s*(?:\(([^)]{2,24})\)|<([0-9A-Fa-f]{4,48})>)")
_WRONG = {
    "no_pdf": mark("This is no PDF."),
    "locked": mark("This PDF is locked by a password."),
    "no_fields": mark("This PDF has no fields to fill in."),
    "xfa": mark("Only Adobe's programs can fill this kind of form (XFA)."),
    "too_many": mark("This form has more fields or choices than a checklist can hold."),
    "too_much": mark("This PDF is built so that reading it takes too much memory."),
    "damaged": mark("This PDF is damaged."),
}
_MENDED = {
    "locked": mark("Save it without one."),
    "xfa": mark("Save it as an ordinary PDF form."),
    "damaged": mark("Open it elsewhere and save it anew."),
}


@dataclass(frozen=True)
class Option:
    """One of the choices of a field; `code` names it in answers."""

    code: str
    label: str


@dataclass(frozen=True)
class FormField:
    """A field: `kind` is text, check or choice; `value` is a text, "x" or "", or the code of an option."""

    name: str
    kind: str
    label: str = ""
    value: str = ""
    options: tuple[Option, ...] = ()


@dataclass(frozen=True)
class PdfForm:
    """A form; `pdf` is without the scripts that it had (`scripts`)."""

    fields: tuple[FormField, ...]
    pdf: bytes
    scripts: bool = False


def read_form(content: bytes) -> PdfForm:
    """The fields of a PDF form. Raises UsageError for whatever is no form that can be filled."""
    if len(content) > LARGEST_FILE:
        raise UsageError(_("This file is larger than {limit} MB.").format(limit=LARGEST_FILE // 1_000_000), "")
    told, pdf = _asked({"job": "read"}, content)
    fields = tuple(
        FormField(
            name=row["name"],
            kind=row["kind"],
            label=row["label"],
            value=row["value"],
            options=tuple(Option(one["code"], one["label"]) for one in row["options"]),
        )
        for row in told["fields"]
    )
    return PdfForm(fields, pdf, bool(told["scripts"]))


def form_bytes(path: Path) -> bytes:
    """The bytes of a file, one more than a form may have at most. Raises UsageError."""
    try:
        with path.expanduser().open("rb") as file:
            return file.read(LARGEST_FILE + 1)
    except (OSError, ValueError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise UsageError(_("{path} cannot be read: {reason}.").format(path=path, reason=reason), "") from error


def fill_form(pdf: bytes, values: Mapping[str, str]) -> bytes:
    """The form with these values by name of field; the others stay as they are. Every reader shows them: the pictures
    of the values are drawn, and a reader may draw them anew. Raises UsageError."""
    return _asked({"job": "fill", "values": dict(values)}, pdf)[1]


def printed_form(pdf: bytes, mark: str = "") -> bytes:
    """A filled form as pages to print, its fields part of them; `mark` in the corner of each. Raises UsageError."""
    return _asked({"job": "print", "mark": mark}, pdf)[1]


def form_language(pdf: bytes) -> str:
    """The language that a form says it is written in ("fr"); "" where it does not, or not in clear."""
    found = _LANGUAGE.search(pdf)
    if found is None:
        return ""
    octets = found[1] or bytes.fromhex(found[2].decode("ascii") if len(found[2]) % 2 == 0 else "")
    plain = octets.removeprefix(b"\xfe\xff").replace(b"\0", b"")[:2].decode("latin-1").lower()
    return plain if plain.isascii() and plain.isalpha() else ""


def _asked(asked: Mapping[str, object], content: bytes) -> tuple[dict[str, Any], bytes]:
    told, body = _run(asked, content)
    code = told.get("wrong", "")
    if code:
        raise UsageError(_(_WRONG[code]), _(_MENDED[code]) if code in _MENDED else "")
    return told, body


def _run(asked: Mapping[str, object], content: bytes) -> tuple[dict[str, Any], bytes]:
    """What the other process answers; that it broke down is an answer too."""
    script = Path(__file__).with_name("pdf_form_print_child.py" if asked["job"] == "print" else "pdf_form_child.py")
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(script), str(MEMORY)],
            input=json.dumps(asked).encode() + b"\n" + content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UsageError(_("Reading this PDF takes too long."), "") from error
    except OSError as error:
        raise UsageError(_("This PDF cannot be read: {reason}.").format(reason=error.strerror), "") from error
    head, _end, body = done.stdout.partition(b"\n")
    return (json.loads(head) if done.returncode == 0 and head else {"wrong": "too_much"}), body
