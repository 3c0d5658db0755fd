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
class PasswordSet(Event):
    """`how` is one of: set, invitation, reset, changed."""

    action: ClassVar[str] = "user.password_set"
    sentence: ClassVar[str] = "{by} set the password of {subject} ({how})"
    how: str
