"""Frozen rows against the chain: each is told with its hash, and each hash told has its row."""

from collections.abc import Iterator
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.audit.frozen import fingerprint
from uatapp.audit.writer import SYSTEM_CHAIN
from uatapp.kernel.db import Base, Frozen
from uatapp.operations.checks.index import Index
from uatapp.operations.checks.report import Report
from uatapp.projects.models import Project

BATCH = 200


def frozen_classes() -> list[Any]:
    """Return every class of frozen rows, by table name."""
    found = [mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Frozen)]
    return sorted(found, key=lambda kind: str(kind.__tablename__))


def check(session: Session, index: Index, report: Report, project_key: str | None) -> None:
    """Check every frozen row, then what was told and has no row."""
    keys: dict[int, str] = dict(session.execute(sa.select(Project.id, Project.key)).tuples().all())
    for kind in frozen_classes():
        for row in _stream(session, kind, keys, project_key, report):
            _row(row, keys, index, report)
    for chain, seq, ref in index.unseen():
        report.bad(chain, seq, f"“{ref}” was told here and is not there as it was told")


def _stream(
    session: Session, kind: Any, keys: dict[int, str], project_key: str | None, report: Report
) -> Iterator[Frozen]:
    statement = sa.select(kind).order_by(kind.id).execution_options(yield_per=BATCH)
    if project_key and not hasattr(kind, "project_id"):
        return  # told on the system's chain
    if project_key:
        statement = statement.where(kind.project_id.in_([id_ for id_, key in keys.items() if key == project_key]))
    try:
        yield from session.scalars(statement)
    except (LookupError, ValueError, TypeError) as odd:
        report.bad(project_key or SYSTEM_CHAIN, 0, f"a row of {kind.__tablename__} cannot be read ({odd})")


def _row(row: Any, keys: dict[int, str], index: Index, report: Report) -> None:
    report.counts["frozen rows"] += 1
    chain = keys.get(row.project_id, "?") if hasattr(row, "project_id") else SYSTEM_CHAIN
    try:
        ref, hashed = row.frozen_ref(), fingerprint(row)
    except (ValueError, TypeError, KeyError, AttributeError) as odd:
        report.bad(chain, 0, f"a row of {row.__tablename__} cannot be read ({odd})")
        return
    if found := index.see(chain, ref, hashed):
        report.bad(chain, found[0], f"“{ref}” {found[1]} ({row.__tablename__})")
