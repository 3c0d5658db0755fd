"""The worked example, made once for a whole run of the tests, whichever of its workers asks first."""

import fcntl
import json
import os
from pathlib import Path

import pytest

from uatapp import demo
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import db
from uatapp.operations import schema

SignIns = list[tuple[str, str, str]]


@pytest.fixture(scope="session")
def worked_example(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, SignIns]:
    """Return the example's folder, for reading and copying only, and a sign-in for each role."""
    base = tmp_path_factory.getbasetemp()
    home = (base.parent if "PYTEST_XDIST_WORKER" in os.environ else base) / "worked-example"
    kept = home / "sign-ins.json"
    with home.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not kept.exists():
            kept.write_text(json.dumps(_make(home)))
    return home, [(role, email, password) for role, email, password in json.loads(kept.read_text())]


def _make(home: Path) -> SignIns:
    app = create_app(Settings(home=home, base_url="http://localhost", worked_example=True))
    with app.app_context():
        schema.upgrade()
        rows = demo.build(app)
        db.session.remove()
        db.engine.dispose()
    return rows
