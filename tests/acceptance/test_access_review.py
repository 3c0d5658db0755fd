"""Steps of features/projects/access_review.feature: administrators review who has which access."""

import io
import re
from typing import Any

import openpyxl
import pytest
import sqlalchemy as sa
from pytest_bdd import given, scenarios, then, when

from tests.world import World
from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects.queries import find_membership

pytestmark = pytest.mark.proves("E35")
scenarios("projects/access_review.feature")
PATH = "/administration/access/"


@given("the right to sign was taken from Henrik")
def taken(site: World) -> None:
    by = site.actor("manager")
    with unit_of_work(by):
        member = find_membership(site.project.id, site.user_ids["sponsor"])
        assert member is not None
        members.withdraw(site.project, member, by=by)


@when("the administrator opens the list of who has which access")
def opens(site: World, told: dict[str, Any]) -> None:
    browser = site.client("admin")
    browser.get(PATH)
    told["page"] = browser.get(PATH).text


def _of(told: dict[str, Any], name: str) -> str:
    """Return the words of one person's line."""
    lines = re.split(r'<li class="row-item">', told["page"])
    return next(re.sub(r"<[^>]+>", " ", line) for line in lines if name in line)


@then("it says of Henrik that he is a sponsor in PAY and may sign")
def henrik(told: dict[str, Any]) -> None:
    words = _of(told, "Henrik Dahl")
    assert "PAY" in words
    assert "Sponsor" in words
    assert "May sign" in words


@then("it says of Marta that she is a tester in PAY and not that she may sign")
def marta(told: dict[str, Any]) -> None:
    words = _of(told, "Marta Lindqvist")
    assert "Tester" in words
    assert "Order entry" in words
    assert "May sign" not in words


@then("it does not say that Henrik may sign")
def henrik_no_more(told: dict[str, Any]) -> None:
    assert "May sign" not in _of(told, "Henrik Dahl")


@when("the administrator takes the list as a file")
def takes(site: World, told: dict[str, Any]) -> None:
    answer = site.client("admin").post(PATH)
    assert answer.status_code == 200
    book = openpyxl.load_workbook(io.BytesIO(answer.data))
    told["rows"] = [dict(zip(next(book.active.values), row, strict=True)) for row in list(book.active.values)[1:]]


@then("the file has a line for each person and project, with the last visit")
def lines(site: World, told: dict[str, Any]) -> None:
    (henrik,) = [row for row in told["rows"] if row["Name"] == "Henrik Dahl"]
    assert (henrik["Project"], henrik["Roles"], henrik["May sign"]) == ("PAY", "Sponsor", "yes")
    (admin,) = [row for row in told["rows"] if row["Administrator"]]
    assert admin["Last here"].endswith("UTC")
    assert {row["Name"] for row in told["rows"]} >= {"Stan Stranger", "Percy Ash", "Ada Admin"}
    assert len(told["rows"]) == len(site.user_ids)


@then("the audit trail says who took it")
def told_in_the_trail(site: World, told: dict[str, Any]) -> None:
    bodies = db.session.scalars(sa.select(AuditEntry.body).where(AuditEntry.action == "access.reviewed")).all()
    assert len(bodies) == 1
    assert '"name":"Ada Admin"' in bodies[0]
    assert f'"lines":{len(told["rows"])}' in bodies[0]


@then("project managers, auditors and sponsors cannot open it")
def others(site: World) -> None:
    for name in ("manager", "auditor", "sponsor", "partner_manager"):
        browser = site.client(name)
        assert browser.get(PATH).status_code == browser.post(PATH).status_code == 403
