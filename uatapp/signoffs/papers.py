"""The papers that a person has signed: theirs to keep, whatever became of their role."""

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


def signed_by(user_id: int) -> list[OwnPaper]:
    """Return the papers of a person, newest first."""
    certificates = (
        sa.select(Certificate.number, Signoff.title, Signature.at, Certificate.check_code, CertificateFile.sha256)
        .join(Signoff, Signoff.id == Certificate.signoff_id)
        .join(Signature, Signature.signoff_id == Signoff.id)
        .outerjoin(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .where(Signature.user_id == user_id)
    )
    addenda = (
        sa.select(Addendum.number, Signoff.title, ActSignature.at, Addendum.check_code, AddendumFile.sha256)
        .join(SignedAct, SignedAct.id == Addendum.act_id)
        .join(Signoff, Signoff.id == SignedAct.signoff_id)
        .join(ActSignature, ActSignature.act_id == SignedAct.id)
        .outerjoin(AddendumFile, AddendumFile.addendum_id == Addendum.id)
        .where(ActSignature.user_id == user_id)
    )
    found = [*db.session.execute(certificates).tuples(), *db.session.execute(addenda).tuples()]
    return sorted((OwnPaper(*row) for row in found), key=lambda paper: paper.signed_at, reverse=True)[:MOST]
