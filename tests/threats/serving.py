"""An application served from a thread, and what a real browser in it may not see happen."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from flask import Flask
from playwright.sync_api import Browser, BrowserContext, Page, Request
from playwright.sync_api import Error as BrowserError
from werkzeug.serving import make_server

from tests import quick
from tests.world import World
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import db

WATCH = "document.addEventListener('securitypolicyviolation', e => console.error('Content Security Policy: ' + e.violatedDirective + ' ' + e.blockedURI))"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def make_app(home: Path, port: int) -> Flask:
    """Make the application as it is served; forms need no token here, for tests fill them."""
    settings = Settings(home=home, base_url=f"http://127.0.0.1:{port}", secret_key="test " * 8, worked_example=True)
    app = create_app(settings)
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, WTF_CSRF_ENABLED=False, SERVER_NAME=settings.host)
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 3600  # styles and scripts are kept by browsers, as those of `uatapp run`
    return quick.share(app)


@contextmanager
def served(app: Flask, port: int) -> Iterator[str]:
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{port}"
    server.shutdown()
    thread.join()


@dataclass
class Watched:
    """One person's browser, with everything that went wrong in it."""

    page: Page
    context: BrowserContext
    wrongs: list[str] = field(default_factory=list)

    def open(self, address: str) -> str | None:
        """Open an address; return what is shown, or None for a file that is saved instead."""
        try:
            self.page.goto(address, wait_until="load")
        except BrowserError as error:
            if "Download is starting" not in str(error) and "ERR_ABORTED" not in str(error):
                raise
            return None
        return self.page.content()


def watched(browser: Browser, base_url: str, **options: object) -> Watched:
    """Open a browser in which dialogs, blocked content and requests to elsewhere are noted."""
    context = browser.new_context(accept_downloads=True, **options)  # type: ignore[arg-type]
    found = Watched(context.new_page(), context)
    host = urlsplit(base_url).netloc

    def inside(request: Request) -> None:
        if urlsplit(request.url).netloc not in (host, ""):
            found.wrongs.append(f"asked for {request.url}")

    context.on("request", inside)  # listened to, not led through here: then browsers keep styles and scripts
    context.add_init_script(WATCH)
    found.page.on("dialog", lambda dialog: (found.wrongs.append(f"dialog {dialog.message}"), dialog.dismiss()))
    found.page.on("pageerror", lambda error: found.wrongs.append(f"error {error}"))
    found.page.on(
        "console", lambda said: found.wrongs.append(said.text) if "Content Security Policy" in said.text else None
    )
    return found


def sign_in(context: BrowserContext, world: World, name: str, base_url: str) -> None:
    """Give a browser the session of a person."""
    with world.app.app_context():
        cookie = world.client(name).get_cookie("session", "127.0.0.1")
        db.session.remove()
    assert cookie is not None
    context.add_cookies([{"name": "session", "value": cookie.value, "url": base_url}])
