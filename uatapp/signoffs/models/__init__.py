"""Sign-offs: the request, the signatures, the certificates."""

from uatapp.signoffs.models.certificates import Certificate, CertificateFile
from uatapp.signoffs.models.requests import Signatory, SigningNonce, Signoff, SignoffCycle, SignoffNote, Snapshot
from uatapp.signoffs.models.signatures import Condition, Signature, Waiver

__all__ = [
    "Certificate",
    "CertificateFile",
    "Condition",
    "Signatory",
    "Signature",
    "SigningNonce",
    "Signoff",
    "SignoffCycle",
    "SignoffNote",
    "Snapshot",
    "Waiver",
]
