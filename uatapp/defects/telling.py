"""What is told about a defect: events for the audit trail, and words that stay on its page."""

from typing import Any

import sqlalchemy as sa

from uatapp.defects import events
from uatapp.defects.models import Defect, DefectNote
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Project


def reference(project: Project, defect: Defect) -> str:
    return written(project.key, Kind.DEFECT, defect.number)


def about(kind: type[Any], project: Project, defect: Defect, by: Actor, **fields: Any) -> Any:
    """Make an event about a defect."""
    return kind(project_id=project.id, subject=reference(project, defect), by=by, defect_id=defect.id, **fields)


def note(project: Project, defect: Defect, action: str, text: str, by: Actor) -> None:
    """Keep what somebody said when they took an action, frozen, in order."""
    where = DefectNote.defect_id == defect.id
    last = db.session.scalar(sa.select(sa.func.coalesce(sa.func.max(DefectNote.number), 0)).where(where)) or 0
    standing = by.standing(project.id)
    row = DefectNote(
        project_id=project.id,
        defect_id=defect.id,
        defect_reference=reference(project, defect),
        number=last + 1,
        action=action,
        text=text,
        by_id=by.user_id,
        by_name=by.name,
        by_side=standing.side.value if standing else "",
    )
    db.session.add(row)
    record(about(events.DefectDiscussed, project, defect, by, text=text), row)
