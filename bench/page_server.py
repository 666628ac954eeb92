"""The server that `bench/pages.py` measures: a process of its own, with its CPU time and its memory."""

from __future__ import annotations

import os
import re
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
    command = [sys.executable, "-m", "app.cli", "--home", str(home), "serve", "--port", "0"]
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[1])}
    with log.open("w", encoding="utf-8") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, env=environment)
        try:
            yield _ready(process, log)
        finally:
            process.terminate()
            process.wait(30)


def _ready(process: subprocess.Popen[bytes], log: Path) -> Server:
    """The server, once it says where it is and that it is ready."""
    for _ in range(600):
        if process.poll() is not None:
            raise SystemExit(f"the server did not start: {log.read_text('utf-8')}")
        if found := re.search(r"Shophand at (\S+)", log.read_text("utf-8")):
            httpx.get(f"{found[1]}/readyz", timeout=120).raise_for_status()
            return Server(found[1], process.pid)
        sleep(0.2)
    raise SystemExit("the server was not ready in time")
