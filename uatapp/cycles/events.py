"""What happens to cycles and assignments."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text, internal


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleMade(Event):
    action: ClassVar[str] = "cycle.made"
    sentence: ClassVar[str] = "{by} planned {name} on {build} in {environment}, {starts} to {ends}"
    name: str
    build: str
    environment: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScopeChanged(Event):
    """`items` holds the test cases taken in, or taken out."""

    action: ClassVar[str] = "cycle.scope_changed"
    sentence: ClassVar[str] = "{by} took {count} tests {direction} {name}"
    name: str
    count: int
    direction: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleOpened(Event):
    action: ClassVar[str] = "cycle.opened"
    sentence: ClassVar[str] = "{by} opened {name}"
    cycle_id: int = internal()
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleClosed(Event):
    action: ClassVar[str] = "cycle.closed"
    sentence: ClassVar[str] = "{by} closed {name}"
    cycle_id: int = internal()
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleReopened(Event):
    action: ClassVar[str] = "cycle.reopened"
    sentence: ClassVar[str] = "{by} reopened {name}: {why}"
    cycle_id: int = internal()
    name: str
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleDropped(Event):
    action: ClassVar[str] = "cycle.dropped"
    sentence: ClassVar[str] = "{by} dropped {name}"
    cycle_id: int = internal()
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentsMade(Event):
    action: ClassVar[str] = "cycle.assigned"
    sentence: ClassVar[str] = "{by} assigned {count} tests of {name} to {testers}, due {due}"
    cycle_id: int = internal()
    name: str
    count: int
    testers: tuple[str, ...]
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssignmentMoved(Event):
    """`move` is the lifecycle's action."""

    action: ClassVar[str] = "assignment.moved"
    sentence: ClassVar[str] = "{by}: {subject} of {tester} went from {from_} to {to} ({move}) {why}"
    assignment_id: int = internal()
    tester: str
    move: str
    from_: str
    to: str
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class Reassigned(Event):
    """`assignment_id` is who has it now; `old_id` the same, or the one that was withdrawn for it."""

    action: ClassVar[str] = "assignment.reassigned"
    sentence: ClassVar[str] = "{by} gave {subject} from {before} to {after}: {why}"
    assignment_id: int = internal()
    old_id: int = internal()
    before: str
    after: str
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildDeployed(Event):
    action: ClassVar[str] = "build.deployed"
    sentence: ClassVar[str] = "{by} deployed {build} to {environment}"
    build_id: int = internal()
    environment_id: int = internal()
    build_number: int = internal()
    build: str
    environment: str
