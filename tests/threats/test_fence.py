"""The headers that fence every answer in, whatever kind of answer it is."""

from pathlib import Path

import pytest
from werkzeug.test import Client

from tests.factories import flow
from tests.world import World
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.operations.serving import dressed
from uatapp.web.headers import HEADERS, POLICY


def _fails() -> None:
    raise RuntimeError("broken")


@pytest.mark.proves("T13")
def test_every_kind_of_answer_is_fenced_in(site: World, monkeypatch: pytest.MonkeyPatch) -> None:
    flow.open_cycle(site, flow.make_cases(site, 1))
    monkeypatch.setitem(site.app.view_functions, "gallery.index", _fails)
    monkeypatch.setattr(_fails, "uatapp_access", "for this test", raising=False)
    served = Client(dressed(site.app))
    person = site.client("manager")
    wanted = {"/static/js/main.js": 200, "/no-such-page": 404, "/gallery/": 500, "/account": 303, "/sign-in": 200}
    for path, status in wanted.items():
        answer = served.get(path, base_url="http://localhost")
        assert answer.status_code == status, path
        assert HEADERS.items() <= dict(answer.headers).items(), path
    for path in ("results.xlsx", "audit/trail.jsonl", "requirements/documents/1/versions/1", "cycles/9", "my-work"):
        answer = person.get(f"/projects/PAY/{path}", headers={"Accept": "application/json"})
        assert HEADERS.items() <= dict(answer.headers).items(), path
    assert person.put("/account").headers["Content-Security-Policy"] == POLICY


@pytest.mark.proves("T13")
def test_the_policy_lets_nothing_run_that_is_not_a_file_of_ours() -> None:
    said = {rule.split()[0]: rule.split()[1:] for rule in POLICY.split("; ")}
    for name in ("default-src", "base-uri", "frame-ancestors"):
        assert said[name] == ["'none'"], name
    for name in ("script-src", "style-src", "connect-src", "form-action"):
        assert said[name] == ["'self'"], name
    assert "object-src" not in said  # as default-src
    assert "unsafe" not in POLICY


@pytest.mark.proves("T13")
def test_over_https_browsers_are_told_to_stay_there(tmp_path: Path) -> None:
    for base_url, told in {"https://uat.example": True, "http://127.0.0.1:8000": False}.items():
        app = create_app(Settings(home=tmp_path, base_url=base_url, secret_key="test " * 8))
        answer = app.test_client().get("/static/js/main.js", base_url=base_url)
        assert ("Strict-Transport-Security" in answer.headers) is told
