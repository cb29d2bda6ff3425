"""PDF forms for the tests, written by hand, object by object."""

from __future__ import annotations

from collections.abc import Sequence


def pdf(objects: Sequence[str], root: int = 1, trailer: str = "") -> bytes:
    """A PDF of these objects, numbered from 1."""
    body = bytearray(b"%PDF-1.7\n")
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(body))
        body += f"{number} 0 obj\n{one}\nendobj\n".encode("latin-1")
    start = len(body)
    body += f"xref\n0 {len(objects) + 1}\n0000000000 65535 f \n".encode()
    body += b"".join(f"{place:010} 00000 n \n".encode() for place in places)
    body += f"trailer\n<< /Size {len(objects) + 1} /Root {root} 0 R {trailer} >>\nstartxref\n{start}\n%%EOF\n".encode()
    return bytes(body)


def text(name: str, label: str = "", more: str = "") -> str:
    return f"/FT /Tx /T ({name}) /TU ({label}) {more}"


def box(name: str, label: str = "") -> str:
    return f"/FT /Btn /T ({name}) /TU ({label}) /AP << /N << /Oui 4 0 R /Off 5 0 R >> >> /AS /Off"


def choice(name: str, *options: str, label: str = "") -> str:
    shown = " ".join(f"({option})" for option in options)
    return f"/FT /Ch /Ff 131072 /T ({name}) /TU ({label}) /Opt [ {shown} ]"


def form(*fields: str, catalog: str = "", acroform: str = "", radio: tuple[str, ...] = ()) -> bytes:
    """A page with these fields, one below the other; `radio` is a name and its states."""
    widgets = [
        f"<< /Type /Annot /Subtype /Widget /Rect [50 {800 - 20 * at} 400 {816 - 20 * at}] {one} >>"
        for at, one in enumerate(fields)
    ]
    extra: list[str] = []
    first = 7
    own = [f"{first + at} 0 R" for at in range(len(widgets))]
    on_page = list(own)
    if radio:
        group = first + len(widgets)
        kids = [f"{group + 1 + at} 0 R" for at in range(len(radio) - 1)]
        extra.append(f"<< /FT /Btn /Ff 32768 /T ({radio[0]}) /Kids [ {' '.join(kids)} ] >>")
        extra += [
            f"<< /Type /Annot /Subtype /Widget /Parent {group} 0 R /Rect [{50 + 30 * at} 40 {70 + 30 * at} 60]"
            f" /AP << /N << /{state} 4 0 R /Off 5 0 R >> >> /AS /Off >>"
            for at, state in enumerate(radio[1:])
        ]
        own.append(f"{group} 0 R")
        on_page += kids
    return pdf(
        [
            f"<< /Type /Catalog /Pages 2 0 R /AcroForm 6 0 R {catalog} >>",
            "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources << >> /Annots [ {' '.join(on_page)} ] >>",
            "<< /Type /XObject /Subtype /Form /BBox [0 0 16 16] /Length 17 >>\nstream\n2 2 12 12 re f\n  \nendstream",
            "<< /Type /XObject /Subtype /Form /BBox [0 0 16 16] /Length 0 >>\nstream\n\nendstream",
            f"<< /Fields [ {' '.join(own)} ] /DA (/Helv 0 Tf 0 g) {acroform} >>",
            *widgets,
            *extra,
        ]
    )
