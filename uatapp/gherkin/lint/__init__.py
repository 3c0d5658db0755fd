"""What could be better in a document: rules over the parser's tree, pure. The parser's own error is a finding too."""

from collections.abc import Collection, Iterator

from uatapp.gherkin.lint import order, structure, words
from uatapp.gherkin.lint.model import Finding, Fix, Rule, Severity
from uatapp.gherkin.lint.shape import Text, shape
from uatapp.gherkin.model import ParseProblem

__all__ = ["RULES", "UNREADABLE", "Finding", "Fix", "Rule", "Severity", "lint", "mended", "unreadable"]

RULES: tuple[Rule, ...] = tuple(
    sorted((*structure.RULES, *order.RULES, *words.RULES), key=lambda rule: list(Severity).index(rule.severity))
)
UNREADABLE = "unreadable"


def lint(source: str, off: Collection[str] = ()) -> list[Finding]:
    """Return what could be better in a text, in the order of its lines. Rules that are `off` are not looked at."""
    try:
        text = shape(source)
    except ParseProblem as problem:
        return [unreadable(problem)]
    found = [finding for rule in RULES if rule.id not in off for finding in _broken(rule, text)]
    return sorted(found, key=lambda finding: (finding.line, finding.column, finding.rule))


def unreadable(problem: ParseProblem) -> Finding:
    """Return the finding that a text cannot be read."""
    values = problem.values
    return Finding(UNREADABLE, Severity.ERROR, problem.line, problem.column, problem.template, values)


def _broken(rule: Rule, text: Text) -> Iterator[Finding]:
    for spot in rule.check(text):
        yield Finding(rule.id, rule.severity, spot.line, spot.column, rule.message, spot.values, rule.instead, spot.fix)


def mended(source: str, fix: Fix) -> str:
    """Return a text with one change made; other lines, and all line ends, stay as they are."""
    lines = source.split("\n")
    line = lines[fix.line - 1]
    lines[fix.line - 1] = line[: fix.column - 1] + fix.text + line[fix.column - 1 + fix.length :]
    return "\n".join(lines)
