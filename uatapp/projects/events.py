"""What happens to projects and their members."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text, internal


@dataclass(frozen=True, slots=True, kw_only=True)
class ProjectCreated(Event):
    action: ClassVar[str] = "project.created"
    sentence: ClassVar[str] = "{by} created the project {name} for {customer} with {partners}"
    name: str
    customer: str
    partners: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberAdded(Event):
    action: ClassVar[str] = "member.added"
    sentence: ClassVar[str] = "{by} added {name} ({side}) as {roles}"
    name: str
    side: str
    roles: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberReturned(Event):
    action: ClassVar[str] = "member.returned"
    sentence: ClassVar[str] = "{by} took {name} ({side}) back as {roles}"
    name: str
    side: str
    roles: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberChanged(Event):
    action: ClassVar[str] = "member.changed"
    sentence: ClassVar[str] = "{by} changed {name}: now {roles}"
    name: str
    roles: tuple[str, ...]
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberRemoved(Event):
    action: ClassVar[str] = "member.removed"
    sentence: ClassVar[str] = "{by} removed {name} from the project"
    name: str
    user_id: int = internal()


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRightGranted(Event):
    action: ClassVar[str] = "member.signing_right_granted"
    sentence: ClassVar[str] = "{by} gave {name} the right to sign"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningRightWithdrawn(Event):
    action: ClassVar[str] = "member.signing_right_withdrawn"
    sentence: ClassVar[str] = "{by} took the right to sign from {name}"
    name: str
    user_id: int = internal()


@dataclass(frozen=True, slots=True, kw_only=True)
class SetUpAdded(Event):
    """A unit, process, environment or build was added; `kind` says which."""

    action: ClassVar[str] = "project.set_up_added"
    sentence: ClassVar[str] = "{by} added the {kind} {name}"
    kind: str
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class IdTagsChosen(Event):
    """Which tags name a requirement besides `@id:…` was changed; empty: only those."""

    action: ClassVar[str] = "project.id_tags_chosen"
    sentence: ClassVar[str] = "{by} chose which tags are ids: {example}"
    example: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnvironmentChanged(Event):
    action: ClassVar[str] = "project.environment_changed"
    sentence: ClassVar[str] = "{by} changed how testers reach {name}"
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarChanged(Event):
    """The working hours of an organisation; on the installation's chain, for it may be a party of several projects."""

    action: ClassVar[str] = "calendar.changed"
    sentence: ClassVar[str] = "{by} changed the working hours of {subject}: {hours} ({zone})"
    organisation_id: int = internal()
    hours: tuple[str, ...]
    zone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidaysAdded(Event):
    action: ClassVar[str] = "calendar.holidays_added"
    sentence: ClassVar[str] = "{by} entered {count} days off for {subject}"
    organisation_id: int = internal()
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class HolidayRemoved(Event):
    action: ClassVar[str] = "calendar.holiday_removed"
    sentence: ClassVar[str] = "{by} took {day} off the holidays of {subject}: {name}"
    organisation_id: int = internal()
    day: str
    name: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessReviewed(Event):
    """Somebody took the list of all accounts, roles and rights to sign."""

    action: ClassVar[str] = "access.reviewed"
    sentence: ClassVar[str] = (
        "{by} took the list of who has which access ({lines} lines, {signing} with the right to sign)"
    )
    lines: int
    signing: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WaveKept(Event):
    """A roll-out wave was named, or got other units."""

    action: ClassVar[str] = "project.wave_kept"
    sentence: ClassVar[str] = "{by} put {units} into the wave {name}"
    name: str
    units: tuple[str, ...]
