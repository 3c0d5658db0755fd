"""What an act after signing says: one canonical JSON document, gathered once; names by reference and hash only."""

import json
from collections.abc import Sequence
from typing import Any, cast

import rfc8785
import sqlalchemy as sa

from uatapp.accounts.models import User
from uatapp.kernel import clock
from uatapp.kernel.actor import Actor
from uatapp.kernel.db import db
from uatapp.projects import queries as projects
from uatapp.projects.models import Membership, Project
from uatapp.signoffs import difference, queries, register
from uatapp.signoffs.models import ActProgress, SignedAct, Signoff
from uatapp.signoffs.states import ActKind, ActState

FORMAT = "uatapp-act-1"
# what is true now; were it gathered again, it must be the same until the last has signed
BODY = ("conditions", "difference")


def gather(
    project: Project,
    signoff: Signoff,
    reference: str,
    kind: ActKind,
    signers: Sequence[Membership],
    reasons: str,
    by: Actor,
) -> dict[str, Any]:
    """Return the document of an act: strings, booleans, null and whole numbers only."""
    snapshot = queries.get_snapshot(signoff.id)
    scope = queries.document_of(snapshot)
    certificate = queries.find_certificate(signoff.id)
    return {
        "format": FORMAT,
        "kind": kind.value,
        "reference": reference,
        "signoff": snapshot.signoff_reference,
        "title": signoff.title,
        "certificate": certificate.number if certificate else "",
        "certificate_issued": clock.iso(certificate.issued_at) if certificate else "",
        "scope_sha256": snapshot.sha256,
        "state_before": signoff.state.value,
        "project": scope["project"],
        "customer": scope["customer"],
        "partners": scope["partners"],
        "earlier": [
            {"reference": act.reference, "kind": act.kind.value, "sha256": act.sha256} for act in signed(signoff.id)
        ],
        "requested": {"by": by.name, "at": clock.iso(clock.now())},
        "signatories": [_signatory(member) for member in signers],
        "reasons": reasons,
        **body(project, signoff, kind),
    }


def body(project: Project, signoff: Signoff, kind: ActKind) -> dict[str, Any]:
    """Return the part of the document that states how things are now."""
    wanted = kind is not ActKind.WITHDRAWAL
    return {
        "conditions": conditions(project, signoff) if wanted else [],
        "difference": changed(project, signoff) if kind is ActKind.RECONFIRMATION else [],
    }


def conditions(project: Project, signoff: Signoff) -> list[dict[str, Any]]:
    """Return the conditions of a sign-off with how each was closed, and the hashes of what shows it."""
    owed = register.of_signoff(project, signoff)
    ids = [row.condition.id for row in owed]
    files, notes = register.evidence(ids), register.notes(*ids)
    return [
        {
            "number": row.condition.number,
            "text": row.condition.text,
            "owner": row.condition.owner,
            "due": row.condition.due_on.isoformat(),
            "workaround": row.condition.workaround,
            "state": row.state.value,
            "notes": [_note(note) for note in notes if note.condition_id == row.condition.id],
            "evidence": [
                {"name": file.name, "sha256": file.sha256, "size": file.size}
                for link, file in files
                if link.condition_id == row.condition.id
            ],
        }
        for row in owed
    ]


def _note(note: Any) -> dict[str, str]:
    return {"action": note.action, "by": note.by_name, "side": note.by_side.value, "text": note.text,
            "at": clock.iso(note.at)}  # fmt: skip


def changed(project: Project, signoff: Signoff) -> list[dict[str, Any]]:
    """Return the difference to what was signed last: the frozen scope, or a reconfirmation since."""
    scope = queries.document_of(queries.get_snapshot(signoff.id))
    latest = {row["reference"]: row for row in scope["requirements"]}
    for act in signed(signoff.id):
        for row in document_of(act)["difference"]:
            latest[row["reference"]] = {"reference": row["reference"], **row["now"]}
    return difference.changed(project, list(latest.values()))


def signed(signoff_id: int) -> Sequence[SignedAct]:
    """Return the acts on a sign-off that all have signed, oldest first."""
    statement = sa.select(SignedAct).join(ActProgress, ActProgress.act_id == SignedAct.id)
    where = (SignedAct.signoff_id == signoff_id, ActProgress.state == ActState.SIGNED)
    return db.session.scalars(statement.where(*where).order_by(SignedAct.number)).all()


def document_of(act: SignedAct) -> dict[str, Any]:
    """Return an act's document as it was frozen."""
    return cast("dict[str, Any]", json.loads(act.document))


def canonical(document: dict[str, Any]) -> bytes:
    """Write a document as RFC 8785 has it."""
    return rfc8785.dumps(document)


def still_true(project: Project, signoff: Signoff, act: SignedAct) -> bool:
    """Say whether what an act froze is how things are now."""
    frozen, now = document_of(act), body(project, signoff, act.kind)
    return all(canonical(frozen[part]) == canonical(now[part]) for part in BODY)


def _signatory(member: Membership) -> dict[str, str]:
    user: User = member.user
    return {
        "uid": user.uid,
        "name": user.name,
        "title": user.job_title,
        "organisation": user.organisation.name if user.organisation else "",
        "side": member.side.value,
    }


def members_signing(project_id: int) -> list[Membership]:
    """Return the present members with the right to sign, the customer's first, by name."""
    found = [member for member in projects.list_members(project_id) if member.may_sign]
    return sorted(found, key=lambda member: (member.side.value, member.user.name))
