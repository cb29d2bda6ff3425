"""Writing a new configuration file: complete, readable, its owner's alone, and never half written."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path

from convisav_tui.i18n import _
from convisav_tui.settings import REPEATED, SETTINGS, Setting, Value


def write_config(path: Path, values: Mapping[str, Value], rows: Mapping[str, Sequence[Mapping[str, Value]]]) -> None:
    """Write a new file of mode 0600 in one step: `values` by key ("shop.name"), `rows` by table ("printers").

    Settings that are not given stand there as comments with their help. Raises OSError when the folder refuses.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:  # mkstemp gives mode 0600
            file.write(render(values, rows))
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


def render(values: Mapping[str, Value], rows: Mapping[str, Sequence[Mapping[str, Value]]]) -> str:
    """The text of the file."""
    blocks = [_("# Configuration of convisav. `convisav doctor` checks it.")]
    for section in dict.fromkeys(setting.section for setting in SETTINGS):
        settings = [setting for setting in SETTINGS if setting.section == section]
        if section in REPEATED:
            blocks += [_block(f"[[{section}]]", settings, row) for row in rows.get(section, ())]
        else:
            given = {setting.name: values[setting.key] for setting in settings if setting.key in values}
            blocks.append(_block(f"[{section}]", settings, given))
    return "\n\n".join(blocks) + "\n"


def _block(header: str, settings: Sequence[Setting], given: Mapping[str, Value]) -> str:
    lines = [header]
    for setting in settings:
        if setting.name in given:
            lines.append(f"{setting.name} = {toml(given[setting.name])}")
        else:
            lines += [f"# {_(setting.help)}", f"# {setting.name} = {toml(setting.default)}"]
    return "\n".join(lines)


def toml(value: Value) -> str:
    """A value as TOML writes it."""
    if isinstance(value, tuple):
        return "[" + ", ".join(toml(part) for part in value) + "]"
    escaped = value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + "".join(c if ord(c) >= 32 and ord(c) != 127 else f"\\u{ord(c):04x}" for c in escaped) + '"'
