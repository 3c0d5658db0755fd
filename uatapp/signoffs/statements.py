"""The fixed statements that people sign. Changed words get a new version; signatures keep theirs verbatim."""

from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import Decision

VERSION = "2026-11"

STATEMENTS: dict[tuple[Side, Decision], str] = {
    (Side.CUSTOMER, Decision.ACCEPTED): (
        "I have read what was tested and what was not, and I accept the software in this scope for {organisation}."
    ),
    (Side.CUSTOMER, Decision.ACCEPTED_WITH_CONDITIONS): (
        "I have read what was tested and what was not, and I accept the software in this scope for {organisation} "
        "under the conditions stated; they remain owed."
    ),
    (Side.CUSTOMER, Decision.REJECTED): (
        "I have read what was tested and what was not, and I reject the software in this scope for {organisation} "
        "for the reasons stated."
    ),
    (Side.PARTNER, Decision.ACCEPTED): (
        "I confirm for {organisation} that the builds named were delivered and that the known problems are stated."
    ),
    (Side.PARTNER, Decision.ACCEPTED_WITH_CONDITIONS): (
        "I confirm for {organisation} that the builds named were delivered, that the known problems are stated, "
        "and that we owe the conditions stated."
    ),
    (Side.PARTNER, Decision.REJECTED): ("I do not confirm this scope for {organisation}, for the reasons stated."),
}


def statement(side: Side, decision: Decision, organisation: str) -> str:
    """Return the words a person signs."""
    return STATEMENTS[side, decision].format(organisation=organisation)
