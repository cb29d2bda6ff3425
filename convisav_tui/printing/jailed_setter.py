"""The process in which a shop's own template is set: started by `template_jail` with this file alone, never imported.

It may not write files, not take more memory than it was given, and has no network; Typst reads nothing outside the
folder that a request names.
"""

from __future__ import annotations

import contextlib
import ctypes
import json
import resource
import struct
import sys
from typing import BinaryIO

# CLONE_NEWUSER, CLONE_NEWNET: a network of its own, without any device. Where the system forbids it, the addresses of a
# proxy that is not there (in the environment) keep Typst from its packages.
_OWN_NETWORK = 0x10000000 | 0x40000000


def shut_in(memory: int) -> None:
    """Give up what setting a page does not need; `memory` is bytes of address space."""
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None, use_errno=True).unshare(_OWN_NETWORK)


def read_piece(stream: BinaryIO) -> bytes | None:
    """The next piece: its length in four bytes, then itself; None at the end."""
    head = stream.read(4)
    return stream.read(struct.unpack(">I", head)[0]) if len(head) == 4 else None


def write_piece(stream: BinaryIO, piece: bytes) -> None:
    """Write a piece as `read_piece` reads it."""
    stream.write(struct.pack(">I", len(piece)) + piece)
    stream.flush()


def main() -> None:
    """Answer requests until the other end is closed: "+" and the file, or "-" and what Typst said."""
    fonts_folder, nowhere, memory = sys.argv[1], sys.argv[2], int(sys.argv[3])
    answers = sys.stdout.buffer
    import typst

    shut_in(memory)
    fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[fonts_folder])
    while (piece := read_piece(sys.stdin.buffer)) is not None:
        asked = json.loads(piece)
        try:
            made = typst.compile(
                asked["main"],
                root=asked["root"],
                font_paths=fonts,
                ignore_system_fonts=True,
                format=asked["form"],
                ppi=asked["dots_per_inch"],
                pdf_standards=asked["standards"],
                sys_inputs={"data": asked["data"]},
                package_path=nowhere,
                package_cache_path=nowhere,
            )
            answer = b"+" + (made[0] if isinstance(made, list) else bytes(made))
        except typst.TypstError as error:
            answer = b"-" + json.dumps({"message": error.message, "diagnostic": error.diagnostic}).encode()
        except (RuntimeError, OSError, ValueError) as error:
            answer = b"-" + json.dumps({"message": str(error), "diagnostic": ""}).encode()
        write_piece(answers, answer)


if __name__ == "__main__":
    main()
