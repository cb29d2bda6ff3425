"""A real sshd on loopback: its own host key, the shipped docs/sshd_config.example, key login for this account."""

from __future__ import annotations

import contextlib
import getpass
import os
import shlex
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.waiting import wait_until

EXAMPLE = Path(__file__).parents[2] / "docs" / "sshd_config.example"
# As the shipped file names them.
ACCOUNT, PROGRAM = "Match User shop", "/usr/local/bin/convisav"
PATHS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
_FRAME = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/authorized_keys
# The temporary folder of a test lies below /tmp, which others may write to.
StrictModes no
UsePAM no
Include {folder}/convisav.conf
"""


@dataclass
class SshServer:
    """A running sshd. Each station has a key of its own; its sessions write the process id of their program down."""

    folder: Path
    port: int
    environment: Mapping[str, str]
    changes: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> str:
        """What sshd said."""
        return (self.folder / "sshd.log").read_text(errors="replace")

    def programs(self, station: str) -> list[int]:
        """The processes that this station's sessions were given so far, oldest first."""
        path = self.folder / f"programs-{station}"
        return [int(line) for line in path.read_text().split()] if path.exists() else []

    def add_station(self, station: str, staff: str, *, slow: bool = False) -> None:
        """A key for a station, and who works there."""
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", station, "-f", str(self.folder / station))
        said = [f'environment="CONVISAV_STATION={station}"', f'environment="CONVISAV_STAFF={staff}"']
        if slow:
            said.append('environment="CONVISAV_SLOW=yes"')
        public = (self.folder / f"{station}.pub").read_text()
        with (self.folder / "authorized_keys").open("a") as keys:
            keys.write(f"restrict,pty,{','.join(said)} {public}")

    def client(self, station: str, *words: str, terminal: bool = True, options: tuple[str, ...] = ()) -> list[str]:
        """The command line of this station's ssh."""
        given = ["-F", "none", "-i", str(self.folder / station), "-p", str(self.port)]
        for option in (
            "IdentitiesOnly=yes",
            "BatchMode=yes",
            f"UserKnownHostsFile={self.folder / 'known_hosts'}",
            "StrictHostKeyChecking=yes",
            "SendEnv=LANG LC_ALL CONVISAV_CONFIG",
            *options,
        ):
            given += ["-o", option]
        return ["ssh", "-tt" if terminal else "-T", *given, f"{getpass.getuser()}@127.0.0.1", *words]

    def begin(self) -> None:
        """Write keys and configuration, start sshd, wait until it listens."""
        _run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(self.folder / "host_key"))
        public = (self.folder / "host_key.pub").read_text().split()
        (self.folder / "known_hosts").write_text(f"[127.0.0.1]:{self.port} {public[0]} {public[1]}\n")
        (self.folder / "authorized_keys").touch(mode=0o600)
        self._write_program()
        (self.folder / "convisav.conf").write_text(self._shipped())
        (self.folder / "sshd_config").write_text(_FRAME.format(port=self.port, folder=self.folder))
        if os.geteuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # made by Debian's service, which does not run here
        sshd = shutil.which("sshd", path=PATHS)
        assert sshd is not None
        log = self.folder / "sshd.log"
        # sshd runs itself again for each connection and therefore wants its whole path.
        self.process = subprocess.Popen(
            [sshd, "-D", "-f", str(self.folder / "sshd_config"), "-E", str(log)], stdin=subprocess.DEVNULL
        )
        wait_until(self._listens, 20, "sshd listening")

    def end(self) -> None:
        """Stop sshd; the sessions end with their clients."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(10)

    def _listens(self) -> bool:
        assert self.process is not None and self.process.poll() is None, f"sshd ended: {self.log}"
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
            return True
        return False

    def _shipped(self) -> str:
        """The file of the documentation with the account and the path of this machine."""
        text = EXAMPLE.read_text(encoding="utf-8")
        for before, after in {
            ACCOUNT: f"Match User {getpass.getuser()}",
            PROGRAM: str(self.folder / "convisav"),
            **self.changes,
        }.items():
            assert before in text, f"docs/sshd_config.example says nothing of {before!r}"
            text = text.replace(before, after)
        return text

    def _write_program(self) -> None:
        """What stands for /usr/local/bin/convisav: the program on the shop of the test."""
        lines = ["#!/bin/sh", f'echo $$ >> {shlex.quote(str(self.folder))}/programs-"$CONVISAV_STATION"']
        lines += [
            f"export {name}={shlex.quote(value)}" for name, value in self.environment.items() if name != "command"
        ]
        lines.append(f"exec {self.environment['command']}")
        path = self.folder / "convisav"
        path.write_text("\n".join(lines) + "\n")
        path.chmod(0o755)


def need_ssh() -> None:
    """Skip the test, naming what this machine lacks."""
    for tool, package in (("sshd", "openssh-server"), ("ssh", "openssh-client"), ("ssh-keygen", "openssh-client")):
        if shutil.which(tool, path=PATHS) is None:
            pytest.skip(f"there is no {tool} on this machine: install the package {package}")


@contextlib.contextmanager
def running_ssh_server(
    folder: Path, command: list[str], environment: Mapping[str, str], changes: Mapping[str, str] | None = None
) -> Iterator[SshServer]:
    """A server whose every session is `command` with `environment` added; `changes` are made to the shipped file."""
    need_ssh()
    folder.mkdir(parents=True, exist_ok=True)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    said = {**environment, "command": shlex.join(command)}
    server = SshServer(folder, port, said, changes or {})
    try:
        server.begin()
        yield server
    finally:
        server.end()


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True, timeout=30)
