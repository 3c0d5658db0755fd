"""Reads about sign-offs."""

import json
from collections.abc import Collection, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import aliased, joinedload

from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.kernel.permissions import Side
from uatapp.signoffs.models import (
    Certificate,
    CertificateFile,
    Condition,
    Signatory,
    Signature,
    SignatureFor,
    SignatureProof,
    Signoff,
    SignoffCycle,
    SignoffNote,
    SignoffQuorum,
    Snapshot,
    Waiver,
)
from uatapp.signoffs.rules import Seat
from uatapp.signoffs.states import Means, SignoffState


def get_signoff(project_id: int, number: int, *, lock: bool = False) -> Signoff:
    """Return a sign-off by its number; refuse (NotFound) what is not there. `lock` holds it until the commit."""
    statement = sa.select(Signoff).where(Signoff.project_id == project_id, Signoff.number == number)
    if lock:
        statement = statement.with_for_update().execution_options(populate_existing=True)
    else:
        statement = statement.options(joinedload(Signoff.requested_by))
    signoff = db.session.scalar(statement)
    if signoff is None:
        raise NotFound
    return signoff


def get_snapshot(signoff_id: int) -> Snapshot:
    return db.session.scalars(sa.select(Snapshot).where(Snapshot.signoff_id == signoff_id)).one()


def document_of(snapshot: Snapshot) -> dict[str, Any]:
    """Return the frozen scope as it was signed. It is read anew each time: ten thousand tests take a moment."""
    return cast("dict[str, Any]", json.loads(snapshot.document))


def members_of(snapshot: Snapshot, *names: str) -> dict[str, Any]:
    """Return some members of the frozen scope. Canonical JSON has them in the order of their names, so what comes
    after the last of them, such as ten thousand tests, is not read."""
    text, decoder, found, at = snapshot.document.decode(), json.JSONDecoder(), dict[str, Any](), 1
    while text[at] != "}" and len(found) < len(names):
        name, at = decoder.raw_decode(text, at)
        value, at = decoder.raw_decode(text, at + 1)
        at += text[at] == ","
        if name in names:
            found[name] = value
    return found


def signatories(signoff_id: int) -> Sequence[Signatory]:
    """Return who is asked to sign, in order, each with user and organisation."""
    statement = sa.select(Signatory).where(Signatory.signoff_id == signoff_id)
    return db.session.scalars(statement.options(joinedload(Signatory.user)).order_by(Signatory.position)).all()


def signatures(signoff_id: int) -> Sequence[Signature]:
    statement = sa.select(Signature).where(Signature.signoff_id == signoff_id)
    return db.session.scalars(statement.order_by(Signature.id)).all()


def proofs(signoff_id: int) -> dict[str, Means]:
    """Return how each signer proved who they were, by uid; signatures of earlier versions do not say."""
    statement = sa.select(SignatureProof.signer_uid, SignatureProof.means)
    return dict(db.session.execute(statement.where(SignatureProof.signoff_id == signoff_id)).tuples().all())


def seats(signoff_id: int) -> list[Seat]:
    """Return the signatories as rules see them."""
    return seats_of([signoff_id])[signoff_id]


def seats_of(signoff_ids: Collection[int]) -> dict[int, list[Seat]]:
    """Return the signatories of several sign-offs as rules see them, in order, in one statement."""
    own = (Signature.signoff_id == Signatory.signoff_id) & (Signature.user_id == Signatory.user_id)
    stood_in = (SignatureFor.signoff_id == Signatory.signoff_id) & (SignatureFor.for_user_id == Signatory.user_id)
    deputys = aliased(Signature)
    statement = (
        sa.select(Signatory, sa.func.coalesce(Signature.user_id, deputys.user_id))
        .outerjoin(Signature, own)
        .outerjoin(SignatureFor, stood_in)
        .outerjoin(deputys, deputys.id == SignatureFor.signature_id)
        .where(Signatory.signoff_id.in_(signoff_ids))
        .options(joinedload(Signatory.user))
        .order_by(Signatory.position)
    )
    found: dict[int, list[Seat]] = {signoff_id: [] for signoff_id in signoff_ids}
    for row, by in db.session.execute(statement):
        seat = Seat(row.user_id, row.user.name, row.position, row.side, by is not None, by)
        found[row.signoff_id].append(seat)
    return found


def signed_for(signoff_id: int) -> dict[int, SignatureFor]:
    """Return for whom deputies signed, by the id of the signature."""
    statement = sa.select(SignatureFor).where(SignatureFor.signoff_id == signoff_id)
    return {row.signature_id: row for row in db.session.scalars(statement)}


def quorum(signoff_id: int) -> dict[Side, int]:
    """Return how many of a side are enough, for the sides of which not all must sign."""
    return quorums([signoff_id])[signoff_id]


def quorums(signoff_ids: Collection[int]) -> dict[int, dict[Side, int]]:
    """Return how many of a side are enough in several requests, in one statement."""
    found: dict[int, dict[Side, int]] = {signoff_id: {} for signoff_id in signoff_ids}
    for row in db.session.scalars(sa.select(SignoffQuorum).where(SignoffQuorum.signoff_id.in_(signoff_ids))):
        found[row.signoff_id][row.side] = row.least
    return found


def waiting(project_id: int) -> Sequence[Signoff]:
    """Return the open requests of a project with who asked, oldest first."""
    where = (Signoff.project_id == project_id, Signoff.state == SignoffState.REQUESTED)
    statement = sa.select(Signoff).where(*where).order_by(Signoff.number)
    return db.session.scalars(statement.options(joinedload(Signoff.requested_by))).all()


def waivers(signoff_id: int) -> Sequence[Waiver]:
    return db.session.scalars(sa.select(Waiver).where(Waiver.signoff_id == signoff_id).order_by(Waiver.id)).all()


def conditions(signoff_id: int) -> Sequence[Condition]:
    statement = sa.select(Condition).where(Condition.signoff_id == signoff_id)
    return db.session.scalars(statement.order_by(Condition.number)).all()


def notes(signoff_id: int) -> Sequence[SignoffNote]:
    statement = sa.select(SignoffNote).where(SignoffNote.signoff_id == signoff_id)
    return db.session.scalars(statement.order_by(SignoffNote.number)).all()


def find_certificate(signoff_id: int) -> Certificate | None:
    return db.session.scalar(sa.select(Certificate).where(Certificate.signoff_id == signoff_id))


def find_certificate_by_code(code: str) -> Certificate | None:
    """Return a certificate by the code printed on it (groups, spaces and case do not matter)."""
    cleaned = "".join(c for c in code.upper() if c.isalnum())
    return db.session.scalar(sa.select(Certificate).where(Certificate.check_code == cleaned))


def find_file(certificate_id: int) -> CertificateFile | None:
    return db.session.scalar(sa.select(CertificateFile).where(CertificateFile.certificate_id == certificate_id))


def cycle_ids(signoff_id: int) -> frozenset[int]:
    statement = sa.select(SignoffCycle.cycle_id).where(SignoffCycle.signoff_id == signoff_id)
    return frozenset(db.session.scalars(statement))


def in_state(project_id: int, *states: SignoffState, lock: bool = False) -> Sequence[Signoff]:
    """Return a project's sign-offs in given states, oldest first."""
    statement = sa.select(Signoff).where(Signoff.project_id == project_id, Signoff.state.in_(states))
    statement = statement.order_by(Signoff.number)
    return db.session.scalars(statement.with_for_update() if lock else statement).all()


def requested_over(project_id: int, cycle_id: int) -> Sequence[Signoff]:
    """Return open requests whose scope holds a cycle, locked."""
    statement = (
        sa.select(Signoff)
        .join(SignoffCycle, SignoffCycle.signoff_id == Signoff.id)
        .where(Signoff.project_id == project_id, Signoff.state == SignoffState.REQUESTED)
        .where(SignoffCycle.cycle_id == cycle_id)
        .order_by(Signoff.number)
    )
    return db.session.scalars(statement.with_for_update(of=Signoff)).all()
