"""Installations with an open cycle to be worked in, made once and copied."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import app_fixtures
from tests.factories import flow
from tests.faults.servers import Place, Server
from tests.postgres import PostgresServer
from tests.world import World
from uatapp.kernel.db import db

FEW, MANY = 40, 500


def _fill(home: Path, url: str, user_ids: dict[str, int], count: int) -> None:
    """Open a cycle in which two testers have every test to do."""
    app = app_fixtures._app(home, url)
    with app.app_context():
        world = World(app, user_ids)
        flow.open_cycle(world, flow.make_cases(world, count), ["tester", "tester2"])
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="session")
def flow_on_sqlite(
    sqlite_world: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory, soak: bool
) -> Path:
    home = tmp_path_factory.mktemp("flow")
    shutil.copy(sqlite_world[0], home / "uatapp.db")
    _fill(home, "", sqlite_world[1], MANY if soak else FEW)
    return home / "uatapp.db"


@pytest.fixture(scope="session")
def flow_on_postgresql(
    postgresql_world: tuple[str, dict[str, int]],
    postgres_server: PostgresServer,
    tmp_path_factory: pytest.TempPathFactory,
    soak: bool,
) -> str:
    name = f"flow_{uuid.uuid4().hex[:12]}"
    url = postgres_server.create(name, postgresql_world[0])
    _fill(tmp_path_factory.mktemp("flow"), url, postgresql_world[1], MANY if soak else FEW)
    return name


@pytest.fixture(scope="module")
def sqlite_place(
    flow_on_sqlite: Path, sqlite_world: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory
) -> Place:
    home = tmp_path_factory.mktemp("home")
    shutil.copy(flow_on_sqlite, home / "uatapp.db")
    return Place(home, "", dict(sqlite_world[1]))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation on both databases in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_place")
        return
    template = request.getfixturevalue("flow_on_postgresql")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"f{uuid.uuid4().hex[:12]}"
    user_ids = request.getfixturevalue("postgresql_world")[1]
    yield Place(tmp_path_factory.mktemp("home"), server.create(name, template), dict(user_ids))
    server.drop(name)


@pytest.fixture(scope="module")
def server(place: Place) -> Iterator[Server]:
    """A server that may be killed if it is started again; whatever runs at the end is ended."""
    running = Server(place)
    yield running
    running.kill()
