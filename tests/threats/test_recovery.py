"""A forgotten password is no way in for others: one link at a time, for an hour, once, and to our own address."""

import pytest
import sqlalchemy as sa
import time_machine
from werkzeug.test import TestResponse

from tests.accounts.reading import link_in, mails_to
from tests.world import PASSWORD, Browser, World
from uatapp.accounts import guessing, queries, service
from uatapp.accounts.models import Invitation
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work

NEW, WHO = "violet teapot ankle lorry", "tester@example.com"
pytestmark = pytest.mark.proves("T21", "E36")


def _ask(site: World, email: str = WHO) -> str:
    assert site.client().post("/reset", data={"email": email}).status_code == 303
    return link_in(mails_to(email)[-1])


def _choose(browser: Browser, link: str, password: str = NEW) -> TestResponse:
    return browser.post(link, data={"password": password, "password_confirm": password})


def _opens(site: World, link: str) -> bool:
    return site.client().get(link).status_code == 200


def _signs_in(site: World, password: str, email: str = WHO) -> bool:
    answer = site.client().post("/sign-in", data={"email": email, "password": password})
    return answer.status_code == 303


def test_only_the_newest_link_works(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        first = _ask(site)
        now.shift(5)
        other = _ask(site, "engineer@example.com")
        second = _ask(site)
        assert (_opens(site, first), _opens(site, second), _opens(site, other)) == (False, True, True)
        assert _choose(site.client(), first).location == "/reset"
        assert _signs_in(site, PASSWORD)
        browser = site.client()
        assert _choose(browser, first).location == "/reset"
        assert "a newer mail has been sent" in browser.get("/reset").text
        assert _choose(site.client(), second).location == "/sign-in"
        assert (_signs_in(site, PASSWORD), _signs_in(site, NEW)) == (False, True)


def test_two_mails_of_the_same_second_are_no_error(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False):
        _ask(site)
        assert _opens(site, _ask(site))


def test_a_link_works_once_and_for_an_hour(site: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        link = _ask(site)
        now.shift(3599)
        assert _opens(site, link)
        now.shift(1)
        assert not _opens(site, link)
        link = _ask(site)
        assert _choose(site.client(), link).location == "/sign-in"
        assert _choose(site.client(), link, "another good one 77").location == "/reset"
        assert _signs_in(site, NEW)


def test_only_its_hash_is_kept_and_it_cannot_be_guessed(site: World) -> None:
    token = _ask(site).rpartition("/")[2]
    row = db.session.scalars(sa.select(Invitation)).one()
    assert row.token_hash == queries.hash_of(token)
    changed = [token[:n] + ("A" if token[n] != "A" else "B") + token[n + 1 :] for n in range(0, len(token), 11)]
    assert not any(_opens(site, f"/reset/{odd}") for odd in [*changed, token[:-1], row.token_hash, "x"])
    assert _opens(site, f"/reset/{token}")


@pytest.mark.parametrize("how", ["changed", "set"])
def test_it_dies_when_the_password_changes(site: World, how: str) -> None:
    link = _ask(site)
    if how == "set":
        with unit_of_work(SYSTEM):
            service.set_password(site.user("tester"), NEW, how="set", by=SYSTEM)
    else:
        given = {"password": PASSWORD, "new_password": NEW, "new_password_confirm": NEW}
        assert site.client("tester").post("/account/password", data=given).location == "/account"
    assert not _opens(site, link)
    assert _choose(site.client(), link, "another good one 77").location == "/reset"
    assert _signs_in(site, NEW)


def test_it_is_for_its_person_and_its_purpose_alone(site: World) -> None:
    link = _ask(site)
    given = {"password": NEW, "password_confirm": NEW, "email": "engineer@example.com", "user_id": "1"}
    as_invitation = f"/invitation/{link.rpartition('/')[2]}"
    assert site.client().get(as_invitation).status_code == 404
    assert site.client().post(as_invitation, data={**given, "name": "Mallory"}).status_code == 404
    assert site.client().post(link, data=given).location == "/sign-in"
    assert _signs_in(site, PASSWORD, "engineer@example.com")
    assert _signs_in(site, NEW)


def test_it_does_not_give_back_a_stopped_access(site: World) -> None:
    link = _ask(site)
    with unit_of_work(SYSTEM):
        service.stop_access(site.user("tester"), by=SYSTEM)
    _choose(site.client(), link)
    assert not _signs_in(site, NEW)
    before = len(mails_to(WHO))
    site.client().post("/reset", data={"email": WHO})
    assert len(mails_to(WHO)) == before


@pytest.mark.parametrize("name", ["X-Forwarded-Host", "X-Original-Host", "X-Host", "Forwarded", "Origin", "Referer"])
def test_no_header_comes_into_the_link(site: World, name: str) -> None:
    value = "host=evil.example" if name == "Forwarded" else "evil.example"
    site.client().post("/reset", data={"email": WHO}, headers={name: value})
    mail = mails_to(WHO)[-1]
    assert "http://localhost/reset/" in mail.text
    assert "evil" not in mail.text + mail.html


@pytest.mark.parametrize("email", [" Tester@Example.com ", "TESTER@EXAMPLE.COM"])
def test_an_address_is_compared_in_one_form(site: World, email: str) -> None:
    assert site.client().post("/reset", data={"email": email}).status_code == 303
    assert _opens(site, link_in(mails_to(WHO)[-1]))


@pytest.mark.parametrize("email", ["t\u0435ster@example.com", "tester@ex\u0430mple.com", "tester@example.com\u200b"])
def test_an_address_that_looks_alike_gets_no_mail(site: World, email: str) -> None:
    site.client().post("/reset", data={"email": email})
    assert not mails_to(WHO)


def test_a_new_password_forgives_the_failed_tries(site: World) -> None:
    link = _ask(site)
    for _try in range(7):
        guessing.failed("sign-in", WHO)
    assert not _signs_in(site, PASSWORD)
    _choose(site.client(), link)
    assert _signs_in(site, NEW)
