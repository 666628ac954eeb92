"""Which Chromium the browser tests drive: the one that is named, the machine's own, else Playwright's."""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MISSING = "no Chromium on this machine: run .ci/chromium, or name one in SHOPHAND_CHROMIUM"


def chromium_path() -> str | None:
    """The program's path; None if there is no Chromium."""
    named = os.environ.get("SHOPHAND_CHROMIUM")
    found = named or next((path for name in NAMES if (path := shutil.which(name))), None)
    if found is None:
        with sync_playwright() as playwright:
            found = playwright.chromium.executable_path
    return found if Path(found).exists() else None


if __name__ == "__main__":
    sys.exit(0 if chromium_path() else MISSING)
