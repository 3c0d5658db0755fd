"""The fixed statements that people sign, by version. Changed words get a new version; signatures keep theirs verbatim.

Earlier versions stay here, so that anybody can compare what was signed with what was asked then.
"""

from collections.abc import Mapping

from uatapp.kernel.permissions import Side
from uatapp.signoffs.states import ActKind, Decision

Statements = Mapping[tuple[Side, Decision], str]

_ACCEPTING: Statements = {
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
}

VERSIONS: dict[str, Statements] = {
    "2026-11": {
        **_ACCEPTING,
        (Side.PARTNER, Decision.ACCEPTED): (
            "I confirm for {organisation} that the builds named were delivered and that the known problems are stated."
        ),
        (Side.PARTNER, Decision.ACCEPTED_WITH_CONDITIONS): (
            "I confirm for {organisation} that the builds named were delivered, that the known problems are stated, "
            "and that we owe the conditions stated."
        ),
        (Side.PARTNER, Decision.REJECTED): ("I do not confirm this scope for {organisation}, for the reasons stated."),
    },
    "2026-12": {
        **_ACCEPTING,
        (Side.PARTNER, Decision.ACCEPTED): (
            "I confirm for {organisation} that the builds named were delivered, and that every problem known to us, "
            "open or put off, is stated."
        ),
        (Side.PARTNER, Decision.ACCEPTED_WITH_CONDITIONS): (
            "I confirm for {organisation} that the builds named were delivered, that every problem known to us, "
            "open or put off, is stated, and that we owe the conditions stated."
        ),
        (Side.PARTNER, Decision.REJECTED): ("I do not confirm this scope for {organisation}, for the reasons stated."),
    },
}
VERSION = "2026-12"
STATEMENTS = VERSIONS[VERSION]

CONSENTS: dict[str, str] = {
    "2026-11": (
        "I agree to sign electronically here. My decision, confirmed with my password, with my name and the time, "
        "is my signature and binds me and the organisation that I sign for. I can fetch a copy of what I signed at "
        "any time. If I prefer paper, or change my mind for later signatures, I tell my project manager before I sign."
    ),
}
CONSENT_VERSION = "2026-11"


def statement(side: Side, decision: Decision, organisation: str) -> str:
    """Return the words a person signs."""
    return STATEMENTS[side, decision].format(organisation=organisation)


def statements_for(side: Side, organisation: str) -> dict[str, str]:
    """Return what each decision of a side says, word for word, by decision."""
    return {decision.value: statement(side, decision, organisation) for decision in Decision}


def consent() -> str:
    """Return the words by which a person agrees to sign electronically."""
    return CONSENTS[CONSENT_VERSION]


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
