"""The papers that a person has signed: theirs to keep, whatever became of their role."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from uatapp.kernel.db import db
from uatapp.signoffs.models import (
    ActSignature,
    Addendum,
    AddendumFile,
    Certificate,
    CertificateFile,
    Signature,
    SignedAct,
    Signoff,
)

MOST = 200


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """A certificate or addendum that a person has signed; `sha256` names its file once it is made."""

    number: str
    title: str
    signed_at: datetime
    check_code: str
    sha256: str | None


def certificates(user_id: int | None) -> Iterable[OwnPaper]:
    """Yield the certificates of what a person has signed."""
    statement = (
        sa.select(Certificate.number, Signoff.title, Signature.at, Certificate.check_code, CertificateFile.sha256)
        .join(Signoff, Signoff.id == Certificate.signoff_id)
        .join(Signature, Signature.signoff_id == Signoff.id)
        .outerjoin(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .where(Signature.user_id == user_id)
    )
    return (OwnPaper(*row) for row in db.session.execute(statement).tuples())


def addenda(user_id: int | None) -> list[OwnPaper]:
    """Return the addenda that a person has signed, newest first."""
    statement = (
        sa.select(Addendum.number, Signoff.title, ActSignature.at, Addendum.check_code, AddendumFile.sha256)
        .join(SignedAct, SignedAct.id == Addendum.act_id)
        .join(Signoff, Signoff.id == SignedAct.signoff_id)
        .join(ActSignature, ActSignature.act_id == SignedAct.id)
        .outerjoin(AddendumFile, AddendumFile.addendum_id == Addendum.id)
        .where(ActSignature.user_id == user_id)
        .order_by(ActSignature.id.desc())
        .limit(MOST)
    )
    return [OwnPaper(*row) for row in db.session.execute(statement).tuples()]


def find(user_id: int | None, check_code: str) -> OwnPaper | None:
    """Return a paper that a person has signed, by the code printed on it; None for anybody else's."""
    own = (*certificates(user_id), *addenda(user_id))
    return next((paper for paper in own if paper.check_code == check_code), None)
