"""What can happen to a person's second step: set up, moved to another phone, removed, reset; and its codes taken, once each."""

from dataclasses import dataclass
from enum import StrEnum

import sqlalchemy as sa
from flask import current_app
from flask_babel import gettext as _
from sqlalchemy.dialects import postgresql, sqlite

from uatapp.accounts import codes, guessing, invitations, queries, rules, service, sessions
from uatapp.accounts.events import (
    RecoveryCodesMade,
    RecoveryCodeUsed,
    SecondFactorRemoved,
    SecondFactorReset,
    SecondFactorSetUp,
    TriesTold,
)
from uatapp.accounts.models import CodeUse, RecoveryCode, SecondFactor, User
from uatapp.jobs.service import send_mail
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, Refused
from uatapp.kernel.uow import record, unit_of_work
from uatapp.web.links import absolute


class Judged(StrEnum):
    """What became of a password and a code."""

    WRONG = "wrong"
    USED = "used"
    CODE = "code"
    RECOVERY_CODE = "recovery_code"


KEPT_USES = 40  # steps; longer than any code counts


@dataclass(frozen=True, slots=True)
class Claim:
    """A code that was recognised and is not taken yet: a step of the app, or a recovery code's hash."""

    factor_id: int
    secret: str
    step: int = 0
    recovery_hash: str = ""


def must_have(actor: Actor) -> bool:
    """Say whether this person must have a second step here."""
    may_sign = any(standing.may_sign for standing in actor.standings.values())
    needed = current_app.config["UATAPP"].second_factor
    return rules.must_have_second_factor(needed, is_admin=actor.is_admin, may_sign=may_sign)


def lacks(actor: Actor) -> bool:
    """Say whether this person must have a second step and has none."""
    return must_have(actor) and actor.user_id is not None and queries.find_factor(actor.user_id) is None


def find_claim(user_id: int, code: str) -> Claim | None:
    """Recognise a code, without taking it. It takes a moment, so never while a change holds its lock."""
    factor, given = queries.find_factor(user_id), codes.typed(code)
    if factor is None:
        return None
    if codes.is_recovery(given):
        return Claim(factor.id, factor.secret, recovery_hash=codes.hash_of(given, factor.salt))
    step = codes.step_of(factor.secret, given, clock.now())
    return Claim(factor.id, factor.secret, step) if step is not None else None


def take(claim: Claim, user: User, *, by: Actor) -> bool:
    """Take a recognised code in the open unit of work; False when it was used, or the second step is another by now."""
    # the person before the second step, in the order in which a reset locks them
    db.session.execute(sa.select(User.id).where(User.id == user.id).with_for_update(read=True, key_share=True))
    factor = queries.find_factor(user.id, lock=True)
    if factor is None or (factor.id, factor.secret) != (claim.factor_id, claim.secret):
        return False
    return _take_recovery(claim, user, by) if claim.recovery_hash else _take_step(claim)


def _take_step(claim: Claim) -> bool:
    old = (CodeUse.factor_id == claim.factor_id, CodeUse.step < claim.step - KEPT_USES)
    db.session.execute(sa.delete(CodeUse).where(*old))
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    row = {"factor_id": claim.factor_id, "step": claim.step, "at": clock.now()}
    statement = dialect.insert(CodeUse).values(row).on_conflict_do_nothing(index_elements=["factor_id", "step"])
    return db.session.scalar(statement.returning(CodeUse.id)) is not None


def _take_recovery(claim: Claim, user: User, by: Actor) -> bool:
    where = (RecoveryCode.factor_id == claim.factor_id, RecoveryCode.used_at.is_(None))
    free = list(db.session.scalars(sa.select(RecoveryCode).where(*where).with_for_update()))
    row = next((row for row in free if row.code_hash == claim.recovery_hash), None)
    if row is None:
        return False
    row.used_at, left = clock.now(), len(free) - 1
    told = RecoveryCodeUsed(project_id=None, subject=user.uid, by=by, name=user.name, left=left)
    record(told, row)
    link = absolute("account.show", _anchor="second-step")
    send_mail(user.email, _("A recovery code of yours was used"), "recovery_used", name=user.name, left=left, link=link)
    return True


def set_up(user: User, secret: str, code: str, recovery: codes.Recovery, *, by: Actor) -> None:
    """Keep the secret of an app that has just shown a right code; an earlier one stops counting. Refuses a wrong code."""
    step = check_first(secret, code)
    earlier = _forget(user)
    row = SecondFactor(user_id=user.id, secret=secret, salt=recovery.salt)
    db.session.add(row)
    db.session.flush()
    db.session.add(CodeUse(factor_id=row.id, step=step))
    kept = _keep(row, recovery)
    how = "moved" if earlier else "new"
    told = SecondFactorSetUp(project_id=None, subject=user.uid, by=by, name=user.name, how=how)
    record(told, row, *kept, SecondFactor, RecoveryCode)
    subject = _("Your second step was moved") if earlier else _("Your second step is set up")
    _mail(user, subject, "factor_set_up", moved=earlier)


def check_first(secret: str, code: str) -> int:
    """Return the step of the first code that a new app shows. Refuses (Invalid) a wrong one."""
    step = codes.step_of(secret, codes.typed(code), clock.now())
    if step is None:
        raise Invalid(wrong_code(), fields={"code": wrong_code()})
    return step


def wrong_code() -> str:
    """Say that a code is wrong, and what mostly helps."""
    return str(
        _(
            "This code is not right. Enter the six digits that your app shows now. If that fails again, see whether "
            "your phone sets its time by itself."
        )
    )


def _forget(user: User) -> bool:
    """Delete a person's second step with all its codes, in the open unit of work; say whether there was one."""
    db.session.execute(sa.select(User.id).where(User.id == user.id).with_for_update())
    factor_id = db.session.scalar(sa.select(SecondFactor.id).where(SecondFactor.user_id == user.id).with_for_update())
    if factor_id is None:
        return False
    for table in (CodeUse, RecoveryCode):
        db.session.execute(sa.delete(table).where(table.factor_id == factor_id))
    db.session.execute(sa.delete(SecondFactor).where(SecondFactor.id == factor_id))
    return True


def _keep(row: SecondFactor, recovery: codes.Recovery) -> list[RecoveryCode]:
    kept = [RecoveryCode(factor_id=row.id, code_hash=code_hash) for code_hash in recovery.hashes]
    db.session.add_all(kept)
    return kept


def renew_recovery(user: User, recovery: codes.Recovery, *, by: Actor) -> None:
    """Replace a person's recovery codes. Refuses where there is no second step."""
    row = queries.find_factor(user.id, lock=True)
    if row is None:
        raise Refused(_("You have no second step yet. Set it up first; recovery codes come with it."))
    db.session.execute(sa.delete(RecoveryCode).where(RecoveryCode.factor_id == row.id))
    row.salt = recovery.salt
    kept = _keep(row, recovery)
    told = RecoveryCodesMade(project_id=None, subject=user.uid, by=by, count=len(kept))
    record(told, row, *kept, RecoveryCode)
    _mail(user, _("You have new recovery codes"), "recovery_made")


def remove(user: User, *, by: Actor) -> None:
    """Remove one's own second step. Refuses whoever must have one."""
    if must_have(by):
        raise Refused(why_kept(by))
    if _forget(user):
        told = SecondFactorRemoved(project_id=None, subject=user.uid, by=by)
        record(told, SecondFactor, RecoveryCode)
        _mail(user, _("Your second step was removed"), "factor_removed")


def why_kept(actor: Actor) -> str:
    """Say why this person cannot do without a second step, and what they can do."""
    if actor.is_admin:
        why = _("Administrators need a second step, so it cannot be removed.")
    elif any(standing.may_sign for standing in actor.standings.values()):
        why = _("You may sign for your organisation, so the second step cannot be removed.")
    else:
        why = _("Everybody here needs a second step, so it cannot be removed.")
    return str(why) + " " + str(_("You can move it to another phone."))


def reset(user: User, *, by: Actor) -> str:
    """Take a lost second step away: all sessions end, and a mailed link leads to a new password, as at the beginning.

    Returns the link, for those who run the installation. Refuses oneself, and a person who has none.
    """
    if user.id == by.user_id:
        raise Refused(
            _("You cannot reset your own second step here. Use “Your account”, or ask another administrator.")
        )
    if not user.active or not _forget(user):
        raise Refused(_("%(name)s has no second step.", name=user.name))
    user.password, user.fs_uniquifier = None, queries.fresh_uniquifier()
    sessions.end_all(user)
    told = SecondFactorReset(project_id=None, subject=user.uid, by=by, name=user.name)
    record(told, user, SecondFactor, RecoveryCode)
    link = invitations.fresh_link(user, by=by, how="mail")
    _mail(user, _("Your second step was reset"), "factor_reset", by=by.name, link=link)
    return link


def _mail(user: User, subject: str, template: str, **more: object) -> None:
    given = {"link": absolute("account.show", _anchor="second-step"), **more}
    send_mail(user.email, str(subject), template, name=user.name, **given)


def recognise(user: User, password: str | None, code: str) -> tuple[Judged, Claim | None]:
    """Check password and code, always both; None: the password was right before. Nothing is taken yet."""
    claim = find_claim(user.id, code)
    right = password is None or service.is_password(user, password)
    if claim is None or not right:
        return Judged.WRONG, None
    if not queries.is_code_free(claim.factor_id, claim.step, claim.recovery_hash):
        return (Judged.WRONG if claim.recovery_hash else Judged.USED), None
    return (Judged.RECOVERY_CODE if claim.recovery_hash else Judged.CODE), claim


def judge(user: User, password: str | None, code: str, *, by: Actor) -> Judged:
    """Check password and code, always both, and take the code in a unit of work of its own when both are right."""
    judged, claim = recognise(user, password, code)
    if claim is None:
        return judged
    with unit_of_work(by):
        if take(claim, user, by=by):
            return judged
    return Judged.WRONG if claim.recovery_hash else Judged.USED


def used_code() -> str:
    """Say that a code counts once, and what to do."""
    return str(_("This code was used a moment ago, and each works once. Wait until your app shows the next one."))


def prove(user: User, password: str, code: str, *, by: Actor) -> None:
    """Check password and code before a change to the second step itself. Refuses (Invalid) without saying which is wrong."""
    tries = guessing.attempt("account", user.uid)
    judged = judge(user, password, code, by=by)
    if judged is Judged.WRONG:
        tell_tries(user, "account", tries)
        sentence = str(_("This password and this code do not fit. Enter both again; a code can be used once."))
        raise Invalid(sentence, fields={"password": sentence})
    guessing.succeeded("account", user.uid)
    if judged is Judged.USED:
        raise Invalid(used_code(), fields={"proof": used_code()})


def prove_password(user: User, password: str) -> None:
    """Check the password before a first second step is set up in a session that is not fresh. Refuses (Invalid)."""
    tries = guessing.attempt("account", user.uid)
    if not service.is_password(user, password):
        tell_tries(user, "account", tries)
        sentence = str(_("This is not your password."))
        raise Invalid(sentence, fields={"password": sentence})
    guessing.succeeded("account", user.uid)


def tell_tries(user: User, where: str, tries: int) -> None:
    """After so many wrong tries tell the person and the administrators, in a unit of work of its own."""
    if not rules.is_time_to_tell(tries):
        return
    with unit_of_work(SYSTEM):
        record(TriesTold(project_id=None, subject=user.uid, by=SYSTEM, name=user.name, where=where, count=tries))
        _mail(user, _("Somebody tries to guess your code"), "tries", where=where, count=tries)
        for admin in queries.list_administrators():
            if admin.id != user.id:
                subject = _("Wrong tries in the name of %(name)s", name=user.name[:100])
                link = absolute("administration.users")
                given = {"who": user.name, "where": where, "count": tries, "link": link}
                send_mail(admin.email, str(subject), "tries_admin", name=admin.name, **given)
