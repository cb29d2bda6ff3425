"""Invented people and devices for the demo: nothing here is anybody's."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from convisav_tui.text import fold

FIRST_NAMES = (
    "Hélène", "Zoé", "Noël", "Loïc", "Maëlle", "Anaïs", "Jean-Baptiste", "Marie-Ève", "Sébastien", "Chloé", "Yanis",
    "Aïcha", "Bérénice", "Gaël", "Inès", "Théo", "Élodie", "Kévin", "Océane", "Rémi", "Françoise", "Ștefan", "Ioana",
    "Łukasz", "Nour", "Åsa", "Paul", "Odette", "Marcel", "Solène",
)  # fmt: skip
LAST_NAMES = (
    "Lefèvre", "Le Goff", "Haddad", "O'Neil", "Müller", "d'Hauteville", "Ben Salah", "Dupré", "Popescu", "Garnier",
    "Châtelain", "N'Diaye", "Nguyễn", "Kowalczyk", "Lemoine-Roux", "Œuvrard", "Brunel", "Fontanel", "Marchais",
    "Delorme", "Vasseur", "Thibaudeau", "Castaing", "Ibáñez", "Sörensen", "Quéméneur", "L'Hostis", "Bouvier",
)  # fmt: skip
STREETS = (
    "rue des Tilleuls", "place du Marché", "avenue de la Gare", "impasse du Moulin", "rue de l'Église",
    "chemin des Vignes", "quai du Canal", "rue Haute", "boulevard des Écoles", "allée des Mûriers",
)  # fmt: skip
TOWNS = (
    ("99010", "Valmoûtier"), ("99120", "Saint-Aubin-sur-Orne"), ("99200", "Bréville"), ("99310", "L'Isle-Neuve"),
    ("99420", "Montcoutant"), ("99500", "Port-Louvet"),
)  # fmt: skip


@dataclass(frozen=True)
class Model:
    """A device of the demo: type code, brand, model, digits of its serial, usual price of a repair in euros."""

    type_code: str
    brand: str
    model: str
    serial_digits: int
    price: int


# Brands that do not exist.
MODELS = (
    Model("phone", "Nordal", "N12", 15, 129),
    Model("phone", "Nordal", "N12 Pro", 15, 189),
    Model("phone", "Kairo", "Pocket 5", 15, 99),
    Model("tablet", "Kairo", "Slate 10", 12, 119),
    Model("laptop", "Orvane", "Book 14", 10, 159),
    Model("laptop", "Orvane", "Studio 16", 10, 249),
    Model("printer", "Papyra", "Jet 210", 9, 69),
    Model("game_console", "Ludeo", "Duo", 11, 89),
    Model("washing_machine", "Brunelle", "WB 320", 8, 139),
    Model("washing_machine", "Ostéa", "Lavita 8", 8, 115),
    Model("dishwasher", "Ostéa", "Cristal", 8, 109),
    Model("dryer", "Brunelle", "SB 70", 8, 125),
    Model("microwave", "Ostéa", "Onda", 8, 55),
    Model("vacuum_cleaner", "Aspire & Fils", "Tornade", 10, 49),
    Model("coffee_machine", "Caffè Vero", "Automatica", 9, 95),
    Model("television", "Lumion", "L55", 12, 179),
    Model("hifi", "Dorémi", "Platine 3", 7, 75),
    Model("watch", "Horlin", "Marine", 6, 85),
    Model("bicycle", "Vélissime", "Ville E", 9, 110),
    Model("power_tool", "Bâtifort", "Perceuse 18V", 9, 59),
)
ACCESSORIES = ("", "", "chargeur", "cordon", "housse", "télécommande", "sans accessoire", "carton d'origine")
CONDITIONS = ("bon état", "rayures", "rayure façade", "traces d'usage", "coin enfoncé", "vitre fêlée", "")
SELLERS = ("", "Grand Bazar", "Électro Place", "en ligne", "Maison Ferrand")
NOTES = ("", "", "", "appeler après 18 h", "ne pas effacer les photos", "cliente fidèle")


@dataclass(frozen=True)
class Person:
    """An invented customer, as a clerk would type him."""

    name: str
    phone: str
    email: str
    street: str
    postcode: str
    city: str
    language: str


def person(random: Random, number: int) -> Person:
    """The `number`-th customer: every tenth without e-mail, every twelfth with a fixed line, a few companies."""
    first, last = random.choice(FIRST_NAMES), random.choice(LAST_NAMES)
    postcode, city = random.choice(TOWNS)
    company = number % 15 == 14
    name = f"Atelier {last} & Cie" if company else f"{first} {last}"
    mailbox = fold(f"{first} {last}").replace(" ", ".")
    fixed = number % 12 == 11
    return Person(
        name=name,
        phone=phone(number, fixed),
        email="" if number % 10 == 9 and not fixed else f"{mailbox}.{number}@courriel.example",
        street=f"{random.randint(1, 120)} {random.choice(STREETS)}",
        postcode=postcode,
        city=city,
        language="ro" if first in ("Ștefan", "Ioana") else "en" if last in ("O'Neil",) else "fr",
    )


def phone(number: int, fixed: bool = False) -> str:
    """A number of its own for each customer: fixed lines from the range kept for fiction."""
    if fixed:
        return f"01 99 00 {number // 100 % 100:02d} {number % 100:02d}"
    return f"06 00 {number // 10_000 % 100:02d} {number // 100 % 100:02d} {number % 100:02d}"


def serial(random: Random, model: Model) -> str:
    """A serial number; an IMEI of the test range with its check digit where the type has one."""
    digits = "".join(random.choice("0123456789") for _ in range(model.serial_digits))
    if model.serial_digits != 15:
        return digits
    return with_check_digit(f"001010{digits[6:14]}")


def with_check_digit(stem: str) -> str:
    """An IMEI from its first fourteen digits."""
    return stem + str(-_luhn_sum(stem) % 10)


def _luhn_sum(stem: str) -> int:
    """The weighted sum of an IMEI's first fourteen digits."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(stem))
    return sum(value // 10 + value % 10 for value in doubled)
