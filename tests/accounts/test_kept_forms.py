"""A session that ended while a form was open: sign in, and everything typed and attached is there."""

import io

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask, request, request_finished

from tests.accounts.reading import token_on
from tests.world import PASSWORD, Browser, World
from uatapp.accounts.models import KeptForm
from uatapp.accounts.sessions import UserSession
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.projects.models import Build
from uatapp.projects.queries import list_named


@pytest.fixture
def guarded(site: World) -> World:
    site.app.config["WTF_CSRF_ENABLED"] = True
    return site


def _sign_in(browser: Browser, site: World, name: str, next_: str = "") -> str | None:
    token = token_on(browser.get("/sign-in", query_string={"next": next_}))
    data = {"email": site.user(name).email, "password": PASSWORD, "csrf_token": token, "next": next_}
    location = browser.post("/sign-in", data=data).location or ""
    if not location.startswith("/sign-in/code"):
        return location
    page = browser.get(location)
    given = {"code": site.code(name), "csrf_token": token_on(page), "next": next_}
    return browser.post("/sign-in/code", data=given).location


def _open_form(site: World) -> tuple[Browser, str]:
    browser = site.client()
    _sign_in(browser, site, "manager")
    return browser, token_on(browser.get("/projects/PAY/set-up"))


def _end_all() -> None:
    db.session.rollback()
    db.session.execute(sa.update(UserSession).values(ended_at=clock.now()))
    db.session.commit()


def _send(browser: Browser, token: str, **more: object) -> str | None:
    data = {"name": "Build <9>", "notes": "much\ntyped", "csrf_token": token, "form_key": "k1", **more}
    return browser.post("/projects/PAY/set-up/build", data=data).location


def _kept() -> list[KeptForm]:
    db.session.rollback()
    return list(db.session.scalars(sa.select(KeptForm)))


def test_what_was_typed_and_attached_is_there_after_sign_in(guarded: World) -> None:
    browser, token = _open_form(guarded)
    _end_all()
    location = _send(browser, token, password="secret words", file=(io.BytesIO(b"picture"), "a.png", "image/png"))
    row = _kept()[0]
    kept_id = row.id
    assert location == f"/sign-in?next=/kept/{row.id}"
    assert "secret words" not in str(row.fields)
    assert _sign_in(browser, guarded, "manager", f"/kept/{row.id}") == f"/kept/{row.id}"
    page = browser.get(f"/kept/{row.id}")
    assert page.status_code == 200
    assert "Everything you typed is here" in page.text
    assert "Build &lt;9&gt;" in page.text
    assert "a.png" in page.text
    seen: list[bytes] = []

    def look(app: Flask, **rest: object) -> None:
        seen.extend(file.read() for file in request.files.values())

    data = {"name": "Build <9>", "notes": "much\ntyped", "csrf_token": token_on(page), "kept_form": str(row.id)}
    with request_finished.connected_to(look):
        assert browser.post("/projects/PAY/set-up/build", data=data).status_code == 303
    assert seen == [b"picture"]
    assert [build.name for build in list_named(Build, guarded.project.id)] == ["Build <9>"]
    assert _kept() == []
    assert browser.get(f"/kept/{kept_id}").status_code == 404
    assert browser.post("/projects/PAY/set-up/build", data=data).status_code == 404


def test_a_session_that_ran_out_keeps_forms_too(guarded: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        browser, token = _open_form(guarded)
        now.shift(13 * 3600)
        assert (_send(browser, token) or "").startswith("/sign-in?next=/kept/")
        now.shift(25 * 3600)
        assert len(_kept()) == 1
        kept_id = _kept()[0].id
        _sign_in(browser, guarded, "manager")
        assert browser.get(f"/kept/{kept_id}").status_code == 404


def test_another_form_open_in_a_second_tab_can_be_sent_after_the_sign_in(guarded: World) -> None:
    browser, token = _open_form(guarded)
    _end_all()
    assert (_send(browser, token) or "").startswith("/sign-in?next=/kept/")
    _sign_in(browser, guarded, "manager")
    assert _send(browser, token, name="Build 2") == "/projects/PAY/set-up#builds"


def test_a_form_sent_while_the_sign_in_page_is_open_is_kept(guarded: World) -> None:
    browser, token = _open_form(guarded)
    _end_all()
    browser.get("/sign-in")
    assert (_send(browser, token) or "").startswith("/sign-in?next=/kept/")


def test_another_person_at_the_same_browser_sees_nothing(guarded: World) -> None:
    browser, token = _open_form(guarded)
    _end_all()
    _send(browser, token)
    kept_id = _kept()[0].id
    _sign_in(browser, guarded, "partner_manager")
    assert browser.get(f"/kept/{kept_id}").status_code == 404
    fresh = token_on(browser.get("/projects/PAY/set-up"))
    assert _send(browser, fresh, kept_form=str(kept_id)) is None
    assert _send(browser, token) is None
    assert len(_kept()) == 1


@pytest.mark.parametrize("token", ["", "invented"])
def test_a_form_that_is_not_ours_is_not_kept(guarded: World, token: str) -> None:
    browser, _own = _open_form(guarded)
    _end_all()
    assert _send(browser, token) == "/sign-in"
    assert _kept() == []


def test_a_visitor_without_a_session_of_ours_keeps_nothing(guarded: World) -> None:
    _browser, token = _open_form(guarded)
    assert _send(guarded.client(), token) == "/sign-in"
    assert _kept() == []


def test_the_same_form_is_kept_once_and_all_together_have_a_quota(
    guarded: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("uatapp.accounts.keeping.QUOTA", 1000)
    browser, token = _open_form(guarded)
    _end_all()
    _send(browser, token)
    _send(browser, token, name="Build 3")
    assert [row.fields[0] for row in _kept()] == [["name", "Build 3"]]
    answer = browser.post("/projects/PAY/set-up/unit", data={"name": "x" * 990, "csrf_token": token})
    assert answer.location == "/sign-in"
    assert "more than we can keep" in browser.get("/sign-in").text
    assert len(_kept()) == 1


def test_htmx_is_led_to_the_sign_in(guarded: World) -> None:
    browser, token = _open_form(guarded)
    _end_all()
    data = {"name": "Build 4", "csrf_token": token}
    answer = browser.post("/projects/PAY/set-up/build", data=data, headers={"HX-Request": "true"})
    assert answer.status_code == 401
    assert answer.headers["HX-Redirect"].startswith("/sign-in?next=/kept/")
