"""What could be better in a text while somebody writes it, and the press that mends one place."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from flask_babel import gettext as _

from uatapp.gherkin.lint import UNREADABLE, Finding, Severity, lint, mended

_MEND = "mend:"


@dataclass(frozen=True, slots=True)
class Told:
    """A finding in the reader's language, and the value of the button that mends it ("" for none)."""

    finding: Finding
    message: str
    press: str


def told(source: str, off: Collection[str] = ()) -> Sequence[Told]:
    """Return what could be better in a readable text, the most serious first; of one that cannot be read, nothing."""
    found = [finding for finding in lint(source, off) if finding.rule != UNREADABLE] if source.strip() else []
    found.sort(key=lambda finding: (list(Severity).index(finding.severity), finding.line, finding.column))
    return [Told(one, words(one), press_for(one) if one.fix else "") for one in found]


def words(finding: Finding) -> str:
    """Return what a finding says, in the reader's language."""
    return str(_(finding.template) % finding.values if finding.values else _(finding.template))


def press_for(finding: Finding) -> str:
    """Return the value of the button that mends a finding."""
    return f"{_MEND}{finding.rule}:{finding.line}:{finding.column}"


def is_press(pressed: str) -> bool:
    """Say whether a button was pressed that mends something."""
    return pressed.startswith(_MEND)


def mend(source: str, pressed: str) -> str:
    """Return a text with one finding mended; as it is, where it no longer has that finding."""
    fixes = (finding.fix for finding in lint(source) if finding.fix and press_for(finding) == pressed)
    fix = next(fixes, None)
    return mended(source, fix) if fix else source
