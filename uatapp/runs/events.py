"""What happens to runs."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text, internal


@dataclass(frozen=True, slots=True, kw_only=True)
class RunSubmitted(Event):
    action: ClassVar[str] = "run.submitted"
    sentence: ClassVar[str] = "{by} submitted {subject} on {build}: {outcome}"
    run_id: int = internal()
    assignment_id: int = internal()
    build_number: int = internal()
    build: str
    outcome: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RunVoided(Event):
    action: ClassVar[str] = "run.voided"
    sentence: ClassVar[str] = "{by} took back {subject}: {why}"
    run_id: int = internal()
    assignment_id: int = internal()
    why: str = free_text()
