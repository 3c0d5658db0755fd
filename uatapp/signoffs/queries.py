"""Reads about sign-offs."""

import json
from collections.abc import Collection, Sequence
from typing import Any, cast

import sqlalchemy as sa
from sqlalchemy.orm import joinedload

from uatapp.kernel.db import db
from uatapp.kernel.errors import NotFound
from uatapp.signoffs.models import (
    Certificate,
    CertificateFile,
    Condition,
    Signatory,
    Signature,
    Signoff,
    SignoffCycle,
    SignoffNote,
    Snapshot,
    Waiver,
)
from uatapp.signoffs.rules import Seat
from uatapp.signoffs.states import SignoffState


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
    """Return the frozen scope as it was signed."""
    return cast("dict[str, Any]", json.loads(snapshot.document))


def signatories(signoff_id: int) -> Sequence[Signatory]:
    """Return who is asked to sign, in order, each with user and organisation."""
    statement = sa.select(Signatory).where(Signatory.signoff_id == signoff_id)
    return db.session.scalars(statement.options(joinedload(Signatory.user)).order_by(Signatory.position)).all()


def signatures(signoff_id: int) -> Sequence[Signature]:
    statement = sa.select(Signature).where(Signature.signoff_id == signoff_id)
    return db.session.scalars(statement.order_by(Signature.id)).all()


def seats(signoff_id: int) -> list[Seat]:
    """Return the signatories as rules see them."""
    return seats_of([signoff_id])[signoff_id]


def seats_of(signoff_ids: Collection[int]) -> dict[int, list[Seat]]:
    """Return the signatories of several sign-offs as rules see them, in order, in one statement."""
    own = (Signature.signoff_id == Signatory.signoff_id) & (Signature.user_id == Signatory.user_id)
    statement = (
        sa.select(Signatory, Signature.id)
        .outerjoin(Signature, own)
        .where(Signatory.signoff_id.in_(signoff_ids))
        .options(joinedload(Signatory.user))
        .order_by(Signatory.position)
    )
    found: dict[int, list[Seat]] = {signoff_id: [] for signoff_id in signoff_ids}
    for row, signed in db.session.execute(statement):
        seat = Seat(row.user_id, row.user.name, row.position, row.side, signed is not None)
        found[row.signoff_id].append(seat)
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
    )
    return db.session.scalars(statement.with_for_update(of=Signoff)).all()
