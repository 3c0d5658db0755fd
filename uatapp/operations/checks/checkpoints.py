"""Checkpoints against the chains: the signed notes we keep, and older ones that people bring."""

import re
from dataclasses import dataclass
from pathlib import Path

import sqlalchemy as sa
from flask import current_app
from sqlalchemy.orm import Session

from uatapp.audit import checkpoints
from uatapp.audit.checkpoints import Point
from uatapp.audit.models import AuditEntry, Checkpoint
from uatapp.config import Settings
from uatapp.kernel import clock
from uatapp.kernel.keys import FILES, Keys, KeysIncomplete, note_text, verify_note
from uatapp.operations.checks.report import CouldNotCheckError, Report

_PUBLIC = re.compile(rb"-----BEGIN PUBLIC KEY-----.+?-----END PUBLIC KEY-----\n?", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Trusted:
    """Whose signatures count: PEM of the public keys, checkpoint's and seal's; None where there is none."""

    public: bytes | None

    @property
    def checkpoint_key(self) -> bytes:
        found = _PUBLIC.search(self.public or b"")
        if found is None:
            raise CouldNotCheckError("There is no public key to check signatures with. Name one with --key.")
        return found.group()


def trusted_keys(key_file: Path | None) -> Trusted:
    """Return the keys of a file, or this installation's own where none is named; never makes any."""
    if key_file:
        return Trusted(key_file.read_bytes())
    settings: Settings = current_app.config["UATAPP"]
    if not any((settings.keys_folder / name).exists() for name in FILES):
        return Trusted(None)
    try:
        return Trusted(Keys.load_or_create(settings.keys_folder, settings.host, clock.now()).public_pem)
    except (KeysIncomplete, ValueError) as odd:
        raise CouldNotCheckError(str(odd)) from odd


def check_kept(session: Session, report: Report, project_key: str | None, trusted: Trusted) -> None:
    """Check every checkpoint that we keep: its signature, its columns, and its hash at its entry."""
    statement = sa.select(Checkpoint).order_by(Checkpoint.id)
    if project_key:
        statement = statement.where(Checkpoint.chain == project_key)
    for row in session.scalars(statement.execution_options(yield_per=100)):
        report.counts["checkpoints"] += 1
        kept = Point(row.chain, row.seq, row.hash, clock.iso(row.at))
        point = _signed_point(row.note, trusted)
        if point is None or not _is_bare(row.note):
            report.bad(row.chain, row.seq, "the checkpoint is not signed by the installation's key")
        elif point != kept:
            report.bad(row.chain, row.seq, "the checkpoint's columns do not say what was signed")
        else:
            check_point(session, report, point, "the checkpoint")


def _is_bare(note: str) -> bool:
    """Say whether a note is four lines, an empty one and a signature, and nothing else."""
    return note.endswith("\n") and len(note.splitlines()) == 6


def _signed_point(note: str, trusted: Trusted) -> Point | None:
    if not verify_note(note, trusted.checkpoint_key):
        return None
    try:
        return checkpoints.read(note_text(note))
    except ValueError:
        return None


def check_file(session: Session, report: Report, path: Path, trusted: Trusted) -> None:
    """Check the chain against a signed note in a file."""
    try:
        note = path.read_text(encoding="utf-8").replace("\r\n", "\n")
        point = checkpoints.read(note_text(note))
    except ValueError as odd:
        raise CouldNotCheckError(f"{path} is not a signed checkpoint.") from odd
    check_note(session, report, note, point, f"the checkpoint {path.name}", trusted)


def check_note(session: Session, report: Report, note: str, point: Point, name: str, trusted: Trusted) -> None:
    """Check the chain against one signed note."""
    report.counts["checkpoints given"] += 1
    if _signed_point(note, trusted) is None:
        report.bad(point.chain, point.seq, f"{name} is not signed by the key given")
        return
    check_point(session, report, point, name)


def check_point(session: Session, report: Report, point: Point, name: str) -> None:
    """Check that the chain still has this hash at this entry."""
    entry = AuditEntry.chain == point.chain
    found = session.scalar(sa.select(AuditEntry.hash).where(entry, AuditEntry.seq == point.seq))
    if found is None:
        last = session.scalar(sa.select(sa.func.max(AuditEntry.seq)).where(entry)) or 0
        report.bad(point.chain, point.seq, f"the log ends with entry {last} and is shorter than {name}, {point.seq}")
    elif found != point.hash:
        report.bad(point.chain, point.seq, f"the log was rewritten: its entry is not the one of {name}")
