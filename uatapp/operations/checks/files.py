"""Files in the store against the hashes of their rows."""

import hashlib
from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.evidence.models import Evidence
from uatapp.kernel import storage
from uatapp.kernel.errors import NotFound
from uatapp.operations.checks.report import Report
from uatapp.projects.models import Project
from uatapp.signoffs.models import AddendumFile, CertificateFile

NAMES: tuple[tuple[Any, Any, Any], ...] = (
    (Evidence, Evidence.token, Evidence.sha256),
    (Evidence, Evidence.token, Evidence.display_sha256),
    (CertificateFile, CertificateFile.certificate_number, CertificateFile.sha256),
    (AddendumFile, AddendumFile.addendum_number, AddendumFile.sha256),
)


def check(session: Session, report: Report, project_key: str | None) -> None:
    """Check that each file is there and has its hash."""
    for key, name, sha256 in _files(session, project_key):
        report.counts["files"] += 1
        try:
            data = storage.get(sha256)
        except NotFound:
            report.bad(key, 0, f"the file of {name} is missing ({sha256})")
            continue
        if hashlib.sha256(data).hexdigest() != sha256:
            report.bad(key, 0, f"the file of {name} was changed ({sha256})")


def _files(session: Session, project_key: str | None) -> Iterator[Any]:
    for kind, name, sha256 in NAMES:
        statement = sa.select(Project.key, name, sha256).join(Project, Project.id == kind.project_id)
        statement = statement.where(sha256.is_not(None)).order_by(kind.id)
        if project_key:
            statement = statement.where(Project.key == project_key)
        for row in session.execute(statement.execution_options(yield_per=500)):
            yield row.tuple()
