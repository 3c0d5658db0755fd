"""Who signs, and what exactly: password, one-time number and frozen hash, each refused attempt told."""

import secrets
from datetime import timedelta

import sqlalchemy as sa
from flask_babel import gettext as _

from uatapp.accounts import guessing
from uatapp.accounts.models import User
from uatapp.accounts.service import is_password
from uatapp.audit import queries as audit
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotAllowed
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.models import Project
from uatapp.signoffs import events, freeze, queries
from uatapp.signoffs.models import SigningNonce, Signoff, Snapshot

NONCE_LIVES = timedelta(hours=12)
CLOCK_BEHIND = timedelta(seconds=120)


def issue_nonce(project: Project, signoff: Signoff, *, by: Actor) -> str:
    """Return a fresh one-time number for this person's signing form."""
    row = SigningNonce(project_id=project.id, signoff_id=signoff.id, user_id=by.user_id)
    row.nonce = secrets.token_urlsafe(24)
    db.session.add(row)
    return row.nonce


def prove_identity(project: Project, number: int, password: str, *, by: Actor) -> None:
    """Check the password anew, before anything is signed. A wrong one is counted and told, whatever follows."""
    guessing.check("sign", by.uid)
    user = db.session.get_one(User, by.user_id)
    if is_password(user, password):
        guessing.succeeded("sign", by.uid)
        return
    guessing.failed("sign", by.uid)
    deny(project, number, "password", by=by)
    sentence = _("This is not your password. Nothing was signed.")
    raise Invalid(sentence, fields={"password": sentence})


def deny(project: Project, number: int, why: str, *, by: Actor) -> None:
    """Tell a refused attempt to sign in a unit of work of its own."""
    subject = written(project.key, Kind.SIGNOFF, number)
    with unit_of_work(by):
        record(events.SigningDenied(project_id=project.id, subject=subject, by=by, why=why))


class Denied(NotAllowed):
    """A signing that was refused for a reason the audit trail names by a code."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


def check_clock(project: Project) -> None:
    """Refuse while the clock is well behind the newest audit entry: a signature's time must be believable."""
    head = audit.find_head(project.key)
    if head is not None and clock.now() < head.at - CLOCK_BEHIND:
        raise Denied("clock", _("The server’s clock is behind, so nothing was signed. Please tell your IT staff."))


def check_bound(signoff: Signoff, seen_sha256: str, nonce: str, by: Actor) -> Snapshot:
    """Return the frozen scope that was seen; refuse another one, and a number that was used or is too old."""
    snapshot = queries.get_snapshot(signoff.id)
    if seen_sha256 != snapshot.sha256 or freeze.fingerprint(snapshot.document) != snapshot.sha256:
        raise Denied("hash", _("What you saw is not what is stored. Open the page again; nothing was signed."))
    where = (
        SigningNonce.nonce == nonce,
        SigningNonce.signoff_id == signoff.id,
        SigningNonce.user_id == by.user_id,
        SigningNonce.used_at.is_(None),
        SigningNonce.created_at > clock.now() - NONCE_LIVES,
    )
    used = sa.update(SigningNonce).where(*where).values(used_at=clock.now()).returning(SigningNonce.id)
    if db.session.execute(used).first() is None:
        raise Denied("nonce", _("This page was used or is too old. Open it again; nothing was signed."))
    return snapshot
