"""What signatories sign, and what the certificate prints: one frozen JSON document, and the facts around it.

The frozen scope has strings, booleans, null and whole numbers only; instants are ISO 8601 with their offset.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, TypedDict, cast

import rfc8785

from uatapp.config import Paper
from uatapp.kernel import clock, pdf, seal
from uatapp.kernel.keys import Keys
from uatapp.signoffs import paper
from uatapp.signoffs.silence import DeemedFacts


class ProjectPart(TypedDict):
    key: str
    name: str
    zone: str


class CyclePart(TypedDict):
    number: int
    name: str
    environment: str
    builds: list[str]
    starts: str
    ends: str


class RequestPart(TypedDict):
    by: str
    at: str
    title: str


class FiguresPart(TypedDict):
    total: int
    passed: int
    remarks: int
    failed: int
    blocked: int
    stale: int
    not_run: int
    not_applicable: int
    requirements: int
    people: int
    runs: int


class ProcessPart(TypedDict):
    name: str
    requirements: int
    tests: int
    passed: int
    failed: int
    not_applicable: int
    not_tested: int


class CriterionPart(TypedDict):
    code: str
    title: str
    met: bool
    value: str
    required: str
    rows: list[str]


class StandingPart(TypedDict):
    """Who let earlier results stand for a changed test, and why."""

    by: str
    reason: str


class TestPart(TypedDict):
    reference: str
    title: str
    version: int
    outcome: str
    results_stand: StandingPart | None


class RequirementPart(TypedDict):
    reference: str
    name: str
    process: str
    unit: str
    version: int
    text_hash: str
    outcome: str
    tests: list[TestPart]


class NotTestedPart(TypedDict):
    reference: str
    title: str
    why: str
    decided_by: str
    reason: str


class DefectPart(TypedDict):
    reference: str
    title: str
    severity: str
    state: str
    workaround: str
    open: bool


class PersonPart(TypedDict):
    name: str
    organisation: str
    unit: str
    runs: int


class RunPart(TypedDict):
    """A run; `voided` has the reason where it no longer counts."""

    test: str
    attempt: int
    version: int
    tester: str
    unit: str
    build: str
    started: str
    submitted: str
    outcome: str
    remark: str
    voided: str | None


class EvidencePart(TypedDict):
    run: str
    name: str
    sha256: str
    size: int


class SignatoryPart(TypedDict):
    name: str
    title: str
    organisation: str
    side: str
    position: int


class PredecessorPart(TypedDict):
    """The earlier sign-off that this one follows."""

    reference: str
    state: str
    at: str


class AuditPart(TypedDict):
    chain: str
    seq: int
    hash: str


class FrozenScope(TypedDict):
    """The document that signatories sign, format "uatapp-signoff-1"."""

    format: str
    reference: str
    project: ProjectPart
    customer: str
    partners: list[str]
    cycles: list[CyclePart]
    requested: RequestPart
    rules: list[str]
    figures: FiguresPart
    processes: list[ProcessPart]
    criteria: list[CriterionPart]
    requirements: list[RequirementPart]
    not_tested: list[NotTestedPart]
    defects: list[DefectPart]
    people: list[PersonPart]
    runs: list[RunPart]
    evidence: list[EvidencePart]
    signatories: list[SignatoryPart]
    predecessor: PredecessorPart | None
    audit: AuditPart


LATER = ("consent", "proved_with")  # what certificates of 0.1 do not say of a signature


@dataclass(frozen=True, slots=True)
class SignatureFacts:
    """One recorded signature, with the words that were signed. `local` is the time as the signatory saw it.

    `consent` says to which version of the words about electronic signing they agreed, and when.
    `proved_with` is what was checked in the request that signed; certificates of before do not say.
    """

    name: str
    job_title: str
    organisation: str
    side: str
    for_whom: str | None
    decision: str
    statement: str
    statement_version: str
    reasons: str
    at: str
    local: str
    snapshot_hash: str
    consent: str = ""
    proved_with: str = ""


@dataclass(frozen=True, slots=True)
class ConditionFacts:
    """What is still owed; `due` is an ISO date."""

    text: str
    owner: str
    due: str
    workaround: str
    set_by: str


@dataclass(frozen=True, slots=True)
class WaiverFacts:
    """A named reason for accepting the unmet criterion with this title."""

    criterion: str
    by: str
    reason: str
    at: str


@dataclass(frozen=True, slots=True)
class Successor:
    """The later certificate that replaces this one, and when this copy was marked."""

    number: str
    issued_at: str
    marked_at: str


@dataclass(frozen=True, slots=True)
class CertificateFacts:
    """Everything that a certificate prints. `checkpoint` is the signed note; with a successor it is a marked copy."""

    snapshot: FrozenScope
    snapshot_hash: str
    decision: str
    issued_at: str
    number: str
    check_code: str
    check_url: str
    checkpoint: str
    seal_name: str
    signatures: tuple[SignatureFacts, ...]
    conditions: tuple[ConditionFacts, ...]
    waivers: tuple[WaiverFacts, ...]
    paper: Paper = "a4"
    superseded_by: Successor | None = None
    deemed: DeemedFacts | None = None


class Unfit(ValueError):
    """The facts of a certificate contradict each other; nothing is printed or sealed."""


def canonical(snapshot: FrozenScope) -> bytes:
    """Write the frozen scope as RFC 8785 has it: the one form that is hashed, signed and attached."""
    return rfc8785.dumps(cast("dict[str, Any]", snapshot))


def fingerprint(document: bytes) -> str:
    """Return the SHA-256 of a document as people compare it."""
    return hashlib.sha256(document).hexdigest()


def signature_record(facts: CertificateFacts) -> bytes:
    """Write who signed what, with conditions and waivers, as the certificate carries it (signatures.json)."""
    return rfc8785.dumps(
        {
            "format": "uatapp-signatures-1",
            "certificate": facts.number,
            "decision": facts.decision,
            "issued_at": facts.issued_at,
            "check_url": facts.check_url,
            "snapshot_sha256": facts.snapshot_hash,
            "signatures": [_recorded(row) for row in facts.signatures],
            "conditions": [asdict(row) for row in facts.conditions],
            "waivers": [asdict(row) for row in facts.waivers],
            **({"deemed": asdict(facts.deemed)} if facts.deemed else {}),
        }
    )


def _recorded(row: SignatureFacts) -> dict[str, Any]:
    """Return a signature as its record carries it; what an older certificate does not say is left out."""
    return {name: value for name, value in asdict(row).items() if name not in LATER or value}


def render_certificate(facts: CertificateFacts, keys: Keys, *, at: datetime | None = None) -> bytes:
    """Print and seal a certificate; `at` is the time shown in the seal. A marked copy stays without one.

    Raises Unfit where hashes disagree, PdfFailed where no PDF comes out.
    """
    if facts.superseded_by:
        return unsealed(facts, keys)
    with pdf.one_child():
        document, stamp = pdf.render_all([_sheet(facts, keys), _stamp(facts, keys, at or clock.now())])
    return seal.seal_pdf(document, stamp, keys, reason=f"Certificate {facts.number}")


def unsealed(facts: CertificateFacts, keys: Keys) -> bytes:
    """Print a certificate without sealing it; the same facts give the same bytes."""
    with pdf.one_child():
        return pdf.render_all([_sheet(facts, keys)])[0]


def _sheet(facts: CertificateFacts, keys: Keys) -> pdf.Sheet:
    _refuse_unfit(facts)
    return paper.sheet(facts, keys, attachments=() if facts.superseded_by else _attachments(facts, keys))


def _stamp(facts: CertificateFacts, keys: Keys, at: datetime) -> pdf.Sheet:
    return paper.stamp(facts, keys, at)


def _refuse_unfit(facts: CertificateFacts) -> None:
    found = fingerprint(canonical(facts.snapshot))
    signed = {facts.snapshot_hash, *(row.snapshot_hash for row in facts.signatures)}
    if signed != {found}:
        raise Unfit("The frozen scope is not the one that was signed.")


def _attachments(facts: CertificateFacts, keys: Keys) -> tuple[pdf.Attached, ...]:
    return (
        pdf.Attached(seal.SNAPSHOT, canonical(facts.snapshot), "Source", "The frozen scope that was signed"),
        pdf.Attached(seal.SIGNATURES, signature_record(facts), "Source", "Who signed what, and when"),
        pdf.Attached(seal.CHECKPOINT, facts.checkpoint.encode(), "Supplement", "Signed checkpoint of the audit trail"),
        pdf.Attached(seal.PUBLIC_KEYS, keys.public_pem, "Supplement", "Public keys of the issuing installation"),
    )
