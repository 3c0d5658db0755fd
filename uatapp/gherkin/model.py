"""What a `.feature` file says, as frozen values, and the problem that says why one cannot be read."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class StepKind(StrEnum):
    """The run that a step belongs to: *Before you start*, *Do this*, *You should see*."""

    GIVEN = "given"
    WHEN = "when"
    THEN = "then"


@dataclass(frozen=True, slots=True)
class Step:
    """One step; And, But and `*` carry the kind of the run before them."""

    kind: StepKind
    keyword: str
    text: str
    table: tuple[tuple[str, ...], ...] | None
    doc_string: str | None
    line: int
    media_type: str = ""


@dataclass(frozen=True, slots=True)
class ExamplesBlock:
    """One Examples table of an outline; `header` is empty when there is no table."""

    name: str
    tags: tuple[str, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    line: int


@dataclass(frozen=True, slots=True)
class Case:
    """One pickle: a scenario, or one Examples row. `key` is stable within one parse only."""

    key: str
    title: str
    values: tuple[tuple[str, str], ...]
    steps: tuple[Step, ...]
    block: int
    row: int
    line: int
    tags: tuple[str, ...]
    content_hash: str
    block_name: str = ""


@dataclass(frozen=True, slots=True)
class Scenario:
    """One Scenario or Scenario Outline. `tags` has its own and those of its feature and rule.

    `background` holds the steps of every Background above it; `position` counts from 0 in the document.
    """

    rule: str
    name: str
    outline: bool
    keyword: str
    tags: tuple[str, ...]
    id_tag: str | None
    position: int
    line: int
    background: tuple[Step, ...]
    steps: tuple[Step, ...]
    examples: tuple[ExamplesBlock, ...]
    effective_text: str
    effective_hash: str
    identity_hash: str
    cases: tuple[Case, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One `.feature` file that could be read; `source_text` is its text as decoded."""

    path: str
    language: str
    name: str
    description: str
    tags: tuple[str, ...]
    scenarios: tuple[Scenario, ...]
    source_text: str


class ParseProblem(Exception):
    """Why a document cannot be read, and where: line and column from 1, columns in code points.

    `message` is `template` with `values` filled in, so that pages can translate the template.
    """

    def __init__(self, line: int, column: int, message: str, code: str, **values: object) -> None:
        self.line = line
        self.column = column
        self.template = message
        self.values: Mapping[str, object] = values
        self.message = message % values if values else message
        self.code = code
        super().__init__(f"line {line}, column {column}: {self.message}")
