"""What can happen to people and organisations."""

import secrets
import unicodedata
from zoneinfo import available_timezones

import sqlalchemy as sa
from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_security import hash_password, verify_password

from uatapp.accounts import queries, rules, sessions
from uatapp.accounts.events import (
    AccessGiven,
    AccessStopped,
    AdministratorDismissed,
    AdministratorNamed,
    OrganisationAdded,
    PasswordSet,
    SessionEnded,
    SetUpLinkMade,
    UserAdded,
    UserChanged,
)
from uatapp.accounts.models import Invitation, Organisation, Purpose, User, UserSession
from uatapp.kernel import clock
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid, NotFound, Refused
from uatapp.kernel.uow import record, unit_of_work
from uatapp.web.links import absolute

LONGEST_NAME = 120
LOOKS = ("auto", "light", "dark")


def clean_name(name: str, field: str = "name") -> str:
    """Return a name without outer white space and without control or direction marks; refuse an empty or long one."""
    name = " ".join("".join(c for c in name if c.isspace() or unicodedata.category(c) not in ("Cc", "Cf")).split())
    if not name or len(name) > LONGEST_NAME:
        sentence = _("Enter a name of 1 to 120 characters. This one has %(n)s.", n=len(name))
        raise Invalid(sentence, fields={field: sentence})
    return name


def clean_email(email: str, field: str = "email") -> str:
    """Return an address in the one form in which it is compared; refuse what is none, and look-alike letters."""
    try:
        parsed = validate_email(email.strip(), check_deliverability=False, test_environment=True, allow_smtputf8=False)
    except EmailNotValidError as wrong:
        sentence = _("“%(email)s” is not a mail address.", email=email.strip()[:80])
        raise Invalid(sentence, fields={field: sentence}) from wrong
    return parsed.normalized.casefold()


def add_organisation(name: str, *, by: Actor) -> Organisation:
    """Add an organisation; return the present one when the name is taken."""
    name = clean_name(name)
    if present := queries.find_organisation(name):
        return present
    row = Organisation(name=name)
    db.session.add(row)
    record(OrganisationAdded(project_id=None, subject=name, by=by, name=name), row)
    db.session.flush()
    return row


def add_user(
    email: str,
    name: str,
    *,
    by: Actor,
    organisation: Organisation | None = None,
    is_admin: bool = False,
    job_title: str = "",
) -> User:
    """Add a person who cannot sign in yet. Refuses an address that is taken."""
    email = clean_email(email)
    if queries.find_user(email):
        sentence = _("There is already an account for %(email)s.", email=email)
        raise Invalid(sentence, fields={"email": sentence})
    user = User(email=email, name=clean_name(name), job_title=job_title[:LONGEST_NAME], is_admin=is_admin)
    user.organisation, user.active, user.fs_uniquifier = organisation, False, queries.fresh_uniquifier()
    db.session.add(user)
    db.session.flush()
    of = organisation.name if organisation else ""
    told = UserAdded(
        project_id=None, subject=user.uid, by=by, name=user.name, organisation=of, admin=is_admin, email=email
    )
    record(told, user)
    return user


def check_password(password: str, *, name: str, email: str, of: Organisation | None = None) -> None:
    """Refuse a password that is short, long, common, or made of the person's own name or organisation."""
    sentence = why_weak(password, name=name, email=email, of=of)
    if sentence:
        raise Invalid(sentence, fields={"password": sentence})


def why_weak(password: str, *, name: str, email: str, of: Organisation | None = None) -> str | None:
    """Say why a password is refused, None when it is good."""
    found = rules.why_weak(password, (name, email, of.name if of else ""))
    return _(found, shortest=rules.SHORTEST, longest=rules.LONGEST, n=len(password)) if found else None


def is_password(user: User, password: str) -> bool:
    """Say whether this is the person's password; takes about as long when they have none."""
    typed = rules.normalised(password[: rules.LONGEST * 2])
    if not user.password:
        hash_password(typed)
        return False
    return bool(verify_password(typed, user.password))


def set_password(user: User, password: str, *, how: str, by: Actor) -> None:
    """Set a password (argon2id) and let the person sign in; their other sessions end. Rules are checked by callers."""
    user.password, user.active = hash_password(rules.normalised(password)), True
    user.fs_uniquifier = queries.fresh_uniquifier()
    sessions.end_all(user)
    record(PasswordSet(project_id=None, subject=user.uid, by=by, how=how), user)


def change_profile(user: User, *, name: str, job_title: str, zone: str, look: str, by: Actor) -> None:
    """Change what a person says of themselves. Refuses an unknown time zone or look."""
    if zone not in available_timezones():
        sentence = _("“%(zone)s” is not a time zone we know. Choose one from the list.", zone=zone[:80])
        raise Invalid(sentence, fields={"zone": sentence})
    job_title = clean_name(job_title, "job_title") if job_title.strip() else ""
    user.name, user.job_title, user.zone = clean_name(name), job_title, zone
    user.look = look if look in LOOKS else "auto"
    record(UserChanged(project_id=None, subject=user.uid, by=by, name=user.name), user)


def end_session(user: User, session_id: int, *, by: Actor) -> None:
    """End one of a person's sessions. Refuses (NotFound) somebody else's; an ended one stays ended."""
    row = db.session.get(UserSession, session_id)
    if row is None or row.user_id != user.id:
        raise NotFound
    if row.ended_at is None:
        row.ended_at = clock.now()
        record(SessionEnded(project_id=None, subject=user.uid, by=by))


def stop_access(user: User, *, by: Actor) -> None:
    """Stop a person from signing in, and end their sessions. Refuses oneself."""
    if user.id == by.user_id:
        raise Refused(_("You cannot stop your own access. Another administrator can."))
    if user.active:
        user.active, user.is_admin = False, False
        sessions.end_all(user)
        record(AccessStopped(project_id=None, subject=user.uid, by=by, name=user.name), user)


def give_access(user: User, *, by: Actor) -> None:
    """Let a stopped person sign in again. Refuses one who has not accepted the invitation."""
    if not user.password:
        raise Refused(_("%(name)s has not accepted the invitation yet.", name=user.name))
    if not user.active:
        user.active = True
        record(AccessGiven(project_id=None, subject=user.uid, by=by, name=user.name), user)


def name_administrator(user: User, *, by: Actor) -> None:
    """Make a person an administrator of the installation. Refuses one who cannot sign in."""
    if not user.active:
        raise Refused(_("%(name)s has not accepted the invitation yet.", name=user.name))
    if not user.is_admin:
        user.is_admin = True
        record(AdministratorNamed(project_id=None, subject=user.uid, by=by, name=user.name), user)


def dismiss_administrator(user: User, *, by: Actor) -> None:
    """End a person's time as an administrator. Refuses the last one."""
    others = sa.select(User.id).where(User.is_admin.is_(True), User.active.is_(True), User.id != user.id)
    if not db.session.scalars(others.with_for_update()).all():
        raise Refused(_("%(name)s is the only administrator. Name another one first.", name=user.name))
    if user.is_admin:
        user.is_admin = False
        record(AdministratorDismissed(project_id=None, subject=user.uid, by=by, name=user.name), user)


def first_administrator_link() -> str | None:
    """Make the one-time link for the first administrator, void an earlier one; None when there is an administrator."""
    if queries.has_administrator():
        return None
    token = secrets.token_urlsafe(32)
    with unit_of_work(SYSTEM):
        row = db.session.scalar(sa.select(Invitation).where(Invitation.purpose == Purpose.SET_UP).with_for_update())
        if row is None:
            row = Invitation(purpose=Purpose.SET_UP, invited_by=SYSTEM.name)
            db.session.add(row)
        row.token_hash, row.used_at = queries.hash_of(token), None
        row.expires_at = clock.now() + rules.INVITATION_VALID_FOR
        record(SetUpLinkMade(project_id=None, subject="installation", by=SYSTEM), row)
    return absolute("invitation.set_up", token=token)
