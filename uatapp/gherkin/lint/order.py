"""Rules about the order of steps: first what is given, then what is done, then what is seen."""

from collections.abc import Iterator, Sequence

from uatapp.gherkin.keywords import kinds, step_words
from uatapp.gherkin.lint.model import Fix, Rule, Severity, Spot
from uatapp.gherkin.lint.shape import Line, Text
from uatapp.gherkin.model import StepKind

_GIVEN, _WHEN, _THEN = StepKind.GIVEN, StepKind.WHEN, StepKind.THEN


def _runs(steps: Sequence[Line]) -> list[Line]:
    """Return the first step of each run of one kind."""
    return [step for n, step in enumerate(steps) if n == 0 or steps[n - 1].kind is not step.kind]


def _then_before_when(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        kinds_ = [step.kind for step in scene.steps]
        if _THEN in kinds_ and _WHEN in kinds_ and kinds_.index(_THEN) < kinds_.index(_WHEN):
            step = scene.steps[kinds_.index(_THEN)]
            yield Spot(step.line, step.column)


def _several(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        order = [step for step in _runs(scene.steps) if step.kind is not _GIVEN]
        pairs = [b for a, b in zip(order, order[1:], strict=False) if (a.kind, b.kind) == (_WHEN, _THEN)]
        if len(pairs) > 1:
            yield Spot(pairs[1].line, pairs[1].column, {"count": len(pairs)})


def _no_then(text: Text) -> Iterator[Spot]:
    for scene in text.scenes:
        if scene.steps and not any(step.kind is _THEN for step in scene.steps):
            yield Spot(scene.line, scene.column, {"word": step_words(text.language)[2]})


def _background(text: Text) -> Iterator[Spot]:
    for steps in text.backgrounds:
        for step in steps:
            if step.kind is not _GIVEN:
                yield Spot(step.line, step.column, {"word": step_words(text.language)[0]})
                break


def _use_and(text: Text) -> Iterator[Spot]:
    word = step_words(text.language)[3]
    for steps in text.blocks:
        for before, step in zip(steps, steps[1:], strict=False):
            said = step.node["keyword"]
            if before.kind is step.kind and kinds(text.language).get(said) is step.kind:
                fix = Fix(step.line, step.column, len(said), f"{word} " if said.endswith(" ") else word)
                yield Spot(step.line, step.column, {"said": said.strip(), "word": word}, fix)


RULES = (
    Rule("then-before-when", Severity.WARNING, "Expected before anything is done",
         "This is expected before anything is done. Write first what people do.",
         "  When you save the order\n  Then the order has a number", _then_before_when),
    Rule("several-behaviours", Severity.WARNING, "Several behaviours in one scenario",
         "This scenario does something and looks at the result %(count)s times. Make a scenario of each.",
         "Scenario: A saved order has a number\nScenario: A cancelled order frees the goods", _several),
    Rule("no-then", Severity.WARNING, "Nothing is expected",
         "Nothing is expected here, so nobody can say whether it passed. Add “%(word)s …”.",
         "  Then the order has the status On credit hold", _no_then),
    Rule("background-not-given", Severity.WARNING, "A Background that does something",
         "A Background says how things stand before a test begins: write “%(word)s …”, or move this step.",
         "  Background:\n    Given customer 40012 has a credit limit of 1,000.00", _background),
    Rule("use-and", Severity.INFO, "The same keyword again",
         "“%(said)s” follows a step of the same kind. “%(word)s” reads better.",
         "  Given customer 40012 exists\n  And you are signed in as order clerk", _use_and),
)  # fmt: skip
