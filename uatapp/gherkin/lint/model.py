"""What a rule finds in a document: where, how serious, in plain words, and what to write instead."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from uatapp.gherkin.lint.shape import Text


class Severity(StrEnum):
    """An error has to go before anybody tests it, a warning should, an info may."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Fix:
    """A change of one line: so many code points from a column on, both from 1, become a text."""

    line: int
    column: int
    length: int
    text: str


@dataclass(frozen=True, slots=True)
class Spot:
    """Where a rule is broken, what its sentence says there, and a change that mends it, where one is certain."""

    line: int
    column: int
    values: Mapping[str, object] = field(default_factory=dict)
    fix: Fix | None = None


Check = Callable[[Text], Iterable[Spot]]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule by its id. `message` is a template; `instead` shows what is meant by an example of better text."""

    id: str
    severity: Severity
    title: str
    message: str
    instead: str
    check: Check


@dataclass(frozen=True, slots=True)
class Finding:
    """One place where a rule is broken. Lines and columns count from 1, columns in code points."""

    rule: str
    severity: Severity
    line: int
    column: int
    template: str
    values: Mapping[str, object]
    instead: str = ""
    fix: Fix | None = None

    @property
    def message(self) -> str:
        return self.template % self.values if self.values else self.template
