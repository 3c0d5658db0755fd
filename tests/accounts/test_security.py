"""Flask-Security under our unit of work: what it changes is told once, and it says nothing about who has an account."""

import statistics
import time

import pytest
import time_machine

from tests.accounts.reading import actions, link_in, mails_to, token_on
from tests.world import PASSWORD, World
from uatapp.accounts import service
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.web.access import access_of

NEW = "violet teapot ankle lorry"


def _told(site: World, before: list[str]) -> list[str]:
    db.session.rollback()
    return actions()[len(before) :]


def test_only_these_of_its_endpoints_exist_and_each_is_declared(site: World) -> None:
    found = {rule.endpoint for rule in site.app.url_map.iter_rules() if rule.endpoint.startswith("security.")}
    expected = {"login", "logout", "forgot_password", "reset_password", "change_password"}
    assert found == {f"security.{name}" for name in expected}
    assert all(access_of(site.app, endpoint) for endpoint in found)


def test_each_of_its_changes_leaves_one_audit_entry(site: World) -> None:
    browser, told = site.client(), []
    for path, data in (
        ("/sign-in", {"email": "tester@example.com", "password": "wrong wrong wrong"}),
        ("/sign-in", {"email": "tester@example.com", "password": PASSWORD}),
        ("/account/password", {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}),
        ("/sign-out", {}),
        ("/reset", {"email": "tester@example.com"}),
    ):
        before = actions()
        browser.post(path, data=data)
        told.append(_told(site, before))
    before = actions()
    link = link_in(mails_to("tester@example.com")[-1])
    assert browser.post(link, data={"password": PASSWORD, "password_confirm": PASSWORD}).location == "/sign-in"
    told.append(_told(site, before))
    assert told == [
        ["user.sign_in_refused"],
        ["user.signed_in"],
        ["user.password_set"],
        ["user.signed_out"],
        ["user.reset_requested"],
        ["user.password_set"],
    ]


@pytest.mark.proves("T21")
def test_a_reset_link_works_once_within_an_hour_and_ends_all_sessions(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        elsewhere = site.client("tester")
        browser = site.client()
        answer = browser.post("/reset", data={"email": "TESTER@example.com"})
        assert (answer.status_code, answer.location) == (303, "/reset")
        assert "a mail is on its way" in browser.get("/reset").text
        link = link_in(mails_to("tester@example.com")[-1])
        now.shift(3700)
        assert browser.get(link).location == "/reset"
        now.shift(-1800)
        assert browser.get(link).status_code == 200
        weak = browser.post(link, data={"password": "Password123!", "password_confirm": "Password123!"})
        assert weak.status_code == 422
        assert "Many people use this password" in weak.text
        other = browser.post(link, data={"password": NEW, "password_confirm": "another"})
        assert other.status_code == 422
        given = {"password": NEW, "password_confirm": NEW, "email": "engineer@example.com"}
        assert browser.post(link, data=given).location == "/sign-in"
        assert elsewhere.get("/account").status_code == 303
        assert browser.post(link, data=given).location == "/reset"
        assert browser.get(link).location == "/reset"
        assert browser.post("/sign-in", data={"email": "tester@example.com", "password": NEW}).location == "/"


def test_a_reset_link_dies_when_the_password_changes(site: World) -> None:
    browser = site.client()
    browser.post("/reset", data={"email": "tester@example.com"})
    link = link_in(mails_to("tester@example.com")[-1])
    with unit_of_work(SYSTEM):
        service.set_password(site.user("tester"), NEW, how="set", by=SYSTEM)
    assert browser.get(link).location == "/reset"


@pytest.mark.proves("T21")
@pytest.mark.parametrize("header", ["Host", "X-Forwarded-Host"])
def test_a_foreign_host_never_comes_into_a_mail(site: World, header: str) -> None:
    answer = site.client().post("/reset", data={"email": "tester@example.com"}, headers={header: "evil.example"})
    assert answer.status_code == (400 if header == "Host" else 303)
    assert not any("evil" in mail.text for mail in mails_to("tester@example.com"))


@pytest.mark.proves("T27")
@pytest.mark.parametrize("path", ["/", "/sign-in", "/reset", "/no-such-page"])
def test_a_foreign_host_is_refused(site: World, path: str) -> None:
    answer = site.client().get(path, headers={"Host": "evil.example"})
    assert answer.status_code == 400
    assert "evil" not in answer.text


@pytest.mark.proves("T26")
@pytest.mark.parametrize("target", ["//evil", "https://evil", "/\\evil", "javascript:alert(1)", "/%09/evil"])
def test_signing_in_never_leads_away(site: World, target: str) -> None:
    given = {"email": "tester@example.com", "password": PASSWORD}
    assert site.client().post("/sign-in", data={**given, "next": target}).location == "/"
    assert site.client().post("/sign-in", query_string={"next": target}, data=given).location == "/"
    page = site.client().get("/sign-in", query_string={"next": target})
    assert page.status_code == 200


def test_signing_in_leads_to_where_one_wanted_to_go(site: World) -> None:
    browser = site.client()
    asked = browser.get("/projects/PAY/members?page=1")
    assert asked.location == "/sign-in?next=/projects/PAY/members?page%3D1"
    page = browser.get(asked.location)
    assert 'name="next" value="/projects/PAY/members?page=1"' in page.text
    given = {"email": "tester@example.com", "password": PASSWORD, "next": "/projects/PAY/members?page=1"}
    assert browser.post("/sign-in", data=given).location == "/projects/PAY/members?page=1"


def _answers(site: World, path: str, known: dict[str, str], unknown: dict[str, str]) -> tuple[list[str], list[float]]:
    """Send both in turn, in processor time, so that a busy machine does not matter; return what each shows, and the medians."""
    texts, times = ["", ""], (list[float](), list[float]())
    for number in range(9):
        for which, data in enumerate((known, unknown)):
            browser = site.client()
            begin = time.process_time()
            answer = browser.post(path, data=data, environ_base={"REMOTE_ADDR": f"10.0.{which}.{number}"})
            times[which].append(time.process_time() - begin)
            shown = answer.text if answer.status_code != 303 else answer.location
            texts[which] = f"{answer.status_code} {shown}".replace(data["email"], "EMAIL")
    return texts, [statistics.median(found) for found in times]


def _plain(text: str) -> str:
    return " ".join(line for line in text.split("\n") if "csrf_token" not in line)


@pytest.mark.proves("T20")
@pytest.mark.parametrize("path", ["/sign-in", "/reset"])
def test_nobody_learns_who_has_an_account(site: World, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("uatapp.accounts.rules.FREE_TRIES", 100)
    known, unknown = ({"email": f"{who}@example.com", "password": "wrong wrong wrong"} for who in ("tester", "nobody"))
    texts, medians = _answers(site, path, known, unknown)
    assert _plain(texts[0]) == _plain(texts[1])
    assert abs(medians[0] - medians[1]) < 0.02


@pytest.mark.proves("T20")
def test_a_stopped_or_invited_person_gets_the_same_answer(site: World) -> None:
    with unit_of_work(SYSTEM):
        service.stop_access(site.user("tester"), by=SYSTEM)
    answer = site.client().post("/sign-in", data={"email": "tester@example.com", "password": PASSWORD})
    assert answer.status_code == 422
    assert "do not belong together" in answer.text
    site.client().post("/reset", data={"email": "tester@example.com"})
    assert not mails_to("tester@example.com")


def test_each_form_needs_its_token(site: World) -> None:
    site.app.config["WTF_CSRF_ENABLED"] = True
    given = {"email": "tester@example.com", "password": PASSWORD}
    browser = site.client()
    token = token_on(browser.get("/sign-in"))
    assert site.client().post("/sign-in", data=given).status_code == 403
    assert site.client().post("/sign-in", data={**given, "csrf_token": token}).status_code == 403
    assert browser.post("/sign-in", query_string={"csrf_token": token}, data=given).status_code == 403
    assert browser.post("/sign-in", data={**given, "csrf_token": token}).location == "/"
    assert browser.post("/sign-out", data={"csrf_token": token}).status_code == 403
    fresh = token_on(browser.get("/account"))
    assert browser.post("/account", data={"csrf_token": token}).status_code == 403
    assert browser.post("/sign-out", data={"csrf_token": fresh}).status_code == 303


@pytest.mark.proves("T15")
def test_no_token_in_a_header_signs_anybody_in(site: World) -> None:
    token = site.user("tester").get_auth_token()
    answer = site.client().get("/account", headers={"Authentication-Token": token})
    assert answer.status_code == 303


@pytest.mark.parametrize(
    "email",
    ["", "nobody", "a@b@c", "x" * 10_000 + "@example.com", "<script>@x.de", "tester@example.com\r\nBcc: x@y.de"],
)
def test_odd_addresses_are_refused_in_plain_words(site: World, email: str) -> None:
    answer = site.client().post("/reset", data={"email": email})
    assert answer.status_code == 422
    assert "is not a mail address" in answer.text
    assert "<script>@" not in answer.text
    assert site.client().post("/sign-in", data={"email": email, "password": "x" * 10_000}).status_code == 422
