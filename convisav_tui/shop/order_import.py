"""Orders from a principal's file: tried first, then taken in row by row; the same row again makes no second order."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256

from sqlmodel import Session, select

from convisav_tui.errors import FieldErrors, NotFound
from convisav_tui.i18n import _
from convisav_tui.shop.actor import Actor
from convisav_tui.shop.context import ShopContext
from convisav_tui.shop.identifiers import checked_serial, clean_serial
from convisav_tui.shop.intake import receive
from convisav_tui.shop.intake_defaults import intake_defaults
from convisav_tui.shop.intake_form import parse_intake
from convisav_tui.shop.order_files import MAPPED, FileRow, OrderFile, row_key
from convisav_tui.shop.principals import terms_of
from convisav_tui.store.models import DeviceType, ImportedRow, RepairOrder
from convisav_tui.text import clean_line, fold


@dataclass(frozen=True)
class RowReport:
    """What becomes of a row: `number` of its order (ten digits), whether it was there before, or what is wrong."""

    line: int
    number: str = ""
    known: bool = False
    trouble: str = ""


@dataclass
class ImportReport:
    """The rows of a file one after the other; `tried` when nothing was written."""

    tried: bool
    rows: list[RowReport] = field(default_factory=list)

    @property
    def new(self) -> int:
        """Rows that are, or would be, new orders."""
        return sum(not row.trouble and not row.known for row in self.rows)

    @property
    def known(self) -> int:
        """Rows that were orders before."""
        return sum(row.known for row in self.rows)

    @property
    def refused(self) -> list[RowReport]:
        """Rows that cannot be taken in as they are."""
        return [row for row in self.rows if row.trouble]


@dataclass(frozen=True)
class Import:
    """Whose file it is, which column fills which field, and what a row that leaves a field empty takes instead."""

    principal_id: int
    mapping: Mapping[str, str]
    usual: Mapping[str, str] = field(default_factory=dict)


def remember_mapping(session: Session, plan: Import) -> None:
    """Keep the columns for the next file of this principal. Raises NotFound when he is none any more."""
    terms = terms_of(session, plan.principal_id)
    if terms is None:
        raise NotFound(_("This is no principal any more: choose again"))
    kept = {key: column for key, column in plan.mapping.items() if key in MAPPED and column}
    kept |= {f"usual:{key}": text for key, text in plan.usual.items() if text}
    if terms.csv_mapping != kept:
        terms.csv_mapping = dict(kept)
        session.add(terms)


def remembered(session: Session, principal_id: int) -> tuple[dict[str, str], dict[str, str]]:
    """The columns of his last file by field, and what empty fields took."""
    terms = terms_of(session, principal_id)
    kept = {key: str(value) for key, value in (terms.csv_mapping if terms else {}).items()}
    usual = {key.removeprefix("usual:"): text for key, text in kept.items() if key.startswith("usual:")}
    return {key: column for key, column in kept.items() if key in MAPPED}, usual


def try_rows(session: Session, file: OrderFile, plan: Import, shop: ShopContext) -> ImportReport:
    """What would become of each row; writes nothing. A row that the shop alone could refuse later is found out too."""
    report = ImportReport(tried=True)
    seen: dict[str, int] = {}
    for row in file.rows:
        report.rows.append(_tried(session, file, row, plan, shop, seen))
    return report


def take_row(
    session: Session, file: OrderFile, row: FileRow, plan: Import, actor: Actor, shop: ShopContext
) -> RowReport:
    """Take one row in, in the caller's transaction; a row that is an order already stays that one.

    What is wrong with it stands in the report, and nothing of it is written then."""
    key = row_key(row, plan.mapping)
    known = _known(session, plan.principal_id, key)
    if known is not None:
        return RowReport(row.line, known, known=True)
    if row.line in file.uneven:
        return RowReport(row.line, trouble=_uneven())
    try:
        with session.begin_nested():
            form = parse_intake(raw_of(session, row, plan, shop), shop)
            order_key = sha256(f"{plan.principal_id}|{key}".encode()).hexdigest()[:40]
            received = receive(session, form, actor, shop, f"file-{order_key}")
            session.add(ImportedRow(principal_id=plan.principal_id, row_key=key, order_id=received.order_id))
            session.flush()
    except FieldErrors as refused:
        return RowReport(row.line, trouble=in_words(refused))
    return RowReport(row.line, received.number)


def take_all(
    write: Callable[[Callable[[Session], RowReport]], RowReport],
    file: OrderFile,
    plan: Import,
    actor: Actor,
    shop: ShopContext,
) -> ImportReport:
    """Take every row in, each in a transaction of its own by `write`: what breaks off is taken up by the same file."""
    report = ImportReport(tried=False)
    for row in file.rows:
        report.rows.append(write(lambda session, row=row: take_row(session, file, row, plan, actor, shop)))  # type: ignore[misc]
    return report


def raw_of(session: Session, row: FileRow, plan: Import, shop: ShopContext) -> dict[str, str]:
    """The fields of an intake that a row comes to, with what his terms and the type of device propose."""
    told = {key: row.texts.get(column, "") for key, column in plan.mapping.items() if key in MAPPED}
    told = {key: text or plan.usual.get(key, "") for key, text in ({key: "" for key in plan.usual} | told).items()}
    told["device_type"] = type_code(session, told.get("device_type", ""))
    told["fault"] = told.get("fault", "")
    usual = intake_defaults(session, told["device_type"], None, None, shop, principal_id=plan.principal_id)
    usual = {key: usual[key] for key in ("cap", "promised_on", "quote_requested", "labels") if key in usual}
    fixed = {
        "principal_id": str(plan.principal_id),
        "quote_channel": "none",
        "ready_channel": "none",
        "intake_message": "",
        "receipt": "",
    }
    return usual | {key: text for key, text in told.items() if text} | fixed


def type_code(session: Session, typed: str) -> str:
    """The code of the type of device of that name in any language; what is no type stays as it is."""
    sought = fold(typed)
    if not sought:
        return ""
    for kind in session.exec(select(DeviceType)):
        if sought in {fold(kind.code), *(fold(name) for name in kind.names.values())}:
            return kind.code
    return clean_line(typed)[:32]


def in_words(refused: FieldErrors) -> str:
    """What is wrong with a row, in one line: the field's name before each sentence."""
    said = []
    for key, sentence in refused.errors.items():
        caption = _(MAPPED[key]) if key in MAPPED else ""
        said.append(_("{what}: {state}").format(what=caption, state=sentence) if caption else sentence)
    return "; ".join(said)


def _tried(
    session: Session, file: OrderFile, row: FileRow, plan: Import, shop: ShopContext, seen: dict[str, int]
) -> RowReport:
    key = row_key(row, plan.mapping)
    known = _known(session, plan.principal_id, key)
    if known is not None:
        return RowReport(row.line, known, known=True)
    if row.line in file.uneven:
        return RowReport(row.line, trouble=_uneven())
    if key in seen:
        return RowReport(row.line, trouble=_("The same as line {line}").format(line=seen[key]))
    seen[key] = row.line
    raw = raw_of(session, row, plan, shop)
    try:
        parse_intake(raw, shop)
        _judged(session, raw, plan)
    except FieldErrors as refused:
        return RowReport(row.line, trouble=in_words(refused))
    return RowReport(row.line)


def _judged(session: Session, raw: Mapping[str, str], plan: Import) -> None:
    """What only the database can judge. Raises FieldErrors."""
    kind = session.exec(select(DeviceType).where(DeviceType.code == raw.get("device_type", ""))).first()
    if kind is None or not kind.active:
        told = raw.get("device_type", "")
        raise FieldErrors({"device_type": _("“{type}” is no type of device of this shop").format(type=told)})
    try:
        checked_serial(clean_serial(raw.get("serial", "")), has_imei=kind.has_imei)
    except ValueError as error:
        raise FieldErrors({"serial": str(error)}) from error
    terms = terms_of(session, plan.principal_id)
    if terms is not None and terms.reference_required and not raw.get("principal_reference"):
        raise FieldErrors({"principal_reference": _("This is needed")})


def _known(session: Session, principal_id: int, key: str) -> str | None:
    """The number of the order that a row became before."""
    found = select(RepairOrder.number).join(ImportedRow, ImportedRow.order_id == RepairOrder.id)  # type: ignore[arg-type]
    return session.exec(found.where(ImportedRow.principal_id == principal_id, ImportedRow.row_key == key)).first()


def _uneven() -> str:
    return _("More values than columns: a separator inside a value must stand in quotes")
