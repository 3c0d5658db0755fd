"""Steps of the second step: setting it up, signing in, guessing, lost phones, signing."""

from dataclasses import dataclass, field

import pytest
import sqlalchemy as sa
from pytest_bdd import given, scenarios, then, when
from werkzeug.test import TestResponse

from tests.accounts.reading import actions, link_in, mails_to, recovery_codes_on, set_up_second_step
from tests.signoffs.test_signing import bound, closed_cycle, request
from tests.world import PASSWORD, Browser, World
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.signoffs.models import Signature, SignatureProof
from uatapp.signoffs.states import Means

scenarios("accounts/second_step.feature")
NEW = "violet teapot ankle lorry"


@dataclass
class Story:
    """What the steps of one scenario hand on."""

    world: World
    browser: Browser
    page: TestResponse | None = None
    code: str = ""
    codes: list[str] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    number: int = 0

    @property
    def text(self) -> str:
        assert self.page is not None
        return self.page.text

    def enter_password(self, name: str, password: str = PASSWORD) -> TestResponse:
        self.browser = self.world.client()
        return self.browser.post("/sign-in", data={"email": f"{name}@example.com", "password": password})

    def enter_code(self, code: str) -> TestResponse:
        return self.browser.post("/sign-in/code", data={"code": code})

    def sign(self, name: str, code: str) -> TestResponse:
        seen = bound(self.world, name, self.number)
        given = {"sha256": seen["seen_sha256"], "nonce": seen["nonce"], "decision": "accepted"}
        path = f"/projects/PAY/signoffs/{self.number}/sign"
        return self.browser.post(path, data={**given, "password": PASSWORD, "code": code, "read": "1", "consent": "1"})


@pytest.fixture
def story(site: World) -> Story:
    return Story(site, site.client())


@given("Marta is signed in")
def _marta(story: Story) -> None:
    assert story.enter_password("tester").location == "/"


@when("she lets the app on her phone read the key and types its code")
def _sets_up(story: Story) -> None:
    story.page = set_up_second_step(story.browser)


@then("she gets ten recovery codes, shown this once")
def _ten(story: Story) -> None:
    codes = recovery_codes_on(story.page)  # type: ignore[arg-type]
    assert len(set(codes)) == 10
    assert not any(
        code in story.browser.get(path).text for path in ("/account", "/account/second-step") for code in codes
    )


@then("a mail tells her that her second step is set up")
def _mailed(story: Story) -> None:
    assert mails_to("tester@example.com")[-1].subject == "Your second step is set up"


@given("Henrik, who may sign, has his second step")
def _henrik(story: Story) -> None:
    story.code = story.world.code("sponsor")


@when("he enters his password")
def _password(story: Story) -> None:
    story.page = story.enter_password("sponsor")


@then("he is asked for the code, and can open nothing before")
def _asked(story: Story) -> None:
    assert story.page is not None
    assert story.page.location == "/sign-in/code"
    assert "Now the code from your phone" in story.browser.get("/sign-in/code").text
    for path in ("/", "/account", "/projects/PAY/overview", "/projects/PAY/signoffs/"):
        assert story.browser.get(path).location.startswith("/sign-in?next=")


@when("he enters the code from his phone")
def _code(story: Story) -> None:
    assert story.enter_code(story.code).status_code == 303


@then("he is signed in")
@then("she is signed in")
def _in(story: Story) -> None:
    assert story.browser.get("/account").status_code == 200


@when("he signs in with a code, and somebody who saw it tries the same code")
def _twice(story: Story) -> None:
    story.enter_password("sponsor")
    assert story.enter_code(story.code).status_code == 303
    story.enter_password("sponsor")
    story.page = story.enter_code(story.code)


@then("the second try is refused")
def _refused(story: Story) -> None:
    assert "each works once" in story.text
    assert story.browser.get("/account").status_code == 303


@when("somebody with his password tries ten codes")
def _ten_codes(story: Story) -> None:
    story.enter_password("sponsor")
    story.statuses = [story.enter_code(f"{n:06}").status_code for n in range(10)]


@then("they have to wait after the fifth")
def _wait(story: Story) -> None:
    assert story.statuses == [422] * 5 + [429] * 5


@then("Henrik and the administrators are told by mail")
def _told(story: Story) -> None:
    assert "5 wrong codes" in mails_to("sponsor@example.com")[-1].text
    assert "Henrik Dahl" in mails_to("admin@example.com")[-1].text


@then("the wrong codes stand in the audit trail")
def _audited(story: Story) -> None:
    assert actions().count("user.code_refused") == 5


@given("Marta has set up her second step and kept her recovery codes")
def _kept(story: Story) -> None:
    story.codes = recovery_codes_on(set_up_second_step(story.world.client("tester")))


@when("she signs in with a recovery code")
def _recovers(story: Story) -> None:
    story.enter_password("tester")
    assert story.enter_code(story.codes[0]).status_code == 303


@then("the same recovery code does not work again")
def _once(story: Story) -> None:
    story.enter_password("tester")
    assert story.enter_code(story.codes[0]).status_code == 422


@when("an administrator resets it")
def _reset(story: Story) -> None:
    story.browser, uid = story.world.client("sponsor"), story.world.user("sponsor").uid
    assert story.world.client("admin").post(f"/administration/people/{uid}/reset").status_code == 303


@then("he is signed out everywhere, and his old password lets nobody in")
def _out(story: Story) -> None:
    assert story.browser.get("/account").status_code == 303
    assert story.enter_password("sponsor").status_code == 422


@then("the mail he gets leads him to a new password and a new second step")
def _anew(story: Story) -> None:
    story.browser, link = story.world.client(), link_in(mails_to("sponsor@example.com")[-1])
    answer = story.browser.post(link, data={"name": "Henrik Dahl", "password": NEW, "password_confirm": NEW})
    assert answer.location == "/account/second-step"
    assert set_up_second_step(story.browser).status_code == 200


@given("Henrik is asked to sign")
def _request(story: Story) -> None:
    closed_cycle(story.world)
    story.number, story.browser = request(story.world, "sponsor"), story.world.client("sponsor")


@when("he signs with his password and a wrong code")
def _wrong(story: Story) -> None:
    story.page = story.sign("sponsor", "000000")


@then("nothing is signed, and he is not told which of the two was wrong")
def _neither(story: Story) -> None:
    assert "This password and this code do not fit. Nothing was signed." in story.text
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Signature)) == 0


@when("he signs with his password and the code from his phone")
def _right(story: Story) -> None:
    assert story.sign("sponsor", story.world.code("sponsor")).status_code == 303


@then("it is signed, and the record says how he proved who he is")
def _signed(story: Story) -> None:
    assert db.session.scalars(sa.select(SignatureProof.means)).all() == [Means.CODE]


@given("Greta got the right to sign and has no second step")
def _greta(story: Story) -> None:
    world, by = story.world, story.world.actor("manager")
    with unit_of_work(by):
        member = find_membership(world.project.id, world.user_ids["head"])
        assert member is not None
        members.grant(world.project, member, by=by)
    closed_cycle(world)
    story.number, story.browser = request(world, "head"), world.client("head")


@when("she opens what she is asked to sign")
def _opens(story: Story) -> None:
    story.page = story.browser.get(f"/projects/PAY/signoffs/{story.number}")


@then("the page says what is missing, with one link to it")
def _missing(story: Story) -> None:
    assert "Set up your second step first" in story.text
    assert story.text.count("/account/second-step") == 1
    assert 'id="decide"' not in story.text
    assert story.sign("head", "000000").status_code == 403


@when("she sets it up from there")
def _from_there(story: Story) -> None:
    story.page = set_up_second_step(story.browser, next=f"/projects/PAY/signoffs/{story.number}")


@then("she comes back and can sign")
def _back(story: Story) -> None:
    path = f"/projects/PAY/signoffs/{story.number}"
    assert f'href="{path}"' in story.text
    assert 'autocomplete="one-time-code"' in story.browser.get(path).text
    assert story.sign("head", story.world.code("head")).status_code == 303
