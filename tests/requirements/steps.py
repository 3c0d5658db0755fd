"""What tests of requirements do again and again, through the use cases."""

from typing import Any

import sqlalchemy as sa

from tests.world import World
from uatapp.kernel.db import db
from uatapp.kernel.uow import unit_of_work
from uatapp.projects.models import BusinessUnit
from uatapp.projects.queries import find_named
from uatapp.requirements import archives, imports, service
from uatapp.requirements.intake import Filing
from uatapp.requirements.models import Document, Requirement, RequirementVersion, RequirementVersionState
from uatapp.testcases.models import TestCase


def bring_in(
    world: World, files: dict[str, bytes], by: str = "analyst", whole: bool = False, unit: str = "Order entry"
) -> dict[str, Any]:
    """Import documents by their paths."""
    upload = archives.Upload(dict(files), whole=whole)
    found = find_named(BusinessUnit, world.project.id, unit)
    filing = Filing(unit_id=found.id if found else None)
    return imports.import_upload(world.project, upload, filing, by=world.actor(by)).result


def counts(result: dict[str, Any]) -> dict[str, int]:
    """Return only what is not zero."""
    found = {key: value for key, value in result.items() if isinstance(value, int) and value}
    found |= {key: len(result[key]) for key in ("ask", "errors") if result[key]}
    return found


def requirements(world: World) -> list[Requirement]:
    statement = sa.select(Requirement).where(Requirement.project_id == world.project.id)
    return list(db.session.scalars(statement.order_by(Requirement.number)))


def requirement(world: World, name: str) -> Requirement:
    return next(row for row in requirements(world) if row.name == name)


def cases(world: World) -> list[TestCase]:
    statement = sa.select(TestCase).where(TestCase.project_id == world.project.id)
    return list(db.session.scalars(statement.order_by(TestCase.number)))


def document(world: World, path: str) -> Document:
    where = (Document.project_id == world.project.id, Document.path == path)
    return db.session.scalars(sa.select(Document).where(*where)).one()


def states(world: World, row: Requirement) -> list[str]:
    """Return the states of a requirement's versions, oldest first."""
    statement = (
        sa.select(RequirementVersionState.state)
        .join(RequirementVersionState.version)
        .where(RequirementVersion.requirement_id == row.id)
        .order_by(RequirementVersion.number)
    )
    return [str(state) for state in db.session.scalars(statement)]


def approve_all(world: World, by: str = "head") -> int:
    """Approve whatever waits, retirements too."""
    from uatapp.requirements import queries

    chosen = {row[0].number: row[0].latest_number for row in db.session.execute(queries.waiting(world.project.id))}
    with unit_of_work(world.actor(by)):
        return service.decide_many(world.project, chosen, "approve", by=world.actor(by))


def put_into_use(world: World) -> None:
    """As a cycle does."""
    from uatapp.testcases import service as testcases

    ids = [case.id for case in cases(world)]
    with unit_of_work(world.actor("manager")):
        testcases.take_into_use(world.project, ids, world.actor("manager"))
