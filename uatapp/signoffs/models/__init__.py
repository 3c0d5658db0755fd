"""Sign-offs: the request, the signatures, the certificates."""

from uatapp.signoffs.models.acceptance import (
    AcceptanceClock,
    AcceptancePause,
    AcceptanceTerms,
    AcceptanceTermsState,
    DeemedAcceptance,
)
from uatapp.signoffs.models.certificates import Certificate, CertificateFile
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
    "Certificate",
    "CertificateFile",
    "Condition",
    "Consent",
    "DeemedAcceptance",
    "Deputy",
    "Recommendation",
    "Signatory",
    "Signature",
    "SignatureFor",
    "SignatureProof",
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
