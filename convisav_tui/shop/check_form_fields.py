"""What fills the fields of a PDF form: a fact of the order, an answer to a question, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

from sqlmodel import Session

from convisav_tui import ticket_number
from convisav_tui.clock import local
from convisav_tui.i18n import format_day, mark
from convisav_tui.shop.checklists import NOT_CHECKED, OK, worded
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.pdf_form_child import code_of
from convisav_tui.shop.pdf_forms import FormField
from convisav_tui.store.models import (
    AnswerKind,
    CheckAnswer,
    Checkpoint,
    Device,
    DeviceType,
    Party,
    RepairOrder,
    Staff,
)
from convisav_tui.text import fold

FACT, CHECK = "fact:", "check:"
FITS: Mapping[str, frozenset[AnswerKind]] = {
    "text": frozenset({AnswerKind.TEXT, AnswerKind.MEASURE}),
    "check": frozenset({AnswerKind.CHECK}),
    "choice": frozenset({AnswerKind.CHOICE}),
}
FACTS: Mapping[str, str] = {
    "number": mark("Number of the order"),
    "customer": mark("Customer"),
    "phone": mark("Phone"),
    "email": mark("E-mail"),
    "address": mark("Address"),
    "device": mark("Device"),
    "device_type": mark("Type"),
    "brand": mark("Brand"),
    "model": mark("Model"),
    "serial": mark("Serial no."),
    "fault": mark("Fault"),
    "found_fault": mark("Found fault"),
    "accessories": mark("Accessories"),
    "condition": mark("Condition"),
    "received_on": mark("Taken in on"),
    "promised_on": mark("Promised for"),
    "purchased_on": mark("Bought"),
    "today": mark("Today"),
    "technician": mark("Technician"),
    "shop": mark("Shop"),
}
# How forms name them in French, English and Romanian; compared as `_bare` makes them.
_NAMES: Mapping[str, str] = {
    "number": "n, no, nr, numero, number, numar, n dossier, no dossier, numero dossier, numero de dossier, dossier, "
    "ticket, order, order number, order no, repair number, numar comanda, nr comanda, comanda, fisa, nr fisa, bon, "
    "numero de bon, reference, ref",
    "customer": "client, nom, nom client, nom du client, customer, customer name, name, nume, nume client, beneficiar",
    "phone": "telephone, tel, mobile, phone, phone number, telefon",
    "email": "email, e mail, mail, courriel, adresse mail",
    "address": "adresse, address, adresa",
    "device": "appareil, device, aparat, produit, product, produs, materiel, equipment, echipament, designation",
    "device_type": "type, type appareil, type d appareil, device type, tip, tip aparat, categorie, category",
    "brand": "marque, brand, make, marca",
    "model": "modele, model",
    "serial": "serie, n serie, no serie, nr serie, numero serie, numero de serie, numar serie, serial, serial no, "
    "serial number, sn, imei",
    "fault": "panne, panne declaree, panne signalee, defaut, symptome, probleme, fault, reported fault, problem, "
    "symptom, defect, defectiune, defect reclamat",
    "found_fault": "diagnostic, panne constatee, constat, diagnosis, found fault, defect constatat",
    "accessories": "accessoires, accessories, accesorii",
    "condition": "etat, etat appareil, condition, stare",
    "received_on": "date reception, date de reception, date depot, date de depot, date entree, received, received on, "
    "date received, data primirii",
    "promised_on": "date promise, promis pour, promised, promised on, termen",
    "purchased_on": "date achat, date d achat, achat, purchase date, bought, data cumpararii",
    "today": "date, date du jour, today, data",
    "technician": "technicien, nom technicien, technician, tehnician",
    "shop": "atelier, magasin, reparateur, shop, workshop, repairer, service, atelierul",
}


def _bare(text: str) -> str:
    return "".join(letter for letter in fold(text.replace("°", " ").replace("º", " ")) if letter.isalnum())


_KNOWN = {_bare(name): fact for fact, names in _NAMES.items() for name in names.split(",")}


def recognised(field: FormField) -> str:
    """The fact of an order that a field asks for, by its name or its label; "" for none."""
    if field.kind != "text":
        return ""
    last = field.name.rpartition(".")[2]
    return next((_KNOWN[bare] for bare in map(_bare, (last, field.label)) if bare in _KNOWN), "")


def planned_mapping(fields: Sequence[FormField], present: Iterable[Checkpoint]) -> dict[str, str]:
    """What fills each field: facts once each, a question of the same code and kind that is there already, else a new
    one."""
    kinds = {point.code: point.kind for point in present}
    taken: set[str] = set()
    mapping: dict[str, str] = {}
    for field in fields:
        fact = FACT + recognised(field)
        if fact != FACT and fact not in mapping.values():
            mapping[field.name] = fact
            continue
        code = code_of(field.name.rpartition(".")[2], taken)
        while code in kinds and kinds[code] not in FITS[field.kind]:
            code = code_of(code, taken)
        mapping[field.name] = CHECK + code
    return mapping


def question_of(field: FormField) -> str:
    """What a question made of a field says: its tooltip, else its name."""
    return (field.label or field.name.rpartition(".")[2].replace("_", " ")).strip()[:200]


def choices_of(field: FormField, language: str) -> list[dict[str, str]]:
    """The choices of a field as a checkpoint keeps them."""
    return [{"code": option.code, language: option.label[:200]} for option in field.options]


def facts_of(session: Session, order: RepairOrder, shop: ShopContext, language: str) -> dict[str, str]:
    """The facts of an order by their key, in this language."""
    party, device = session.get_one(Party, order.party_id), session.get_one(Device, order.device_id)
    technician = session.get(Staff, order.technician_id) if order.technician_id is not None else None
    day: Callable[[object], str] = lambda found: format_day(found, language) if found else ""  # type: ignore[arg-type]  # noqa: E731
    return {
        "number": ticket_number.show(order.number),
        "customer": party.name,
        "phone": party.phone,
        "email": party.email,
        "address": ", ".join(part for part in (party.street, f"{party.postcode} {party.city}".strip()) if part),
        "device": device.title,
        "device_type": worded(session.get_one(DeviceType, device.device_type_id).names, language),
        "brand": device.brand,
        "model": device.model,
        "serial": device.serial,
        "fault": order.reported_fault,
        "found_fault": order.found_fault,
        "accessories": order.accessories,
        "condition": order.intake_condition,
        "received_on": day(local(order.opened_at, shop.timezone).date()),
        "promised_on": day(order.promised_on),
        "purchased_on": day(device.purchased_on),
        "today": day(shop.today()),
        "technician": technician.name if technician is not None else "",
        "shop": shop.name,
    }


def written_answer(point: Checkpoint, answer: CheckAnswer) -> str:
    """An answer as a field of the form holds it: a tick says that it is ok."""
    if answer.answer == NOT_CHECKED:
        return ""
    if point.kind is AnswerKind.CHECK:
        return "x" if answer.answer == OK else ""
    if point.kind is AnswerKind.MEASURE:
        return f"{answer.answer} {point.unit}".strip()
    return answer.answer


def read_answer(point: Checkpoint, value: str) -> str:
    """What a field says to a question; "" where it says nothing. A box without a tick says nothing."""
    if point.kind is AnswerKind.CHECK:
        return OK if value else ""
    if point.kind is AnswerKind.MEASURE:
        return value.strip().removesuffix(point.unit).strip()
    return value.strip()
