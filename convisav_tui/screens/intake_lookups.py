"""What the intake screen asks the shop, as plain values: the screen knows these, and nothing of sessions and rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class TypeChoice:
    """A type of device; `name` in the language spoken, `words` folded in all languages."""

    code: str
    name: str
    words: tuple[str, ...]
    has_imei: bool = False
    has_secret: bool = False


@dataclass(frozen=True, slots=True)
class AmountChoice:
    """A preset sum: its name in the language spoken, and the sum as it is typed."""

    code: str
    name: str
    text: str
    nature: str


@dataclass(frozen=True, slots=True)
class KnownPrincipal:
    """A principal as the suggestions show him."""

    party_id: int
    name: str
    city: str = ""
    reference_required: bool = False


@dataclass(frozen=True, slots=True)
class Catalogue:
    """What can be chosen from; `principals` says whether there are any."""

    types: tuple[TypeChoice, ...] = ()
    amounts: tuple[AmountChoice, ...] = ()
    principals: bool = False
    loaners: bool = False


@dataclass(frozen=True, slots=True)
class FoundCustomer:
    """A customer as the suggestions show him."""

    party_id: int
    name: str
    contact: str
    repairs: int


@dataclass(frozen=True, slots=True)
class KnownDevice:
    """A device of a customer; dates as days, `type_name` in the language spoken."""

    device_id: int
    type_code: str
    type_name: str
    brand: str = ""
    model: str = ""
    serial: str = ""
    purchased_on: date | None = None
    seller: str = ""
    owner_id: int = 0
    owner_name: str = ""

    @property
    def title(self) -> str:
        """Brand and model, else the type."""
        return " ".join(part for part in (self.brand, self.model) if part) or self.type_name


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """A customer with his devices, the one that came last first."""

    party_id: int
    name: str
    phone: str = ""
    email: str = ""
    street: str = ""
    postcode: str = ""
    city: str = ""
    language: str = ""
    repairs: int = 0
    devices: tuple[KnownDevice, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownLoaner:
    """A free loaner; its deposit as it is typed, "" for none."""

    unit_id: int
    title: str
    deposit: str


@dataclass(frozen=True, slots=True)
class BroughtTogether:
    """Who brought another device just now, for the next one of the same drop-off."""

    customer: KnownCustomer
    depositor: str


@dataclass(frozen=True, slots=True)
class WarrantySaid:
    """A guarantee in words, whether it covers parts and labour, and what the form proposes because of it."""

    words: str
    in_warranty: bool
    known: bool
    proposed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier order of the device; `state` in words."""

    number: str
    day: date
    fault: str
    state: str
    is_open: bool


@dataclass(frozen=True, slots=True)
class Comeback:
    """The earlier order that this one may come back from."""

    number: str
    returned_on: date
    fault: str
    until: date
    same_fault: bool


@dataclass(frozen=True, slots=True)
class History:
    """What the device has behind it."""

    earlier: tuple[Earlier, ...] = ()
    comeback: Comeback | None = None
    refused: tuple[str, ...] = ()  # advice that was declined, the newest first
    device_id: int | None = None  # whose history it is


@dataclass(frozen=True, slots=True)
class SerialSaid:
    """What a serial number tells: what is wrong with it, its model, the device that bears it."""

    trouble: str = ""
    brand: str = ""
    model: str = ""
    device: KnownDevice | None = None


@dataclass(frozen=True, slots=True)
class TakenIn:
    """The order that was made."""

    number: str
    jobs: int
    labels: int
    receipt: bool


class Lookups(Protocol):
    """Questions and the one deed. All run in the store's thread and may raise StoreError."""

    def catalogue(self) -> Catalogue:
        """Types of devices and preset sums."""

    def customers(self, typed: str) -> Sequence[FoundCustomer]:
        """Customers for phone digits, a piece of a name or an e-mail, best first."""

    def customer(self, party_id: int) -> KnownCustomer | None:
        """A customer; None when he was removed."""

    def of_order(self, number: str) -> tuple[KnownCustomer, int] | None:
        """The customer and the id of the device of an earlier order; None when there is no such order."""

    def principals(self, typed: str) -> Sequence[KnownPrincipal]:
        """The principals whose name holds what was typed; the first ones for nothing."""

    def brands(self, typed: str) -> Sequence[str]:
        """Brands that begin so."""

    def models(self, brand: str, typed: str, type_code: str) -> Sequence[str]:
        """Models of a brand."""

    def faults(self, type_code: str, typed: str) -> Sequence[str]:
        """Frequent faults of a type."""

    def defaults(self, raw: Mapping[str, str]) -> Mapping[str, str]:
        """What to propose for the fields, given what is known so far (raw texts of the intake form)."""

    def warranty(self, raw: Mapping[str, str]) -> WarrantySaid:
        """The guarantee that follows from the device and its day of purchase."""

    def history(self, raw: Mapping[str, str]) -> History:
        """Earlier orders of the device, and whether this looks like a comeback."""

    def serial(self, raw: Mapping[str, str]) -> SerialSaid:
        """What the serial number tells."""

    def check(self, raw: Mapping[str, str]) -> Mapping[str, str]:
        """What is wrong with the fields, a sentence each."""

    def loaners(self, typed: str) -> Sequence[KnownLoaner]:
        """The free loaners whose code, brand or model holds what was typed."""

    def loaner(self, number: str) -> KnownLoaner | None:
        """The free loaner with this label; None when it is not free or of another shop."""

    def beside(self, number: str) -> BroughtTogether | None:
        """Who brought the device of this order; None when there is no such order."""

    def end_drop_off(self, number: str) -> None:
        """Print the receipt of the drop-off of this order, which no more devices join."""

    def take_in(self, raw: Mapping[str, str], key: str) -> TakenIn:
        """Make the order (once for a `key`) and forget the draft of that key. Raises FieldErrors, StoreError."""
