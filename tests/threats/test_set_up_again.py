"""An installation is set up once: no address and no old link does it a second time."""

import pytest

from tests.world import World
from uatapp.accounts import queries, service
from uatapp.accounts.models import User
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work

pytestmark = pytest.mark.proves("T17")
FORM = {
    "name": "Mallory",
    "email": "mallory@example.com",
    "password": "violet teapot ankle lorry",
    "password_confirm": "violet teapot ankle lorry",
}


@pytest.mark.parametrize("path", ["/setup", "/set-up", "/set-up/", "/set-up/x", "/init-db", "/install", "/register"])
@pytest.mark.parametrize("who", [None, "tester"])
def test_there_is_no_such_page(site: World, path: str, who: str | None) -> None:
    people = db.session.query(User).count()
    browser = site.client(who)
    assert browser.get(path).status_code == 404
    assert browser.post(path, data=FORM).status_code == 404
    assert db.session.query(User).count() == people


def test_a_link_of_before_is_void_once_there_is_an_administrator(site: World) -> None:
    with unit_of_work(SYSTEM):
        service.stop_access(site.user("admin"), by=SYSTEM)
    link = (service.first_administrator_link() or "").removeprefix("http://localhost")
    with unit_of_work(SYSTEM):
        service.give_access(site.user("admin"), by=SYSTEM)
    with unit_of_work(SYSTEM):
        service.name_administrator(site.user("admin"), by=SYSTEM)
    assert site.client().get(link).status_code == 404
    assert site.client().post(link, data=FORM).status_code == 404
    assert queries.find_user(FORM["email"]) is None


def test_a_set_up_link_is_no_invitation_and_the_other_way_round(site: World) -> None:
    with unit_of_work(SYSTEM):
        service.stop_access(site.user("admin"), by=SYSTEM)
    token = (service.first_administrator_link() or "").rpartition("/")[2]
    assert site.client().post(f"/invitation/{token}", data=FORM).status_code == 404
    assert site.client().post(f"/reset/{token}", data=FORM).location == "/reset"
    assert site.client().get(f"/set-up/{token}").status_code == 200
