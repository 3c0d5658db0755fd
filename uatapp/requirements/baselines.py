"""Baselines: what was agreed at one moment, under a name, and how it differs from another moment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import defer

from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound, Refused
from uatapp.kernel.permissions import Permission
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.requirements.events import BaselineNamed
from uatapp.requirements.imports import alone
from uatapp.requirements.models import Baseline, Requirement, RequirementVersion
from uatapp.requirements.states import RequirementState

LONGEST_NAME, LONGEST_NOTE = 120, 4_000


@dataclass(frozen=True, slots=True)
class Item:
    """An agreed requirement: its number, its name then, and the version that was agreed."""

    number: int
    name: str
    version: int
    text_hash: str


@dataclass(frozen=True, slots=True)
class Change:
    """A requirement that differs between two moments; the side on which it is not agreed is None."""

    before: Item | None
    after: Item | None

    @property
    def kind(self) -> str:
        return "created" if self.before is None else "removed" if self.after is None else "edited"

    @property
    def shown(self) -> Item:
        """The newer of the two."""
        found = self.after or self.before
        assert found is not None  # noqa: S101 - a change has a side
        return found


def agreed_now(project_id: int) -> list[Item]:
    """Return every requirement that is agreed at this moment, by number."""
    version = (RequirementVersion.requirement_id == Requirement.id) & (
        RequirementVersion.number == Requirement.approved_number
    )
    columns = (
        Requirement.number,
        RequirementVersion.name,
        RequirementVersion.number,
        RequirementVersion.effective_hash,
    )
    statement = sa.select(*columns).join(RequirementVersion, version)
    where = (Requirement.project_id == project_id, Requirement.state == RequirementState.ACTIVE)
    return [Item(*row) for row in db.session.execute(statement.where(*where).order_by(Requirement.number))]


def name(project: Project, title: str, note: str, *, by: Actor) -> Baseline:
    """Keep what is agreed now under a name, for good, in the open unit of work.

    Refuses a missing or used name, and a project in which nothing is agreed.
    """
    by.require(Permission.REQUIREMENTS_EDIT, project.id)
    title, note = " ".join(title.split()), note.strip()
    _check(title, note)
    alone(project.id)
    if db.session.scalar(sa.select(Baseline.id).where(Baseline.project_id == project.id, Baseline.name == title)):
        sentence = _("There is a baseline of this name already. Choose another name.")
        raise Invalid(sentence, fields={"name": sentence})
    items = agreed_now(project.id)
    if not items:
        raise Refused(_("Nothing is agreed yet, so there is nothing to keep. A department head approves first."))
    newest = sa.select(sa.func.max(Baseline.number)).where(Baseline.project_id == project.id)
    number = (db.session.scalar(newest) or 0) + 1
    row = Baseline(project_id=project.id, number=number, reference=f"{project.key} baseline {number}", name=title)
    row.note, row.by_uid, row.by_name = note, by.uid, by.name
    row.items = [[one.number, one.name, one.version, one.text_hash] for one in items]
    db.session.add(row)
    told = tuple(f"{written(project.key, Kind.REQUIREMENT, one.number)} v{one.version}" for one in items)
    record(
        BaselineNamed(project_id=project.id, subject=row.reference, by=by, items=told, count=len(items), name=title),
        row,
    )
    db.session.flush()
    return row


def _check(title: str, note: str) -> None:
    if not title:
        sentence = _("Give it a name by which people will know it, such as “Agreed for cycle 1”.")
        raise Invalid(sentence, fields={"name": sentence})
    if len(title) > LONGEST_NAME:
        sentence = _("The name has more than 120 characters. Please shorten it.")
        raise Invalid(sentence, fields={"name": sentence})
    if len(note) > LONGEST_NOTE:
        sentence = _("The note has more than 4,000 characters. Please shorten it.")
        raise Invalid(sentence, fields={"note": sentence})


def items_of(baseline: Baseline) -> list[Item]:
    """Return what a baseline holds, by number."""
    return [Item(*row) for row in baseline.items]


def list_baselines(project_id: int) -> Sequence[Baseline]:
    """Return a project's baselines without what they hold, newest first."""
    statement = sa.select(Baseline).where(Baseline.project_id == project_id).options(defer(Baseline.items))
    return db.session.scalars(statement.order_by(Baseline.number.desc())).all()


def get_baseline(project_id: int, number: int) -> Baseline:
    """Return a baseline by its number; refuse (NotFound) one that is not there."""
    found = db.session.scalar(sa.select(Baseline).where(Baseline.project_id == project_id, Baseline.number == number))
    if found is None:
        raise NotFound
    return found


def difference(before: Sequence[Item], after: Sequence[Item]) -> list[Change]:
    """Return what came, went and changed its text between two moments, by number."""
    old, new = _by_number(before), _by_number(after)
    changes = [Change(old.get(number), new.get(number)) for number in sorted(old.keys() | new.keys())]
    return [one for one in changes if _text(one.before) != _text(one.after)]


def _by_number(items: Sequence[Item]) -> Mapping[int, Item]:
    return {item.number: item for item in items}


def _text(item: Item | None) -> str:
    return item.text_hash if item else ""
