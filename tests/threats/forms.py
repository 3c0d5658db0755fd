"""A right filling of every form of the full project PAY: who sends it, where to, and what."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from tests.threats import endpoints
from tests.threats.full import Full, own_criterion
from tests.world import PASSWORD
from uatapp.cycles.models import Assignment, CycleItem
from uatapp.evidence.models import Evidence
from uatapp.kernel import clock
from uatapp.kernel.db import db
from uatapp.projects.models import Build, BusinessProcess, BusinessUnit, Environment, Membership
from uatapp.projects.queries import list_named
from uatapp.requirements.models import Document, ImportReport, Requirement
from uatapp.runs.models import DraftEvidence, Run, RunDraft, RunVoid
from uatapp.signoffs.models import Deputy
from uatapp.testcases.models import TestCase, TestCaseVersion
from uatapp.testcases.states import CaseState


@dataclass(frozen=True, slots=True)
class Sent:
    """One form as a person sends it."""

    endpoint: str
    who: str | None
    path: str
    fields: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.endpoint} {self.fields.get('do', '')}".strip()


class Known:
    """Rows of the full project that forms speak of."""

    def __init__(self, full: Full) -> None:
        self.project_id = full.project.id
        self.unit, self.process = self._named(BusinessUnit, full), self._named(BusinessProcess, full)
        self.environment = list_named(Environment, self.project_id)[0]
        self.build = list_named(Build, self.project_id)[0].id
        self.organisation = full.project.customer_id
        self.draft = self._first(RunDraft)
        self.steps = db.session.get_one(TestCaseVersion, self.draft.case_version_id).steps
        self.file = self._first(DraftEvidence)
        self.token = db.session.get_one(Evidence, self.file.evidence_id).token
        self.document = self._first(Document, Document.path.contains("orders"))
        self.report = self._first(ImportReport)
        self.suspect = self._first(TestCase, TestCase.state == CaseState.SUSPECT).number
        self.waiting = self._first(Requirement, Requirement.latest_number > Requirement.approved_number)
        voided = sa.select(RunVoid.run_id)
        failed = self._first(Run, Run.outcome == "failed")
        self.failed, self.second = failed.reference, self._first(Assignment, Assignment.run_count > 1)
        self.first, self.deputy = self._first(Run).reference, self._first(Deputy)
        self.case = db.session.get_one(CycleItem, self.second.item_id).test_case_id
        self.last = self._first(Run, Run.assignment_id == self.second.id, Run.id.not_in(voided)).reference
        self.members = {
            name: self._member(full, name)
            for name in ("tester", "tester2", "sponsor", "sponsor2")
            if name in full.user_ids
        }
        self.cases = [
            case.id for case in db.session.scalars(sa.select(TestCase).where(TestCase.project_id == self.project_id))
        ]
        self.uids = {name: full.user(name).uid for name in full.user_ids}

    def _named(self, kind: Any, full: Full) -> int:
        return next(row.id for row in list_named(kind, full.project.id) if row.name.startswith(full.mark))

    def _first(self, kind: Any, *where: Any) -> Any:
        statement = sa.select(kind).where(kind.project_id == self.project_id, *where)
        return db.session.scalars(statement.order_by(*sa.inspect(kind).primary_key)).first()

    def _member(self, full: Full, name: str) -> int:
        return int(self._first(Membership, Membership.user_id == full.user_ids[name]).id)


def every(full: Full) -> list[Sent]:
    """Return every form, rightly filled in; none depends on another."""
    return [
        Sent(endpoint, who, endpoints.address(full.app, endpoint, {"project": full.key, **at}), fields)
        for endpoint, who, at, fields in _forms(full, Known(full))
    ]


def _forms(full: Full, known: Known) -> Iterator[tuple[str, str, dict[str, Any], dict[str, Any]]]:
    yield from _of_people(known)
    yield from _of_requirements(known)
    yield from _of_cycles(full, known)
    yield from _of_runs(known)
    yield from _of_defects(known)
    yield from _of_criteria(full)
    yield from _of_signoffs(full, known)
    yield from _of_accounts(full, known)


def _of_people(known: Known) -> Iterator[Any]:
    person = {"name": "New Person", "email": "new.person@example.com", "roles": "tester", "unit": str(known.unit)}
    yield "projects.invite", "manager", {}, person
    yield "projects.change_member", "manager", {"uid": known.uids["tester2"]}, {"roles": "tester", "unit": ""}
    yield "projects.remove_member", "manager", {"uid": known.uids["auditor"]}, {}
    yield "projects.signing_right", "manager", {"uid": known.uids["auditor"]}, {"give": "1"}
    yield "projects.add", "manager", {"kind": "unit"}, {"name": "New unit"}
    yield "projects.add", "manager", {"kind": "wave"}, {"name": "New wave", "units": known.unit}
    yield "projects.choose_id_tags", "manager", {}, {"example": "@S-103.1"}
    yield "projects.add", "manager", {"kind": "environment"}, {"name": "New", "address": "https://new.example"}
    hints = {"address": "https://other.example", "sign_in_hint": "clerk", "test_data": "data"}
    place = {"environment_id": known.environment.id}
    yield "projects.change_environment", "manager", place, {"version": known.environment.version, **hints}
    yield (
        "calendars.change",
        "manager",
        {"action": "hours"},
        {"monday": "8-16", "zone": "Europe/Berlin", "version": "0"},
    )
    yield "calendars.change", "manager", {"action": "holidays"}, {"days": "2030-12-25 Christmas Day"}
    yield "calendars.change", "manager", {"action": "remove"}, {"day": "2030-12-26"}


def _of_requirements(known: Known) -> Iterator[Any]:
    chosen, at = known.waiting.number, {"document_id": known.document.id}
    filed, source = (
        {"unit": known.unit, "process": known.process},
        "Feature: New\n  Scenario: New\n    When a\n    Then b\n",
    )
    at_one = {"number": chosen, "action": "approve"}
    yield "requirements.act", "manager", at_one, {"version": known.waiting.latest_number, "reason": "right"}
    many = {"chosen": f"{chosen}:{known.waiting.latest_number}", "reason": "unclear"}
    yield "requirements.decide", "manager", {"action": "ask_for_changes"}, many
    each = {f"{name}-{known.report.documents[0]}": number for name, number in filed.items()}
    yield "requirements.file_report", "analyst", {"report_id": known.report.id}, each
    yield "requirements.filing", "analyst", at, {"unit": known.unit, "process": "0"}
    filed = {"unit": known.unit, "business_process": known.process}
    yield (
        "requirements.create",
        "analyst",
        {},
        {"path": "new.feature", "source": source, "version_number": "0", **filed},
    )
    yield "requirements.name_baseline", "analyst", {}, {"name": "Agreed for cycle 1", "note": "All of it"}
    yield "requirements.switch_rule", "manager", {"rule": "use-and"}, {"on": "0"}
    newest = {"source": source, "version_number": known.document.version_number}
    yield "requirements.change", "analyst", at, {"path": "other.feature", **newest}
    yield "requirements.write_numbers", "analyst", at, {}
    yield "requirements.restore", "analyst", {**at, "number": 1}, {}
    yield "testcases.decide", "analyst", {}, {"chosen": known.suspect, "decision": "results_stand", "reason": "wording"}


def _of_cycles(full: Full, known: Known) -> Iterator[Any]:
    today = clock.today(full.project.zone)
    days = {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=9)).isoformat()}
    yield (
        "cycles.create",
        "manager",
        {},
        {"name": "New", "environment": known.environment.id, "build": known.build, **days},
    )
    yield (
        "cycles.save_scope",
        "manager",
        {"number": 2},
        {"do": "page", "cases": known.cases[0], "shown": known.cases[0]},
    )
    inside = {"cases": known.case, "testers": known.members["tester2"], "which": "picked"}
    yield "cycles.save_assignments", "manager", {"number": 2}, {**inside, "whom": "chosen", "due_on": days["ends_on"]}
    yield "cycles.act", "manager", {"number": 2, "action": "close"}, {"reason": "done"}
    other = {"tester": known.members["tester2"], "reason": "holiday"}
    at = {"assignment_id": known.draft.assignment_id, "action": "reassign"}
    yield "cycles.change_assignment", "manager", at, other
    yield "cycles.deploy", "lead", {"number": 2}, {"build": known.build}


def _of_runs(known: Known) -> Iterator[Any]:
    at = {"assignment_id": known.draft.assignment_id}
    asked = [n for n, step in enumerate(known.steps, 1) if step["kind"] != "given"]
    told = {"version": known.draft.version, "remark": "typed", **{f"answer-{n}": "as_expected" for n in asked}}
    yield "runs.start", "tester", at, {}
    yield "runs.save", "tester", at, told
    yield "runs.submit", "tester", at, told
    yield "runs.submit", "tester", at, {**told, "do": "later"}
    file = {"assignment_id": known.file.assignment_id, "token": known.token}
    yield "runs.remove_file", "tester", file, told
    yield "runs.void", "tester", {"reference": known.last}, {"reason": "wrong customer"}


def _of_defects(known: Known) -> Iterator[Any]:
    report = {"title": "New", "severity": "minor", "description": "It is wrong", "run": known.failed, "position": 2}
    yield "defects.create", "tester", {}, report
    yield "defects.known", "tester", {}, {"run": known.failed, "defect": 3}
    yield "defects.act", "lead", {"number": 3, "action": "accept"}, {"priority": 2, "note": "yes", "version": 1}
    yield "defects.act", "tester", {"number": 3, "action": "comment"}, {"text": "more"}
    yield "defects.act", "tester", {"number": 2, "action": "contest"}, {"reason": "no"}
    yield (
        "defects.act",
        "lead",
        {"number": 3, "action": "propose"},
        {"outcome": "duplicate", "duplicate_of": "D1", "reason": "same"},
    )
    yield "defects.act", "lead", {"number": 3, "action": "severity"}, {"severity": "minor", "reason": "rare"}


def _of_criteria(full: Full) -> Iterator[Any]:
    rows = {"kind-0": "retests", "bound-0": "1", "kind-1": "own", "text-1": "Users were told", "side-1": "partner"}
    yield "criteria.propose", "manager", {}, {"count": "2", **rows, "do": "propose"}
    at = {"version": 2}
    yield "criteria.decide", "partner_manager", {**at, "action": "agree"}, {"cycle": 2}
    yield "criteria.decide", "partner_manager", {**at, "action": "decline"}, {"cycle": 2, "reason": "too few"}
    yield "criteria.decide", "manager", {**at, "action": "withdraw"}, {"cycle": 2}
    code = own_criterion(full).code
    yield "criteria.answer", "manager", {"code": code}, {"answer": "no", "remark": "not yet"}


def _of_signoffs(full: Full, known: Known) -> Iterator[Any]:
    yield "signoffs.create", "manager", {}, {"title": "New", "cycles": 1, "signatories": known.members["sponsor2"]}
    day = (clock.today(full.project.zone) + timedelta(days=90)).isoformat()
    period = {"from_on": day, "until_on": day, "reason": "away"}
    people = {"person": known.uids["sponsor2"], "deputy": known.uids["manager"]}
    yield "deputies.add", "manager", {}, {**people, **period}
    yield "deputies.end", "manager", {"deputy_id": known.deputy.id}, {}
    at = {"number": 2}
    yield "signoffs.note", "sponsor", at, {"text": "why?"}
    yield "bundle.take", "auditor", {"number": 1}, {}
    yield "signoffs.withdraw", "manager", at, {"reason": "too early"}
    yield "signoffs.decide_terms", "manager", {"terms_number": 1, "action": "withdraw"}, {}
    yield "signoffs.decide_terms", "partner_manager", {"terms_number": 1, "action": "decline"}, {"reason": "too short"}
    yield "signoffs.recommend", "manager", {}, {"stance": "accept", "text": "ready"}
    act = {"number": 1, "act_number": 2}
    yield "signoffs.drop_act", "sponsor", act, {"reason": "too early"}
    proved = {"read": "1", "password": PASSWORD, "code": full.code("sponsor")}
    yield "signoffs.sign_act", "sponsor", act, {**_hidden(full, "1/acts/2"), **proved}
    yield "signoffs.sign", "sponsor", at, {**_hidden(full, "2"), "decision": "accepted", **proved}


def _hidden(full: Full, page: str) -> dict[str, str]:
    """Return what a signing form carries for the one who opened it, and a reason for each criterion that is not met."""
    text = full.client("sponsor").get(f"/projects/PAY/signoffs/{page}").text
    reasons = dict.fromkeys(re.findall(r'name="(waiver-[^"]+)"', text), "agreed")
    return dict(re.findall(r'name="(sha256|nonce)" value="([^"]+)"', text)) | reasons


def _of_accounts(full: Full, known: Known) -> Iterator[Any]:
    profile = {"name": "Marta Berg", "job_title": "Clerk", "zone": "Europe/Berlin", "look": "dark"}
    yield "account.change", "tester", {}, profile
    new = "violet teapot ankle lorry"
    words = {"password": PASSWORD, "new_password": new, "new_password_confirm": new}
    yield "security.change_password", "tester", {}, words
    proof = {"password": PASSWORD, "proof": full.code("sponsor")}
    yield "second_step.act", "sponsor", {"action": "codes"}, proof
    yield "security.login", None, {}, {"email": "tester@example.com", "password": PASSWORD, "next": "/account"}
    yield "security.forgot_password", None, {}, {"email": "tester@example.com"}
    yield "administration.add_organisation", "admin", {}, {"name": "New"}
    calendar = {"organisation_id": known.organisation, "action": "holidays"}
    yield "administration.change_calendar", "admin", calendar, {"days": "2030-12-25 Christmas Day"}
    yield "administration.invite_administrator", "admin", {}, {"name": "New", "email": "new.admin@example.com"}
    yield "administration.act", "admin", {"uid": known.uids["tester2"], "action": "stop"}, {}
    managers = {
        f"{side}_{what}": f"{side}@example.com" for side in ("customer", "partner") for what in ("name", "email")
    }
    parties = {"customer": "Nordwind", "partners": "Halden", "zone": "Europe/Berlin"}
    yield "administration.create_project", "admin", {}, {"key": "NEW", "name": "New", **parties, **managers}
    yield "access_review.take", "admin", {}, {}
