"""Which Chromium tests drive: Debian's, one that is named, or the one that Playwright brought. Never a snap.

`python -m tests.browser.chromium` prints it.
"""

import os
import shutil
import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

MISSING = """No Chromium that tests can drive was found.
On Debian `make test` installs it. Ubuntu's is a snap, which may not read the folders of tests; this brings one that may:
    .venv/bin/playwright install --with-deps chromium
Another browser of the family is named by UATAPP_CHROMIUM=/path/to/it."""


def is_snap(program: str) -> bool:
    """Say whether a program is a snap, or the small script with which Ubuntu leads to it."""
    path = Path(program).resolve()
    with path.open("rb") as file:
        start = file.read(4096)
    return "snap" in path.parts or path.name == "snap" or (start.startswith(b"#!") and b"/snap/bin/" in start)


def installed() -> list[str]:
    """Return the programs of the system that are no snaps, the most wanted first."""
    found = [shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")]
    return [program for program in found if program and not is_snap(program)]


def brought() -> list[str]:
    """Return the program that Playwright brought, if it did. Not to be asked while Playwright runs."""
    with sync_playwright() as playwright:
        program = playwright.chromium.executable_path
    return [program] if Path(program).is_file() else []


def path() -> str:
    """Return the program; where there is none, say how to get it."""
    named = os.environ.get("UATAPP_CHROMIUM")
    found = [named] if named else installed() or brought()
    assert found, MISSING
    return found[0]


if __name__ == "__main__":
    try:
        print(path())
    except AssertionError as missing:
        sys.exit(str(missing))
