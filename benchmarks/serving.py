"""A server of our own on loopback, and a client that goes through its pages as a browser does."""

import contextlib
import http.client
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

from benchmarks.filling import Place
from tests.world import PASSWORD

START_SECONDS = 60
KEPT_SECONDS = 1  # the server ends idle connections after two
HIDDEN = re.compile(r'<input type="hidden"[^>]*\bname="(?P<name>[\w-]+)"[^>]*\bvalue="(?P<value>[^"]*)"')
COMMAND = "from uatapp.cli import main; main()"
# the floor: what the same server needs for a page that says one word
FLOOR = """
from flask import Flask
from uatapp.operations import serving
def build():
    app = Flask("floor")
    app.add_url_rule("/", view_func=lambda: "hello")
    return app
class Bare(serving.Server):
    def load(self):
        return self._build()
serving.Server = Bare
serving.serve(build, "{bind}", 1)
"""


class Slow(RuntimeError):
    """The server was not there in time."""


@dataclass
class Answer:
    """What came back, how many bytes that was, and after how many seconds."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.body.decode()

    def fields(self, action: str) -> dict[str, str]:
        """Return the hidden inputs of the form that goes to an address."""
        form = re.search(rf'<form[^>]*action="[^"]*{re.escape(action)}"[^>]*>(.*?)</form>', self.text, re.S)
        return {found["name"]: found["value"] for found in HIDDEN.finditer(form[1] if form else self.text)}


@dataclass
class Client:
    """One person's browser: keeps its connection and its cookies, and follows nothing by itself."""

    base_url: str
    cookies: SimpleCookie = field(default_factory=SimpleCookie)
    connection: http.client.HTTPConnection | None = None
    used: float = 0.0

    def get(self, path: str) -> Answer:
        return self.send("GET", path)

    def post(self, path: str, fields: dict[str, str] | list[tuple[str, str]]) -> Answer:
        return self.send("POST", path, urlencode(fields), {"Content-Type": "application/x-www-form-urlencoded"})

    def send(self, method: str, path: str, body: str | None = None, headers: dict[str, str] | None = None) -> Answer:
        base = urlsplit(self.base_url)
        if self.connection is None or time.perf_counter() - self.used > KEPT_SECONDS:
            self.connection = http.client.HTTPConnection(base.hostname or "", base.port, timeout=60)
        said = {"Accept": "text/html", "Accept-Encoding": "gzip", "Referer": self.base_url, **(headers or {})}
        if self.cookies:
            said["Cookie"] = "; ".join(f"{key}={morsel.value}" for key, morsel in self.cookies.items())
        begun = time.perf_counter()
        self.connection.request(method, path.removeprefix(self.base_url), body, said)
        answer = self.connection.getresponse()
        content = answer.read()
        self.used = time.perf_counter()
        seconds = self.used - begun
        for cookie in answer.headers.get_all("Set-Cookie", []):
            self.cookies.load(cookie)
        return Answer(answer.status, answer.headers, content, seconds)

    def sign_in(self, email: str, code: Callable[[], str] = str) -> None:
        """Sign in; `code` gives the code of a person who has a second step."""
        page = self.get("/sign-in")
        fields = page.fields("/sign-in") | {"email": email, "password": PASSWORD}
        answer = self.post("/sign-in", fields)
        if answer.status not in (302, 303):
            raise RuntimeError(f"{email} could not sign in: {answer.status}")
        if "/sign-in/code" in answer.headers["Location"]:
            fields = self.get("/sign-in/code").fields("/sign-in/code") | {"code": code()}
            answer = self.post("/sign-in/code", fields)
            if answer.status != 303:
                raise RuntimeError(f"{email} could not sign in with a code: {answer.status}")


@contextlib.contextmanager
def served(place: Place, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """Serve a place as `uatapp run` does, until the block ends."""
    bind = urlsplit(place.base_url).netloc
    with _running(["-c", COMMAND, "run", "--bind", bind, "--workers", str(workers)], place.environment(), bind) as run:
        yield run


@contextlib.contextmanager
def floor(bind: str) -> Iterator[subprocess.Popen[bytes]]:
    """Serve one word from the same kind of server."""
    with _running(["-c", FLOOR.format(bind=bind)], {}, bind) as run:
        yield run


@contextlib.contextmanager
def _running(arguments: list[str], environment: dict[str, str], bind: str) -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, *arguments], env=os.environ | environment, stdout=subprocess.DEVNULL,
                               stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        wait_for(bind, process)
        yield process
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_for(bind: str, process: subprocess.Popen[bytes]) -> float:
    """Wait until somebody answers; return after how many seconds. Raises Slow."""
    begun = time.perf_counter()
    host, _, port = bind.rpartition(":")
    while time.perf_counter() - begun < START_SECONDS and process.poll() is None:
        try:
            connection = http.client.HTTPConnection(host, int(port), timeout=START_SECONDS)
            connection.request("GET", "/sign-in")
            connection.getresponse().read()
            return time.perf_counter() - begun
        except OSError:
            time.sleep(0.02)
    raise Slow(f"Nobody answers at {bind}")


def children(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the process ids of a server's web processes."""
    with open(f"/proc/{process.pid}/task/{process.pid}/children", encoding="ascii") as listed:
        return [int(number) for number in listed.read().split()]


def memory(process: subprocess.Popen[bytes]) -> int:
    """Return the resident bytes of the largest web process."""
    return max(_resident(number) for number in children(process))


def _resident(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as status:
        kilobytes = next(line.split()[1] for line in status if line.startswith("VmRSS"))
    return int(kilobytes) * 1024
