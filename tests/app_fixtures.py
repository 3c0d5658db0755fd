"""Fixtures of the application: `world` on both databases for use cases, `site` for pages."""

import os
import shutil
import uuid
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password

from tests import quick
from tests.postgres import PostgresServer
from tests.world import PASSWORD, World, build
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import db
from uatapp.operations import schema

PAGES_ON = os.environ.get("UATAPP_PAGES_ON", "")


def _settings(home: Path, database_url: str = "") -> Settings:
    return Settings(home=home, database_url=database_url, base_url="http://localhost", secret_key="test " * 8)


def _app(home: Path, database_url: str = "") -> Flask:
    app = create_app(_settings(home, database_url))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, SERVER_NAME=None)
    app.config["WTF_CSRF_ENABLED"] = False
    return quick.share(app)


@pytest.fixture(scope="session")
def password_hash(tmp_path_factory: pytest.TempPathFactory) -> str:
    with _app(tmp_path_factory.mktemp("hash")).app_context():
        return str(hash_password(PASSWORD))


@pytest.fixture(scope="session")
def sqlite_world(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> tuple[Path, dict[str, int]]:
    """Make the world once; each test gets a copy of the file."""
    home = tmp_path_factory.mktemp("world")
    app = _app(home)
    with app.app_context():
        schema.upgrade()
        world = build(app, password_hash)
        db.session.remove()
        db.engine.dispose()
    return home / "uatapp.db", world.user_ids


@pytest.fixture(scope="session")
def postgresql_world(
    postgres_server: PostgresServer, tmp_path_factory: pytest.TempPathFactory, password_hash: str
) -> tuple[str, dict[str, int]]:
    """Make the world once per worker; each test gets a clone of the database."""
    name = f"template_{uuid.uuid4().hex[:12]}"
    app = _app(tmp_path_factory.mktemp("pg"), postgres_server.create(name))
    with app.app_context():
        schema.upgrade()
        world = build(app, password_hash)
        db.session.remove()
        db.engine.dispose()
    return name, world.user_ids


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run tests of pages on SQLite, every fourth on PostgreSQL as well; with full counts all on both."""
    if "site" in metafunc.fixturenames:
        metafunc.parametrize("site", _databases(metafunc.definition.nodeid), indirect=True)


def _databases(test: str) -> list[str]:
    if PAGES_ON:
        return PAGES_ON.split(",")
    also = os.environ.get("UATAPP_SOAK") or zlib.crc32(test.encode()) % 4 == 0
    return ["sqlite", "postgresql"] if also else ["sqlite"]


@pytest.fixture
def site(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The world for pages, inside an application context; UATAPP_PAGES_ON=postgresql chooses where."""
    yield from _on(getattr(request, "param", PAGES_ON.partition(",")[0] or "sqlite"), request, tmp_path)


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The world on SQLite and on PostgreSQL."""
    yield from _on(request.param, request, tmp_path)


@pytest.fixture
def on_sqlite(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The world in a file, for what is only true of SQLite."""
    yield from _on("sqlite", request, tmp_path)


def _on(database: str, request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    home = tmp_path / "home"
    home.mkdir()
    if database == "sqlite":
        path, user_ids = request.getfixturevalue("sqlite_world")
        shutil.copy(path, home / "uatapp.db")
        yield from _enter(_app(home), user_ids)
        shutil.rmtree(home)  # it lies in memory
        return
    template, user_ids = request.getfixturevalue("postgresql_world")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"w{uuid.uuid4().hex[:12]}"
    yield from _enter(_app(home, server.create(name, template)), user_ids)
    server.drop(name)


def _enter(app: Flask, user_ids: dict[str, int]) -> Iterator[World]:
    with app.app_context():
        yield World(app, dict(user_ids))
        db.session.remove()
        db.engine.dispose()
