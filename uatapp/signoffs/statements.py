"""The fixed statements that people sign. Changed words get a new version; signatures keep theirs verbatim."""

from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import ActKind, Decision

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


ACT_STATEMENTS: dict[tuple[Side, ActKind], str] = {
    (Side.CUSTOMER, ActKind.CLOSING): (
        "I have read how each condition was fulfilled, and I accept the software in this scope for {organisation} "
        "without conditions from now on."
    ),
    (Side.CUSTOMER, ActKind.RECONFIRMATION): (
        "I have read what changed since we signed and how it was tested, and I confirm for {organisation} that we "
        "accept the software in this scope with these changes."
    ),
    (Side.PARTNER, ActKind.RECONFIRMATION): (
        "I confirm for {organisation} that the changes stated were delivered and that the known problems are stated."
    ),
    (Side.CUSTOMER, ActKind.WITHDRAWAL): (
        "I withdraw for {organisation} the acceptance of the software in this scope, for the reasons stated. "
        "What was signed before stays on record."
    ),
}


def act_statement(side: Side, kind: ActKind, organisation: str) -> str:
    """Return the words a person signs in an act after the decision."""
    return ACT_STATEMENTS[side, kind].format(organisation=organisation)
