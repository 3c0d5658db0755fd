"""Steps of the projects' features: administrators, project managers, people."""

import re
from dataclasses import dataclass

import pytest
from pytest_bdd import parsers, scenarios, then, when

from tests.accounts.reading import link_in, mails_to
from tests.world import World
from uatapp.accounts import queries as people
from uatapp.kernel.permissions import Side
from uatapp.projects import queries
from uatapp.projects.models import Environment

scenarios("projects/people.feature")
MEMBERS = "/projects/PAY/members"
PLACE = {"name": "UAT", "address": "https://uat.example.com", "sign_in_hint": "Your own", "test_data": "Customer 1"}


@dataclass
class Story:
    """What the steps of one scenario hand on."""

    world: World
    page: str = ""
    status: int = 0

    def post(self, who: str, path: str, data: dict[str, object] | None = None) -> int:
        answer = self.world.client(who).post(path, data=data or {})
        self.page, self.status = answer.text, answer.status_code
        return self.status

    @property
    def environment(self) -> Environment:
        found = queries.find_named(Environment, self.world.project.id, "UAT")
        assert found is not None
        return found


@pytest.fixture
def story(site: World) -> Story:
    return Story(site)


@when(parsers.parse('the administrator creates the project "{name}" for "{customer}" with "{partner}"'))
def _create(story: Story, name: str, customer: str, partner: str) -> None:
    data = {
        "key": "NEW", "name": name, "customer": customer, "partners": partner, "zone": "Europe/Berlin",
        "customer_name": "Cara", "customer_email": "cara@example.com",
        "partner_name": "Petra", "partner_email": "petra@example.com",
    }  # fmt: skip
    assert story.post("admin", "/administration/projects/new", data) == 303


@then("each side's first project manager has a mail with a link")
def _mails(story: Story) -> None:
    for address, side in (("cara@example.com", Side.CUSTOMER), ("petra@example.com", Side.PARTNER)):
        link, browser = link_in(mails_to(address)[0]), story.world.client()
        words = "violet teapot ankle lorry"
        data = {"name": address[:5].title(), "password": words, "password_confirm": words}
        assert browser.post(link, data=data).status_code == 303
        assert browser.get("/projects/NEW/set-up").status_code == 200
        user = people.find_user(address)
        project = queries.find_project("NEW")
        assert user is not None
        assert project is not None
        assert queries.actor_of(user).standings[project.id].side is side


@then("the administrator sees its name and its managers, and nothing that is in it")
def _no_content(story: Story) -> None:
    browser = story.world.client("admin")
    page = browser.get("/administration/").text
    assert "New billing" in page
    assert "Petra" in page
    for path in ("members", "set-up", "requirements/", "defects/", ""):
        assert browser.get(f"/projects/NEW/{path}").status_code == 404


@when("the partner's project manager invites Ole as engineer")
def _ole(story: Story) -> None:
    data = {"name": "Ole", "email": "ole@example.com", "roles": ["engineer"], "unit": ""}
    assert story.post("partner_manager", MEMBERS, data) == 303


@then("Ole belongs to the partner's side")
def _ole_side(story: Story) -> None:
    user = people.find_user("ole@example.com")
    assert user is not None
    assert queries.actor_of(user).standings[story.world.project.id].side is Side.PARTNER


@when("the partner's project manager tries to invite somebody as tester")
def _tester(story: Story) -> None:
    data = {"name": "Tor", "email": "tor@example.com", "roles": ["tester"], "unit": ""}
    story.post("partner_manager", MEMBERS, data)


@then("that is refused, because it is not a role of that side")
def _not_a_role(story: Story) -> None:
    assert story.status == 422
    assert people.find_user("tor@example.com") is None


def _right(story: Story, by: str) -> int:
    return story.post(by, f"{MEMBERS}/{story.world.user('head').uid}/signing-right", {"give": "1"})


@when("the partner's project manager tries to give Hedda the right to sign")
def _partner_grants(story: Story) -> None:
    _right(story, "partner_manager")


@then("that is not allowed")
def _not_allowed(story: Story) -> None:
    assert story.status == 403


@when("the customer's project manager gives Hedda the right to sign")
def _grants(story: Story) -> None:
    assert _right(story, "manager") == 303


@then("Hedda may be named as a signatory")
def _may_sign(story: Story) -> None:
    assert story.world.actor("head").standings[story.world.project.id].may_sign


@when("the customer's project manager tries to leave the project")
def _leave(story: Story) -> None:
    story.post("manager", f"{MEMBERS}/{story.world.user('manager').uid}/remove")


@then("that is refused, because nobody would be left to manage")
def _nobody_left(story: Story) -> None:
    assert story.status == 409
    assert "no project manager left" in story.page
    assert story.world.actor("manager").is_member(story.world.project.id)


@when("the project manager sets up an environment with address, sign-in hint and test data")
def _environment(story: Story) -> None:
    assert story.post("manager", "/projects/PAY/set-up/environment", dict(PLACE)) == 303


@when("changes its test data")
def _change(story: Story) -> None:
    path = f"/projects/PAY/set-up/environments/{story.environment.id}"
    assert story.post("manager", path, {**PLACE, "version": "1", "test_data": "Customer 2"}) == 303


@then("both project managers see the new test data")
def _both(story: Story) -> None:
    for who in ("manager", "partner_manager"):
        page = story.world.client(who).get(f"/projects/PAY/set-up/environments/{story.environment.id}").text
        assert "Customer 2" in page


@then("of two who change it at the same time, the second sees both texts")
def _second(story: Story) -> None:
    path = f"/projects/PAY/set-up/environments/{story.environment.id}"
    assert story.post("partner_manager", path, {**PLACE, "version": "1", "test_data": "Customer 3"}) == 409
    assert "Customer 2" in story.page
    assert "Customer 3" in story.page


@then("what the second changed elsewhere is put together with what the first saved")
def _together(story: Story) -> None:
    path = f"/projects/PAY/set-up/environments/{story.environment.id}"
    began = {f"was_{name}": PLACE[name] for name in ("address", "sign_in_hint", "test_data")}
    assert story.post("partner_manager", path, {**PLACE, **began, "version": "1", "sign_in_hint": "Ask Tom"}) == 409
    assert re.search(r'id="sign_in_hint"[^>]*>\s*Ask Tom</textarea>', story.page)
    assert re.search(r'id="test_data"[^>]*>\s*Customer 2</textarea>', story.page)
    assert "What you wrote" in story.page


@when("somebody of another project opens the list of people")
def _stranger(story: Story) -> None:
    answer = story.world.client("stranger").get(MEMBERS)
    story.page, story.status = answer.text, answer.status_code


@then("they are told that there is nothing at this address")
def _nothing_here(story: Story) -> None:
    assert story.status == 404
    assert "Order to cash" not in story.page
