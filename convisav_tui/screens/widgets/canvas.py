"""The one widget of the program: it shows the desk's pages and sends to the terminal only the cells that changed."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from rich.segment import Segment
from textual.strip import Strip
from textual.widget import Widget

from convisav_tui.screens.driver import TerminalDriver
from convisav_tui.screens.theme import Theme
from convisav_tui.screens.widgets.painting import Page, Role
from convisav_tui.screens.widgets.spare_writer import writer_of

if TYPE_CHECKING:
    from rich.style import Style

    from convisav_tui.screens.desk import Desk


class Canvas(Widget, can_focus=True):
    """Fills the terminal. `shown` is what the terminal shows already, if that is known."""

    DEFAULT_CSS: ClassVar[str] = "Canvas { width: 100%; height: 100%; }"

    def __init__(self, desk: Desk, theme: Theme, shown: Page | None = None) -> None:
        super().__init__()
        self._desk = desk
        self._theme = theme
        self._writer = writer_of(theme)
        self._page = shown or Page([])
        self._styles: dict[Role, Style] = {}
        self._behind = False

    def show_page(self) -> None:
        """Render the desk's page and bring the terminal up to it."""
        width, height = self.size
        if width == 0 or height == 0:
            return
        driver = self.app._driver
        if not isinstance(driver, TerminalDriver):  # pictures and Textual's own tests
            self._page = self._desk.page(width, height)
            self.refresh()
        elif driver.busy():
            self._behind = True  # the line is stalled: one repaint when it moves again, not one a key
        else:
            before, self._page = self._page, self._desk.page(width, height)
            if len(before.rows) == height and _width(before) == width:
                driver.write(self._writer.changes(before, self._page))
            else:
                driver.write(self._writer.whole(self._page))

    def catch_up(self) -> None:
        """The terminal has taken all that was written: paint what was left out."""
        if self._behind:
            self._behind = False
            self.show_page()

    def forget(self) -> None:
        """What the terminal shows is not known any more: the next page is written whole."""
        self._page = Page([])

    def paint_if_forgotten(self) -> None:
        """The page, if none was painted since `forget`."""
        if not self._page.rows:
            self.show_page()

    def on_resize(self) -> None:
        """The terminal has a size, or another one."""
        self.show_page()

    def render_line(self, y: int) -> Strip:
        """A row, for pictures of the screen."""
        if y >= len(self._page.rows):
            return Strip.blank(self.size.width)
        return Strip([Segment(self._theme.show(text), self._style(role)) for text, role in self._page.rows[y]])

    def _style(self, role: Role) -> Style:
        if role not in self._styles:
            self._styles[role] = self._theme.style(role)
        return self._styles[role]


def _width(page: Page) -> int:
    from convisav_tui.screens.widgets.painting import row_cells

    return row_cells(page.rows[0]) if page.rows else 0
