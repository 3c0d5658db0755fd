"""Pages about people, set-up, home and administration."""

import re

import pytest
import sqlalchemy as sa

from tests.accounts.reading import link_in, mails_to
from tests.world import World
from uatapp.accounts import queries as people
from uatapp.accounts import service as accounts
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import queries, service
from uatapp.projects.models import Build, BusinessUnit, Environment

HOSTILE = "<script>alert(1)</script>"


def test_everybody_sees_who_is_in_the_project(site: World) -> None:
    page = site.client("tester").get("/projects/PAY/members")
    assert page.status_code == 200
    assert "15 people are in this project" in page.text
    assert "Marta Lindqvist" in page.text
    assert "Send the invitation" not in page.text
    assert site.client("stranger").get("/projects/PAY/members").status_code == 404
    assert site.client("admin").get("/projects/PAY/members").status_code == 404


def test_a_project_manager_invites_and_sees_what_is_wrong(site: World) -> None:
    browser = site.client("manager")
    data = {"name": HOSTILE, "email": "nora@example.com", "roles": ["tester"], "unit": ""}
    refused = browser.post("/projects/PAY/members", data={**data, "roles": []})
    assert refused.status_code == 422
    assert "Choose at least one role" in refused.text
    assert "nora@example.com" in refused.text
    assert browser.post("/projects/PAY/members", data={**data, "roles": ["lead"]}).status_code == 422
    assert browser.post("/projects/PAY/members", data={**data, "name": "x" * 10_000}).status_code == 422
    assert browser.post("/projects/PAY/members", data={**data, "email": "nora"}).status_code == 422
    assert browser.post("/projects/PAY/members", data={**data, "unit": "999"}).status_code == 422
    assert browser.post("/projects/PAY/members", data=data).status_code == 303
    page = browser.get("/projects/PAY/members").text
    assert HOSTILE not in page
    assert "&lt;script&gt;" in page
    assert "Invited" in page
    assert HOSTILE in mails_to("nora@example.com")[0].text


def test_an_invitation_can_be_sent_again_or_copied_once(site: World) -> None:
    browser = site.client("manager")
    browser.post(
        "/projects/PAY/members", data={"name": "Nora", "email": "nora@example.com", "roles": ["tester"], "unit": ""}
    )
    uid = people.find_user("nora@example.com").uid  # type: ignore[union-attr]
    assert "has not accepted the invitation yet" in browser.get(f"/projects/PAY/members/{uid}").text
    old = link_in(mails_to("nora@example.com")[0])
    assert browser.post(f"/projects/PAY/members/{uid}/invitation", data={"how": "mail"}).status_code == 303
    assert len(mails_to("nora@example.com")) == 2
    shown = browser.post(f"/projects/PAY/members/{uid}/invitation", data={"how": "link"})
    assert "http://localhost/invitation/" in shown.text
    assert "http://localhost/invitation/" not in browser.get("/projects/PAY/members").text
    assert site.client().get(old).status_code == 404
    other = site.client("partner_manager").post(f"/projects/PAY/members/{uid}/invitation", data={"how": "link"})
    assert other.status_code == 403
    assert "invitation/" not in other.text


def test_a_member_s_page_changes_roles_right_and_membership(site: World) -> None:
    browser, uid = site.client("manager"), site.user("head").uid
    path = f"/projects/PAY/members/{uid}"
    page = browser.get(path)
    assert page.status_code == 200
    assert "Give the right to sign" in page.text
    assert browser.post(f"{path}/signing-right", data={"give": "1"}).status_code == 303
    assert "Take the right to sign" in browser.get(path).text
    assert browser.post(path, data={"roles": ["analyst"], "unit": ""}).status_code == 303
    assert browser.post(path, data={"roles": [], "unit": ""}).status_code == 422
    assert browser.post(f"{path}/remove").status_code == 303
    assert browser.get(path).status_code == 404
    partner = site.client("partner_manager")
    lead = f"/projects/PAY/members/{site.user('lead').uid}"
    assert partner.post(f"{lead}/signing-right", data={"give": "1"}).status_code == 403
    assert browser.post(f"{lead}/remove").status_code == 403
    assert "You can look, not change" in browser.get(lead).text
    refused = browser.post(f"/projects/PAY/members/{site.user('manager').uid}/remove")
    assert refused.status_code == 409
    assert "no project manager left" in refused.text


@pytest.mark.parametrize("who", ["tester", "analyst", "sponsor", "lead", "auditor"])
def test_only_project_managers_change_people_and_set_up(site: World, who: str) -> None:
    browser, uid = site.client(who), site.user("head").uid
    for path in ("/set-up/unit", "/members", f"/members/{uid}", f"/members/{uid}/remove", f"/members/{uid}/invitation"):
        assert browser.post(f"/projects/PAY{path}").status_code == 403
    assert browser.get("/projects/PAY/set-up").status_code == 403
    assert browser.post(f"/projects/PAY/members/{uid}/signing-right", data={"give": "1"}).status_code == 403


def test_a_removed_member_s_open_tab_is_refused(site: World) -> None:
    tester = site.client("tester")
    assert tester.get("/projects/PAY/members").status_code == 200
    site.client("manager").post(f"/projects/PAY/members/{site.user('tester').uid}/remove")
    assert tester.get("/projects/PAY/members").status_code == 404


def test_units_processes_environments_and_builds_are_set_up(site: World) -> None:
    browser = site.client("manager")
    assert browser.get("/projects/PAY/set-up").status_code == 200
    for kind, more in {
        "unit": {},
        "process": {},
        "environment": {"address": "https://test.example.com", "sign_in_hint": "Use your own", "test_data": "A1"},
        "build": {"notes": HOSTILE},
    }.items():
        answer = browser.post(f"/projects/PAY/set-up/{kind}", data={"name": f"A {kind}", **more})
        assert answer.status_code == 303
        refused = browser.post(f"/projects/PAY/set-up/{kind}", data={"name": "y" * 121, **more})
        assert refused.status_code == 422
        assert "y" * 121 in refused.text
    page = browser.get("/projects/PAY/set-up").text
    assert all(f"A {kind}" in page for kind in ("unit", "process", "environment", "build"))
    assert HOSTILE not in page
    again = browser.post("/projects/PAY/set-up/build", data={"name": "A build"})
    assert again.status_code == 422
    assert "already a build" in again.text
    odd = browser.post("/projects/PAY/set-up/environment", data={"name": "E2", "address": "javascript:alert(1)"})
    assert odd.status_code == 422
    assert len(queries.list_named(Build, site.project.id)) == 1
    assert queries.find_named(BusinessUnit, site.project.id, "A unit")


def _environment(site: World) -> Environment:
    with unit_of_work(SYSTEM):
        service.add_environment(site.project, "UAT", by=SYSTEM, address="https://a.example.com")
    found = queries.find_named(Environment, site.project.id, "UAT")
    assert found is not None
    return found


def test_of_two_who_change_an_environment_the_second_sees_both_texts(site: World) -> None:
    path = f"/projects/PAY/set-up/environments/{_environment(site).id}"
    browser = site.client("manager")
    assert 'name="version" value="1"' in browser.get(path).text
    assert re.search(r'name="was_address"[^>]* value="https://a.example.com"', browser.get(path).text)
    given = {"name": "UAT", "version": "1", "address": "https://b.example.com", "sign_in_hint": "mine", "test_data": ""}
    assert browser.post(path, data=given).status_code == 303
    stale = site.client("partner_manager").post(path, data={**given, "sign_in_hint": "theirs & all"})
    assert stale.status_code == 409
    assert "Somebody saved this while you were writing." in stale.text
    assert "mine" in stale.text
    assert "theirs &amp; all" in stale.text
    assert 'name="version" value="2"' in stale.text
    assert re.search(r'name="was_address"[^>]* value="https://b.example.com"', stale.text)
    began = {"was_address": "https://a.example.com", "was_sign_in_hint": "", "was_test_data": ""}
    other = {**given, **began, "address": "https://a.example.com", "sign_in_hint": "", "test_data": "Customer 7"}
    page = site.client("partner_manager").post(path, data=other).text
    assert re.search(r'id="address"[^>]* value="https://b.example.com"', page)
    assert re.search(r'id="sign_in_hint"[^>]*>\s*mine</textarea>', page)
    assert re.search(r'id="test_data"[^>]*>\s*Customer 7</textarea>', page)
    assert browser.post(path, data={**given, "version": "2", "address": "nonsense"}).status_code == 422
    assert browser.post(path, data={**given, "version": "2", "test_data": "x" * 20_001}).status_code == 422
    other = path.replace("PAY", "OTH")
    assert site.client("stranger").get(other).status_code == 404
    assert site.client("stranger").post(other, data=given).status_code == 404


def test_home_leads_into_the_only_project_or_shows_all(site: World) -> None:
    assert site.client().get("/").location == "/sign-in?next=/"
    assert site.client("tester").get("/").location.startswith("/projects/PAY/")
    assert site.client("admin").get("/").location == "/administration/"
    with unit_of_work(SYSTEM):
        other = queries.find_project("OTH")
        assert other is not None
        service.add_member(other, site.user("lead"), (Role.ENGINEER,), by=SYSTEM)
    page = site.client("lead").get("/")
    assert page.status_code == 200
    assert "Order to cash" in page.text
    assert "CANARY" in page.text
    assert "CANARY" not in site.client("tester").get("/?all=1").text
    assert site.client("tester").get("/projects/PAY/").status_code == 303
    assert site.client("tester").get("/projects/OTH/").status_code == 404


def test_an_administrator_creates_a_project(site: World) -> None:
    browser = site.client("admin")
    assert browser.get("/administration/projects/new").status_code == 200
    given = {
        "key": "new1", "name": HOSTILE, "customer": "Fjord & Co", "partners": "Halden\n\nOther", "zone": "Europe/Oslo",
        "customer_name": "Cara", "customer_email": "cara@example.com",
        "partner_name": "Petra", "partner_email": "petra@example.com",
    }  # fmt: skip
    refused = browser.post("/administration/projects/new", data={**given, "customer_email": "no"})
    assert refused.status_code == 422
    assert 'id="customer_email-error"' in refused.text
    assert "Fjord &amp; Co" in refused.text
    empty = browser.post("/administration/projects/new", data={"zone": "Europe/Oslo"})
    assert empty.status_code == 422
    assert browser.post("/administration/projects/new", data=given).status_code == 303
    page = browser.get("/administration/").text
    assert "NEW1" in page
    assert "Cara (Customer)" in page
    assert HOSTILE not in page
    assert browser.get("/projects/NEW1/members").status_code == 404


def test_administrators_look_after_accounts(site: World) -> None:
    browser = site.client("admin")
    page = browser.get("/administration/people")
    assert page.status_code == 200
    assert "17 people have an account" in page.text
    uid = site.user("tester").uid
    tester = site.client("tester")
    assert browser.post(f"/administration/people/{uid}/stop").status_code == 303
    assert tester.get("/account").status_code == 303
    assert browser.post(f"/administration/people/{uid}/give").status_code == 303
    assert browser.post(f"/administration/people/{uid}/name").status_code == 303
    assert site.client("tester").get("/administration/").location.startswith("/account/second-step")
    site.code("tester")  # sets the second step up
    assert site.client("tester").get("/administration/").status_code == 200
    assert browser.post(f"/administration/people/{uid}/dismiss").status_code == 303
    own = site.user("admin").uid
    assert browser.post(f"/administration/people/{own}/stop").status_code == 409
    assert browser.post(f"/administration/people/{own}/dismiss").status_code == 409
    assert browser.post(f"/administration/people/{uid}/nonsense").status_code == 404
    assert browser.post("/administration/people/nobody/stop").status_code == 404
    assert browser.post(f"/administration/people/{uid}/invite").status_code == 409
    invited = browser.post("/administration/people", data={"name": "Second", "email": "second@example.com"})
    assert invited.status_code == 303
    assert "/invitation/" in link_in(mails_to("second@example.com")[0])
    taken = browser.post("/administration/people", data={"name": "Second", "email": "second@example.com"})
    assert taken.status_code == 422
    assert browser.post("/administration/organisations", data={"name": HOSTILE}).status_code == 303
    assert HOSTILE not in browser.get("/administration/organisations").text
    assert browser.post("/administration/organisations", data={"name": "z" * 10_000}).status_code == 422


@pytest.mark.parametrize("path", ["/administration/", "/administration/people", "/administration/projects/new"])
def test_nobody_else_administers(site: World, path: str) -> None:
    assert site.client("manager").get(path).status_code == 403
    assert site.client().get(path).status_code == 303


def test_the_account_page_saves_and_refuses(site: World) -> None:
    browser = site.client("tester")
    given = {"name": "Marta L.", "job_title": "Clerk", "zone": "Europe/Oslo", "look": "dark"}
    assert browser.post("/account", data=given).status_code == 303
    page = browser.get("/account").text
    assert 'data-bs-theme="dark"' in page
    assert "Marta L." in page
    odd = browser.post("/account", data={**given, "is_admin": "1", "organisation_id": "3", "email": "x@y.de"})
    assert odd.status_code == 303
    assert not site.user("tester").is_admin
    assert site.user("tester").email == "tester@example.com"
    for field, value in (("name", "x" * 10_000), ("name", "\u202e"), ("zone", "Moon/Base"), ("look", "pink")):
        assert browser.post("/account", data={**given, field: value}).status_code == 422
    assert browser.post("/account", data={**given, "name": "a\x00b"}).status_code == 422


def test_pages_cost_the_same_however_many_rows(site: World) -> None:
    counted: list[str] = []
    sa.event.listen(db.engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

    def cost(who: str, path: str) -> int:
        browser = site.client(who)
        counted.clear()
        assert browser.get(path).status_code == 200
        return len(counted)

    paths = [
        ("manager", "/projects/PAY/members"),
        ("manager", "/projects/PAY/set-up"),
        ("admin", "/administration/people"),
    ]
    paths.append(("admin", "/administration/"))
    before = [cost(*where) for where in paths]
    with unit_of_work(SYSTEM):
        project = site.project
        for n in range(60):
            user = accounts.add_user(f"p{n}@example.com", f"P {n}", by=SYSTEM, organisation=project.customer)
            service.add_member(project, user, (Role.TESTER, Role.AUDITOR), by=SYSTEM)
            service.add_unit(project, f"U{n}", by=SYSTEM)
        partner = people.find_organisation("Halden")
        assert partner is not None
        for n in range(5):
            service.create_project(f"P{n}", "P", customer=project.customer, partners=[partner], by=SYSTEM)
    assert [cost(*where) for where in paths] == before


def test_own_id_tags_are_told_by_an_example(site: World) -> None:
    browser = site.client("manager")
    refused = browser.post("/projects/PAY/set-up/id-tags", data={"example": "S-103"})
    assert refused.status_code == 422
    assert 'value="S-103"' in refused.text
    assert "such as @S-103.1" in refused.text
    for example, words in (("@S-103.1", "Tags like @S-103.1 are ids."), ("", "No tags of your own yet.")):
        assert browser.post("/projects/PAY/set-up/id-tags", data={"example": example}).status_code == 303
        assert words in browser.get("/projects/PAY/set-up").text
    assert site.client("analyst").post("/projects/PAY/set-up/id-tags", data={"example": "@x1"}).status_code == 403
