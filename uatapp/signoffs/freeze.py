"""Freezing a scope: everything a signatory decides on, gathered once into one canonical JSON document."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from uatapp.accounts.models import Organisation, User
from uatapp.audit.chain import canonical
from uatapp.criteria import queries as criteria
from uatapp.criteria import sets as criteria_sets
from uatapp.criteria.areas import Area
from uatapp.cycles.models import Assignment, Cycle
from uatapp.defects.models import Defect
from uatapp.defects.states import DefectState
from uatapp.evidence.models import Evidence
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects import queries as projects
from uatapp.projects.models import BusinessProcess, BusinessUnit, Membership, Project
from uatapp.requirements.models import Document, Requirement, RequirementVersion
from uatapp.runs import counting
from uatapp.runs.models import Run, RunEvidence, RunVoid
from uatapp.signoffs import deputies, recommending, scopes
from uatapp.signoffs.documents import fingerprint
from uatapp.signoffs.models import Certificate, Signoff, Snapshot
from uatapp.signoffs.queries import quorum, signatories
from uatapp.signoffs.still import Read, head, still
from uatapp.signoffs.untested import not_tested
from uatapp.testcases.models import CarryOver, TestCase

FORMAT = "uatapp-signoff-1"


def freeze(
    project: Project, signoff: Signoff, cycles: Sequence[Cycle], *, by: Actor, ahead: Read | None = None
) -> Snapshot:
    """Store the scope once; nothing in it is ever read from the tables again.

    `ahead` is what `look` found of the same scope before others had to wait; it is read anew where it changed.
    """
    signer_ids, area = [row.user_id for row in signatories(signoff.id)], scopes.scope_of(signoff.id).area
    found = still(project, lambda: look(project, [cycle.id for cycle in cycles], signer_ids, area), ahead)
    document = _joined({**found.parts, **_parts(_asked(project, signoff, cycles, by))})
    snapshot = Snapshot(
        project_id=project.id,
        signoff_id=signoff.id,
        signoff_reference=written(project.key, Kind.SIGNOFF, signoff.number),
        document=document,
        sha256=fingerprint(document),
    )
    db.session.add(snapshot)
    db.session.flush()
    return snapshot


def _parts(found: Mapping[str, Any]) -> dict[str, bytes]:
    return {name: canonical(value).encode() for name, value in found.items()}


def _joined(parts: Mapping[str, bytes]) -> bytes:
    """Return the canonical form of an object whose values are in theirs; the names are plain ASCII."""
    return b"{" + b",".join(canonical(name).encode() + b":" + parts[name] for name in sorted(parts)) + b"}"


def look(project: Project, cycle_ids: Sequence[int], signer_ids: Collection[int], area: Area) -> Read:
    """Read all that people decide on: strings, booleans and whole numbers only, named by references."""
    audit = head(project)
    signer_ids = deputies.with_deputies(project, signer_ids)
    barred = criteria.barred_requirements(cycle_ids, signer_ids, area)
    cases, runs = _cases(project, cycle_ids, barred, area), _runs(project, cycle_ids, area)
    requirements = _requirements(project, cases)
    found = {
        "figures": _figures(cases, requirements, runs),
        "processes": _processes(requirements),
        "criteria": [_criterion(row) for row in criteria.evaluated(project, cycle_ids, signer_ids, area)[1]],
        "criteria_sets": criteria_sets.frozen(project, cycle_ids),
        "requirements": requirements,
        "not_tested": not_tested(project, cases, cycle_ids, barred, area),
        "defects": _defects(project, cycle_ids, area),
        "people": _people(project, runs),
        "runs": runs,
        "evidence": _evidence(cycle_ids, area),
        "audit": audit,
    }
    return Read(audit["seq"], _parts(found))


def _asked(project: Project, signoff: Signoff, cycles: Sequence[Cycle], by: Actor) -> dict[str, Any]:
    """Return the few facts of the request itself."""
    return {
        "format": FORMAT,
        "reference": written(project.key, Kind.SIGNOFF, signoff.number),
        "project": {"key": project.key, "name": project.name, "zone": project.zone},
        "customer": db.session.get_one(Organisation, project.customer_id).name,
        "partners": list(projects.list_partners(project.id)),
        "scope": _scope(scopes.scope_of(signoff.id)),
        "cycles": [_cycle(cycle) for cycle in cycles],
        "requested": {"by": by.name, "at": clock.iso(clock.now()), "title": signoff.title},
        "rules": [counting.RULE, *counting.RULES],
        "recommendations": recommending.frozen(project.id),
        "signatories": [_signatory(row) for row in signatories(signoff.id)],
        "quorum": {side.value: least for side, least in quorum(signoff.id).items()},
        "predecessor": _predecessor(project, signoff),
    }


def _predecessor(project: Project, signoff: Signoff) -> dict[str, Any] | None:
    """Return the newest decision on this scope, or on a part of it, that has a certificate."""
    statement = (
        sa.select(Certificate, Signoff)
        .join(Signoff, Signoff.id == Certificate.signoff_id)
        .where(Certificate.project_id == project.id, Signoff.id != signoff.id)
        .order_by(Certificate.id.desc())
    )
    earlier = db.session.execute(statement).tuples().all()
    within = scopes.covered(signoff.id, [row.id for _certificate, row in earlier])
    for certificate, row in earlier:
        if row.id in within:
            at = clock.iso(certificate.issued_at)
            return {"reference": certificate.signoff_reference, "state": row.state.value, "at": at}
    return None


def _scope(scope: scopes.Scope) -> dict[str, Any]:
    where = BusinessUnit.id.in_(scope.area.unit_ids)
    units = db.session.scalars(sa.select(BusinessUnit.name).where(where).order_by(BusinessUnit.name))
    return {"kind": scope.kind.value, "name": scope.name, "units": list(units)}


def _cycle(cycle: Cycle) -> dict[str, Any]:
    full = db.session.scalars(
        sa.select(Cycle).where(Cycle.id == cycle.id).options(joinedload(Cycle.environment), joinedload(Cycle.build))
    ).one()
    ran = sa.select(Run.build_name, sa.func.min(Run.submitted_at)).join(Assignment, Assignment.id == Run.assignment_id)
    ran = ran.where(Assignment.cycle_id == cycle.id).group_by(Run.build_name)
    builds = [name for name, _at in sorted(db.session.execute(ran), key=lambda row: row[1])]
    return {
        "number": full.number,
        "name": full.name,
        "environment": full.environment.name,
        "builds": builds if full.build.name in builds else [*builds, full.build.name],
        "starts": full.starts_on.isoformat(),
        "ends": full.ends_on.isoformat(),
    }


def _cases(project: Project, cycle_ids: Sequence[int], barred: frozenset[int], area: Area) -> list[dict[str, Any]]:
    rows = criteria.scope(cycle_ids, barred, area).subquery()
    standing = (CarryOver.test_case_id == TestCase.id) & (CarryOver.to_number == TestCase.version_number)
    statement = (
        sa.select(
            TestCase.id, TestCase.number, TestCase.title, TestCase.version_number, TestCase.requirement_id,
            rows.c.outcome, CarryOver.by_name, CarryOver.reason,
        )
        .join(rows, rows.c.id == TestCase.id)
        .outerjoin(CarryOver, standing)
        .order_by(TestCase.number)
    )  # fmt: skip
    return [
        {
            "id": case_id,
            "requirement_id": requirement_id,
            "reference": written(project.key, Kind.TEST_CASE, number),
            "title": title,
            "version": version,
            "outcome": outcome,
            "results_stand": {"by": person, "reason": reason} if person else None,
        }
        for case_id, number, title, version, requirement_id, outcome, person, reason in db.session.execute(statement)
    ]


def _requirements(project: Project, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the requirements in scope; their outcome is the worst of their tests'."""
    by_requirement: dict[int, list[dict[str, Any]]] = {}
    for case in cases:
        by_requirement.setdefault(case["requirement_id"], []).append(case)
    version = (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.approved_number
    )
    statement = (
        sa.select(
            Requirement.id, Requirement.number, RequirementVersion.name, RequirementVersion.number,
            RequirementVersion.effective_hash, BusinessProcess.name, BusinessUnit.name,
        )
        .join(RequirementVersion, version)
        .join(Document, Document.id == Requirement.document_id)
        .outerjoin(BusinessProcess, BusinessProcess.id == Document.process_id)
        .outerjoin(BusinessUnit, BusinessUnit.id == Document.unit_id)
        .where(Requirement.project_id == project.id, Requirement.id.in_(by_requirement))
        .order_by(Requirement.number)
    )  # fmt: skip
    return [
        {
            "reference": written(project.key, Kind.REQUIREMENT, number),
            "name": name,
            "process": process or "",
            "unit": unit or "",
            "version": approved,
            "text_hash": text_hash,
            "outcome": counting.worst([case["outcome"] for case in by_requirement[id_]]),
            "tests": [_public(case) for case in by_requirement[id_]],
        }
        for id_, number, name, approved, text_hash, process, unit in db.session.execute(statement)
    ]


def _public(case: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in case.items() if key not in ("id", "requirement_id")}


def _figures(
    cases: list[dict[str, Any]], requirements: list[dict[str, Any]], runs: list[dict[str, Any]]
) -> dict[str, int]:
    outcomes = [case["outcome"] for case in cases]
    names = {
        "passed": "passed", "remarks": "passed_with_remarks", "failed": "failed", "blocked": "blocked",
        "stale": "stale", "not_run": "not_run", "not_applicable": "not_applicable",
    }  # fmt: skip
    found = {name: outcomes.count(outcome) for name, outcome in names.items()}
    people = {run["tester"] for run in runs}
    return {"total": len(cases), **found, "requirements": len(requirements), "people": len(people), "runs": len(runs)}


def _processes(requirements: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return counts by business process, in the order of their names."""
    found: dict[str, list[dict[str, Any]]] = {}
    for requirement in requirements:
        found.setdefault(requirement["process"], []).append(requirement)
    return [_process(name, rows) for name, rows in sorted(found.items())]


def _process(name: str, rows: list[dict[str, Any]]) -> dict[str, Any]:
    outcomes = [test["outcome"] for row in rows for test in row["tests"]]
    passed = outcomes.count("passed") + outcomes.count("passed_with_remarks")
    return {
        "name": name,
        "requirements": len(rows),
        "tests": len(outcomes),
        "passed": passed,
        "failed": outcomes.count("failed"),
        "not_applicable": outcomes.count("not_applicable"),
        "not_tested": sum(outcomes.count(o) for o in ("blocked", "stale", "not_run")),
    }


def _criterion(row: Any) -> dict[str, Any]:
    return {
        "code": row.code,
        "title": row.title,
        "met": row.met,
        "value": row.value,
        "required": row.required,
        "rows": [behind.reference for behind in row.rows],
    }


def _defects(project: Project, cycle_ids: Sequence[int], area: Area) -> list[dict[str, Any]]:
    statement = (
        sa.select(Defect)
        .where(Defect.project_id == project.id, Defect.state != DefectState.WITHDRAWN)
        .where(criteria.concerns(cycle_ids, area))
        .order_by(Defect.number)
    )
    closed = (DefectState.CLOSED, DefectState.ENDED)
    return [
        {
            "reference": written(project.key, Kind.DEFECT, defect.number),
            "title": defect.title,
            "severity": defect.severity.value,
            "state": defect.state.value,
            "workaround": defect.workaround,
            "open": defect.state not in closed,
        }
        for defect in db.session.scalars(statement)
    ]


def _runs(project: Project, cycle_ids: Sequence[int], area: Area) -> list[dict[str, Any]]:
    member = (Membership.user_id == Run.tester_id) & (Membership.project_id == Run.project_id)
    statement = (
        sa.select(Run, BusinessUnit.name, RunVoid.reason, RunVoid.id)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .outerjoin(RunVoid, RunVoid.run_id == Run.id)
        .outerjoin(Membership, member)
        .outerjoin(BusinessUnit, BusinessUnit.id == Membership.unit_id)
        .where(Assignment.cycle_id.in_(cycle_ids), Run.project_id == project.id, area.holds_item(Assignment.item_id))
        .order_by(Run.case_reference, Run.submitted_at, Run.id)
    )
    return [
        {
            "test": run.case_reference,
            "attempt": run.attempt,
            "version": run.case_version_number,
            "tester": run.tester_name,
            "unit": unit or "",
            "build": run.build_name,
            "started": clock.iso(run.started_at),
            "submitted": clock.iso(run.submitted_at),
            "outcome": run.outcome.value,
            "remark": run.remark or run.reason,
            "voided": (reason or "Own slip.") if void_id else None,
        }
        for run, unit, reason, void_id in db.session.execute(statement)
    ]


def _people(project: Project, runs: list[dict[str, Any]]) -> list[dict[str, Any]]:
    counts: dict[tuple[str, str], int] = {}
    for run in runs:
        counts[run["tester"], run["unit"]] = counts.get((run["tester"], run["unit"]), 0) + 1
    customer = db.session.get_one(Organisation, project.customer_id).name
    return [
        {"name": name, "organisation": customer, "unit": unit, "runs": number}
        for (name, unit), number in sorted(counts.items())
    ]


def _evidence(cycle_ids: Sequence[int], area: Area) -> list[dict[str, Any]]:
    statement = (
        sa.select(Run.reference, Evidence.name, Evidence.sha256, Evidence.size)
        .join(RunEvidence, RunEvidence.evidence_id == Evidence.id)
        .join(Run, Run.id == RunEvidence.run_id)
        .join(Assignment, Assignment.id == Run.assignment_id)
        .where(Assignment.cycle_id.in_(cycle_ids), area.holds_item(Assignment.item_id))
        .order_by(Run.id, RunEvidence.id)
    )
    return [
        {"run": reference, "name": name, "sha256": sha256, "size": size}
        for reference, name, sha256, size in db.session.execute(statement)
    ]


def _signatory(row: Any) -> dict[str, Any]:
    user: User = row.user
    return {
        "name": user.name,
        "title": user.job_title,
        "organisation": user.organisation.name if user.organisation else "",
        "side": row.side.value,
        "position": row.position,
    }


__all__ = ["fingerprint", "freeze", "look"]
