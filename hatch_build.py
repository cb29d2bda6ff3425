"""Build hook: compiles the gettext catalogues, so that a wheel and an editable install both speak every language."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


def compile_catalogues(locales: Path) -> None:
    """Write a .mo beside each .po below `locales`."""
    for source in sorted(locales.glob("*/LC_MESSAGES/*.po")):
        with source.open("rb") as file:
            catalogue = read_po(file, locale=source.parts[-3])
        with source.with_suffix(".mo").open("wb") as file:
            write_mo(file, catalogue)


class CatalogueBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Runs before every build target."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile the catalogues in the source tree; the wheel takes them as artifacts."""
        compile_catalogues(Path(self.root) / "convisav_tui" / "locales")
