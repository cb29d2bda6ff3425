"""Whether a worker runs on this machine, and starting one: cheap enough for the screens to ask every minute."""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path

from convisav_tui.config import CONFIG_VARIABLE, Config

LOCK_NAME = "worker.lock"


def lock_path(config: Config) -> Path:
    """The file that a running worker keeps locked; the system lets go of it when the process dies in any way."""
    return config.home / LOCK_NAME


def worker_runs(config: Config) -> bool:
    """Whether a worker for this data folder runs on this machine."""
    try:
        descriptor = os.open(lock_path(config), os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def ensure_worker(config: Config) -> bool:
    """Start a worker of its own session unless one runs; True when one was started.

    It outlives this process only as long as something is due or another station was seen. Call it again now and then:
    a worker that died is replaced. Raises OSError when no process can be started.
    """
    if worker_runs(config):
        return False
    config.home.mkdir(parents=True, exist_ok=True)
    environment = dict(os.environ)
    if config.path is not None:
        environment[CONFIG_VARIABLE] = str(config.path)
    subprocess.Popen(
        [sys.executable, "-m", "convisav_tui", "worker", "--parent", str(os.getpid())],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        cwd=config.home,
        env=environment,
        start_new_session=True,
    )
    return True
