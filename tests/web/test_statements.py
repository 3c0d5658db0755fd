"""Every list page sends the same number of statements for few rows and for many."""

import re

import pytest

from tests.counting import statements
from tests.factories import flow
from tests.world import World
from uatapp.cycles import assigning
from uatapp.cycles import queries as cycles
from uatapp.cycles import service as cycling
from uatapp.defects import service as problems
from uatapp.defects.states import Severity
from uatapp.kernel.uow import unit_of_work
from uatapp.requirements import imports
from uatapp.requirements.archives import Upload
from uatapp.requirements.intake import Filing
from uatapp.runs.states import StepAnswer
from uatapp.testcases.models import TestCase

PAGES = {
    "manager": (
        "overview", "requirements/", "requirements/find", "requirements/waiting", "requirements/documents/1", "tests/",
        "tests/changed", "cycles/", "cycles/1", "cycles/1/scope", "cycles/1/assign", "defects/", "signoffs/",
        "signoffs/new", "members", "set-up", "audit/", "calendar/", "signoffs/acceptance-window", "requirements/quality",
        "requirements/1/compare", "criteria/", "traceability", "agreed", "signoffs/readiness", "signoffs/conditions", "signoffs/certificates",
    ),
    "analyst": ("tests/changed", "requirements/1"),
    "head": ("requirements/waiting",),
    "tester": ("my-work", "defects/"),
}  # fmt: skip


@pytest.fixture
def rows(soak: bool) -> tuple[int, int]:
    """Return how many tests there are at first, and how many come."""
    return (100, 900) if soak else (4, 16)


def _draft(world: World, count: int, path: str) -> None:
    """Leave requirements waiting for approval."""
    upload = Upload({path: flow.feature(count, first=900)})
    imports.import_upload(world.project, upload, Filing(world.unit("Order entry").id, None), by=world.actor("analyst"))


def _grow(world: World, count: int, part: int) -> None:
    """Add tests, results, problems, a changed test and waiting requirements, in proportion."""
    known = {case.id for case in flow.cases(world)}
    flow.bring_in(world, flow.feature(count, first=1 + 1000 * part), f"part{part}.feature")
    new: list[TestCase] = [case for case in flow.cases(world) if case.id not in known]
    if not known:
        flow.open_cycle(world, new)
    else:
        by, ids = world.actor("manager"), [case.id for case in new]
        with unit_of_work(by):
            cycle = cycles.get_cycle(world.project.id, 1, lock=True)
            cycling.change_scope(world.project, cycle, ids, by=by, only_add=True)
            members = [m for m in cycles.testers(world.project.id) if m.user_id == world.user_ids["tester"]]
            assigning.assign(world.project, cycle, ids, members, by=by)
    todo = [a for a in flow.assignments(world) if a.state.value == "to_do"]
    for assignment in todo[: count // 2]:
        flow.run(world, assignment)
    for assignment in todo[count // 2 : count // 2 + count // 4]:
        run = flow.run(world, assignment, StepAnswer.NOT_AS_EXPECTED, remark="Wrong")
        with unit_of_work(world.actor("tester")):
            said = problems.Report("It is wrong", Severity.MAJOR)
            problems.raise_defect(world.project, said, by=world.actor("tester"), run=run)
    changed = flow.feature(count, first=1 + 1000 * part).replace(b"you save the order", b"you save it", count // 2)
    flow.bring_in(world, changed, f"part{part}.feature")
    _draft(world, count // 2, f"waiting{part}.feature")


def _counts(world: World) -> dict[str, int]:
    found = {}
    for name, pages in PAGES.items():
        client = world.client(name)
        client.get("/projects/PAY/overview")  # the first one also notes that the session is in use
        for page in pages:
            with statements() as sent:
                answer = client.get(f"/projects/PAY/{page}", follow_redirects=True)
            assert answer.status_code == 200, page
            found[f"{name}: {page}"] = len(sent)
    return found


def test_pages_send_the_same_statements_for_few_rows_and_for_many(site: World, rows: tuple[int, int]) -> None:
    first, more = rows
    _grow(site, first, 0)
    few = _counts(site)
    _grow(site, more, 1)
    many = _counts(site)
    grown = {page: (few[page], number) for page, number in many.items() if number > few[page]}
    assert not grown


@pytest.mark.proves("F33")
def test_no_list_grows_beyond_its_page(site: World, soak: bool) -> None:
    flow.open_cycle(site, flow.make_cases(site, 5000 if soak else 130))
    for name, page in (
        *(
            ("manager", page)
            for page in ("requirements/find", "tests/", "cycles/1", "cycles/1/scope", "cycles/1/assign")
        ),
        *(("manager", page) for page in ("overview", "audit/", "requirements/waiting")),
        ("tester", "my-work"),
    ):
        text = site.client(name).get(f"/projects/PAY/{page}", follow_redirects=True).text
        shown = set(re.findall(r"/projects/PAY/(?:tests|requirements)/\d+", text))
        assert len(shown) <= 100, page
        assert len(text) < 250_000, page
