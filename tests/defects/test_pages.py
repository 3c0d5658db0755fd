"""Pages about problems: the list, the report, one problem for each role, and what is refused how."""

import re
from io import BytesIO

import pytest
import sqlalchemy as sa

from tests.factories import flow, problems
from tests.world import World
from uatapp.defects import queries, service
from uatapp.defects.models import Defect, DefectNote
from uatapp.defects.states import DefectState, Severity, TriageOutcome
from uatapp.kernel.db import db

URL = "/projects/PAY/defects"
REPORT = {"title": "The total is wrong", "severity": "major", "description": "It says 9.99"}


def key(page: str) -> str:
    found = re.search(r'name="form_key" value="([^"]+)"', page)
    assert found
    return found[1]


def test_an_empty_list_says_what_will_be_there(site: World) -> None:
    page = site.client("tester").get(f"{URL}/").text
    assert "No problem is open" in page
    assert "Report a problem" in page
    assert f'href="{URL}/new"' not in site.client("engineer").get(f"{URL}/").text


def test_the_list_shows_open_ones_worst_first_and_ended_ones_apart(site: World) -> None:
    for title, severity in (("A comma", Severity.COSMETIC), ("No saving", Severity.CRITICAL), ("Slow", Severity.MAJOR)):
        problems.report(site, severity=severity, title=title)
    problems.act(site, "tester", 1, service.withdraw)
    page = site.client("lead").get(f"{URL}/").text
    assert "2 problems are open" in page
    assert page.index("No saving") < page.index("Slow")
    assert "A comma" not in page
    assert "A comma" in site.client("lead").get(f"{URL}/?show=ended").text
    assert "A comma" in site.client("lead").get(f"{URL}/?show=all").text
    only = site.client("lead").get(f"{URL}/?severity=major").text
    assert "Slow" in only
    assert "No saving" not in only


def test_a_report_comes_filled_in_from_the_run_and_keeps_what_is_known(site: World) -> None:
    run = problems.failed(site, 2)
    problems.report(site, run)
    again = problems.fail(site, flow.assignments(site)[1], remark="Totals <b>differ</b>")
    page = site.client("tester").get(f"{URL}/new?run={again.reference}").text
    assert 'value="Totals &lt;b&gt;differ&lt;/b&gt;"' in page
    for expected in (again.case_reference, "1.0", "Build: 1.0", "What I saw: Totals", f'value="{again.reference}"'):
        assert expected in page
    assert "<b>differ" not in page
    mine = site.client("tester").get(f"{URL}/new?run={run.reference}").text
    assert "Is it one of these?" not in mine


def test_a_known_problem_is_chosen_instead_of_reported_twice(site: World) -> None:
    run = problems.failed(site, testers=("tester", "super_user"))
    number = problems.report(site, run)
    other = problems.fail(site, flow.assignments(site, "super_user")[0], by="super_user")
    browser = site.client("super_user")
    assert "Is it one of these?" in browser.get(f"{URL}/new?run={other.reference}").text
    answer = browser.post(f"{URL}/known", data={"run": other.reference, "defect": str(number)})
    assert answer.status_code == 303
    assert len(queries.links_of(problems.get(site, number).id)) == 2
    assert problems.count(site) == 1


@pytest.mark.parametrize("who", ["engineer", "lead"])
def test_a_run_of_others_fills_in_no_report(site: World, who: str) -> None:
    run = problems.failed(site)
    assert site.client(who).get(f"{URL}/new?run={run.reference}").status_code == 403
    assert site.client("tester").get(f"{URL}/new?run=nothing").status_code == 404


def test_a_report_with_a_file_is_shown_with_it(site: World) -> None:
    run = problems.failed(site)
    data = {**REPORT, "run": run.reference, "position": "4", "files": (BytesIO(b"what I saw"), "seen.txt")}
    answer = site.client("tester").post(f"{URL}/new", data=data, follow_redirects=True)
    assert "The team has your report, D1." in answer.text
    assert "seen.txt" in answer.text
    assert "what was seen" in answer.text
    address = re.search(rf"{URL}/1/files/[\w-]+", answer.text)
    assert address
    assert site.client("engineer").get(address[0]).data == b"what I saw"
    assert site.client("stranger").get(address[0]).status_code == 404
    assert site.client("engineer").get(address[0].replace("/1/", "/2/")).status_code == 404


@pytest.mark.parametrize(
    ("field", "value"), [("title", ""), ("title", "x" * 201), ("severity", ""), ("severity", "bad")]
)
def test_a_report_that_is_refused_keeps_what_was_typed(site: World, field: str, value: str) -> None:
    answer = site.client("tester").post(f"{URL}/new", data={**REPORT, field: value})
    assert answer.status_code == 422
    assert "It says 9.99" in answer.text
    assert problems.count(site) == 0


def test_a_form_sent_twice_makes_one_problem(site: World) -> None:
    browser = site.client("tester")
    data = {**REPORT, "form_key": key(browser.get(f"{URL}/new").text)}
    first, second = browser.post(f"{URL}/new", data=data), browser.post(f"{URL}/new", data=data)
    assert (first.status_code, second.status_code) == (303, 303)
    assert first.location == second.location
    assert problems.count(site) == 1
    other = browser.post(f"{URL}/new", data={**data, "title": "Something else"})
    assert other.status_code == 422
    assert "Something else" in other.text
    assert problems.count(site) == 1


# who sees which buttons on a new, a proposed, an accepted and a contested problem of Marta's
OFFERED = {
    "tester": ("Withdraw", "agree contest", "", ""),
    "manager": ("", "agree", "defer", "decide_defect uphold"),
    "lead": ("accept propose", "", "start_work fix propose", ""),
    "engineer": ("accept propose", "", "start_work fix propose", ""),
    "partner_manager": ("", "", "", ""),
    "auditor": ("", "", "", ""),
    "sponsor": ("", "", "", ""),
    "tester2": ("", "", "", ""),
}
ALWAYS = {"comment", "severity"}


def buttons(site: World, who: str, number: int) -> set[str]:
    answer = site.client(who).get(f"{URL}/{number}")
    assert answer.status_code == 200
    return set(re.findall(rf'action="{URL}/{number}/(\w+)"', answer.text)) - ALWAYS


@pytest.mark.parametrize("who", list(OFFERED))
def test_each_role_is_offered_what_it_may_do(site: World, who: str) -> None:
    number = problems.report(site, problems.failed(site))
    found = [buttons(site, who, number)]
    problems.act(site, "lead", number, service.propose, TriageOutcome.TRAINING, "Second tab")
    found.append(buttons(site, who, number))
    problems.act(site, "tester", number, service.contest, "No")
    contested = buttons(site, who, number)
    problems.act(site, "manager", number, service.decide, True, "It is one")
    found += [buttons(site, who, number), contested]
    expected = [set(words.lower().split()) for words in OFFERED[who]]
    if who in ("lead", "engineer"):
        expected[2].discard("propose")  # the manager has decided
    assert found == expected


def test_what_is_greyed_says_why(site: World) -> None:
    number = problems.report(site)
    problems.act(site, "lead", number, service.propose, TriageOutcome.TRAINING, "Second tab")
    page = site.client("analyst").get(f"{URL}/{number}").text
    assert "Only the person who reported this, or the customer’s project manager, can answer that." in page


@pytest.mark.parametrize(
    ("who", "action", "reason"),
    [
        ("tester", "accept", "Your role in this project does not include this"),
        ("partner_manager", "propose", "Your role in this project does not include this"),
        ("manager", "withdraw", "Only the person who reported this can do that."),
        ("auditor", "severity", "Your role in this project does not include this"),
    ],
)
def test_the_wrong_role_is_refused_with_the_reason(site: World, who: str, action: str, reason: str) -> None:
    number = problems.report(site)
    data = {"outcome": "training", "reason": "Second tab", "severity": "critical"}
    answer = site.client(who).post(f"{URL}/{number}/{action}", data=data)
    assert answer.status_code == 403
    assert reason in answer.text
    found = problems.get(site, number)
    assert (found.state, found.severity, found.version) == (DefectState.NEW, Severity.MAJOR, 1)


def test_the_partner_cannot_agree_to_its_own_proposal(site: World) -> None:
    number = problems.report(site)
    problems.act(site, "lead", number, service.propose, TriageOutcome.TRAINING, "Second tab")
    for who in ("lead", "engineer", "partner_manager"):
        assert site.client(who).post(f"{URL}/{number}/agree").status_code == 403
    assert site.client("tester").post(f"{URL}/{number}/agree").status_code == 303


def test_strangers_find_nothing(site: World) -> None:
    run = problems.failed(site)
    number = problems.report(site, run)
    stranger = site.client("stranger")
    places = ["/", "/new", f"/{number}", f"/{number}/runs/{run.reference}"]
    assert {stranger.get(URL + place).status_code for place in places} == {404}
    assert stranger.post(f"{URL}/{number}/comment", data={"text": "Hello"}).status_code == 404
    assert stranger.get(f"/projects/OTH/defects/{number}").status_code == 404
    assert site.client("tester").get(f"{URL}/99").status_code == 404
    assert site.client("tester").post(f"{URL}/{number}/explode").status_code == 404


def test_a_stale_page_is_refused_and_both_texts_stay(site: World) -> None:
    number = problems.report(site)
    old = {"version": "1", "note": "We shall look at it on Monday"}
    problems.act(site, "engineer", number, service.accept, note="Mine already")
    answer = site.client("lead").post(f"{URL}/{number}/accept", data=old)
    assert answer.status_code == 409
    assert "Somebody saved this while you were writing." in answer.text
    assert "We shall look at it on Monday" in answer.text
    assert "Mine already" in answer.text
    assert 'name="version" value="2"' in answer.text
    assert db.session.scalars(sa.select(DefectNote.text)).all() == ["Mine already"]


def test_a_missing_reason_is_asked_for_and_nothing_typed_is_lost(site: World) -> None:
    number = problems.report(site)
    data = {"outcome": "training", "reason": " ", "sentence": "The second tab has it", "version": "1"}
    answer = site.client("lead").post(f"{URL}/{number}/propose", data=data)
    assert answer.status_code == 422
    assert "Give the reason." in answer.text
    assert "The second tab has it" in answer.text
    assert site.client("lead").post(f"{URL}/{number}/propose", data={"reason": "x"}).status_code == 422
    assert site.client("engineer").post(f"{URL}/{number}/fix", data={"build": "none"}).status_code == 422
    assert site.client("tester").post(f"{URL}/{number}/comment", data={"text": ""}).status_code == 422


@pytest.mark.parametrize("typed", ["D2", "PAY-D2", "d2", " 2 "])
def test_an_original_is_named_as_people_write_it(site: World, typed: str) -> None:
    problems.report(site)
    problems.report(site, title="The same")
    data = {"outcome": "duplicate", "reason": "Same cause", "duplicate_of": typed}
    assert site.client("lead").post(f"{URL}/1/propose", data=data).status_code == 303
    assert problems.get(site, 1).duplicate_of_id == problems.get(site, 2).id
    assert "Already reported as" in site.client("tester").get(f"{URL}/1").text


@pytest.mark.parametrize("typed", ["", "D1", "²", "D" + "9" * 40, "D-1", "the other one"])
def test_an_original_that_is_none_is_asked_for_again(site: World, typed: str) -> None:
    problems.report(site)
    data = {"outcome": "duplicate", "reason": "Same cause", "duplicate_of": typed}
    answer = site.client("lead").post(f"{URL}/1/propose", data=data)
    assert answer.status_code == 422
    assert "Name the problem that this one repeats, such as D7." in answer.text
    assert "Same cause" in answer.text


def test_the_whole_way_through_the_pages(site: World) -> None:
    run = problems.failed(site)
    site.client("tester").post(f"{URL}/new", data={**REPORT, "run": run.reference, "position": "4"})
    flow.new_build(site, "1.1")
    lead, engineer = site.client("lead"), site.client("engineer")
    lead.post(f"{URL}/1/accept", data={"version": "1", "priority": "1", "note": "Thank you"})
    engineer.post(f"{URL}/1/start_work", data={"version": "2"})
    engineer.post(f"{URL}/1/fix", data={"version": "3", "build": "1.1", "note": "Rounding repaired"})
    page = engineer.get(f"{URL}/1").text
    for expected in ("Fixed; waits for the build to be delivered", "Rounding repaired", "Thank you", "Priya Nair"):
        assert expected in page
    problems.deploy(site, "1.1")
    assert "Fixed; to be tested again" in engineer.get(f"{URL}/1").text
    again = problems.fail(site, problems.newest(site), remark="Now it says 8.88")
    page = site.client("tester").get(f"{URL}/new?run={again.reference}").text
    assert "You tried these fixes. Which are still wrong?" in page
    data = {"run": again.reference, "persists": "1", "why": "Now it says 8.88"}
    assert site.client("tester").post(f"{URL}/persisting", data=data).status_code == 303
    page = engineer.get(f"{URL}/1").text
    assert "Came back once" in page
    assert "Now it says 8.88" in page
    assert db.session.scalars(sa.select(Defect.state)).one() is DefectState.REOPENED


def test_nobody_reopens_with_the_run_of_another(site: World) -> None:
    number = problems.report(site, problems.failed(site))
    problems.fixed(site, number)
    again = problems.fail(site, problems.newest(site))
    data = {"run": again.reference, "persists": str(number), "why": "x"}
    assert site.client("tester2").post(f"{URL}/persisting", data=data).status_code == 404
    assert site.client("engineer").post(f"{URL}/persisting", data=data).status_code == 403
    assert (
        site.client("tester")
        .post(f"{URL}/persisting", data={**data, "persists": ""})
        .location.endswith(again.reference)
    )
    assert problems.get(site, number).state is DefectState.IN_RETEST


def test_engineers_read_a_run_through_its_problem_only(site: World) -> None:
    run = problems.failed(site, 2)
    number = problems.report(site, run)
    other = problems.fail(site, flow.assignments(site)[1])
    engineer = site.client("engineer")
    page = engineer.get(f"{URL}/{number}/runs/{run.reference}")
    assert page.status_code == 200
    assert "The total is wrong" in page.text
    assert engineer.get(f"{URL}/{number}/runs/{other.reference}").status_code == 404


def test_words_are_shown_as_words(site: World) -> None:
    number = problems.report(site, title="<script>alert(1)</script>")
    site.client("engineer").post(f"{URL}/{number}/comment", data={"text": "<img src=x onerror=alert(1)>"})
    for page in (site.client("tester").get(f"{URL}/{number}").text, site.client("tester").get(f"{URL}/").text):
        assert "<script>alert" not in page
        assert "<img src=x" not in page
