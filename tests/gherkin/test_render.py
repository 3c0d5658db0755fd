"""Headings over steps: in the order written, a heading may come again."""

from hypothesis import given
from hypothesis import strategies as st

from uatapp.gherkin.model import Step, StepKind
from uatapp.gherkin.parse import parse
from uatapp.gherkin.render import headed_runs


def test_a_heading_may_come_again() -> None:
    text = b"Feature: f\nScenario: s\nGiven a\nAnd b\nWhen c\nThen d\nBut e\nWhen f\n* g\nThen h\n"
    runs = headed_runs(parse(text, "a").scenarios[0].cases[0].steps)
    assert [(run.kind.value, "".join(step.text for step in run.steps)) for run in runs] == [
        ("given", "ab"), ("when", "c"), ("then", "de"), ("when", "fg"), ("then", "h"),
    ]  # fmt: skip


def test_no_steps_have_no_headings() -> None:
    assert headed_runs(()) == ()


@given(st.lists(st.sampled_from(StepKind)))
def test_no_step_is_lost_or_moved(kinds: list[StepKind]) -> None:
    steps = [Step(kind, "", str(n), None, None, n) for n, kind in enumerate(kinds)]
    runs = headed_runs(steps)
    assert [step for run in runs for step in run.steps] == steps
    assert all(one.kind != two.kind for one, two in zip(runs, runs[1:], strict=False))
