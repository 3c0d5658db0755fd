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
from tests.world import build
from uatapp.kernel.db import db
from uatapp.operations import schema

FEW, MANY = 40, 500


def fill(home: Path, url: str, count: int, password_hash: str) -> dict[str, int]:
    """Make the world in an empty database, and open a cycle in which two testers have every test to do."""
    app = app_fixtures._app(home, url)
    with app.app_context():
        schema.upgrade()
        world = build(app, password_hash)
        flow.open_cycle(world, flow.make_cases(world, count), ["tester", "tester2"])
        db.session.remove()
        db.engine.dispose()
    return world.user_ids


@pytest.fixture(scope="session")
def flow_on_sqlite(
    password_hash: str, tmp_path_factory: pytest.TempPathFactory, soak: bool
) -> tuple[Path, dict[str, int]]:
    home = tmp_path_factory.mktemp("flow")
    user_ids = fill(home, "", MANY if soak else FEW, password_hash)
    return home / "uatapp.db", user_ids


@pytest.fixture(scope="session")
def flow_on_postgresql(
    password_hash: str, postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory, soak: bool
) -> tuple[str, dict[str, int]]:
    name = f"flow_{uuid.uuid4().hex[:12]}"
    home, url = tmp_path_factory.mktemp("flow"), postgres_server.create(name)
    return name, fill(home, url, MANY if soak else FEW, password_hash)


@pytest.fixture(scope="module")
def sqlite_place(flow_on_sqlite: tuple[Path, dict[str, int]], tmp_path_factory: pytest.TempPathFactory) -> Place:
    home = tmp_path_factory.mktemp("home")
    shutil.copy(flow_on_sqlite[0], home / "uatapp.db")
    return Place(home, "", dict(flow_on_sqlite[1]))


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """An installation on both databases in turn."""
    if request.param == "sqlite":
        yield request.getfixturevalue("sqlite_place")
        return
    template, user_ids = request.getfixturevalue("flow_on_postgresql")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"f{uuid.uuid4().hex[:12]}"
    yield Place(tmp_path_factory.mktemp("home"), server.create(name, template), dict(user_ids))
    server.drop(name)


@pytest.fixture(scope="module")
def server(place: Place) -> Iterator[Server]:
    """A server that may be killed if it is started again; whatever runs at the end is ended."""
    running = Server(place)
    yield running
    running.kill()
