"""What the views of a running program share: configuration, store, who works here and at which station."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from convisav_tui import clock
from convisav_tui.i18n import (
    _,
    format_day,
    format_instant,
    format_short_instant,
    format_weekday,
    language,
    set_language,
)
from convisav_tui.money import format_amount
from convisav_tui.store.board import WARNED_AFTER_DAYS

if TYPE_CHECKING:
    from convisav_tui.config import Config
    from convisav_tui.shop.actor import Actor
    from convisav_tui.shop.context import ShopContext
    from convisav_tui.store.engine import Store

NEAR_DAYS = 14  # a promised day nearer than this is shown by its weekday


@dataclass
class Counter:
    """One counter or bench. It exists before the store's libraries are imported, complete once `store` is set."""

    config: Config
    opened: Store | None = None
    person: Actor | None = None
    shop_context: ShopContext | None = None
    asks_pin: bool = False
    """Whether people sign in here: somebody of the shop has a PIN."""
    proven: bool = False
    """Whether who works here has signed in, and not only stands in the configuration."""
    trouble: str = ""
    """Why the store could not be opened, in words; empty while all is well."""
    house_language: str = ""
    """What the screens spoke before anybody with a language of his own came."""
    greeting: str = ""
    """What was said to the last one who came, so that what waits for him can be said beside it."""
    notice: str = ""
    """Why nothing can be saved although the store could be opened, in words."""

    warned_after_days: int = WARNED_AFTER_DAYS
    """After how many days a repair under the legal guarantee is watched (FR-G2)."""
    scanner_garbled: bool = False
    """Whether a scan came as from another keyboard, so that F4 offers the set-up sheet."""

    @property
    def store(self) -> Store:
        """The opened store; before it is loaded a view asks `host.when_loaded` first."""
        if self.opened is None:
            raise RuntimeError("the store is used before it is loaded")
        return self.opened

    @property
    def reads_on_the_spot(self) -> bool:
        """Whether a query takes well under a frame: a file does, a server may be far away, or gone."""
        return self.opened is None or self.opened.is_sqlite

    @property
    def shut(self) -> bool:
        """Whether nothing of the shop may be shown: somebody has to sign in first."""
        return self.asks_pin and self.person is None

    def work_as(self, person: Actor) -> None:
        """From now on `person` works here; the screens speak the station's language, else his, else the one before."""
        self.person = person
        self.house_language = self.house_language or language()
        set_language(self.config.station.language or person.language or self.house_language)

    @property
    def actor(self) -> Actor:
        """Who works here now."""
        if self.person is None:
            raise RuntimeError("nobody works here before the store is loaded")
        return self.person

    @property
    def shop(self) -> ShopContext:
        """The shop as its rules see it."""
        if self.shop_context is None:
            raise RuntimeError("the shop is used before the store is loaded")
        return self.shop_context

    @property
    def today(self) -> date:
        """The shop's calendar day."""
        return clock.today(self.config.shop.timezone)

    def local(self, instant: datetime) -> datetime:
        """An instant in the shop's zone."""
        return clock.local(instant, self.config.shop.timezone)

    def moment(self, instant: datetime) -> str:
        """An instant in the shop's zone in full, as 27/11/2026 14:32."""
        return format_instant(self.local(instant))

    def short_moment(self, instant: datetime) -> str:
        """The same for a narrow column, as 27/11 14:32."""
        return format_short_instant(self.local(instant))

    def amount(self, minor: int | None) -> str:
        """A sum of the shop's currency (minor units) for people; empty for None."""
        return "" if minor is None else format_amount(minor, self.config.shop.currency)

    def day(self, day: date | None, *, late: bool = False) -> str:
        """A day for a column of seven cells: "today", its weekday when near, else the date; "!" follows when what was
        promised for it is late."""
        if day is None:
            return ""
        distance = (day - self.today).days
        if distance < 0:
            word = _("yest.") if distance == -1 else format_day(day)[:5]
            return f"{word} !" if late else word
        if distance == 0:
            return _("today")
        return format_weekday(day) if distance < NEAR_DAYS else format_day(day)[:5]

    @property
    def minute(self) -> str:
        """The time of day in the shop, as the title bar shows it."""
        return f"{self.local(clock.now()):%H:%M}"

    @property
    def clock(self) -> str:
        """The minute for the title bar; none on a thin line."""
        return "" if self.config.station.slow else self.minute

    def title_right(self, counts: str = "") -> str:
        """The right end of the title bar: counts, who works here, the time (not on a thin line)."""
        who = self.person.name if self.person is not None else ""
        return "   ".join(part for part in (counts, f"{who} {self.clock}".strip()) if part)
