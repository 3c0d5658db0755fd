"""A sealed PDF: its own seal and content, then, where it is one of ours, the chain and the files that we keep."""

import hashlib
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.orm import Session

from uatapp.audit import checkpoints as points
from uatapp.kernel.keys import note_text, verify_note
from uatapp.kernel.seal import CHECKPOINT, SealCheck, check_pdf
from uatapp.operations.checks import checkpoints
from uatapp.operations.checks.checkpoints import Trusted
from uatapp.operations.checks.report import CouldNotCheckError, Report
from uatapp.signoffs.models import AddendumFile, CertificateFile


def check_seal(report: Report, path: Path, trusted: Trusted) -> SealCheck:
    """Check a certificate by itself; needs no database and no connection."""
    if trusted.public is None:
        raise CouldNotCheckError("There is no public key to check the seal with. Name one with --key.")
    report.counts["certificates"] += 1
    try:
        found = check_pdf(path.read_bytes(), [trusted.public])
    except ValueError as odd:
        raise CouldNotCheckError(f"The key given cannot be read: {odd}") from odd
    for reason in found.reasons:
        report.bad(path.name, 0, reason)
    return found


def check_file(session: Session, report: Report, path: Path, trusted: Trusted) -> None:
    """Check a certificate's seal; if this installation issued it, also its checkpoint and that we keep its bytes."""
    found = check_seal(report, path, trusted)
    if not found.genuine:
        return
    note = found.attachments[CHECKPOINT].decode()
    own = checkpoints.trusted_keys(None)
    if own.public is None or not verify_note(note, own.checkpoint_key):
        report.remarks.append(f"{path.name} was issued by another installation, so its log was not compared.")
        return
    try:
        point = points.read(note_text(note))
    except ValueError:
        report.bad(path.name, 0, "it carries no checkpoint of an audit trail")
        return
    checkpoints.check_point(session, report, point, f"the certificate {path.name}")
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    kept = (sa.select(kind.id).where(kind.sha256 == sha256).limit(1) for kind in (CertificateFile, AddendumFile))
    if all(session.scalar(statement) is None for statement in kept):
        report.bad(point.chain, 0, f"{path.name} is not among the certificates that were issued here")
