"""Certificates: what they state is fixed with the last signature; a job makes and seals the PDF, once."""

import base64
import json
import secrets
from datetime import datetime
from enum import StrEnum
from typing import Any, cast
from zoneinfo import ZoneInfo

import rfc8785
import sqlalchemy as sa
from flask import current_app

from uatapp.audit import checkpoints
from uatapp.jobs import service as jobs
from uatapp.jobs.registry import job
from uatapp.kernel import clock, storage
from uatapp.kernel.actor import SYSTEM, Actor
from uatapp.kernel.db import db
from uatapp.kernel.keys import Keys
from uatapp.kernel.references import Kind, written
from uatapp.kernel.uow import record, unit_of_work
from uatapp.projects.models import Project
from uatapp.signoffs import consents, documents, events, queries
from uatapp.signoffs.models import (
    Certificate,
    CertificateFile,
    Condition,
    DeemedAcceptance,
    Signature,
    Signoff,
    Waiver,
)
from uatapp.signoffs.silence import DeemedFacts

JOB = "certificate.render"


def keys() -> Keys:
    """Return the installation's keys, made on first use."""
    return checkpoints.installation_keys()


def new_code() -> str:
    """Return 128 random bits as 26 characters that people can type."""
    return base64.b32encode(secrets.token_bytes(16)).decode().rstrip("=")


def issue(project: Project, signoff: Signoff, decision: StrEnum, *, by: Actor) -> Certificate:
    """Fix what the certificate states, in the transaction of the last signature, and queue its PDF."""
    reference = written(project.key, Kind.SIGNOFF, signoff.number)
    code = new_code()
    facts = rfc8785.dumps(_facts(project, signoff, decision, f"UAT-{reference}", code))
    row = Certificate(
        project_id=project.id,
        signoff_id=signoff.id,
        signoff_reference=reference,
        number=f"UAT-{reference}",
        check_code=code,
        facts=facts,
        facts_sha256=documents.fingerprint(facts),
    )
    db.session.add(row)
    told = events.CertificateIssued(
        project_id=project.id, subject=reference, by=by, signoff_id=signoff.id, number=row.number
    )
    record(told, row)
    db.session.flush()
    jobs.queue(JOB, dedupe=f"{JOB}:{row.id}", title=f"Certificate {row.number}", certificate_id=row.id)
    return row


def _facts(project: Project, signoff: Signoff, decision: StrEnum, number: str, code: str) -> dict[str, Any]:
    settings = current_app.config["UATAPP"]
    deemed = db.session.scalar(sa.select(DeemedAcceptance).where(DeemedAcceptance.signoff_id == signoff.id))
    return {
        **({"deemed": _deemed(deemed)} if deemed else {}),
        "number": number,
        "decision": decision.value,
        "issued_at": clock.iso(clock.now()),
        "check_code": code,
        "check_url": f"{settings.base_url}/check/{code}",
        "paper": settings.paper,
        "snapshot_sha256": queries.get_snapshot(signoff.id).sha256,
        "signatures": _signatures(signoff, project.zone),
        "conditions": [_condition(row) for row in queries.conditions(signoff.id)],
        "waivers": [_waiver(row) for row in queries.waivers(signoff.id)],
    }


def _deemed(row: DeemedAcceptance) -> dict[str, Any]:
    return {
        "by": row.by_name,
        "job_title": row.job_title,
        "organisation": row.organisation,
        "at": clock.iso(row.at),
        "local": _local(row.at, row.zone),
        "clause": row.clause,
        "days": row.review_days,
        "round": row.round,
        "started": clock.iso(row.started_at),
        "last_day": row.last_day.isoformat(),
        "silence_on": row.silence_on.isoformat(),
        "zone": row.zone,
        "pauses": row.pauses,
    }


def _local(at: datetime, zone: str) -> str:
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%d %B %Y, %H:%M} {local.tzname()} ({zone})"


def _signatures(signoff: Signoff, zone: str) -> list[dict[str, Any]]:
    rows, for_whom = queries.signatures(signoff.id), queries.signed_for(signoff.id)
    proofs = queries.proofs(signoff.id)
    agreed = consents.newest_of([row.signer_uid for row in rows])
    found = []
    for row in rows:
        consent, principal = agreed.get(row.signer_uid), for_whom.get(row.id)
        words = f"{consent.version}, {clock.iso(consent.at)}" if consent else ""
        name = principal.for_name if principal else None
        facts = {**_signature(row, zone), "for_whom": name, "consent": words}
        found.append(facts | ({"proved_with": proofs[row.signer_uid].value} if row.signer_uid in proofs else {}))
    return found


def _signature(row: Signature, zone: str) -> dict[str, Any]:
    return {
        "name": row.printed_name,
        "job_title": row.job_title,
        "organisation": row.organisation,
        "side": row.side.value,
        "decision": row.decision.value,
        "statement": row.statement,
        "statement_version": row.statement_version,
        "reasons": row.reasons,
        "at": clock.iso(row.at),
        "local": _local(row.at, zone),
        "snapshot_hash": row.snapshot_sha256,
    }


def _condition(row: Condition) -> dict[str, Any]:
    return {
        "text": row.text,
        "owner": row.owner,
        "due": row.due_on.isoformat(),
        "workaround": row.workaround,
        "set_by": row.set_by_name,
    }


def _waiver(row: Waiver) -> dict[str, Any]:
    return {"criterion": row.criterion_title, "by": row.by_name, "reason": row.reason, "at": clock.iso(row.at)}


@job(JOB)
def render(certificate_id: int) -> None:
    """Make the sealed PDF of a certificate and store it, once; a second run changes nothing."""
    row = db.session.get_one(Certificate, certificate_id)
    if queries.find_file(row.id) is not None:
        return
    note = checkpoint(row.project_id)
    facts = printable(row, note)
    data = documents.render_certificate(facts, keys())
    _store(certificate_id, data)


def checkpoint(project_id: int) -> str:
    """Return the signed checkpoint printed on a paper: taken after its signatures are on the chain."""
    chain = db.session.get_one(Project, project_id).key
    with unit_of_work(SYSTEM):
        return checkpoints.make(chain, keys()).note


def printable(row: Certificate, checkpoint: str) -> documents.CertificateFacts:
    """Return the facts of a certificate as the paper prints them."""
    fixed = json.loads(row.facts)
    snapshot = queries.get_snapshot(row.signoff_id)
    return documents.CertificateFacts(
        snapshot=cast(documents.FrozenScope, queries.document_of(snapshot)),
        snapshot_hash=fixed["snapshot_sha256"],
        decision=fixed["decision"],
        issued_at=fixed["issued_at"],
        number=fixed["number"],
        check_code=fixed["check_code"],
        check_url=fixed["check_url"],
        checkpoint=checkpoint,
        seal_name=keys().name,
        paper=fixed.get("paper", "a4"),  # certificates of 0.1 do not say
        signatures=tuple(documents.SignatureFacts(**signature) for signature in fixed["signatures"]),
        conditions=tuple(documents.ConditionFacts(**condition) for condition in fixed["conditions"]),
        waivers=tuple(documents.WaiverFacts(**waiver) for waiver in fixed["waivers"]),
        deemed=DeemedFacts(**fixed["deemed"]) if "deemed" in fixed else None,
    )


def _store(certificate_id: int, data: bytes) -> None:
    sha256 = storage.put(data)
    with unit_of_work(SYSTEM):
        statement = sa.select(Certificate).where(Certificate.id == certificate_id).with_for_update()
        row = db.session.scalars(statement).one()
        if queries.find_file(row.id) is not None:
            return
        file = CertificateFile(
            project_id=row.project_id,
            certificate_id=row.id,
            certificate_number=row.number,
            sha256=sha256,
            size=len(data),
        )
        db.session.add(file)
        told = events.CertificateStored(
            project_id=row.project_id, subject=row.signoff_reference, by=SYSTEM, number=row.number, sha256=sha256
        )
        record(told, file)
