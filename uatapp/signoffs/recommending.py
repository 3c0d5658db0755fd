"""A project manager's recommendation to the sponsors, and the newest of each side."""

from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed
from uatapp.kernel.permissions import Permission
from uatapp.kernel.uow import record
from uatapp.projects.models import Project
from uatapp.signoffs import events, rules
from uatapp.signoffs.models import Recommendation
from uatapp.signoffs.states import Stance


def recommend(project: Project, stance: Stance, text: str, *, by: Actor) -> Recommendation:
    """Say what the own side's project manager recommends. Refuses others, and a reservation without words."""
    standing = by.standing(project.id)
    if standing is None or not by.may(Permission.SIGNOFF_REQUEST, project.id):
        raise NotAllowed(_("Only the project managers recommend."))
    text = text.strip()
    if len(text) > rules.LONGEST or (stance is not Stance.ACCEPT and not text):
        sentence = _("Say why, in 1 to %(n)s characters. The sponsors read it.", n=rules.LONGEST)
        raise Invalid(sentence, fields={"text": sentence})
    number = _count(project.id) + 1
    row = Recommendation(
        project_id=project.id,
        number=number,
        reference=f"{project.key} recommendation {number}",
        side=standing.side,
        stance=stance,
        text=text,
        by_uid=by.uid,
        by_name=by.name,
        at=clock.now(),
    )
    db.session.add(row)
    told = events.RecommendationGiven(
        project_id=project.id, subject=row.reference, by=by, stance=stance.value, text=text
    )
    record(told, row)
    return row


def _count(project_id: int) -> int:
    # held, so that two who recommend at once get numbers one after the other
    db.session.execute(sa.select(Project.id).where(Project.id == project_id).with_for_update(key_share=True))
    statement = sa.select(sa.func.count(Recommendation.id)).where(Recommendation.project_id == project_id)
    return db.session.scalar(statement) or 0


def newest(project_id: int) -> list[Recommendation]:
    """Return the newest recommendation of each side, the customer's first."""
    last = sa.select(sa.func.max(Recommendation.id)).where(Recommendation.project_id == project_id)
    statement = sa.select(Recommendation).where(Recommendation.id.in_(last.group_by(Recommendation.side)))
    return sorted(db.session.scalars(statement), key=lambda row: row.side.value)


def frozen(project_id: int) -> list[dict[str, Any]]:
    """Return the newest recommendations as a request freezes them."""
    return [
        {
            "name": row.by_name,
            "side": row.side.value,
            "stance": row.stance.value,
            "text": row.text,
            "at": clock.iso(row.at),
        }
        for row in newest(project_id)
    ]
