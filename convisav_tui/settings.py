"""Every setting of the configuration, described once: key, default, check, environment variable, question, help."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from convisav_tui import printer_kinds
from convisav_tui.i18n import LANGUAGES, _, mark

Value = str | tuple[str, ...]

# Country → its currency and the zone most of it lives in; both may be set otherwise.
COUNTRIES = {
    "FR": ("EUR", "Europe/Paris"),
    "BE": ("EUR", "Europe/Brussels"),
    "CH": ("CHF", "Europe/Zurich"),
    "TN": ("TND", "Africa/Tunis"),
    "RO": ("RON", "Europe/Bucharest"),
    "LU": ("EUR", "Europe/Luxembourg"),
}
CURRENCIES = ("EUR", "CHF", "TND", "RON")
STAFF_ROLES = ("clerk", "technician", "manager", "billing")
# A station that nobody uses for so long is locked, where people sign in.
USUAL_LOCK_MINUTES = "10"
YES, NO = "yes", "no"
MOST_MINUTES = 24 * 60
EMAIL_SCHEMES = ("mailto", "mailtos")
FAX_SCHEMES = ("faxmail", "hylafax")
# Where the recipient goes in the address of an SMS service: digits, or E.164 with its plus.
NUMBER_PLACES = ("{number}", "{to}")


@dataclass(frozen=True)
class Setting:
    """One key of the file. `check` takes what was written and gives it back clean, or raises ValueError in words."""

    key: str  # "shop.name"; tables that repeat are named once: "printers.name"
    help: str  # msgid: what it is, for the documentation, `doctor` and the first start
    check: Callable[[str], str]
    default: Value = ""
    environment: str = ""  # the variable that overrides it
    question: str = ""  # msgid asked on the first start, "" when it is not asked
    choices: tuple[str, ...] = ()
    required: bool = False
    secret: bool = False  # may hold a password or a token

    @property
    def many(self) -> bool:
        """Whether the value is a list."""
        return isinstance(self.default, tuple)

    @property
    def section(self) -> str:
        """The table that it stands in."""
        return self.key.rpartition(".")[0]

    @property
    def name(self) -> str:
        """Its name inside that table."""
        return self.key.rpartition(".")[2]


def nearest(typed: str, known: tuple[str, ...]) -> str:
    """The known word most like what was typed, "" when none is like it."""
    import difflib

    found = difflib.get_close_matches(typed.casefold(), [word.casefold() for word in known], n=1, cutoff=0.5)
    return next((word for word in known if found and word.casefold() == found[0]), "")


def refuse_word(text: str, choices: tuple[str, ...], listed: bool = True) -> str:
    """Raises ValueError: this word is not one of those; the nearest of them is proposed."""
    like = nearest(text, choices)
    if like:
        raise ValueError(_("“{text}” is unknown; did you mean “{like}”?").format(text=text, like=like))
    if listed:
        raise ValueError(_("“{text}” is unknown; use one of {words}.").format(text=text, words=", ".join(choices)))
    raise ValueError(_("“{text}” is unknown.").format(text=text))


def line(text: str) -> str:
    """Text on one line: line ends and other control characters would forge headers."""
    if any(ord(c) < 32 or ord(c) == 127 for c in text):
        raise ValueError(_("This must stand on one line, without control characters."))
    return text.strip()


def address_lines(text: str) -> str:
    """A postal address, of several lines if wanted."""
    return "\n".join(line(part) for part in text.strip().splitlines())


def one_of(*choices: str) -> Callable[[str], str]:
    """A check that accepts these words, whatever their case."""

    def check(text: str) -> str:
        for choice in choices:
            if choice.casefold() == text.strip().casefold():
                return choice
        return refuse_word(text, choices)

    return check


def timezone(text: str) -> str:
    """An IANA zone that this machine knows."""
    from zoneinfo import ZoneInfo, available_timezones

    try:
        return ZoneInfo(text.strip()).key
    except (KeyError, ValueError, OSError):
        return refuse_word(text, tuple(sorted(available_timezones())), listed=False)


def database_url(text: str) -> str:
    """A SQLite or PostgreSQL address as SQLAlchemy writes it."""
    if text and not text.startswith(("sqlite:///", "postgresql+psycopg://")):
        raise ValueError(
            _("“{text}” is no database address: write sqlite:////folder/shop.db or postgresql+psycopg://….").format(
                text=without_password(text)
            )
        )
    return text


def email_url(text: str) -> str:
    """The mail account as an Apprise address: mailtos://user:password@host:587."""
    if not text:
        return ""
    scheme = _apprise_scheme(text)
    if scheme not in EMAIL_SCHEMES:
        raise ValueError(
            _("“{scheme}” is no mail account: write mailtos://user:password@host:587.").format(scheme=scheme)
        )
    return text


def sms_url(text: str) -> str:
    """The SMS service as an Apprise address with {number} where the recipient's digits go."""
    if not text:
        return ""
    _apprise_scheme(text)
    if sum(text.count(place) for place in NUMBER_PLACES) != 1:
        raise ValueError(
            _("The address of the SMS service must hold {place} exactly once, where the number goes.").format(
                place=NUMBER_PLACES[0]
            )
        )
    return text


def fax_url(text: str) -> str:
    """The fax service: faxmail://gateway (number@gateway by the mail account) or hylafax://server:4559."""
    if text and _apprise_scheme(text) not in FAX_SCHEMES:
        raise ValueError(
            _("“{text}” is no fax service: write faxmail://fax.example or hylafax://server:4559.").format(text=text)
        )
    return text


def email_address(text: str) -> str:
    """One e-mail address; its form is looked at, not whether it exists."""
    address = line(text)
    if address and (address.count("@") != 1 or any(c in address for c in " ,;<>") or address.strip("@") != address):
        raise ValueError(_("“{text}” is not one e-mail address.").format(text=address))
    return address


def sms_sender(text: str) -> str:
    """The name or number that an SMS comes from: eleven letters and digits at most, or a number."""
    sender = line(text)
    if len(sender) > 11 and not sender.lstrip("+").isdigit():
        raise ValueError(_("A sender of SMS has at most 11 letters and digits: “{text}”.").format(text=sender))
    return sender


def minutes(text: str) -> str:
    """A time in minutes, with a comma or a point; 0 is never."""
    try:
        amount = float(text.strip().replace(",", "."))
    except ValueError:
        amount = -1
    if not 0 <= amount <= MOST_MINUTES:
        raise ValueError(_("“{text}” is no number of minutes.").format(text=text))
    return f"{amount:g}"


def login(text: str) -> str:
    """A short name to sign in with."""
    name = line(text)
    if not name or any(c.isspace() for c in name):
        raise ValueError(_("A login is one word."))
    return name


def without_password(text: str) -> str:
    """The same address with its password hidden, fit for a message or a log."""
    before, at, after = text.rpartition("@")
    scheme, mark_, account = before.partition("://")
    if not at or not mark_ or ":" not in account:
        return text
    return f"{scheme}://{account.partition(':')[0]}:…@{after}"


def _apprise_scheme(text: str) -> str:
    scheme, mark_, rest = text.partition("://")
    if not mark_ or not rest or not scheme.replace("+", "").isalnum() or any(c.isspace() for c in text):
        raise ValueError(_("“{text}” is no service address: write scheme://….").format(text=without_password(text)))
    return scheme.lower()


_country = one_of(*COUNTRIES)
_language = one_of("", *LANGUAGES)

SETTINGS: tuple[Setting, ...] = (
    Setting("data.folder", mark("Where the program keeps its data; by default the platform's data folder."), line,
            environment="CONVISAV_HOME"),
    Setting("shop.name", mark("The shop's name, on labels, receipts and messages."), line,
            environment="CONVISAV_SHOP_NAME", question=mark("Name of the shop"), default="ConviSAV"),
    Setting("shop.address", mark("Its postal address, on receipts; may have several lines."), address_lines,
            question=mark("Where the shop is (address on its papers)")),
    Setting("shop.phone", mark("Its telephone number, in messages and on receipts."), line,
            question=mark("Telephone of the shop")),
    Setting("shop.email", mark("Its e-mail address, in messages and on receipts."), email_address),
    Setting("shop.country", mark("Country of the shop: its rules, currency and numbering plan."), _country,
            default="FR", environment="CONVISAV_COUNTRY", question=mark("Country"), choices=tuple(COUNTRIES)),
    Setting("shop.language", mark("Language of the shop; by default that of the system."), _language,
            question=mark("Language"), choices=LANGUAGES),
    Setting("shop.timezone", mark("Time zone (IANA name); by default that of the country."), timezone,
            environment="CONVISAV_TIMEZONE"),
    Setting("shop.currency", mark("Currency (ISO code); by default that of the country."), one_of(*CURRENCIES),
            choices=CURRENCIES),
    Setting("database.url", mark("The database; by default shop.db in the data folder."), database_url,
            environment="CONVISAV_DATABASE_URL", secret=True),
    Setting("station.name", mark("Name of this counter or bench; by default that of the machine."), line,
            environment="CONVISAV_STATION"),
    Setting("station.staff", mark("Login of who works here; by default the first of the staff."), line,
            environment="CONVISAV_STAFF"),
    Setting("station.language", mark("Language of the screens here; by default the person's, then the shop's."),
            _language, environment="CONVISAV_LANGUAGE", choices=LANGUAGES),
    Setting("station.lock_minutes",
            mark("Minutes without a key after which the station asks for a PIN, where PINs are used; 0: never."),
            minutes, default=USUAL_LOCK_MINUTES, environment="CONVISAV_LOCK_MINUTES"),
    Setting("station.slow",
            mark("Whether the line to this terminal is thin (yes, no), as by `convisav --slow`: "
                 "lines, colours, clock and hints are left out."),
            one_of(YES, NO), default=NO, environment="CONVISAV_SLOW", choices=(YES, NO)),
    Setting("printers.name", mark("Name of the printer, as people call it."), line, required=True),
    Setting("printers.kind",
            mark("What speaks to it: Brother QL, ESC/POS receipt printer, Zebra (ZPL), office printer or CUPS queue."),
            one_of(*printer_kinds.KINDS), default=printer_kinds.BROTHER, choices=tuple(printer_kinds.KINDS)),
    Setting("printers.model", mark("Its model, or the dots an inch of its print head; by default the kind's first."),
            one_of(*printer_kinds.MODELS), default="QL-820NWB", choices=printer_kinds.MODELS),
    Setting("printers.address", mark("Where it listens: tcp://host:9100, ipp://host/ipp/print."), printer_kinds.address,
            required=True, question=mark("Address of the label printer (tcp://host:9100)")),
    Setting("printers.media",
            mark("Labels, rolls or paper that are loaded, the usual one first; by default the kind's usual one."),
            printer_kinds.medium, default=("62",), choices=printer_kinds.MEDIA),
    Setting("printers.roles", mark("What it prints: label, receipt, paper; by default all that its kind can."),
            one_of(*printer_kinds.ROLES), default=("label", "receipt"), choices=printer_kinds.ROLES),
    Setting("papers.templates",
            mark("Folder of the shop's own templates of papers (convisav papers export); by default only the shipped "
                 "ones are used."),
            line, environment="CONVISAV_PAPER_TEMPLATES"),
    Setting("papers.size", mark("Size of the paper that documents are set for."), one_of(*printer_kinds.PAPER_SIZES),
            default=printer_kinds.PAPER_SIZES[0], choices=printer_kinds.PAPER_SIZES),
    Setting("notify.email.url", mark("The mail account: mailtos://user:password@host:587."), email_url,
            environment="CONVISAV_EMAIL_URL", question=mark("Mail account (mailtos://user:password@host:587)"),
            secret=True),
    Setting("notify.email.from_name", mark("Name that customers see; by default the shop's."), line),
    Setting("notify.email.from_address", mark("Address that messages come from."), email_address,
            environment="CONVISAV_EMAIL_FROM", question=mark("Address that messages come from")),
    Setting("notify.email.reply_to", mark("Address that answers go to; by default the shop's."), email_address),
    Setting("notify.sms.url", mark("The SMS service as an Apprise address with {number} for the recipient."), sms_url,
            environment="CONVISAV_SMS_URL", secret=True),
    Setting("notify.sms.sender", mark("Name or number that an SMS comes from."), sms_sender,
            environment="CONVISAV_SMS_SENDER"),
    Setting("notify.fax.url",
            mark("The fax service: faxmail://gateway, through the mail account, or hylafax://server:4559."), fax_url,
            environment="CONVISAV_FAX_URL"),
    Setting("staff.login", mark("Short name to sign in with."), login, required=True),
    Setting("staff.name", mark("Name of the person; by default the login."), line, question=mark("Your name")),
    Setting("staff.role", mark("What the person does."), one_of(*STAFF_ROLES), default="clerk", choices=STAFF_ROLES),
    Setting("staff.language", mark("Language of the person; by default the shop's."), _language, choices=LANGUAGES),
)  # fmt: skip
REPEATED = ("printers", "staff")
BY_KEY = {setting.key: setting for setting in SETTINGS}
