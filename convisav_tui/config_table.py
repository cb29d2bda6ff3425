"""The settings as tables for the documentation, from their one description."""

from __future__ import annotations

from convisav_tui.config import CONFIG_VARIABLE
from convisav_tui.config_file import toml
from convisav_tui.i18n import _
from convisav_tui.settings import REPEATED, SETTINGS, Setting


def markdown() -> str:
    """One Markdown table a section of the file, then the environment variables, in the language spoken now."""
    blocks = []
    for section in dict.fromkeys(setting.section for setting in SETTINGS):
        header = f"[[{section}]]" if section in REPEATED else f"[{section}]"
        rows = [_row(setting) for setting in SETTINGS if setting.section == section]
        head = [f"### `{header}`", "", f"| {_('Key')} | {_('Default')} | {_('Meaning')} |", "| --- | --- | --- |"]
        blocks.append("\n".join([*head, *rows]))
    variables = [f"| `{setting.environment}` | `{setting.key}` |" for setting in SETTINGS if setting.environment]
    head = [f"### {_('Environment')}", "", f"| {_('Variable')} | {_('Key')} |", "| --- | --- |"]
    blocks.append("\n".join([*head, f"| `{CONFIG_VARIABLE}` | {_('the file itself')} |", *variables]))
    return "\n\n".join(blocks) + "\n"


def _row(setting: Setting) -> str:
    meaning = _(setting.help).replace("|", "\\|")
    few = 0 < len(setting.choices) <= 8
    words = f" ({', '.join(f'`{choice}`' for choice in setting.choices)})" if few else ""
    default = _("needed") if setting.required else f"`{toml(setting.default)}`" if setting.default else ""
    return f"| `{setting.name}` | {default} | {meaning}{words} |"
