"""Steps of features/requirements/versions: history in words, and any two versions compared."""

import re
from html import unescape
from typing import Any

from pytest_bdd import given, scenarios, then, when

from tests.factories import flow
from tests.world import World

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
