"""`convisav papers`: copies of the templates of papers to be changed, and whether the shop's own ones can be set."""

from __future__ import annotations

import argparse
import shutil
from collections.abc import Sequence
from pathlib import Path

from convisav_tui.commands import output
from convisav_tui.commands.opening import configuration
from convisav_tui.config import Config
from convisav_tui.errors import UsageError
from convisav_tui.i18n import _


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav papers`."""
    doing = parser.add_subparsers(dest="doing", required=True, metavar=_("export | check"))
    export = doing.add_parser("export", help=_("write copies of the shipped templates, to be changed"))
    export.add_argument("kind", nargs="?", default="", metavar=_("KIND"), help=_("the kind of paper"))
    export.add_argument("folder", type=Path, metavar=_("FOLDER"), help=_("where the copies go"))
    export.add_argument("--all", action="store_true", help=_("every kind of paper, and what they have in common"))
    check = doing.add_parser("check", help=_("set every kind of paper with invented words, and say what is wrong"))
    check.add_argument("--templates", type=Path, metavar=_("FOLDER"), help=_("the templates of this folder"))


def run(arguments: argparse.Namespace) -> int:
    """Copy or check; 1 when a template is wrong, UsageError for a kind that there is not."""
    config = configuration(arguments)
    if arguments.doing == "export":
        return _export(arguments.kind, arguments.folder, arguments.all, config)
    return _check(arguments.templates or config.templates)


def _export(kind: str, folder: Path, everything: bool, config: Config) -> int:
    from convisav_tui.printing.shop_templates import BASE, SHIPPED, SUFFIX, shipped_kinds

    kinds = (*shipped_kinds(), BASE)
    if everything == bool(kind) or (kind and kind not in kinds):
        listed = ", ".join(kinds)
        raise UsageError(_("Name one kind of paper, or --all."), _("There are: {kinds}.").format(kinds=listed))
    for name in kinds if everything else (kind,):
        output.print_line(str(_copy(SHIPPED / f"{name}{SUFFIX}", folder)))
    if config.templates is None or config.templates.resolve() != folder.resolve():
        output.print_line(_("They are used once the configuration names the folder:"))
        output.print_line(f'[papers]\ntemplates = "{folder.resolve()}"')
    return 0


def _copy(template: Path, folder: Path) -> Path:
    """The copy in the folder; one that is there already is left alone."""
    target = folder / template.name
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if not target.exists():
            shutil.copyfile(template, target)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(_("{path} cannot be written: {reason}.").format(path=target, reason=reason), "") from error
    return target


def _check(folder: Path | None) -> int:
    """Set every kind in the language spoken; one line each."""
    from convisav_tui.printing import shop_templates
    from convisav_tui.printing.template_check import check

    found = check(shop_templates.use(folder.expanduser().absolute() if folder else None))
    for one in found:
        words = _("WRONG") if one.trouble else _("good")
        whose = _("the shop's own") if one.own else _("shipped")
        output.print_line(f"{words:<7}  {one.kind:<26} {whose}" + (f"  {one.trouble}" if one.trouble else ""))
    _say_troubles(folder, [one.kind for one in found if one.own])
    return 1 if any(one.trouble for one in found) else 0


def _say_troubles(folder: Path | None, own: Sequence[str]) -> None:
    if folder is not None and not own:
        output.print_line(_("There is no template of the shop in {folder}.").format(folder=folder))
