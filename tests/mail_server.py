"""A real SMTP server on loopback (aiosmtpd) that can refuse, stall, hang up, and keeps what it took."""

from __future__ import annotations

import asyncio
import contextlib
import datetime
import ipaddress
import socket
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"


@dataclass
class Received:
    """A mail that the server took: its envelope and its bytes."""

    mail_from: str
    rcpt_to: list[str]
    content: bytes

    @property
    def message(self) -> EmailMessage:
        """The parsed mail."""
        parsed = message_from_string(self.content.decode(), policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        return parsed

    @property
    def message_id(self) -> str:
        """Its Message-ID."""
        return str(self.message["Message-ID"])


@dataclass
class Behaviour:
    """What the server does. `answers` is used up first, one entry a mail, at the DATA stage; then the rest applies.

    An entry or `at_data` is "" (take it), a reply such as "451 4.3.0 later", "hang" (take it, never answer), or "cut"
    (take it, close the connection without an answer). `at_rcpt` is "" or a reply, and so is `at_mail`.
    """

    answers: list[str] = field(default_factory=list)
    at_data: str = ""
    at_mail: str = ""
    at_rcpt: str = ""
    by_recipient: dict[str, str] = field(default_factory=dict)
    pause: float = 0.0  # seconds between taking a mail and saying so
    login: tuple[str, str] | None = None  # what AUTH must give; nothing is taken without it
    login_refusal: str = ""  # the reply to every AUTH


class MailServer:
    """The server: `port`, `received`, `behaviour`, and how many connections and logins there were."""

    def __init__(self, encryption: str = "", certificate: ServerCertificate | None = None, **options: Any) -> None:
        self.behaviour = Behaviour()
        self.received: list[Received] = []
        self.logins: list[tuple[str, str]] = []
        self.connections = 0
        self._stopped = asyncio.Event()
        context = certificate.context() if certificate else None
        protocol = {"starttls": {"tls_context": context, "require_starttls": True}}.get(encryption, {})
        self._controller = Controller(
            self,
            hostname=HOST,
            port=0,
            ssl_context=context if encryption == "ssl" else None,
            **protocol
            | {"authenticator": self._authenticate, "auth_require_tls": False, "enable_SMTPUTF8": True}
            | options,
        )
        # The controller would knock at port 0, not at the one that the system chose.
        self._controller._trigger_server = self._knock  # type: ignore[method-assign]

    def _knock(self) -> None:
        socket.create_connection((HOST, self.port)).close()

    @property
    def port(self) -> int:
        """The port that the system chose."""
        server = self._controller.server
        assert server is not None
        return int(server.sockets[0].getsockname()[1])  # type: ignore[attr-defined]

    @property
    def recipients(self) -> list[str]:
        """Everybody that mail was taken for, in order."""
        return [recipient for mail in self.received for recipient in mail.rcpt_to]

    def start(self) -> MailServer:
        """Listen."""
        self._controller.start()
        return self

    def stop(self) -> None:
        """Let go of every connection and stop; may be called again."""
        if self._stopped.is_set():
            return
        self._controller.loop.call_soon_threadsafe(self._stopped.set)
        self._controller.stop(no_assert=True)

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        behaviour = self.behaviour
        if behaviour.login_refusal:
            return AuthResult(success=False, handled=False, message=behaviour.login_refusal)
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        good = behaviour.login is None or self.logins[-1] == behaviour.login
        if not good:
            return AuthResult(success=False, handled=False, message="535 5.7.8 Authentication credentials invalid")
        return AuthResult(success=True)

    async def handle_EHLO(
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        self.connections += 1
        return responses

    async def handle_MAIL(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self.behaviour.login and not session.authenticated:
            return "530 5.7.0 Authentication required"
        if self.behaviour.at_mail:
            return self.behaviour.at_mail
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = self.behaviour.by_recipient.get(address) or self.behaviour.at_rcpt
        if refusal:
            return refusal
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        behaviour = self.behaviour
        answer = behaviour.answers.pop(0) if behaviour.answers else behaviour.at_data
        if answer and answer not in ("hang", "cut"):
            return answer
        content = envelope.original_content or b""
        self.received.append(Received(envelope.mail_from or "", list(envelope.rcpt_tos), content))
        if self.behaviour.pause:
            await asyncio.sleep(self.behaviour.pause)
        if answer == "hang":
            await self._stopped.wait()
        if answer in ("hang", "cut"):
            assert server.transport is not None
            server.transport.abort()
        return "250 2.0.0 queued as 4711"


@contextlib.contextmanager
def running_mail_server(encryption: str = "", **options: Any) -> Iterator[MailServer]:
    """A mail server: plain, or with encryption "starttls" or "ssl" and a `certificate`."""
    server = MailServer(encryption, **options).start()
    try:
        yield server
    finally:
        server.stop()


@dataclass(frozen=True)
class ServerCertificate:
    """A certificate for loopback and the authority that signed it: files."""

    certificate: Path
    key: Path
    authority: Path

    def context(self) -> ssl.SSLContext:
        """For the server's side."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate, self.key)
        return context


def make_certificate(folder: Path, name: str = "localhost") -> ServerCertificate:
    """An authority of our own, and a certificate of it for `name` and 127.0.0.1 (for `name` alone if it is another)."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    now = datetime.datetime.now(datetime.UTC)

    def issue(subject: str, public_key: Any, issuer: str, signer: Any, extensions: list[Any]) -> x509.Certificate:
        builder = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, subject)]))
            .issuer_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, issuer)]))
            .public_key(public_key)
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - datetime.timedelta(days=1))
            .not_valid_after(now + datetime.timedelta(days=30))
        )
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical)
        return builder.sign(signer, hashes.SHA256())

    authority_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    usage = x509.KeyUsage(True, False, False, False, False, True, True, False, False)
    key_id = x509.SubjectKeyIdentifier.from_public_key(authority_key.public_key())
    constraints = [(x509.BasicConstraints(ca=True, path_length=0), True), (usage, True), (key_id, False)]
    authority = issue("Test authority", authority_key.public_key(), "Test authority", authority_key, constraints)
    names: list[x509.GeneralName] = [x509.DNSName(name)]
    if name == "localhost":
        names.append(x509.IPAddress(ipaddress.ip_address(HOST)))
    signed_by = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    extensions = [(x509.SubjectAlternativeName(names), False), (signed_by, False)]
    leaf = issue(name, key.public_key(), "Test authority", authority_key, extensions)
    pem = serialization.Encoding.PEM
    files = ServerCertificate(folder / f"{name}.pem", folder / f"{name}.key", folder / f"{name}-authority.pem")
    files.certificate.write_bytes(leaf.public_bytes(pem))
    files.authority.write_bytes(authority.public_bytes(pem))
    files.key.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return files
