"""What every answer says to browsers and caches, whoever asks and however it ends; and no page under another's name."""

from io import BytesIO

import pytest
from werkzeug.test import TestResponse

from tests.threats import endpoints
from tests.threats.test_foreign import ids
from tests.threats.two import Two
from uatapp.kernel.actor import Actor

FENCE = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
SAYS = ("default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "form-action 'self'", "script-src 'self'")
ASKING = ("manager", "tester", "lead", "admin", "stranger", None)


def _unfenced(answer: TestResponse) -> bool:
    """Say whether something is missing that keeps an answer from being run or framed elsewhere."""
    policy = answer.headers.get("Content-Security-Policy", "")
    held = policy.startswith("sandbox; default-src 'none'") or all(words in policy for words in SAYS)
    scripts = policy.partition("script-src")[2].partition(";")[0]
    return not held or "unsafe" in scripts or any(answer.headers.get(name) != value for name, value in FENCE.items())


def _cached(answer: TestResponse) -> bool:
    """Say whether a shared cache could keep an answer, or give it to somebody else."""
    said = answer.headers.get("Cache-Control", "")
    kept = {"private, no-store"} | ({"private, max-age=3600"} if answer.status_code == 200 else set())
    return said not in kept or "Cookie" not in answer.headers.get("Vary", "")


@pytest.mark.proves("T13", "T42")
@pytest.mark.parametrize("name", ASKING)
def test_every_answer_is_fenced_in_and_kept_out_of_caches(two_projects: Two, name: str | None) -> None:
    own = two_projects.own
    browser, found, statuses = own.client(name), [], set()
    for line in endpoints.lines():
        if line.endpoint == "static":
            continue
        nothing = endpoints.NOTHING | {"project": "PAY"}
        known = endpoints.NOTHING | ids(own, line.endpoint) if line.method == "GET" else nothing
        for method, given in ((line.method, nothing), (line.method, known), ("PUT", nothing)):
            answer = browser.open(endpoints.address(own.app, line.endpoint, given), method=method)
            statuses.add(answer.status_code)
            if _unfenced(answer) or _cached(answer):
                found.append(f"{method} {line.endpoint} {answer.status_code} {answer.headers}")
    assert not found
    assert statuses >= ({200, 303, 405} if name is None else {200, 404, 405})


@pytest.mark.proves("T13", "T42")
def test_so_are_refusals_before_and_after_every_view(two_projects: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    browser = two_projects.own.client("tester")
    answers = {
        400: browser.get("/account", headers={"Host": "evil.example"}),
        404: browser.get("/no-such-page"),
        413: browser.post("/account", data={"name": "x" * 5_000_000, "file": (BytesIO(b"x"), "x.txt")}),
        422: browser.post("/account", data={"name": "\x00"}),
    }

    def broken(actor: Actor, *rest: object) -> bool:
        raise RuntimeError

    monkeypatch.setattr(Actor, "require", broken)
    answers[500] = browser.get("/account")
    assert {status: answer.status_code for status, answer in answers.items()} == {status: status for status in answers}
    assert not [status for status, answer in answers.items() if _unfenced(answer) or _cached(answer)]


@pytest.mark.proves("T13")
def test_what_anybody_may_keep_is_fenced_in_as_well(two_projects: Two) -> None:
    answer = two_projects.own.client().get("/static/js/main.js")
    missing = two_projects.own.client().get("/static/no-such-file.js")
    assert (answer.status_code, missing.status_code) == (200, 404)
    assert not _unfenced(answer)
    assert not _unfenced(missing)
    assert "Set-Cookie" not in answer.headers


@pytest.mark.proves("T42")
@pytest.mark.parametrize("ending", ["x.css", "%2e%2e%2fx.js", "favicon.ico", ";x.png", "%00.css", "..;/x.css"])
def test_no_page_answers_under_the_name_of_a_file(two_projects: Two, ending: str) -> None:
    browser = two_projects.own.client("manager")
    for page in ("projects/PAY", "projects/PAY/overview", "projects/PAY/runs", "projects/PAY/defects/1", "account"):
        answer = browser.get(f"/{page}/{ending}")
        assert answer.status_code in (404, 422), page
        assert not _cached(answer)
