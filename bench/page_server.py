"""The server that `bench/pages.py` measures: a process of its own, with its CPU time and its memory."""

from __future__ import annotations

import os
import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import sleep

import httpx


@dataclass(frozen=True, slots=True)
class Server:
    """A server process."""

    url: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time until now."""
        fields = Path(f"/proc/{self.pid}/stat").read_text("utf-8").rpartition(") ")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def peak_mb(self) -> float:
        """The largest resident set so far, in MB of 10^6 bytes."""
        status = Path(f"/proc/{self.pid}/status").read_text("utf-8")
        return int(re.findall(r"VmHWM:\s+(\d+) kB", status)[0]) * 1024 / 1e6


@contextmanager
def serving(home: Path, log: Path) -> Iterator[Server]:
    """The store of a home behind a server that writes its log to a file; it is ended afterwards."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "app.cli", "--home", str(home), "serve", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
        try:
            server = Server(f"http://127.0.0.1:{port}", process.pid)
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(30)


def _wait_for(server: Server, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit("the server did not start")
        try:
            if httpx.get(f"{server.url}/readyz", timeout=10).status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            sleep(0.2)
    raise SystemExit("the server was not ready in time")
