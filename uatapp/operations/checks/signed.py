"""What was signed: the frozen scopes, the signatures on them, and the facts of certificates."""

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.operations.checks.report import Report
from uatapp.projects.models import Project
from uatapp.signoffs.models import ActSignature, Addendum, Certificate, Signature, SignedAct, Snapshot


def check(session: Session, report: Report, project_key: str | None) -> None:
    """Check that each frozen document has the hash beside it, and that each signature is on its scope's hash."""
    documents: tuple[tuple[Any, Any, Any, Any], ...] = (
        (Snapshot, Snapshot.signoff_reference, Snapshot.document, Snapshot.sha256),
        (Certificate, Certificate.number, Certificate.facts, Certificate.facts_sha256),
        (SignedAct, SignedAct.reference, SignedAct.document, SignedAct.sha256),
        (Addendum, Addendum.number, Addendum.facts, Addendum.facts_sha256),
    )
    for kind, name, content, stored in documents:
        statement = sa.select(Project.key, name, content, stored).join(Project, Project.id == kind.project_id)
        for key, reference, data, sha256 in session.execute(_only(statement, project_key)):
            report.counts["signed documents"] += 1
            if hashlib.sha256(data).hexdigest() != sha256:
                report.bad(key, 0, f"the frozen document of {reference} does not have its hash")
    _signatures(session, report, project_key)
    _act_signatures(session, report, project_key)


def _signatures(session: Session, report: Report, project_key: str | None) -> None:
    statement = (
        sa.select(Project.key, Signature.signoff_reference, Signature.printed_name)
        .join(Project, Project.id == Signature.project_id)
        .outerjoin(Snapshot, Snapshot.signoff_id == Signature.signoff_id)
        .where(sa.func.coalesce(Snapshot.sha256, "") != Signature.snapshot_sha256)
    )
    for key, reference, name in session.execute(_only(statement, project_key)):
        report.bad(key, 0, f"the signature of {name} is not on the scope of {reference}")


def _act_signatures(session: Session, report: Report, project_key: str | None) -> None:
    statement = (
        sa.select(Project.key, ActSignature.act_reference, ActSignature.printed_name)
        .join(Project, Project.id == ActSignature.project_id)
        .outerjoin(SignedAct, SignedAct.id == ActSignature.act_id)
        .where(sa.func.coalesce(SignedAct.sha256, "") != ActSignature.document_sha256)
    )
    for key, reference, name in session.execute(_only(statement, project_key)):
        report.bad(key, 0, f"the signature of {name} is not on the document of {reference}")


def _only(statement: sa.Select[*tuple[Any, ...]], project_key: str | None) -> sa.Select[*tuple[Any, ...]]:
    statement = statement.execution_options(yield_per=20)
    return statement.where(Project.key == project_key) if project_key else statement
