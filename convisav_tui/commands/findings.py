"""What `convisav doctor` found: one sentence a matter, and what to do about it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from convisav_tui.errors import ConvisavError
from convisav_tui.i18n import _

# A name and a password in an address that somebody else's error quotes.
_ACCOUNT = re.compile(r"://[^/@\s]*@")

State = Literal["good", "absent", "warning", "wrong"]


@dataclass(frozen=True)
class Finding:
    """`matter` is a stable word for scripts. "wrong" keeps something from working, "warning" may, "absent" is not
    set up and need not be."""

    matter: str
    state: State
    sentence: str
    remedy: str = ""


Check = Callable[[], Iterable[Finding]]


def careful(matter: str, check: Check) -> Iterator[Finding]:
    """What the check finds; its own failure is a finding too, so that the other checks still run."""
    try:
        yield from check()
    except ConvisavError as error:
        yield Finding(matter, "wrong", error.sentence, error.remedy)
    except Exception as error:  # noqa: BLE001 - whatever is broken on this machine is what the doctor looks for
        from convisav_tui.notifying.log_privacy import without_secrets

        reason = _ACCOUNT.sub("://…@", without_secrets(str(error)))
        sentence = _("This could not be checked: {kind}: {reason}").format(kind=type(error).__name__, reason=reason)
        yield Finding(matter, "wrong", sentence)
