"""The table of endpoints against the application: everybody and nobody else, on every address."""

import pytest

from tests.threats import endpoints
from tests.threats.endpoints import METHODS, NOTHING, WHO, Line
from tests.threats.two import Two
from tests.world import PEOPLE

OUTSIDE = ("admin", "stranger")


@pytest.mark.proves("T1", "T4")
def test_each_address_has_its_line(two_projects: Two) -> None:
    known = {(rule.endpoint, m) for rule in two_projects.own.app.url_map.iter_rules() for m in rule.methods or ()}
    assert {(e, m) for e, m in known if m in METHODS} == {(line.endpoint, line.method) for line in endpoints.lines()}


@pytest.mark.proves("T4")
def test_in_a_project_only_these_roles_get_through(two_projects: Two) -> None:
    own, wrong = two_projects.own, []
    lines = endpoints.of_projects(own.app)
    for name in (*PEOPLE, *OUTSIDE):
        browser = own.client(name)
        for line in lines:
            path = endpoints.address(own.app, line.endpoint, NOTHING | {"project": "PAY"})
            status = browser.open(path, method=line.method).status_code
            if not _fits(status, line, name):
                wrong.append(f"{name}: {line} {status}")
    assert not wrong


def _fits(status: int, line: Line, name: str) -> bool:
    if name in OUTSIDE:
        return status == 404
    return (status == 403) is (name not in WHO[line.who]) and status < 500


@pytest.mark.proves("T4")
def test_only_administrators_administer(two_projects: Two) -> None:
    own, wrong = two_projects.own, []
    for name in ("admin", "stranger", *PEOPLE):
        browser = own.client(name)
        for line in endpoints.lines():
            if line.who == "administrator":
                path = endpoints.address(own.app, line.endpoint, NOTHING)
                status = browser.open(path, method=line.method).status_code
                if (status == 403) is (name == "admin") or status >= 500:
                    wrong.append(f"{name}: {line} {status}")
    assert not wrong


@pytest.mark.proves("T4")
def test_whoever_is_not_signed_in_is_led_to_the_sign_in(two_projects: Two) -> None:
    browser, wrong = two_projects.own.client(), []
    for line in endpoints.lines():
        if line.who != "anybody":
            path = endpoints.address(two_projects.own.app, line.endpoint, NOTHING | {"project": "PAY"})
            answer = browser.open(path, method=line.method)
            if (answer.status_code, answer.headers.get("Location", "")[:8]) != (303, "/sign-in"):
                wrong.append(f"{line} {answer.status_code}")
    assert not wrong


@pytest.mark.proves("T4")
def test_an_endpoint_that_declares_nothing_is_refused(two_projects: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = two_projects.own.client("manager")
    assert browser.get("/projects/PAY/overview").status_code == 200
    monkeypatch.delattr(two_projects.own.app.view_functions["criteria.overview"], "uatapp_access")
    assert browser.get("/projects/PAY/overview").status_code == 403
