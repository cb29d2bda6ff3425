"""The contract between a screen and what hosts it: a `View` handles keys and returns pages; a `Host` does what it asks.

A view is a plain synchronous object that knows nothing of Textual. To write one: subclass `View`, give it a `name`
(the key registry, `actions.py`, lists its actions under that name) and a `title`, return the body from `render`,
handle editing keys in `key` and registry actions in `act`. The host draws the title bar, the status row and the key
bar around the body, calls `render` after every key, and sends to the terminal only what changed: a view never says
what to repaint.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar

from convisav_tui.screens.keys import Key
from convisav_tui.screens.widgets.painting import Page, Role, Row

if TYPE_CHECKING:
    from convisav_tui.screens.widgets.prompt import Prompt

Result = TypeVar("Result")


class Host(Protocol):
    """What a view may ask for. Everything is called on the screen's thread, and returns at once."""

    def open(self, view: View) -> None:
        """Show `view` above the present one."""

    def replace(self, view: View) -> None:
        """Show `view` in place of the present one, which is closed."""

    def back(self) -> None:
        """Close the present view and show the one below it; the lowest view stays."""

    def home(self) -> None:
        """Close all views but the lowest."""

    def say(self, text: str, role: Role = Role.NORMAL) -> None:
        """Show a sentence in the status row until the next key that changes something."""

    @property
    def said(self) -> str:
        """What the status row says; empty when there is nothing to say."""

    def ask(self, prompt: Prompt) -> None:
        """Ask in the status row; keys go to the prompt until it is answered or left with Esc."""

    def run(
        self,
        job: Callable[[], Result],
        done: Callable[[Result], None],
        failed: Callable[[Exception], None] | None = None,
        *,
        label: str = "",
        hold: bool = True,
        leave: bool = False,
        group: str = "",
    ) -> None:
        """Run `job` in the store's thread (one at a time, in order), then `done(result)` or `failed(error)` on the
        screen's thread.

        `hold`: keys typed meanwhile wait, and are handled in order afterwards; after 0.3 s the status row shows
        `label`.
        `leave`: Esc gives up waiting (the job still ends; its result is dropped).
        `group`: a newer job of this view and group makes the older one's result be dropped (search while typing).
        The result is dropped too if the view that asked was closed. Without `failed` the error is said in the status
        row.
        """

    def when_loaded(self, callback: Callable[[], None], *, hold: bool = True) -> None:
        """Call back when the store is loaded (at once if it is); with `hold` keys wait until then."""

    def later(self, seconds: float, callback: Callable[[], None]) -> None:
        """Call back on the screen's thread after a time; the view may have been closed by then."""

    def say_error(self, error: Exception) -> None:
        """Show an error in the status row in words; an unforeseen one goes to the log."""

    def repaint(self) -> None:
        """Render again although no key came (a result arrived outside `run`, the feed changed)."""

    def act(self, action: str) -> None:
        """Carry out an action of the registry as if its key had been pressed."""

    def quit(self) -> None:
        """Ask whether to leave the program, then leave it; drafts are parked."""

    def leave(self) -> None:
        """Leave the program without asking; drafts are parked."""


class View:
    """A screen. Subclasses override what they need; the defaults do nothing."""

    name: ClassVar[str] = ""
    """Under which the key registry lists the actions of this view."""
    host: Host
    """Set before `opened` is called."""
    title: str = ""
    """Left of the title bar."""
    title_right: str = ""
    """Right of the title bar: counts, who is signed in, the time."""

    @property
    def typing(self) -> bool:
        """Whether letters are typed into a text: then the registry's letters are off and its Ctrl chords on."""
        return False

    def opened(self) -> None:
        """The view is on screen for the first time."""

    def closed(self) -> None:
        """The view will not be shown again."""

    def resumed(self) -> None:
        """The view is on screen again, because the one above it was closed."""

    def changed_elsewhere(self) -> None:
        """Another station changed the store; only the view on screen is told."""

    def render(self, width: int, height: int) -> Page:
        """The body between title bar and status row. Rows may be shorter or longer than `width`: they are cut and
        filled."""
        raise NotImplementedError

    def key(self, key: Key) -> None:
        """A key that is no action of the registry; the default goes back on Esc."""
        if key.name == "escape":
            self.host.back()

    def is_command(self, key: Key) -> bool:
        """Whether this letter or digit acts at once, so that it waits 50 ms to see whether it begins a scan."""
        return not self.typing

    def actions(self) -> Sequence[str]:
        """Ids of the actions that work now, most useful first; the default is all that the registry lists for this
        view."""
        from convisav_tui.screens.actions import listed_for

        return [action.id for action in listed_for(self.name)]

    def act(self, action: str) -> bool:
        """Carry out an action; False passes it on to the program-wide actions (F2 new intake, F3 find …)."""
        return False

    def hint(self) -> Row:
        """What the status row shows when there is nothing to say."""
        return []

    def waits(self, key: Key) -> bool:
        """Whether `key` must wait for a result still on its way (asked again after each result)."""
        return False

    def pasted(self, text: str) -> None:
        """A bracketed paste; the default types its characters, with line ends as spaces."""
        for character in " ".join(text.split()):
            self.key(Key("space" if character == " " else character, character))

    def wants_scan(self) -> bool:
        """Whether the present field takes any scan (a serial number). A ticket number is offered in any case."""
        return False

    def scanned(self, text: str) -> bool:
        """A scan ended. False: leave what was typed and treat it as typing. What it typed was taken back by
        `restore`."""
        return False

    def mark(self) -> object:
        """A cheap note of what typing may change, taken before each burst, so that a scan can be taken back."""
        return None

    def restore(self, mark: object) -> None:
        """Go back to `mark`."""

    def park(self) -> None:
        """Keep what was typed: the line dropped, the program ends or somebody else signs in. Called for every open
        view; must not ask anything."""

    @property
    def kept(self) -> bool:
        """Whether all that was typed and is worth keeping is in the store; asked some time after `park`."""
        return True

    def person_changed(self) -> None:
        """Somebody else works here now; only the lowest view is told, the others are closed."""
