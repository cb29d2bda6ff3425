"""A paper as an office printer takes it: the PDF, or its pages as pictures."""

from __future__ import annotations

from convisav_tui.printing.document_format import PDF, Abilities, page_form, takes_pdf
from convisav_tui.printing.line import Payload
from convisav_tui.printing.media import Media
from convisav_tui.printing.sizes import SHEETS_IN_IPP, exact_size


def office_payload(pdf: bytes, name: str, copies: int, media: Media, abilities: Abilities) -> Payload:
    """The job of this paper for a printer with these abilities; as PDF where they allow nothing better.
    Raises NotDrawn."""
    form = None if takes_pdf(abilities) else page_form(abilities, copies)
    if form is None:
        return Payload(pdf, name, copies, media, PDF)
    from convisav_tui.printing.page_pictures import pages_of
    from convisav_tui.printing.page_raster import encode

    size = exact_size(media)
    pages = pages_of(pdf, size, form.dpi, form.colour)
    document = encode(pages, form, size, SHEETS_IN_IPP[media.name], copies)
    return Payload(document, name, 1 if form.repeated else copies, media, form.format, form.sides)
