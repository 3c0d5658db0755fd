"""Own criteria, such as "Users were trained": answered yes or no by the named side, each answer a row that stays."""

from collections.abc import Sequence

import sqlalchemy as sa
from flask_babel import gettext as _
from sqlalchemy.orm import joinedload

from uatapp.criteria import events, rules, sets
from uatapp.criteria.models import CriteriaProgress, CriteriaVersion, CriterionAnswer, CriterionEvidence
from uatapp.criteria.rules import Criterion
from uatapp.criteria.service import lock, speaks_for
from uatapp.criteria.states import SetState
from uatapp.evidence.models import Evidence
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed, NotFound
from uatapp.kernel.permissions import Side
from uatapp.kernel.uow import record
from uatapp.projects.models import Project

LONGEST_REMARK = 4000


def find_own(project: Project, code: str) -> Criterion | None:
    """Return an own criterion that counts in the project or in one of its cycles."""
    statement = (
        sa.select(CriteriaVersion)
        .join(CriteriaProgress, CriteriaProgress.version_id == CriteriaVersion.id)
        .where(CriteriaVersion.project_id == project.id, CriteriaProgress.state == SetState.AGREED)
    )
    rows = (row for version in db.session.scalars(statement) for row in sets.rows_of(version, project))
    return next((row for row in rows if row.code == code and row.kind is rules.Kind.OWN), None)


def why_not_answer(project: Project, row: Criterion, by: Actor) -> str | None:
    """Say why this person may not answer an own criterion."""
    if speaks_for(project.id, by) == row.side:
        return None
    if row.side == Side.CUSTOMER:
        return str(_("A project manager of the customer answers this."))
    return str(_("A project manager of the partner answers this."))


def require(project: Project, code: str, by: Actor) -> Criterion:
    """Return an own criterion that this person may answer; refuse another, and others."""
    row = find_own(project, code)
    if row is None:
        raise NotFound
    if refusal := why_not_answer(project, row, by):
        raise NotAllowed(refusal)
    return row


def answer(
    project: Project, code: str, yes: bool | None, remark: str, *, by: Actor, files: Sequence[Evidence] = ()
) -> CriterionAnswer:
    """Answer an own criterion; earlier answers stay. Refuses the other side's people, and no answer."""
    row = require(project, code, by)
    if yes is None:
        raise Invalid(_("Choose yes or no."), fields={"answer": _("Choose yes or no.")})
    if len(remark.strip()) > LONGEST_REMARK:
        sentence = _("Use at most %(n)s characters.", n=LONGEST_REMARK)
        raise Invalid(sentence, fields={"remark": sentence})
    lock(project)
    newest = sa.select(sa.func.max(CriterionAnswer.number)).where(CriterionAnswer.project_id == project.id)
    number = 1 + (db.session.scalar(newest) or 0)
    given = CriterionAnswer(
        project_id=project.id,
        number=number,
        reference=f"{project.key} answer {number}",
        code=code,
        question=row.text,
        side=Side(row.side),
        yes=yes,
        remark=remark.strip(),
        by_uid=by.uid,
        by_name=by.name,
    )
    db.session.add(given)
    db.session.flush()
    links = _links(given, files)
    db.session.add_all(links)
    told = events.CriterionAnswered(
        project_id=project.id,
        subject=given.reference,
        by=by,
        side=row.side,
        answer="yes" if yes else "no",
        files=len(links),
        remark=given.remark,
    )
    record(told, given, *links)
    return given


def _links(given: CriterionAnswer, files: Sequence[Evidence]) -> list[CriterionEvidence]:
    return [
        CriterionEvidence(
            project_id=given.project_id,
            answer_id=given.id,
            answer_reference=given.reference,
            evidence_id=file.id,
            evidence_token=file.token,
        )
        for file in files
    ]


def history(project_id: int, code: str) -> Sequence[tuple[CriterionAnswer, Sequence[Evidence]]]:
    """Return the answers to an own criterion with their files, the newest first."""
    where = (CriterionAnswer.project_id == project_id, CriterionAnswer.code == code)
    answers = db.session.scalars(sa.select(CriterionAnswer).where(*where).order_by(CriterionAnswer.number.desc())).all()
    statement = sa.select(CriterionEvidence).where(CriterionEvidence.answer_id.in_([row.id for row in answers]))
    links = db.session.scalars(statement.options(joinedload(CriterionEvidence.evidence))).all()
    return [(row, [link.evidence for link in links if link.answer_id == row.id]) for row in answers]


def find_file(project_id: int, number: int, token: str) -> Evidence | None:
    """Return a file that came with an answer of the project."""
    statement = (
        sa.select(Evidence)
        .join(CriterionEvidence, CriterionEvidence.evidence_id == Evidence.id)
        .join(CriterionAnswer, CriterionAnswer.id == CriterionEvidence.answer_id)
        .where(CriterionAnswer.project_id == project_id, CriterionAnswer.number == number, Evidence.token == token)
    )
    return db.session.scalar(statement)
