"""Reading a whole scope as it was at one moment that existed, although people go on working."""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa

from uatapp.audit.models import AuditChain
from uatapp.cycles.models import Cycle
from uatapp.defects.models import Defect
from uatapp.kernel.db import db
from uatapp.projects.models import Project
from uatapp.requirements.models import Requirement, RequirementVersion
from uatapp.runs.models import Run
from uatapp.testcases.models import TestCase

TRIES = 5
_CHANGES = (Cycle, Defect, Requirement, RequirementVersion, Run, TestCase)


def still(project: Project, read: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Read until nothing of the project was changed meanwhile; the last time, nobody else can write.

    `read` begins with `head` and keeps it under "audit". Every change has its entry, so the head tells of each.
    """
    for attempt in range(1, TRIES + 1):
        found = read()
        if attempt == TRIES or head(project, hold=attempt == TRIES - 1)["seq"] == found["audit"]["seq"]:
            break
        _forget()
    return found


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
