"""What an import would do, as data: what is stored, what was recognised, what is asked, what is new."""

import zlib
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from uatapp.gherkin.canonical import flat
from uatapp.gherkin.model import Scenario
from uatapp.requirements.archives import Fault

KINDS = ("created", "unchanged", "edited", "renamed", "moved", "removed")
UNNAMED = "(without a name)"


@dataclass(frozen=True, slots=True)
class StoredDocument:
    """A document as stored; `present` says that the import has it too, unchanged or unreadable."""

    id: int
    path: str
    present: bool = False


@dataclass(frozen=True, slots=True)
class StoredScenario:
    """A requirement as matching needs it; `number` is its reference's."""

    id: int
    number: int
    document_id: int
    name: str
    id_tag: str | None
    identity_hash: str
    active: bool
    removal_asked: bool


@dataclass(frozen=True, slots=True)
class Recognised:
    """An incoming scenario that is a stored requirement. `kind` is what happened to it."""

    requirement_id: int
    kind: str
    path: str
    scenario: Scenario


@dataclass(frozen=True, slots=True)
class Question:
    """Two that may be the same; a person says so. It is not `likely` where another is about as much alike."""

    requirement_id: int
    number: int
    stored_name: str
    stored_path: str
    path: str
    scenario: Scenario
    score: float
    reason: str
    likely: bool = True

    @property
    def key(self) -> str:
        """Name the pair in a form: the same position may be asked about in two documents."""
        return f"{self.number}-{self.scenario.position}-{zlib.crc32(self.path.encode()):x}"

    @property
    def place(self) -> tuple[str, int]:
        return self.path, self.scenario.position

    @property
    def kind(self) -> str:
        """Say what has happened to it if it is the same one."""
        if flat(self.stored_name) != flat(self.scenario.name):
            return "renamed"
        return "moved" if self.path != self.stored_path else "edited"

    def as_row(self, project_key: str) -> dict[str, Any]:
        """Return what reports show of it."""
        return {
            "path": self.path,
            "line": self.scenario.line,
            "name": self.scenario.name,
            "stored": f"{project_key}-R{self.number}",
            "stored_name": self.stored_name,
            "stored_path": self.stored_path,
            "score": self.score,
            "reason": self.reason,
            "key": self.key,
            "likely": self.likely,
        }


@dataclass(slots=True)
class Plan:
    """What would happen. Documents in `waiting` have open questions: nothing of them is taken in; `gone` are taken out."""

    recognised: list[Recognised] = field(default_factory=list)
    created: list[tuple[str, Scenario]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    questions: list[Question] = field(default_factory=list)
    waiting: set[str] = field(default_factory=set)
    faults: list[Fault] = field(default_factory=list)
    renamed_documents: dict[int, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)

    def counts(self) -> Counter[str]:
        """Count in scenarios, by what happened."""
        found = Counter(item.kind for item in self.recognised)
        found["created"], found["removed"] = len(self.created), len(self.removed)
        return found
