"""What happens to sign-offs."""

from dataclasses import dataclass
from typing import ClassVar

from uatapp.kernel.events import Event, free_text, internal


@dataclass(frozen=True, slots=True, kw_only=True)
class SignoffRequested(Event):
    action: ClassVar[str] = "signoff.requested"
    sentence: ClassVar[str] = "{by} requested sign-off {subject} on {cycles} from {signatories}"
    signoff_id: int = internal()
    cycles: tuple[str, ...]
    signatories: tuple[str, ...]
    snapshot: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignoffSigned(Event):
    action: ClassVar[str] = "signoff.signed"
    sentence: ClassVar[str] = "{by} signed {subject}: {decision}. {reasons}"
    signoff_id: int = internal()
    decision: str
    snapshot: str
    conditions: int
    waivers: tuple[str, ...]
    reasons: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningDenied(Event):
    """`why` is one of: password, hash, nonce, right, turn, clock, guesses."""

    action: ClassVar[str] = "signoff.signing_denied"
    sentence: ClassVar[str] = "{by} tried to sign {subject} and was refused ({why})"
    why: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignoffAskedBack(Event):
    action: ClassVar[str] = "signoff.asked_back"
    sentence: ClassVar[str] = "{by} wrote on {subject}: {text}"
    signoff_id: int = internal()
    text: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignoffMoved(Event):
    """The request ended: decided, withdrawn or lapsed; or a certificate was overtaken."""

    action: ClassVar[str] = "signoff.moved"
    sentence: ClassVar[str] = "{subject} went from {from_} to {to} through {by}: {why}"
    signoff_id: int = internal()
    from_: str
    to: str
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateIssued(Event):
    action: ClassVar[str] = "certificate.issued"
    sentence: ClassVar[str] = "The certificate {number} of {subject} was issued"
    signoff_id: int = internal()
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateStored(Event):
    action: ClassVar[str] = "certificate.stored"
    sentence: ClassVar[str] = "The sealed file of certificate {number} was stored, fingerprint {sha256}"
    number: str
    sha256: str
