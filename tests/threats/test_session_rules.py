"""Sessions: bound to their cookie, ended by whatever ends trust, never adopted from outside."""

import secrets
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from tests.accounts.test_sessions import NEW, _at, _cookie, _is_in, _sign_in
from tests.world import PASSWORD, Browser, World
from uatapp.accounts import invitations, service
from uatapp.accounts.models import UserSession
from uatapp.accounts.sessions import ABSOLUTE, IDLE
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.operations import schema

pytestmark = pytest.mark.proves("T15")
START = "2026-03-02T08:00:00+00:00"


def _with(site: World, token: str) -> Browser:
    browser = site.client()
    browser.set_cookie("session", token)
    return browser


@pytest.mark.parametrize(
    ("address", "name", "secure"),
    [("https://uat.example.com", "__Host-session", True), ("http://uat.example.com:8000", "session", False)],
)
def test_the_cookies_flags_follow_the_address(tmp_path: Path, address: str, name: str, secure: bool) -> None:
    app = _at(tmp_path, address)
    with app.app_context():
        schema.upgrade()
        db.engine.dispose()
    (cookie,) = app.test_client().get("/sign-in", base_url=address).headers.getlist("Set-Cookie")
    parts = [part.strip() for part in cookie.split(";")]
    assert parts[0].startswith(f"{name}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= set(parts)
    assert ("Secure" in parts) == secure
    assert not any(part.startswith("Domain") for part in parts)


def test_the_id_is_new_at_every_sign_in_and_none_is_adopted(site: World) -> None:
    planted = secrets.token_urlsafe(32)
    browser = _with(site, planted)
    browser.get("/sign-in")
    seen = [planted, _cookie(browser)]
    for _time in range(2):
        browser.post("/sign-out")
        browser.post("/sign-in", data={"email": "tester@example.com", "password": PASSWORD})
        seen.append(_cookie(browser))
    given = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    assert browser.post("/account/password", data=given).status_code == 303
    seen.append(_cookie(browser))
    assert len(set(seen)) == 5
    assert [_is_in(_with(site, token)) for token in seen] == [False, False, False, False, True]


def test_joining_begins_a_new_session(site: World) -> None:
    with unit_of_work(SYSTEM):
        user = service.add_user("nora@example.com", "Nora", by=SYSTEM, organisation=site.project.customer)
        link = invitations.invite(user, by=SYSTEM).removeprefix("http://localhost")
    browser = site.client()
    browser.get(link)
    before = browser.get_cookie("session")
    given = {"name": "Nora", "password": NEW, "password_confirm": NEW}
    assert browser.post(link, data=given).status_code == 303
    assert before is None or before.value != _cookie(browser)
    assert _is_in(browser)


@pytest.mark.parametrize("how", ["sign-out", "password", "reset by command", "stopped", "ended elsewhere"])
def test_an_old_cookie_is_worth_nothing_after(site: World, how: str) -> None:
    browser, elsewhere = _sign_in(site), _sign_in(site)
    token = _cookie(browser)
    assert _is_in(_with(site, token))
    if how == "sign-out":
        browser.post("/sign-out")
    elif how == "password":
        given = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
        assert elsewhere.post("/account/password", data=given).status_code == 303
    elif how == "ended elsewhere":
        row_id = db.session.scalars(sa.select(UserSession.id).order_by(UserSession.id)).all()[-2]
        assert elsewhere.post(f"/account/sessions/{row_id}/end").status_code == 303
    else:
        with unit_of_work(SYSTEM):
            user = site.user("tester")
            if how == "stopped":
                service.stop_access(user, by=SYSTEM)
            else:
                service.set_password(user, NEW, how="set", by=SYSTEM)
    replay = _with(site, token)
    assert not _is_in(replay)
    assert replay.post("/account", data={"name": "Mallory", "zone": "UTC", "look": "auto"}).status_code == 303
    assert site.user("tester").name == "Marta Lindqvist"


def test_given_access_again_does_not_bring_sessions_back(site: World) -> None:
    token = _cookie(_sign_in(site))
    with unit_of_work(SYSTEM):
        service.stop_access(site.user("tester"), by=SYSTEM)
    with unit_of_work(SYSTEM):
        service.give_access(site.user("tester"), by=SYSTEM)
    assert not _is_in(_with(site, token))


@pytest.mark.parametrize(("idle", "is_in"), [(IDLE - timedelta(seconds=1), True), (IDLE, False)])
def test_idle_sessions_end_to_the_second(site: World, idle: timedelta, is_in: bool) -> None:
    with time_machine.travel(START, tick=False) as now:
        browser = _sign_in(site)
        now.shift(idle)
        assert _is_in(browser) == is_in


@pytest.mark.parametrize(("late", "is_in"), [(-1, True), (0, False)])
def test_busy_sessions_end_after_seven_days_to_the_second(site: World, late: int, is_in: bool) -> None:
    with time_machine.travel(START, tick=False) as now:
        browser = _sign_in(site)
        for _step in range(27):
            now.shift(6 * 3600)
            assert _is_in(browser)
        now.shift(6 * 3600 + late)
        assert timedelta(hours=28 * 6) == ABSOLUTE
        assert _is_in(browser) == is_in


def test_sessions_that_are_over_are_not_listed(site: World) -> None:
    with time_machine.travel(START, tick=False) as now:
        _sign_in(site)
        now.shift(IDLE)
        assert _sign_in(site).get("/account").text.count("End this session") == 0


@pytest.mark.parametrize("odd", ["", "x", "a" * 4000, "../../etc/passwd", "' OR 1=1 --", "\u00e9", "session"])
def test_an_odd_cookie_is_no_session_and_no_error(site: World, odd: str) -> None:
    row = db.session.scalars(sa.select(UserSession.token_hash)).first()
    for token in (odd, row or "0" * 64):
        assert _with(site, token).get("/account").status_code == 303


def test_no_session_travels_in_an_address_or_a_body(site: World) -> None:
    token = _cookie(_sign_in(site))
    query = {"session": token, "auth_token": token, "_user_id": "1"}
    assert site.client().get("/account", query_string=query).status_code == 303
    assert site.client().post("/account", data=query | {"name": "Mallory"}).status_code == 303
