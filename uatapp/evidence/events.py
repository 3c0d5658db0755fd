"""What happens to evidence."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceTaken(Event):
    action: ClassVar[str] = "evidence.taken"
    sentence: ClassVar[str] = "{by} added the file {name}"
    sha256: str
    name: str = free_text()
