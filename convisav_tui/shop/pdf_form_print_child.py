"""The process in which a filled PDF form becomes a page to print: started by `pdf_forms` with this file alone.

The pictures of the fields become part of the page, for printers and readers that draw no fields, and the mark of a
duplicate stands over everything. The first line of what comes and of what goes is JSON, the rest is the file.
"""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pypdf import PdfWriter

Node = Any  # what pypdf makes of an object of the file: anything at all
_HIDDEN = 1 << 1 | 1 << 5  # Hidden, NoView
_FONT, _SIZE, _EDGE = "/DuplicateMark", 12.0, 18.0  # points
# Width of a capital letter of Helvetica-Bold, in thousandths of its size; those not named are as wide as most.
_WIDTHS = {"I": 278, "L": 611, "T": 611, "E": 667, "A": 722}
_USUAL_WIDTH = 722


def printed(content: bytes, mark: str) -> bytes:
    """The form without fields, as it is looked at; `mark` in its upper right corner, "" for none."""
    from pypdf import PdfReader, PdfWriter

    writer = PdfWriter(clone_from=PdfReader(io.BytesIO(content)))
    for page in list(writer.pages):
        if page.rotation:
            _lay(writer, page, "")
            page.transfer_rotation_to_content()
            _put(writer, page, [], {}, mark)
        else:
            _lay(writer, page, mark)
    root: Node = writer.root_object
    root.pop("/AcroForm", None)
    stream = io.BytesIO()
    writer.write(stream)
    return stream.getvalue()


def _lay(writer: PdfWriter, page: Node, mark: str) -> None:
    """Draw the fields of a page on it, and take them away."""
    drawing: list[str] = []
    pictures: dict[str, Node] = {}
    others = []
    listed = page.get("/Annots")
    for reference in listed.get_object() if listed is not None else ():
        widget = reference.get_object()
        if not isinstance(widget, dict) or widget.get("/Subtype") != "/Widget":
            others.append(reference)
            continue
        picture = _picture(widget)
        if picture is not None and not int(widget.get("/F", 0)) & _HIDDEN:
            name = f"/Field{len(pictures)}"
            placed = _placed(widget["/Rect"], picture.get_object())
            if placed:
                pictures[name] = picture
                drawing.append(f"q {placed} cm {name} Do Q")
    _put(writer, page, drawing, pictures, mark)
    from pypdf.generic import ArrayObject, NameObject

    if listed is not None:
        page[NameObject("/Annots")] = ArrayObject(others)


def _put(writer: PdfWriter, page: Node, drawing: list[str], pictures: Mapping[str, Node], mark: str) -> None:
    """Write over what stands on the page."""
    from pypdf import PageObject
    from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

    lines = [*drawing, *_marked(page, mark)]
    if not lines:
        return
    box = page.mediabox
    over = PageObject.create_blank_page(width=float(box.right), height=float(box.top))
    stream = DecodedStreamObject()
    stream.set_data("\n".join(lines).encode("cp1252", "replace"))
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica-Bold", "/Encoding": "/WinAnsiEncoding"}
    named = DictionaryObject({NameObject(key): NameObject(value) for key, value in font.items()})
    over[NameObject("/Contents")] = stream
    over[NameObject("/Resources")] = DictionaryObject(
        {
            NameObject("/XObject"): DictionaryObject({NameObject(name): one for name, one in pictures.items()}),
            NameObject("/Font"): DictionaryObject({NameObject(_FONT): writer._add_object(named)}),
        }
    )
    page.merge_page(over)


def _marked(page: Node, mark: str) -> Iterator[str]:
    """A black box with the mark in white."""
    words = "".join(letter for letter in mark if letter.isalnum() or letter == " ")
    if not words:
        return
    wide = sum(_WIDTHS.get(letter, _USUAL_WIDTH) for letter in words) * _SIZE / 1000
    left, low = float(page.cropbox.right) - _EDGE - wide - 8, float(page.cropbox.top) - _EDGE - _SIZE - 4
    yield f"q 0 g {left:.1f} {low:.1f} {wide + 8:.1f} {_SIZE + 6:.1f} re f"
    yield f"1 g BT {_FONT} {_SIZE:g} Tf {left + 4:.1f} {low + 5:.1f} Td ({words}) Tj ET Q"


def _picture(widget: Node) -> Node | None:
    """The picture of a field as it is now, None without one."""
    look = widget.get("/AP")
    normal = look.get_object().get("/N") if look is not None else None
    if normal is None:
        return None
    found = normal.get_object()
    if hasattr(found, "get_data"):
        return widget["/AP"].get_object().raw_get("/N")
    state = widget.get("/AS")
    return found.raw_get(state) if state in found else None


def _placed(rect: Node, picture: Node) -> str:
    """The matrix that lays the picture into its rectangle, as a reader does (ISO 32000, 12.5.5); "" for none."""
    sides = [float(side) for side in rect]
    left, low, right, high = min(sides[0::2]), min(sides[1::2]), max(sides[0::2]), max(sides[1::2])
    x1, y1, x2, y2 = (float(side) for side in picture["/BBox"])
    a, b, c, d, e, f = (float(part) for part in picture.get("/Matrix", (1, 0, 0, 1, 0, 0)))
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in (x1, x2) for y in (y1, y2)]
    across, along = [x for x, _y in corners], [y for _x, y in corners]
    wide, tall = max(across) - min(across), max(along) - min(along)
    if not wide or not tall:
        return ""
    by_x, by_y = (right - left) / wide, (high - low) / tall
    shift = left - min(across) * by_x, low - min(along) * by_y
    return f"{by_x:.5f} 0 0 {by_y:.5f} {shift[0]:.3f} {shift[1]:.3f}"


def answer(asked: Mapping[str, Any], content: bytes) -> tuple[dict[str, Any], bytes]:
    """What goes back; whatever is wrong with the file becomes words."""
    from pypdf.errors import PyPdfError

    try:
        return {}, printed(content, asked["mark"])
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
