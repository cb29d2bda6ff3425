"""The worker's duty to the shop's templates: those that changed are tried, and every station is told what is wrong."""

from __future__ import annotations

import logging
from pathlib import Path

from convisav_tui.printing import shop_templates
from convisav_tui.printing.template_check import try_untried
from convisav_tui.shop.template_faults import tell_faults, template_faults
from convisav_tui.store.engine import Store

log = logging.getLogger("convisav.papers")


def look_after(store: Store, folder: Path | None, paper_size: str = shop_templates.USUAL_SIZE) -> None:
    """Use the templates of `folder` (None: the shipped ones alone) from now on; try those that changed, before a paper
    waits for one that is broken; write down what is wrong where that changed. Raises StoreError."""
    templates = shop_templates.use(folder, paper_size)
    try_untried(templates)
    faults = templates.faults()
    if templates.told == faults:
        return
    with store.read() as session:
        known = template_faults(session)
    if known != faults:
        store.write(lambda session: tell_faults(session, faults))
        log.log(logging.WARNING if faults else logging.INFO, "%d templates of the shop are wrong", len(faults))
    templates.told = faults
