"""One hierarchy of errors: each says in words what happened and what to do."""

from __future__ import annotations

import traceback
from collections.abc import Iterator


class ConvisavError(Exception):
    """An error fit to be shown to a person: a sentence, a remedy, and the exit code for scripts."""

    exit_code = 1

    def __init__(self, sentence: str, remedy: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.sentence} {self.remedy}".rstrip()


class UsageError(ConvisavError):
    """The command line or an answer to a question cannot be understood."""

    exit_code = 2


class ConfigurationError(ConvisavError):
    """The configuration is wrong; the sentence names file, line and key."""

    exit_code = 3


class NotFound(ConvisavError):
    """What was asked for does not exist."""

    exit_code = 4


class StoreError(ConvisavError):
    """The database cannot be used now; nothing was written."""

    exit_code = 5


class StoreLocked(StoreError):
    """Another program holds the database longer than we wait."""


class StoreFull(StoreError):
    """The disk is full."""


class StoreReadOnly(StoreError):
    """The database cannot be written: rights or a read-only disk."""


class StoreUnreachable(StoreError):
    """The server of the database does not answer now; it is tried again by itself."""


class StoreUncertain(StoreUnreachable):
    """The connection broke while something was being saved: whether it was saved shows when it is done again."""


class StoreNewer(StoreError):
    """The database was written by a newer version of the program."""


class Refusal(ConvisavError):
    """A rule of the shop said no: which guard, and the action (id of the key registry) that mends it."""

    exit_code = 6

    def __init__(self, guard: str, sentence: str, remedy: str = "", mended_by: str = "") -> None:
        super().__init__(sentence, remedy)
        self.guard = guard
        self.mended_by = mended_by


class Conflict(ConvisavError):
    """Somebody else changed the same thing since it was read."""

    exit_code = 7


class FieldErrors(ConvisavError):
    """What was typed cannot be accepted: one sentence a field, shown beside it; nothing typed is lost."""

    exit_code = 2

    def __init__(self, errors: dict[str, str]) -> None:
        super().__init__("; ".join(f"{field}: {sentence}" for field, sentence in errors.items()))
        self.errors = errors


def frames(error: BaseException) -> Iterator[str]:
    """Kind and place of an error and its causes. Its message may hold a customer's data: it is left out."""
    link: BaseException | None = error
    while link is not None:
        yield f"{type(link).__module__}.{type(link).__qualname__}"
        for frame in traceback.extract_tb(link.__traceback__):
            yield f"  {frame.filename}:{frame.lineno} {frame.name}: {frame.line}"
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
