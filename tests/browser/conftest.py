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

import pytest
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


def sign_in(page: Page, base_url: str, email: str, password: str) -> None:
    page.goto(f"{base_url}/sign-in")
    page.get_by_label("Email").or_(page.locator("input[name=email]")).first.fill(email)
    page.locator("input[type=password]").first.fill(password)
    page.locator("main button[type=submit], main input[type=submit]").first.click()
    page.wait_for_url(lambda url: "/sign-in" not in url)
