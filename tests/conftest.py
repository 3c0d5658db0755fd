"""What all tests share: both databases, the corpora, how thorough to be, and the rule on skipping."""

import os
import shutil
import uuid
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests import postgres
from tests.postgres import PostgresServer

pytest_plugins = [
    "tests.app_fixtures",
    "tests.coverage_page",
    "tests.threats.two",
    "tests.worked_example",
    "tests.validation_page",
]
ROOT = Path(__file__).parent.parent
SOAK = bool(os.environ.get("UATAPP_SOAK"))
STRICT = bool(os.environ.get("UATAPP_STRICT"))
PURE_FOLDERS = {"gherkin", "architecture"}
PURE_FILES = {"test_rules.py", "test_states.py"}
MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3

settings.register_profile("default", deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
settings.register_profile("soak", deadline=None, max_examples=1000, suppress_health_check=list(HealthCheck))
settings.load_profile("soak" if SOAK else "default")


def _is_worker(config: pytest.Config) -> bool:
    return hasattr(config, "workerinput")


def pytest_configure(config: pytest.Config) -> None:
    """Name this run, for what its workers share; they inherit the environment."""
    if not _is_worker(config):
        os.environ["UATAPP_TEST_RUN"] = f"{os.getpid()}-{uuid.uuid4().hex[:6]}"
        os.environ["UATAPP_TEST_FOLDER"] = folder = str(MEMORY if _has_room(MEMORY) else Path("/tmp"))
        os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", folder)


def _has_room(place: Path) -> bool:
    """Say whether files and programs may lie in a place; in memory no test waits for a disk."""
    if not os.access(place, os.W_OK) or os.statvfs(place).f_flag & os.ST_NOEXEC:
        return False
    return shutil.disk_usage(place).free > ROOM


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what the run shared, once its workers are gone."""
    run = os.environ.get("UATAPP_TEST_RUN")
    if run and not _is_worker(config):
        postgres.stop(run)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what is pure by its place; leave pictures to `make looks`."""
    for item in items:
        place = item.path.relative_to(ROOT / "tests")
        if (place.parts[0] in PURE_FOLDERS or place.name in PURE_FILES) and not _uses_a_database(item):
            item.add_marker(pytest.mark.pure)
    if "looks" not in (config.option.markexpr or ""):
        config.hook.pytest_deselected(items=[item for item in items if "looks" in item.keywords])
        items[:] = [item for item in items if "looks" not in item.keywords]


def _uses_a_database(item: pytest.Item) -> bool:
    return bool({"world", "site", "any_database", "postgres_server"} & set(getattr(item, "fixturenames", ())))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Under UATAPP_STRICT a skip or an expected failure is a failure, but for tests marked `corpora`."""
    report = yield
    if STRICT and report.skipped and "corpora" not in item.keywords:
        report.outcome = "failed"
        report.longrepr = f"{item.nodeid} was skipped, and nothing may be skipped here: {report.longrepr}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """Under UATAPP_STRICT a whole module that skips itself is a failure as well."""
    report = yield
    if STRICT and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"{report.nodeid} was skipped whole, and nothing may be skipped here: {report.longrepr}"
    return report


@pytest.fixture(scope="session")
def soak() -> bool:
    """Say whether full counts are wanted."""
    return SOAK


@pytest.fixture(scope="session")
def corpora() -> Path:
    """Return the folder of real feature files; skip with a word where it is absent."""
    folder = (ROOT / os.environ.get("UATAPP_CORPORA", "../shared/data")).resolve()
    if not folder.is_dir():
        pytest.skip(f"no feature files of others in {folder} (UATAPP_CORPORA)")
    return folder


@pytest.fixture(scope="session")
def postgres_server() -> PostgresServer:
    """Return the run's PostgreSQL server, started by the first who asks."""
    return postgres.running(os.environ["UATAPP_TEST_RUN"])


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
