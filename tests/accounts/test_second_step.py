"""The pages of the second step: between password and code one is nobody, and nothing leads round the code."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine
from werkzeug.test import TestResponse

from tests.accounts.reading import actions, app_on, link_in, mails_to, recovery_codes_on, set_up_second_step, shown_by
from tests.world import PASSWORD, Browser, World
from uatapp.accounts import queries, service
from uatapp.accounts.models import KeptForm
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.web.access import PUBLIC_PREFIXES

pytestmark = pytest.mark.proves("T22")
HERE = "/account/second-step"


def _half(site: World, name: str = "sponsor", **more: str) -> Browser:
    """Return a browser in which the password of a person was given, and no code."""
    browser = site.client()
    given = {"email": site.user(name).email, "password": PASSWORD, **more}
    db.session.rollback()
    answer = browser.post("/sign-in", data=given)
    assert (answer.status_code, answer.location.partition("?")[0]) == (303, "/sign-in/code")
    return browser


def _code(site: World, browser: Browser, code: str) -> TestResponse:
    db.session.rollback()
    return browser.post("/sign-in/code", data={"code": code})


def test_password_then_code_and_one_is_where_one_wanted_to_be(site: World) -> None:
    browser = _half(site, next="/projects/PAY/overview")
    page = browser.get("/sign-in/code?next=/projects/PAY/overview")
    assert 'autocomplete="one-time-code"' in page.text
    assert 'inputmode="numeric"' in page.text
    data = {"code": site.code("sponsor"), "next": "/projects/PAY/overview"}
    assert browser.post("/sign-in/code", data=data).location == "/projects/PAY/overview"
    assert browser.get("/projects/PAY/overview").status_code == 200
    assert actions()[-2:] == ["user.password_given", "user.signed_in"]
    assert site.user("sponsor").signed_in_at is not None


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example"])
def test_the_code_leads_nowhere_else(site: World, target: str) -> None:
    browser = _half(site, next=target)
    data = {"code": site.code("sponsor"), "next": target}
    assert browser.post("/sign-in/code", data=data).location == "/"


def test_who_has_none_signs_in_as_before(site: World) -> None:
    answer = site.client().post("/sign-in", data={"email": "tester@example.com", "password": PASSWORD})
    assert (answer.status_code, answer.location) == (303, "/")


def _addresses(site: World) -> list[tuple[str, str]]:
    found = []
    with site.app.test_request_context():
        for rule in site.app.url_map.iter_rules():
            values = {name: _value(converter) for name, converter in rule._converters.items()}
            built = rule.build(values, append_unknown=False)
            if (
                built
                and rule.endpoint not in PUBLIC_PREFIXES
                and not rule.endpoint.startswith(("security.", "probes."))
            ):
                found += [(method, built[1]) for method in (rule.methods or set()) & {"GET", "POST"}]
    return sorted(found)


def _value(converter: Any) -> object:
    if hasattr(converter, "items"):
        return min(converter.items)
    return {"KeyConverter": "PAY", "NumberConverter": 1, "ActionConverter": "act"}.get(type(converter).__name__, "x")


def test_a_half_signed_in_session_can_call_nothing_that_a_stranger_cannot(site: World) -> None:
    """Every address, by GET and by POST, answers the same as to somebody who is not signed in at all."""
    half, differ, asked = _half(site), [], 0
    for method, path in _addresses(site):
        if path.startswith("/sign-in/code"):
            continue
        asked += 1
        answers = [browser.open(path, method=method) for browser in (half, site.client())]
        found = {(a.status_code, a.location) for a in answers}
        if len(found) != 1 or (answers[0].status_code == 200 and "Sign out" in answers[0].text):
            differ.append((method, path, found))
    assert differ == []
    assert asked > 100
    assert _code(site, half, site.code("sponsor")).status_code == 303, "and it is still half signed in"


def test_ten_wrong_codes_stop_and_everybody_concerned_is_told(site: World) -> None:
    browser, right = _half(site), site.code("sponsor")
    found = [_code(site, browser, f"{n:06}").status_code for n in range(10)]
    assert found == [422] * 5 + [429] * 5
    waiting = _code(site, browser, right)
    assert (waiting.status_code, int(waiting.headers["Retry-After"]) > 0) == (429, True)
    assert "Wait" in waiting.text
    assert actions().count("user.code_refused") == 5
    assert actions().count("user.tries_told") == 1
    assert "somebody who knows your password tried 5 wrong codes" in mails_to("sponsor@example.com")[-1].text
    assert "Henrik Dahl" in mails_to("admin@example.com")[-1].subject
    page = site.client("admin").get("/administration/people").text
    assert "5 wrong tries in the name of Henrik Dahl" in page


def test_strangers_cannot_keep_somebody_out_where_they_always_sign_in(site: World) -> None:
    _code(site, _half(site), site.code("sponsor"))
    elsewhere = {"environ_base": {"REMOTE_ADDR": "10.9.9.9"}}
    browser = site.client()
    browser.post("/sign-in", data={"email": "sponsor@example.com", "password": PASSWORD}, **elsewhere)
    for n in range(6):
        last = browser.post("/sign-in/code", data={"code": f"{n:06}"}, **elsewhere)
    assert last.status_code == 429
    assert _code(site, _half(site), site.code("sponsor")).status_code == 303


def test_a_used_code_says_what_to_do(site: World) -> None:
    code = site.code("sponsor")
    assert _code(site, _half(site), code).status_code == 303
    again = _code(site, _half(site), code)
    assert again.status_code == 422
    assert "each works once" in again.text


@pytest.mark.proves("T21")
def test_a_new_password_by_mail_does_not_pass_the_code_by(site: World) -> None:
    site.client().post("/reset", data={"email": "sponsor@example.com"})
    new = "violet teapot ankle lorry"
    browser = site.client()
    answer = browser.post(link_in(mails_to("sponsor@example.com")[-1]), data={"password": new, "password_confirm": new})
    assert answer.location == "/sign-in"
    assert browser.get("/account").status_code == 303
    answer = browser.post("/sign-in", data={"email": "sponsor@example.com", "password": new})
    assert answer.location == "/sign-in/code"
    assert browser.get("/account").status_code == 303


def _stop(site: World) -> None:
    with unit_of_work(SYSTEM):
        service.stop_access(site.user("sponsor"), by=SYSTEM)


def _new_password(site: World) -> None:
    with unit_of_work(SYSTEM):
        service.set_password(site.user("sponsor"), "violet teapot ankle lorry", how="set", by=SYSTEM)


@pytest.mark.parametrize("what", [_stop, _new_password])
def test_what_happens_in_between_ends_a_half_sign_in(site: World, what: Callable[[World], None]) -> None:
    browser, code = _half(site), site.code("sponsor")
    what(site)
    assert browser.get("/sign-in/code").location == "/sign-in"
    assert _code(site, browser, code).location == "/sign-in"
    assert browser.get("/account").status_code == 303


def test_a_half_sign_in_lasts_ten_minutes(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        browser = _half(site)
        now.shift(9 * 60)
        assert browser.get("/sign-in/code").status_code == 200
        now.shift(2 * 60)
        assert _code(site, browser, site.code("sponsor")).location == "/sign-in"
        assert "took too long" in browser.get("/sign-in").text


def test_nobody_reaches_the_code_without_the_password(site: World) -> None:
    assert site.client().get("/sign-in/code").location == "/sign-in"
    assert _code(site, site.client(), site.code("sponsor")).location == "/sign-in"


def test_the_way_of_an_administrator_without_one(site: World) -> None:
    with unit_of_work(SYSTEM):
        service.name_administrator(site.user("tester"), by=SYSTEM)
    browser = site.client()
    answer = browser.post("/sign-in", data={"email": "tester@example.com", "password": PASSWORD})
    assert answer.location == HERE
    assert browser.get("/administration/people").location == f"{HERE}?next=/administration/people"
    assert browser.get("/administration/people", headers={"HX-Request": "true"}).status_code == 401
    assert browser.post("/administration/organisations", data={"name": "New"}).status_code == 403
    assert browser.get("/projects/PAY/overview").status_code == 200, "as a member they work on"
    page = set_up_second_step(browser, next="/administration/people")
    assert page.status_code == 200
    assert len(recovery_codes_on(page)) == 10
    assert 'href="/administration/people"' in page.text
    assert browser.get("/administration/people").status_code == 200


def test_where_everybody_needs_one_nothing_else_goes_before_it(site: World) -> None:
    site.app.config["UATAPP"] = site.app.config["UATAPP"].model_copy(update={"second_factor": "everybody"})
    browser = site.client("tester")
    assert browser.get("/projects/PAY/overview").location == f"{HERE}?next=/projects/PAY/overview"
    assert browser.post("/projects/PAY/defects/new", data={}).status_code == 403
    assert browser.get("/account").status_code == 200
    assert set_up_second_step(browser).status_code == 200
    assert browser.get("/projects/PAY/overview").status_code == 200


def test_a_wrong_first_code_changes_nothing_and_keeps_the_same_key(site: World) -> None:
    browser = site.client("tester")
    key = app_on(browser.get(HERE)).base32_key
    answer = browser.post(HERE, data={"code": "000000"})
    assert answer.status_code == 422
    assert app_on(answer).base32_key == key
    assert queries.find_factor(site.user_ids["tester"]) is None
    assert browser.post(HERE, data={"code": ""}).status_code == 422


def test_an_old_session_needs_the_password_before_a_first_set_up(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        browser = site.client("tester")
        now.shift(11 * 60)
        assert 'name="password"' in browser.get(HERE).text
        assert set_up_second_step(browser).status_code == 422
        assert set_up_second_step(browser, password="wrong").status_code == 422
        assert queries.find_factor(site.user_ids["tester"]) is None
        assert set_up_second_step(browser, password=PASSWORD).status_code == 200


def test_moving_to_another_phone_needs_password_and_present_code(site: World) -> None:
    browser = site.client("sponsor")
    before = queries.find_factor(site.user_ids["sponsor"])
    assert before is not None
    kept = before.secret
    db.session.rollback()
    for wrong in (
        {},
        {"password": PASSWORD},
        {"password": PASSWORD, "proof": "000000"},
        {"proof": site.code("sponsor")},
    ):
        assert set_up_second_step(browser, **wrong).status_code == 422
        now = queries.find_factor(site.user_ids["sponsor"])
        assert now is not None
        assert now.secret == kept
        db.session.rollback()
    old = site.code("sponsor")
    page = set_up_second_step(browser, password=PASSWORD, proof=old)
    assert len(recovery_codes_on(page)) == 10
    assert actions()[-1] == "user.second_factor_set_up"
    assert "moved to another phone" in mails_to("sponsor@example.com")[-1].text
    assert _code(site, _half(site), old).status_code == 422, "the earlier phone stopped counting at once"


def test_new_recovery_codes_and_removing_it(site: World) -> None:
    browser = site.client("tester")
    assert browser.get(f"{HERE}/codes").status_code == 404
    app = app_on(browser.get(HERE))
    first = recovery_codes_on(browser.post(HERE, data={"code": shown_by(app)}))
    assert browser.get(f"{HERE}/nonsense").status_code == 404
    assert browser.post(f"{HERE}/codes", data={"password": "wrong", "proof": first[0]}).status_code == 422
    second = recovery_codes_on(browser.post(f"{HERE}/codes", data={"password": PASSWORD, "proof": first[0]}))
    assert len(second) == 10
    assert not set(first) & set(second)
    assert "10 recovery codes are left" in browser.get("/account").text
    assert browser.post(f"{HERE}/remove", data={"password": PASSWORD, "proof": first[1]}).status_code == 422
    answer = browser.post(f"{HERE}/remove", data={"password": PASSWORD, "proof": second[1]})
    assert (answer.status_code, queries.find_factor(site.user_ids["tester"])) == (303, None)
    assert "With it, nobody who learns your password" in browser.get("/account").text


def test_who_must_have_one_is_told_why_it_stays(site: World) -> None:
    browser = site.client("sponsor")
    page = browser.get("/account").text
    assert "the second step cannot be removed" in page
    assert f"{HERE}/remove" not in page
    assert browser.get(f"{HERE}/remove").status_code == 409
    proved = {"password": PASSWORD, "proof": site.code("sponsor")}
    assert browser.post(f"{HERE}/remove", data=proved).status_code == 409
    assert queries.find_factor(site.user_ids["sponsor"]) is not None


def test_a_recovery_code_signs_in(site: World) -> None:
    browser = site.client("tester")
    codes = recovery_codes_on(set_up_second_step(browser))
    half = _half(site, "tester")
    assert _code(site, half, codes[3]).status_code == 303
    assert half.get("/account").status_code == 200
    assert _code(site, _half(site, "tester"), codes[3]).status_code == 422


def test_an_administrator_resets_a_lost_phone_and_the_person_begins_anew(site: World) -> None:
    admin, half = site.client("admin"), _half(site)
    page = admin.get("/administration/people").text
    assert "second step since" in page
    assert "no second step" in page
    uid, own = site.user("sponsor").uid, site.user("admin").uid
    assert admin.post(f"/administration/people/{own}/reset").status_code == 409
    assert admin.post(f"/administration/people/{uid}/reset").status_code == 303
    assert half.get("/sign-in/code").location == "/sign-in"
    given = {"email": "sponsor@example.com", "password": PASSWORD}
    assert site.client().post("/sign-in", data=given).status_code == 422, "the old password is not enough"
    browser, new = site.client(), "violet teapot ankle lorry"
    link = link_in(mails_to("sponsor@example.com")[-1])
    answer = browser.post(link, data={"name": "Henrik Dahl", "password": new, "password_confirm": new})
    assert (answer.status_code, answer.location) == (303, HERE)
    assert set_up_second_step(browser).status_code == 200


def test_a_code_is_never_kept_with_a_form(site: World) -> None:
    site.app.config["WTF_CSRF_ENABLED"] = True
    browser = site.client("sponsor")
    page = browser.get("/account").text
    token = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert token is not None
    with unit_of_work(SYSTEM):
        service.sessions.end_all(site.user("sponsor"))
    given = {"csrf_token": token[1], "code": "123456", "proof": "654321", "reasons": "much typed"}
    answer = browser.post("/projects/PAY/signoffs/1/sign", data=given)
    assert "/kept/" in answer.location
    kept = db.session.scalar(sa.select(KeptForm.fields))
    assert kept == [["reasons", "much typed"]]
