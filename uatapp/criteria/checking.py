"""What a proposed set must look like; refusals name the row and what to do about it."""

from collections.abc import Iterator, Sequence

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.criteria import rules
from uatapp.criteria.kinds import tagged_with
from uatapp.criteria.rules import MEASURES, Criterion, Kind
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid
from uatapp.projects.models import BusinessProcess, BusinessUnit, Project
from uatapp.projects.queries import find_named
from uatapp.requirements.models import Requirement

FULL = 100


def check(project: Project, rows: Sequence[Criterion]) -> None:
    """Refuse an empty or too long set, doubles, and criteria that could never be judged."""
    if not 1 <= len(rows) <= rules.MOST:
        sentence = _("A set has 1 to %(most)s criteria. Without one, nothing could be judged.", most=rules.MOST)
        raise Invalid(sentence, fields={"add": sentence})
    fields: dict[str, str] = {}
    for number, row in enumerate(rows):
        for part, sentence in _faults(project, row):
            fields.setdefault(f"{part}-{number}", sentence)
        if row.code in {earlier.code for earlier in rows[:number]}:
            fields.setdefault(f"bound-{number}", _("This is in the set twice. Remove one of the two."))
    if fields:
        raise Invalid(next(iter(fields.values())), fields=fields)


def _faults(project: Project, row: Criterion) -> Iterator[tuple[str, str]]:
    measure = MEASURES[row.kind]
    if measure.is_share and not 1 <= row.bound <= FULL:
        yield "bound", _("Enter a share from 1 to 100 %.")
    if not 0 <= row.bound <= rules.LARGEST_NUMBER:
        yield "bound", _("Enter a number from 0 to %(most)s.", most=rules.LARGEST_NUMBER)
    if row.kind is Kind.OWN and not 1 <= len(row.text) <= rules.LONGEST:
        yield "text", _("Write in 1 to %(n)s characters what must be true, such as “Users were trained”.",
                        n=rules.LONGEST)  # fmt: skip
    if row.kind is Kind.OWN and row.side not in ("customer", "partner"):
        yield "side", _("Choose which side answers.")
    if row.kind is Kind.DEFECTS and not row.severities:
        yield "severities", _("Choose at least one severity.")
    if row.unit and find_named(BusinessUnit, project.id, row.unit) is None:
        yield "unit", _("There is no business unit %(name)s.", name=row.unit)
    if row.process and find_named(BusinessProcess, project.id, row.process) is None:
        yield "process", _("There is no business process %(name)s.", name=row.process)
    if row.tag and not _is_tag(project, row.tag):
        yield "tag", _("No requirement has the tag “%(tag)s”. Tags begin with @, such as @must.", tag=row.tag[:40])


def _is_tag(project: Project, tag: str) -> bool:
    used = sa.exists().where(Requirement.project_id == project.id, tagged_with(tag))
    return tag.startswith("@") and bool(db.session.scalar(sa.select(used)))
