"""An installation on each database, in folders that go afterwards."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

from benchmarks.filling import Place
from tests.postgres import PARENT, PREFIX, PostgresServer

# as a careful person sets it: nothing that a power cut could take back
LASTING = {"fsync": "on", "full_page_writes": "on", "synchronous_commit": "on", "max_connections": "120"}


def both() -> Iterator[tuple[str, AbstractContextManager[Place]]]:
    """Yield both, by name, to be entered."""
    yield "SQLite", _sqlite()
    yield "PostgreSQL", _postgresql()


@contextmanager
def _sqlite() -> Iterator[Place]:
    with tempfile.TemporaryDirectory() as home:
        yield Place(Path(home))


@contextmanager
def _postgresql() -> Iterator[Place]:
    server = PostgresServer(PARENT / f"{PREFIX}bench-{os.getpid()}", **LASTING)
    shutil.rmtree(server.folder, ignore_errors=True)
    server.folder.mkdir()
    server.start()
    try:
        with tempfile.TemporaryDirectory() as home:
            yield Place(Path(home), server.create("bench"))
    finally:
        server.stop()
