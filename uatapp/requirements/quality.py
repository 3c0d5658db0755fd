"""The quality of a project's requirements: what could be better in every document, worst first; rules switched off."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

import sqlalchemy as sa

from uatapp.gherkin.decode import decode
from uatapp.gherkin.lint import RULES, Finding, Severity, lint
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.requirements.events import QualityRuleSwitched
from uatapp.requirements.models import Document, DocumentVersion, Requirement, RuleOff
from uatapp.requirements.states import RequirementState

NAME_TWICE = "name-twice"
SWITCHABLE = (*(rule.id for rule in RULES), NAME_TWICE)
_KEPT, _AT_ONCE = 4096, 100


@dataclass(frozen=True, slots=True)
class Quality:
    """One document with what could be better in it."""

    document_id: int
    path: str
    title: str
    findings: Sequence[Finding]

    @property
    def counts(self) -> Mapping[Severity, int]:
        return Counter(finding.severity for finding in self.findings)


@dataclass(frozen=True, slots=True)
class Twice:
    """A name that several requirements of the project have."""

    name: str
    numbers: Sequence[int]


def switched_off(project_id: int) -> frozenset[str]:
    """Return the rules that do not count in a project."""
    return frozenset(db.session.scalars(sa.select(RuleOff.rule).where(RuleOff.project_id == project_id)))


def switch(project: Project, rule: str, *, on: bool, by: Actor) -> None:
    """Let a rule count in a project, or not. Refuses an unknown rule (NotFound); what is so already changes nothing."""
    by.require(Permission.PROJECT_SET_UP, project.id)
    if rule not in SWITCHABLE:
        raise NotFound
    row = db.session.scalar(sa.select(RuleOff).where(RuleOff.project_id == project.id, RuleOff.rule == rule))
    if on is (row is None):
        return
    changed = row or RuleOff(project_id=project.id, rule=rule)
    if row is None:
        db.session.add(changed)
    else:
        db.session.delete(row)
    told = QualityRuleSwitched(project_id=project.id, subject=project.key, by=by, rule=rule, now="on" if on else "off")
    record(told, changed)


def look(project_id: int, off: Collection[str]) -> list[Quality]:
    """Return the documents in which something could be better, worst first."""
    newest = (DocumentVersion.document_id == Document.id) & (DocumentVersion.number == Document.version_number)
    columns = (Document.id, Document.path, Document.title, DocumentVersion.sha256)
    statement = sa.select(*columns).join(DocumentVersion, newest).where(Document.project_id == project_id)
    rows = db.session.execute(statement).tuples().all()
    found, seen = [], _findings(project_id, {sha256 for *_row, sha256 in rows})
    for document_id, path, title, sha256 in rows:
        kept = [one for one in seen[sha256] if one.rule not in off]
        if kept:
            found.append(Quality(document_id, path, title or path, kept))
    return _worst_first(found)


def of_rule(every: Collection[Quality], rule: str) -> list[Quality]:
    """Return what is left of some documents for one rule, worst first."""
    left = [replace(one, findings=[row for row in one.findings if row.rule == rule]) for one in every]
    return _worst_first([one for one in left if one.findings])


def _worst_first(rows: Collection[Quality]) -> list[Quality]:
    return sorted(rows, key=lambda one: (*(-one.counts.get(severity, 0) for severity in Severity), one.path))


# what was found in a text, by its hash: the same text has the same findings, whoever looks
_LOOKED_AT: dict[str, tuple[Finding, ...]] = {}


def _findings(project_id: int, hashes: Collection[str]) -> Mapping[str, tuple[Finding, ...]]:
    """Return the findings of some texts by their hashes, and remember those of the last few thousand."""
    found = {sha256: _LOOKED_AT[sha256] for sha256 in hashes if sha256 in _LOOKED_AT}
    where = (DocumentVersion.project_id == project_id, DocumentVersion.sha256.in_(set(hashes) - found.keys()))
    statement = sa.select(DocumentVersion.sha256, DocumentVersion.content).where(*where)
    for sha256, content in db.session.execute(statement.execution_options(yield_per=_AT_ONCE)):
        found[sha256] = found.get(sha256) or tuple(lint(decode(content)))
    _LOOKED_AT.update(found)
    for sha256 in list(_LOOKED_AT)[:-_KEPT]:
        _LOOKED_AT.pop(sha256, None)
    return found


def count(rows: Collection[Quality], rule: str) -> int:
    """Count the findings of one rule."""
    return sum(one.rule == rule for row in rows for one in row.findings)


def names_twice(project_id: int, off: Collection[str]) -> list[Twice]:
    """Return the names that several requirements have, in any documents."""
    if NAME_TWICE in off:
        return []
    where = (Requirement.project_id == project_id, Requirement.state == RequirementState.ACTIVE, Requirement.name != "")
    rows = db.session.execute(
        sa.select(Requirement.name, Requirement.number).where(*where).order_by(Requirement.number)
    )
    found: dict[str, list[tuple[str, int]]] = {}
    for name, number in rows:
        found.setdefault(" ".join(name.split()).casefold(), []).append((name, number))
    several = [rows for rows in found.values() if len(rows) > 1]
    several.sort(key=lambda rows: (-len(rows), rows[0][0]))
    return [Twice(rows[0][0], [number for _name, number in rows]) for rows in several]
