"""What can happen to people and organisations."""

from email_validator import EmailNotValidError, validate_email
from flask_babel import gettext as _
from flask_security import hash_password

from uatapp.accounts import queries
from uatapp.accounts.events import OrganisationAdded, PasswordSet, UserAdded
from uatapp.accounts.models import Organisation, User
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.kernel.errors import Invalid
from uatapp.kernel.uow import record

LONGEST_NAME = 120


def clean_name(name: str, field: str = "name") -> str:
    """Return a name without outer white space; refuse an empty one or one of over 120 characters."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME:
        sentence = _("Enter a name of 1 to 120 characters. This one has %(n)s.", n=len(name))
        raise Invalid(sentence, fields={field: sentence})
    return name


def clean_email(email: str) -> str:
    """Return an address in the one form in which it is compared; refuse what is none."""
    try:
        parsed = validate_email(email.strip(), check_deliverability=False, test_environment=True)
    except EmailNotValidError as wrong:
        sentence = _("“%(email)s” is not a mail address.", email=email[:80])
        raise Invalid(sentence, fields={"email": sentence}) from wrong
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


def set_password(user: User, password: str, *, how: str, by: Actor) -> None:
    """Set a password (argon2id) and let the person sign in; their other sessions end."""
    user.password, user.active = hash_password(password), True
    user.fs_uniquifier = queries.fresh_uniquifier()
    record(PasswordSet(project_id=None, subject=user.uid, by=by, how=how), user)
