"""The paper of an act that all have signed: fixed with the last signature; a job makes and seals the PDF, once."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import rfc8785
import sqlalchemy as sa
from flask import current_app

from uatapp.config import Paper
from uatapp.jobs import service as jobs
from uatapp.jobs.registry import job
from uatapp.kernel import clock, pdf, seal, storage
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.keys import Keys
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.models import Project
from uatapp.signoffs import acting, certificates, events, paper
from uatapp.signoffs.documents import Unfit, fingerprint
from uatapp.signoffs.models import ActSignature, Addendum, AddendumFile, SignedAct, Signoff

JOB = "addendum.render"
__all__ = ["fingerprint", "issue"]


@dataclass(frozen=True, slots=True)
class ActSignatureFacts:
    """One recorded signature, with the words that were signed; named as on a certificate."""

    name: str
    job_title: str
    organisation: str
    side: str
    statement: str
    statement_version: str
    waived: list[dict[str, str]]
    at: str
    local: str
    snapshot_hash: str


@dataclass(frozen=True, slots=True)
class AddendumFacts:
    """Everything that an addendum prints. `snapshot` is the act's document, `state_after` what the sign-off became."""

    snapshot: dict[str, Any]
    snapshot_hash: str
    state_after: str
    issued_at: str
    number: str
    check_code: str
    check_url: str
    checkpoint: str
    seal_name: str
    signatures: tuple[ActSignatureFacts, ...]
    paper: Paper = "a4"


def issue(project: Project, signoff: Signoff, act: SignedAct, signed: Sequence[ActSignature], *, by: Actor) -> Addendum:
    """Fix what the addendum states, in the transaction of the last signature, and queue its PDF."""
    code, number = certificates.new_code(), f"UAT-{act.reference}"
    settings = current_app.config["UATAPP"]
    facts = rfc8785.dumps(
        {
            "number": number,
            "kind": act.kind.value,
            "state_after": signoff.state.value,
            "issued_at": clock.iso(clock.now()),
            "check_code": code,
            "check_url": f"{settings.base_url}/check/{code}",
            "paper": settings.paper,
            "snapshot_sha256": act.sha256,
            "signatures": [_signature(row, project.zone) for row in signed],
        }
    )
    row = Addendum(
        project_id=project.id,
        act_id=act.id,
        act_reference=act.reference,
        number=number,
        check_code=code,
        facts=facts,
        facts_sha256=fingerprint(facts),
    )
    db.session.add(row)
    told = events.CertificateIssued(
        project_id=project.id, subject=act.reference, by=by, signoff_id=signoff.id, number=number
    )
    record(told, row)
    db.session.flush()
    jobs.queue(JOB, dedupe=f"{JOB}:{row.id}", title=f"Addendum {number}", addendum_id=row.id)
    return row


def _signature(row: ActSignature, zone: str) -> dict[str, Any]:
    local = row.at.astimezone(ZoneInfo(zone))
    return {
        "name": row.printed_name,
        "job_title": row.job_title,
        "organisation": row.organisation,
        "side": row.side.value,
        "statement": row.statement,
        "statement_version": row.statement_version,
        "waived": row.waived,
        "at": clock.iso(row.at),
        "local": f"{local:%d %B %Y, %H:%M} {local.tzname()} ({zone})",
        "snapshot_hash": row.document_sha256,
    }


# ---- reads ----


def find_by_code(code: str) -> Addendum | None:
    """Return an addendum by the code printed on it (groups, spaces and case do not matter)."""
    cleaned = "".join(c for c in code.upper() if c.isalnum())
    return db.session.scalar(sa.select(Addendum).where(Addendum.check_code == cleaned))


def find(act_id: int) -> Addendum | None:
    return db.session.scalar(sa.select(Addendum).where(Addendum.act_id == act_id))


def find_file(addendum_id: int) -> AddendumFile | None:
    return db.session.scalar(sa.select(AddendumFile).where(AddendumFile.addendum_id == addendum_id))


# ---- the PDF ----


@job(JOB)
def render(addendum_id: int) -> None:
    """Make the sealed PDF of an addendum and store it, once; a second run changes nothing."""
    row = db.session.get_one(Addendum, addendum_id)
    if find_file(row.id) is not None:
        return
    facts = printable(row, certificates.checkpoint(row.project_id))
    _store(addendum_id, sealed(facts, certificates.keys()))


def printable(row: Addendum, checkpoint: str) -> AddendumFacts:
    """Return the facts of an addendum as the paper prints them."""
    fixed = json.loads(row.facts)
    act = db.session.get_one(SignedAct, row.act_id)
    same = ("state_after", "issued_at", "number", "check_code", "check_url", "paper")
    return AddendumFacts(
        snapshot=acting.document_of(act),
        snapshot_hash=fixed["snapshot_sha256"],
        checkpoint=checkpoint,
        seal_name=certificates.keys().name,
        signatures=tuple(ActSignatureFacts(**signature) for signature in fixed["signatures"]),
        **{name: fixed[name] for name in same},
    )


def signature_record(facts: AddendumFacts) -> bytes:
    """Write who signed what, as the addendum carries it (signatures.json)."""
    return rfc8785.dumps(
        {
            "format": "uatapp-signatures-1",
            "certificate": facts.number,
            "follows": facts.snapshot["certificate"],
            "decision": facts.snapshot["kind"],
            "issued_at": facts.issued_at,
            "check_url": facts.check_url,
            "snapshot_sha256": facts.snapshot_hash,
            "signatures": [asdict(row) for row in facts.signatures],
        }
    )


def sealed(facts: AddendumFacts, keys: Keys, *, at: datetime | None = None) -> bytes:
    """Print and seal an addendum. Raises Unfit where hashes disagree, PdfFailed where no PDF comes out."""
    document = acting.canonical(facts.snapshot)
    if {fingerprint(document)} != {facts.snapshot_hash, *(row.snapshot_hash for row in facts.signatures)}:
        raise Unfit("The document of the act is not the one that was signed.")
    carried = (
        pdf.Attached(seal.SNAPSHOT, document, "Source", "The document that was signed"),
        pdf.Attached(seal.SIGNATURES, signature_record(facts), "Source", "Who signed what, and when"),
        pdf.Attached(seal.CHECKPOINT, facts.checkpoint.encode(), "Supplement", "Signed checkpoint of the audit trail"),
        pdf.Attached(seal.PUBLIC_KEYS, keys.public_pem, "Supplement", "Public keys of the issuing installation"),
    )
    stamp = paper.stamp(facts, keys, at or clock.now())
    with pdf.one_child():
        page, mark = pdf.render_all([paper.addendum(facts, keys, carried), stamp])
    return seal.seal_pdf(page, mark, keys, reason=f"Addendum {facts.number}")


def _store(addendum_id: int, data: bytes) -> None:
    sha256 = storage.put(data)
    with unit_of_work(SYSTEM):
        row = db.session.scalars(sa.select(Addendum).where(Addendum.id == addendum_id).with_for_update()).one()
        if find_file(row.id) is not None:
            return
        file = AddendumFile(
            project_id=row.project_id, addendum_id=row.id, addendum_number=row.number, sha256=sha256, size=len(data)
        )
        db.session.add(file)
        told = events.CertificateStored(
            project_id=row.project_id, subject=row.act_reference, by=SYSTEM, number=row.number, sha256=sha256
        )
        record(told, file)
