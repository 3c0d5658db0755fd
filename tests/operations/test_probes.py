"""What machines may ask: whether it lives, whether it is ready, what it counts; and what they never learn."""

import shutil
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from tests.counting import statements
from tests.world import World
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.jobs.models import Job, JobState
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import schema
from uatapp.web.access import PROBES

AWAY = "postgresql://uatapp:SECRET@127.0.0.1:1/uatapp"


def ask(app: Flask, path: str, *, addr: str = "127.0.0.1", **headers: str) -> TestResponse:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return app.test_client().get(path, headers=named, environ_base={"REMOTE_ADDR": addr})


def made(home: Path, **given: Any) -> Flask:
    return create_app(Settings(home=home, base_url="https://uat.example.com", **given))


def test_live_touches_nothing(site: World) -> None:
    browser = site.client("tester")
    with statements() as sent:
        assert browser.get("/healthz").status_code == 200
    assert sent == []


@pytest.mark.proves("T27")
@pytest.mark.parametrize("host", ["10.0.0.7:8000", "evil.example", "localhost"])
def test_probes_answer_under_any_name_and_give_nobody_a_session(site: World, host: str) -> None:
    for path in PROBES:
        answer = ask(site.app, path, Host=host)
        assert answer.status_code == 200
        assert answer.mimetype == "text/plain"
        assert "Set-Cookie" not in answer.headers
        assert host not in answer.text
    assert ask(site.app, "/sign-in", Host="evil.example").status_code == 400


def test_ready_when_database_and_store_answer(site: World) -> None:
    assert (ask(site.app, "/readyz").status_code, ask(site.app, "/readyz").text) == (200, "Ready.\n")


@pytest.mark.proves("F10", "T36")
def test_a_database_that_is_away_is_a_reason_without_its_password(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = made(tmp_path, database_url=AWAY)
    assert ask(app, "/healthz").status_code == 200
    answer = ask(app, "/readyz")
    assert (answer.status_code, answer.text) == (503, "The database cannot be reached.\n")
    assert "uatapp_database_up 0.0" in ask(app, "/metrics").text
    assert "SECRET" not in capsys.readouterr().err


@pytest.mark.proves("F35")
def test_an_older_schema_and_a_store_that_is_gone_are_two_reasons(tmp_path: Path) -> None:
    app = made(tmp_path)
    assert ask(app, "/readyz").text == (
        "The database is of another version than the program; `uatapp migrate` mends that.\n"
    )
    shutil.rmtree(tmp_path / "evidence")
    assert ask(app, "/readyz").text.splitlines()[1:] == ["The store of evidence cannot be reached."]
    with app.app_context():
        schema.upgrade()
        db.session.remove()
        db.engine.dispose()
    answer = ask(app, "/readyz")
    assert (answer.status_code, answer.text) == (503, "The store of evidence cannot be reached.\n")
    (tmp_path / "evidence").mkdir()
    assert ask(app, "/readyz").status_code == 200


def test_requests_are_counted_by_endpoint_and_status(site: World) -> None:
    name = 'uatapp_requests_total{endpoint="account.show",status="200"}'
    before = value(site.app, name)
    browser = site.client("tester")
    assert [browser.get("/account").status_code for _ in range(3)] == [200] * 3
    assert value(site.app, name) == before + 3
    assert value(site.app, 'uatapp_request_seconds_count{endpoint="account.show"}') >= 3


@pytest.mark.proves("F28")
def test_jobs_are_counted_by_state_and_the_oldest_by_age(site: World) -> None:
    with unit_of_work(SYSTEM) as session:
        hours = {JobState.QUEUED: 2, JobState.RUNNING: 1, JobState.FAILED: 9, JobState.DONE: 10}
        for state, age in hours.items():
            row = Job(kind="test.none", args={"word": "SECRET"}, dedupe=state.value, title="SECRET", state=state)
            row.created_at = clock.now() - timedelta(hours=age)
            session.add(row)
    for state in ("queued", "running", "failed"):
        assert value(site.app, f'uatapp_jobs{{state="{state}"}}') == 1
    assert 7200 <= value(site.app, "uatapp_oldest_job_seconds") < 9 * 3600
    assert "SECRET" not in ask(site.app, "/metrics").text
    assert "PAY" not in ask(site.app, "/metrics").text


def value(app: Flask, name: str) -> float:
    """Return a value of the metrics page; 0 where it is not there yet."""
    lines = [line for line in ask(app, "/metrics").text.splitlines() if line.startswith(f"{name} ")]
    return float(lines[0].rpartition(" ")[2]) if lines else 0.0


@pytest.mark.proves("T2", "T16")
@pytest.mark.parametrize(
    ("addr", "headers", "status"),
    [
        ("127.0.0.1", {}, 200),
        ("::1", {}, 200),
        ("10.0.0.9", {}, 403),
        ("", {}, 403),
        ("127.0.0.1", {"X_Forwarded_For": "127.0.0.1"}, 403),
        ("10.0.0.9", {"Authorization": "Bearer "}, 403),
    ],
)
def test_without_a_word_only_this_machine_is_told(site: World, addr: str, headers: dict[str, str], status: int) -> None:
    assert ask(site.app, "/metrics", addr=addr, **headers).status_code == status


@pytest.mark.proves("T2", "T16")
def test_with_a_word_only_who_says_it_is_told(tmp_path: Path) -> None:
    app = made(tmp_path, metrics_token="a long word")
    for addr in ("127.0.0.1", "10.0.0.9"):
        assert ask(app, "/metrics", addr=addr, Authorization="Bearer a long word").status_code == 200
        for wrong in ("", "Bearer ", "Bearer a long wörd", "Basic a long word"):
            assert ask(app, "/metrics", addr=addr, Authorization=wrong).status_code == 403
