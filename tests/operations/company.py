"""A company's installation for tests: real processes on PostgreSQL, an object store and an address in front of them."""

import contextlib
import itertools
import json
import os
import signal
import socket
import socketserver
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from moto.server import ThreadedMotoServer

# the worker of these tests also knows the job that waits to be killed
PROGRAM = "import tests.jobs.killed; from uatapp.cli import main; main()"
SECRET = "of a test " * 4
BUCKET = "evidence"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def status(url: str, **headers: str) -> int:
    """Return the status of an answer; 0 when there is none."""
    try:
        with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=10) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return 0


def eventually(act: Callable[[], bool], seconds: float = 60) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if act():
            return True
        time.sleep(0.1)
    return False


@contextlib.contextmanager
def processes(environment: dict[str, str], *calls: tuple[str, ...]) -> Iterator[list[subprocess.Popen[bytes]]]:
    """Run `uatapp` once for each call, the log in HOME; at the end all are told to stop, and must end in order."""
    everything = {**os.environ, "PYTHONPATH": os.getcwd(), **environment}
    with (Path(environment["UATAPP_HOME"]) / "log").open("ab") as log:
        commands = ([sys.executable, "-c", PROGRAM, *call] for call in calls)
        started = [subprocess.Popen(command, env=everything, stderr=log) for command in commands]
    try:
        yield started
        living = [one for one in started if one.poll() is None]
        for one in living:
            one.send_signal(signal.SIGTERM)
        assert [one.wait(40) for one in living] == [0] * len(living)
    finally:
        for one in started:
            one.kill()
            one.wait()


def log_of(environment: dict[str, str]) -> list[dict[str, Any]]:
    """Return the lines that processes wrote to their log; each must be JSON."""
    return [json.loads(line) for line in (Path(environment["UATAPP_HOME"]) / "log").read_text().splitlines()]


@contextlib.contextmanager
def object_store() -> Iterator[dict[str, str]]:
    """Run an S3 server with one bucket; give the variables with which it is reached."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    url = "http://{}:{}".format(*server.get_host_and_port())
    urllib.request.urlopen(urllib.request.Request(f"{url}/{BUCKET}", method="PUT"), timeout=10).close()
    yield {
        "AWS_ENDPOINT_URL": url,
        "AWS_ALLOW_HTTP": "true",
        "AWS_ACCESS_KEY_ID": "uatapp",
        "AWS_SECRET_ACCESS_KEY": "SECRET",
        "AWS_REGION": "eu-north-1",
    }
    server.stop()


@contextlib.contextmanager
def in_front_of(ports: list[int]) -> Iterator[int]:
    """Listen on one port and give each connection to the next of the others, as a balancer does."""
    turns = itertools.cycle(ports)

    class Pass(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with socket.create_connection(("127.0.0.1", next(turns))) as behind:
                back = threading.Thread(target=_copy, args=(behind, self.request), daemon=True)
                back.start()
                _copy(self.request, behind)
                back.join()

    class Balancer(socketserver.ThreadingTCPServer):
        daemon_threads = allow_reuse_address = True

    with Balancer(("127.0.0.1", 0), Pass) as balancer:
        threading.Thread(target=balancer.serve_forever, args=(0.05,), daemon=True).start()
        yield int(balancer.server_address[1])
        balancer.shutdown()


def _copy(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)
