"""The story, told once per module and database, for those who then tamper with it."""

from collections.abc import Iterator

import pytest

from tests import app_fixtures
from tests.operations import story
from tests.operations.insider import Insider
from tests.world import World
from uatapp.kernel.db import db


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def tampered(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Insider]:
    """Give an insider; each tampering is undone by rolling back."""
    home = tmp_path_factory.mktemp("story")
    name = f"story_{home.parent.name.replace('-', '_')}_{home.name}"
    if request.param == "sqlite":
        path, user_ids = request.getfixturevalue("sqlite_world")
        (home / "uatapp.db").write_bytes(path.read_bytes())
        app = app_fixtures._app(home)
    else:
        template, user_ids = request.getfixturevalue("postgresql_world")
        app = app_fixtures._app(home, request.getfixturevalue("postgres_server").create(name, template))
    with app.app_context():
        world = World(app, dict(user_ids))
        story.tell(world)
        db.session.remove()
        yield Insider(world)
        db.session.remove()
        db.engine.dispose()
    if request.param == "postgresql":
        request.getfixturevalue("postgres_server").drop(name)
