"""The first rows of a shop: types of devices, usual faults, intake amounts, the country's rules, the staff."""

from __future__ import annotations

from sqlmodel import Session, col, select

from convisav_tui.config import Config, StaffConfig
from convisav_tui.shop.catalogue import ShippedType, shipped_amounts, shipped_types
from convisav_tui.shop.checklist_store import give_shipped, put_faults
from convisav_tui.shop.country_rules import rows_to_keep
from convisav_tui.shop.dated_rules import GIVEN
from convisav_tui.shop.shipped_ladders import shipped_steps
from convisav_tui.store.models import CountryRule, DeviceType, IntakeAmountType, Role, Setting, Staff
from convisav_tui.store.search_index import rebuild

# What customers are found by as this program writes it: another name here, and every database is given it anew.
SEARCH_TEXT = "search:devices"
# The ladders of reminders; their rungs are the shop's from then on.
LADDERS = "ladders:1"
# The checklists of the types of devices; the shop's from then on.
CHECKLISTS = "checklists:1"


def first_rows(session: Session, config: Config) -> None:
    """Give the database what it lacks of the shipped catalogue and of the configuration; run at every start.

    Each thing is given once: what the shop changed or removed since is left as it is.
    """
    given = _given(session)
    wanted = {
        *(f"device_type:{shipped.code}" for shipped in shipped_types()),
        *(f"intake_amount:{shipped.code}" for shipped in shipped_amounts()),
        *(_rule_name(row) for row in rows_to_keep(config.shop.country)),
        *(f"staff:{person.login}" for person in config.staff),
        LADDERS,
        CHECKLISTS,
        SEARCH_TEXT,
    }
    if wanted <= given:
        return
    _give_device_types(session, given)
    _give_amounts(session, given, config.shop.currency)
    _give_rules(session, given, config.shop.country)
    for person in config.staff:
        if f"staff:{person.login}" not in given:
            _give_staff(session, person)
    if LADDERS not in given:
        session.add_all(shipped_steps())
    if CHECKLISTS not in given:
        give_shipped(session, config.shop.currency)
    if SEARCH_TEXT not in given:
        rebuild(session)
    session.merge(Setting(key=GIVEN, value=sorted(given | wanted)))
    session.flush()


def _given(session: Session) -> set[str]:
    row = session.get(Setting, GIVEN)
    return {str(name) for name in row.value} if row is not None and isinstance(row.value, list) else set()


def _give_device_types(session: Session, given: set[str]) -> None:
    present = set(session.exec(select(DeviceType.code)))
    for position, shipped in enumerate(shipped_types()):
        if f"device_type:{shipped.code}" not in given and shipped.code not in present:
            _give_device_type(session, shipped, position)


def _give_device_type(session: Session, shipped: ShippedType, position: int) -> None:
    kind = DeviceType(
        code=shipped.code,
        family=shipped.family,
        names=dict(shipped.names),
        has_imei=shipped.has_imei,
        has_secret=shipped.has_secret,
        promised_days=shipped.promised_days,
        intake_amount_code=shipped.intake_amount_code,
        position=position,
    )
    session.add(kind)
    session.flush()
    assert kind.id is not None
    for language, faults in shipped.faults.items():
        # The order of the file is kept by `id`; `uses` counts what this shop sees.
        put_faults(session, kind.id, language, faults)


def _give_amounts(session: Session, given: set[str], currency: str) -> None:
    present = set(session.exec(select(IntakeAmountType.code)))
    for position, shipped in enumerate(shipped_amounts()):
        if f"intake_amount:{shipped.code}" not in given and shipped.code not in present:
            session.add(
                IntakeAmountType(
                    code=shipped.code,
                    names=dict(shipped.names),
                    amount=shipped.amount(currency),
                    nature=shipped.nature,
                    position=position,
                )
            )


def _give_rules(session: Session, given: set[str], country: str) -> None:
    keys = select(col(CountryRule.key), col(CountryRule.valid_from)).where(CountryRule.country == country)
    present = set(session.exec(keys))
    for row in rows_to_keep(country):
        if _rule_name(row) not in given and (row.key, row.valid_from) not in present:
            session.add(row)


def _rule_name(row: CountryRule) -> str:
    return f"rule:{row.country}:{row.key}:{row.valid_from}"


def _give_staff(session: Session, person: StaffConfig) -> None:
    if session.exec(select(Staff).where(Staff.login == person.login)).first() is None:
        role = Role(person.role) if person.role in set(Role) else Role.CLERK
        session.add(Staff(login=person.login, name=person.name, role=role, language=person.language))
