"""What an import does to each requirement, as rows that its page shows; what stays as it is has none."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

import sqlalchemy as sa

from uatapp.gherkin.comparing import compare
from uatapp.kernel.db import db
from uatapp.requirements.content import content_of, told_of
from uatapp.requirements.models import Document, Requirement, RequirementVersion
from uatapp.requirements.plans import UNNAMED, Plan, Recognised
from uatapp.requirements.queries import latest
from uatapp.requirements.reading import said_of

SAID, _AT_ONCE = 500, 2_000


def of_plan(project_id: int, plan: Plan, languages: Mapping[str, str]) -> list[dict[str, Any]]:
    """Return a row for each requirement that a plan adds, changes or takes out, by document and line.

    A row: {"kind", "number" (None while it has none), "name", "path", "line", "was", "from", "said"}.
    `languages` are the documents' by path. What changed is said of the first few hundred.
    """
    changed = [item for item in plan.recognised if item.kind != "unchanged"]
    stored = _stored(project_id, [item.requirement_id for item in changed] + plan.removed)
    said = _said(changed[:SAID], languages)
    rows = [_changed(item, *stored[item.requirement_id], said.get(item.requirement_id, "")) for item in changed]
    for requirement_id in plan.removed:
        number, name, path = stored[requirement_id]
        rows.append(_row("removed", number, name, path))
    for path, scenario in plan.created:
        rows.append(_row("created", None, scenario.name or UNNAMED, path, line=scenario.line))
    return sorted(rows, key=lambda row: (row["path"], row["line"]))


def _row(kind: str, number: int | None, name: str, path: str, *, line: int = 0, **more: str) -> dict[str, Any]:
    bare = {"kind": kind, "number": number, "name": name, "path": path, "line": line}
    return bare | {"was": "", "from": "", "said": ""} | more


def _changed(item: Recognised, number: int, name: str, path: str, said: str) -> dict[str, Any]:
    now = item.scenario.name or UNNAMED
    more = {"was": name if name != now else "", "from": path if path != item.path else "", "said": said}
    return _row(item.kind, number, now, item.path, line=item.scenario.line, **more)


def _stored(project_id: int, ids: Collection[int]) -> dict[int, tuple[int, str, str]]:
    """Return number, name and path of stored requirements by their id."""
    statement = sa.select(Requirement.id, Requirement.number, Requirement.name, Document.path)
    statement = statement.join(Document, Document.id == Requirement.document_id)
    where = Requirement.project_id == project_id
    found: dict[int, tuple[int, str, str]] = {}
    for part in _parts(sorted(ids)):
        rows = db.session.execute(statement.where(where, Requirement.id.in_(part)))
        found |= {id_: (number, name, path) for id_, number, name, path in rows}
    return found


def _parts(ids: list[int]) -> Iterator[list[int]]:
    yield from (ids[start : start + _AT_ONCE] for start in range(0, len(ids), _AT_ONCE))


def _said(changed: list[Recognised], languages: Mapping[str, str]) -> dict[int, str]:
    statement = sa.select(Requirement.id, RequirementVersion.content).join(RequirementVersion, latest())
    ids = [item.requirement_id for item in changed]
    before: dict[int, Any] = dict(db.session.execute(statement.where(Requirement.id.in_(ids))).tuples().all())
    return {
        item.requirement_id: said_of(
            compare(told_of(before[item.requirement_id]), told_of(content_of(item.scenario, languages[item.path])))
        )
        for item in changed
    }


def number(project_id: int, rows: list[dict[str, Any]]) -> None:
    """Fill in the numbers of requirements that have just been made: they got them in the order of the rows."""
    made = [row for row in rows if row["number"] is None]
    newest = sa.select(Requirement.number).where(Requirement.project_id == project_id)
    numbers = db.session.scalars(newest.order_by(Requirement.number.desc()).limit(len(made))).all() if made else []
    for row, value in zip(made, reversed(numbers), strict=True):
        row["number"] = value
