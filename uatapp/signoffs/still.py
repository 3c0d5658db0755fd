"""Reading a whole scope as it was at one moment that existed, although people go on working."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from uatapp.audit.models import AuditChain, AuditEntry
from uatapp.cycles.models import Cycle
from uatapp.defects.models import Defect
from uatapp.kernel.db import db
from uatapp.projects.models import Project
from uatapp.requirements.models import Requirement, RequirementVersion
from uatapp.runs.events import RunSubmitted
from uatapp.runs.models import Run
from uatapp.testcases.models import TestCase

TRIES = 5
_CHANGES = (Cycle, Defect, Requirement, RequirementVersion, Run, TestCase)


@dataclass(frozen=True, slots=True)
class Read:
    """What was read, each part in its canonical form, and where the project's audit trail was before."""

    seq: int
    parts: dict[str, bytes]


def still(project: Project, read: Callable[[], Read], ahead: Read | None = None) -> Read:
    """Read until nothing of the project was changed meanwhile; the last time, nobody else can write.

    What was read ahead of the unit of work counts as the first time.
    """
    found = ahead or read()
    for attempt in range(2, TRIES + 1):
        if not _moved(project, found.seq, hold=attempt == TRIES):
            break
        _forget()
        found = read()
    return found


def _moved(project: Project, seq: int, *, hold: bool) -> bool:
    """Say whether something changed since an entry. Every change has its entry; new results come into open cycles
    only, and open cycles are not frozen."""
    chain = head(project, hold=hold)["chain"]
    later = (AuditEntry.chain == chain, AuditEntry.seq > seq, AuditEntry.action != RunSubmitted.action)
    return bool(db.session.scalar(sa.select(sa.exists().where(*later))))


def head(project: Project, *, hold: bool = False) -> dict[str, Any]:
    """Return where the project's audit trail is; `hold` keeps it there until the commit."""
    statement = sa.select(AuditChain.name, AuditChain.seq, AuditChain.hash).where(AuditChain.project_id == project.id)
    name, seq, hashed = db.session.execute(statement.with_for_update() if hold else statement).one()
    return {"chain": name, "seq": seq, "hash": hashed}


def _forget() -> None:
    """Have what testing changes read anew; rows of people and of this request are ours, or do not change."""
    for row in list(db.session.identity_map.values()):
        if isinstance(row, _CHANGES):
            db.session.expire(row)
