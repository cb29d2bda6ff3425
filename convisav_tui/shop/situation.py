"""What a guard looks at: one order as it is now, with what hangs on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlmodel import Session, col, select

from convisav_tui.clock import local
from convisav_tui.money import format_amount
from convisav_tui.shop import mandate, quoting
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.away import Away, away_of
from convisav_tui.shop.consent_ledger import standing
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.coverage import Cover, covers_of_order
from convisav_tui.shop.dated_rules import GUARANTEE_MONTHS, number_for
from convisav_tui.shop.dates import add_months
from convisav_tui.shop.needs import needs_of
from convisav_tui.shop.payments import Sums, sums_of
from convisav_tui.shop.principal_prices import discounted
from convisav_tui.shop.principals import terms_of
from convisav_tui.shop.quote_lines import lines_of
from convisav_tui.shop.subcontractors import Subcontractor, subcontractors
from convisav_tui.store.models import (
    Device,
    DeviceType,
    Nature,
    PartNeed,
    Party,
    PrincipalTerms,
    Quote,
    QuoteDraftLine,
    RepairOrder,
    Staff,
)


@dataclass
class Situation:
    """An order at one instant, before a step; `actor` is None when nobody has chosen a step yet."""

    session: Session
    order: RepairOrder
    shop: ShopContext
    at: datetime
    actor: Actor | None = None

    @property
    def order_id(self) -> int:
        """The id of the order."""
        assert self.order.id is not None
        return self.order.id

    @property
    def today(self) -> date:
        """The shop's calendar day."""
        return local(self.at, self.shop.timezone).date()

    @cached_property
    def customer(self) -> Party:
        """The owner of the device."""
        return self.session.get_one(Party, self.order.party_id)

    @cached_property
    def quote(self) -> Quote | None:
        """The quote that the customer has to answer, or answered."""
        return quoting.current_quote(self.session, self.order_id)

    @cached_property
    def offer(self) -> list[Quote]:
        """The same with all its variants."""
        return quoting.current_offer(self.session, self.order_id)

    @cached_property
    def drafted(self) -> list[QuoteDraftLine]:
        """The lines of the quote being written; none where an amount and a text are all of it."""
        return lines_of(self.session, self.order_id)

    @cached_property
    def consented(self) -> int:
        """The most that the customer agreed to pay for the work, minor units."""
        return quoting.consented_total(self.session, self.order)

    @cached_property
    def accepted(self) -> quoting.Acceptance | None:
        """What the customer accepted last of a quote."""
        return quoting.acceptance_of(self.session, self.order_id)

    @property
    def consented_work(self) -> int | None:
        """What he agreed to pay for the work by a quote and on top of it; None where there was none."""
        return self.consented if self.accepted is not None else None

    @cached_property
    def authorised(self) -> int | None:
        """The estimate under which the work was started without a quote, minor units."""
        return quoting.authorised_amount(self.session, self.order_id)

    @cached_property
    def sums(self) -> Sums:
        """What was paid, and what is owed."""
        return sums_of(self.session, self.order)

    @property
    def owed(self) -> int:
        """What the customer owes for the work; negative when something must be given back. Minor units."""
        return (self.order.price or 0) - self.sums.towards_price

    @property
    def diagnostic_fee(self) -> int:
        """What the customer paid for the diagnosis, minor units."""
        return max(0, self.sums.by_nature.get(Nature.DIAGNOSTIC_FEE, 0))

    @property
    def agreed_fee(self) -> int:
        """The most that may be kept where nothing was repaired: what he paid, or agreed to in a quote or for the
        diagnosis (FR-A4, FR-Q5)."""
        if self.covered:
            return 0
        fee = standing(self.session, self.order_id).fee or 0
        return max(0, self.sums.towards_price, self.accepted.amount if self.accepted else 0, fee)

    @property
    def covered(self) -> bool:
        """Whether somebody else than the customer pays the work."""
        return quoting.is_covered(self.order)

    @cached_property
    def principal(self) -> Party | None:
        """Who asked for the work, where it was not the customer."""
        return self.session.get(Party, self.order.principal_id) if self.order.principal_id is not None else None

    @cached_property
    def terms(self) -> PrincipalTerms | None:
        """What was agreed with the principal."""
        return terms_of(self.session, self.order.principal_id)

    @property
    def reference_missing(self) -> bool:
        """Whether the principal wants his reference on the order, and it has none."""
        wanted = self.terms is not None and self.terms.reference_required
        return wanted and not self.order.principal_reference

    @property
    def on_account(self) -> bool:
        """Whether the payer settles later."""
        return mandate.on_account(self.order)

    @cached_property
    def covers(self) -> list[Cover]:
        """Who pays parts, labour and travel."""
        return covers_of_order(self.session, self.order)

    def less_discount(self, amount: int | None, taken_off: bool) -> int | None:
        """An amount with the principal's discount taken off, if it is to be; minor units."""
        discount = self.terms.discount if self.terms is not None and taken_off else 0
        return discounted(amount, discount) if amount is not None and discount else amount

    @cached_property
    def people(self) -> tuple[tuple[str, str], ...]:
        """Id and name of the active staff, as choices."""
        rows = self.session.exec(select(Staff).where(col(Staff.active)).order_by(col(Staff.name)))
        return tuple((str(row.id), row.name) for row in rows)

    @cached_property
    def device_type(self) -> DeviceType:
        """What kind of device it is."""
        device = self.session.get_one(Device, self.order.device_id)
        return self.session.get_one(DeviceType, device.device_type_id)

    @cached_property
    def away(self) -> Away | None:
        """Which subcontractor has the device, None when it is not out."""
        return away_of(self.session, self.order_id)

    @cached_property
    def needs(self) -> list[PartNeed]:
        """The parts that were asked for on it."""
        return needs_of(self.session, self.order_id)

    @cached_property
    def subcontractors(self) -> list[Subcontractor]:
        """Those who work for the shop now."""
        return subcontractors(self.session, only_active=True)

    def choices_of(self, key: str) -> tuple[tuple[str, str], ...] | None:
        """What can be chosen in an input whose choices are the shop's own; None where they are those of the table."""
        if key == "technician":
            return self.people
        if key == "variant":
            return tuple((quote.variant, f"{quote.variant} · {self.money(quote.amount)}") for quote in self.offer)
        if key == "subcontractor":
            return tuple((str(one.party_id), one.name) for one in self.subcontractors)
        return None

    def guaranteed_until(self, day: date) -> date | None:
        """The last day of the guarantee on a repair given back on `day` (FR-G8); None where the shop gives none."""
        months = number_for(self.session, self.shop.country, GUARANTEE_MONTHS, day)
        return add_months(day, months) if months else None

    def money(self, minor: int) -> str:
        """An amount in the order's currency, for people."""
        return format_amount(minor, self.order.currency)
