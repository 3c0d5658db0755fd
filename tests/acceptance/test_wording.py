"""Steps of features/requirements/wording: what could be better, told while somebody writes."""

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from pytest_bdd import parsers, scenarios, then, when

from tests.gherkin.test_lint import GOOD
from tests.world import World
from uatapp.kernel.db import db
from uatapp.requirements.models import Document

scenarios("requirements/wording.feature")

NEW = "/projects/PAY/requirements/new"
ODD = """Feature: Prices
  So that people pay what was agreed.

  @must
  Scenario Outline: The price of an article
    When you ask for the price in <place>
    Then the <prize> is correct

    Examples:
      | price | place |
      | 118   | Oslo  |
      | 119   | Rome  |
"""


def send(site: World, told: dict[str, Any], source: str, do: str = "preview") -> None:
    given = {"path": "", "source": source, "unit": 0, "business_process": 0, "version_number": 0, "do": do}
    answer = site.client("analyst").post(NEW, data=given)
    assert answer.status_code == 200
    told["page"] = answer.text
    typed = re.search(r"<textarea[^>]*name=\"source\"[^>]*>\n?(.*?)</textarea>", answer.text, re.S)
    assert typed
    told["source"] = unescape(typed[1]).replace("\r\n", "\n")
    told["said"] = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.text.partition('id="better"')[2])))


@when('the analyst writes a text whose Examples lack a column and whose result is "correct"')
def odd(site: World, told: dict[str, Any]) -> None:
    send(site, told, ODD)


@when("the analyst writes a text that reads well")
def good(site: World, told: dict[str, Any]) -> None:
    send(site, told, GOOD)


@then(parsers.parse("the editor names line {line:d} as something that cannot be tested like this"))
def names(told: dict[str, Any], line: int) -> None:
    assert re.search(
        rf"^[^.]*things could be better Cannot be tested like this Line {line} “<prize>” is no column", told["said"]
    )


@then(parsers.parse('it says of line {line:d} that "correct" does not say what to see, with an example of better text'))
def vague(told: dict[str, Any], line: int) -> None:
    assert re.search(
        rf"Better said otherwise Line {line} “correct” does not say what to see\. .* An example Then the invoice total",
        told["said"],
    )


@then("nothing is saved")
def nothing_saved() -> None:
    assert db.session.scalar(sa.select(sa.func.count(Document.id))) == 0


@when(parsers.parse('the analyst presses "Mend this" at line {line:d}'))
def mends(site: World, told: dict[str, Any], line: int) -> None:
    (press,) = re.findall(rf'value="(mend:[\w-]+:{line}:\d+)"', told["page"])
    send(site, told, told["source"], press)


@then(parsers.parse('line {line:d} reads "{words}"'))
def reads(told: dict[str, Any], line: int, words: str) -> None:
    assert told["source"].split("\n")[line - 1].strip() == words


@then("the editor no longer names it as something that cannot be tested")
def mended(told: dict[str, Any]) -> None:
    assert "Cannot be tested" not in told["said"]


@then("the rest of the text is as it was typed")
def rest(told: dict[str, Any]) -> None:
    assert told["source"].strip() == ODD.replace("<prize>", "<price>").strip()


@then("the editor says that there is nothing to improve")
def nothing(told: dict[str, Any]) -> None:
    assert "Nothing to improve" in told["page"]
