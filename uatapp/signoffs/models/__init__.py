"""Sign-offs: the request, the signatures, the certificates; what is owed after them, and the acts that follow."""

from uatapp.signoffs.models.acts import ActProgress, ActSignature, Addendum, AddendumFile, SignedAct
from uatapp.signoffs.models.certificates import Certificate, CertificateFile
from uatapp.signoffs.models.conditions import ConditionEvidence, ConditionNote, ConditionProgress, ConditionReminder
from uatapp.signoffs.models.requests import Signatory, SigningNonce, Signoff, SignoffCycle, SignoffNote, Snapshot
from uatapp.signoffs.models.signatures import Condition, Signature, Waiver

__all__ = [
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
    "Signatory",
    "Signature",
    "SignedAct",
    "SigningNonce",
    "Signoff",
    "SignoffCycle",
    "SignoffNote",
    "Snapshot",
    "Waiver",
]
