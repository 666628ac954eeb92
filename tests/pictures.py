"""Pictures of the running demo for the README: ``python -m tests.pictures`` writes docs/images/*.png.

A demo store of its own, or the one in the directory that is named, behind a real server; a real Chromium
(tests/browser/chromium.py says which); the pages as somebody of the demo sees them: light, dark, and as
narrow as a phone.
"""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

import uvicorn
from playwright.sync_api import Browser, sync_playwright

from app.bootstrap import House
from app.demo import build_demo, run_demo
from app.settings import Settings
from app.web.limits import Buckets
from app.web.server import create_app
from tests.browser.chromium import MISSING, chromium_path

IMAGES: Final = Path(__file__).parents[1] / "docs/images"
LARGEST: Final = 200_000
"""Bytes of one picture."""

_WHO: Final = "priya"


@dataclass(frozen=True, slots=True)
class Picture:
    """One file: the page, and how it is looked at."""

    name: str
    path: str
    scheme: Literal["light", "dark"] = "light"
    width: int = 1120
    height: int = 720


PICTURES: Final = (
    Picture("today", "/"),
    Picture("approval", "/approvals?order=money"),
    Picture("approval-dark", "/approvals?order=money", scheme="dark"),
    Picture("run", "/runs/{run}"),
    Picture("policies", "/policies"),
    Picture("today-narrow", "/", width=390, height=844),
)


def main() -> None:
    """Make the demo, serve it, take every picture; exits with words for one that is too large."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory() as made:
        home = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(made) / "demo"
        house = build_demo(Settings.load({"home": home}), lambda _: None)
        run = run_demo(house).run
        with _served(house) as url, _chromium() as browser:
            for one in PICTURES:
                size = _taken(browser, url, house.credentials.tokens()[_WHO], one, run)
                sys.stderr.write(f"{one.name}.png: {size:,} bytes\n")
                if size > LARGEST:
                    raise SystemExit(f"{one.name}.png is over {LARGEST:,} bytes")


def _taken(browser: Browser, url: str, token: str, one: Picture, run: str) -> int:
    context = browser.new_context(
        base_url=url,
        color_scheme=one.scheme,
        viewport={"width": one.width, "height": one.height},
        reduced_motion="reduce",
        locale="en-GB",
    )
    context.request.post("/sign-in", form={"token": token})
    page = context.new_page()
    page.goto(one.path.format(run=run))
    page.wait_for_load_state("networkidle")
    file = IMAGES / f"{one.name}.png"
    page.screenshot(path=file)
    context.close()
    return file.stat().st_size


@contextmanager
def _chromium() -> Iterator[Browser]:
    path = chromium_path()
    if path is None:
        raise SystemExit(MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=path, args=["--no-sandbox", "--disable-dev-shm-usage"]
        )
        yield browser
        browser.close()


@contextmanager
def _served(house: House) -> Iterator[str]:
    listener = socket.create_server(("127.0.0.1", 0))
    app = create_app(house, buckets=Buckets(per_second=1e6, burst=1e6))
    server = uvicorn.Server(uvicorn.Config(app, log_config=None, timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = True
    thread.join(20)


if __name__ == "__main__":
    main()
