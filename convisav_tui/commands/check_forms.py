"""`convisav checklists form`: PDF forms as checklists, filled from orders and read back."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from convisav_tui.commands import output
from convisav_tui.commands.opening import opened, typed_number
from convisav_tui.errors import FieldErrors, NotFound, UsageError
from convisav_tui.i18n import _

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlmodel import Session

    from convisav_tui.config import Config
    from convisav_tui.store.engine import Store
    from convisav_tui.store.models import CheckForm

STAGES = ("diagnosis", "final_test")
SOME_WRONG = 1  # exit code where a field could not be taken over


def add_form_arguments(parser: argparse.ArgumentParser) -> None:
    """The arguments of `convisav checklists form`."""
    deeds = parser.add_subparsers(dest="deed", required=True, metavar=_("WHAT"))
    add = deeds.add_parser("add", help=_("let a PDF form serve as checklist of a type of device"))
    _of_type(add)
    add.add_argument("file", type=Path, metavar=_("FILE"), help=_("a PDF with fields to fill in"))
    add.add_argument("--only", action="store_true", help=_("ask nothing but what the form asks"))
    show = deeds.add_parser("show", help=_("what fills each field"))
    _of_type(show)
    remap = deeds.add_parser("map", help=_("say what fills fields"))
    _of_type(remap)
    remap.add_argument("fields", nargs="+", metavar=_("FIELD=FILLED"), help="Ref=fact:number Etat=check:screen X=")
    drop = deeds.add_parser("drop", help=_("the form serves no more; its questions stay"))
    _of_type(drop)
    write = deeds.add_parser("write", help=_("fill the form of an order and write it as a file"))
    _of_order(write)
    write.add_argument("--stage", choices=STAGES, default="", help=_("else what the order's state asks for"))
    read = deeds.add_parser("read", help=_("take over the answers of a form that was filled elsewhere"))
    _of_order(read)


def run_form(arguments: argparse.Namespace, config: Config) -> int:
    """Do it; 0, or 1 where a field read could not be taken over. Raises UsageError, NotFound, StoreError."""
    deeds = {"add": _add, "show": _show, "map": _map, "drop": _drop, "write": _write, "read": _read}
    store = opened(config)
    try:
        return deeds[arguments.deed](arguments, config, store)
    finally:
        store.close()


def _of_type(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("type", metavar=_("TYPE"), help=_("code of a type of device"))
    parser.add_argument("stage", choices=STAGES, help=_("when it is filled in"))


def _of_order(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("number", metavar=_("NUMBER"), help=_("number of the repair order"))
    parser.add_argument("file", type=Path, metavar=_("FILE"), help=_("the PDF file"))


def _add(arguments: argparse.Namespace, config: Config, store: Store) -> int:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.check_forms import add_form
    from convisav_tui.shop.checklist_store import type_named
    from convisav_tui.shop.context import shop_of
    from convisav_tui.shop.pdf_forms import form_bytes, read_form
    from convisav_tui.store.models import CheckStage

    form, stage, name = read_form(form_bytes(arguments.file)), CheckStage(arguments.stage), arguments.file.name
    added = store.write(
        lambda session: add_form(
            session,
            type_named(session, arguments.type).id or 0,
            stage,
            form,
            name,
            shop_of(config),
            PROGRAM,
            only=arguments.only,
        )
    )
    said = _("{file}: from the order: {facts}; questions: {checks}")
    output.print_line(said.format(file=name, facts=added.facts, checks=added.checks))
    if added.scripts:
        output.print_line(_("The scripts of the form were left out."))
    return _show(arguments, config, store)


def _show(arguments: argparse.Namespace, _config: Config, store: Store) -> int:
    form = _form(store, arguments.type, arguments.stage)
    for name, filled in form.fields.items():
        output.print_line(f"{name}={filled}")
    return 0


def _map(arguments: argparse.Namespace, config: Config, store: Store) -> int:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.check_forms import map_field

    form = _form(store, arguments.type, arguments.stage)
    pairs: Sequence[tuple[str, str, str]] = [one.rpartition("=") for one in arguments.fields]
    if not all(equals for _name, equals, _filled in pairs):
        raise UsageError(_("Write FIELD=FILLED, as Ref=fact:number."), "")

    def remap(session: Session) -> None:
        for name, _equals, filled in pairs:
            map_field(session, form.id or 0, name, filled, PROGRAM)

    try:
        store.write(remap)
    except FieldErrors as error:
        raise UsageError(next(iter(error.errors.values())), "") from error
    return _show(arguments, config, store)


def _drop(arguments: argparse.Namespace, _config: Config, store: Store) -> int:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.check_forms import drop_form

    form = _form(store, arguments.type, arguments.stage)
    store.write(lambda session: drop_form(session, form.id or 0, PROGRAM))
    return 0


def _write(arguments: argparse.Namespace, config: Config, store: Store) -> int:
    from convisav_tui.printing.form_papers import kept_form
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.check_forms import ask_for_form
    from convisav_tui.shop.context import shop_of
    from convisav_tui.store.models import CheckStage

    order_id = _order_id(store, arguments.number)
    stage = CheckStage(arguments.stage) if arguments.stage else None
    paper = store.write(lambda session: ask_for_form(session, order_id, stage, shop_of(config), PROGRAM, copies=0))
    if paper is None or paper.id is None:
        raise NotFound(_("This type of device has no form as checklist."), _("Add one: F10, types of devices."))
    content = kept_form(store, paper.id)
    try:
        arguments.file.expanduser().write_bytes(content)
    except OSError as error:
        reason = error.strerror or str(error)
        raise UsageError(
            _("{path} cannot be written: {reason}.").format(path=arguments.file, reason=reason), ""
        ) from error
    output.print_line(str(arguments.file))
    return 0


def _read(arguments: argparse.Namespace, config: Config, store: Store) -> int:
    from convisav_tui.shop.actor import PROGRAM
    from convisav_tui.shop.check_forms import take_form
    from convisav_tui.shop.context import shop_of
    from convisav_tui.shop.pdf_forms import form_bytes, read_form

    order_id, content = _order_id(store, arguments.number), form_bytes(arguments.file)
    form, name = read_form(content), arguments.file.name
    taken = store.write(lambda session: take_form(session, order_id, form, content, name, shop_of(config), PROGRAM))
    said = _("{file}: new answers: {new}; known before: {known}")
    output.print_line(said.format(file=name, new=taken.new, known=taken.known))
    for field, sentence in taken.errors.items():
        output.print_line(f"{field}: {sentence}")
    return SOME_WRONG if taken.errors else 0


def _form(store: Store, type_code: str, stage: str) -> CheckForm:
    from convisav_tui.shop.check_forms import form_of
    from convisav_tui.shop.checklist_store import type_named
    from convisav_tui.store.models import CheckStage

    with store.read() as session:
        form = form_of(session, type_named(session, type_code).id or 0, CheckStage(stage))
    if form is None or not form.active:
        raise NotFound(_("This type of device has no form as checklist."), "")
    return form


def _order_id(store: Store, typed: str) -> int:
    from convisav_tui import ticket_number
    from convisav_tui.store.queries.by_number import order_by_number

    number = typed_number(typed)
    with store.read() as session:
        order = order_by_number(session, number)
    if order is None or order.id is None:
        raise NotFound(_("There is no order {number}").format(number=ticket_number.show(number)))
    return order.id
