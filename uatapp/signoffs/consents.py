"""Agreeing to sign electronically: once for each version of the words, kept verbatim."""

from collections.abc import Collection

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts.models import User
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid
from uatapp.kernel.uow import record
from uatapp.signoffs import events, statements
from uatapp.signoffs.models import Consent


def find(user_id: int | None) -> Consent | None:
    """Return a person's agreement to the words of today."""
    where = (Consent.user_id == user_id, Consent.version == statements.CONSENT_VERSION)
    return db.session.scalar(sa.select(Consent).where(*where))


def newest_of(uids: Collection[str]) -> dict[str, Consent]:
    """Return the newest agreement of each of some people, by their public identity."""
    statement = sa.select(Consent).where(Consent.uid.in_(uids)).order_by(Consent.id)
    return {row.uid: row for row in db.session.scalars(statement)}


def agree(by: Actor) -> Consent:
    """Write down that a person agrees to sign electronically; a second time changes nothing."""
    if present := find(by.user_id):
        return present
    user = db.session.get_one(User, by.user_id)
    text, version = statements.consent(), statements.CONSENT_VERSION
    row = Consent(user_id=user.id, uid=user.uid, name=user.name, version=version, text=text, at=clock.now())
    db.session.add(row)
    db.session.flush()
    record(events.ConsentGiven(project_id=None, subject=user.uid, by=by, name=user.name, version=version), row)
    return row


def check(agreed: bool, *, by: Actor) -> None:
    """Note the agreement given with this signature; refuse somebody who has never agreed and does not now."""
    if find(by.user_id) is not None:
        return
    if not agreed:
        sentence = _("Tick that you agree to sign electronically. You are asked once.")
        raise Invalid(sentence, fields={"consent": sentence})
    agree(by)
