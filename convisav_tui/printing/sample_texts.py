"""What people would have typed on the sample papers: invented, in French, English and Romanian."""

from __future__ import annotations

# In the order of i18n.LANGUAGES.
TEXTS: dict[str, tuple[str, str, str]] = {
    "fault": (
        "Ne vidange plus, bruit sourd à l'essorage.",
        "Does not drain any more, dull noise when spinning.",
        "Nu mai evacuează apa, zgomot surd la centrifugare.",
    ),
    "found": ("Pompe de vidange bloquée", "Drain pump blocked", "Pompa de evacuare blocată"),
    "condition": ("Rayure à gauche du hublot", "Scratch left of the door", "Zgârietură în stânga hubloului"),
    "accessories": ("Tuyau, notice", "Hose, manual", "Furtun, manual"),
    "no_code": ("sans code", "no code", "fără cod"),
    "advance": ("acompte", "down payment", "avans"),
    "reason": (
        "Pièce introuvable : le fabricant ne la livre plus.",
        "Part not to be had: the maker does not supply it any more.",
        "Piesă de negăsit: producătorul nu o mai livrează.",
    ),
    "assembly": (
        "remonté, ou repris démonté d'un commun accord",
        "reassembled, or taken in parts by agreement",
        "reasamblat sau preluat demontat, de comun acord",
    ),
    "unrepaired": (
        "L'appareil n'a pas été réparé : il repart dans l'état où la panne l'a laissé.",
        "The device was not repaired: it goes back in the state in which the fault left it.",
        "Aparatul nu a fost reparat: pleacă în starea în care l-a lăsat defectul.",
    ),
    "work": (
        "Pompe remplacée, filtre nettoyé, essai d'une heure.",
        "Pump replaced, filter cleaned, one hour's trial.",
        "Pompă înlocuită, filtru curățat, probă de o oră.",
    ),
    "part": ("Pompe de vidange", "Drain pump", "Pompă de evacuare"),
    "circular_part": (
        "issue de l'économie circulaire",
        "from the circular economy",
        "din economia circulară",
    ),
    "old_back": ("rendue", "given back", "înapoiată"),
    "labour": ("Main-d'œuvre (heures)", "Labour (hours)", "Manoperă (ore)"),
    "subtotal": ("Total hors taxe", "Total excl. VAT", "Total fără TVA"),
    "tax": ("TVA", "VAT", "TVA"),
    "test_drain": ("Vidange", "Drains", "Evacuare"),
    "test_spin": ("Essorage", "Spins", "Centrifugare"),
    "test_leak": ("Étanchéité", "No leak", "Etanșeitate"),
    "advice": (
        "Conseillé et refusé par le client : détartrage de la cuve.",
        "Recommended, and declined by the customer: descaling of the drum.",
        "Recomandat și refuzat de client: detartrarea cuvei.",
    ),
    "guaranteed": (
        "La réparation est garantie jusqu'au 21/02/2027 : pièces, main-d'œuvre et déplacement.",
        "The repair is guaranteed until 21/02/2027: parts, labour and travel.",
        "Reparația este garantată până la 21.02.2027: piese, manoperă și deplasare.",
    ),
    "consent": (
        "Aucun travail n'est fait au-delà de ce montant sans nouvel accord écrit ou oral, consigné au dossier.",
        "No work is done above this amount without another consent, written or oral, kept on record.",
        "Nicio lucrare nu depășește această sumă fără un nou acord, scris sau verbal, consemnat la dosar.",
    ),
    "circular": (
        "Pièce issue de l'économie circulaire proposée : [x] acceptée  [  ] refusée",
        "Part from the circular economy offered: [x] accepted  [  ] declined",
        "Piesă din economia circulară propusă: [x] acceptată  [  ] refuzată",
    ),
    "letter": (
        "Madame, Monsieur,\n\nvotre appareil est réparé. Il vous attend à l'atelier du mardi au samedi, de 9 h à 18 h.",
        "Dear customer,\n\nyour device is repaired. It waits for you in the shop, Tuesday to Saturday, 9 to 18 h.",
        "Stimată clientă, stimate client,\n\naparatul este reparat. Vă așteaptă la atelier, marți–sâmbătă, 9–18.",
    ),
    "note": (
        "Renvoyez chaque appareil avec son étiquette.",
        "Send each device back with its label.",
        "Trimiteți fiecare aparat înapoi cu eticheta lui.",
    ),
    "delivery": (
        "Rappelez notre numéro de commande sur le bon de livraison.",
        "Please name our order number on the delivery note.",
        "Menționați numărul comenzii noastre pe avizul de livrare.",
    ),
    "left": (
        "Le soussigné laisse l'appareil à l'atelier, sans paiement, pour qu'il soit recyclé.",
        "The undersigned leaves the device to the shop without payment, so that it is recycled.",
        "Subsemnatul lasă aparatul atelierului, fără plată, pentru a fi reciclat.",
    ),
    "loan": (
        "Le prêt est gratuit. Effacez vos données avant de rendre l'appareil.",
        "The loan is free. Erase your data before you bring the loaner back.",
        "Împrumutul este gratuit. Ștergeți-vă datele înainte de a înapoia aparatul.",
    ),
    "terms": (
        "Frais de garde : 2,00 € par jour après un mois.\nUn appareil non repris peut être vendu (loi de 1903).",
        "Storage: €2.00 a day after a month.\nA device that nobody collects may be sold, as the law says.",
        "Păstrare: 2,00 € pe zi după o lună.\nUn aparat neridicat poate fi vândut, conform legii.",
    ),
}
