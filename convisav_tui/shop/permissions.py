"""Who may do what: the one table of permissions, and how an operation asks it (features H2).

An operation that needs a permission says so by `@asks(...)` and asks with `require` when it knows whether it applies.
What everybody of the staff may do stands in `FREE`. Screens never ask: they show the sentence of the refusal. Putting a
copy of the database back has no permission here: the operating system's account is the authority (commands/restore.py).
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel import Session, col, select

from convisav_tui.errors import Refusal
from convisav_tui.i18n import _, mark
from convisav_tui.shop.actor import PROGRAM, Actor
from convisav_tui.store.models import Role, Staff

Operation = TypeVar("Operation", bound=Callable[..., object])


class Permission(enum.StrEnum):
    """What not everybody may do."""

    MOVE_ORDER = "move_order"
    CANCEL_ORDER = "cancel_order"
    RELEASE_DEVICE = "release_device"
    REVEAL_SECRET = "reveal_secret"
    REVEAL_SECRET_OF_OTHERS = "reveal_secret_of_others"
    GIVE_BACK_MONEY = "give_back_money"
    UNDO_OF_OTHERS = "undo_of_others"
    EDIT_WORDING = "edit_wording"
    EDIT_PRINCIPALS = "edit_principals"
    MANAGE_STAFF = "manage_staff"
    EDIT_TERMS = "edit_terms"
    SEE_COST = "see_cost"
    EDIT_AMOUNTS = "edit_amounts"
    EDIT_LOANERS = "edit_loaners"
    BILL_LOANER = "bill_loaner"
    ANONYMISE = "anonymise"
    EXPORT_PERSON = "export_person"
    EDIT_CHECKLISTS = "edit_checklists"
    ISSUE_STATEMENT = "issue_statement"
    NOTE_INVOICE = "note_invoice"


@dataclass(frozen=True)
class Right:
    """Who has a permission, and what the others are told. `always`: also asked where nobody has a PIN, so that
    nobody is proven to be who the station says."""

    roles: frozenset[Role]
    sentence: str
    always: bool = False


def _held_by(*roles: Role) -> frozenset[Role]:
    return frozenset(roles)


_CLERK, _TECHNICIAN, _MANAGER, _BILLING = Role.CLERK, Role.TECHNICIAN, Role.MANAGER, Role.BILLING

# A manager has them all.
RIGHTS: Mapping[Permission, Right] = {
    Permission.MOVE_ORDER: Right(
        _held_by(_CLERK, _TECHNICIAN, _MANAGER), mark("Only the counter and the workshop may move an order on.")
    ),
    Permission.CANCEL_ORDER: Right(
        _held_by(_CLERK, _MANAGER), mark("Only the counter or a manager may cancel an order.")
    ),
    Permission.RELEASE_DEVICE: Right(  # FR-R1
        _held_by(_MANAGER), mark("Only a manager may release an unpaid device."), always=True
    ),
    Permission.REVEAL_SECRET: Right(  # rules.md 4.5, 4
        _held_by(_TECHNICIAN, _MANAGER),
        mark("Only the technician or a manager may see the unlock code."),
        always=True,
    ),
    Permission.REVEAL_SECRET_OF_OTHERS: Right(
        _held_by(_MANAGER), mark("Only the technician of this order or a manager may see the unlock code.")
    ),
    Permission.GIVE_BACK_MONEY: Right(
        _held_by(_MANAGER, _BILLING), mark("Only a manager or billing may give money back.")
    ),
    Permission.UNDO_OF_OTHERS: Right(
        _held_by(_MANAGER), mark("Only a manager may take back the step of somebody else.")
    ),
    Permission.EDIT_WORDING: Right(_held_by(_MANAGER), mark("Only a manager may change the wording of messages.")),
    Permission.EDIT_PRINCIPALS: Right(
        _held_by(_MANAGER), mark("Only a manager may change what was agreed with a principal.")
    ),
    Permission.MANAGE_STAFF: Right(
        _held_by(_MANAGER), mark("Only a manager may change the staff, roles and PINs."), always=True
    ),
    Permission.EDIT_TERMS: Right(
        _held_by(_MANAGER), mark("Only a manager may change what was agreed with subcontractors.")
    ),
    Permission.SEE_COST: Right(
        _held_by(_MANAGER, _BILLING), mark("Only a manager or billing may see what parts cost.")
    ),
    Permission.ISSUE_STATEMENT: Right(
        _held_by(_MANAGER, _BILLING), mark("Only a manager or billing may issue a statement.")
    ),
    Permission.NOTE_INVOICE: Right(
        _held_by(_MANAGER, _BILLING), mark("Only a manager or billing may write down what subcontractors bill.")
    ),
    Permission.EDIT_AMOUNTS: Right(_held_by(_MANAGER), mark("Only a manager may change the intake amounts.")),
    Permission.EDIT_CHECKLISTS: Right(
        _held_by(_MANAGER), mark("Only a manager may change checklists and predefined works.")
    ),
    Permission.EDIT_LOANERS: Right(_held_by(_MANAGER), mark("Only a manager may change the loaners of the shop.")),
    Permission.BILL_LOANER: Right(  # T30
        _held_by(_MANAGER), mark("Only a manager may keep a deposit or bill a loaner."), always=True
    ),
    Permission.ANONYMISE: Right(  # rules.md 4.4
        _held_by(_MANAGER), mark("Only a manager may erase what is known of a person."), always=True
    ),
    Permission.EXPORT_PERSON: Right(
        _held_by(_MANAGER), mark("Only a manager may hand out all that is known of a person."), always=True
    ),
}

# Operations with an actor that everybody of the staff may do: "module.function" of this package.
FREE = frozenset(
    {
        "outbox.reprint_job",
        "scanner_sheet.print_scanner_sheet",
        "arrivals.count_stock",
        "arrivals.drop_and_serve",
        "arrivals.put_back_and_serve",
        "arrivals.receive_part",
        "arrivals.receive_scanned",
        "needs.add_need",
        "usual_parts.need_usual_part",
        "parts.part_texts",  # leaves the cost out for who may not see it
        "stock.move",
        "stock.scrap",
        "supplier_orders.cancel_order",
        "supplier_orders.order_parts",
        "subcontract_invoices.invoice_card",  # the margin only for who may see it
        "suppliers.save_supplier",
        "bulk.carry_out",  # each deed asks for itself
        "bulk.do_one",
        "bulk.take_all_back",
        "custody.put_at",
        "dispatching.print_slip_again",
        "card_history.note_card_change",
        "check_forms.ask_for_form",
        "drafts.left_here",
        "drafts.park_draft",
        "drafts.save_draft",
        "drafts.take_draft",
        "drop_offs.end_drop_off",
        "batch.finish_batch",
        "batch.take_line",
        "intake.receive",
        "order_import.take_all",
        "order_import.take_row",
        "passport.note_refused_advice",
        "passport.write_guarantee",
        "loaners.print_unit_label",
        "loans.lend",
        "letters.paper_for",
        "message_deeds.edit_recipient",
        "message_deeds.log_call",
        "message_deeds.mark_posted",
        "message_deeds.send_by",
        "message_trace.note_deed",
        "outbox.cancel_job",
        "outbox.cancel_message",
        "outbox.mark_called",
        "outbox.reprint",
        "outbox.retry_job",
        "outbox.retry_message",
        "outbox.tell_of_message",
        "partner_messages.send_dispatch",
        "partner_messages.send_statement",
        "partner_messages.send_supplier_order",
        "payments.take_payment",
        "places.print_place_label",
        "places.save_place",
        "quote_reading.draft_of",  # leaves the cost out for who may not see it
        "quote_lines.line_texts",
        "quote_versions.print_version",
        "quote_versions.versions_of",  # reads; costs only for who may see them
        "promise.move_promise",  # as at the intake
        "shelf_check.check_shelf",
        "payment_receipt.ask_for_receipt",
        "relinquishment.print_slip",
        "order_papers.print_order_paper",
        "secrets.purge_secret",  # an unreadable code is the safe side
        "sign_in.change_own_pin",  # his own, proven by the old one
        "sign_in.still_here",
        "unclaimed_dossier.ask_for_dossier",
    }
)


def asks(*permissions: Permission) -> Callable[[Operation], Operation]:
    """Say which permissions an operation may ask for; it does so itself, with `require`."""

    def named(operation: Operation) -> Operation:
        operation.__dict__["permissions"] = permissions
        return operation

    return named


def require(session: Session, actor: Actor, permission: Permission, mended_by: str = "person") -> None:
    """Raise Refusal (guard "permission"), which says who may, unless the actor has the permission now. `mended_by` is
    the action that mends it: by default another person signs in."""
    refused = refusal(session, actor, permission, mended_by)
    if refused is not None:
        raise refused


def refusal(session: Session, actor: Actor, permission: Permission, mended_by: str = "person") -> Refusal | None:
    """What `require` would raise, None for who has the permission."""
    if may(session, actor, permission):
        return None
    return Refusal("permission", _(RIGHTS[permission].sentence), mended_by=mended_by)


def may(session: Session, actor: Actor, permission: Permission) -> bool:
    """Whether the actor has the permission now; everybody has what nobody of the staff could be asked for."""
    right = RIGHTS[permission]
    if actor == PROGRAM or (not right.always and not pins_in_use(session)):
        return True
    person = session.get(Staff, actor.staff_id) if actor.staff_id is not None else None
    if person is not None and person.active and person.role in right.roles:
        return True
    somebody = select(Staff.id).where(col(Staff.active), col(Staff.role).in_(right.roles)).limit(1)
    return session.exec(somebody).first() is None


def pins_in_use(session: Session) -> bool:
    """Whether people sign in here: somebody has a PIN."""
    with_pin = select(Staff.id).where(col(Staff.active), col(Staff.pin_hash).is_not(None)).limit(1)
    return session.exec(with_pin).first() is not None
