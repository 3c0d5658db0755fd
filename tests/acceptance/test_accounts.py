"""Steps of the accounts' features: through pages and mails, as people do it."""

import io
from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.accounts.reading import actions, link_in, mails_to, set_up_second_step, token_on
from tests.world import PASSWORD, Browser, World
from uatapp.accounts import queries, service
from uatapp.accounts.models import KeptForm, UserSession
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import Build
from uatapp.projects.queries import actor_of, find_named

scenarios("accounts/joining.feature", "accounts/sessions.feature")
GOOD = "violet teapot ankle lorry"


@dataclass
class Story:
    """What the steps of one scenario hand on."""

    world: World
    link: str = ""
    page: str = ""
    status: int = 0
    location: str = ""
    token: str = ""
    browsers: dict[str, Browser] = field(default_factory=dict)

    def sign_in(self, browser: Browser, who: str, password: str = PASSWORD, next_: str = "") -> int:
        page = browser.get("/sign-in")
        given = {"email": self.world.user(who).email, "password": password, "next": next_}
        token = token_on(page) if page.status_code == 200 else ""
        answer = browser.post("/sign-in", data={**given, "csrf_token": token})
        if (answer.location or "").startswith("/sign-in/code"):
            token = token_on(browser.get(answer.location))
            proof = {"code": self.world.code(who), "csrf_token": token, "next": next_}
            answer = browser.post("/sign-in/code", data=proof)
        self.page, self.location, self.status = answer.text, answer.location or "", answer.status_code
        return answer.status_code


@pytest.fixture
def story(site: World) -> Story:
    return Story(site)


@given("an installation without an administrator")
def _no_administrator(story: Story) -> None:
    with unit_of_work(SYSTEM):
        service.stop_access(story.world.user("admin"), by=SYSTEM)
    story.link = (service.first_administrator_link() or "").removeprefix("http://localhost")


@when("Ida opens the one-time link and chooses a password")
def _ida(story: Story) -> None:
    browser = story.browsers["Ida"] = story.world.client()
    assert browser.get(story.link).status_code == 200
    given = {"name": "Ida First", "email": "ida@example.com", "password": GOOD, "password_confirm": GOOD}
    answer = browser.post(story.link, data=given)
    assert answer.status_code == 303
    story.location = answer.location


@then("Ida is led to her second step, and is an administrator once it is set up")
def _ida_in(story: Story) -> None:
    browser = story.browsers["Ida"]
    assert story.location == "/account/second-step"
    assert browser.get("/administration/").location.startswith("/account/second-step")
    assert set_up_second_step(browser).status_code == 200
    assert browser.get("/administration/").status_code == 200


@then("the one-time link leads nowhere any more")
@then("her link leads nowhere any more")
def _nowhere(story: Story) -> None:
    assert story.world.client().get(story.link).status_code == 404


@given(parsers.parse('the project manager has invited Nora as tester of "{unit}"'))
def _invited(story: Story, unit: str) -> None:
    data = {
        "name": "Nora New",
        "email": "nora@example.com",
        "roles": ["tester"],
        "unit": str(story.world.unit(unit).id),
    }
    assert story.world.client("manager").post("/projects/PAY/members", data=data).status_code == 303
    story.link = link_in(mails_to("nora@example.com")[0])


@when("Nora opens the link in her mail and chooses a password")
def _nora(story: Story) -> None:
    _choose(story, GOOD)
    assert story.status == 303


@when(parsers.parse('Nora opens the link in her mail and chooses "{password}"'))
def _choose(story: Story, password: str) -> None:
    browser = story.browsers["Nora"] = story.world.client()
    assert browser.get(story.link).status_code == 200
    data = {"name": "Nora New", "password": password, "password_confirm": password}
    answer = browser.post(story.link, data=data)
    story.status, story.page = answer.status_code, answer.text


@then(parsers.parse('Nora is in the project as tester of "{unit}"'))
def _nora_in(story: Story, unit: str) -> None:
    user = queries.find_user("nora@example.com")
    assert user is not None
    standing = actor_of(user).standings[story.world.project.id]
    assert (standing.roles, standing.unit_id) == ({Role.TESTER}, story.world.unit(unit).id)
    assert story.browsers["Nora"].get("/projects/PAY/members").status_code == 200


@then("she is told that many people use it")
def _told(story: Story) -> None:
    assert story.status == 422
    assert "Many people use this password" in story.page


@then("she can choose another")
def _another(story: Story) -> None:
    _nora(story)


@when("Marta asks for a new password and opens the link in her mail")
def _reset(story: Story) -> None:
    story.browsers["elsewhere"] = story.world.client("tester")
    browser = story.world.client()
    browser.post("/reset", data={"email": "tester@example.com"})
    link = link_in(mails_to("tester@example.com")[0])
    assert browser.get(link).status_code == 200
    assert browser.post(link, data={"password": GOOD, "password_confirm": GOOD}).status_code == 303


@then("she can sign in with the new password only")
def _new_only(story: Story) -> None:
    assert story.sign_in(story.world.client(), "tester") == 422
    assert story.sign_in(story.world.client(), "tester", GOOD) == 303


@then("her sessions elsewhere have ended")
@then("the other device is signed out")
def _elsewhere_ended(story: Story) -> None:
    assert story.browsers["elsewhere"].get("/account").status_code == 303


@given("the project manager is filling in a form with a file")
def _filling_in(story: Story) -> None:
    story.world.app.config["WTF_CSRF_ENABLED"] = True
    browser = story.browsers["manager"] = story.world.client()
    story.sign_in(browser, "manager")
    story.token = token_on(browser.get("/projects/PAY/set-up"))


@when("the session ends before the form is sent")
def _ends(story: Story) -> None:
    db.session.rollback()
    db.session.execute(sa.update(UserSession).values(ended_at=clock.now()))
    db.session.commit()


def _send(story: Story) -> None:
    data = {"name": "Build 9", "notes": "much typed", "csrf_token": story.token}
    files = {"file": (io.BytesIO(b"bytes"), "notes.txt", "text/plain")}
    answer = story.browsers["manager"].post("/projects/PAY/set-up/build", data=data | files)
    story.link = answer.location.partition("next=")[2]
    assert story.link.startswith("/kept/")


@when("the project manager sends it, and signs in")
def _send_and_return(story: Story) -> None:
    _send(story)
    story.sign_in(story.browsers["manager"], "manager", next_=story.link)
    assert story.location == story.link


@when("the form is sent, and another person signs in")
def _send_and_other(story: Story) -> None:
    _send(story)
    story.sign_in(story.browsers["manager"], "tester", next_=story.link)


@then("everything typed and attached is there")
def _all_there(story: Story) -> None:
    page = story.browsers["manager"].get(story.link)
    assert all(words in page.text for words in ("Build 9", "much typed", "notes.txt"))
    story.token = token_on(page)


@then("sending it now does what it would have done before")
def _sent_now(story: Story) -> None:
    data = {"name": "Build 9", "notes": "much typed", "csrf_token": story.token, "kept_form": story.link[6:]}
    assert story.browsers["manager"].post("/projects/PAY/set-up/build", data=data).status_code == 303
    assert find_named(Build, story.world.project.id, "Build 9") is not None
    assert db.session.scalar(sa.select(sa.func.count()).select_from(KeptForm)) == 0


@then("that person sees nothing of it")
def _nothing(story: Story) -> None:
    assert story.browsers["manager"].get(story.link).status_code == 404
    assert "much typed" not in story.browsers["manager"].get("/account").text


@given("Marta is signed in on two devices")
def _two(story: Story) -> None:
    for name in ("here", "elsewhere"):
        story.browsers[name] = story.world.client()
        story.sign_in(story.browsers[name], "tester")


@when("she ends the session of the other device")
def _end_other(story: Story) -> None:
    rows = db.session.scalars(
        sa.select(UserSession.id).where(UserSession.user_id.is_not(None)).order_by(UserSession.id)
    )
    assert story.browsers["here"].post(f"/account/sessions/{list(rows)[-1]}/end").status_code == 303


@then("hers goes on")
def _goes_on(story: Story) -> None:
    assert story.browsers["here"].get("/account").status_code == 200


@when("somebody tries a sixth password for Marta's account")
def _guess(story: Story) -> None:
    for number in range(6):
        story.sign_in(story.world.client(), "tester", f"is it number {number}")


@then("they have to wait, and are told how long")
def _wait(story: Story) -> None:
    assert story.status == 429
    assert "Too many tries. Wait 1" in story.page


@then("the wrong tries stand in the audit trail")
def _audited(story: Story) -> None:
    assert actions().count("user.sign_in_refused") == 5
