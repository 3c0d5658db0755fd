"""What happens to projects and their members."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, internal


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
