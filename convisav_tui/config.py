"""The configuration of this machine: one TOML file, environment variables over it, checked against `settings`."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from convisav_tui.errors import ConfigurationError
from convisav_tui.i18n import LANGUAGES, _, language_of_environment
from convisav_tui.printer_kinds import OFFICE, PAPER_SIZES
from convisav_tui.settings import COUNTRIES, USUAL_LOCK_MINUTES, YES

CONFIG_VARIABLE = "CONVISAV_CONFIG"
HOME_VARIABLE = "CONVISAV_HOME"
FILE_NAME = "convisav.toml"
DATABASE_NAME = "shop.db"
_USUAL_PORTS = (9100, 631)


@dataclass(frozen=True)
class ShopConfig:
    """The shop as it presents itself; `timezone` is an IANA name, `currency` an ISO code."""

    name: str = "ConviSAV"
    address: str = ""
    phone: str = ""
    email: str = ""
    country: str = "FR"
    language: str = "fr"
    timezone: str = "Europe/Paris"
    currency: str = "EUR"


@dataclass(frozen=True)
class DatabaseConfig:
    """Where the rows are: "sqlite:////folder/shop.db" or "postgresql+psycopg://…"."""

    url: str


@dataclass(frozen=True)
class StationConfig:
    """This counter or bench: its name, who works at it (login, "" = the first), its language ("" = the person's).

    `lock_minutes` without a key lock it where PINs are used; 0 = never."""

    name: str = ""
    staff: str = ""
    language: str = ""
    lock_minutes: float = float(USUAL_LOCK_MINUTES)
    slow: bool = False
    """Whether the line to the terminal is thin."""


@dataclass(frozen=True)
class PrinterConfig:
    """A printer: the media that are loaded, the usual one first, and what it prints."""

    name: str
    address: str
    kind: str = "brother_ql"
    model: str = "QL-820NWB"
    media: tuple[str, ...] = ("62",)
    roles: tuple[str, ...] = ("label", "receipt")

    @property
    def host(self) -> str:
        """The host of `address`."""
        return urlsplit(self.address).hostname or ""

    @property
    def port(self) -> int:
        """The port of `address`: 631 for office printers that name none."""
        return urlsplit(self.address).port or _USUAL_PORTS[self.kind == OFFICE]


@dataclass(frozen=True)
class EmailConfig:
    """The mail account, as mailto(s)://user:password@host:port; "" when there is none."""

    url: str = ""
    from_name: str = ""
    from_address: str = ""
    reply_to: str = ""


@dataclass(frozen=True)
class SmsConfig:
    """The SMS service, an Apprise address in which {number} stands for the recipient's digits; "" when none."""

    url: str = ""
    sender: str = ""


@dataclass(frozen=True)
class FaxConfig:
    """The fax service: "faxmail://gateway" or "hylafax://server:4559"; "" when there is none."""

    url: str = ""


@dataclass(frozen=True)
class NotifyConfig:
    """How customers are told."""

    email: EmailConfig = EmailConfig()
    sms: SmsConfig = SmsConfig()
    fax: FaxConfig = FaxConfig()


@dataclass(frozen=True)
class StaffConfig:
    """A person of the shop, for the start."""

    login: str
    name: str
    role: str = "clerk"
    language: str = ""


@dataclass(frozen=True)
class Config:
    """All of it. `path` is the file that was read, None when there is none yet; secrets never show in `repr`."""

    shop: ShopConfig
    database: DatabaseConfig = field(repr=False)
    home: Path
    printers: tuple[PrinterConfig, ...] = ()
    notify: NotifyConfig = field(default=NotifyConfig(), repr=False)
    staff: tuple[StaffConfig, ...] = ()
    station: StationConfig = StationConfig()
    path: Path | None = None
    templates: Path | None = None
    """Folder of the shop's own templates of papers."""
    paper_size: str = PAPER_SIZES[0]
    """What documents are set for."""

    @property
    def logs(self) -> Path:
        """Folder of the logs."""
        return self.home / "logs"

    @property
    def backups(self) -> Path:
        """Folder of the backups."""
        return self.home / "backups"

    @property
    def station_name(self) -> str:
        """The name of this station: as configured, else that of the machine."""
        return self.station.name or os.uname().nodename

    @property
    def interface_language(self) -> str:
        """The language of the screens here: the station's, then the person's, then the shop's."""
        theirs = next((person.language for person in self.staff if person.login == self.station.staff), "")
        return self.station.language or theirs or self.shop.language

    def printer(self, name: str) -> PrinterConfig | None:
        """The printer of that name."""
        return next((printer for printer in self.printers if printer.name == name), None)

    def printer_for(self, role: str) -> PrinterConfig | None:
        """The first printer that prints labels ("label"), receipts ("receipt") or documents ("paper")."""
        return next((printer for printer in self.printers if role in printer.roles), None)


def config_path(environ: Mapping[str, str] | None = None) -> Path:
    """Where the file is, or would be: CONVISAV_CONFIG, else the platform's configuration folder."""
    named = (os.environ if environ is None else environ).get(CONFIG_VARIABLE, "")
    if named:
        return Path(named).expanduser().absolute()
    from platformdirs import user_config_path

    return user_config_path("convisav", appauthor=False) / FILE_NAME


def default_home() -> Path:
    """The platform's data folder for this program."""
    from platformdirs import user_data_path

    return user_data_path("convisav", appauthor=False)


def load(path: Path | None = None, environ: Mapping[str, str] | None = None) -> Config:
    """Read and check the configuration: file `path` (else `config_path`), environment over it.

    Without a file the defaults stand, and `Config.path` is None. Raises ConfigurationError naming file, line and key.
    """
    from convisav_tui.config_reader import read

    variables = os.environ if environ is None else environ
    place = config_path(variables) if path is None else path.expanduser().absolute()
    if path is not None and not place.exists():
        raise ConfigurationError(
            _("There is no configuration file {path}.").format(path=place), _("Check the name, or leave it out.")
        )
    reading = read(place, variables)
    if reading.problems:
        raise reading.error()
    return build(reading.single, reading.repeated, place if reading.found else None, variables)


def build(
    single: Mapping[str, str],
    repeated: Mapping[str, tuple[Mapping[str, str | tuple[str, ...]], ...]],
    path: Path | None,
    environ: Mapping[str, str],
) -> Config:
    """A Config from checked values; what is not said follows from the country and the system."""
    home = _home(single["data.folder"], path)
    country = single["shop.country"]
    currency, zone = COUNTRIES[country]
    shop = ShopConfig(
        name=single["shop.name"],
        address=single["shop.address"],
        phone=single["shop.phone"],
        email=single["shop.email"],
        country=country,
        language=single["shop.language"] or _language_of_system(environ),
        timezone=single["shop.timezone"] or zone,
        currency=single["shop.currency"] or currency,
    )
    return Config(
        shop=shop,
        database=DatabaseConfig(single["database.url"] or f"sqlite:///{home / DATABASE_NAME}"),
        home=home,
        printers=tuple(_printer(row, single["papers.size"]) for row in repeated.get("printers", ())),
        notify=_notify(single, shop),
        staff=tuple(_person(row) for row in repeated.get("staff", ())),
        station=StationConfig(
            single["station.name"],
            single["station.staff"],
            single["station.language"],
            float(single["station.lock_minutes"]),
            single["station.slow"] == YES,
        ),
        path=path,
        templates=_folder(single["papers.templates"], path) if single["papers.templates"] else None,
        paper_size=single["papers.size"],
    )


def _home(folder: str, path: Path | None) -> Path:
    return _folder(folder, path) if folder else default_home()


def _folder(folder: str, path: Path | None) -> Path:
    """A folder that the file names: from where the file is."""
    chosen = Path(folder).expanduser()
    return chosen if chosen.is_absolute() else ((path.parent if path else Path.cwd()) / chosen).resolve()


def _language_of_system(environ: Mapping[str, str]) -> str:
    code = language_of_environment(environ)
    return code if code in LANGUAGES else LANGUAGES[0]


def _notify(single: Mapping[str, str], shop: ShopConfig) -> NotifyConfig:
    email = EmailConfig(
        url=single["notify.email.url"],
        from_name=single["notify.email.from_name"] or shop.name,
        from_address=single["notify.email.from_address"] or shop.email,
        # Answers go to the mailbox that the shop reads.
        reply_to=single["notify.email.reply_to"] or shop.email,
    )
    sms = SmsConfig(single["notify.sms.url"], single["notify.sms.sender"])
    return NotifyConfig(email, sms, FaxConfig(single["notify.fax.url"]))


def _printer(row: Mapping[str, str | tuple[str, ...]], paper_size: str) -> PrinterConfig:
    media, roles = row["media"] or (paper_size,), row["roles"]
    return PrinterConfig(
        name=str(row["name"]),
        address=str(row["address"]),
        kind=str(row["kind"]),
        model=str(row["model"]),
        media=media if isinstance(media, tuple) else (media,),
        roles=roles if isinstance(roles, tuple) else (roles,),
    )


def _person(row: Mapping[str, str | tuple[str, ...]]) -> StaffConfig:
    login = str(row["login"])
    return StaffConfig(login, str(row["name"]) or login, str(row["role"]), str(row["language"]))
