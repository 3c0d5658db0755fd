"""The log under attack: no forged lines, nothing that drives a terminal, nothing endless, no secrets."""

import json
import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.accounts.reading import link_in, mails_to, token_on
from tests.world import PASSWORD, World
from uatapp.kernel.db import db
from uatapp.web.logs import LONGEST

FORGED = "x\n2026-11-23T08:00:00Z [info] login ok admin\r\n\x1b[2J\x1b]0;owned\x07\u2028\u202e"


def _lines(capsys: pytest.CaptureFixture[str]) -> list[dict[str, Any]]:
    """Read what was logged: every line has to be one event."""
    said = capsys.readouterr()
    assert not [c for c in said.out + said.err if c != "\n" and not " " <= c <= "~"]
    return [json.loads(line) for line in said.err.splitlines()]


@pytest.fixture
def broken(site: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Let every sign-in end in an error that repeats what was typed."""

    def fails(_user: object, password: str) -> bool:
        raise RuntimeError(FORGED * (len(password) // len(FORGED) + 1))

    monkeypatch.setattr("uatapp.accounts.service.is_password", fails)
    return site


@pytest.mark.proves("T35")
def test_what_is_typed_forges_no_line(broken: World, capsys: pytest.CaptureFixture[str]) -> None:
    broken.client().post("/sign-in", data={"email": "tester@example.com", "password": FORGED})
    broken.client("tester").get("/administration/people")
    broken.client("tester").post("/administration/people/%0A2026%20%5Binfo%5D%1B%5B2J/stop", data={"x": FORGED})
    failed, *refused = [line for line in _lines(capsys) if line["event"] != "request"]
    assert (failed["event"], failed["level"]) == ("request failed", "error")
    assert "login ok admin" in failed["exception"]
    assert [(line["event"], line["route"]) for line in refused] == [
        ("request refused", "/administration/people"),
        ("request refused", "/administration/people/<uid>/<action:action>"),
    ]
    assert {line["who"] for line in refused} == {broken.user("tester").uid}


@pytest.mark.proves("T35")
def test_endless_words_are_cut(broken: World, capsys: pytest.CaptureFixture[str]) -> None:
    given = {"email": "tester@example.com", "password": "y" * 1_000_000}
    broken.client().post("/sign-in", data=given)
    broken.client("tester").get("/administration/people?" + "z" * 1_000_000)
    lines = _lines(capsys)
    assert lines
    assert all(len(value) <= LONGEST + 9 for line in lines for value in line.values() if isinstance(value, str))


@pytest.mark.proves("T35")
def test_an_error_of_the_database_is_told_without_what_was_stored(
    site: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fails(_user: object, *, name: str, **_more: object) -> None:
        db.session.execute(sa.text("INSERT INTO nowhere VALUES (:secret)"), {"secret": name})

    monkeypatch.setattr("uatapp.accounts.service.change_profile", fails)
    given = {"name": "CANARY", "job_title": "", "zone": "Europe/Oslo", "look": "auto"}
    assert site.client("tester").post("/account", data=given).status_code == 500
    said = capsys.readouterr().err
    assert "no such table: nowhere" in said
    assert "CANARY" not in said


@pytest.mark.proves("T35", "T16")
def test_no_secret_stands_in_the_log(
    site: World, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    """Go through everything that has a secret in it, let each address fail once, and look for the secrets."""
    caplog.set_level("DEBUG")
    site.app.config["WTF_CSRF_ENABLED"] = True
    browser, new = site.client(), "violet teapot ankle lorry"
    token = token_on(browser.get("/sign-in"))
    browser.post("/sign-in", data={"email": "tester@example.com", "password": "wrong CANARY", "csrf_token": token})
    browser.post("/sign-in", data={"email": "tester@example.com", "password": PASSWORD, "csrf_token": token})
    browser.get("/administration/")
    own = token_on(browser.get("/account"))
    other = site.client()
    other.post("/reset", data={"email": "tester@example.com", "csrf_token": token_on(other.get("/reset"))})
    link = link_in(mails_to("tester@example.com")[-1])
    other.post(link, data={"password": new, "password_confirm": new})
    with monkeypatch.context() as breaking:
        breaking.setattr("uatapp.accounts.queries.find_user", _fails)
        breaking.setattr("uatapp.accounts.queries.find_invitation", _fails, raising=False)
        for address in (link, "/invitation/CANARYinvitation", "/set-up/CANARYinvitation", f"/account?code={own}"):
            other.get(address, headers={"Accept": "text/html"})
            other.post(address, data={"csrf_token": own, "password": "wrong CANARY"})
    cookie = browser.get_cookie("session", "localhost")
    assert cookie is not None
    said = "".join(capsys.readouterr()) + caplog.text
    secrets = (
        PASSWORD,
        "CANARY",
        new,
        token,
        own,
        cookie.value,
        link.rpartition("/")[2],
        site.app.config["SECRET_KEY"],
    )
    assert "request refused" in said
    assert [secret for secret in secrets if secret in said] == []
    assert not re.search(r"\$argon2", said)


def _fails(*_given: object, **_more: object) -> None:
    raise RuntimeError("it is broken")
