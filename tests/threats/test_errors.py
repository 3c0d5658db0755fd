"""What breaks on our side: a page with a number and nothing of our insides, and nothing half done."""

import re
from typing import Any

import pytest
import sqlalchemy as sa

from tests.threats import endpoints, forms
from tests.threats.test_foreign import ids
from tests.threats.two import Two, everything
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.signoffs.models import Signature

INSIDES = re.compile(
    r"Traceback|sqlalchemy|sqlite|psycopg|SELECT |INSERT |/uatapp/|\.py|wanted by a test|site-packages", re.I
)
WHO = {"administrator": "admin", "oneself": "tester", "anybody": None}
Stop = dict[str, Any]


@pytest.fixture
def broken_statements(fresh_projects: Two) -> Stop:
    """Let the n-th statement of the kind asked for fail, as a database that went away does."""
    asked: Stop = {"verb": "", "left": 0}

    @sa.event.listens_for(db.engine, "before_cursor_execute")
    def fail(_c: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if asked["verb"] and statement.lstrip().startswith(asked["verb"]):
            asked["left"] -= 1
            if asked["left"] == 0:
                raise sa.exc.OperationalError(statement, {}, Exception("wanted by a test"))

    return asked


@pytest.mark.proves("T36")
def test_an_exception_in_any_view_gives_a_page_with_a_number_and_no_insides(
    two_projects: Two, monkeypatch: pytest.MonkeyPatch
) -> None:
    own, wrong = two_projects.own, []
    lines = [line for line in endpoints.lines() if line.endpoint != "static"]
    paths = {line: endpoints.address(own.app, line.endpoint, endpoints.NOTHING | ids(own)) for line in lines}
    browsers = {name: own.client(name) for name in {*WHO.values(), *(min(who) for who in endpoints.WHO.values())}}

    def broken(**_values: Any) -> Any:
        raise RuntimeError("wanted by a test: SELECT 1 in /uatapp/x.py")

    for line in lines:
        who = WHO[line.who] if line.who in WHO else min(endpoints.WHO[line.who])
        with monkeypatch.context() as patched:
            patched.setitem(own.app.view_functions, line.endpoint, _declared_as(own.app, line.endpoint, broken))
            answer = browsers[who].open(paths[line], method=line.method)
        number = answer.headers["X-Request-ID"]
        if answer.status_code != 500 or number not in answer.text or INSIDES.search(_words(answer.text)):
            wrong.append(f"{line} {answer.status_code}")
    assert not wrong


def _declared_as(app: Any, endpoint: str, view: Any) -> Any:
    """Give a view the access that another has declared."""

    def declared(**values: Any) -> Any:
        return view(**values)

    declared.__dict__.update(app.view_functions[endpoint].__dict__)
    return declared


def _words(page: str) -> str:
    """Return what a page says, without the addresses of its own files."""
    return re.sub(r"<head>.*?</head>|<[^>]*>", " ", page, flags=re.S)


@pytest.mark.proves("T36")
@pytest.mark.parametrize("verb", ["SELECT", "INSERT", "UPDATE"])
def test_a_database_that_fails_half_way_leaves_nothing_half_done(
    fresh_projects: Two, broken_statements: Stop, verb: str, soak: bool
) -> None:
    """Signing: whichever statement fails, it is told and signed, or neither; the same form sent again comes through."""
    own = fresh_projects.own
    (form,) = [form for form in forms.every(own) if form.endpoint == "signoffs.sign"]
    browser, fields = own.client(form.who), {**form.fields, "form_key": "once"}
    assert _signed() == (0, 0)
    failures = 0
    for at in range(2, 200) if soak else (2, 3, 5, 8, 13, 21, 34):  # the first one reads the session
        broken_statements.update(verb=verb, left=at)
        answer = browser.post(form.path, data=fields)
        broken_statements["verb"] = ""
        if answer.status_code < 500:
            break
        failures += 1
        assert answer.headers["X-Request-ID"] in answer.text
        assert not INSIDES.search(_words(answer.text))
        assert _signed() in ((0, 0), (1, 1))
    assert failures
    assert browser.post(form.path, data=fields).status_code == 303
    assert _signed() == (1, 1)


def _signed() -> tuple[int, int]:
    """Return how many signatures there are on the request that waits, and how often one was told."""
    db.session.rollback()
    told = (AuditEntry.action == "signoff.signed", AuditEntry.subject == "PAY-S2")
    rows = (Signature.signoff_reference == "PAY-S2",), told
    counts = [db.session.scalar(sa.select(sa.func.count()).where(*where)) or 0 for where in rows]
    return counts[0], counts[1]


@pytest.mark.proves("T36")
def test_a_failing_check_lets_nobody_through(two_projects: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    own, before = two_projects.own, everything()
    sent, browser = forms.every(own), own.client("tester")
    db.session.rollback()

    def broken(*_given: Any) -> Any:
        raise RuntimeError("wanted by a test")

    monkeypatch.setattr("uatapp.kernel.actor.Actor.may", broken)
    mine = [form for form in sent if form.who == "tester" and "/projects/" in form.path]
    assert {browser.post(form.path, data=form.fields).status_code for form in mine} == {500}
    assert browser.get("/projects/PAY/my-work").status_code == 500
    monkeypatch.undo()
    assert everything() == before
