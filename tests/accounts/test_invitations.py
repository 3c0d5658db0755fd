"""One-time links: joining by invitation, and setting the installation up."""

import threading

import pytest
import sqlalchemy as sa
import time_machine

from tests.accounts.reading import actions, link_in, mails_to
from tests.world import World
from uatapp.accounts import invitations, queries, service
from uatapp.accounts.models import Invitation, User
from uatapp.accounts.security import as_actor
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.errors import DomainError, Invalid, NotFound, Refused
from uatapp.kernel.uow import unit_of_work

GOOD = "violet teapot ankle lorry"


def _invited(world: World, email: str = "nora@example.com") -> str:
    with unit_of_work(SYSTEM):
        user = service.add_user(email, "Nora New", by=SYSTEM, organisation=world.project.customer)
        return invitations.invite(user, by=SYSTEM, project_name="Order to cash").rpartition("/")[2]


def _take_up(token: str, password: str = GOOD) -> int:
    with unit_of_work(SYSTEM):
        return invitations.take_up(token, "Nora  New", password, own_actor=as_actor).id


def test_an_invitation_is_taken_up_once(world: World) -> None:
    token = _invited(world)
    row = db.session.scalars(sa.select(Invitation)).one()
    assert token not in row.token_hash
    user = queries.get_user(_take_up(token))
    assert user.active
    assert service.is_password(user, GOOD)
    assert not service.is_password(user, GOOD + "x")
    with pytest.raises(NotFound):
        _take_up(token)
    assert actions()[-3:] == ["user.invited", "user.invitation_taken", "user.password_set"]


def test_an_invitation_lasts_fourteen_days(world: World) -> None:
    with time_machine.travel("2026-03-02T08:00:00+00:00", tick=False) as now:
        token = _invited(world)
        now.shift(14 * 24 * 3600)
        with pytest.raises(NotFound):
            _take_up(token)


def test_only_the_newest_link_works(world: World) -> None:
    old = _invited(world)
    with unit_of_work(SYSTEM):
        user = queries.find_user("nora@example.com")
        assert user is not None
        new = invitations.invite(user, by=SYSTEM, mail=False).rpartition("/")[2]
    with pytest.raises(NotFound):
        _take_up(old)
    _take_up(new)
    assert len(mails_to("nora@example.com")) == 1
    with pytest.raises(Refused), unit_of_work(SYSTEM):
        invitations.invite(queries.get_user(user.id), by=SYSTEM)


@pytest.mark.proves("T19")
@pytest.mark.parametrize("password", ["short", "Password123!", "nora is my name", "x" * 201])
def test_a_bad_password_is_refused_and_the_link_still_works(world: World, password: str) -> None:
    token = _invited(world)
    with pytest.raises(Invalid) as refusal:
        _take_up(token, password)
    assert "password" in refusal.value.fields
    _take_up(token)


@pytest.mark.proves("T19")
def test_long_passwords_differ_to_the_last_character(world: World) -> None:
    long = "lorry violet ankle teapot " * 4
    user = queries.get_user(_take_up(_invited(world), long + "a"))
    assert service.is_password(user, long + "a")
    assert not service.is_password(user, long + "b")


def test_an_invited_person_chooses_a_password_and_is_in(site: World) -> None:
    _invited(site)
    link = link_in(mails_to("nora@example.com")[0])
    browser = site.client()
    page = browser.get(link)
    assert page.status_code == 200
    assert "Welcome, Nora New" in page.text
    refused = browser.post(link, data={"name": "Nora", "password": "short", "password_confirm": "short"})
    assert refused.status_code == 422
    assert "at least 10 characters" in refused.text
    taken = browser.post(link, data={"name": "Nora Berg", "password": GOOD, "password_confirm": GOOD})
    assert (taken.status_code, taken.location) == (303, "/")
    assert "You are in no project yet" in browser.get("/").text
    assert site.client().get(link).status_code == 404


@pytest.mark.proves("T21")
def test_addresses_that_look_alike_cannot_be_two_accounts(world: World) -> None:
    _invited(world, "admin.two@example.com")
    for email in (" Admin.Two@Example.com ", "ADMIN.TWO@EXAMPLE.COM", "\u0430dmin.two@example.com"):
        with pytest.raises(Invalid), unit_of_work(SYSTEM):
            service.add_user(email, "Somebody Else", by=SYSTEM)


@pytest.fixture
def empty(world: World) -> World:
    """The world without any administrator, as an installation is at first."""
    with unit_of_work(SYSTEM):
        service.stop_access(world.user("admin"), by=SYSTEM)
    return world


@pytest.mark.proves("T17")
def test_there_is_no_set_up_link_once_there_is_an_administrator(world: World) -> None:
    assert service.first_administrator_link() is None


@pytest.mark.proves("T17")
def test_the_first_administrator_sets_up_by_a_one_time_link(empty: World) -> None:
    old = (service.first_administrator_link() or "").rpartition("/")[2]
    link = service.first_administrator_link()
    assert link is not None
    assert link.startswith("http://localhost/set-up/")
    browser, path = empty.client(), link.removeprefix("http://localhost")
    assert browser.get(f"/set-up/{old}").status_code == 404
    assert browser.get(path).status_code == 200
    given = {"name": "Ida First", "email": "ida@example.com", "password": GOOD, "password_confirm": GOOD}
    assert browser.post(path, data={**given, "password": "ida first ida"}).status_code == 422
    assert browser.post(path, data=given).status_code == 303
    assert browser.get("/").location == "/administration/"
    assert empty.client().get(path).status_code == 404
    assert empty.client().post(path, data=given).status_code == 404
    assert service.first_administrator_link() is None


@pytest.mark.proves("T17")
def test_of_two_first_set_ups_one_succeeds(empty: World) -> None:
    token = (service.first_administrator_link() or "").rpartition("/")[2]
    db.session.rollback()
    results: list[str] = []

    def try_it(name: str) -> None:
        with empty.app.app_context():
            try:
                with unit_of_work(SYSTEM):
                    invitations.set_up(token, name, f"{name}@example.com", GOOD)
                results.append("in")
            except DomainError:
                results.append("refused")

    threads = [threading.Thread(target=try_it, args=(name,)) for name in ("first", "second", "third")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["in", "refused", "refused"]
    assert len(db.session.scalars(sa.select(User).where(User.is_admin.is_(True), User.active.is_(True))).all()) == 1
