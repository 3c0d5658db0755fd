"""Steps of baselines: kept by the analyst, compared by anybody."""

import html
import io
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from pytest_bdd import given, parsers, scenarios, then, when

from tests.requirements.steps import approve_all, bring_in, requirements
from tests.world import World
from uatapp.kernel.db import db
from uatapp.requirements.models import Baseline

scenarios("requirements/baselines.feature")

URL = "/projects/PAY/requirements"


def _text(*names: str, step: str = "it is done") -> bytes:
    return (
        b"Feature: Orders\n"
        + "".join(
            f"\n  Scenario: {name}\n    When {name.lower()}: {step}\n    Then it is so\n" for name in names
        ).encode()
    )


@pytest.fixture
def told() -> dict[str, Any]:
    return {}


def _get(site: World, path: str, who: str = "tester") -> str:
    db.session.rollback()
    answer = site.client(who).get(f"{URL}/{path}")
    assert answer.status_code == 200
    return html.unescape(answer.text)


@given("3 requirements are agreed and a fourth waits for approval")
def three_agreed(site: World) -> None:
    bring_in(site, {"orders.feature": _text("One", "Two"), "more.feature": _text("Three")})
    approve_all(site)
    bring_in(site, {"new.feature": _text("Four")})


@given(parsers.parse('it is kept as "{name}"'))
@when(parsers.re('the analyst keeps it as "(?P<name>.*)"'))
def keep(site: World, told: dict[str, Any], name: str) -> None:
    db.session.rollback()
    client = site.client("analyst")
    answer = client.post(f"{URL}/baselines", data={"name": name, "note": "As discussed on Monday"})
    if answer.status_code == 303:
        told["place"] = answer.location.removeprefix(f"{URL}/")
        told["page"] = _get(site, told["place"])
    else:
        assert answer.status_code == 422
        told["page"] = html.unescape(answer.text)
        assert "As discussed on Monday" in told["page"]


@then("the baseline holds 3 requirements with their versions")
def holds(told: dict[str, Any]) -> None:
    assert "3 agreed requirements" in told["page"]
    for number in (1, 2, 3):
        assert f"PAY-R{number}<" in told["page"]
        assert f"{URL}/{number}?version=1" in told["page"]


@then("the one that waits is not in it")
def not_in_it(told: dict[str, Any]) -> None:
    assert "PAY-R4" not in told["page"]


@then("the audit trail says who kept it")
def in_trail(site: World) -> None:
    page = site.client("auditor").get("/projects/PAY/audit/").text
    assert "Anna Analyst kept 3 agreed requirements as PAY baseline 1" in html.unescape(page)


@when("one is changed, one is retired and the fourth is agreed")
def all_change(site: World, told: dict[str, Any]) -> None:
    told["before"] = _get(site, told["place"])
    changed = _text("One", "Two").replace(b"one: it is done", b"one: it is done twice")
    bring_in(site, {"orders.feature": changed[: changed.index(b"\n  Scenario: Two")]})
    approve_all(site)


@then("the difference names one changed, one removed and one new requirement")
def differs(site: World, told: dict[str, Any]) -> None:
    told["page"] = _get(site, f"{told['place']}/difference")
    assert "3 requirements differ" in told["page"]
    for words in ("new", "changed", "removed"):
        assert f"<dt>{words}</dt><dd>1</dd>" in told["page"]


@then("the changed one leads to its two versions word by word")
def leads(site: World, told: dict[str, Any]) -> None:
    number = next(row.number for row in requirements(site) if row.name == "One")
    assert f"{URL}/{number}/compare?old=1&new=2" in told["page"]


@then("the baseline itself is as it was")
def as_it_was(site: World, told: dict[str, Any]) -> None:
    now = _get(site, told["place"])
    assert now[now.index("<main") :] == told["before"][told["before"].index("<main") :]


@then(parsers.parse('"{old}" and "{new}" differ in {count:d} requirements'))
def two_differ(site: World, old: str, new: str, count: int) -> None:
    page = _get(site, "baselines/1/difference?other=2")
    assert f"{count} requirements differ" in page
    assert f"From “{old}” to “{new}”." in page


@when("a step of one is edited and waits for approval")
def edited(site: World, told: dict[str, Any]) -> None:
    bring_in(site, {"more.feature": _text("Three", step="it is done twice")})
    told["page"] = _get(site, f"{told['place']}/difference")


@then(parsers.parse('the page says "{sentence}"'))
def says(told: dict[str, Any], sentence: str) -> None:
    assert sentence in told["page"]


@then("there is one baseline")
def one_baseline() -> None:
    assert db.session.scalar(sa.select(sa.func.count(Baseline.id))) == 1


@when("somebody takes it as an Excel file")
def takes(site: World, told: dict[str, Any]) -> None:
    db.session.rollback()
    data = site.client("tester").get(f"{URL}/{told['place']}.xlsx").data
    told["rows"] = [
        [cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(data)).active.iter_rows(min_row=2)
    ]


@then("each step is a row, with who agreed to its requirement")
def rows(told: dict[str, Any]) -> None:
    assert len(told["rows"]) == 6
    by_name = {row[1]: row for row in told["rows"]}
    assert set(by_name) == {"One", "Two", "Three"}
    assert {row[3] for row in told["rows"]} == {"Hedda Holm"}
    assert [row[5:7] for row in told["rows"] if row[1] == "One"] == [["When", "one: it is done"], ["Then", "it is so"]]
