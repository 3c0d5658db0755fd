"""Fixtures of the application: `world` on both databases for use cases, `site` on SQLite for pages."""

import shutil
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password

from tests.postgres import PostgresServer
from tests.world import PASSWORD, World, build
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import db
from uatapp.operations import schema


def _settings(home: Path, database_url: str = "") -> Settings:
    return Settings(home=home, database_url=database_url, base_url="http://localhost", secret_key="test " * 8)


def _app(home: Path, database_url: str = "") -> Flask:
    app = create_app(_settings(home, database_url))
    app.config.update(TESTING=True, PROPAGATE_EXCEPTIONS=False, SERVER_NAME=None)
    app.config["WTF_CSRF_ENABLED"] = False
    return app


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


@pytest.fixture
def site(tmp_path: Path, sqlite_world: tuple[Path, dict[str, int]]) -> Iterator[World]:
    """The world on SQLite, inside an application context."""
    home = tmp_path / "home"
    home.mkdir()
    shutil.copy(sqlite_world[0], home / "uatapp.db")
    yield from _enter(_app(home), sqlite_world[1])


@pytest.fixture(params=["sqlite", "postgresql"])
def world(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[World]:
    """The world on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        yield request.getfixturevalue("site")
        return
    template, user_ids = request.getfixturevalue("postgresql_world")
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"w{uuid.uuid4().hex[:12]}"
    yield from _enter(_app(tmp_path / "home", server.create(name, template)), user_ids)
    server.drop(name)


def _enter(app: Flask, user_ids: dict[str, int]) -> Iterator[World]:
    with app.app_context():
        yield World(app, dict(user_ids))
        db.session.remove()
        db.engine.dispose()
