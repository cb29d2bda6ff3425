"""PINs: which are good enough, how they are kept (argon2id), whose a PIN is.

People are told apart by the PIN alone, so the PINs of a shop differ. All are hashed under one random salt of this shop:
one computation tells whose a PIN is, and takes as long for everybody and for nobody. With a salt a person it would
take one for each of the staff, and differing PINs gain nothing from it.
"""

from __future__ import annotations

import base64
import hmac
import itertools
import re
import secrets
from collections.abc import Iterable, Mapping

SHORTEST, LONGEST = 4, 8
# About 30 ms on a desktop and below 100 ms on a slow machine (19 MiB, two passes: OWASP's least for argon2id).
MEMORY_KIB, PASSES, LANES, HASH_BYTES, SALT_BYTES = 19456, 2, 1, 32, 16
_PARAMETERS = f"$argon2id$v=19$m={MEMORY_KIB},t={PASSES},p={LANES}$"
_KEPT = re.compile(r"^\$argon2id\$v=(\d+)\$m=(\d+),t=(\d+),p=(\d+)\$([^$]+)\$([^$]+)$")

# The upper row of a French keyboard without Shift, and its digits.
_UNSHIFTED = dict(zip("&é\"'(-è_çà", "1234567890", strict=True))
# Typed so often that they are guessed first: columns and figures of a keypad, films, the year's days.
_COMMON = (
    " 2580 0852 1470 7410 3690 0963 1379 9731 1397 7913 1590 0951 7531 1357 2468 8642 1593 3571 1004 0007 0070 0911 "
    "1122 2211 1313 2001 6969 5683 4200 1212 2020 147258 159753 789456 456789 123123 121212 112233 102030 147852 "
    "258456 159357 741852 963852 11223344 12344321 13572468 14725836 "
)


def digit_of(character: str) -> str:
    """The digit that a key types, also where a French keyboard wants Shift for it; "" for any other character."""
    digit = _UNSHIFTED.get(character, character)
    return digit if digit.isascii() and digit.isdigit() else ""


def is_well_formed(pin: str) -> bool:
    """Four to eight digits."""
    return pin.isascii() and pin.isdigit() and SHORTEST <= len(pin) <= LONGEST


def is_too_common(pin: str) -> bool:
    """Whether it is among the first that a stranger tries: runs, repetitions, years, figures of the keypad."""
    steps = {(int(after) - int(before)) % 10 for before, after in itertools.pairwise(pin)}
    halves = any(pin == pin[:size] * (len(pin) // size) for size in (1, 2) if len(pin) % size == 0)
    year = len(pin) == 4 and 1930 <= int(pin) <= 2039
    return steps <= {1} or steps <= {9} or halves or year or f" {pin} " in _COMMON


def hash_of(pin: str, kept: Iterable[str]) -> str:
    """The hash to keep for a new PIN, under the salt of those that are `kept` already."""
    beginnings = (_beginning(other) for other in kept)
    ours = next((beginning for beginning in beginnings if beginning.startswith(_PARAMETERS)), None)
    if ours is None:
        ours = _PARAMETERS + base64.b64encode(secrets.token_bytes(SALT_BYTES)).decode().rstrip("=") + "$"
    return _hashed(pin, ours)


def whose(pin: str, kept: Mapping[int, str]) -> int | None:
    """Which of the people (by id, with the hashes kept of them) has this PIN, None for nobody."""
    computed = {beginning: _hashed(pin, beginning) for beginning in {_beginning(known) for known in kept.values()}}
    found = None
    for person, known in kept.items():
        if hmac.compare_digest(computed[_beginning(known)], known):
            found = person
    return found


def _beginning(kept: str) -> str:
    """Parameters and salt of a hash, up to the hash itself."""
    return kept[: kept.rindex("$") + 1]


def _hashed(pin: str, beginning: str) -> str:
    from argon2.low_level import Type, hash_secret

    parts = _KEPT.match(beginning + "-")
    assert parts is not None, "not a hash of ours"
    version, memory, passes, lanes = (int(parts[group]) for group in range(1, 5))
    salt = base64.b64decode(parts[5] + "=" * (-len(parts[5]) % 4))
    hashed = hash_secret(pin.encode(), salt, passes, memory, lanes, HASH_BYTES, Type.ID, version)
    return hashed.decode()
