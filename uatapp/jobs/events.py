"""What people do to jobs."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text


@dataclass(frozen=True, slots=True, kw_only=True)
class JobTriedAgain(Event):
    action: ClassVar[str] = "job.tried_again"
    sentence: ClassVar[str] = "{by} had a failed job tried again: {title}"
    title: str = free_text()
