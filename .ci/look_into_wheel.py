"""Whether a wheel holds everything that is in the package, and the compiled catalogues: `look_into_wheel.py WHEEL`."""

from __future__ import annotations

import sys
import zipfile
from pathlib import Path

PACKAGE = Path(__file__).resolve().parent.parent / "convisav_tui"
NOT_SHIPPED = {".pyc"}


def missing(wheel: Path) -> list[str]:
    """The files of the package, and the catalogues to compile, that the wheel has not."""
    held = set(zipfile.ZipFile(wheel).namelist())
    root = PACKAGE.parent
    wanted = {
        path.relative_to(root).as_posix()
        for path in PACKAGE.rglob("*")
        if path.is_file() and path.suffix not in NOT_SHIPPED
    }
    wanted |= {name.removesuffix(".po") + ".mo" for name in wanted if name.endswith(".po")}
    return sorted(wanted - held)


def main() -> int:
    """Print what is missing; 1 when something is."""
    wheel = Path(sys.argv[1])
    lacking = missing(wheel)
    for name in lacking:
        sys.stdout.write(f"{wheel.name} lacks {name}\n")
    sys.stdout.write(f"{wheel.name}: {len(zipfile.ZipFile(wheel).namelist())} files\n")
    return 1 if lacking else 0


if __name__ == "__main__":
    raise SystemExit(main())
