"""`uatapp verify`: is everything as it was told? Reads one snapshot of the database, in constant memory."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from uatapp.kernel.db import db
from uatapp.operations import schema
from uatapp.operations.checks import (
    bundles,
    certificates,
    chains,
    checkpoints,
    entries,
    files,
    links,
    rows,
    signed,
    states,
)
from uatapp.operations.checks.index import Index
from uatapp.operations.checks.report import CouldNotCheckError, Finding, Report


@dataclass(frozen=True, slots=True)
class Options:
    """What to check, and against what. `since`: entries before it are believed."""

    project: str | None = None
    since: int = 1
    checkpoint: Path | None = None
    certificate: Path | None = None
    bundle: Path | None = None
    key: Path | None = None
    evidence: bool = False


def verify(
    options: Options,
    tell: Callable[[Finding], None] = lambda finding: None,
    progress: Callable[[int, int], None] = lambda done, total: None,
) -> Report:
    """Check all that is asked for and go on after each finding; what cannot be checked is in `not_checked`."""
    report = Report(tell, progress)
    try:
        if (options.certificate or options.bundle) and options.key and schema.is_behind():
            _papers_alone(report, options)
            return report
        with reading() as session, Index() as index:
            check_all(session, index, report, options)
    except DBAPIError as away:
        report.not_checked.append(f"The database cannot be read: {str(away.orig).strip()}")
    return report


def _papers_alone(report: Report, options: Options) -> None:
    """Check papers where there is no installation: on any machine that has the public key."""
    trusted = checkpoints.trusted_keys(options.key)
    try:
        if options.certificate:
            certificates.check_seal(report, options.certificate, trusted)
        if options.bundle:
            bundles.check_file(report, options.bundle, trusted)
        report.remarks.append("There is no database here, so only what was named was checked.")
    except CouldNotCheckError as missing:
        report.not_checked.append(str(missing))


def check_all(session: Session, index: Index, report: Report, options: Options) -> None:
    """Run every check on one open snapshot."""
    project = options.project
    heads = chains.list_heads(session, project)
    if project and not heads:
        report.not_checked.append(f"There is no project {project}.")
        return
    report.total = sum(head.seq for head in heads)
    opened = chains.told_openings(session, project) if project else {}
    for head in heads:
        opened |= entries.check(session, head, index, report, options.since)
    chains.check_openings(session, opened, report, project)
    chains.check_owners(session, heads, report)
    if not project:
        chains.check_orphans(session, report)
    rows.check(session, index, report, project)
    links.check(session, report, project)
    signed.check(session, report, project)
    states.check(session, index, report, project)
    _against_notes(session, report, options)
    if options.evidence:
        files.check(session, report, project)


def _against_notes(session: Session, report: Report, options: Options) -> None:
    try:
        trusted = checkpoints.trusted_keys(options.key)
        checkpoints.check_kept(session, report, options.project, trusted)
        if options.checkpoint:
            checkpoints.check_file(session, report, options.checkpoint, trusted)
        if options.certificate:
            certificates.check_file(session, report, options.certificate, trusted)
        if options.bundle:
            bundles.check_file(report, options.bundle, trusted)
    except CouldNotCheckError as missing:
        report.not_checked.append(str(missing))


@contextmanager
def reading() -> Iterator[Session]:
    """Open one read-only snapshot, so that a living system can be verified."""
    db.session.rollback()
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection = connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        with Session(bind=connection, autoflush=False) as session:
            yield session
