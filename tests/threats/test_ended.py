"""A membership that ends: what was open, begun or queued under it does nothing more."""

from io import BytesIO

import pytest
import sqlalchemy as sa

from tests.threats import forms
from tests.threats.two import Two, everything
from tests.world import World
from uatapp.accounts import service as accounts
from uatapp.jobs import service as jobs
from uatapp.kernel.actor import SYSTEM
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects import members
from uatapp.projects.queries import find_membership
from uatapp.requirements.models import Document, ImportReport

ENDING = ("tester", "analyst", "manager", "sponsor", "lead")


def _end(world: World, name: str) -> None:
    """Take somebody out of the project, as the manager of their side does."""
    with unit_of_work(SYSTEM):
        member = find_membership(world.project.id, world.user_ids[name])
        assert member is not None
        if name == "manager":  # a side keeps one
            other = find_membership(world.project.id, world.user_ids["auditor"])
            assert other is not None
            members.change(world.project, other, [*members.service.roles_of(other.side)][-3:-2], None, by=SYSTEM)
        members.remove(world.project, member, by=SYSTEM)


@pytest.mark.proves("T5")
def test_open_pages_and_forms_of_former_members_lead_nowhere(fresh_projects: Two) -> None:
    own = fresh_projects.own
    sent = [form for form in forms.every(own) if form.who in ENDING and "/projects/PAY/" in form.path]
    browsers = {name: own.client(name) for name in ENDING}
    assert {browser.get("/projects/PAY/overview").status_code for browser in browsers.values()} == {200}
    for name in ENDING:
        _end(own, name)
    before = everything()
    answers = {str(form): browsers[str(form.who)].post(form.path, data=form.fields) for form in sent}
    assert {name for name, answer in answers.items() if answer.status_code != 404} == set()
    assert {browser.get("/projects/PAY/overview").status_code for browser in browsers.values()} == {404}
    assert {browser.get("/account").status_code for browser in browsers.values()} == {200}
    assert everything() == before


@pytest.mark.proves("T5")
def test_an_import_queued_by_a_former_member_brings_nothing_in(fresh_projects: Two) -> None:
    own = fresh_projects.own
    text = b"Feature: Late\n" + b"".join(b"  Scenario: S%d\n    When a%d\n    Then b\n" % (n, n) for n in range(9000))
    answer = own.client("analyst").post(
        "/projects/PAY/requirements/upload", data={"files": (BytesIO(text), "late.feature")}
    )
    assert answer.status_code == 303
    _end(own, "analyst")
    jobs.run_due()
    report = db.session.scalars(sa.select(ImportReport).order_by(ImportReport.id.desc())).first()
    assert report is not None
    assert report.result is not None
    assert [error["message"][:9] for error in report.result["errors"]] == ["Your role"]
    assert db.session.scalar(sa.select(Document).where(Document.path == "late.feature")) is None


@pytest.mark.proves("T5")
def test_access_that_is_stopped_ends_every_session_at_once(fresh_projects: Two) -> None:
    own = fresh_projects.own
    browsers = [own.client("tester"), own.client("tester")]
    assert [browser.get("/account").status_code for browser in browsers] == [200, 200]
    with unit_of_work(SYSTEM):
        accounts.stop_access(own.user("tester"), by=SYSTEM)
    assert [browser.get("/account").status_code for browser in browsers] == [303, 303]
    assert [browser.get("/projects/PAY/my-work").status_code for browser in browsers] == [303, 303]


@pytest.mark.proves("T4", "T5")
def test_a_role_that_is_taken_away_is_gone_with_the_next_press(fresh_projects: Two) -> None:
    own = fresh_projects.own
    browser = own.client("tester")
    assert browser.get("/projects/PAY/my-work").status_code == 200
    with unit_of_work(SYSTEM):
        member = find_membership(own.project.id, own.user_ids["tester"])
        assert member is not None
        members.change(own.project, member, [members.Role.AUDITOR], None, by=SYSTEM)
    assert browser.get("/projects/PAY/my-work").status_code == 403
    assert browser.post("/projects/PAY/runs/start/1").status_code == 403
