"""What the audit trail must do: every change is told, by whom, when and why, and nothing gets around it."""

import json
import shutil
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from tests.factories import flow
from tests.factories.problems import failed
from tests.threats import endpoints, forms
from tests.threats.forms import Known, Sent
from tests.threats.full import Full
from tests.threats.two import Two, everything
from tests.world import World
from uatapp.accounts.queries import find_user
from uatapp.audit import story
from uatapp.audit.models import AuditEntry
from uatapp.audit.queries import read
from uatapp.config import Settings
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid
from uatapp.kernel.events import Event
from uatapp.kernel.uow import Untold, unit_of_work
from uatapp.operations.verify import Options, verify
from uatapp.runs import service as runs
from uatapp.runs.models import Run, RunVoid

# beside the trail by design: what a tester has typed so far, until it is submitted
DRAFTS = {"run_draft", "draft_evidence"}
# begun by a link from a mail or by something that failed; each has its entry in the tests of its package
ELSEWHERE = {
    "invitation.take_up", "invitation.found", "security.reset_password", "jobs_pages.try_again", "defects.persisting",
    "runs.add_files", "requirements.receive", "requirements.check", "requirements.take", "requirements.undo", "check.compare", "security.logout", "account.end_session",
    "second_step.check", "second_step.keep", "signoffs.open_act", "signoffs.act_on_condition",
    "signoffs.propose_terms", "signoffs.record_silence",
}  # fmt: skip


def _more(full: Full, known: Known) -> Iterator[Sent]:
    """Forms that others leave out because they end something."""
    at = {"project": "PAY", "uid": known.uids["tester"]}
    path = endpoints.address(full.app, "projects.invite_again", {**at, "uid": _invited(full)})
    yield Sent("projects.invite_again", "manager", path, {"how": "mail"})
    new = {"key": "NEW", "name": "New", "customer": "Nordwind", "partners": "Halden", "zone": "Europe/Berlin"}
    who = {
        "customer_name": "C",
        "customer_email": "c@example.com",
        "partner_name": "P",
        "partner_email": "p@example.com",
    }
    yield Sent("administration.create_project", "admin", "/administration/projects/new", new | who)
    yield Sent("administration.act", "admin", f"/administration/people/{known.uids['tester2']}/stop")


def _invited(full: Full) -> str:
    found = find_user("plain.invited@example.com")
    assert found is not None
    return str(found.uid)


def _fresh(full: Full, kept: Any) -> None:
    """Put the database back as it was."""
    db.session.remove()
    db.engine.dispose()
    home = full.app.config["UATAPP"].home
    for name in ("uatapp.db-wal", "uatapp.db-shm"):
        (home / name).unlink(missing_ok=True)
    shutil.copy(kept, home / "uatapp.db")


@pytest.mark.proves("E23")
def test_every_form_that_changes_something_leaves_an_entry(fresh_projects: Two) -> None:
    full = fresh_projects.own
    sent = [*forms.every(full), *_more(full, Known(full))]
    db.session.remove()
    db.engine.dispose()
    home = full.app.config["UATAPP"].home
    kept = shutil.copy(home / "uatapp.db", home.parent / "kept.db")
    _fresh(full, kept)
    known, untold, refused = everything(), [], []
    for form in sent:
        _fresh(full, kept)
        answer = full.client(form.who).post(form.path, data=form.fields)
        changed = {table for table, rows in everything().items() if rows != known[table]}
        refused += [f"{form} {answer.status_code}"] if answer.status_code >= 400 else []
        untold += [f"{form} {changed}"] if changed - DRAFTS and "audit_entry" not in changed else []
    assert refused == []
    assert untold == [], "these changed something and told nobody"
    posted = {line.endpoint for line in endpoints.lines() if line.method == "POST"}
    assert sorted(posted - {form.endpoint for form in sent} - ELSEWHERE) == [], "no form of these was tried"


@pytest.mark.proves("E23")
def test_no_setting_turns_the_trail_off_and_a_change_that_is_not_told_is_undone(site: World) -> None:
    assert not [name for name in Settings.model_fields if "audit" in name or "trail" in name]
    with pytest.raises(Untold), unit_of_work(site.actor("manager")):
        site.project.name = "Renamed behind the trail"
    db.session.rollback()
    assert site.project.name == "Order to cash"


@pytest.mark.proves("E24")
def test_each_kind_of_entry_says_who_what_when_and_keeps_both_states(fresh_projects: Two) -> None:
    entries = db.session.scalars(sa.select(AuditEntry).order_by(AuditEntry.id)).all()
    known = story.sentences()
    for row in entries:
        body = json.loads(row.body)
        assert {"v", "chain", "seq", "at", "action", "subject", "actor", "facts"} <= set(body), row.body
        assert body["actor"]["name"]
        assert body["actor"]["id"]
        assert datetime.fromisoformat(body["at"]).utcoffset() == timedelta(0)
        assert body["action"] in known
        if body["action"].endswith(".moved"):
            assert body["facts"]["from_"] != "" != body["facts"]["to"]
    for kind in _kinds():
        names = {field.name for field in fields(kind)}
        if "to" in names:
            assert "from_" in names, f"{kind.__name__} says where to and not from where"
        typed = {field.name for field in fields(kind) if "free_text" in field.metadata}
        assert not {"why", "reason", "reasons", "text"} & names - typed - _codes(kind), (
            f"{kind.__name__} keeps words in the chain"
        )


def _codes(kind: type[Event]) -> set[str]:
    """Reasons that are one of a few codes, said in the event's first line."""
    return {"why"} if "one of" in (kind.__doc__ or "") else set()


def _kinds() -> list[type[Event]]:
    return [kind for kind in _below(Event) if kind.__module__.startswith("uatapp.") and "__slots__" in vars(kind)]


def _below(kind: type[Event]) -> Iterator[type[Event]]:
    for child in kind.__subclasses__():
        if hasattr(child, "action"):
            yield child
        yield from _below(child)


@pytest.mark.proves("E25")
def test_a_result_is_only_followed_by_another_and_a_late_correction_has_its_reason(site: World) -> None:
    run = failed(site, testers=("tester",))
    reference, assignment_id, by = run.reference, run.assignment_id, site.actor("tester")
    with clock.at(datetime.now(UTC) + timedelta(minutes=11)):
        with pytest.raises(Invalid), unit_of_work(by):
            runs.void(site.project, reference, "", by=by)
        with unit_of_work(by):
            runs.void(site.project, reference, "Wrong customer chosen", by=by)
    again = next(a for a in flow.assignments(site) if a.id == assignment_id)
    flow.run(site, again)
    rows = db.session.execute(sa.select(Run.outcome, RunVoid.reason).outerjoin(RunVoid, RunVoid.run_id == Run.id)).all()
    assert sorted((outcome.value, reason) for outcome, reason in rows) == [
        ("failed", "Wrong customer chosen"),
        ("passed", None),
    ]
    page = site.client("manager").get(f"/projects/PAY/runs/{reference}").text
    assert "Wrong customer chosen" in page
    assert verify(Options(project="PAY")).findings == []


@pytest.mark.proves("E27")
def test_the_export_is_complete_and_each_line_can_be_read_by_people_too(two_projects: Two) -> None:
    full = two_projects.own
    lines = full.client("auditor").get("/projects/PAY/audit/trail.jsonl").text.splitlines()
    rows = db.session.scalars(sa.select(AuditEntry).where(AuditEntry.chain == "PAY").order_by(AuditEntry.seq)).all()
    assert len(lines) == len(rows) == rows[-1].seq
    assert json.loads(lines[-1])["hash"] == rows[-1].hash
    templates = story.sentences()
    told = [story.line(entry, templates) for entry in read("PAY", rows)]
    assert all(line.sentence and line.by for line in told)


@pytest.mark.proves("E28")
def test_a_project_cannot_be_deleted(world: World) -> None:
    changing = [rule for rule in world.app.url_map.iter_rules() if (rule.methods or set()) & {"DELETE", "PUT", "PATCH"}]
    assert changing == []
    named = {rule.endpoint for rule in world.app.url_map.iter_rules()}
    assert not [name for name in named if "delete" in name or "purge" in name or "erase" in name]
    for table in ("project", "organisation"):
        with pytest.raises(DBAPIError), db.engine.begin() as connection:
            connection.exec_driver_sql(f'DELETE FROM "{table}"')
    assert world.project.key == "PAY"


@pytest.mark.proves("E30")
def test_times_that_a_browser_sends_are_not_believed(fresh_projects: Two) -> None:
    full = fresh_projects.own
    (form,) = [form for form in forms.every(full) if str(form) == "runs.submit"]
    before = clock.now()
    lies = dict.fromkeys(("at", "submitted_at", "started_at", "saved_at", "date"), "2001-01-01T00:00:00+00:00")
    answer = full.client("tester").post(
        form.path, data={**form.fields, **lies}, headers={"Date": "Mon, 01 Jan 2001 00:00:00 GMT"}
    )
    assert answer.status_code == 303
    run = db.session.scalars(sa.select(Run).order_by(Run.id.desc())).first()
    assert run is not None
    assert before <= run.submitted_at <= clock.now()
    assert run.started_at.year > 2001
    assert not db.session.scalar(sa.select(sa.func.count()).select_from(AuditEntry).where(AuditEntry.at < "2002"))


@pytest.mark.proves("E7", "E10")
def test_nobody_acts_as_somebody_else_and_no_other_sign_on_is_trusted(site: World) -> None:
    """There is no sign-on of others and no acting as others; when there is, these rows need their tests."""
    words = ("sso", "oidc", "saml", "oauth", "impersonate", "act-as", "act_as", "become", "on-behalf")
    rules = [f"{rule.endpoint} {rule.rule}".lower() for rule in site.app.url_map.iter_rules()]
    assert not [rule for rule in rules if any(word in rule for word in words)]
    assert not [name for name in Settings.model_fields if any(word in name for word in words)]


@pytest.mark.proves("E10")
def test_an_administrator_sets_no_password_and_sees_nothing_to_sign(site: World) -> None:
    tester, admin = site.user("sponsor").uid, site.client("admin")
    before = site.user("sponsor").password
    for action in ("password", "set_password", "become"):
        assert admin.post(f"/administration/people/{tester}/{action}", data={"password": "x" * 12}).status_code == 404
    admin.post(f"/administration/people/{tester}/name", data={"password": "known to the administrator"})
    db.session.rollback()
    assert site.user("sponsor").password == before
    assert admin.get("/projects/PAY/signoffs/").status_code == 404
