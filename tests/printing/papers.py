"""Papers to print in tests."""

from __future__ import annotations

from dataclasses import replace

from convisav_tui import ticket_number
from convisav_tui.shop.paper import LabelPaper, ReceiptPaper

NUMBER = ticket_number.make(2026, 1234)
NASTY_NAME = "[bold]O'Neil & Fils [/] #show $x$"

LABEL = LabelPaper(
    number=NUMBER,
    device="Miele WCD320 WPS",
    device_type="Lave-linge",
    customer_code="C00042",
    promised_on="27/11/2026",
    shop_name="Atelier Dupont",
    language="fr",
)
LONG_LABEL = replace(
    LABEL,
    device="Samsung Galaxy S23 Ultra 512 Go Édition spéciale très longue 日本 🙂 " * 3,
    comeback_of=ticket_number.make(2026, 77),
    shop_name="Électroménager & Réparations Dupont, Łukasiewicz et Fils " * 2,
    promised_on="27/11/2026 à partir de dix-sept heures",
)
RECEIPT = ReceiptPaper(
    number=NUMBER,
    taken_in_at="21/11/2026 14:33",
    clerk="Zoé",
    shop_name="Atelier Dupont",
    customer="Élodie Müller-Łukasiewicz",
    device="Miele WCD320",
    fault="Ne vidange plus.\nFuite légère à l'avant.",
    language="fr",
    shop_address="12 rue des Écoles\n69007 Lyon",
    shop_phone="04 78 00 00 00",
    shop_identity="Atelier Dupont SARL — SIREN 123 456 789",
    customer_code="C00042",
    customer_phone="06 12 34 56 78",
    device_type="Lave-linge",
    serial="000123456789",
    warranty="pièces jusqu'au 12/03/2027, main-d'œuvre échue",
    condition="Rayure à gauche",
    unlock_code="gardé chiffré jusqu'à la remise",
    quote_requested="oui",
    cap="150,00 €",
    ready_told_by="SMS 06 12 34 56 78",
    promised_on="27/11/2026",
    amount="30,00 €",
    amount_nature="acompte",
    amount_means="carte",
    terms="Frais de garde : 2,00 € par jour.\nLoi du 31 décembre 1903.",
)
LONG_FAULT = ("<b>Écran</b> #let x = 1 $y$ *gras* `code` \\ [/] {name} %s\n" * 60)[:3000]
NASTY_RECEIPT = replace(RECEIPT, customer=NASTY_NAME, fault=LONG_FAULT)
