"""F8 on the quote being written: the step that issues it; the quote is asked for first where nobody has."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from convisav_tui.i18n import _
from convisav_tui.screens.widgets.painting import Role

if TYPE_CHECKING:
    from convisav_tui.screens.quote_view import QuoteView
    from convisav_tui.shop.steps import StepTaken

ISSUING = ("issue_quote", "revise_quote")


def issue(view: QuoteView) -> None:
    """Open the step; once it is taken the sheet or the board is there again."""
    counter, host, draft = view.counter, view.host, view.draft
    key = str(uuid4())

    def prepare() -> str:
        from convisav_tui.shop.workflow import allowed_steps, take_step

        def events() -> dict[str, str | None]:
            with counter.store.read() as session:
                return {step.event: step.refusal for step in allowed_steps(session, draft.order_id, counter.shop)}

        found = events()
        if "request_quote" in found and not any(event in found for event in ISSUING):
            counter.store.write(
                lambda session: take_step(
                    session, draft.order_id, "request_quote", {}, counter.actor, counter.shop, key
                ),
                repeatable=True,
            )
            found = events()
        return next((event for event in ISSUING if event in found), "")

    def show(event: str) -> None:
        from convisav_tui.screens.step import StepView

        if not event:
            host.say(_("The quote cannot be issued as the order is now"), Role.WARNING)
            return
        hidden = {"draft": str(draft.version)} if draft.version else {}
        host.open(StepView(counter, view.number, done=issued, wanted=event, hidden=hidden))

    def issued(_taken: StepTaken) -> None:
        host.back()  # the step is closed already: this closes the quote

    host.run(prepare, show, label=_("Opening"))
