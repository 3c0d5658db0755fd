"""Sessions on the server: renewed, ended, over after a while, never replayed."""

import hashlib
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from tests.world import PASSWORD, Browser, World
from uatapp.accounts.models import UserSession
from uatapp.app import create_app
from uatapp.config import Settings
from uatapp.kernel.db import db
from uatapp.operations import schema

NEW = "violet teapot ankle lorry"
pytestmark = pytest.mark.proves("T15")


def _sign_in(site: World, name: str = "tester", password: str = PASSWORD) -> Browser:
    browser = site.client()
    browser.get("/sign-in")
    answer = browser.post("/sign-in", data={"email": site.user(name).email, "password": password})
    assert answer.status_code == 303, answer.text
    return browser


def _cookie(browser: Browser) -> str:
    found = browser.get_cookie("session")
    assert found is not None
    return found.value


def _is_in(browser: Browser) -> bool:
    return browser.get("/account").status_code == 200


def _rows() -> list[UserSession]:
    return list(db.session.scalars(sa.select(UserSession).order_by(UserSession.id)))


def test_the_table_keeps_the_hash_of_the_cookie_only(site: World) -> None:
    browser = _sign_in(site)
    token = _cookie(browser)
    row = _rows()[-1]
    assert row.token_hash == hashlib.sha256(token.encode()).hexdigest()
    assert token not in row.data
    assert len(token) >= 43


def test_the_secret_is_renewed_at_sign_in(site: World) -> None:
    browser = site.client()
    browser.get("/sign-in")
    before = _cookie(browser)
    browser.post("/sign-in", data={"email": site.user("tester").email, "password": PASSWORD})
    assert _cookie(browser) != before
    browser.set_cookie("session", before)
    assert not _is_in(browser)


def test_signing_out_ends_the_session_for_good(site: World) -> None:
    browser = _sign_in(site)
    token = _cookie(browser)
    assert browser.get("/sign-out").status_code == 405
    answer = browser.post("/sign-out")
    assert (answer.status_code, answer.location) == (303, "/sign-in")
    browser.set_cookie("session", token)
    assert not _is_in(browser)
    assert next(r for r in _rows() if r.token_hash == hashlib.sha256(token.encode()).hexdigest()).ended_at


def test_changing_the_password_ends_all_other_sessions(site: World) -> None:
    here, elsewhere, other = _sign_in(site), _sign_in(site), _sign_in(site, "engineer")
    old = _cookie(here)
    given = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
    answer = here.post("/account/password", data=given)
    assert (answer.status_code, answer.location) == (303, "/account")
    assert _is_in(here)
    assert _cookie(here) != old
    assert not _is_in(elsewhere)
    assert _is_in(other)
    assert _is_in(_sign_in(site, password=NEW))


def test_a_session_is_over_after_twelve_idle_hours(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as time:
        browser = _sign_in(site)
        time.shift(11 * 3600)
        assert _is_in(browser)
        time.shift(11 * 3600)
        assert _is_in(browser)
        time.shift(12 * 3600)
        assert not _is_in(browser)
        time.shift(-6 * 3600)


def test_a_session_is_over_after_seven_days_however_busy(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as time:
        browser = _sign_in(site)
        for _hour in range(0, 7 * 24 - 6, 6):
            time.shift(6 * 3600)
            assert _is_in(browser)
        time.shift(6 * 3600)
        assert not _is_in(browser)


def test_being_seen_is_written_every_five_minutes_at_most(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as time:
        browser = site.client("tester")
        first = _rows()[-1].seen_at
        time.shift(240)
        browser.get("/account/password")
        seen = [_rows()[-1].seen_at]
        db.session.rollback()
        time.shift(400)
        browser.get("/projects/PAY/members")
        seen.append(_rows()[-1].seen_at)
    assert seen[1] > seen[0] >= first


def test_a_person_sees_and_ends_their_other_sessions_only(site: World) -> None:
    here, elsewhere, other = _sign_in(site), _sign_in(site), _sign_in(site, "engineer")
    rows = {row.token_hash: row.id for row in _rows()}
    page = here.get("/account").text
    assert page.count("End this session") == 1
    assert "This one" in page
    foreign = rows[hashlib.sha256(_cookie(other).encode()).hexdigest()]
    assert here.post(f"/account/sessions/{foreign}/end").status_code == 404
    own = rows[hashlib.sha256(_cookie(elsewhere).encode()).hexdigest()]
    assert here.post(f"/account/sessions/{own}/end").status_code == 303
    assert not _is_in(elsewhere)
    assert _is_in(other)
    assert "End this session" not in here.get("/account").text


def test_visitors_leave_no_row_unless_something_must_be_kept(site: World) -> None:
    before = len(_rows())
    browser = site.client()
    assert browser.get("/account").status_code == 303
    assert browser.get("/no-such-page").status_code == 404
    assert len(_rows()) == before
    browser.get("/sign-in")
    assert len(_rows()) == before + 1


def test_old_sessions_are_forgotten(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as time:
        _sign_in(site)
        site.client().get("/sign-in")
        time.shift(13 * 3600)
        site.client().get("/sign-in")
        assert [row.user_id is None for row in _rows()] == [False, True]
        time.shift(24 * 3600)
        site.client().get("/sign-in")
        assert [row.user_id for row in _rows()] == [None]


def _at(home: Path, url: str) -> Flask:
    return create_app(Settings(home=home, base_url=url, secret_key="test " * 8))


def test_cookies_are_bound_to_the_host_and_secure_under_https(tmp_path: Path) -> None:
    app = _at(tmp_path, "https://uat.example.com")
    with app.app_context():
        schema.upgrade()
    answer = app.test_client().get("/sign-in", base_url="https://uat.example.com")
    cookie = answer.headers["Set-Cookie"]
    assert cookie.startswith("__Host-session=")
    assert all(part in cookie for part in ("Secure", "HttpOnly", "SameSite=Lax", "Path=/"))
    assert "Domain" not in cookie
