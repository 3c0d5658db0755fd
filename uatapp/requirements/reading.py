"""Reads for the pages about requirements: steps under their headings, old beside new, counts, who decides."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.gherkin.canonical import step_lines
from uatapp.gherkin.comparing import Change, Comparison, compare
from uatapp.gherkin.model import Step, StepKind
from uatapp.gherkin.render import headed_runs
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.permissions import Permission
from uatapp.projects.models import Project
from uatapp.requirements import queries, rules
from uatapp.requirements.content import steps_of, told_of
from uatapp.requirements.instances import Instance, instances_of
from uatapp.requirements.models import Document, Requirement, RequirementVersion, RequirementVersionState
from uatapp.requirements.states import RequirementState, VersionState


@dataclass(frozen=True, slots=True)
class ShownStep:
    """One step as a page shows it; *Before you start* has no numbers."""

    text: str
    table: Sequence[Sequence[str]] | None
    doc_string: str | None
    number: int | None


@dataclass(frozen=True, slots=True)
class ShownRun:
    """Steps under one heading."""

    kind: str
    steps: Sequence[ShownStep]


def shown(steps: Iterable[Step]) -> list[ShownRun]:
    """Put steps under their headings and number those that are done or seen."""
    found: list[ShownRun] = []
    number = 0
    for run in headed_runs(steps):
        lines = []
        for step in run.steps:
            number += run.kind is not StepKind.GIVEN
            told = number if run.kind is not StepKind.GIVEN else None
            lines.append(ShownStep(step.text, step.table, step.doc_string, told))
        found.append(ShownRun(run.kind.value, lines))
    return found


def shown_rows(rows: Iterable[Mapping[str, Any]]) -> list[ShownRun]:
    """Put stored steps under their headings."""
    return shown(steps_of(rows))


@dataclass(frozen=True, slots=True)
class Preview:
    """A requirement as its testers will see it: one of its tests, and the values of all."""

    name: str
    rule: str
    runs: Sequence[ShownRun]
    count: int
    header: Sequence[str] = ()
    rows: Sequence[Sequence[str]] = ()
    line: int = 0


SHOWN_ROWS = 50


def said_of(difference: Comparison) -> str:
    """Say in words what changed between two versions; "" where only what testers do not see did."""
    said = [_("The name changed")] if difference.is_renamed else []
    for part, word in (("steps", _("Steps")), ("background", _("Steps before it")), ("rows", _("Rows of values"))):
        counts = {change: difference.count(part, change) for change in (Change.CHANGED, Change.ADDED, Change.REMOVED)}
        told = [words(number) for change, words in _COUNTED.items() if (number := counts[change])]
        said += [f"{word}: {', '.join(told)}"] if told else []
    return "; ".join(said)


_COUNTED: Mapping[Change, Callable[[int], str]] = {
    Change.CHANGED: lambda n: str(_("%(n)s changed", n=n)),
    Change.ADDED: lambda n: str(_("%(n)s added", n=n)),
    Change.REMOVED: lambda n: str(_("%(n)s removed", n=n)),
}
STORIES = 30


def stories(versions: Sequence[tuple[RequirementVersion, RequirementVersionState]]) -> Mapping[int, str]:
    """Return, for the newest versions by their numbers, what each changed in the one before it; given newest first."""
    pairs = list(zip(versions, versions[1:], strict=False))[:STORIES]
    return {new.number: said_of(compare(told_of(old.content), told_of(new.content))) for (new, _s), (old, _t) in pairs}


def preview(content: Mapping[str, Any], name: str, line: int = 0) -> Preview:
    """Show stored content as its testers will see it; an outline by its first row."""
    made: Sequence[Instance] = instances_of(content)
    steps = made[0].steps if made else steps_of([*content["background"], *content["steps"]])
    block = content["examples"][0] if content["examples"] else {"header": [], "rows": []}
    same = [b for b in content["examples"] if b["header"] == block["header"]]
    rows = [row for b in same for row in b["rows"]][:SHOWN_ROWS]
    return Preview(name, content["rule"], shown(steps), len(made), block["header"], rows, line)


@dataclass(frozen=True, slots=True)
class Compared:
    """One line of "before" and "now"; what was put in has no old line, what was taken out no new one."""

    old: str
    new: str
    changed: bool


def compared(old: Iterable[Mapping[str, Any]], new: Iterable[Mapping[str, Any]]) -> list[Compared]:
    """Put old and new steps side by side, line by line."""
    return compared_lines(_lines(old), _lines(new))


def compared_lines(before: Sequence[str], after: Sequence[str]) -> list[Compared]:
    """Put two texts side by side, line by line."""
    found: list[Compared] = []
    for tag, a, b, c, d in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        here, there = before[a:b], after[c:d]
        for n in range(max(len(here), len(there))):
            one = here[n] if n < len(here) else ""
            other = there[n] if n < len(there) else ""
            found.append(Compared(one, other, tag != "equal"))
    return found


def _lines(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [line.strip() for step in steps_of(rows) for line in step_lines(step)]


def compared_content(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Compared]:
    """Compare two contents whole: Background, own steps and Examples."""
    return compared(_all(old), _all(new))


def _all(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    rows = [*content["background"], *content["steps"]]
    for block in content["examples"]:
        table = [block["header"], *block["rows"]]
        step = {"kind": "given", "keyword": _("Values"), "text": block["name"], "table": table, "doc_string": None}
        rows.append(step)
    return rows


def counts_by_document(project_id: int, document_ids: Sequence[int] | None = None) -> dict[int, dict[str, int]]:
    """Count requirements by document (of all, or of these) and by where they stand, in one statement."""
    standing = queries.state_of_latest().label("standing")
    statement = (
        sa.select(Requirement.document_id, standing, sa.func.count())
        .join(RequirementVersion, queries.latest())
        .join(RequirementVersionState, RequirementVersionState.version_id == RequirementVersion.id)
        .where(Requirement.project_id == project_id)
        .group_by(Requirement.document_id, standing)
    )
    if document_ids is not None:
        statement = statement.where(Requirement.document_id.in_(document_ids))
    found: dict[int, dict[str, int]] = defaultdict(dict)
    for document_id, state, count in db.session.execute(statement):
        found[document_id][state] = count
    return found


def totals(counts: Mapping[int, Mapping[str, int]]) -> dict[str, int]:
    """Add up the documents' counts."""
    found: dict[str, int] = defaultdict(int)
    for standing, count in (pair for one in counts.values() for pair in one.items()):
        found[standing] += count
    return found


def author_of_change(requirement: Requirement, version: RequirementVersion) -> int | None:
    """Return whose change waits: who took the requirement out, or who wrote its newest version."""
    return requirement.removal_by_id if requirement.removal_asked else version.author_id


def count_mine(project: Project, actor: Actor) -> int:
    """Count what waits for just this person's approval: one statement, whatever waits."""
    if not actor.may(Permission.REQUIREMENTS_APPROVE, project.id):
        return 0
    people = queries.people(project.id)
    return sum(
        count
        for unit_id, author_id, count in db.session.execute(_waiting_by_author(project.id))
        if not rules.why_not_approve(actor.user_id, people, unit_id, author_id)
    )


def _waiting_by_author(project_id: int) -> sa.CompoundSelect[Any]:
    """Select unit, author and count of what waits: reviews and retirements, each found by an index of its own."""
    state, removal = RequirementVersionState, Requirement.removal_asked & (Requirement.state == RequirementState.ACTIVE)
    reviews = (
        sa.select(Document.unit_id, RequirementVersion.author_id, sa.func.count())
        .select_from(state)
        .join(RequirementVersion, RequirementVersion.id == state.version_id)
        .join(Requirement, queries.latest())
        .join(Document, Document.id == Requirement.document_id)
        .where(state.project_id == project_id, state.state == VersionState.IN_REVIEW, ~removal)
        .group_by(Document.unit_id, RequirementVersion.author_id)
    )
    removals = (
        sa.select(Document.unit_id, Requirement.removal_by_id, sa.func.count())
        .join(Document, Document.id == Requirement.document_id)
        .where(Requirement.project_id == project_id, removal)
        .group_by(Document.unit_id, Requirement.removal_by_id)
    )
    return sa.union_all(reviews, removals)


@dataclass(frozen=True, slots=True)
class Waiting:
    """One requirement that waits for approval, as its approver reads it."""

    requirement: Requirement
    version: RequirementVersion
    why_not: str
    preview: Preview
    lines: Sequence[Compared]

    @property
    def is_new(self) -> bool:
        return not self.requirement.approved_number


def list_waiting(project: Project, actor: Actor, rows: Sequence[Any]) -> list[Waiting]:
    """Complete a page of waiting requirements with what was agreed before and whether the viewer decides."""
    people = queries.people(project.id)
    agreed = queries.versions_numbered([(r.id, r.approved_number) for r, _v, _s in rows if r.approved_number])
    found = []
    for requirement, version, _state in rows:
        author_id = author_of_change(requirement, version)
        reasons = rules.why_not_approve(actor.user_id, people, requirement.document.unit_id, author_id)
        why_not = " ".join(_(reason) for reason in reasons)
        old = agreed.get(requirement.id)
        lines = compared_content(old.content, version.content) if old and old.id != version.id else []
        found.append(Waiting(requirement, version, why_not, preview(version.content, requirement.name), lines))
    return found


def who_approves(project: Project, document: Document, author_id: int | None) -> str:
    """Say who can approve, by name."""
    sentence: str = _(rules.named(rules.approvers(queries.people(project.id), document.unit_id, author_id)))
    return sentence


@dataclass(frozen=True, slots=True)
class Offer:
    """What the page offers to do with a requirement: now, or greyed with the reason."""

    action: str
    label: str
    why_not: str = ""
    needs_reason: bool = False


def offered(
    project: Project, requirement: Requirement, version: RequirementVersion, state: RequirementVersionState, by: Actor
) -> list[Offer]:
    """Return what can be done with a requirement now, and by whom."""
    if not requirement.removal_asked and state.state is VersionState.DRAFT:
        may = by.may(Permission.REQUIREMENTS_EDIT, project.id)
        return [Offer("send_for_review", _("Send for review"), "" if may else _("An analyst sends it for review."))]
    if not requirement.removal_asked and state.state is not VersionState.IN_REVIEW:
        return []
    author_id = author_of_change(requirement, version)
    people = queries.people(project.id)
    reasons = rules.why_not_approve(by.user_id, people, requirement.document.unit_id, author_id)
    why_not = " ".join(_(reason) for reason in reasons)
    if requirement.removal_asked:
        return [
            Offer("approve", _("Retire this requirement"), why_not),
            Offer("ask_for_changes", _("Keep this requirement"), why_not, needs_reason=True),
        ]
    return [
        Offer("approve", _("Approve this requirement"), why_not),
        Offer("ask_for_changes", _("Ask for changes"), why_not, needs_reason=True),
    ]


def search(
    project_id: int, words: str, *, unit_id: int | None, process_id: int | None, standing: str, document_id: int | None
) -> Any:
    """Select (Requirement, where it stands) by reference, by words of the name, by unit, process, state, document."""
    statement = queries.with_state(project_id).options(joinedload(Requirement.document))
    for word in words.split()[:8]:
        statement = statement.where(has_word(word))
    if unit_id:
        statement = statement.where(Document.unit_id == unit_id)
    if process_id:
        statement = statement.where(Document.process_id == process_id)
    if document_id:
        statement = statement.where(Requirement.document_id == document_id)
    if standing:
        statement = statement.where(queries.state_of_latest() == standing)
    return statement.order_by(Document.path, Requirement.position, Requirement.number)


def has_word(word: str) -> sa.ColumnElement[bool]:
    """Say in SQL whether a requirement's name, document or number (joined with Document) has a word."""
    escaped = word.lower().replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
    said: sa.ColumnElement[bool] = sa.func.lower(Requirement.name).like(f"%{escaped}%", escape="\\")
    said = sa.or_(said, sa.func.lower(Document.path).like(f"%{escaped}%", escape="\\"))
    digits = word.upper().rpartition("R")[2]
    if digits.isascii() and digits.isdigit() and len(digits) < 9:
        said = sa.or_(said, Requirement.number == int(digits))
    return said
