"""Serving: gunicorn with threads, static files from the same process, jobs in one of its workers."""

import contextlib
import ctypes
import gc
import ipaddress
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import sqlalchemy as sa
from flask import Flask
from flask_babel import gettext as _
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from uatapp.config import Settings
from uatapp.jobs import worker
from uatapp.kernel import engine
from uatapp.kernel.db import db
from uatapp.operations import metrics
from uatapp.web import assets
from uatapp.web.headers import HEADERS

WORKERS, THREADS = 2, 8
REQUEST_SECONDS = 120
ARENA_MAX, ARENAS = -8, 2  # glibc's name of the number of heaps that threads share, and how many are enough
WRITERS = 8  # processes that write to one SQLite file without waiting for each other too long
CONNECTIONS = sa.text(
    "SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int"
)


def too_many(workers: int) -> str:
    """Say why the database does not serve so many web processes; "" when it does."""
    if db.engine.dialect.name == "sqlite":
        return (
            str(_("SQLite takes up to %(n)s processes; PostgreSQL takes more.", n=WRITERS)) if workers > WRITERS else ""
        )
    with db.engine.connect() as connection:
        allowed = int(connection.execute(CONNECTIONS).scalar_one())
    wanted = workers * (engine.POOL + engine.BESIDE)
    if wanted <= allowed:
        return ""
    said = _(
        "%(n)s processes may open %(wanted)s connections, and PostgreSQL has %(allowed)s for all.",
        n=workers,
        wanted=wanted,
        allowed=allowed,
    )
    return str(said + " " + _("Choose fewer with --workers, or raise max_connections."))


def bind_of(settings: Settings) -> str:
    """Return host and port to listen on: those of BASE_URL when it names this machine, else the loopback's 8000."""
    base = urlsplit(settings.base_url)
    port = base.port or (443 if base.scheme == "https" else 80)
    host = base.hostname or ""
    if host == "localhost":
        return f"127.0.0.1:{port}"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return "127.0.0.1:8000"
    return f"[{address}]:{port}" if address.version == 6 else f"{address}:{port}"


def dressed(app: Flask) -> Any:
    """Return the WSGI application with its static files and, where set, the proxies in front believed.

    Style sheets that were edited since the set-up get new compressed twins, where the folder may be written to.
    """
    with suppress(OSError):
        assets.pack_own(Path(app.static_folder or ""))
    count = app.config["UATAPP"].trusted_proxies
    inner: Any = app.wsgi_app
    if count:
        inner = ProxyFix(inner, x_for=count, x_proto=count, x_host=count)
    options = {"max_age": 3600, "add_headers_function": _headers, "allow_all_origins": False}
    return WhiteNoise(inner, root=app.static_folder, prefix="static/", **options)


def _headers(headers: Any, path: str, url: str) -> None:
    for name, value in HEADERS.items():
        headers[name] = value


class Log(Logger):  # type: ignore[misc]
    """What gunicorn has to say goes the way of all log lines."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers, self.error_log.propagate = [], True


class Server(BaseApplication):  # type: ignore[misc]
    """Gunicorn around an application that each worker process builds for itself."""

    def __init__(self, build: Callable[[], Flask], options: dict[str, Any]) -> None:
        self._build, self._options = build, options
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        app = self._build()
        if worker.is_embedded(app.config["UATAPP"].queue):
            worker.embed(app)
        self._app = app
        gc.freeze()  # what is there at the start stays
        return dressed(app)


def _share_heaps() -> None:
    """Let the threads of a process share two heaps: with one for each, what they free stays with the process."""
    with contextlib.suppress(OSError, AttributeError):  # another C library has no such knob
        ctypes.CDLL(None).mallopt(ARENA_MAX, ARENAS)


def serve(build: Callable[[], Flask], bind: str, workers: int = WORKERS, threads: int = THREADS) -> None:
    """Serve until told to stop."""
    _share_heaps()
    options: dict[str, Any] = {
        "bind": bind,
        "worker_class": "gthread",
        "workers": workers,
        "threads": threads,
        "timeout": REQUEST_SECONDS,
        "graceful_timeout": 30,
        "control_socket_disable": True,
        "loglevel": "warning",
        "logger_class": Log,
        "proc_name": "uatapp",
        "on_exit": metrics.share(),
        "worker_tmp_dir": "/dev/shm",  # noqa: S108 - gunicorn's heartbeat file, as it advises
    }
    Server(build, options).run()
