"""The certificates of a project with their story: what followed each of them, and whether it stands today."""

import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import joinedload

from uatapp.audit.models import AuditEntry
from uatapp.kernel.db import db
from uatapp.projects.models import Project
from uatapp.signoffs.labels import ACTS
from uatapp.signoffs.models import (
    Addendum,
    Certificate,
    CertificateFile,
    Condition,
    ConditionProgress,
    SignedAct,
    Signoff,
    Waiver,
)
from uatapp.signoffs.states import ActKind, ConditionState, SignoffState

_S = SignoffState
NODE = {ActKind.CLOSING: "passed", ActKind.RECONFIRMATION: "info", ActKind.WITHDRAWAL: "failed"}


@dataclass(frozen=True, slots=True)
class Node:
    """One moment of a certificate's story. `number` is a sign-off's to link to, `act` an act of it."""

    kind: str
    words: str
    at: datetime | None = None
    number: int | None = None
    act: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A certificate with everything that happened to it, oldest first."""

    certificate: Certificate
    signoff: Signoff
    has_file: bool
    nodes: tuple[Node, ...]


def listed(project_id: int) -> Any:
    """Select the certificates of a project, newest first, each with its sign-off and whether its file is stored."""
    return (
        sa.select(Certificate, Signoff, CertificateFile.id)
        .join(Signoff, Signoff.id == Certificate.signoff_id)
        .outerjoin(CertificateFile, CertificateFile.certificate_id == Certificate.id)
        .where(Certificate.project_id == project_id)
        .options(joinedload(Signoff.requested_by))
        .order_by(Certificate.id.desc())
    )


def told(project: Project, rows: Sequence[Any]) -> list[Line]:
    """Tell the story of some certificates; a fixed number of statements, however many they are."""
    ids = [signoff.id for _certificate, signoff, _file in rows]
    acts, owed = _acts(ids), _owed(ids)
    moved = _moved(project, [certificate.signoff_reference for certificate, _signoff, _file in rows])
    predecessors = _predecessors(project.id, [certificate for certificate, _signoff, _file in rows])
    return [
        Line(
            certificate,
            signoff,
            file is not None,
            (
                _asked(signoff),
                *predecessors.get(signoff.id, ()),
                _issued(certificate, owed.get(signoff.id, (0, 0))),
                *acts.get(signoff.id, ()),
                *_present(signoff, moved.get(certificate.signoff_reference)),
            ),
        )
        for certificate, signoff, file in rows
    ]


def _asked(signoff: Signoff) -> Node:
    return Node("quiet", _("Asked for by %(name)s", name=signoff.requested_by.name), signoff.requested_at)


def _issued(certificate: Certificate, owed: tuple[int, int]) -> Node:
    facts = json.loads(certificate.facts)
    names = ", ".join(_signer(row) for row in facts["signatures"])
    if facts["decision"] == "rejected":
        return Node("failed", _("Rejected. Signed by %(names)s", names=names), certificate.issued_at)
    if facts["decision"] == "accepted":
        return Node("passed", _("Accepted. Signed by %(names)s", names=names), certificate.issued_at)
    total, closed = owed
    words = ngettext("Accepted with one condition", "Accepted with %(num)s conditions", total)
    if closed:
        words = _("%(what)s (%(n)s closed since)", what=words, n=closed)
    words = _("%(what)s. Signed by %(names)s", what=words, names=names)
    return Node("info", words, certificate.issued_at)


def _signer(row: Mapping[str, Any]) -> str:
    """Return who signed, and for whom where that is another."""
    if row.get("for_whom"):
        return str(_("%(deputy)s for %(name)s", deputy=row["name"], name=row["for_whom"]))
    return str(row["name"])


def _present(signoff: Signoff, at: datetime | None) -> tuple[Node, ...]:
    if signoff.state is _S.SUPERSEDED:
        number = successor(signoff)
        words = _("Superseded by %(reference)s", reference=reference_of(signoff)) if number else _("Superseded")
        return (Node("quiet", words, at, number),)
    if signoff.state is _S.NEEDS_RECONFIRMATION:
        return (Node("blocked", _("Needs reconfirmation: %(why)s", why=signoff.state_reason), at, signoff.number),)
    return ()


def reference_of(signoff: Signoff) -> str:
    """Return the reference of the sign-off that superseded this one, as its reason names it."""
    found = re.search(r"[A-Z][A-Z0-9]{1,7}-S\d+", signoff.state_reason)
    return found[0] if found and signoff.state is _S.SUPERSEDED else ""


def successor(signoff: Signoff) -> int | None:
    """Return the number of the sign-off that superseded this one."""
    reference = reference_of(signoff)
    return int(reference.rpartition("-S")[2]) if reference else None


def _acts(signoff_ids: Collection[int]) -> dict[int, list[Node]]:
    statement = (
        sa.select(SignedAct.signoff_id, SignedAct.number, SignedAct.kind, Addendum, Signoff.number)
        .join(Addendum, Addendum.act_id == SignedAct.id)
        .join(Signoff, Signoff.id == SignedAct.signoff_id)
        .where(SignedAct.signoff_id.in_(signoff_ids))
        .order_by(Addendum.id)
    )
    found: dict[int, list[Node]] = {}
    for signoff_id, number, kind, addendum, signoff_number in db.session.execute(statement):
        names = ", ".join(row["name"] for row in json.loads(addendum.facts)["signatures"])
        words = _(
            "%(what)s: addendum %(number)s. Signed by %(names)s", what=ACTS[kind], number=addendum.number, names=names
        )
        found.setdefault(signoff_id, []).append(Node(NODE[kind], words, addendum.issued_at, signoff_number, number))
    return found


def _owed(signoff_ids: Collection[int]) -> dict[int, tuple[int, int]]:
    closed = sa.func.sum(sa.case((ConditionProgress.state == ConditionState.CLOSED, 1), else_=0))
    statement = (
        sa.select(Condition.signoff_id, sa.func.count(), closed)
        .outerjoin(ConditionProgress, ConditionProgress.condition_id == Condition.id)
        .where(Condition.signoff_id.in_(signoff_ids))
        .group_by(Condition.signoff_id)
    )
    return {signoff_id: (total, done or 0) for signoff_id, total, done in db.session.execute(statement)}


def _moved(project: Project, references: Sequence[str]) -> dict[str, datetime]:
    """Return when each sign-off last changed its state, as the audit trail has it."""
    statement = (
        sa.select(AuditEntry.subject, sa.func.max(AuditEntry.at))
        .where(AuditEntry.chain == project.key, AuditEntry.subject.in_(references))
        .where(AuditEntry.action == "signoff.moved")
        .group_by(AuditEntry.subject)
    )
    return {subject: datetime.fromisoformat(at) for subject, at in db.session.execute(statement)}


def _predecessors(project_id: int, certificates: Sequence[Certificate]) -> dict[int, list[Node]]:
    """Return what each certificate follows: the sign-offs whose reason names it as what superseded them."""
    by_reference = {row.signoff_reference: row.signoff_id for row in certificates}
    where = (Signoff.project_id == project_id, Signoff.state == _S.SUPERSEDED)
    found: dict[int, list[Node]] = {}
    for earlier in db.session.scalars(sa.select(Signoff).where(*where).order_by(Signoff.number)):
        later = by_reference.get(reference_of(earlier))
        if later is not None:
            words = _("Replaces %(title)s", title=f"S{earlier.number} “{earlier.title}”")
            found.setdefault(later, []).append(Node("quiet", words, None, earlier.number))
    return found


# ---- the present story of one paper, for anybody who holds it ----


def sentences(signoff: Signoff, after: datetime | None = None) -> list[str]:
    """Say what followed a paper and how things stand now; only what papers say: numbers, kinds, days.

    `after`: tell of addenda issued later than this (an addendum's own moment).
    """
    statement = sa.select(SignedAct.kind, Addendum).join(Addendum, Addendum.act_id == SignedAct.id)
    statement = statement.where(SignedAct.signoff_id == signoff.id).order_by(Addendum.id)
    found = [
        _("It was followed by addendum %(number)s of %(day)s: %(what)s.", number=row.number,
          day=row.issued_at.date().isoformat(), what=str(ACTS[kind]).lower())
        for kind, row in db.session.execute(statement)
        if after is None or row.issued_at > after
    ]  # fmt: skip
    if signoff.state is _S.SUPERSEDED:
        later = reference_of(signoff)
        found.append(_("It has been superseded by UAT-%(reference)s.", reference=later) if later else _("It has been superseded by a later one."))  # fmt: skip
    if signoff.state is _S.NEEDS_RECONFIRMATION:
        found.append(_("A requirement has changed since; it needs reconfirmation."))
    if signoff.state is _S.ACCEPTANCE_WITHDRAWN:
        found.append(_("The acceptance has been withdrawn."))
    return found


# ---- waivers ----


@dataclass(frozen=True, slots=True)
class WaiverLine:
    """A waiver as the register shows it: what was accepted without, who, why, and under which sign-off."""

    what: str
    by: str
    reason: str
    at: datetime
    signoff: Signoff
    code: str
    act: int | None = None


def waivers(project_id: int) -> Any:
    """Select the waivers of a project's decisions, newest first, each with its sign-off."""
    statement = sa.select(Waiver, Signoff).join(Signoff, Signoff.id == Waiver.signoff_id)
    return statement.where(Waiver.project_id == project_id).order_by(Waiver.id.desc())
