"""The living document: what is agreed, in the order in which the business reads it, with how it stands today."""

from typing import Any

import sqlalchemy as sa

from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.reports.tracing import Wanted, narrowed, stands_of
from uatapp.requirements.models import Document, Requirement, RequirementVersion


def agreed(project: Project, wanted: Wanted) -> Any:
    """Select (Requirement, agreed version, Document, process, unit) by process, unit and document."""
    version = (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.approved_number
    )
    statement = (
        sa.select(Requirement, RequirementVersion, Document, BusinessProcess.name, BusinessUnit.name)
        .join(RequirementVersion, version)
        .join(Document, Document.id == Requirement.document_id)
        .outerjoin(BusinessProcess, BusinessProcess.id == Document.process_id)
        .outerjoin(BusinessUnit, BusinessUnit.id == Document.unit_id)
        .where(Requirement.project_id == project.id)
    )
    stands, tested = stands_of(project.id)
    if wanted.stands:  # looking at every result takes long, so only where it is asked for
        statement = statement.outerjoin(tested, tested.c.requirement_id == Requirement.id)
    named = sa.func.coalesce(BusinessProcess.name, "\uffff"), sa.func.coalesce(BusinessUnit.name, "\uffff")
    return narrowed(statement, wanted, stands).order_by(*named, Document.path, Requirement.position, Requirement.number)
