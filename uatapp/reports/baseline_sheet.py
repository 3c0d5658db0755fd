"""A baseline as an Excel file: each requirement with its steps, and who agreed to it when."""

from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.kernel.db import db
from uatapp.kernel.references import Kind, written
from uatapp.projects.models import Project
from uatapp.reports import excel
from uatapp.requirements.baselines import Item, items_of
from uatapp.requirements.models import Baseline, Requirement, RequirementVersion, RequirementVersionState

CHUNK = 500
Versions = dict[tuple[int, int], tuple[RequirementVersion, RequirementVersionState]]


def workbook(project: Project, baseline: Baseline) -> bytes:
    """Write a row for each step of each agreed requirement; one without steps has a row as well."""

    def fill(book: Any) -> None:
        sheet = excel.sheet(book, _("Requirements"), _columns())
        for number, row in enumerate(_rows(project, items_of(baseline)), 1):
            excel.write(sheet, number, row)

    return excel.workbook(fill)


def _columns() -> list[tuple[str, int]]:
    return [
        (_("Requirement"), 14), (_("Name"), 48), (_("Version"), 9), (_("Agreed by"), 24), (_("Agreed on"), 17),
        (_("Step"), 12), (_("What it says"), 80), (_("Values"), 50),
    ]  # fmt: skip


def _rows(project: Project, items: list[Item]) -> Iterator[list[Any]]:
    zone = ZoneInfo(project.zone)
    for start in range(0, len(items), CHUNK):
        chunk = items[start : start + CHUNK]
        versions = _versions(project.id, chunk)
        for item in chunk:
            version, state = versions[item.number, item.version]
            by = state.decided_by.name if state.decided_by else ""
            at = state.decided_at.astimezone(zone).replace(tzinfo=None) if state.decided_at else ""
            first = [written(project.key, Kind.REQUIREMENT, item.number), item.name, item.version, by, at]
            yield from ([*first, *step] for step in _steps(version.content))


def _versions(project_id: int, items: list[Item]) -> Versions:
    statement = (
        sa.select(Requirement.number, RequirementVersion, RequirementVersionState)
        .join(RequirementVersion, RequirementVersion.requirement_id == Requirement.id)
        .join(RequirementVersionState, RequirementVersionState.version_id == RequirementVersion.id)
        .where(Requirement.project_id == project_id, Requirement.number.in_([item.number for item in items]))
        .options(joinedload(RequirementVersionState.decided_by))
    )
    return {(number, version.number): (version, state) for number, version, state in db.session.execute(statement)}


def _steps(content: dict[str, Any]) -> Iterator[list[str]]:
    """Yield keyword, text and values of each step, then the rows of values that an outline is tested with."""
    steps = [*content["background"], *content["steps"]]
    for step in steps:
        values = "\n".join(" | ".join(row) for row in step["table"] or ()) or step["doc_string"] or ""
        yield [step["keyword"].strip(), step["text"], values]
    for block in content["examples"]:
        values = "\n".join(" | ".join(row) for row in [block["header"], *block["rows"]])
        yield [_("Values"), block["name"], values]
    if not steps:
        yield ["", "", ""]
