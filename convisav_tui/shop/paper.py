"""What stands on paper: the content of the label and receipt jobs, frozen when they are asked for.

Every value is text fit to print, already in the paper's language and the shop's zone; only the captions beside the
values ("Customer", "Fault") are left to the printing room, which words them with `i18n.translate(..., language)`.
Empty text means "leave the line out". A `PrintJob.content` is `as_content()` of one of these; reading tolerates rows
written by an older or newer version of the program.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import MISSING, asdict, dataclass, fields

Content = dict[str, object]


@dataclass(frozen=True)
class LabelPaper:
    """A tracking label. Never the customer's name, the unlock code or the fault (rules.md 1.3, 4.5)."""

    number: str  # ten digits: the barcode, and `ticket_number.show(number)` in clear
    device: str  # "Miele WCD320", or the type when brand and model are unknown
    device_type: str = ""  # "Lave-linge"
    customer_code: str = ""  # "C00042"
    promised_on: str = ""  # "27/11/2026"
    comeback_of: str = ""  # ten digits of the order this one comes back from
    principal: str = ""  # who asked for the work, with his reference: "Darty Rivoli BC-778"
    place: str = ""  # "A1-03": the bin where it lies
    shop_name: str = ""
    language: str = "fr"

    def as_content(self) -> Content:
        """The JSON that a print job keeps."""
        return asdict(self)

    @classmethod
    def from_content(cls, content: Mapping[str, object]) -> LabelPaper:
        """The label of a print job; raises KeyError when the number is missing."""
        return cls(**_texts(cls, content))


@dataclass(frozen=True)
class ScannerSheet:
    """The set-up sheet of a barcode scanner: a job of the kind "label" that belongs to no order."""

    language: str = "fr"
    sheet: str = "scanner"

    def as_content(self) -> Content:
        """The JSON that a print job keeps."""
        return asdict(self)

    @classmethod
    def from_content(cls, content: Mapping[str, object]) -> ScannerSheet | None:
        """The sheet of a print job; None when the job is a tracking label."""
        if content.get("sheet") != cls.sheet:
            return None
        return cls(language=str(content.get("language", cls.language)))


@dataclass(frozen=True)
class ReceiptPaper:
    """An intake receipt (bon de dépôt): rules.md 1.3. Never the unlock code, only whether one was given (4.5)."""

    number: str  # ten digits: the barcode, and `ticket_number.show(number)` in clear
    taken_in_at: str  # "21/11/2026 14:33"
    clerk: str  # who took the device in
    shop_name: str
    customer: str
    device: str  # "Miele WCD320"
    fault: str  # as declared, lines kept
    language: str = "fr"
    shop_address: str = ""  # lines
    shop_phone: str = ""
    shop_email: str = ""
    shop_identity: str = ""  # legal identity block, lines
    customer_code: str = ""
    customer_address: str = ""  # lines
    customer_phone: str = ""
    customer_email: str = ""
    depositor: str = ""  # when another person than the customer
    principal: str = ""
    principal_reference: str = ""
    comeback_of: str = ""  # ten digits
    device_type: str = ""
    serial: str = ""
    purchased_on: str = ""
    seller: str = ""
    warranty: str = ""  # "parts until 12/03/2027, labour over"
    condition: str = ""
    accessories: str = ""
    unlock_code: str = ""  # "none", "refused", or the sentence that one is kept encrypted until the hand-over
    quote_requested: str = ""  # "yes" or "no"
    cap: str = ""  # "150,00 €"
    quote_told_by: str = ""  # "SMS 06 12 34 56 78"
    ready_told_by: str = ""
    promised_on: str = ""  # "27/11/2026"
    amount: str = ""  # paid at intake: "30,00 €"
    amount_nature: str = ""  # the word that the law gives it: "acompte" (FR-A1)
    amount_means: str = ""  # "card"
    terms: str = ""  # storage tariff, unclaimed notice, mediator, privacy notice, general terms: one a line

    def as_content(self) -> Content:
        """The JSON that a print job keeps."""
        return asdict(self)

    @classmethod
    def from_content(cls, content: Mapping[str, object]) -> ReceiptPaper:
        """The receipt of a print job; raises KeyError when something that must stand on it is missing."""
        return cls(**_texts(cls, content))


def _texts(paper: type[LabelPaper] | type[ReceiptPaper], content: Mapping[str, object]) -> dict[str, str]:
    """The known fields of a content, as text; unknown ones belong to another version and are left."""
    return {
        field.name: str(content[field.name])
        for field in fields(paper)
        if field.name in content or field.default is MISSING
    }
