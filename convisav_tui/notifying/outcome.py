"""How one attempt to deliver a message ended."""

from __future__ import annotations

from dataclasses import dataclass

from convisav_tui.store.models.kinds import OutcomeKind

CODE_LENGTH = 40
TEXT_LENGTH = 300
PROVIDER_ID_LENGTH = 200


@dataclass(frozen=True)
class Outcome:
    """A channel's answer: what kind it is, its code and words, its own id, and how long it asks us to wait (seconds).

    The words are a sentence of ours or the other machine's; they may name the recipient, never a secret.
    """

    kind: OutcomeKind
    code: str = ""
    text: str = ""
    provider_id: str = ""
    retry_after: float | None = None

    def __post_init__(self) -> None:
        """Cut what others sent to what the tables hold."""
        object.__setattr__(self, "code", _one_line(self.code, CODE_LENGTH))
        object.__setattr__(self, "text", _one_line(self.text, TEXT_LENGTH))
        object.__setattr__(self, "provider_id", _one_line(self.provider_id, PROVIDER_ID_LENGTH))

    @property
    def accepted(self) -> bool:
        """Whether the channel took the message (which is not yet: the customer has it)."""
        return self.kind is OutcomeKind.ACCEPTED


def accepted(code: str = "", text: str = "", provider_id: str = "") -> Outcome:
    """The channel took it."""
    return Outcome(OutcomeKind.ACCEPTED, code, text, provider_id)


def transient(code: str, text: str = "", retry_after: float | None = None) -> Outcome:
    """It was not taken; the same may go through later."""
    return Outcome(OutcomeKind.TRANSIENT, code, text, retry_after=retry_after)


def permanent(code: str, text: str = "") -> Outcome:
    """It was refused for good: this text to this recipient by this channel."""
    return Outcome(OutcomeKind.PERMANENT, code, text)


def config(code: str, text: str = "") -> Outcome:
    """Our account is wrong (password, credit, certificate): no message of this channel gets through."""
    return Outcome(OutcomeKind.CONFIG, code, text)


def unknown(code: str, text: str = "") -> Outcome:
    """It may have been taken: the connection broke after the whole message had left."""
    return Outcome(OutcomeKind.UNKNOWN, code, text)


def _one_line(text: str, length: int) -> str:
    printable = "".join(c if c.isprintable() else " " for c in text)
    return " ".join(printable.split())[:length]
