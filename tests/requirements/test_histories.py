"""Documents edited at random and imported again and again: no result ever comes to sit on another requirement."""

import random

import sqlalchemy as sa

from tests.factories import flow
from tests.gherkin import histories
from tests.requirements.steps import approve_all, bring_in, cases, requirements
from tests.world import World
from uatapp.gherkin.model import Document as Parsed
from uatapp.gherkin.parse import parse
from uatapp.kernel.db import db
from uatapp.operations.verify import Options, verify
from uatapp.requirements import imports
from uatapp.requirements.archives import Upload
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import Document, DocumentVersion, RequirementVersion
from uatapp.runs.models import Run
from uatapp.testcases.models import TestCase, TestCaseVersion

NAMES = ("An order", "A quote", "An invoice", "A very long name of a credit note", "An order", "A return")
TEXT = """Feature: {title}

  Background:
    Given the {title} desk is open

""" + "\n".join(
    f"""  Scenario: {name} is saved
    Given customer {n} of {{title}} has an account
    When the clerk of {{title}} enters {n + 3} pieces of article {n * 7}
    And saves what was entered as number {n}
    Then the total of {{title}} number {n} is {n * 31} and its state is "{'new' if n % 2 else 'open'}"
"""
    for n, name in enumerate(NAMES)
) + """
  Scenario Outline: The price of {title}
    When you order <pieces> pieces of {title}
    Then the price is <price>

    Examples:
      | pieces | price |
      | 1      | 10.00 |
      | 3      | 30.00 |
"""  # fmt: skip


def _stored() -> dict[str, Parsed]:
    newest = (DocumentVersion.document_id == Document.id) & (DocumentVersion.number == Document.version_number)
    rows = db.session.execute(sa.select(Document.path, DocumentVersion.content).join(DocumentVersion, newest))
    return {path: parse(content, path) for path, content in rows}


def _places(world: World) -> dict[histories.Place, int]:
    """Return the number of the requirement that stands at each place."""
    paths = dict(db.session.execute(sa.select(Document.id, Document.path)).tuples().all())
    rows = [row for row in requirements(world) if not row.removal_asked and row.state.value == "active"]
    return {(paths[row.document_id], row.position): row.number for row in rows}


def _sits() -> dict[str, int]:
    """Return, by its reference, the requirement whose test each run is of, as its test case and as its version say."""
    of_version = sa.select(Run.reference, RequirementVersion.requirement_id, TestCase.requirement_id)
    rows = db.session.execute(
        of_version.join(TestCaseVersion, TestCaseVersion.id == Run.case_version_id)
        .join(TestCase, TestCase.id == TestCaseVersion.test_case_id)
        .join(RequirementVersion, RequirementVersion.id == TestCaseVersion.requirement_version_id)
    )
    found = {}
    for reference, by_version, by_case in rows:
        assert by_version == by_case, reference
        found[reference] = by_case
    return found


def _import(
    world: World,
    after: dict[str, Parsed],
    origin: dict[histories.Place, histories.Place],
    was: dict[histories.Place, int],
) -> None:
    """Import everything, and answer what is asked as it truly is."""
    upload = Upload({path: document.source_text.encode() for path, document in after.items()}, whole=True)
    told = imports.import_upload(world.project, upload, Filing(), by=world.actor("analyst")).result
    answers = {}
    for row in told["ask"]:
        position = int(row["key"].split("-")[1])
        old = origin.get((row["path"], position))
        answers[row["key"]] = old in was and row["stored"] == f"PAY-R{was[old]}"
    if answers:
        imports.import_upload(world.project, upload, Filing(), by=world.actor("analyst"), answers=answers)
    db.session.rollback()
    if any(row.removal_asked or row.latest_number > row.approved_number for row in requirements(world)):
        approve_all(world)
    db.session.rollback()


def test_results_stay_with_their_requirement_through_any_history(world: World, soak: bool) -> None:
    bring_in(world, {f"{title}.feature": TEXT.format(title=title).encode() for title in ("orders", "returns")})
    approve_all(world)
    flow.open_cycle(world, cases(world))
    for assignment in flow.assignments(world):
        flow.run(world, assignment)
    sat, versions = _sits(), db.session.scalar(sa.select(sa.func.count(DocumentVersion.id))) or 0
    assert len(sat) == len(cases(world)) == 2 * (len(NAMES) + 2)
    for seed in range(60 if soak else 5):
        before, was = _stored(), _places(world)
        after, origin = histories.edited(before, random.Random(seed))
        _import(world, after, origin, was)
        now = _places(world)
        assert len(set(now.values())) == len(now), "one requirement stands at two places"
        true = {place: was[old] for place, old in origin.items() if old in was}
        wrong = {at: number for at, number in now.items() if number in was.values() and true.get(at) != number}
        assert not wrong, (seed, wrong)
        assert _sits() == sat
        grown = db.session.scalar(sa.select(sa.func.count(DocumentVersion.id))) or 0
        assert grown >= versions, "nothing is lost"
        versions = grown
    assert verify(Options(project="PAY")).findings == []
