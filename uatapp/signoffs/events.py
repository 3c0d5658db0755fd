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
    scope: str = ""


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
    """`why` is one of: password, password or code, used code, second step, hash, nonce, right, turn, clock,
    guesses, silence.
    """

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


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationGiven(Event):
    """A project manager said what the own side recommends; `stance` is accept, reservations or against."""

    action: ClassVar[str] = "signoff.recommended"
    sentence: ClassVar[str] = "{by} recommended to the sponsors: {stance}. {text}"
    stance: str
    text: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class BundleTaken(Event):
    """Somebody took what is needed to check a certificate elsewhere, the audit trail included."""

    action: ClassVar[str] = "certificate.bundle_taken"
    sentence: ClassVar[str] = "{by} took certificate {number} with the audit trail, to check them elsewhere"
    number: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedFor(Event):
    """A deputy signed: whose signature it is."""

    action: ClassVar[str] = "signoff.signed_for"
    sentence: ClassVar[str] = "{by} signed {subject} for {name}, as deputy from {starts} until {ends}"
    name: str
    starts: str
    ends: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Event):
    action: ClassVar[str] = "signing.consent_given"
    sentence: ClassVar[str] = "{by} agreed to sign electronically (version {version})"
    name: str
    version: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeputyNamed(Event):
    action: ClassVar[str] = "deputy.named"
    sentence: ClassVar[str] = "{by} named {deputy} to sign for {name} from {starts} until {ends}: {reason}"
    name: str
    deputy: str
    starts: str
    ends: str
    reason: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class DeputyEnded(Event):
    action: ClassVar[str] = "deputy.ended"
    sentence: ClassVar[str] = "{deputy} no longer signs for {name}; ended through {by}"
    name: str
    deputy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionMoved(Event):
    """A condition was reported as done, closed, sent back or opened again."""

    action: ClassVar[str] = "condition.moved"
    sentence: ClassVar[str] = "{subject} went from {from_} to {to} through {by}: {why}"
    condition_id: int = internal()
    from_: str
    to: str
    files: int
    why: str = free_text()


@dataclass(frozen=True, slots=True, kw_only=True)
class ConditionReminded(Event):
    action: ClassVar[str] = "condition.reminded"
    sentence: ClassVar[str] = "{count} people were reminded of {subject}, due {due}"
    count: int
    due: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActOpened(Event):
    action: ClassVar[str] = "act.opened"
    sentence: ClassVar[str] = "{by} asked for {subject} ({kind}) to be signed by {signatories}"
    act_id: int = internal()
    kind: str
    signatories: tuple[str, ...]
    document: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ActSigned(Event):
    action: ClassVar[str] = "act.signed"
    sentence: ClassVar[str] = "{by} signed {subject} ({kind})"
    act_id: int = internal()
    kind: str
    document: str
    waived: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActMoved(Event):
    """An act was signed by all, taken back, or no longer says what is true."""

    action: ClassVar[str] = "act.moved"
    sentence: ClassVar[str] = "{subject} went from {from_} to {to} through {by}: {why}"
    act_id: int = internal()
    from_: str
    to: str
    why: str = free_text()
