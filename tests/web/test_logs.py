"""What stands in the log when something breaks, and what never does."""

import json
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.world import World
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import db


def test_an_unknown_error_is_logged_without_what_was_typed(
    site: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*given: object) -> bool:
        raise RuntimeError("the database is on fire")

    monkeypatch.setattr("uatapp.accounts.service.is_password", broken)
    given = {"email": "tester@example.com", "password": "CANARY words in a row"}
    answer = site.client().post("/sign-in", data=given)
    assert answer.status_code == 500
    assert "on fire" not in answer.text
    assert answer.headers["X-Request-ID"] in answer.text
    log = capsys.readouterr().err
    assert "the database is on fire" in log
    assert answer.headers["X-Request-ID"] in log
    assert "CANARY" not in log


@pytest.mark.proves("T35")
def test_each_request_is_one_line_of_json_without_its_address(site: World, capsys: pytest.CaptureFixture[str]) -> None:
    browser = site.client("tester")
    answers = [browser.get("/account"), browser.get("/reset/SECRET-token"), browser.get("/no\nsuch?a=SECRET")]
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    told = [line for line in lines if line["event"] == "request"]
    assert [line["request_id"] for line in told] == [answer.headers["X-Request-ID"] for answer in answers]
    assert [line["status"] for line in told] == [answer.status_code for answer in answers]
    assert [line["endpoint"] for line in told] == ["account.show", "security.reset_password", None]
    assert told[0]["user_id"] == site.user_ids["tester"]
    assert all(line["milliseconds"] >= 0 for line in told)
    assert "SECRET" not in str(lines)


@pytest.mark.proves("T35")
def test_a_statement_that_failed_is_logged_without_its_values(
    site: World, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    given = {"email": "tester@example.com", "password": "CANARY words in a row"}

    def broken(*passed: object) -> bool:
        db.session.execute(sa.text("SELECT :word FROM no_such_table"), {"word": given["password"]})
        return False

    monkeypatch.setattr("uatapp.accounts.service.is_password", broken)
    assert site.client().post("/sign-in", data=given).status_code == 500
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert "no_such_table" in str(lines)
    assert "CANARY" not in str(lines)


def test_the_worked_example_leaves_the_terminal_to_its_sign_ins(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    app = create_app(Settings(home=tmp_path, base_url="http://localhost", worked_example=True))
    assert app.test_client().get("/no-such-page").status_code == 404
    assert capsys.readouterr().err == ""
