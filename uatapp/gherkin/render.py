"""Steps as testers see them: *Before you start*, *Do this*, *You should see*, in the order written."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import groupby

from uatapp.gherkin.model import Step, StepKind


@dataclass(frozen=True, slots=True)
class Run:
    """Neighbouring steps of one kind under one heading."""

    kind: StepKind
    steps: tuple[Step, ...]


def headed_runs(steps: Iterable[Step]) -> tuple[Run, ...]:
    """Put steps under headings without changing their order; a heading may come again."""
    return tuple(Run(kind, tuple(run)) for kind, run in groupby(steps, key=lambda step: step.kind))
