"""The process in which a PDF form is read or filled: started by `pdf_forms` with this file alone, limited in memory.

A PDF may be anything: whatever pypdf makes of it, the program that asked goes on. The first line of what comes and of
what goes is JSON, the rest is the file.
"""

from __future__ import annotations

import json
import re
import sys
import unicodedata
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PdfWriter

Node = Any  # what pypdf makes of an object of the file: anything at all
MOST_FIELDS = 500
MOST_OPTIONS = 60
_DEEPEST = 12
_RADIO, _PUSHBUTTON = 1 << 15, 1 << 16
_SCRIPTED = ("/OpenAction", "/AA")
_CEDILLAS = str.maketrans("ȘșȚț", "ŞşŢţ")  # the fonts that every reader has know the cedilla, not the comma


class Wrong(Exception):
    """What the other side says in words: a code, and what pypdf says of it."""

    def __init__(self, code: str, reason: str = "") -> None:
        super().__init__(code)
        self.code, self.reason = code, reason


def code_of(text: str, taken: set[str]) -> str:
    """A code of small letters, digits and _ that is not taken yet, from the name of a field or an option."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    stem = re.sub("[^a-z0-9]+", "_", plain).strip("_")[:34] or "field"
    code = next(one for one in (stem, *(f"{stem}_{n}" for n in range(2, len(taken) + 3))) if one not in taken)
    taken.add(code)
    return code


def shown_text(text: str) -> str:
    """The text as the fonts that every reader has can show it."""
    for candidate, encoding in ((text, "cp1252"), (text.translate(_CEDILLAS), "cp1250")):
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        return candidate
    bare = (unicodedata.normalize("NFKD", letter)[0] if not _latin(letter) else letter for letter in text)
    return "".join(letter if _latin(letter) else "?" for letter in bare)


def read(content: bytes) -> tuple[dict[str, Any], bytes]:
    """The fields of a form, and the file without scripts."""
    writer = _opened(content)
    form = _form(writer)
    fields = [_told(name, field) for name, field in _fields(form)]
    found = [field for field in fields if field is not None]
    if not found:
        raise Wrong("xfa" if "/XFA" in form else "no_fields")
    scripts = _without_scripts(writer)
    hidden = "/Lang" in writer.root_object and b"/Lang" not in content  # what it is written in is to be seen in clear
    return {"fields": found, "scripts": scripts}, _written(writer) if scripts or hidden or "/XFA" in form else content


def fill(content: bytes, values: Mapping[str, str]) -> bytes:
    """The form with these values by name: a text, "x" or "" for a check box, the code of an option."""
    writer = _opened(content)
    form = _form(writer)
    fields = dict(_fields(form))
    texts: dict[str, str] = {}
    for name, value in values.items():
        field = fields.get(name)
        told = _told(name, field) if field is not None else None
        if field is None or told is None:
            continue
        if told["kind"] == "text":
            texts[name] = value
        else:
            _fill_button_or_choice(field, told, value, texts)
    _fill_texts(writer, fields, texts)
    # A reader that draws the texts anew takes the form's own font, which may not have every letter of them.
    writer.set_need_appearances_writer(all(shown_text(text) == text for text in texts.values()))
    return _written(writer)


def _opened(content: bytes) -> PdfWriter:
    import io

    from pypdf import PdfReader, PdfWriter
    from pypdf.errors import PyPdfError

    if b"%PDF-" not in content[:1024]:
        raise Wrong("no_pdf")
    try:
        reader = PdfReader(io.BytesIO(content))
        locked = reader.is_encrypted
    except (PyPdfError, LookupError, TypeError, ValueError):
        if b"/Encrypt" not in content:
            raise
        locked = True
    if locked:
        raise Wrong("locked")
    form: Node = reader.root_object.get("/AcroForm")
    form = form.get_object() if form is not None else None
    if not isinstance(form, dict) or "/Fields" not in form or not form["/Fields"].get_object():
        raise Wrong("xfa" if isinstance(form, dict) and "/XFA" in form else "no_fields")
    return PdfWriter(clone_from=reader)


def _form(writer: PdfWriter) -> Node:
    root: Node = writer.root_object
    return root["/AcroForm"].get_object()


def _fields(form: Node) -> Iterator[tuple[str, Node]]:
    """Qualified name and field, in the order of the form; a field with two widgets comes once."""
    seen: set[int] = set()
    count = 0
    waiting = [(node, "", 0) for node in reversed(form["/Fields"].get_object())]
    while waiting:
        reference, above, depth = waiting.pop()
        node = reference.get_object()
        if not isinstance(node, dict) or id(node) in seen or depth > _DEEPEST:
            continue
        seen.add(id(node))
        own = str(node.get("/T", ""))
        name = f"{above}.{own}" if above and own else above or own
        kids = node.get("/Kids")
        below = kids.get_object() if kids is not None else []
        groups = [kid for kid in below if "/T" in (kid.get_object() or {})]
        if groups:
            waiting += [(kid, name, depth + 1) for kid in reversed(groups)]
        elif name:
            count += 1
            if count > MOST_FIELDS:
                raise Wrong("too_many")
            yield name, node


def _told(name: str, field: Node) -> dict[str, Any] | None:
    """A field as the program knows it; None for a button to press and a signature."""
    kind, flags = _inherited(field, "/FT"), int(_inherited(field, "/Ff") or 0)
    label = str(field.get("/TU", "") or "").strip()
    value = _inherited(field, "/V")
    options: list[dict[str, str]] = []
    if kind == "/Btn" and flags & _PUSHBUTTON:
        return None
    if kind == "/Tx":
        said = _text(value)
    elif kind == "/Btn" and flags & _RADIO:
        options = _options(_radio_options(field))
        said = _code(options, str(value or ""))
    elif kind == "/Btn":
        said = "x" if str(value or "/Off") not in ("/Off", "") else ""
    elif kind == "/Ch":
        options = _options(_list_options(field))
        said = _code(options, _text(value[0] if isinstance(value, list) and value else value))
    else:
        return None
    words = {"/Tx": "text", "/Ch": "choice", "/Btn": "choice" if flags & _RADIO else "check"}
    return {"name": name, "kind": words[str(kind)], "label": label, "value": said, "options": options}


def _radio_options(field: Node) -> list[tuple[str, str]]:
    """State and label of each button."""
    labels = [_text(one) for one in (_inherited(field, "/Opt") or [])]
    states = dict.fromkeys(state for widget in _widgets(field) for state in _states(widget))
    found = []
    for state in states:
        bare = state[1:]
        place = int(bare) if bare.isdigit() and len(bare) < 4 else -1
        found.append((state, labels[place] if 0 <= place < len(labels) else bare))
    return found


def _list_options(field: Node) -> list[tuple[str, str]]:
    found = []
    for option in _inherited(field, "/Opt") or []:
        one = option.get_object()
        pair = [_text(part) for part in one] if isinstance(one, list) else [_text(one)]
        if pair and pair[0]:
            found.append((pair[0], pair[-1]))
    return found


def _options(pairs: list[tuple[str, str]]) -> list[dict[str, str]]:
    if len(pairs) > MOST_OPTIONS:
        raise Wrong("too_many")
    taken: set[str] = set()
    return [{"value": value, "label": label or value, "code": code_of(label or value, taken)} for value, label in pairs]


def _code(options: list[dict[str, str]], value: str) -> str:
    return next((one["code"] for one in options if value in (one["value"], one["label"])), "")


def _fill_button_or_choice(field: Node, told: Mapping[str, Any], value: str, texts: dict[str, str]) -> None:
    from pypdf.generic import NameObject

    chosen = next((one["value"] for one in told["options"] if one["code"] == value), "")
    if _inherited(field, "/FT") == "/Ch":
        texts[told["name"]] = chosen
        return
    if told["kind"] == "check":
        states = [state for widget in _widgets(field) for state in _states(widget)]
        chosen = (states[0] if states else "/Yes") if value else ""
    field[NameObject("/V")] = NameObject(chosen or "/Off")
    for widget in _widgets(field):
        widget[NameObject("/AS")] = NameObject(chosen if chosen in _states(widget) else "/Off")


def _fill_texts(writer: PdfWriter, fields: Mapping[str, Node], texts: Mapping[str, str]) -> None:
    """Write texts and the pictures of them; what a font cannot show stands whole in the value all the same."""
    from pypdf.generic import NameObject, TextStringObject

    if not texts:
        return
    shown = {name: shown_text(texts[name]) for name in sorted(texts, key=lambda name: name.count("."))}
    for page in writer.pages:
        if "/Annots" in page:
            writer.update_page_form_field_values(page, shown, auto_regenerate=None)
    for name, text in texts.items():
        fields[name][NameObject("/V")] = TextStringObject(text)


def _widgets(field: Node) -> list[Node]:
    kids = field.get("/Kids")
    return [kid.get_object() for kid in kids.get_object()] if kids is not None else [field]


def _states(widget: Node) -> list[str]:
    """The names of the states of a button, without the one that is off."""
    look = widget.get("/AP")
    normal = look.get_object().get("/N") if look is not None else None
    normal = normal.get_object() if normal is not None else {}
    return [str(state) for state in normal if state != "/Off"] if isinstance(normal, dict) else []


def _inherited(field: Node, key: str) -> Any:
    node, depth = field, 0
    while key not in node and "/Parent" in node and depth < _DEEPEST:
        node, depth = node["/Parent"].get_object(), depth + 1
    found = node.get(key)
    return found.get_object() if found is not None else None


def _without_scripts(writer: PdfWriter) -> bool:
    """Take out what would run when somebody opens the form or types into it."""
    root: Node = writer.root_object
    names = root.get("/Names")
    names = names.get_object() if names is not None else {}
    found = [root.pop(key, None) is not None for key in _SCRIPTED]
    found += [names.pop(key, None) is not None for key in ("/JavaScript", "/EmbeddedFiles")]
    for page in writer.pages:
        annotations = page.get("/Annots")
        for one in (page, *(annotations.get_object() if annotations is not None else ())):
            node = one.get_object()
            found += [node.pop(key, None) is not None for key in ("/AA", "/A")] if isinstance(node, dict) else []
    for _name, field in _fields(_form(writer)):
        found.append(field.pop("/AA", None) is not None)
    return any(found)


def _written(writer: PdfWriter) -> bytes:
    import io

    _form(writer).pop("/XFA", None)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _text(value: Any) -> str:
    found = value.get_object() if hasattr(value, "get_object") else value
    if hasattr(found, "get_data"):
        found = found.get_data()
    if isinstance(found, bytes):
        found = found.decode("utf-8", "replace")
    text = str(found) if found is not None else ""
    return "".join(letter for letter in text if letter.isprintable() or letter in "\n\r\t")[:4000]


def _latin(letter: str) -> bool:
    try:
        letter.encode("cp1252")
    except UnicodeEncodeError:
        return False
    return True


def answer(asked: Mapping[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """What goes back; whatever is wrong with the file becomes words."""
    from pypdf.errors import PyPdfError

    try:
        if asked["job"] == "fill":
            return {}, fill(content, asked["values"])
        return read(content)
    except Wrong as wrong:
        return {"wrong": wrong.code, "reason": wrong.reason}, b""
    except (PyPdfError, ArithmeticError, AttributeError, LookupError, TypeError, ValueError, OSError) as error:
        return {"wrong": "damaged", "reason": str(error)[:200]}, b""
    except (RecursionError, MemoryError):
        return {"wrong": "too_much", "reason": ""}, b""


def main() -> None:
    """Read one request, answer it, end."""
    import logging
    import resource

    logging.disable(logging.CRITICAL)
    memory = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    asked = json.loads(sys.stdin.buffer.readline())
    told, content = answer(asked, sys.stdin.buffer.read())
    sys.stdout.buffer.write(json.dumps(told).encode() + b"\n" + content)


if __name__ == "__main__":
    main()
