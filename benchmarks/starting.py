"""Start-up and first migration; what a browser fetches on its first visit of a page."""

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Browser, sync_playwright

from benchmarks import pages, serving
from benchmarks.filling import Place, known_world, opened
from tests.browser import chromium
from tests.browser.conftest import FLAGS


def measure() -> dict[str, float]:
    """Return the seconds of the first migration and of a start, from the command to the first page."""
    with tempfile.TemporaryDirectory() as name:
        place = Place(Path(name), base_url="http://127.0.0.1:8767")
        begun = time.perf_counter()
        subprocess.run([sys.executable, "-c", serving.COMMAND, "migrate"], check=True, env=os.environ | place.environment(),
                       stdout=subprocess.DEVNULL)  # fmt: skip
        migrated = time.perf_counter() - begun
        begun = time.perf_counter()
        with serving.served(place):
            started = time.perf_counter() - begun
    return {"first_migration_s": migrated, "start_s": started}


def first_visits(place: Place) -> dict[str, int]:
    """Return the bytes on the wire of each main page in a browser that knows nothing yet.

    The page itself counts as the proxy in front sends it: compressed (docs/running.md).
    """
    with opened(place) as app:
        paths = pages.addresses(known_world(app))
    found: dict[str, int] = {}
    with serving.served(place), sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=chromium.path(), args=FLAGS)
        for name, path in paths.items():
            found[name] = _bytes(browser, place, pages.person_of(name), path)
        browser.close()
    return found


def _bytes(browser: Browser, place: Place, person: str, path: str) -> int:
    client = pages.signed_in(place, person)
    host = urlsplit(place.base_url).hostname or ""
    context = browser.new_context()
    context.add_cookies(
        [
            {"name": key, "value": str(morsel.value), "domain": host, "path": "/"}
            for key, morsel in client.cookies.items()
        ]
    )
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    sizes: list[int] = []
    session.on("Network.loadingFinished", lambda event: sizes.append(int(event["encodedDataLength"])))
    page.goto(place.base_url + path, wait_until="networkidle")
    context.close()
    answer = pages.asked(client, path)
    return sum(sizes) - len(answer.body) + pages.wire(answer)
