"""One connection to the mail server for the messages of a run, so that each does not greet, encrypt and log in anew."""

from __future__ import annotations

import contextlib
from types import TracebackType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import smtplib

    from convisav_tui.notifying.urls import MailAccount

# Servers count the messages of a connection, and hang up on who sends too many.
MOST_MESSAGES = 50


class MailLine:
    """Keeps a connection between two messages that both went well; after any trouble the next one begins anew."""

    def __init__(self) -> None:
        self._client: smtplib.SMTP | None = None
        self._account: MailAccount | None = None
        self._carried = 0

    def take(self, account: MailAccount) -> smtplib.SMTP | None:
        """The open connection to this account's server, which is the caller's from now on; None without one."""
        client, known, self._client = self._client, self._account, None
        if client is not None and (known != account or self._carried >= MOST_MESSAGES):
            hang_up(client)
            client = None
        self._carried = self._carried + 1 if client is not None else 0
        return client

    def keep(self, client: smtplib.SMTP, account: MailAccount) -> None:
        """A message went well: the connection is there for the next one."""
        self._client, self._account = client, account

    def close(self) -> None:
        """Take leave of the server."""
        if self._client is not None:
            hang_up(self._client)
            self._client = None

    def __enter__(self) -> MailLine:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self.close()


def hang_up(client: smtplib.SMTP) -> None:
    """Say goodbye, as far as somebody still listens."""
    import smtplib

    with contextlib.suppress(OSError, smtplib.SMTPException):
        client.quit()
    client.close()
