"""The exit criteria as data, and the pure rules that judge them over counted facts. Shares are rounded down."""

import hashlib
import json
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

N_ = str
NOT_RUN = ("not_run", "stale", "blocked")
PASSED = ("passed", "passed_with_remarks")
SEVERITIES = ("critical", "major", "minor", "cosmetic")
MOST = 30  # criteria in a set
LONGEST = 200  # characters of an own criterion
LARGEST_NUMBER = 9999
YES, NO, NOT_ANSWERED = N_("Yes"), N_("No"), N_("Not answered")


class Kind(StrEnum):
    """What a criterion looks at."""

    SHARE_RUN = "share_run"
    SHARE_PASSED = "share_passed"
    ON_BUILD = "on_build"
    STALE = "stale"
    DEFECTS = "defects"
    RETESTS = "retests"
    UNCOVERED = "uncovered"
    OWN = "own"


@dataclass(frozen=True, slots=True)
class Measure:
    """What a kind takes: a share that must at least be reached or a number not to be exceeded, and its filters."""

    is_share: bool
    parts: tuple[str, ...]
    start: int


_OF_TESTS = ("tag", "unit", "process")
MEASURES: Mapping[Kind, Measure] = {
    Kind.SHARE_RUN: Measure(True, _OF_TESTS, 100),
    Kind.SHARE_PASSED: Measure(True, _OF_TESTS, 95),
    Kind.ON_BUILD: Measure(True, _OF_TESTS, 100),
    Kind.STALE: Measure(False, _OF_TESTS, 0),
    Kind.DEFECTS: Measure(False, ("severities", "unit", "process"), 0),
    Kind.RETESTS: Measure(False, ("unit", "process"), 0),
    Kind.UNCOVERED: Measure(False, _OF_TESTS, 0),
    Kind.OWN: Measure(False, ("text", "side"), 0),
}
SERIOUS = ("critical", "major")
# codes that certificates have had from the beginning; other criteria are named by what they measure
_NAMED = {
    (Kind.SHARE_RUN, ()): "all_run",
    (Kind.SHARE_PASSED, ()): "share_passed",
    (Kind.DEFECTS, SERIOUS): "no_serious_defect",
    (Kind.RETESTS, ()): "no_retest",
}


@dataclass(frozen=True, slots=True)
class Criterion:
    """One rule: what it looks at, the share or number needed, and what narrows it. Filters a kind lacks are empty."""

    kind: Kind
    bound: int = 0
    tag: str = ""
    unit: str = ""
    process: str = ""
    severities: tuple[str, ...] = ()
    text: str = ""
    side: str = ""

    @property
    def code(self) -> str:
        """Name what it measures, whatever the bound: the same in every set, cycle and certificate."""
        words = (self.tag, self.unit, self.process, self.text, self.side)
        if not any(words) and (self.kind, self.severities) in _NAMED:
            return _NAMED[self.kind, self.severities]
        named = json.dumps([*words, *self.severities], ensure_ascii=True).encode()
        return f"{self.kind.value}_{hashlib.sha256(named).hexdigest()[:10]}"

    def as_data(self) -> dict[str, Any]:
        """Return it as it is stored: only what is said."""
        said = {"kind": self.kind.value, "bound": self.bound, "severities": list(self.severities)}
        said |= {name: getattr(self, name) for name in ("tag", "unit", "process", "text", "side")}
        return {name: value for name, value in said.items() if value not in ("", [])}

    @classmethod
    def of_data(cls, data: Mapping[str, Any]) -> "Criterion":
        known = {**data, "kind": Kind(data["kind"]), "severities": tuple(data.get("severities", ()))}
        return cls(**known)


def usual(pass_share: int) -> tuple[Criterion, ...]:
    """Return the four criteria that a project begins with."""
    return (
        Criterion(Kind.SHARE_RUN, 100),
        Criterion(Kind.SHARE_PASSED, pass_share),
        Criterion(Kind.DEFECTS, 0, severities=SERIOUS),
        Criterion(Kind.RETESTS, 0),
    )


TEMPLATES: Mapping[str, Callable[[int], tuple[Criterion, ...]]] = {
    "usual": usual,
    "strict": lambda share: (
        Criterion(Kind.SHARE_RUN, 100),
        Criterion(Kind.SHARE_PASSED, max(98, share)),
        Criterion(Kind.ON_BUILD, 100),
        Criterion(Kind.DEFECTS, 0, severities=(*SERIOUS, "minor")),
        Criterion(Kind.RETESTS, 0),
        Criterion(Kind.UNCOVERED, 0),
    ),
    "small": lambda share: (
        Criterion(Kind.SHARE_PASSED, 100),
        Criterion(Kind.DEFECTS, 0, severities=SERIOUS),
        Criterion(Kind.RETESTS, 0),
    ),
}


def stricter(one: Criterion, other: Criterion) -> Criterion:
    """Return the harder of two criteria that measure the same."""
    choose = max if MEASURES[one.kind].is_share else min
    return replace(one, bound=choose(one.bound, other.bound))


def together(sets: Iterable[Iterable[Criterion]]) -> tuple[Criterion, ...]:
    """Return the criteria of several sets, each once with the hardest bound, in the order of first sight."""
    found: dict[str, Criterion] = {}
    for one in sets:
        for criterion in one:
            present = found.get(criterion.code)
            found[criterion.code] = stricter(present, criterion) if present else criterion
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Change:
    """What a proposal changes in one criterion; `before` None: new, `after` None: left out."""

    before: Criterion | None
    after: Criterion | None


def changes(before: Collection[Criterion], after: Collection[Criterion]) -> tuple[Change, ...]:
    """Return what a proposal leaves out, adds or gives another bound; the order alone is no change."""
    old, new = {row.code: row for row in before}, {row.code: row for row in after}
    pairs = [Change(old.get(code), new.get(code)) for code in (*old, *(code for code in new if code not in old))]
    return tuple(pair for pair in pairs if pair.before != pair.after)


@dataclass(frozen=True, slots=True)
class Tally:
    """What is counted for one criterion: its tests by outcome, or things; `answer` is that to an own one."""

    outcomes: Mapping[str, int] = field(default_factory=dict)
    count: int = 0
    answer: bool | None = None

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())

    @property
    def in_question(self) -> int:
        """Return the tests without the ones that do not apply."""
        return self.total - self.outcomes.get("not_applicable", 0)

    def of(self, *outcomes: str) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted in a scope: its test cases by outcome, and what each criterion counts, by code."""

    outcomes: Mapping[str, int]
    tallies: Mapping[str, Tally] = field(default_factory=dict)

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())


@dataclass(frozen=True, slots=True)
class Row:
    """One thing behind a criterion: where it is and what it is called."""

    reference: str
    title: str
    endpoint: str
    number: int


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """A criterion as it stands now. `value` and `required` are parameters of the sentences shown.

    `nothing` says that there is nothing to judge yet. `measure` and `bound` are the same as numbers, for the chart.
    """

    code: str
    title: str
    met: bool
    value: str
    required: str
    rows: tuple[Row, ...] = field(default=())
    more: int = 0
    nothing: bool = False
    measure: int = 0
    bound: int = 0


def share_passed(tally: Tally) -> int:
    """Return (passed + passed with remarks) / (in scope − not applicable) in percent, rounded down; 0 of nothing."""
    return _share(tally.of(*PASSED), tally.in_question)


def _share(part: int, whole: int) -> int:
    return part * 100 // whole if whole else 0


@dataclass(frozen=True, slots=True)
class _Judged:
    met: bool
    value: str
    required: str
    measure: int
    nothing: bool = False


def _at_least(part: int, whole: int, bound: int) -> tuple[bool, str, str]:
    """Judge so many of so many against a share; the number needed is rounded up."""
    needed = -(-whole * bound // 100)
    return part >= needed, f"{part} of {whole}", f"{needed} of {whole}"


def _run(row: Criterion, tally: Tally) -> _Judged:
    run = tally.in_question - tally.of(*NOT_RUN)
    enough, value, required = _at_least(run, tally.in_question, row.bound)
    return _Judged(tally.total > 0 and enough, value, required, _share(run, tally.in_question), tally.total == 0)


def _passed(row: Criterion, tally: Tally) -> _Judged:
    share = share_passed(tally)
    met = tally.total > 0 and share >= row.bound
    return _Judged(met, f"{share} %", f"{row.bound} %", share, tally.total == 0)


def _on_build(row: Criterion, tally: Tally) -> _Judged:
    tried = tally.in_question - tally.of("not_run", "stale")
    enough, value, required = _at_least(tally.count, tried, row.bound)
    return _Judged(tried > 0 and enough, value, required, _share(tally.count, tried), tried == 0)


def _stale(row: Criterion, tally: Tally) -> _Judged:
    judged = _few(row, Tally(count=tally.of("stale")))
    return replace(judged, met=judged.met and tally.total > 0, nothing=tally.total == 0)


def _few(row: Criterion, tally: Tally) -> _Judged:
    return _Judged(tally.count <= row.bound, str(tally.count), str(row.bound), tally.count)


def _own(row: Criterion, tally: Tally) -> _Judged:
    value = NOT_ANSWERED if tally.answer is None else YES if tally.answer else NO
    return _Judged(tally.answer is True, value, YES, int(tally.answer is True), tally.answer is None)


_JUDGES: Mapping[Kind, Callable[[Criterion, Tally], _Judged]] = {
    Kind.SHARE_RUN: _run,
    Kind.SHARE_PASSED: _passed,
    Kind.ON_BUILD: _on_build,
    Kind.STALE: _stale,
    Kind.DEFECTS: _few,
    Kind.RETESTS: _few,
    Kind.UNCOVERED: _few,
    Kind.OWN: _own,
}


def judge(row: Criterion, tally: Tally, title: str) -> CriterionResult:
    """Say whether a criterion is met. An empty scope meets nothing that counts tests."""
    found = _JUDGES[row.kind](row, tally)
    return CriterionResult(
        row.code,
        title,
        found.met,
        found.value,
        found.required,
        nothing=found.nothing,
        measure=found.measure,
        bound=1 if row.kind is Kind.OWN else row.bound,
    )
