"""Sets every kind of paper with invented words: what `convisav papers check`, the doctor and the worker ask."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from convisav_tui.i18n import language
from convisav_tui.printing.samples import sample_pdf, sampled_kinds
from convisav_tui.printing.shop_templates import ShopTemplates
from convisav_tui.printing.typesetting import NotSet


@dataclass(frozen=True)
class Checked:
    """A kind of paper: whether the shop has a template of its own, and what is wrong with it, "" when nothing is."""

    kind: str
    own: bool
    trouble: str = ""


def check(templates: ShopTemplates, only_own: bool = False) -> list[Checked]:
    """Every kind, or only those that the shop changed, by the templates in use (`shop_templates.use`)."""
    return list(_checked(templates, only_own))


def try_untried(templates: ShopTemplates) -> int:
    """Try the shop's templates that changed since they were tried last, so that no paper waits for a broken one; how
    many."""
    kinds = list(templates.untried())
    for kind in kinds:
        sample_pdf(kind)
    return len(kinds)


def _checked(templates: ShopTemplates, only_own: bool) -> Iterator[Checked]:
    for kind in sampled_kinds():
        own = templates.has(kind)
        if own or not only_own:
            yield Checked(kind, own, _trouble(templates, kind))


def _trouble(templates: ShopTemplates, kind: str) -> str:
    try:
        sample_pdf(kind, language())
    except NotSet as error:
        return str(error)
    return next((fault.sentence for fault in templates.faults() if fault.kind == kind), "")
