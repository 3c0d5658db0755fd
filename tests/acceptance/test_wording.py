"""Steps of features/requirements/wording: what could be better, told while somebody writes."""

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.factories import flow
from tests.gherkin.test_lint import GOOD
from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.requirements import imports
from uatapp.requirements.archives import Upload
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import Document

scenarios("requirements/wording.feature")

NEW, QUALITY = "/projects/PAY/requirements/new", "/projects/PAY/requirements/quality"
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


VAGUE = GOOD.replace("Then the order has a number", "Then the order is correct").replace(
    "A saved order has", "Vague, has"
)
BROKEN = ODD.replace(" is correct", " is shown")


@given(
    'the documents "good.feature" that reads well, "vague.feature" with a vague result and "broken.feature" with an '
    "unknown column"
)
def three_documents(site: World) -> None:
    for name, text in {"good": GOOD, "vague": VAGUE, "broken": BROKEN}.items():
        flow.bring_in(site, text.encode(), f"{name}.feature")


@given('two documents have a requirement "A saved order has a number"')
def twice(site: World) -> None:
    upload = Upload({f"{name}/orders.feature": GOOD.encode() for name in ("one", "two")})
    imports.import_upload(site.project, upload, Filing(site.unit("Order entry").id, None), by=site.actor("analyst"))


def quality(site: World, told: dict[str, Any], path: str = QUALITY) -> str:
    told["page"] = site.client("analyst").get(path).text
    return str(told["page"])


def listed(page: str) -> list[str]:
    """Return the documents in the order of the page, by their numbers."""
    paths = dict(db.session.execute(sa.select(Document.id, Document.path)).tuples().all())
    return [paths[int(number)] for number in re.findall(r'id="d(\d+)"', page)]


@when("the analyst opens the quality page")
def opens(site: World, told: dict[str, Any]) -> None:
    quality(site, told)


@then("it says that one place cannot be tested as it is written")
def one_place(told: dict[str, Any]) -> None:
    assert "One place cannot be tested as it is written</h1>" in told["page"]


@then('it lists "broken.feature" before "vague.feature", and not "good.feature"')
def in_order(told: dict[str, Any]) -> None:
    assert listed(told["page"]) == ["broken.feature", "vague.feature"]


@when(parsers.parse('the analyst chooses the rule "{title}"'))
def chooses(site: World, told: dict[str, Any], title: str) -> None:
    (address,) = re.findall(rf'href="([^"]*rule=[\w-]+)">{title}</a>', told["page"])
    quality(site, told, address)


@then('it lists only "vague.feature"')
def only_vague(told: dict[str, Any]) -> None:
    assert listed(told["page"]) == ["vague.feature"]


@then("it says that one name stands twice, and leads to both requirements")
def both(told: dict[str, Any]) -> None:
    card = told["page"].partition("One name stands twice in the project")[2].partition("</section>")[0]
    assert "A saved order has a number" in card
    assert re.findall(r"/requirements/(\d+)", card) == ["1", "2"]


@when(parsers.re(r'the project manager switches the rule "(?P<rule>.*)" (?P<way>on|off)'))
def switches(site: World, rule: str, way: str) -> None:
    answer = site.client("manager").post(f"{QUALITY}/rules/{rule}", data={"on": "1" if way == "on" else "0"})
    assert answer.status_code == 303


@then('the quality page no longer lists "vague.feature"')
def not_vague(site: World, told: dict[str, Any]) -> None:
    assert listed(quality(site, told)) == ["broken.feature"]


@then('the quality page lists "vague.feature" again')
def vague_again(site: World, told: dict[str, Any]) -> None:
    assert listed(quality(site, told)) == ["broken.feature", "vague.feature"]


@then('the editor no longer names the result of "vague.feature"')
def editor_silent(site: World, told: dict[str, Any]) -> None:
    send(site, told, VAGUE)
    assert "Nothing to improve" in told["page"]


@then("the audit trail tells who switched it off")
def told_of(site: World) -> None:
    page = site.client("manager").get("/projects/PAY/audit/").text
    assert "switched the rule vague-outcome about better requirements off" in page


@then("the analyst may not switch rules")
def may_not(site: World, told: dict[str, Any]) -> None:
    assert site.client("analyst").post(f"{QUALITY}/rules/vague-outcome", data={"on": "1"}).status_code == 403
    assert "Switch it off here" not in quality(site, told)
    assert "Switch it off here" in site.client("manager").get(QUALITY).text
    assert site.client("manager").post(f"{QUALITY}/rules/no-such-rule", data={"on": "1"}).status_code == 404


TYPED = "Feature: A\n\n  Scenario: B\n    When you click the button\n    Then the order has a number\n"


def typed(site: World, told: dict[str, Any], source: str) -> None:
    """Ask as the editor does a moment after the last key."""
    told["entries"] = _entries()
    answer = site.client("analyst").post("/projects/PAY/requirements/check", data={"source": source})
    assert answer.status_code == 200
    told["said"] = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", answer.json["html"])))


def _entries() -> int:
    found = db.session.scalar(sa.select(sa.func.count(AuditEntry.id))) or 0
    db.session.rollback()
    return found


@when('the analyst types a text that says "you click the button" and stops for a moment')
def types(site: World, told: dict[str, Any]) -> None:
    typed(site, told, TYPED)


@then("the answer shows how testers will see it, and says what could be better in line 4")
def answer_shows(told: dict[str, Any]) -> None:
    assert re.search(r"Do this 1 You click the button .*You should see 2 The order has a number", told["said"])
    assert re.search(r"could be better .*Line 4", told["said"])


@then("no document and no entry of the trail has come of it")
def nothing_kept(told: dict[str, Any]) -> None:
    assert db.session.scalars(sa.select(Document)).all() == []
    assert _entries() == told["entries"]


@when("the analyst types a text whose line 5 cannot be read")
def types_wrong(site: World, told: dict[str, Any]) -> None:
    typed(site, told, TYPED.replace("    Then", "    🚀"))


@then("the answer names line 5 and the column")
def names_place(told: dict[str, Any]) -> None:
    assert "Line 5, column 5:" in told["said"]
    assert "You click the button" not in told["said"]
