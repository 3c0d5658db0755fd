"""What all tests share: the application, both databases, the corpora, and the rule on skipping."""

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.postgres import PostgresServer, shared_server

pytest_plugins = ["tests.app_fixtures"]
ROOT = Path(__file__).parent.parent
SOAK = bool(os.environ.get("UATAPP_SOAK"))

settings.register_profile("default", deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
settings.register_profile("soak", deadline=None, max_examples=1000, suppress_health_check=list(HealthCheck))
settings.load_profile("soak" if SOAK else "default")


def pytest_configure(config: pytest.Config) -> None:
    os.environ.setdefault("UATAPP_TEST_RUN", uuid.uuid4().hex[:8])


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Pictures are taken by `make looks` only."""
    if "looks" not in (config.option.markexpr or ""):
        kept = [item for item in items if "looks" not in item.keywords]
        config.hook.pytest_deselected(items=[item for item in items if "looks" in item.keywords])
        items[:] = kept


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    """Under UATAPP_STRICT nothing may be skipped but tests marked `corpora`."""
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if os.environ.get("UATAPP_STRICT") and report.skipped and "corpora" not in item.keywords:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and nothing may be skipped here: {report.longrepr}"


@pytest.fixture(scope="session")
def soak() -> bool:
    """Say whether full counts are wanted."""
    return SOAK


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Return the folder of real feature files; skip with a word where it is absent."""
    folder = Path(os.environ.get("UATAPP_CORPORA", ROOT / ".." / "shared" / "data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no corpora at {folder}; set UATAPP_CORPORA")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """Return the run's PostgreSQL server, shared by its workers."""
    with shared_server(os.environ["UATAPP_TEST_RUN"]) as server:
        yield server


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """Return the address of an empty database, of both kinds in turn."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'test.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    name = f"t{uuid.uuid4().hex[:12]}"
    yield server.create(name)
    server.drop(name)
