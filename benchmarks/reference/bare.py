"""The smallest Textual application: one Static."""

from __future__ import annotations

from textual.app import App, ComposeResult
from textual.widgets import Static

SHOWN = "READY"


class Bare(App[None]):
    """Shows one word."""

    def compose(self) -> ComposeResult:
        yield Static(SHOWN)


if __name__ == "__main__":
    Bare().run()
