"""Sign-offs: the request, the signatures, the certificates; what is owed after them, and the acts that follow."""

from uatapp.signoffs.models.acceptance import (
    AcceptanceClock,
    AcceptancePause,
    AcceptanceTerms,
    AcceptanceTermsState,
    DeemedAcceptance,
)
from uatapp.signoffs.models.acts import ActProgress, ActSignature, Addendum, AddendumFile, SignedAct
from uatapp.signoffs.models.certificates import Certificate, CertificateFile
from uatapp.signoffs.models.conditions import ConditionEvidence, ConditionNote, ConditionProgress, ConditionReminder
from uatapp.signoffs.models.deputies import Consent, Deputy, SignatureFor
from uatapp.signoffs.models.proofs import SignatureProof
from uatapp.signoffs.models.recommendations import Recommendation
from uatapp.signoffs.models.requests import Signatory, SigningNonce, Signoff, SignoffCycle, SignoffNote, Snapshot
from uatapp.signoffs.models.scopes import SignoffQuorum, SignoffScope, SignoffUnit
from uatapp.signoffs.models.signatures import Condition, Signature, Waiver

__all__ = [
    "AcceptanceClock",
    "AcceptancePause",
    "AcceptanceTerms",
    "AcceptanceTermsState",
    "ActProgress",
    "ActSignature",
    "Addendum",
    "AddendumFile",
    "Certificate",
    "CertificateFile",
    "Condition",
    "ConditionEvidence",
    "ConditionNote",
    "ConditionProgress",
    "ConditionReminder",
    "Consent",
    "DeemedAcceptance",
    "Deputy",
    "Recommendation",
    "Signatory",
    "Signature",
    "SignatureFor",
    "SignatureProof",
    "SignedAct",
    "SigningNonce",
    "Signoff",
    "SignoffCycle",
    "SignoffNote",
    "SignoffQuorum",
    "SignoffScope",
    "SignoffUnit",
    "Snapshot",
    "Waiver",
]
