"""Steps of features/signoffs/readiness: can we accept; if not, what is missing and who owes it."""

import re
from typing import Any

import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow, problems, signing
from tests.world import World
from uatapp.accounts.models import User
from uatapp.cycles.models import Assignment
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel.db import db
from uatapp.projects.models import Membership
from uatapp.runs.states import StepAnswer

scenarios("signoffs/readiness.feature")

PAGE = "/projects/PAY/signoffs/readiness"


@given("Marta has failed one of them and reported a major problem")
def failed(site: World) -> None:
    problems.report(site, problems.fail(site, flow.assignments(site)[0]))


@given(parsers.parse('Marta says of one that it does not apply, because "{reason}"'))
def left_out(site: World, reason: str) -> None:
    flow.run(site, flow.assignments(site)[0], StepAnswer.NOT_DONE, reason=reason, not_applicable=True)


@given("Marta passes what is left")
def passes_rest(site: World) -> None:
    flow.run(site, flow.assignments(site)[1])


@given("Henrik has accepted a cycle with one test, which Marta had passed")
def accepted(site: World) -> None:
    signing.accepted(site, "sponsor", tests=1)


@when("that test fails in the next cycle")
def fails(site: World) -> None:
    flow.open_cycle(site, flow.cases(site), name="Cycle 2")
    problems.report(site, problems.fail(site, flow.assignments(site)[-1]))


@given("Henrik is asked to decide on it")
def asked(site: World) -> None:
    cycle = db.session.scalars(sa.select(Assignment)).one().cycle_id
    flow.close(site, db.session.get_one(flow.Cycle, cycle))
    signing.request(site, "sponsor")


@when(parsers.re(r"(?P<who>Anders|Paula) recommends to accept(?P<but> with reservations: \"(?P<text>.*)\")?"))
def recommends(site: World, who: str, but: str | None, text: str | None) -> None:
    name = "manager" if who == "Anders" else "partner_manager"
    sent = {"stance": "reservations" if but else "accept", "text": text or ""}
    assert site.client(name).post(f"{PAGE}/recommendation", data=sent).status_code == 303


@then("everybody who signs has a mail that says what each of them recommends")
def mailed(site: World) -> None:
    may_sign = sa.select(Membership.user_id).where(Membership.project_id == site.project.id, Membership.may_sign)
    told = (User.id.in_(may_sign), User.name != "Anders Vik")  # who says it himself needs no mail
    signers = set(db.session.scalars(sa.select(User.email).where(*told)))
    mails = db.session.scalars(sa.select(OutgoingMail).where(OutgoingMail.subject.contains("recommends"))).all()
    for words in ("Anders Vik: Recommends to accept.", "with reservations. “Printing is slow”"):
        assert signers <= {mail.recipient for mail in mails if words in mail.text}
    assert len(signers) >= 2


@when("Henrik asks whether we can accept")
def asks(site: World, told: dict[str, Any]) -> None:
    text = re.sub(r"<[^>]+>", " ", site.client("sponsor").get(PAGE).text)
    told["page"] = re.sub(r"\s+", " ", text)


@when("Henrik opens the project")
def opens(site: World, told: dict[str, Any]) -> None:
    answer = site.client("sponsor").get("/projects/PAY/")
    told["at"], told["page"] = answer.location, site.client("sponsor").get(answer.location).text


@then(parsers.parse('the answer is "{answer}"'))
def answers(told: dict[str, Any], answer: str) -> None:
    assert f"Can we accept? {answer}." in told["page"]


@then("it says that Marta Lindqvist still owes 2 tests, by today")
def owes(told: dict[str, Any]) -> None:
    assert "Marta Lindqvist has 2 tests to do by today" in told["page"]


@then("it says that one serious problem waits for an answer")
def waits(told: dict[str, Any]) -> None:
    assert "The partner’s lead and the reporter have one serious problem to answer" in told["page"]


@then(parsers.parse('it says that Marta Lindqvist left one out: "{reason}"'))
def said(told: dict[str, Any], reason: str) -> None:
    assert f"Marta Lindqvist: “{reason}”" in told["page"]


@then("it names that test among those that passed then and fail now")
def differs(told: dict[str, Any]) -> None:
    assert re.search(r"Since the last certificate UAT-PAY-S1 .* 1 Passed then, fail now PAY-T1", told["page"])


@then(parsers.parse('it shows that {name} says "{words}"'))
def shows(told: dict[str, Any], name: str, words: str) -> None:
    recommended = told["page"].partition("What the project managers recommend")[2]
    assert re.search(rf"{name} , .{{0,80}}{words}", recommended)


@then("the readiness page is what he sees, and its next step is to read and decide")
def led(told: dict[str, Any]) -> None:
    assert told["at"].endswith(PAGE)
    assert re.search(r'href="/projects/PAY/signoffs/1"[^>]*>\s*(<[^>]*>\s*)*Read and decide', told["page"])
