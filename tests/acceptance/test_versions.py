"""Steps of features/requirements/versions: history in words, and any two versions compared."""

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from pytest_bdd import given, scenarios, then, when

from tests.factories import flow
from tests.world import World
from uatapp.kernel.db import db
from uatapp.requirements.models import Requirement, RequirementVersion

scenarios("requirements/versions.feature")

URL = "/projects/PAY/requirements/1"
TEXT = """Feature: Night

  Background:
    Given the ledger is open

  Scenario Outline: The nightly run
    When the run has ended for <customer>
    Then the sum is <sum>

    Examples:
      | customer | sum |
      | 40012    | 118 |
      | 40044    | 126 |

  Scenario: The report
    When you open the report
    Then you see the sum
"""


def bring_in(site: World, text: str, *, approved: bool) -> None:
    upload = flow.Upload({"night.feature": text.encode()})
    filing = flow.Filing(site.unit("Order entry").id, None)
    flow.imports.import_upload(site.project, upload, filing, by=site.actor("analyst"))
    if approved:
        flow.approve_all(site)


@given("the agreed requirement about the nightly run, changed in one step and one row of values")
def changed(site: World) -> None:
    bring_in(site, TEXT, approved=True)
    bring_in(site, TEXT.replace("has ended for", "has ended twice for").replace("126", "127"), approved=False)


@given("two agreed requirements under one Background, which is changed")
def background(site: World) -> None:
    bring_in(site, TEXT, approved=True)
    bring_in(site, TEXT.replace("the ledger is open", "the ledger of May is open"), approved=False)


def read(site: World, told: dict[str, Any], path: str) -> str:
    told["page"] = site.client("head").get(path).text
    told["said"] = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", told["page"])))
    return str(told["said"])


@when("the head opens the requirement")
def opens(site: World, told: dict[str, Any]) -> None:
    read(site, told, URL)


@then("version 2 says that one step changed, and one row of values")
def says(told: dict[str, Any]) -> None:
    assert re.search(r"Version 2 .*Steps: 1 changed; Rows of values: 1 changed\. Compare", told["said"])


@then("version 1 still counts")
def counts(told: dict[str, Any]) -> None:
    assert re.search(r"Version 1 [^V]*Agreed by Hedda Holm", told["said"])


@when("the head compares the version that counts with the newest")
def compares(site: World, told: dict[str, Any]) -> None:
    assert "From version 1 to version 2 Steps: 1 changed; Rows of values: 1 changed." in read(
        site, told, f"{URL}/compare"
    )


@then("the added word stands out, and is said to be added")
def stands_out(told: dict[str, Any]) -> None:
    assert re.search(r'<ins><span class="visually-hidden">added: </span>\s*twice\s*</ins>', told["page"])


@then("the changed cell shows both values")
def both(told: dict[str, Any]) -> None:
    assert re.search(r"Changed 40044 removed: 126 added: 127", told["said"])
    assert re.search(r"Same 40012 118", told["said"])


@then("the steps that it shares with others are shown as the same")
def shared(told: dict[str, Any]) -> None:
    assert "Steps that it shares with others of its document Same Given the ledger is open" in told["said"]


@then("the comparison of each of them says that a step before it changed")
def each(site: World, told: dict[str, Any]) -> None:
    for number in (1, 2):
        said = read(site, told, f"/projects/PAY/requirements/{number}/compare")
        assert "From version 1 to version 2 Steps before it: 1 changed." in said
        assert re.search(r"the ledger (added: )?of May", said)


@then("comparing with version 9 leads nowhere")
def nowhere(site: World) -> None:
    assert site.client("head").get(f"{URL}/compare?old=1&new=9").status_code == 404


@when("the analyst puts version 1 back")
def puts_back(site: World, told: dict[str, Any]) -> None:
    client = site.client("analyst")
    links = re.findall(r'href="([^"]*/edit\?[^"]*)"', client.get(f"{URL}/compare?old=1&new=2").text)
    assert len(links) == 1
    told["page"] = unescape(client.get(unescape(links[0])).text)


@then("the text is shown with the requirement as it was, and nothing has changed yet")
def shown_first(told: dict[str, Any]) -> None:
    assert "“The nightly run” is put back as it was in version 1." in told["page"]
    source = re.search(r"<textarea[^>]*name=\"source\"[^>]*>\s*(.*?)</textarea>", told["page"], re.DOTALL)
    assert source
    told["source"] = source[1].replace("\r\n", "\n")
    assert told["source"].strip() == TEXT.strip()
    assert versions(1) == 2


def versions(number: int) -> int:
    """Count the versions of a requirement."""
    row = db.session.scalars(sa.select(Requirement).where(Requirement.number == number)).one()
    latest = row.latest_number
    db.session.rollback()
    return latest


@when("the analyst saves that text")
def saves_it(site: World, told: dict[str, Any]) -> None:
    data = {"source": told["source"], "version_number": 2, "do": "review"}
    answer = site.client("analyst").post("/projects/PAY/requirements/documents/1/edit", data=data)
    assert answer.status_code == 303, answer.text


@then("version 3 says what version 1 said")
def says_the_same() -> None:
    statement = sa.select(RequirementVersion).where(RequirementVersion.requirement_id == 1)
    rows = db.session.scalars(statement.order_by(RequirementVersion.number)).all()
    assert [row.number for row in rows] == [1, 2, 3]
    assert rows[2].effective_hash == rows[0].effective_hash != rows[1].effective_hash


@then("the other requirement of the document has not changed")
def other_unchanged() -> None:
    assert versions(2) == 1
