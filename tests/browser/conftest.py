"""Chromium against a real server: the worked example once, an empty installation per journey."""

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from passlib.totp import TOTP
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser import chromium
from tests.worked_example import SignIns
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.operations import schema

expect.set_options(timeout=20_000)

FLAGS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium.path()
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield started
        started.close()


@dataclass
class Site:
    """A running server with its folder."""

    home: Path
    base_url: str
    sign_ins: dict[str, tuple[str, str]]

    def settings(self) -> Settings:
        return Settings(home=self.home, base_url=self.base_url)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def serve(home: Path, port: int) -> subprocess.Popen[bytes]:
    """Start `uatapp run` in a process of its own and wait until it answers."""
    base_url = f"http://127.0.0.1:{port}"
    env = {**os.environ, "UATAPP_HOME": str(home), "UATAPP_BASE_URL": base_url, "UATAPP_WORKED_EXAMPLE": "1"}
    log = (home / "server.log").open("wb")
    server = subprocess.Popen(
        [sys.executable, "-c", "from uatapp.cli import main; main()", "run", "--workers", "1"],
        env=env,
        stdout=log,
        stderr=log,
    )
    for _ in range(200):
        try:
            urllib.request.urlopen(f"{base_url}/check/", timeout=5)
        except OSError:
            assert server.poll() is None, (home / "server.log").read_text()
            time.sleep(0.1)
        else:
            return server
    raise AssertionError((home / "server.log").read_text())


@pytest.fixture(scope="session")
def example(tmp_path_factory: pytest.TempPathFactory, worked_example: tuple[Path, SignIns]) -> Iterator[Site]:
    """The worked example, served."""
    home, port = tmp_path_factory.mktemp("example") / "home", _free_port()
    shutil.copytree(worked_example[0], home)
    server = serve(home, port)
    sign_ins = {role: (email, password) for role, email, password in worked_example[1]}
    yield Site(home, f"http://127.0.0.1:{port}", sign_ins)
    server.terminate()
    server.wait(20)


@pytest.fixture
def empty_site(tmp_path: Path) -> Iterator[Site]:
    """An empty installation, served."""
    home, port = tmp_path / "empty", _free_port()
    home.mkdir()
    with create_app(Settings(home=home, base_url=f"http://127.0.0.1:{port}", worked_example=True)).app_context():
        schema.upgrade()
    server = serve(home, port)
    yield Site(home, f"http://127.0.0.1:{port}", {})
    server.terminate()
    server.wait(20)


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open a page in a browser of its own for a person."""
    contexts: list[BrowserContext] = []

    def opened(**options: object) -> Page:
        context = browser.new_context(**options)  # type: ignore[arg-type]
        contexts.append(context)
        context.set_default_timeout(20_000)
        return context.new_page()

    yield opened
    for context in contexts:
        context.close()


_SIGNED_IN: dict[tuple[str, str], Any] = {}


def sign_in(page: Page, base_url: str, email: str, password: str) -> None:
    """Sign in; who needs a code does so once, and is signed in by that session from then on: each code works once."""
    known = _SIGNED_IN.get((base_url, email))
    if known:
        page.context.add_cookies(known)
        page.goto(base_url)
        return
    page.goto(f"{base_url}/sign-in")
    page.get_by_label("Email").or_(page.locator("input[name=email]")).first.fill(email)
    page.locator("input[type=password]").first.fill(password)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url(lambda url: not url.endswith("/sign-in"))
    if "/sign-in/code" in page.url:
        page.locator("input[name=code]").fill(page.locator("[data-example-code]").inner_text())
        page.locator("main button[type=submit]").click()
        page.wait_for_url(lambda url: "/sign-in" not in url)
        _SIGNED_IN[base_url, email] = page.context.cookies()


def set_up_second_step(page: Page) -> Any:
    """On the page that sets the second step up, let an app read the key; return the app."""
    app = TOTP(key=page.locator("p.hash").inner_text().replace(" ", ""), format="base32")
    page.locator("input[name=code]").fill(app.generate().token)
    page.get_by_role("button", name="Set up the second step").click()
    page.get_by_role("link", name="I have kept them: go on").click()
    return app
