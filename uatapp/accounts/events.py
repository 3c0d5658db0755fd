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
