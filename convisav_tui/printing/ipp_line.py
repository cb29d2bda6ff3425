"""The line to an office printer or a CUPS queue: its attributes, Print-Job once, and what became of the job."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace

from convisav_tui.i18n import _
from convisav_tui.printing import ipp
from convisav_tui.printing.document_format import PDF
from convisav_tui.printing.ipp import Answer, Attribute, Call, NotAnswered, Operation, Tag, attribute
from convisav_tui.printing.ipp_status import ASKED, clean_words, read_status
from convisav_tui.printing.line import Payload, Waits
from convisav_tui.printing.printer_mib import joined
from convisav_tui.printing.sizes import SHEETS_IN_IPP
from convisav_tui.printing.status import UNKNOWN, Condition, PrinterStatus, StatusReader
from convisav_tui.printing.transport import Delivery, DeliveryKind, Unreachable, interrupted, not_confirmed

_USER = "convisav"
# States of a job (RFC 8011, 5.3.7).
_STOPPED, _CANCELED, _ABORTED, _COMPLETED = 6, 7, 8, 9
_PAUSE = 0.25
# For questions, of which the next one may be asked a moment later.
_QUESTION_SECONDS = 5.0
# Answers that say "not now"; other refusals would be given again.
_LATER = (0x0502, 0x0505, 0x0506, 0x0507)


class IppLine:
    """See `Line`. Nothing stays connected between two requests."""

    def __init__(self, address: str, waits: Waits, reader: StatusReader | None = None) -> None:
        """Its state by IPP, and by SNMP too where there is a `reader`. Raises ValueError with a sentence when the
        address is none."""
        self._reader = reader
        self._place = ipp.parse_place(address)
        self._waits = waits
        self._job = 0
        self._call: Call | None = None

    def look(self) -> PrinterStatus:
        """What it says of itself. Raises Unreachable, also when what answers is no printer."""
        patience = replace(self._waits.patience, job=min(_QUESTION_SECONDS, self._waits.patience.job))
        head = ipp.request(
            Operation.GET_PRINTER_ATTRIBUTES, self._place, [attribute(Tag.KEYWORD, "requested-attributes", *ASKED)]
        )
        try:
            answer = ipp.call(self._place, patience, head)
        except NotAnswered as error:
            raise Unreachable(Delivery(DeliveryKind.REFUSED, reason=error.reason)) from error
        except OSError as error:
            raise Unreachable(_no_answer(error)) from error
        if not answer.good:
            raise Unreachable(Delivery(DeliveryKind.REFUSED, reason=_refusal(answer)))
        status = read_status(answer)
        if self._reader is not None:
            status = joined(status, self._reader.ask_any_make(self._place.address))
        return replace(status, loaded_mm=None, trays_mm=frozenset()) if self._place.any_media else status

    def open(self) -> None:
        """See `Line`."""
        try:
            self._call = Call(self._place, self._waits.patience)
        except NotAnswered as error:
            raise Unreachable(Delivery(DeliveryKind.REFUSED, reason=error.reason)) from error

    def send(self, payload: Payload) -> Delivery:
        """See `Line`: certain when the printer gave the job a number; asked for it when its answer was lost."""
        assert self._call is not None
        size = len(payload.octets)
        try:
            answer = self._call.ask(self._head(payload), payload.octets)
        except NotAnswered as error:
            if error.refused:
                return Delivery(DeliveryKind.REFUSED, 0, error.reason)
            return self._lost(OSError(error.reason), self._call.sent, payload)
        except OSError as error:
            answer_before_the_end = None if isinstance(error, TimeoutError) else self._heard_early()
            if answer_before_the_end is None:
                return self._lost(error, self._call.sent, payload)
            answer = answer_before_the_end
        if not answer.good:
            return Delivery(DeliveryKind.REFUSED, 0, _refusal(answer))
        self._job = answer.number("job-id")
        return Delivery(DeliveryKind.SENT, size)

    def settle(self) -> PrinterStatus:
        """How the printer is once it is done with the job, or after a while."""
        deadline = time.monotonic() + self._waits.settle
        while self._job:
            state, said = self._state_of_job()
            if state in (_CANCELED, _ABORTED):
                return PrinterStatus(Condition.GAVE_UP, said=clean_words(said))
            if state in (0, _COMPLETED):
                return UNKNOWN
            if state == _STOPPED or time.monotonic() >= deadline or self._waits.stopping.wait(_PAUSE):
                return self._seen()
        return UNKNOWN

    def close(self) -> None:
        """See `Line`."""
        if self._call is not None:
            self._call.close()

    def _head(self, payload: Payload) -> bytes:
        operation = (
            attribute(Tag.NAME, "requesting-user-name", _USER),
            attribute(Tag.NAME, "job-name", payload.name),
            attribute(Tag.MIME, "document-format", payload.format or PDF),
        )
        job: list[Attribute] = []
        if payload.copies > 1:
            job.append(attribute(Tag.INTEGER, "copies", payload.copies))
        if payload.media is not None:
            job.append(attribute(Tag.KEYWORD, "media", SHEETS_IN_IPP[payload.media.name]))
        if payload.sides:
            job.append(attribute(Tag.KEYWORD, "sides", payload.sides))
        return ipp.request(Operation.PRINT_JOB, self._place, operation, job)

    def _heard_early(self) -> Answer | None:
        """The answer of a printer that refused without reading the whole document."""
        assert self._call is not None
        try:
            return self._call.hear()
        except (OSError, NotAnswered):
            return None

    def _lost(self, error: OSError, sent: int, payload: Payload) -> Delivery:
        """The line broke: unless the printer lists the job, nobody knows whether it has it."""
        job = self._listed(payload.name) if sent == len(payload.octets) else 0
        if job:
            self._job = job
            return Delivery(DeliveryKind.SENT, sent)
        if sent < len(payload.octets):
            return interrupted(error, sent, len(payload.octets))
        return Delivery(DeliveryKind.UNCONFIRMED, sent, not_confirmed())

    def _listed(self, name: str) -> int:
        """The number of the job with our name, 0 when the printer has none."""
        for which in ("not-completed", "completed"):
            answer = self._ask(
                Operation.GET_JOBS,
                [
                    attribute(Tag.KEYWORD, "which-jobs", which),
                    attribute(Tag.KEYWORD, "requested-attributes", "job-id", "job-name"),
                ],
            )
            for group in answer.groups if answer is not None else ():
                number = next(iter(group.get("job-id", ())), 0)
                if group.get("job-name") == (name,) and isinstance(number, int):
                    return number
        return 0

    def _state_of_job(self) -> tuple[int, str]:
        """The job's state and the printer's words on it; 0 when it does not say."""
        answer = self._ask(
            Operation.GET_JOB_ATTRIBUTES,
            [
                attribute(Tag.INTEGER, "job-id", self._job),
                attribute(Tag.KEYWORD, "requested-attributes", "job-state", "job-state-message"),
            ],
        )
        return (answer.number("job-state"), answer.word("job-state-message")) if answer is not None else (0, "")

    def _seen(self) -> PrinterStatus:
        try:
            return self.look()
        except Unreachable:
            return UNKNOWN

    def _ask(self, operation: Operation, attributes: Sequence[Attribute]) -> Answer | None:
        """The answer to a question about jobs, None without a good one: then nothing is known."""
        patience = replace(self._waits.patience, job=min(_QUESTION_SECONDS, self._waits.patience.job))
        try:
            answer = ipp.call(self._place, patience, ipp.request(operation, self._place, attributes))
        except (Unreachable, OSError, NotAnswered):
            return None
        return answer if answer.good else None


def _no_answer(error: OSError) -> Delivery:
    if isinstance(error, TimeoutError):
        return Delivery(DeliveryKind.NOT_CONNECTED, reason=_("The printer takes the connection but does not answer."))
    return Delivery(DeliveryKind.REFUSED, reason=_("The printer closed the connection before anything was sent."))


def _refusal(answer: Answer) -> str:
    if answer.code in _LATER:
        return _("The printer is busy or takes no jobs now.")
    said = clean_words(answer.word("status-message"))
    reason = _("The printer refuses this (IPP {code}).").format(code=f"{answer.code:04x}")
    return " ".join(part for part in (reason, _("It says: “{words}”.").format(words=said) if said else "") if part)
