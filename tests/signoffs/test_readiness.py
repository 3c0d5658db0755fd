"""The readiness page: the answer, who owes what, what was left out, the difference to the last certificate."""

import pytest
import sqlalchemy as sa

from tests.counting import statements
from tests.factories import flow, problems
from tests.signoffs.test_signing import bound, request, sign
from tests.world import World
from uatapp.criteria.rules import CriterionResult
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed
from uatapp.kernel.uow import unit_of_work
from uatapp.runs.states import StepAnswer
from uatapp.signoffs import queries, readiness, recommending, since
from uatapp.signoffs.models import Recommendation
from uatapp.signoffs.states import Stance

PAGE = "/projects/PAY/signoffs/readiness"
MET = CriterionResult("all_run", "Everything was tried", True, "2 of 2", "2 of 2")
UNMET = CriterionResult("no_retest", "Nothing waits", False, "1", "0")


@pytest.mark.parametrize(
    ("outcomes", "results", "gaps", "kind"),
    [
        ({}, (), 0, "quiet"),
        ({"passed": 2}, (MET,), 0, "passed"),
        ({"passed": 1, "not_applicable": 1}, (MET,), 1, "remarks"),
        ({"failed": 1}, (MET, UNMET), 0, "blocked"),
    ],
)
def test_the_answer(
    site: World, outcomes: dict[str, int], results: tuple[CriterionResult, ...], gaps: int, kind: str
) -> None:
    with site.app.test_request_context():
        assert readiness.verdict(outcomes, results, gaps).kind == kind


def test_before_anything_was_tested(site: World) -> None:
    page = site.client("sponsor").get(PAGE).text
    assert "There is nothing to accept yet" in page
    assert "There is no certificate yet" in page
    assert site.client("sponsor").get("/projects/PAY/").location.endswith(PAGE)
    assert site.client("stranger").get(PAGE).status_code == 404
    assert site.client("sponsor").get(f"{PAGE}?cycle=7").status_code == 404


def test_who_owes_what_with_names_for_those_who_read_results(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 3))
    problems.report(site, problems.fail(site, flow.assignments(site)[0]))
    for who, named in (("sponsor", True), ("manager", True), ("partner_manager", True), ("lead", False)):
        page = site.client(who).get(PAGE).text
        assert "Can we accept? Not yet." in page
        assert ("Marta Lindqvist" in page) is named, who
        assert "2 tests to do" in page.replace("\n", " ")
        assert "one serious problem to answer" in page


def test_what_was_left_out_stands_with_who_said_so(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 2))
    first, second = flow.assignments(site)
    flow.run(site, first, StepAnswer.NOT_DONE, reason="We have no such customers", not_applicable=True)
    flow.run(site, second)
    page = site.client("sponsor").get(PAGE).text
    assert "Can we accept? Yes, with gaps to know about." in page
    assert "Marta Lindqvist: “We have no such customers”" in page
    hidden = site.client("engineer").get(PAGE).text
    assert "We have no such customers" not in hidden
    assert "They do not apply" in hidden


def _accepted(world: World) -> None:
    """Have one test passed, and accepted by the sponsor."""
    cycle = flow.open_cycle(world, flow.make_cases(world, 1))
    flow.run(world, flow.assignments(world)[0])
    flow.close(world, cycle)
    number = request(world, "sponsor")
    sign(world, "sponsor", number, **bound(world, "sponsor", number))


@pytest.mark.parametrize(("which", "changed"), [(0, {"failing": 1}), (1, {})])
def test_the_difference_to_the_last_certificate(world: World, which: int, changed: dict[str, int]) -> None:
    """The test that was accepted fails in a later cycle, or a new one does."""
    _accepted(world)
    ids = [cycle.id for cycle in readiness.cycles_of(world.project.id)]
    before = since.difference(world.project, ids)
    assert before is not None
    assert before.is_nothing
    flow.bring_in(world, flow.feature(1, first=7), path="more.feature")
    flow.open_cycle(world, flow.cases(world), name="Cycle 2")
    problems.report(world, problems.fail(world, flow.assignments(world)[1 + which]))
    ids = [cycle.id for cycle in readiness.cycles_of(world.project.id)]
    after = since.difference(world.project, ids)
    assert after is not None
    assert {kind: len(rows) for kind, rows in after.tests.items() if rows} == {"new": 1, **changed}
    assert len(after.defects["opened"]) == 1


def test_project_managers_recommend_and_it_is_frozen(world: World) -> None:
    for who, stance, text in (
        ("manager", Stance.AGAINST, "Month end is missing"),
        ("manager", Stance.ACCEPT, ""),
        ("partner_manager", Stance.RESERVATIONS, "Printing is slow"),
    ):
        by = world.actor(who)
        with unit_of_work(by):
            recommending.recommend(world.project, stance, text, by=by)
    found = recommending.frozen(world.project.id)
    assert [(row["name"], row["stance"]) for row in found] == [
        ("Anders Vik", "accept"),
        ("Paula Stone", "reservations"),
    ]
    _accepted(world)
    snapshot = queries.get_snapshot(queries.get_signoff(world.project.id, 1).id)
    assert queries.document_of(snapshot)["recommendations"] == found


def test_who_recommends_and_what_is_missing(world: World) -> None:
    for who, stance, text, refusal in (
        ("sponsor", Stance.ACCEPT, "", NotAllowed),
        ("lead", Stance.ACCEPT, "", NotAllowed),
        ("manager", Stance.AGAINST, " ", Invalid),
        ("manager", Stance.ACCEPT, "x" * 4001, Invalid),
    ):
        by = world.actor(who)
        with pytest.raises(refusal), unit_of_work(by):
            recommending.recommend(world.project, stance, text, by=by)
    assert db.session.scalar(sa.select(sa.func.count(Recommendation.id))) == 0


def test_recommending_on_the_page(site: World) -> None:
    browser = site.client("manager")
    missing = browser.post(f"{PAGE}/recommendation", data={"stance": "against", "text": ""})
    assert missing.status_code == 422
    assert "Say why" in missing.text
    assert browser.post(f"{PAGE}/recommendation", data={"text": "<b>x"}).status_code == 422
    sent = browser.post(f"{PAGE}/recommendation", data={"stance": "against", "text": "<b>Month end"})
    assert sent.status_code == 303
    page = site.client("sponsor").get(PAGE).text
    assert "Advises against it" in page
    assert "&lt;b&gt;Month end" in page
    assert site.client("sponsor").post(f"{PAGE}/recommendation", data={"stance": "accept"}).status_code == 403


def test_the_page_costs_the_same_for_many(site: World) -> None:
    flow.open_cycle(site, flow.make_cases(site, 2))
    browser = site.client("sponsor")
    browser.get(PAGE)
    with statements() as few:
        browser.get(PAGE)
    flow.bring_in(site, flow.feature(60, first=10), path="many.feature")
    flow.open_cycle(site, flow.cases(site), ("tester", "tester2"))
    with statements() as many:
        browser.get(PAGE)
    assert len(many) <= len(few) + 1
