"""A printer's SNMP agent: Debian's snmpd, which asks this very file for the rows of a table that a test writes.

Started by snmpd it reads requests (pass_persist) and answers them from the file that it is given.
"""

from __future__ import annotations

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

Row = tuple[str, str]  # "integer", "string" or "octet", and what snmpd reads after it
DEVICE, PRINTER, MIB = "1.3.6.1.2.1.25.3.2.1.5", "1.3.6.1.2.1.25.3.5", "1.3.6.1.2.1.43"
BROTHER = "1.3.6.1.4.1.2435.3.3.9.1.6.1"


def missing() -> str:
    """What is not here to run an agent; "" when nothing is."""
    return "" if _daemon() else "no snmpd here (apt-get install snmpd)"


def printer(
    bits: str = "00",
    *,
    device: int | None = 2,
    status: int = 3,
    covers: tuple[int, ...] = (4,),
    trays: tuple[tuple[int, int, str, tuple[int, int]], ...] = ((500, 250, "iso-a4", (297000, 210000)),),
    alerts: tuple[tuple[int, int, str], ...] = (),
) -> dict[str, Row]:
    """A printer's rows. `trays`: what each holds at most, what is in it, the name of its medium, its size in µm fed
    and across; `alerts`: severity, code, words."""
    rows: dict[str, Row] = {f"{PRINTER}.1.1.1": ("integer", str(status)), f"{PRINTER}.1.2.1": ("octet", bits)}
    if device is not None:
        rows[f"{DEVICE}.1"] = ("integer", str(device))
    for place, state in enumerate(covers, 1):
        rows[f"{MIB}.6.1.1.3.1.{place}"] = ("integer", str(state))
    for place, (most, level, name, size) in enumerate(trays, 1):
        numbers = {3: 4, 4: size[0], 5: size[1], 6: size[0], 7: size[1], 9: most, 10: level}
        rows |= {f"{MIB}.8.2.1.{at}.1.{place}": ("integer", str(value)) for at, value in numbers.items()}
        rows[f"{MIB}.8.2.1.12.1.{place}"] = ("string", name)
    for place, (severity, code, words) in enumerate(alerts, 1):
        rows[f"{MIB}.18.1.1.2.1.{place}"] = ("integer", str(severity))
        rows[f"{MIB}.18.1.1.7.1.{place}"] = ("integer", str(code))
        rows[f"{MIB}.18.1.1.8.1.{place}"] = ("string", words)
    return rows


class PrinterAgent:
    """snmpd on a port of this machine; `tell` says what it answers from now on."""

    def __init__(self, folder: Path, port: int) -> None:
        self.port = port
        self._table = folder / "table.json"
        self.tell({})
        rules, me = folder / "snmpd.conf", Path(__file__)
        passed = "".join(
            f"pass_persist -p 1 .{root} {sys.executable} -I -S {me} {self._table}\n"
            for root in (DEVICE, PRINTER, MIB, BROTHER)
        )
        rules.write_text(f"agentaddress udp:127.0.0.1:{port}\nrocommunity public 127.0.0.1\n{passed}")
        options = ["-f", "-C", "-c", str(rules), "-Lf", str(folder / "log"), "-p", str(folder / "pid")]
        environment = {"SNMP_PERSISTENT_DIR": str(folder), "MIBS": "", "PATH": "/usr/bin:/bin"}
        self._process = subprocess.Popen([_daemon(), *options], env=environment)

    def tell(self, rows: Mapping[str, Row]) -> None:
        """Answer with these rows, and nothing else."""
        part = self._table.with_suffix(".part")
        part.write_text(json.dumps(rows))
        part.replace(self._table)

    def close(self) -> None:
        self._process.terminate()
        self._process.wait(10)


@contextlib.contextmanager
def printer_agent(folder: Path) -> Iterator[PrinterAgent]:
    from tests.fake_printer import free_port

    agent = PrinterAgent(folder, free_port())
    try:
        yield agent
    finally:
        agent.close()


def _daemon() -> str:
    return shutil.which("snmpd", path="/usr/sbin:/usr/bin") or ""


def _arcs(name: str) -> list[int]:
    return [int(part) for part in name.strip(".").split(".")]


def _answer(rows: Mapping[str, Row], question: str, name: str) -> str:
    """What snmpd reads: name, type, value; NONE without a row."""
    names = sorted(rows, key=_arcs)
    wanted = _arcs(name)
    found = next((one for one in names if (_arcs(one) > wanted if question == "getnext" else _arcs(one) == wanted)), "")
    return f".{found}\n" + "\n".join(rows[found]) if found else "NONE"


def _serve(table: Path) -> None:
    for line in sys.stdin:
        question = line.strip()
        if question == "PING":
            print("PONG", flush=True)
        elif question in ("get", "getnext"):
            print(_answer(json.loads(table.read_text()), question, sys.stdin.readline().strip()), flush=True)


if __name__ == "__main__":
    _serve(Path(sys.argv[1]))
