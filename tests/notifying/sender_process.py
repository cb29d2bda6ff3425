"""A sender that can be killed: imports everything once, and forks a process that sends for each line on its input.

python -m tests.notifying.sender_process FOLDER MAIL_URL SMS_URL DATABASE_URL: prints each process id.
it starts.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from datetime import timedelta
from pathlib import Path

import phonenumbers

from convisav_tui.notifying import fax, http_tap, sms
from convisav_tui.notifying.mail_plugin import register
from convisav_tui.notifying.sender import run_due
from convisav_tui.store.engine import Store
from tests.notifying.conftest import configuration

# Longer than any send here takes, short enough that what a killed sender held is taken back within the test.
LEASE = timedelta(seconds=1.5)
IDLE_SECONDS = 0.02
# A gateway that faxes what is mailed to it: it shares the mail server.
FAX_URL = "faxmail://fax.example"


def send_for_ever(folder: Path, mail_url: str, sms_url: str, database_url: str) -> None:
    config = configuration(folder, mail_url, sms_url, FAX_URL)
    store = Store(database_url)
    idle = threading.Event()
    while True:
        run_due(store, config, lease=LEASE)
        idle.wait(IDLE_SECONDS)


def main() -> None:
    folder, *urls = sys.argv[1:]
    register()
    assert sms and fax and http_tap and phonenumbers.parse("+33612345678")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    print("ready", flush=True)
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            send_for_ever(Path(folder), *urls)
        print(child, flush=True)


if __name__ == "__main__":
    main()
