"""What the doctor looks at of the papers: whether the shop's own templates can be set, and which line is wrong."""

from __future__ import annotations

from collections.abc import Iterator

from convisav_tui.commands.findings import Finding
from convisav_tui.config import Config
from convisav_tui.i18n import _


def papers(config: Config) -> Iterator[Finding]:
    """The templates of the shop, tried with invented words; without any, whether the shipped ones can be set."""
    from convisav_tui.printing import shop_templates
    from convisav_tui.printing.samples import sample_pdf
    from convisav_tui.printing.template_check import check

    templates = shop_templates.use(config.templates, config.paper_size)
    found = check(templates, only_own=True)
    mended = _("The shipped template is used meanwhile; convisav papers check shows them all.")
    troubles = list(dict.fromkeys(one.trouble for one in found if one.trouble))
    troubles += [fault.sentence for fault in templates.faults() if not fault.kind]
    for trouble in troubles:
        yield Finding("papers", "warning", trouble, mended)
    if not troubles:
        sample_pdf("document")
        own = sum(one.own for one in found)
        yield Finding("papers", "good", _("Papers can be set; {count} by templates of the shop.").format(count=own))
