"""Two full projects in one application, PAY and the foreign FOR, and what the database holds of both."""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from tests import app_fixtures
from tests.threats.full import Full, foreign, own
from tests.world import build
from uatapp.kernel.db import Base, db
from uatapp.operations import schema

# sessions, forms sent, tries counted, numbers given out for signing
TRACES = ("user_session", "form_sent", "guess", "signing_nonce")


def everything() -> dict[str, list[tuple[Any, ...]]]:
    """Return what the database holds, but for what each request leaves there: to see that nothing was changed."""
    db.session.rollback()
    tables = (table for table in Base.metadata.sorted_tables if table.name not in TRACES)
    return {t.name: sorted(map(tuple, db.session.execute(sa.select(t))), key=repr) for t in tables}


@dataclass
class Two:
    """An application with the projects PAY and FOR, both full."""

    own: Full
    foreign: Full


@pytest.fixture(scope="session")
def two_projects_home(tmp_path_factory: pytest.TempPathFactory, password_hash: str) -> tuple[Path, Two]:
    """Fill both projects once; each module gets a copy."""
    home = tmp_path_factory.mktemp("full")
    app = app_fixtures._app(home)
    with app.app_context():
        schema.upgrade()
        world = build(app, password_hash)
        two = Two(own(world), foreign(world, password_hash))
        db.session.remove()
        db.engine.dispose()
    return home, two


def entered(home: Path, two: Two) -> Iterator[Two]:
    """Enter an application on a folder that holds both projects."""
    app = app_fixtures._app(home)
    with app.app_context():
        yield Two(replace(two.own, app=app), replace(two.foreign, app=app))
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(scope="module")
def two_projects(tmp_path_factory: pytest.TempPathFactory, two_projects_home: tuple[Path, Two]) -> Iterator[Two]:
    """Both projects, for the tests of one module that change nothing that others read."""
    home = tmp_path_factory.mktemp("two") / "home"
    shutil.copytree(two_projects_home[0], home)
    yield from entered(home, two_projects_home[1])


@pytest.fixture
def fresh_projects(tmp_path: Path, two_projects_home: tuple[Path, Two]) -> Iterator[Two]:
    """Both projects, for one test that changes them."""
    shutil.copytree(two_projects_home[0], tmp_path / "home")
    yield from entered(tmp_path / "home", two_projects_home[1])
