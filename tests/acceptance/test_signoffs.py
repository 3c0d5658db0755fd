"""Steps of features/signoffs: sponsors decide on facts and put their name to them."""

from typing import Any

import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow
from tests.world import PASSWORD, World
from uatapp.audit.models import AuditEntry
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.defects import service as problems
from uatapp.defects.states import Severity
from uatapp.jobs import service as jobs
from uatapp.kernel import storage
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.runs.models import Run
from uatapp.signoffs import queries, service
from uatapp.signoffs.models import Signoff
from uatapp.signoffs.states import SignoffState

scenarios("signoffs/signing.feature")

PEOPLE = {"Henrik": "sponsor", "Percy": "partner_sponsor"}


@pytest.fixture
def told() -> dict[str, Any]:
    """What the scenario remembers from step to step."""
    return {}


@given("a closed cycle in which Marta has passed 3 tests")
def closed_cycle(site: World) -> None:
    cycle = flow.open_cycle(site, flow.make_cases(site, 3))
    for assignment in flow.assignments(site):
        flow.run(site, assignment)
    flow.close(site, cycle)


def _request(site: World, *names: str) -> int:
    with unit_of_work(site.actor("manager")):
        asked = [find_membership(site.project.id, site.user_ids[PEOPLE[name]]) for name in names]
        cycle = cycles.get_cycle(site.project.id, 1, lock=True)
        chosen = [member for member in asked if member]
        signoff = service.request(site.project, "Order entry", [cycle], chosen, by=site.actor("manager"))
        return signoff.number


@given(parsers.re(r"sign-off is requested from (?P<names>Henrik and Percy|Henrik)"))
def requested(site: World, told: dict[str, Any], names: str) -> None:
    told["number"] = _request(site, *names.split(" and "))


@given("a major problem at large is open")
def major_problem(site: World) -> None:
    with unit_of_work(site.actor("analyst")):
        report = problems.Report("Invoices have no number", Severity.MAJOR)
        problems.raise_defect(site.project, report, by=site.actor("analyst"))


def _form(site: World, number: int, name: str) -> dict[str, str]:
    """Open the page as the person and return the hidden fields of its form."""
    import re

    page = site.client(PEOPLE[name]).get(f"/projects/PAY/signoffs/{number}").get_data(as_text=True)
    found = dict(re.findall(r'name="(sha256|nonce)" value="([^"]+)"', page))
    return {**found, "read": "1", "password": PASSWORD, "code": site.code(PEOPLE[name])}


def _post(site: World, told: dict[str, Any], name: str, **fields: str) -> None:
    number = fields.pop("number", told.get("number"))
    data = {**_form(site, int(str(number)), name), **fields}
    told["answer"] = site.client(PEOPLE[name]).post(f"/projects/PAY/signoffs/{number}/sign", data=data)


@given(parsers.parse("{name} accepts with his password"))
@when(parsers.parse("{name} accepts with his password"))
def accepts(site: World, told: dict[str, Any], name: str) -> None:
    _post(site, told, name, decision="accepted")
    assert told["answer"].status_code == 303


@when(parsers.parse('{name} rejects because "{why}"'))
def rejects(site: World, told: dict[str, Any], name: str, why: str) -> None:
    _post(site, told, name, decision="rejected", reasons=why)


@when(parsers.parse('{name} accepts under the condition that "{what}" is owed by "{owner}"'))
def accepts_with_condition(site: World, told: dict[str, Any], name: str, what: str, owner: str) -> None:
    due = {"condition-1": what, "owner-1": owner, "due-1": "2099-12-31"}
    _post(site, told, name, decision="accepted_with_conditions", **due)


@when(parsers.parse("{name} accepts without saying why he does without a criterion"))
def accepts_without_waiver(site: World, told: dict[str, Any], name: str) -> None:
    _post(site, told, name, decision="accepted")


@when(parsers.parse('{name} accepts and says "{why}"'))
def accepts_with_waiver(site: World, told: dict[str, Any], name: str, why: str) -> None:
    told["why"] = why
    _post(site, told, name, decision="accepted", **{"waiver-no_serious_defect": why})


@when(parsers.parse("{name} accepts with a wrong password"))
def wrong_password(site: World, told: dict[str, Any], name: str) -> None:
    _post(site, told, name, decision="accepted", password="not my password")


@when(parsers.parse('{name} asks "{text}"'))
def asks(site: World, told: dict[str, Any], name: str, text: str) -> None:
    answer = site.client(PEOPLE[name]).post(f"/projects/PAY/signoffs/{told['number']}/note", data={"text": text})
    assert answer.status_code == 303


def _signoff(site: World, told: dict[str, Any]) -> Signoff:
    db.session.rollback()
    return queries.get_signoff(site.project.id, told["number"])


@then("the sign-off still waits")
def still_waits(site: World, told: dict[str, Any]) -> None:
    assert _signoff(site, told).state is SignoffState.REQUESTED


@then(parsers.re(r"the sign-off is (?P<state>accepted with conditions|accepted|rejected)"))
def is_in_state(site: World, told: dict[str, Any], state: str) -> None:
    assert _signoff(site, told).state is SignoffState(state.replace(" ", "_"))


@then("a certificate is issued")
@then("a record of the rejection is issued")
def certificate_issued(site: World, told: dict[str, Any]) -> None:
    certificate = queries.find_certificate(_signoff(site, told).id)
    assert certificate is not None
    assert len(certificate.check_code) == 26


@then("nothing is signed and he is told what is missing")
def told_what_is_missing(site: World, told: dict[str, Any]) -> None:
    assert told["answer"].status_code == 422
    page = told["answer"].get_data(as_text=True)
    assert "Nothing was signed" in page
    assert "Say why you accept without it" in page
    assert not queries.signatures(_signoff(site, told).id)


@then("nothing is signed")
def nothing_signed(site: World, told: dict[str, Any]) -> None:
    assert told["answer"].status_code == 422
    assert not queries.signatures(_signoff(site, told).id)


@then("his reason stands with the criterion")
def reason_stands(site: World, told: dict[str, Any]) -> None:
    waivers = queries.waivers(_signoff(site, told).id)
    assert [(w.criterion, w.reason) for w in waivers] == [("no_serious_defect", told["why"])]


@then(parsers.parse('the project manager reads "{text}" and can answer'))
def manager_reads(site: World, told: dict[str, Any], text: str) -> None:
    client = site.client("manager")
    assert text in client.get(f"/projects/PAY/signoffs/{told['number']}").get_data(as_text=True)
    assert client.post(f"/projects/PAY/signoffs/{told['number']}/note", data={"text": "Marta did."}).status_code == 303


@then("the audit trail tells of a refused attempt")
def refused_attempt(site: World) -> None:
    statement = sa.select(AuditEntry.body).where(AuditEntry.action == "signoff.signing_denied")
    assert ['"why":"password or code"' in body for body in db.session.scalars(statement)] == [True]


@when("the cycle is reopened")
def cycle_reopened(site: World) -> None:
    with unit_of_work(site.actor("manager")):
        cycle = cycles.get_cycle(site.project.id, 1, lock=True)
        cycling.take_action(site.project, cycle, "reopen", by=site.actor("manager"), reason="One test was forgotten")


@when("a problem is reported on one of its tests")
def problem_reported(site: World) -> None:
    with unit_of_work(site.actor("tester")):
        run = db.session.scalars(sa.select(Run).order_by(Run.id)).first()
        report = problems.Report("The total is wrong", Severity.MINOR)
        problems.raise_defect(site.project, report, by=site.actor("tester"), run=run)


@when("one of its requirements gets a newer version")
def newer_version(site: World) -> None:
    flow.bring_in(site, flow.feature(3).replace(b"you save the order", b"you save the new order", 1))


@when("Henrik loses the right to sign")
def loses_right(site: World) -> None:
    with unit_of_work(site.actor("manager")):
        member = find_membership(site.project.id, site.user_ids["sponsor"])
        assert member is not None
        members.withdraw(site.project, member, by=site.actor("manager"))


@then("the sign-off has lapsed and says why")
def has_lapsed(site: World, told: dict[str, Any]) -> None:
    signoff = _signoff(site, told)
    assert signoff.state is SignoffState.LAPSED
    assert signoff.state_reason
    page = site.client("manager").get(f"/projects/PAY/signoffs/{told['number']}").get_data(as_text=True)
    assert "Lapsed" in page


@when("the certificate has been made")
def certificate_made(site: World) -> None:
    db.session.rollback()
    jobs.run_due()


@then("the page of the sign-off offers it as a PDF")
def offers_pdf(site: World, told: dict[str, Any]) -> None:
    client = site.client("sponsor")
    assert "Open the certificate" in client.get(f"/projects/PAY/signoffs/{told['number']}").get_data(as_text=True)
    answer = client.get(f"/projects/PAY/signoffs/{told['number']}/certificate.pdf")
    assert answer.data.startswith(b"%PDF")
    told["pdf"] = answer.data


@then("the public page says that it was issued and shows only what the paper shows")
def public_page(site: World, told: dict[str, Any]) -> None:
    certificate = queries.find_certificate(_signoff(site, told).id)
    assert certificate is not None
    page = site.client().get(f"/check/{certificate.check_code}").get_data(as_text=True)
    assert "We issued this certificate" in page
    assert "Henrik Dahl" in page
    assert "@example.com" not in page
    assert "/projects/" not in page


@then("a file with one byte changed is not recognised")
def changed_file(site: World, told: dict[str, Any]) -> None:
    from io import BytesIO

    certificate = queries.find_certificate(_signoff(site, told).id)
    assert certificate is not None
    data = told["pdf"]
    for content, words in [
        (data, "This file is genuine"),
        (data[:500] + b"x" + data[501:], "is not the one we sealed"),
    ]:
        upload = {"file": (BytesIO(content), "certificate.pdf")}
        page = site.client().post(f"/check/{certificate.check_code}", data=upload).get_data(as_text=True)
        assert words in page
    file = queries.find_file(certificate.id)
    assert file is not None
    assert storage.get(file.sha256) == data


@then("the sign-off needs reconfirmation")
def needs_reconfirmation(site: World, told: dict[str, Any]) -> None:
    assert _signoff(site, told).state is SignoffState.NEEDS_RECONFIRMATION


@when("sign-off is requested again and Henrik accepts it")
def again(site: World, told: dict[str, Any]) -> None:
    told["second"] = _request(site, "Henrik")
    _post(site, told, "Henrik", decision="accepted", number=str(told["second"]))
    assert told["answer"].status_code == 303


@then("the earlier sign-off is superseded")
def superseded(site: World, told: dict[str, Any]) -> None:
    assert _signoff(site, told).state is SignoffState.SUPERSEDED
