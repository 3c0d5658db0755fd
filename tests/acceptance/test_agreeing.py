"""Steps of features/criteria: agreeing criteria, answering own ones, what stands behind a light and how it went."""

import html
import re
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from typing import Any

import sqlalchemy as sa
import time_machine
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import agreeing, flow, problems
from tests.world import World
from uatapp.criteria import lights, queries, rules, sets
from uatapp.criteria.rules import Criterion, Kind
from uatapp.cycles import service as cycling
from uatapp.jobs.models import OutgoingMail
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Role
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects import service as projects
from uatapp.projects.events import MemberChanged
from uatapp.projects.models import BusinessProcess
from uatapp.projects.queries import find_named, get_member
from uatapp.requirements.models import Document, Requirement

for name in ("agreeing", "own_criteria", "lights"):
    scenarios(f"criteria/{name}.feature")

URL = "/projects/PAY/criteria/"
WHO = {"customer's": "manager", "partner's": "partner_manager"}
SIDES = r"the (?P<side>customer's|partner's) project manager"


def share(wanted: int) -> tuple[Criterion, ...]:
    return rules.usual(wanted)


def needed(site: World, *cycle_ids: int) -> str:
    db.session.rollback()
    found = {row.code: row for row in queries.evaluated(site.project, cycle_ids)[1]}
    return found["share_passed"].required


def page(site: World, who: str, path: str = URL) -> str:
    answer = site.client(who).get(path)
    assert answer.status_code == 200
    return html.unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", answer.text)))


# ---- agreeing ----


@given(parsers.parse("a planned cycle with {count:d} tests"))
def planned(site: World, count: int) -> None:
    cases, place, build = flow.make_cases(site, count), flow.environment(site), flow.new_build(site, "1.0")
    by, today = site.actor("manager"), clock.today(site.project.zone)
    with unit_of_work(by):
        cycle = cycling.make(site.project, "Cycle 1", place, build, today, today, by=by)
        cycling.change_scope(site.project, cycle, [case.id for case in cases], by=by)


@given("the partner has no project manager any more")
def none_left(site: World) -> None:
    """Pages keep a side's last project manager; a project made on the command line may have none."""
    with unit_of_work(SYSTEM):
        row = get_member(site.project.id, site.user("partner_manager").uid)
        gone = projects.set_roles(row, (Role.LEAD,))
        told = MemberChanged(
            project_id=site.project.id, subject=row.user.uid, by=SYSTEM, name=row.user.name, roles=("lead",), unit=""
        )
        record(told, row, *gone)


@when("the customer's project manager opens it")
def opens(site: World, told: dict[str, Any]) -> None:
    told["answer"] = site.client("manager").post("/projects/PAY/cycles/1/open")


@then("it is refused, because nobody has proposed exit criteria")
def refused_unproposed(told: dict[str, Any]) -> None:
    refused(told, "Propose them on “Exit criteria” first.")


@then(parsers.parse('it is refused, because "{name}" has yet to agree'))
def refused_waiting(site: World, told: dict[str, Any], name: str) -> None:
    refused(told, f"{name} has yet to agree.")
    assert f"{name} has yet to agree." in page(site, "manager", "/projects/PAY/cycles/1")


@then(parsers.parse('it is refused, because "{why}"'))
def refused(told: dict[str, Any], why: str) -> None:
    assert told["answer"].status_code in (403, 409)
    assert why in html.unescape(told["answer"].text)


@when("the customer's project manager proposes the usual criteria")
def proposes(site: World) -> None:
    agreeing.propose(site)


@when(parsers.re(SIDES + " agrees"))
def agrees(site: World, side: str) -> None:
    press(site, WHO[side], "agree")


@when("the partner's sponsor agrees")
def sponsor_agrees(site: World) -> None:
    assert "Agree to these criteria" not in page(site, "sponsor")
    press(site, "partner_sponsor", "agree")


def press(site: World, who: str, action: str, **fields: str) -> None:
    shown = site.client(who).get(URL).text
    found = re.search(rf'action="({URL}\d+/{action}[^"]*)"', shown)
    assert found
    assert site.client(who).post(found[1], data=fields).status_code == 303


@then("the cycle is open and goes by the 4 criteria that were agreed")
def is_open(site: World, told: dict[str, Any]) -> None:
    assert told["answer"].status_code == 303
    shown = page(site, "tester", f"{URL}?cycle=1")
    assert "Taken over from the project when the cycle was opened." in shown
    assert "Anders Vik, for the customer" in shown
    assert "for the partner" in shown
    assert len(sets.of_cycles(site.project, [1])) == 4


@given("criteria that both sides agreed")
def both_agreed(site: World) -> None:
    agreeing.agree(site)


@when(parsers.re(SIDES + r" proposes that (?P<wanted>\d+) % of the tests pass"))
def proposes_share(site: World, side: str, wanted: str) -> None:
    agreeing.propose(site, share(int(wanted)), by=WHO[side])


@when(parsers.parse("both sides agree that {wanted:d} % of the tests pass"))
def agree_share(site: World, wanted: int) -> None:
    agreeing.agree(site, share(wanted))


@then(parsers.re(SIDES + ' reads "(?P<words>.*)"'))
def reads(site: World, side: str, words: str) -> None:
    assert words in page(site, WHO[side])


@then(parsers.parse("{wanted:d} % of the tests must pass"))
def must_pass(site: World, wanted: int) -> None:
    assert needed(site) == f"{wanted} %"


@then(parsers.parse("{wanted:d} % of the tests of the cycle must pass"))
def must_pass_in_cycle(site: World, wanted: int) -> None:
    assert needed(site, 1) == f"{wanted} %"


@then("both sides were told by mail")
def told_by_mail(site: World) -> None:
    found = db.session.execute(sa.select(OutgoingMail.recipient, OutgoingMail.subject)).tuples().all()
    subject = "PAY exit criteria 2"
    assert ("manager@example.com", f"{subject}: please answer") in found
    assert ("partner.manager@example.com", f"{subject}: agreed by both sides") in found


@when(parsers.re(SIDES + ' declines, because "(?P<why>.*)"'))
def declines(site: World, side: str, why: str) -> None:
    unsaid = site.client(WHO[side]).post(f"{URL}2/decline", data={"reason": " "})
    assert unsaid.status_code == 422
    press(site, WHO[side], "decline", reason=why)


# ---- the editor ----


def form_of(shown: str) -> dict[str, Any]:
    """Return what a browser would send of the editor's form, without its buttons."""
    sent: dict[str, Any] = {}
    for tag in re.findall(r"<input[^>]*>", shown):
        name, value = re.search(r'name="([^"]*)"', tag), re.search(r'value="([^"]*)"', tag)
        ticked = "checkbox" not in tag or re.search(r"\bchecked\b", tag)
        if name and ticked:
            sent.setdefault(name[1], []).append(html.unescape(value[1]) if value else "")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', shown, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*\bselected', options)
        sent[name] = [chosen[1] if chosen else ""]
    return sent


@when(parsers.parse('the customer\'s project manager adds "{what}" to the usual criteria'))
def adds(site: World, told: dict[str, Any], what: str) -> None:
    manager = site.client("manager")
    shown = manager.get(f"{URL}edit").text
    value = re.search(rf'<option value="(\w+)">{what}</option>', shown)
    assert value
    told["shown"] = manager.post(f"{URL}edit", data={**form_of(shown), "new": value[1], "do": "add"}).text


@when(parsers.parse('calls it "{words}", answered by the customer, above all others'))
def calls(site: World, told: dict[str, Any], words: str) -> None:
    manager, sent = site.client("manager"), {**form_of(told["shown"]), "text-4": words}
    for n in (4, 3, 2, 1):
        shown = manager.post(f"{URL}edit", data={**sent, "do": f"up-{n}"}).text
        sent = form_of(shown)
    assert sent["text-0"] == [words]
    told["sent"] = sent


@when("proposes the set")
def proposes_set(site: World, told: dict[str, Any]) -> None:
    manager = site.client("manager")
    odd = manager.post(f"{URL}edit", data={**told["sent"], "bound-1": "a lot", "do": "propose"})
    assert odd.status_code == 422
    assert "Enter a share from 1 to 100 %." in odd.text
    assert "Users were trained" in odd.text
    assert manager.post(f"{URL}edit", data={**told["sent"], "do": "propose"}).status_code == 303


# ---- own criteria ----


@given(parsers.parse('both sides agreed that "{words}", as the customer says'))
def agreed_own(site: World, told: dict[str, Any], words: str) -> None:
    row = Criterion(Kind.OWN, text=words, side="customer")
    agreeing.agree(site, (row, *rules.usual(95)))
    told["code"] = row.code


def answer(site: World, told: dict[str, Any], side: str, said: str, remark: str, file: str = "") -> None:
    fields: dict[str, Any] = {"answer": said, "remark": remark}
    if file:
        fields["files"] = (BytesIO(b"Marta, Tom and Ilse"), file)
    told["answer"] = site.client(WHO[side]).post(f"{URL}lights/{told['code']}/answers", data=fields)


@when(parsers.re(SIDES + ' answers (?P<said>yes|no): "(?P<remark>[^"]*)"$'))
def answers(site: World, told: dict[str, Any], side: str, said: str, remark: str) -> None:
    answer(site, told, side, said, remark)


@when(parsers.re(SIDES + ' answers (?P<said>yes|no): "(?P<remark>.*)" with the file "(?P<file>.*)"'))
def answers_with_file(site: World, told: dict[str, Any], side: str, said: str, remark: str, file: str) -> None:
    answer(site, told, side, said, remark, file)


@when('the customer\'s project manager answers nothing: "All of order entry"')
def answers_nothing(site: World, told: dict[str, Any]) -> None:
    answer(site, told, "customer's", "", "All of order entry")


@then(parsers.re(r'"(?P<words>[^"]*)" (?P<state>is met|is not met|has nothing to judge yet)'))
def own_stands(site: World, told: dict[str, Any], words: str, state: str) -> None:
    shown = page(site, "sponsor", f"{URL}lights/{told['code']}")
    assert words in shown
    said = {"is met": "Met", "is not met": "Not met", "has nothing to judge yet": "Nothing to judge yet"}[state]
    assert re.search(rf" {said} (Yes|No|Not answered) ", shown)
    db.session.rollback()
    found = {row.code: row for row in queries.evaluated(site.project, [])[1]}
    assert found[told["code"]].met == (state == "is met")


@then("everybody in the project reads both answers and the file")
def all_read(site: World, told: dict[str, Any]) -> None:
    shown = site.client("engineer").get(f"{URL}lights/{told['code']}").text
    assert "Billing comes on Monday" in shown
    assert "Billing had it today" in shown
    address = re.search(rf'"({URL}answers/\d+/files/[^"]+)"', shown)
    assert address
    assert site.client("engineer").get(address[1]).data == b"Marta, Tom and Ilse"
    assert site.client("stranger").get(address[1]).status_code == 404


@then(parsers.parse('the form comes back with "{why}" and "{typed}"'))
def comes_back(told: dict[str, Any], why: str, typed: str) -> None:
    assert told["answer"].status_code == 422
    assert why in told["answer"].text
    assert typed in told["answer"].text


# ---- lights ----


@then(parsers.parse('the overview names 50 of the 60 tests behind "{code}" and leads to all of them'))
def leads_on(site: World, code: str) -> None:
    shown = site.client("tester").get("/projects/PAY/overview").text
    light = shown[shown.index(f"{URL}lights/{code}") :]
    assert len(re.findall(r"PAY-T\d+</a>", light[: light.index("and 10 more")])) == 50
    found: list[str] = []
    for number in (1, 2):
        found += re.findall(r"PAY-T\d+", page(site, "tester", f"{URL}lights/{code}?page={number}"))
    assert sorted(found) == sorted(f"PAY-T{n}" for n in range(1, 61))


@given("an open cycle with a must test that passed and a should test that failed")
def two_tests(site: World) -> None:
    with unit_of_work(site.actor("manager")):
        projects.add_process(site.project, "Orders", by=site.actor("manager"))
    flow.bring_in(site, flow.feature(1))
    text = flow.feature(1, tags="@should", first=7)
    flow.bring_in(site, text, "billing.feature", "analyst2", "Billing", "billing_head")
    must, should = flow.cases(site)
    _file_under(site, must.requirement_id, "Orders")
    flow.open_cycle(site, [must, should])
    first, second = flow.assignments(site)
    flow.run(site, first)
    problems.fail(site, second)


def _file_under(site: World, requirement_id: int, process: str) -> None:
    with unit_of_work(site.actor("analyst")) as session:
        row = session.get_one(Document, session.get_one(Requirement, requirement_id).document_id)
        found = find_named(BusinessProcess, site.project.id, process)
        assert found
        document_id, process_id, unit_id = row.id, found.id, row.unit_id
    answer = site.client("analyst").post(
        f"/projects/PAY/requirements/documents/{document_id}/filing",
        data={"unit": unit_id, "process": process_id},
    )
    assert answer.status_code == 303


@given(parsers.re("both sides agreed that all tests pass (?P<which>.*)"))
def agreed_part(site: World, told: dict[str, Any], which: str) -> None:
    row = Criterion(Kind.SHARE_PASSED, 100)
    for words, part in (("tagged ", "tag"), ("of the unit ", "unit"), ("of the process ", "process")):
        if which.startswith(words):
            row = replace(row, **{part: which.removeprefix(words)})
    agreeing.agree(site, (row,))
    told["code"] = row.code


WHAT = {
    "results on build": Criterion(Kind.ON_BUILD, 100),
    "changed tests": Criterion(Kind.STALE, 0),
    "minor problems": Criterion(Kind.DEFECTS, 0, severities=("minor",)),
    "untested": Criterion(Kind.UNCOVERED, 0),
    "half of them tried": Criterion(Kind.SHARE_RUN, 50),
}


@given("a newer build is in the test system, and a requirement that no test of the cycle tries")
def newer(site: World) -> None:
    flow.deploy(site, flow.new_build(site, "1.1"))
    flow.bring_in(site, flow.feature(1, first=3), "more.feature")


@given(parsers.parse('both sides agreed about "{what}"'))
def agreed_about(site: World, told: dict[str, Any], what: str) -> None:
    agreeing.agree(site, (WHAT[what],))
    told["code"] = WHAT[what].code


@then(parsers.re(r'it is (?P<state>met|not met), with "(?P<value>.*)"'))
def stands(site: World, told: dict[str, Any], state: str, value: str) -> None:
    db.session.rollback()
    found = {row.code: row for row in queries.evaluated(site.project, [1], rows=sets.of_project(site.project))[1]}
    row = found[told["code"]]
    assert (row.met, row.value) == (state == "met", value)
    shown = page(site, "sponsor", f"{URL}lights/{row.code}")
    assert all(behind.reference in shown for behind in row.rows)
    assert row.met or len(set(re.findall(r"PAY-[TDR]\d+", shown))) == len(row.rows) + row.more > 0


@given("the lights were noted")
def noted(site: World) -> None:
    lights.note_all()


@when("a day passes, Marta passes all of them and the lights are noted twice")
def day_passes(site: World) -> None:
    with time_machine.travel(clock.now() + timedelta(days=1), tick=True):
        for assignment in flow.assignments(site):
            flow.run(site, assignment)
        lights.note_all()
        lights.note_all()


@then(parsers.parse('the page of "{code}" shows "{first}" on the first day and "{second}" on the second'))
def shows_days(site: World, code: str, first: str, second: str) -> None:
    answer = site.client("tester").get(f"{URL}lights/{code}").text
    table = answer[answer.index("How it stood on each day") :]
    assert re.findall(r'data-label="Figure">([^<]*)<', table) == [second, first]
    assert re.findall(r'data-label="Needed">([^<]*)<', table) == ["95 %", "95 %"]
    assert '<polyline class="trend__line"' in answer
