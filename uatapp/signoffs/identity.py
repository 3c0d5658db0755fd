"""Who signs, and what exactly: password, code, one-time number and frozen hash, each refused attempt told."""

import secrets
from datetime import timedelta
from typing import NoReturn

import sqlalchemy as sa
from flask import g
from flask_babel import gettext as _

from uatapp.accounts import factors, guessing
from uatapp.accounts import queries as people
from uatapp.accounts.factors import Claim, Judged
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
from uatapp.signoffs.models import SignatureProof, SigningNonce, Signoff, Snapshot
from uatapp.signoffs.states import Means

NONCE_LIVES = timedelta(hours=12)
CLOCK_BEHIND = timedelta(seconds=120)


def issue_nonce(project: Project, signoff: Signoff, *, by: Actor) -> str:
    """Return a fresh one-time number for this person's signing form."""
    row = SigningNonce(project_id=project.id, signoff_id=signoff.id, user_id=by.user_id)
    row.nonce = secrets.token_urlsafe(24)
    db.session.add(row)
    return row.nonce


def prove_identity(project: Project, number: int, password: str, code: str = "", *, by: Actor) -> None:
    """Check password and code anew, always both, before anything is signed. Wrong ones are counted, slowed and told.

    The next unit of work takes the code, once, and is undone with it. Refuses whoever must have a second step
    and has none.
    """
    if factors.lacks(by):
        raise Denied("second step", lacks_second_step())
    tries = guessing.attempt("sign", by.uid)
    means, claim = _proved(project, number, password, code, tries, by)
    guessing.succeeded("sign", by.uid)
    g.identity_proved = (by.uid, project.id, number, means, claim.factor_id if claim else None)
    g.identity_claim = (claim, by) if claim else None


def _proved(
    project: Project, number: int, password: str, code: str, tries: int, by: Actor
) -> tuple[Means, Claim | None]:
    user = db.session.get_one(User, by.user_id)
    if people.find_factor(user.id) is None:
        if not is_password(user, password):
            _refuse(project, number, user, "password", _("This is not your password. Nothing was signed."), tries, by)
        return Means.PASSWORD, None
    judged, claim = factors.recognise(user, password, code)
    if judged is Judged.USED:
        guessing.succeeded("sign", by.uid)
        deny(project, number, "used code", by=by)
        raise Invalid(factors.used_code(), fields={"code": factors.used_code()})
    if judged is Judged.WRONG:
        sentence = _("This password and this code do not fit. Nothing was signed. Enter both again.")
        _refuse(project, number, user, "password or code", sentence, tries, by)
    return (Means.RECOVERY_CODE if judged is Judged.RECOVERY_CODE else Means.CODE), claim


def take_code() -> None:
    """At the start of the unit of work after `prove_identity`: take its code, or refuse because another took it."""
    claim, by = g.pop("identity_claim", None) or (None, None)
    if claim is None or by is None:
        return
    if not factors.take(claim, db.session.get_one(User, by.user_id), by=by):
        if people.find_factor(by.user_id) is None:
            raise Denied("second step", lacks_second_step())
        raise Invalid(factors.used_code(), fields={"code": factors.used_code()})


def _refuse(project: Project, number: int, user: User, why: str, sentence: str, tries: int, by: Actor) -> NoReturn:
    deny(project, number, why, by=by)
    factors.tell_tries(user, "signing", tries)
    raise Invalid(sentence, fields={"password": sentence})


def lacks_second_step() -> str:
    """Say why somebody cannot sign yet."""
    return str(_("Set up your second step first, a code from your phone. It takes two minutes; then you can sign."))


def proof_of(project: Project, signoff: Signoff, by: Actor) -> list[SignatureProof]:
    """Return the row that says how this person proved who they are in this very request, for this very sign-off.

    Refuses when the second step that it was proved with is gone by now.
    """
    proved = g.pop("identity_proved", None)
    if proved is None or proved[:3] != (by.uid, project.id, signoff.number):
        return []
    if proved[4] is not None:
        present = people.find_factor(by.user_id or 0, lock=True)
        if present is None or present.id != proved[4]:
            raise Denied("second step", lacks_second_step())
    reference = written(project.key, Kind.SIGNOFF, signoff.number)
    row = SignatureProof(project_id=project.id, signoff_id=signoff.id, signoff_reference=reference, signer_uid=by.uid)
    row.means = proved[3]
    return [row]


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
    use_nonce(signoff, nonce, by)
    return snapshot


def use_nonce(signoff: Signoff, nonce: str, by: Actor) -> None:
    """Use a one-time number up; refuse one that was used, is too old, or was given to somebody else."""
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
