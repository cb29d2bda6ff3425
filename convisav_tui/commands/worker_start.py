"""Whether a worker runs on this machine, and starting one: cheap enough for the screens to ask every minute."""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
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


def stop_worker(config: Config, seconds: float = 10.0) -> bool:
    """Ask the worker of this data folder to end and wait for it; True when none runs any more."""
    deadline = time.monotonic() + seconds
    while worker_runs(config):
        process = _process_of(config)
        if process:
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGTERM)
        if time.monotonic() >= deadline:
            return False
        time.sleep(0.05)
    return True


def _process_of(config: Config) -> int:
    """The process that the lock file names; the file is only believed while it is locked."""
    try:
        written = lock_path(config).read_text(encoding="ascii").strip()
    except OSError:
        return 0
    return int(written) if written.isdigit() else 0


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
