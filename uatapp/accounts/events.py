"""What happens to accounts; told on the system's chain."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text


@dataclass(frozen=True, slots=True, kw_only=True)
class OrganisationAdded(Event):
    action: ClassVar[str] = "organisation.added"
    sentence: ClassVar[str] = "{by} added the organisation {name}"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UserAdded(Event):
    action: ClassVar[str] = "user.added"
    sentence: ClassVar[str] = "{by} added {name} of {organisation}"
    name: str
    organisation: str
    admin: bool
    email: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class UserChanged(Event):
    action: ClassVar[str] = "user.changed"
    sentence: ClassVar[str] = "{by} changed the account of {name}"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessStopped(Event):
    action: ClassVar[str] = "user.access_stopped"
    sentence: ClassVar[str] = "{by} stopped the access of {name}"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessGiven(Event):
    action: ClassVar[str] = "user.access_given"
    sentence: ClassVar[str] = "{by} gave {name} access again"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorNamed(Event):
    action: ClassVar[str] = "user.administrator_named"
    sentence: ClassVar[str] = "{by} made {name} an administrator"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AdministratorDismissed(Event):
    action: ClassVar[str] = "user.administrator_dismissed"
    sentence: ClassVar[str] = "{by} ended {name}’s time as an administrator"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordSet(Event):
    """`how` is one of: set, invitation, set_up, reset, changed."""

    action: ClassVar[str] = "user.password_set"
    sentence: ClassVar[str] = "{by} set the password of {subject} ({how})"
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationMade(Event):
    """A one-time link was made; the earlier one of the person is void. `how` is mail or link."""

    action: ClassVar[str] = "user.invited"
    sentence: ClassVar[str] = "{by} invited {name} ({how})"
    name: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InvitationTaken(Event):
    action: ClassVar[str] = "user.invitation_taken"
    sentence: ClassVar[str] = "{name} accepted the invitation"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpLinkMade(Event):
    action: ClassVar[str] = "installation.set_up_link_made"
    sentence: ClassVar[str] = "{by} made a one-time link for the first administrator"


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpLinkTaken(Event):
    action: ClassVar[str] = "installation.set_up"
    sentence: ClassVar[str] = "{name} set this installation up as its first administrator"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn(Event):
    action: ClassVar[str] = "user.signed_in"
    sentence: ClassVar[str] = "{by} signed in"
    address: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedOut(Event):
    action: ClassVar[str] = "user.signed_out"
    sentence: ClassVar[str] = "{by} signed out"


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Event):
    action: ClassVar[str] = "user.session_ended"
    sentence: ClassVar[str] = "{by} ended a session on another device"


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInRefused(Event):
    """A wrong password. `subject` is the account's uid, or "unknown"."""

    action: ClassVar[str] = "user.sign_in_refused"
    sentence: ClassVar[str] = "Somebody tried to sign in as {subject} with a wrong password"
    address: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class ResetRequested(Event):
    """Somebody asked for a mail to choose a new password. `subject` is the account's uid, or "unknown"."""

    action: ClassVar[str] = "user.reset_requested"
    sentence: ClassVar[str] = "Somebody asked to reset the password of {subject}"
    address: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordGiven(Event):
    """The first step of signing in: the password was right, the code is still asked for."""

    action: ClassVar[str] = "user.password_given"
    sentence: ClassVar[str] = "Somebody gave the right password of {name} and was asked for a code"
    name: str
    address: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRefused(Event):
    """A wrong or used code at sign-in, after the right password."""

    action: ClassVar[str] = "user.code_refused"
    sentence: ClassVar[str] = "Somebody tried to sign in as {name} with the right password and a wrong code"
    name: str
    address: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorSetUp(Event):
    """`how` is one of: new, moved (to another phone; the earlier one stopped counting)."""

    action: ClassVar[str] = "user.second_factor_set_up"
    sentence: ClassVar[str] = "{by} set up the second step of {name} ({how})"
    name: str
    how: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorRemoved(Event):
    action: ClassVar[str] = "user.second_factor_removed"
    sentence: ClassVar[str] = "{by} removed their own second step"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecondFactorReset(Event):
    """An administrator took a lost second step away; the person chooses a new password by mail and sets it up anew."""

    action: ClassVar[str] = "user.second_factor_reset"
    sentence: ClassVar[str] = "{by} reset the lost second step of {name}"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(Event):
    action: ClassVar[str] = "user.recovery_codes_made"
    sentence: ClassVar[str] = "{by} made {count} new recovery codes; the earlier ones are void"
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodeUsed(Event):
    action: ClassVar[str] = "user.recovery_code_used"
    sentence: ClassVar[str] = "A recovery code of {name} was used; {left} are left"
    name: str
    left: int


@dataclass(frozen=True, slots=True, kw_only=True)
class TriesTold(Event):
    """Many wrong tries were told to the person and to the administrators. `where` is one of: sign-in, signing, account."""

    action: ClassVar[str] = "user.tries_told"
    sentence: ClassVar[str] = (
        "{count} wrong tries in the name of {name} ({where}) were told to them and the administrators"
    )
    name: str
    where: str
    count: int
