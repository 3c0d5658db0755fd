"""The exit criteria as pure rules over counted facts. Shares are rounded down."""

from collections.abc import Mapping
from dataclasses import dataclass, field

N_ = str
NOT_RUN = ("not_run", "stale", "blocked")
PASSED = ("passed", "passed_with_remarks")


@dataclass(frozen=True, slots=True)
class Facts:
    """What is counted in a scope: test cases by outcome, serious defects open, retests outstanding."""

    outcomes: Mapping[str, int]
    serious_open: int
    retests: int
    pass_share: int

    @property
    def total(self) -> int:
        return sum(self.outcomes.values())

    @property
    def in_question(self) -> int:
        """Return the tests in scope without the ones that do not apply."""
        return self.total - self.outcomes.get("not_applicable", 0)

    def count(self, *outcomes: str) -> int:
        return sum(self.outcomes.get(outcome, 0) for outcome in outcomes)


@dataclass(frozen=True, slots=True)
class Row:
    """One thing behind a criterion: where it is and what it is called."""

    reference: str
    title: str
    endpoint: str
    number: int


@dataclass(frozen=True, slots=True)
class CriterionResult:
    """A criterion as it stands now. `value` and `required` are parameters of the sentences shown."""

    code: str
    title: str
    met: bool
    value: str
    required: str
    rows: tuple[Row, ...] = field(default=())
    more: int = 0


def share_passed(facts: Facts) -> int:
    """Return (passed + passed with remarks) / (in scope − not applicable) in percent, rounded down; 0 of nothing."""
    return facts.count(*PASSED) * 100 // facts.in_question if facts.in_question else 0


def evaluate(facts: Facts) -> tuple[CriterionResult, ...]:
    """Return the four criteria, in the order shown. An empty scope meets nothing that counts tests."""
    run = facts.in_question - facts.count(*NOT_RUN)
    share = share_passed(facts)
    everything = facts.total > 0 and run == facts.in_question
    return (
        CriterionResult(
            "all_run",
            N_("Everything was tried on its present version"),
            everything,
            f"{run} of {facts.in_question}",
            f"{facts.in_question} of {facts.in_question}",
        ),
        CriterionResult(
            "share_passed",
            N_("Enough tests passed"),
            facts.total > 0 and share >= facts.pass_share,
            f"{share} %",
            f"{facts.pass_share} %",
        ),
        CriterionResult(
            "no_serious_defect",
            N_("No critical or major problem is open"),
            facts.serious_open == 0,
            str(facts.serious_open),
            "0",
        ),
        CriterionResult(
            "no_retest", N_("Nothing waits to be tested again"), facts.retests == 0, str(facts.retests), "0"
        ),
    )
